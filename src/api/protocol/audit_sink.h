// The seam to the audit trail: every call is offered to it before the answer begins.
//
// The sink decides what is to be recorded. What it takes is durable before the call is answered, or the call fails with
// the sink's error. While a handler runs that changes something, `Accompany` lets the record go into the change's own
// transaction.
// Threads: any; Wants and Accompany at memory speed.
#pragma once

#include <memory>

#include "api/protocol/dispatch.h"
#include "base/result.h"
#include "base/task.h"

namespace tarn::kv {
class Txn;
}  // namespace tarn::kv

namespace tarn::api::protocol {

// What the sink keeps of a call from its beginning to its answer.
class AuditEntry {
 public:
  virtual ~AuditEntry() = default;
  // Puts the record into the change's transaction, where that is another thread's (commits made as one). Runs again
  // when the transaction does; a call that then succeeds counts as recorded with its change.
  virtual void Join(kv::Txn& txn) = 0;
};

// Ends what Accompany began, on the same thread.
class AuditAlong {
 public:
  virtual ~AuditAlong() = default;
};

class AuditSink {
 public:
  virtual ~AuditSink() = default;

  // The call, decoded and allowed, is about to be handled on this thread, without suspending: what it commits carries
  // its record along. Null: nothing is to be. `entry` is kept by the caller until the call is answered.
  virtual std::unique_ptr<AuditAlong> Accompany(const AuditRecord& record, std::shared_ptr<AuditEntry>& entry) = 0;
  // Whether Record has something to do for a call that is about to be answered so.
  virtual bool Wants(const AuditRecord& record) const = 0;
  virtual Task<Status> Record(const AuditRecord& record, std::shared_ptr<AuditEntry> entry) = 0;
};

}  // namespace tarn::api::protocol
