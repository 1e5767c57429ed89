#include "delivery/output/time_zone.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>

namespace tarn::delivery {
namespace {

constexpr size_t kFileBytesMax = 1 << 20;

// Reads big-endian numbers; says `ended` instead of running over the end.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : rest_(bytes) {}
  std::string_view Take(size_t count) {
    if (count > rest_.size()) {
      ended_ = true;
      return {};
    }
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  int64_t Number(size_t width) {
    uint64_t value = 0;
    for (const char c : Take(width)) value = value << 8 | static_cast<unsigned char>(c);
    if (width == 4) return static_cast<int32_t>(value);
    return static_cast<int64_t>(value);
  }
  bool ended() const { return ended_; }

 private:
  std::string_view rest_;
  bool ended_ = false;
};

struct Header {
  size_t utc_flags = 0, standard_flags = 0, leaps = 0, times = 0, types = 0, names = 0;
  char version = 0;
  size_t BodyBytes(size_t width) const {
    return times * (width + 1) + types * 6 + names + leaps * (width + 4) + standard_flags + utc_flags;
  }
};

std::optional<Header> ReadHeader(Bytes& in) {
  const std::string_view magic = in.Take(4);
  const std::string_view version = in.Take(1);
  in.Take(15);
  Header header;
  for (size_t* count :
       {&header.utc_flags, &header.standard_flags, &header.leaps, &header.times, &header.types, &header.names}) {
    const int64_t value = in.Number(4);
    if (value < 0 || value > static_cast<int64_t>(kFileBytesMax)) return std::nullopt;
    *count = static_cast<size_t>(value);
  }
  if (in.ended() || magic != "TZif" || header.types == 0) return std::nullopt;
  header.version = version[0];
  return header;
}

std::shared_ptr<const ZoneRules> Load(const std::string& zone) {
  std::ifstream file("/usr/share/zoneinfo/" + zone, std::ios::binary);
  std::string bytes;
  bytes.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  auto rules = ZoneRules::Parse(bytes);
  return rules ? std::make_shared<const ZoneRules>(std::move(*rules)) : nullptr;
}

}  // namespace

std::optional<ZoneRules> ZoneRules::Parse(std::string_view bytes) {
  if (bytes.size() > kFileBytesMax) return std::nullopt;
  Bytes in(bytes);
  auto header = ReadHeader(in);
  if (!header) return std::nullopt;
  size_t width = 4;
  if (header->version >= '2') {
    in.Take(header->BodyBytes(width));
    width = 8;
    header = ReadHeader(in);
    if (!header) return std::nullopt;
  }
  ZoneRules rules;
  rules.changes_.resize(std::min(header->times, bytes.size()));
  for (Change& change : rules.changes_) change.at = in.Number(width);
  for (Change& change : rules.changes_) change.offset = static_cast<size_t>(in.Number(1));
  struct Kind {
    int64_t seconds, name;
  };
  std::vector<Kind> kinds;
  for (size_t i = 0; i < header->types && !in.ended(); ++i) {
    const int64_t seconds = in.Number(4);
    in.Take(1);
    kinds.push_back({seconds, in.Number(1)});
  }
  const std::string_view names = in.Take(header->names);
  if (in.ended()) return std::nullopt;
  for (const Kind& kind : kinds) {
    const auto at = static_cast<size_t>(kind.name);
    if (at >= names.size() || kind.seconds < -86'400 || kind.seconds > 86'400) return std::nullopt;
    const std::string_view name = names.substr(at);
    rules.offsets_.push_back({static_cast<int32_t>(kind.seconds), std::string(name.substr(0, name.find('\0')))});
  }
  for (const Change& change : rules.changes_) {
    if (change.offset >= rules.offsets_.size()) return std::nullopt;
  }
  if (!std::ranges::is_sorted(rules.changes_, {}, &Change::at)) return std::nullopt;
  return rules;
}

ZoneOffset ZoneRules::At(Timestamp time) const {
  const auto after = std::ranges::upper_bound(changes_, time.seconds(), {}, &Change::at);
  if (after == changes_.begin()) return offsets_[first_];
  return offsets_[std::prev(after)->offset];
}

std::optional<ZoneOffset> OffsetOf(std::string_view zone, Timestamp time) {
  if (zone.empty() || zone == "UTC") return ZoneOffset{0, "UTC"};
  const bool plain = std::ranges::all_of(
      zone, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == '_'; });
  if (!plain || zone.front() == '/' || zone.size() > 50) return std::nullopt;
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const ZoneRules>, std::less<>> known;
  std::lock_guard lock(mutex);
  auto found = known.find(zone);
  if (found == known.end()) found = known.emplace(std::string(zone), Load(std::string(zone))).first;
  if (!found->second) return std::nullopt;
  return found->second->At(time);
}

}  // namespace tarn::delivery
