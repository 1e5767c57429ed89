#include "audit/delivery/file_names.h"

#include <fmt/format.h>

#include "audit/keys.h"
#include "base/hash.h"

namespace tarn::audit {
namespace {

constexpr size_t kUniqueLength = 16;
constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

std::string Unique(std::string_view seed) {
  std::string text;
  for (const char byte : Sha256(seed).substr(0, kUniqueLength)) {
    text += kLetters[static_cast<unsigned char>(byte) % kLetters.size()];
  }
  return text;
}

std::string Folder(const Trail& trail, std::string_view kind, std::string_view region, Timestamp time) {
  const CivilTime civil = ToCivil(time);
  return fmt::format("{}{}AWSLogs/{}/{}/{}/{:04}/{:02}/{:02}/", trail.prefix, trail.prefix.empty() ? "" : "/",
                     trail.home.account, kind, region, civil.year, civil.month, civil.day);
}

}  // namespace

kv::Key SpaceOfTrail(std::string_view space, const Trail& trail) {
  return std::move(ScopeKey(space, trail.home.account, trail.home.region)
                       .Text(trail.name)
                       .Number(static_cast<uint64_t>(trail.created.micros)));
}

std::string LogFileKey(const Trail& trail, Category category, std::string_view region, Timestamp time,
                       std::string_view seed) {
  const CivilTime civil = ToCivil(time);
  const std::string_view kind = category == Category::kInsight ? "CloudTrail-Insight" : "CloudTrail";
  return fmt::format("{}{}_{}_{}_{:04}{:02}{:02}T{:02}{:02}Z_{}.json.gz", Folder(trail, kind, region, time),
                     trail.home.account, kind, region, civil.year, civil.month, civil.day, civil.hour, civil.minute,
                     Unique(seed));
}

std::string DigestKey(const Trail& trail, std::string_view region, Timestamp end) {
  return fmt::format("{}{}_CloudTrail-Digest_{}_{}_{}_{}.json.gz", Folder(trail, "CloudTrail-Digest", region, end),
                     trail.home.account, region, trail.name, trail.home.region, FormatAmzDate(end));
}

kv::Key PendingSpaceOf(const Trail& trail) { return SpaceOfTrail(kPendingSpace, trail); }

std::string PendingKey(const Trail& trail, const Event& event) {
  return PendingSpaceOf(trail).Number(static_cast<uint64_t>(event.time.micros)).Text(event.id).Take();
}

kv::Key TableSpace() { return kv::Key(kTableSpace); }

std::string TablePendingKey(const Event& event) {
  return TableSpace().Number(static_cast<uint64_t>(event.time.micros)).Text(event.id).Take();
}

kv::Key DigestSpaceOf(const Trail& trail, std::string_view region) {
  return std::move(SpaceOfTrail(kDigestSpace, trail).Text(region));
}

std::string DigestFileKey(const Trail& trail, std::string_view region, Timestamp delivered, std::string_view key) {
  return DigestSpaceOf(trail, region).Number(static_cast<uint64_t>(delivered.micros)).Text(key).Take();
}

std::string ChainKey(const Trail& trail, std::string_view region) {
  return SpaceOfTrail(kChainSpace, trail).Text(region).Take();
}

}  // namespace tarn::audit
