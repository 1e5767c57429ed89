// One of the lake's own requests (server/care/admin.h) as the audit trail is told of it.
//
// A call that changes something carries its record in the change's own transaction where the handler commits on the
// thread of Along, or hands Join to who commits. Lives from the request's head to its answer; keeps views into itself.
// Threads: one at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/protocol/audit_sink.h"
#include "api/protocol/call.h"
#include "http/server.h"
#include "identity/caller.h"

namespace tarn::server {

// The name of the operation that a request asks for, as the trail tells it; empty: there is none.
std::string_view AdminOperationOf(const http::Request& request);

class AdminRecord {
 public:
  // `sink` may be null.
  AdminRecord(const http::Request& request, Timestamp now, std::string_view region, api::protocol::AuditSink* sink);
  AdminRecord(const AdminRecord&) = delete;
  AdminRecord& operator=(const AdminRecord&) = delete;

  // Once it is known; what the record knows of the request is beside them.
  const identity::Caller& SetCaller(identity::Caller caller);
  void CountIn(uint64_t bytes) { record_.bytes_in = bytes; }
  // On the thread that handles it, until the result is destroyed.
  std::unique_ptr<api::protocol::AuditAlong> Along();
  // Puts the record into a transaction of another thread; may be called again.
  void Join(kv::Txn& txn) const;

  // What is answered.
  void SetOutcome(int status, std::string_view code, std::string_view message, uint64_t bytes_out);
  // The record is durable when it ends, or it fails: so does the call then.
  Task<Status> Finish();

 private:
  api::protocol::AuditSink* const sink_;
  api::protocol::Call call_;
  std::vector<std::pair<std::string_view, std::string>> about_;
  std::string error_code_;
  std::string error_message_;
  std::shared_ptr<api::protocol::AuditEntry> entry_;
  api::protocol::AuditRecord record_;
};

}  // namespace tarn::server
