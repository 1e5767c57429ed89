#include "server/doors/inner_call.h"

#include <cassert>
#include <utility>

#include "api/protocol/shape.h"
#include "api/protocol/wire_errors.h"
#include "base/log.h"

namespace tarn::server {

namespace protocol = api::protocol;

InnerCall::InnerCall(std::shared_ptr<protocol::Service> service, std::string_view operation, WorkerPool& pool,
                     protocol::AuditSink* audit_sink)
    : service_(std::move(service)), pool_(pool), audit_sink_(audit_sink) {
  for (const protocol::Operation& row : service_->operations()) {
    if (row.name == operation) row_ = &row;
  }
  for (const protocol::OperationDesc& desc : service_->model().operations) {
    if (desc.name == operation) desc_ = &desc;
  }
  assert(row_ != nullptr && desc_ != nullptr);
}

protocol::WireError InnerCall::Worded(const Error& error) const {
  const protocol::ServiceDesc& model = service_->model();
  return protocol::ToWireError(service_->errors(), &model, model.protocols.front(), error);
}

protocol::AuditRecord InnerCall::RecordOf(const protocol::Call& call, const void* input,
                                          const InnerAnswer& answer) const {
  protocol::AuditRecord record;
  record.call = &call;
  record.service = service_->model().name;
  record.operation = row_->name;
  record.model = &service_->model();
  record.input = input;
  record.output = answer.output.get();
  record.status = answer.refusal ? answer.refusal->status : 200;
  if (answer.refusal) {
    record.error_code = answer.refusal->code;
    record.error_message = answer.refusal->message;
  }
  return record;
}

InnerAnswer InnerCall::RunBlocking(protocol::Call& call, const std::shared_ptr<void>& input,
                                   std::shared_ptr<protocol::AuditEntry>& entry) const {
  InnerAnswer answer;
  if (auto message = protocol::Validate(*desc_, input.get())) {
    answer.refusal = protocol::WireError{
        .code = std::string(service_->model().validation_code), .message = std::move(*message), .fields = {}};
    return answer;
  }
  const auto checks = row_->rule(*service_, call, input.get());
  const Status allowed = checks.ok() ? call.Allow(*checks) : Status(checks.error());
  if (!allowed.ok()) {
    answer.refusal = Worded(allowed.error());
    return answer;
  }
  std::unique_ptr<protocol::AuditAlong> along;
  if (audit_sink_ != nullptr) along = audit_sink_->Accompany(RecordOf(call, input.get(), answer), entry);
  auto output = row_->handler(*service_, call, input.get());
  along.reset();
  if (output.ok()) {
    answer.output = std::move(*output);
  } else {
    answer.refusal = Worded(output.error());
  }
  return answer;
}

Task<InnerAnswer> InnerCall::Run(protocol::Call& call, std::shared_ptr<void> input, uint64_t bytes_in) const {
  call.operation = desc_;
  std::shared_ptr<protocol::AuditEntry> entry;
  auto ran = co_await Offload(pool_, [&]() -> Result<InnerAnswer> { return RunBlocking(call, input, entry); });
  InnerAnswer answer;
  if (ran.ok()) {
    answer = std::move(*ran);
  } else {
    answer.refusal = Worded(ran.error());
  }
  if (audit_sink_ == nullptr) co_return answer;
  protocol::AuditRecord record = RecordOf(call, input.get(), answer);
  record.bytes_in = bytes_in;
  if (!audit_sink_->Wants(record)) co_return answer;
  const Status recorded = co_await audit_sink_->Record(record, entry);
  if (!recorded.ok()) {
    log::Fault("audit", recorded.error().message);
    answer.output.reset();
    answer.refusal = Worded(recorded.error());
  }
  co_return answer;
}

}  // namespace tarn::server
