// A call of a service's own operation from inside of the process: validated, authorised, run, counted and recorded as a
// client's, with a decoded input and no wire.
//
// Threads: Run on an I/O thread; the handler runs on the pool.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/protocol/audit_sink.h"
#include "api/protocol/codec.h"
#include "api/protocol/meter.h"
#include "api/protocol/service.h"
#include "base/executor.h"
#include "base/task.h"

namespace tarn::server {

struct InnerAnswer {
  std::shared_ptr<void> output;  // of the operation's output struct
  std::optional<api::protocol::WireError> refusal;
};

class InnerCall {
 public:
  // All outlive it but the service, which it keeps. `audit_sink` may be null.
  InnerCall(std::shared_ptr<api::protocol::Service> service, std::string_view operation, WorkerPool& pool,
            api::protocol::AuditSink* audit_sink);

  // `call` says who asks, and is changed to be about the operation. `input` is of the operation's input struct.
  Task<InnerAnswer> Run(api::protocol::Call& call, std::shared_ptr<void> input, uint64_t bytes_in) const;

 private:
  InnerAnswer RunBlocking(api::protocol::Call& call, const std::shared_ptr<void>& input,
                          std::shared_ptr<api::protocol::AuditEntry>& entry) const;
  api::protocol::AuditRecord RecordOf(const api::protocol::Call& call, const void* input,
                                      const InnerAnswer& answer) const;
  api::protocol::WireError Worded(const Error& error) const;

  const std::shared_ptr<api::protocol::Service> service_;
  const api::protocol::Operation* row_ = nullptr;
  const api::protocol::OperationDesc* desc_ = nullptr;
  WorkerPool& pool_;
  api::protocol::AuditSink* const audit_sink_;
};

}  // namespace tarn::server
