// Where the audit trail's records lie in kv (docs/format/audit.md). Frozen.
#pragma once

#include <string>
#include <string_view>

#include "audit/event.h"
#include "kv/key.h"

namespace tarn::audit {

inline constexpr std::string_view kManagementSpace = "audit.management";
inline constexpr std::string_view kDataSpace = "audit.data";
inline constexpr std::string_view kInsightSpace = "audit.insight";
inline constexpr std::string_view kInsightCountSpace = "audit.insight-count";  // by operation and minute
inline constexpr std::string_view kInsightWatchSpace = "audit.insight-watch";  // by operation
inline constexpr std::string_view kQueueSpace = "audit.queue";
inline constexpr std::string_view kTrailSpace = "audit.trail";
inline constexpr std::string_view kTrailStateSpace = "audit.trail-state";
inline constexpr std::string_view kPendingSpace = "audit.pending";  // by trail: events to be delivered
inline constexpr std::string_view kDigestSpace = "audit.digest";    // by trail: files that the next digest names
inline constexpr std::string_view kChainSpace = "audit.chain";      // by trail and region: the last digest
inline constexpr std::string_view kTableSpace = "audit.table";      // events that the table lacks
inline constexpr std::string_view kSigningSpace = "audit.signing";  // by account and region: keys of digests

inline std::string_view SpaceOf(Category category) {
  switch (category) {
    case Category::kData:
      return kDataSpace;
    case Category::kInsight:
      return kInsightSpace;
    default:
      return kManagementSpace;
  }
}
inline kv::Key ScopeKey(std::string_view space, const std::string& account, const std::string& region) {
  return std::move(kv::Key(space).Text(account).Text(region));
}
inline std::string EventKey(const Event& event) {
  return ScopeKey(SpaceOf(event.category), event.account, event.region)
      .Number(static_cast<uint64_t>(event.time.micros))
      .Text(event.id)
      .Take();
}
// Its value is the event's key.
inline std::string QueueKey(const Event& event) {
  return kv::Key(kQueueSpace).Number(static_cast<uint64_t>(event.time.micros)).Text(event.id).Take();
}

}  // namespace tarn::audit
