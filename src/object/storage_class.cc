#include "object/storage_class.h"

#include <algorithm>
#include <iterator>

#include "object/errors.h"

namespace tarn::object {
namespace {

struct ClassRow {
  std::string_view name;
  int rank;
};
constexpr ClassRow kClasses[] = {
    {"STANDARD", 0},   {"REDUCED_REDUNDANCY", 0}, {"STANDARD_IA", 1}, {"INTELLIGENT_TIERING", 2},
    {"ONEZONE_IA", 3}, {"GLACIER_IR", 4},         {"GLACIER", 5},     {"DEEP_ARCHIVE", 6}};

const ClassRow* FindClass(std::string_view name) {
  const auto* found = std::ranges::find(kClasses, name, &ClassRow::name);
  return found == std::end(kClasses) ? nullptr : found;
}

}  // namespace

Timestamp StorageTimes::Midnight(Timestamp from, uint32_t days) const {
  const int64_t end = from.micros + static_cast<int64_t>(days) * day_micros;
  return {(end + day_micros - 1) / day_micros * day_micros};
}

Timestamp StorageTimes::Ready(Timestamp from, std::string_view tier) const {
  const int64_t whole = tier == "Expedited" ? expedited_micros : tier == "Bulk" ? bulk_micros : standard_micros;
  return {from.micros + static_cast<int64_t>(static_cast<double>(whole) * static_cast<double>(day_micros) /
                                             static_cast<double>(kMicrosPerDay))};
}

bool IsStorageClass(std::string_view name) { return FindClass(name) != nullptr; }

bool IsArchive(std::string_view name) { return name == "GLACIER" || name == "DEEP_ARCHIVE"; }

bool IsArchived(std::string_view storage_class, AccessTier tier) {
  return IsArchive(storage_class) || (storage_class == kTieringClass && tier >= AccessTier::kArchive);
}

std::string_view ArchiveStatus(AccessTier tier) {
  if (tier == AccessTier::kArchive) return "ARCHIVE_ACCESS";
  return tier == AccessTier::kDeepArchive ? "DEEP_ARCHIVE_ACCESS" : "";
}

std::string_view ClassOfTier(AccessTier tier) {
  switch (tier) {
    case AccessTier::kFrequent:
      break;
    case AccessTier::kInfrequent:
      return "STANDARD_IA";
    case AccessTier::kArchiveInstant:
      return "GLACIER_IR";
    case AccessTier::kArchive:
      return "GLACIER";
    case AccessTier::kDeepArchive:
      return "DEEP_ARCHIVE";
  }
  return kTieringClass;
}

StorageKind KindOf(std::string_view storage_class, AccessTier tier) {
  if (storage_class == kTieringClass) {
    return static_cast<StorageKind>(static_cast<uint8_t>(StorageKind::kTieringFrequent) + static_cast<uint8_t>(tier));
  }
  constexpr std::string_view kNames[] = {"STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "GLACIER_IR",
                                         "GLACIER",  "DEEP_ARCHIVE"};
  const auto* found = std::ranges::find(kNames, storage_class);
  return found == std::end(kNames) ? StorageKind::kStandard : static_cast<StorageKind>(found - std::begin(kNames));
}

std::string_view StorageTypeName(StorageKind kind) {
  constexpr std::string_view kNames[kStorageKinds] = {"StandardStorage",
                                                      "ReducedRedundancyStorage",
                                                      "StandardIAStorage",
                                                      "OneZoneIAStorage",
                                                      "GlacierInstantRetrievalStorage",
                                                      "GlacierStorage",
                                                      "DeepArchiveStorage",
                                                      "IntelligentTieringFAStorage",
                                                      "IntelligentTieringIAStorage",
                                                      "IntelligentTieringAIAStorage",
                                                      "IntelligentTieringAAStorage",
                                                      "IntelligentTieringDAAStorage"};
  return kNames[static_cast<size_t>(kind) < kStorageKinds ? static_cast<size_t>(kind) : 0];
}

int TransitionRank(std::string_view name) {
  const ClassRow* found = FindClass(name);
  return found == nullptr ? 0 : found->rank;
}

RestoreState StateOf(const Restoration& restoration, Timestamp now) {
  if (restoration.ready.micros == 0) return RestoreState::kNone;
  if (restoration.step == RestoreStep::kAsked) return RestoreState::kUnderWay;
  if (restoration.until <= now) return RestoreState::kNone;
  return restoration.ready <= now ? RestoreState::kReady : RestoreState::kUnderWay;
}

Status CheckReadable(const Attributes& attributes, Timestamp now) {
  if (!IsArchived(attributes.storage_class, attributes.tier)) return Ok();
  if (StateOf(attributes.restoration, now) == RestoreState::kReady) return Ok();
  return Fail(kInvalidObjectState, "The operation is not valid for the object's storage class");
}

}  // namespace tarn::object
