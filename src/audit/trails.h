// Trails: who wants which events delivered to which bucket, and how the deliveries go.
//
// A trail belongs to an account and a home region; its name is unique there. A trail of several regions takes the
// events of all regions. What is kept is also held in memory, so that calls are matched without I/O.
// Errors: kNoSuchTrail, kTrailExists, kTooManyTrails, kv's. Blocking, except Matching and any_data. Threads: any.
// Bytes on disk: docs/format/audit.md.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/event.h"
#include "audit/selectors.h"
#include "base/record_fields.h"
#include "base/result.h"
#include "base/scope.h"
#include "kv/kv.h"

namespace tarn::audit {

// What an insight is found in: how often operations change something, or fail. Frozen: stored.
enum class InsightType : uint8_t { kCallRate = 0, kErrorRate = 1 };

struct Trail {
  std::string name;
  Scope home;
  std::string bucket;
  std::string prefix;  // without a "/" at its end
  bool global_events = true;
  bool multi_region = false;
  bool validated = false;  // digest files are delivered
  bool logging = false;
  Timestamp created;
  std::optional<Timestamp> started;
  std::optional<Timestamp> stopped;
  Selectors selectors;
  std::map<std::string, std::string> tags;
  std::string kms_key;                // ARN; empty: the bucket's default encryption encrypts
  std::vector<InsightType> insights;  // that are asked for
  std::optional<Timestamp> insights_since;

  std::string arn() const;
  bool Wants(InsightType type) const;
  // Whether the event is to be delivered, when the trail is logging.
  bool Takes(const Event& event) const;
};

// How deliveries went.
struct TrailState {
  std::optional<Timestamp> attempted;
  std::optional<Timestamp> delivered;
  std::string error;  // of the last attempt; empty: it succeeded
  std::optional<Timestamp> digested;
  std::string digest_error;
};

// "arn:aws:cloudtrail:us-east-1:123456789012:trail/name" taken apart; nothing when it is none.
struct TrailName {
  Scope home;
  std::string name;
};
std::optional<TrailName> ParseTrailArn(std::string_view arn);

class Trails {
 public:
  using List = std::vector<std::shared_ptr<const Trail>>;

  explicit Trails(kv::Store& store) : store_(store) {}

  Status Load();  // before the first call

  Status Create(Trail trail);
  // `change` may refuse; it may run several times.
  Result<Trail> Update(const Scope& home, std::string_view name, const std::function<Status(Trail&)>& change);
  Status Delete(const Scope& home, std::string_view name);
  Result<Trail> Get(const Scope& home, std::string_view name) const;
  // Of an account, by region and name.
  List Of(std::string_view account) const;
  List All() const { return *Snapshot(); }

  Result<TrailState> StateOf(const Scope& home, std::string_view name) const;
  static Status PutState(kv::Txn& txn, const Trail& trail, const TrailState& state);
  Status ChangeState(const Trail& trail, const std::function<void(TrailState&)>& change);

  // Whether some trail that is logging takes data events at all, and whether one takes this event.
  bool any_data() const { return any_data_.load(std::memory_order_relaxed); }
  bool TakesNow(const Event& event) const;

 private:
  std::shared_ptr<const List> Snapshot() const;

  kv::Store& store_;
  mutable std::mutex mutex_;
  std::shared_ptr<const List> trails_ = std::make_shared<List>();
  std::atomic<bool> any_data_ = false;
};

template <class V>
void VisitFields(V&& visit, Trail& trail) {
  visit(1, trail.name);
  visit(2, trail.home.account);
  visit(3, trail.home.region);
  visit(4, trail.bucket);
  visit(5, trail.prefix);
  visit(6, trail.global_events);
  visit(7, trail.multi_region);
  visit(8, trail.validated);
  visit(9, trail.logging);
  visit(10, trail.created);
  visit(11, trail.started);
  visit(12, trail.stopped);
  visit(13, trail.selectors);
  visit(14, trail.tags);
  visit(15, trail.kms_key);
  visit(16, trail.insights);
  visit(17, trail.insights_since);
}
template <class V>
void VisitFields(V&& visit, TrailState& state) {
  visit(1, state.attempted);
  visit(2, state.delivered);
  visit(3, state.error);
  visit(4, state.digested);
  visit(5, state.digest_error);
}

}  // namespace tarn::audit
