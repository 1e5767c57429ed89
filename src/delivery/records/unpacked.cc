#include "delivery/records/unpacked.h"

#include <algorithm>
#include <map>

#include "base/gzip.h"

namespace tarn::delivery {

bool CutToUnpacked(std::vector<Arrived>& records, Positions& positions, size_t bytes_max) {
  // No gzip text holds more than this times its own size.
  constexpr size_t kMostOfAByte = 1'032;
  size_t packed = 0;
  for (const Arrived& record : records) packed += record.data.size();
  if (packed <= bytes_max / kMostOfAByte) return false;
  size_t bytes = 0;
  size_t kept = 0;
  for (; kept < records.size(); ++kept) {
    const std::string& data = records[kept].data;
    bytes += GunzippedBytes(data, kRecordUnpackedMax).value_or(data.size());
    if (bytes <= bytes_max || kept == 0) continue;
    // What came as one record of a log stays together.
    const Arrived& before = records[kept - 1];
    if (records[kept].lane != before.lane || records[kept].position != before.position) break;
  }
  if (kept == records.size()) return false;
  std::map<std::string, uint64_t> first;
  for (size_t i = kept; i < records.size(); ++i) {
    const auto at = first.try_emplace(records[i].lane, records[i].position).first;
    at->second = std::min(at->second, records[i].position);
  }
  for (const auto& [lane, position] : first) positions[lane] = position;
  records.erase(records.begin() + static_cast<ptrdiff_t>(kept), records.end());
  return true;
}

}  // namespace tarn::delivery
