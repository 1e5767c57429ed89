#include "api/cloudtrail/record/recorder.h"

#include <atomic>
#include <utility>

#include "api/cloudtrail/record/event_of.h"
#include "api/cloudtrail/record/parameters.h"
#include "audit/accompanied_store.h"
#include "base/random.h"

namespace tarn::api::cloudtrail {
namespace {

using audit::Category;

struct Entry : protocol::AuditEntry {
  void Join(kv::Txn& txn) override {
    audit::Log::Put(txn, companion->event);
    joined.store(true, std::memory_order_release);
  }
  std::shared_ptr<audit::Companion> companion;
  std::atomic<bool> joined = false;
};

struct Along : protocol::AuditAlong {
  explicit Along(std::shared_ptr<audit::Companion> companion) : accompany(std::move(companion)) {}
  audit::Accompany accompany;
};

Task<Status> At(Status status) { co_return status; }

}  // namespace

std::unique_ptr<protocol::AuditAlong> Recorder::Accompany(const protocol::AuditRecord& record,
                                                          std::shared_ptr<protocol::AuditEntry>& entry) {
  const Kind kind = KindOf(record);
  if (kind.category == Category::kData || kind.read_only) return nullptr;
  auto mine = std::make_shared<Entry>();
  mine->companion = std::make_shared<audit::Companion>();
  EventInput input;
  input.record = &record;
  input.kind = kind;
  input.id = RandomUuid();
  Place(record, input);
  input.open = true;
  mine->companion->event = EventOf(input);
  WriteJson(input, mine->companion->event);
  auto along = std::make_unique<Along>(mine->companion);
  entry = std::move(mine);
  return along;
}

bool Recorder::Wants(const protocol::AuditRecord& record) const {
  // Failed sign-ins beyond the limit are counted, not recorded one by one: nobody floods the log.
  if (record.call->caller.anonymous() && IsThrottled(record)) return false;
  if (IsDenial(record)) return true;
  if (record.operation.empty()) return false;
  return KindOf(record).category == Category::kManagement || parts_.any_data_events();
}

// Not a coroutine itself: what it makes on the way is too much for one.
Task<Status> Recorder::Record(const protocol::AuditRecord& record, std::shared_ptr<protocol::AuditEntry> entry) {
  const Kind kind = KindOf(record);
  const auto* mine = static_cast<const Entry*>(entry.get());
  const bool joined = mine != nullptr && mine->joined.load(std::memory_order_acquire) && record.error_code.empty();
  const bool carried = joined || (mine != nullptr && mine->companion->written.load(std::memory_order_acquire));
  const bool denied = IsDenial(record);
  EventInput input;
  input.record = &record;
  input.kind = kind;
  input.id = mine != nullptr ? mine->companion->event.id : RandomUuid();
  Place(record, input);
  if (denied && parts_.denials != nullptr) input.decided_by = parts_.denials->Find(record.call->request_id);
  audit::Event event = EventOf(input);
  if (kind.category == Category::kData && !denied && !parts_.takes_data_event(event)) return At(Ok());
  WriteJson(input, event);
  const bool changed = !kind.read_only && record.error_code.empty();
  // What was carried is on disk already; its outcome may follow.
  const bool at_once = kind.category == Category::kData || denied || (changed && !carried);
  if (!at_once) return At(parts_.log->Enqueue(std::move(event)));
  return parts_.log->Append(std::move(event));
}

void Recorder::Place(const protocol::AuditRecord& record, EventInput& input) const {
  input.account = record.call->scope.account;
  if (!input.account.empty()) return;
  if (!record.claimed_key.empty()) {
    const auto found = parts_.credentials->FindKey(record.claimed_key, "");
    if (found.ok()) input.account = (*found)->caller.account;
    if (found.ok()) return;
  }
  input.account = parts_.default_account;
  const std::string bucket = record.service == "s3" ? BucketOf(record) : std::string();
  if (const auto owner = bucket.empty() ? std::nullopt : parts_.bucket_owner(bucket)) {
    input.account = owner->account;
    input.region = owner->region;
  }
}

}  // namespace tarn::api::cloudtrail
