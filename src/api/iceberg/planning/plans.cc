#include "api/iceberg/planning/plans.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/random.h"
#include "base/strings.h"

namespace tarn::api::iceberg_rest {
namespace {

constexpr size_t kPreparedMax = 8;
constexpr size_t kPlansMax = 4096;
constexpr size_t kFilterBytesMax = size_t{16} << 20;
constexpr size_t kSealBytes = 12;
constexpr std::string_view kPurpose = "tarn iceberg plan ";

}  // namespace

// "<end, seconds>-<random>-<seal>"
std::string ScanPlans::SealOf(std::string_view body, std::string_view table) const {
  return Hex(HmacSha256(key_, fmt::format("{}{} {}", kPurpose, table, body)).substr(0, kSealBytes));
}

std::string ScanPlans::Add(const ScanWork& work, int64_t min_rows) {
  const std::string body = fmt::format("{}-{}", work.expires, Hex(RandomBytes(8)));
  std::string id = fmt::format("{}-{}", body, SealOf(body, work.table));
  std::lock_guard lock(mutex_);
  filter_bytes_ += work.filter.size();
  plans_[id] = {work, min_rows, false};
  order_.push_back(id);
  while (order_.size() > kPlansMax || (filter_bytes_ > kFilterBytesMax && order_.size() > 1)) {
    const auto oldest = plans_.find(order_.front());
    filter_bytes_ -= oldest->second.work.filter.size();
    plans_.erase(oldest);
    order_.pop_front();
  }
  return id;
}

ScanPlans::Plan ScanPlans::Find(std::string_view id, std::string_view table, Timestamp now) {
  Plan plan;
  const size_t dash = id.rfind('-');
  if (dash == std::string_view::npos) return plan;
  const std::string_view body = id.substr(0, dash);
  if (!ConstantTimeEqual(SealOf(body, table), id.substr(dash + 1))) return plan;
  plan.state = Plan::State::kGone;
  const auto end = ParseI64(body.substr(0, body.find('-')));
  if (!end || *end <= now.micros / kMicrosPerSecond) return plan;
  std::lock_guard lock(mutex_);
  const auto found = plans_.find(std::string(id));
  if (found == plans_.end()) return plan;
  plan.state = found->second.cancelled ? Plan::State::kCancelled : Plan::State::kKept;
  plan.work = found->second.work;
  plan.min_rows = found->second.min_rows;
  return plan;
}

bool ScanPlans::Cancel(std::string_view id, std::string_view table, Timestamp now) {
  const Plan plan = Find(id, table, now);
  if (plan.state == Plan::State::kUnknown || plan.state == Plan::State::kGone) return false;
  std::lock_guard lock(mutex_);
  if (const auto found = plans_.find(std::string(id)); found != plans_.end()) found->second.cancelled = true;
  const std::string key = plan.work.Key();
  std::erase_if(slots_, [&](const auto& slot) { return slot.first == key; });
  return true;
}

std::shared_ptr<ScanPlans::Slot> ScanPlans::SlotOf(const std::string& key) {
  std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(slots_, key, [](const auto& slot) { return slot.first; });
  if (found != slots_.end()) {
    slots_.splice(slots_.begin(), slots_, found);
  } else {
    slots_.emplace_front(key, std::make_shared<Slot>());
    if (slots_.size() > kPreparedMax) slots_.pop_back();
  }
  return slots_.front().second;
}

}  // namespace tarn::api::iceberg_rest
