// What scan planning keeps between requests, all of it a cache: prepared plans for their tasks, and which plan ids were
// made and cancelled. Private to api/iceberg.
//
// A plan id is sealed: one made by this lake is told from any other text, after a restart too, when what it stands for
// is gone. Bounded: the oldest go first. Threads: any.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "api/iceberg/planning/work.h"
#include "catalog/iceberg/planner.h"

namespace tarn::api::iceberg_rest {

class ScanPlans {
 public:
  // `sealing_key`: secret, the same after a restart.
  explicit ScanPlans(std::string sealing_key) : key_(std::move(sealing_key)) {}
  const std::string& sealing_key() const { return key_; }

  // A new id for the plan of that work.
  std::string Add(const ScanWork& work, int64_t min_rows);
  struct Plan {
    enum class State : uint8_t { kUnknown, kGone, kCancelled, kKept };
    State state = State::kUnknown;
    ScanWork work;
    int64_t min_rows = 0;
  };
  // kUnknown: no id of this lake for that table; kGone: it was, but nothing is kept of it.
  Plan Find(std::string_view id, std::string_view table, Timestamp now);
  // False when there is no such plan.
  bool Cancel(std::string_view id, std::string_view table, Timestamp now);

  using PreparedPtr = std::shared_ptr<const catalog::Planner::Prepared>;
  // The prepared plan of that key, by `prepare` when it is not there; one caller prepares while others wait.
  template <typename Prepare>
  Result<PreparedPtr> Prepared(const std::string& key, const Prepare& prepare) {
    const std::shared_ptr<Slot> slot = SlotOf(key);
    std::lock_guard lock(slot->mutex);
    if (!slot->prepared) {
      TARN_TRY(catalog::Planner::Prepared made, prepare());
      slot->prepared = std::make_shared<const catalog::Planner::Prepared>(std::move(made));
    }
    return slot->prepared;
  }

 private:
  struct Slot {
    std::mutex mutex;
    PreparedPtr prepared;
  };
  struct Kept {
    ScanWork work;
    int64_t min_rows = 0;
    bool cancelled = false;
  };
  std::shared_ptr<Slot> SlotOf(const std::string& key);
  std::string SealOf(std::string_view body, std::string_view table) const;

  const std::string key_;
  std::mutex mutex_;
  std::list<std::pair<std::string, std::shared_ptr<Slot>>> slots_;  // the most recently used first
  std::unordered_map<std::string, Kept> plans_;
  std::deque<std::string> order_;  // of plans_, the oldest first
  size_t filter_bytes_ = 0;        // of plans_
};

}  // namespace tarn::api::iceberg_rest
