// Storage classes: their names, which of them are archives, in which order versions move down through them, and when an
// archived version can be read.
//
// A version of an archive class is read only while a restored copy of it lasts, which lies where STANDARD does; its own
// bytes stay where the class lies.
// Units: times are UTC microseconds since 1970. Threads: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "object/attributes.h"
#include "object/bucket.h"

namespace tarn::object {

inline constexpr std::string_view kStandardClass = "STANDARD";
inline constexpr std::string_view kTieringClass = "INTELLIGENT_TIERING";
// Smaller objects of that class stay in its frequent tier.
inline constexpr uint64_t kTieringBytesMin = 128 << 10;

// How long a day and a retrieval take: shortened in trials.
struct StorageTimes {
  int64_t day_micros = kMicrosPerDay;
  // For an archive to become readable, in real days.
  int64_t expedited_micros = 1 * 60 * kMicrosPerSecond;
  int64_t standard_micros = 5 * 60 * kMicrosPerSecond;
  int64_t bulk_micros = 15 * 60 * kMicrosPerSecond;

  // The midnight of the (shortened) clock that ends `days` after `from`.
  Timestamp Midnight(Timestamp from, uint32_t days) const;
  // When a retrieval begun at `from` is done. `tier` is "Expedited", "Standard" or "Bulk".
  Timestamp Ready(Timestamp from, std::string_view tier) const;
};

// The classes that objects of general purpose buckets may have.
bool IsStorageClass(std::string_view name);
// Of a kept class, where STANDARD is empty.
inline std::string_view ClassName(const std::string& kept) {
  return kept.empty() ? kStandardClass : std::string_view(kept);
}
inline std::string KeptClass(std::string_view name) {
  return name == kStandardClass ? std::string() : std::string(name);
}
bool IsArchive(std::string_view name);  // GLACIER and DEEP_ARCHIVE
// Whether such a version is read after a restore only: of an archive class, or in an archive tier.
bool IsArchived(std::string_view storage_class, AccessTier tier);
// What x-amz-archive-status tells of a tier; "" for those that are read at once.
std::string_view ArchiveStatus(AccessTier tier);
// The class where a version of Intelligent-Tiering lies when that class has a place of its own.
std::string_view ClassOfTier(AccessTier tier);
// As which the bytes of a version are counted.
StorageKind KindOf(std::string_view storage_class, AccessTier tier);
// CloudWatch's name of it: "GlacierStorage".
std::string_view StorageTypeName(StorageKind kind);
// Lifecycle rules move versions to classes of a higher rank only.
int TransitionRank(std::string_view name);

enum class RestoreState : uint8_t { kNone, kUnderWay, kReady };
RestoreState StateOf(const Restoration& restoration, Timestamp now);
// kInvalidObjectState for an archived version that is not restored.
Status CheckReadable(const Attributes& attributes, Timestamp now);

}  // namespace tarn::object
