// The way back: refusals, heads, streamed bodies, meters and the audit record.
#include <algorithm>

#include "api/protocol/exchange.h"
#include "api/protocol/unsent.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/random.h"
#include "base/strings.h"

namespace tarn::api::protocol {
namespace {

// Holds the head back until the first bytes come: a failure before them can still be answered.
class LateSink : public BodySink {
 public:
  LateSink(http::ResponseWriter& response, http::ResponseHead head, std::optional<uint64_t> length)
      : response_(response), head_(std::move(head)), length_(length) {}

  Task<Status> Write(std::span<const std::byte> bytes) override {
    if (!response_.started()) {
      TARN_CO_CHECK(co_await response_.Start(std::move(head_), length_));
    }
    co_return co_await response_.Write(bytes);
  }

  Task<Status> Finish() {
    if (!response_.started()) {
      TARN_CO_CHECK(co_await response_.Start(std::move(head_), length_));
    }
    co_return co_await response_.Finish();
  }

 private:
  http::ResponseWriter& response_;
  http::ResponseHead head_;
  std::optional<uint64_t> length_;
};

}  // namespace

ResponseParts Exchange::RefusalParts() {
  WireError& error = *refusal_;
  error.fields.insert(error.fields.end(), error_fields_.begin(), error_fields_.end());
  error.fields.insert(error.fields.end(), call_.extras.error_fields.begin(), call_.extras.error_fields.end());
  return EncodeError(served_ != nullptr ? served_->model : nullptr, matched_.protocol, error, call_.request_id);
}

// Takes the length that the codec bound to a header; the server writes its own.
http::ResponseHead Exchange::MakeHead(ResponseParts& parts, std::optional<uint64_t>& length) {
  http::ResponseHead head;
  head.status = parts.status;
  if (!refusal_ && call_.extras.success_status != 0) head.status = call_.extras.success_status;
  bool s3 = matched_.protocol == WireProtocol::kRestXml;
  std::string_view id_name = s3 ? "x-amz-request-id" : "x-amzn-RequestId";
  for (Field& field : parts.headers) {
    if (EqualsIgnoreCase(field.name, "content-length")) {
      length = ParseU64(field.value);
    } else if (head.status == 304 && EqualsIgnoreCase(field.name, "content-type")) {
      continue;
    } else if (!EqualsIgnoreCase(field.name, id_name)) {
      head.headers.Add(std::move(field.name), std::move(field.value));
    }
  }
  answered_ = std::chrono::steady_clock::now();
  if (served_ != nullptr) served_->service->Decorate(call_);
  for (auto& [name, value] : call_.extras.headers) head.headers.Set(name, std::move(value));
  head.headers.Add(std::string(id_name), call_.request_id);
  if (s3) {
    // An error's body names the id that its codec made.
    if (!head.headers.Has("x-amz-id-2")) head.headers.Add("x-amz-id-2", Base64(RandomBytes(48)));
    head.headers.Add("Server", "AmazonS3");
  }
  if (!head.headers.Has("date")) head.headers.Add("Date", FormatHttpDate(call_.now));
  return head;
}

AuditRecord Exchange::RecordOf(int status, uint64_t bytes_out) const {
  AuditRecord record;
  record.call = &call_;
  record.service = served_ != nullptr ? served_->model->name : std::string_view(unknown_service_);
  record.operation = operation_ != nullptr ? operation_->row->name : std::string_view(matched_.name);
  record.error_code = own_error_;
  if (refusal_) {
    record.error_code = refusal_->code;
    record.error_message = refusal_->message;
  }
  record.status = status;
  record.model = served_ != nullptr ? served_->model : nullptr;
  record.input = decoded_ ? input_.get() : nullptr;
  record.output = refusal_ ? nullptr : output_.get();
  record.bytes_in = bytes_in_;
  record.bytes_out = bytes_out;
  for (const auto& [name, value] : error_fields_) {
    if (name == "AWSAccessKeyId") record.claimed_key = value;
  }
  return record;
}

Task<bool> Exchange::Recorded(AuditRecord record) {
  const Status recorded = co_await dispatcher_.parts.audit_sink->Record(record, audit_entry_);
  if (recorded.ok()) co_return true;
  log::Fault("audit", recorded.error().message);
  call_.extras = {};
  co_return Refuse(recorded.error());
}

Task<Done> Exchange::SendParts(ResponseParts parts) {
  if (dispatcher_.parts.audit_sink != nullptr) {
    const AuditRecord record = RecordOf(parts.status, parts.body.size());
    if (dispatcher_.parts.audit_sink->Wants(record) && !co_await Recorded(record)) parts = RefusalParts();
  }
  std::optional<uint64_t> length;
  http::ResponseHead head = MakeHead(parts, length);
  status_ = head.status;
  Status sent = Ok();
  if (request_.method == "HEAD") {
    sent = co_await response_.Start(std::move(head), refusal_ ? std::nullopt : length);
    if (sent.ok()) sent = co_await response_.Finish();
  } else {
    output_.reset();  // all of it is in the body
    const UnsentAnswer unsent(parts.body.size());
    sent = co_await response_.Send(std::move(head), std::move(parts.body));
  }
  if (!sent.ok()) log::Debug("api", "the answer could not be sent: " + sent.error().message);
  co_return Done{};
}

Task<Done> Exchange::SendStream(ResponseParts parts, ErasedStream stream) {
  if (dispatcher_.parts.audit_sink != nullptr) {
    const AuditRecord record = RecordOf(parts.status, stream.content_length.value_or(0));
    if (dispatcher_.parts.audit_sink->Wants(record) && !co_await Recorded(record)) {
      co_return co_await SendParts(RefusalParts());
    }
  }
  std::optional<uint64_t> length;
  http::ResponseHead head = MakeHead(parts, length);
  status_ = head.status;
  if (stream.content_length) length = stream.content_length;
  LateSink sink(response_, std::move(head), length);
  auto written = co_await stream.body(sink);
  if (written.ok()) written = co_await sink.Finish();
  if (!written.ok()) {
    if (!response_.started()) {
      Refuse(written.error());
      co_return co_await SendParts(RefusalParts());
    }
    log::Warn("api",
              "a response was cut: " + std::string(written.error().reason->name) + ": " + written.error().message);
  }
  co_return Done{};
}

Task<Done> Exchange::SendOwn(OwnAnswer answer) {
  ResponseParts parts{.status = answer.status, .headers = {}, .body = std::move(answer.body)};
  for (auto& [name, value] : answer.headers) parts.headers.push_back({std::move(name), std::move(value)});
  own_error_ = std::move(answer.error_code);
  if (answer.stream) {
    ErasedStream stream;
    stream.content_length = answer.content_length;
    stream.body = std::move(answer.stream);
    co_return co_await SendStream(std::move(parts), std::move(stream));
  }
  if (answer.content_length) parts.headers.push_back({"Content-Length", std::to_string(*answer.content_length)});
  co_return co_await SendParts(std::move(parts));
}

void Exchange::Finish() {
  auto took = std::chrono::steady_clock::now() - began_;
  int64_t micros = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  OperationMeter& meter = operation_ != nullptr ? *operation_->meter
                          : served_ != nullptr  ? *served_->rest
                                                : dispatcher_.unrouted;
  meter.Count(status_, bytes_in_, response_.body_bytes(), static_cast<double>(micros) / 1e6);
  if (!dispatcher_.audit) return;
  AuditRecord record = RecordOf(status_, response_.body_bytes());
  record.micros = micros;
  record.first_byte_micros = std::chrono::duration_cast<std::chrono::microseconds>(answered_ - began_).count();
  dispatcher_.audit(record);
}

}  // namespace tarn::api::protocol
