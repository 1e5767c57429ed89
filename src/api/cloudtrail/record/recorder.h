// Recorder: what of every call goes into the audit log, and when (docs/audit.md).
//
// - Calls that change management state: with the change, in its own transaction, as a record whose outcome is open; the
//   outcome follows with the batch. Where no transaction of the handler's thread carried it: before the answer.
// - Denials and failed sign-ins, of whatever operation: before the answer.
// - Data events that some trail's selectors take: before the answer.
// - Calls that only read, and failures that changed nothing: batched, a tenth of a second later at most.
// - Data events that no trail takes: not at all.
// Threads: any.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/cloudtrail/record/event_of.h"
#include "api/protocol/audit_sink.h"
#include "audit/log.h"
#include "base/scope.h"
#include "identity/denials.h"
#include "identity/directory.h"

namespace tarn::api::cloudtrail {

// All outlive the recorder.
struct RecorderParts {
  audit::Log* log = nullptr;
  identity::CredentialSource* credentials = nullptr;  // tells whose key a failed sign-in named
  // Whose bucket it is; nothing when there is no such bucket.
  std::function<std::optional<Scope>(const std::string& bucket)> bucket_owner;
  std::string default_account;                 // of calls that nobody signed, on no bucket
  const identity::Denials* denials = nullptr;  // null: what refused is not told
  // Whether some trail of the account takes this data event; memory speed. `any`: whether to ask at all.
  std::function<bool()> any_data_events;
  std::function<bool(const audit::Event&)> takes_data_event;
};

class Recorder : public protocol::AuditSink {
 public:
  explicit Recorder(RecorderParts parts) : parts_(std::move(parts)) {}

  std::unique_ptr<protocol::AuditAlong> Accompany(const protocol::AuditRecord& record,
                                                  std::shared_ptr<protocol::AuditEntry>& entry) override;
  bool Wants(const protocol::AuditRecord& record) const override;
  Task<Status> Record(const protocol::AuditRecord& record, std::shared_ptr<protocol::AuditEntry> entry) override;

 private:
  // The account and region that the event belongs to.
  void Place(const protocol::AuditRecord& record, EventInput& input) const;

  RecorderParts parts_;
};

}  // namespace tarn::api::cloudtrail
