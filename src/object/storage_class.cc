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

int TransitionRank(std::string_view name) {
  const ClassRow* found = FindClass(name);
  return found == nullptr ? 0 : found->rank;
}

RestoreState StateOf(const Restoration& restoration, Timestamp now) {
  if (restoration.ready.micros == 0 || restoration.until <= now) return RestoreState::kNone;
  return restoration.ready <= now ? RestoreState::kReady : RestoreState::kUnderWay;
}

Status CheckReadable(const Attributes& attributes, Timestamp now) {
  if (!IsArchive(attributes.storage_class) || StateOf(attributes.restoration, now) == RestoreState::kReady) return Ok();
  return Fail(kInvalidObjectState, "The operation is not valid for the object's storage class");
}

}  // namespace tarn::object
