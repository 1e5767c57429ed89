#include "iceberg/puffin/positions.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/hash.h"
#include "iceberg/errors.h"

namespace tarn::iceberg {
namespace {

constexpr size_t kArrayMax = 4096;
constexpr uint32_t kCookieNoRuns = 12346;
constexpr uint32_t kCookie = 12347;
constexpr size_t kNoOffsetThreshold = 4;
constexpr std::string_view kDeletionMagic("\xD1\xD3\x39\x64", 4);

template <typename T>
void Put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

}  // namespace

bool Positions::Container::Contains(uint16_t low) const {
  if (const auto* array = std::get_if<Array>(&members)) return std::binary_search(array->begin(), array->end(), low);
  return ((*std::get<std::unique_ptr<Bitmap>>(members))[low >> 6] >> (low & 63) & 1) != 0;
}

bool Positions::Container::Add(uint16_t low) {
  if (auto* array = std::get_if<Array>(&members)) {
    // Mostly called in ascending order.
    const auto at =
        array->empty() || array->back() < low ? array->end() : std::lower_bound(array->begin(), array->end(), low);
    if (at != array->end() && *at == low) return false;
    array->insert(at, low);
    if (++size > kArrayMax) {
      auto bitmap = std::make_unique<Bitmap>();
      for (const uint16_t each : *array) (*bitmap)[each >> 6] |= uint64_t{1} << (each & 63);
      members = std::move(bitmap);
    }
    return true;
  }
  uint64_t& word = (*std::get<std::unique_ptr<Bitmap>>(members))[low >> 6];
  const uint64_t bit = uint64_t{1} << (low & 63);
  if ((word & bit) != 0) return false;
  word |= bit;
  ++size;
  return true;
}

std::vector<uint16_t> Positions::Container::Sorted() const {
  if (const auto* array = std::get_if<Array>(&members)) return *array;
  std::vector<uint16_t> out;
  out.reserve(size);
  const Bitmap& bitmap = *std::get<std::unique_ptr<Bitmap>>(members);
  for (size_t i = 0; i < bitmap.size(); ++i) {
    for (uint64_t word = bitmap[i]; word != 0; word &= word - 1) {
      out.push_back(static_cast<uint16_t>(i * 64 + static_cast<size_t>(std::countr_zero(word))));
    }
  }
  return out;
}

void Positions::Add(uint64_t position) {
  if (containers_[position >> 16].Add(static_cast<uint16_t>(position))) ++size_;
}

void Positions::AddRange(uint64_t first, uint64_t last) {
  for (uint64_t position = first; position <= last; ++position) Add(position);
}

void Positions::Union(const Positions& other) {
  other.ForEach([this](uint64_t position) { Add(position); });
}

bool Positions::Contains(uint64_t position) const {
  const auto container = containers_.find(position >> 16);
  return container != containers_.end() && container->second.Contains(static_cast<uint16_t>(position));
}

void Positions::ForEach(const std::function<void(uint64_t)>& visit) const {
  for (const auto& [high, container] : containers_) {
    for (const uint16_t low : container.Sorted()) visit(high << 16 | low);
  }
}

std::vector<uint64_t> Positions::ToVector() const {
  std::vector<uint64_t> out;
  out.reserve(size_);
  ForEach([&](uint64_t position) { out.push_back(position); });
  return out;
}

// Reads 32-bit bitmaps one after another.
class RoaringReader {
 public:
  RoaringReader(std::string_view bytes, Positions& out) : bytes_(bytes), out_(out) {}

  Status Run() {
    const uint64_t bitmaps = Take<uint64_t>();
    if (failed_ || bitmaps > bytes_.size()) return Corrupt();
    int64_t last = -1;
    for (uint64_t i = 0; i < bitmaps; ++i) {
      const uint32_t key = Take<uint32_t>();
      if (failed_ || static_cast<int64_t>(key) <= last || key > INT32_MAX) return Corrupt();
      last = key;
      TARN_CHECK(ReadBitmap(uint64_t{key} << 16));
    }
    return bytes_.empty() ? Ok() : Status(Corrupt());
  }

 private:
  static Error Corrupt() { return Fail(kCorrupt, "the position bitmap is broken"); }

  template <typename T>
  T Take() {
    T value{};
    if (bytes_.size() < sizeof(T)) {
      failed_ = true;
      return value;
    }
    std::memcpy(&value, bytes_.data(), sizeof(T));
    bytes_.remove_prefix(sizeof(T));
    return value;
  }
  std::string_view TakeBytes(size_t size) {
    if (bytes_.size() < size) {
      failed_ = true;
      return {};
    }
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

  Status ReadBitmap(uint64_t high) {
    const uint32_t cookie = Take<uint32_t>();
    size_t count = 0;
    std::string_view runs;
    if ((cookie & 0xFFFF) == kCookie) {
      count = (cookie >> 16) + 1;
      runs = TakeBytes((count + 7) / 8);
    } else if (cookie == kCookieNoRuns) {
      count = Take<uint32_t>();
    } else {
      return Corrupt();
    }
    if (failed_ || count > 65536) return Corrupt();
    const std::string_view heads = TakeBytes(count * 4);
    // Containers lie one after another: their offsets say nothing new.
    if (runs.empty() || count >= kNoOffsetThreshold) TakeBytes(count * 4);
    if (failed_) return Corrupt();
    int last = -1;
    for (size_t i = 0; i < count; ++i) {
      uint16_t head[2];
      std::memcpy(head, heads.data() + i * 4, 4);
      if (head[0] <= last) return Corrupt();
      last = head[0];
      const bool run = !runs.empty() && (static_cast<uint8_t>(runs[i / 8]) >> (i % 8) & 1) != 0;
      TARN_CHECK(ReadContainer(high | head[0], size_t{head[1]} + 1, run));
    }
    return Ok();
  }

  Status ReadContainer(uint64_t key, size_t size, bool run) {
    Positions::Container& container = out_.containers_[key];
    if (run) {
      const size_t count = Take<uint16_t>();
      for (size_t i = 0; i < count && !failed_; ++i) {
        const uint32_t start = Take<uint16_t>();
        const uint32_t length = Take<uint16_t>();
        if (failed_ || start + length > 65535) return Corrupt();
        for (uint32_t low = start; low <= start + length; ++low) container.Add(static_cast<uint16_t>(low));
      }
    } else if (size <= kArrayMax) {
      const std::string_view values = TakeBytes(size * 2);
      if (failed_) return Corrupt();
      Positions::Array array(size);
      std::memcpy(array.data(), values.data(), values.size());
      if (std::adjacent_find(array.begin(), array.end(), std::greater_equal<>()) != array.end()) return Corrupt();
      container.size = static_cast<uint32_t>(size);
      container.members = std::move(array);
    } else {
      const std::string_view words = TakeBytes(8192);
      if (failed_) return Corrupt();
      auto bitmap = std::make_unique<Positions::Bitmap>();
      std::memcpy(bitmap->data(), words.data(), 8192);
      uint32_t bits = 0;
      for (const uint64_t word : *bitmap) bits += static_cast<uint32_t>(std::popcount(word));
      container.size = bits;
      container.members = std::move(bitmap);
    }
    if (failed_ || container.size != size) return Corrupt();
    out_.size_ += size;
    return Ok();
  }

  std::string_view bytes_;
  Positions& out_;
  bool failed_ = false;
};

Result<Positions> Positions::Parse(std::string_view bytes) {
  Positions positions;
  TARN_CHECK(RoaringReader(bytes, positions).Run());
  return positions;
}

namespace {

// [start, last] of every run of neighbours.
std::vector<std::pair<uint16_t, uint16_t>> Runs(const std::vector<uint16_t>& sorted) {
  std::vector<std::pair<uint16_t, uint16_t>> runs;
  for (const uint16_t each : sorted) {
    if (!runs.empty() && runs.back().second + 1 == each) {
      runs.back().second = each;
    } else {
      runs.emplace_back(each, each);
    }
  }
  return runs;
}

}  // namespace

void Positions::WriteBitmap(std::string& out, const std::vector<std::pair<uint16_t, const Container*>>& containers) {
  const size_t count = containers.size();
  std::vector<std::string> bodies;
  std::string flags((count + 7) / 8, '\0');
  bool any_runs = false;
  for (size_t i = 0; i < count; ++i) {
    const Container& container = *containers[i].second;
    const std::vector<uint16_t> sorted = container.Sorted();
    const auto runs = Runs(sorted);
    const size_t plain = container.size <= kArrayMax ? container.size * size_t{2} : 8192;
    std::string body;
    if (2 + runs.size() * 4 < plain) {
      any_runs = true;
      flags[i / 8] = static_cast<char>(flags[i / 8] | 1 << (i % 8));
      Put(body, static_cast<uint16_t>(runs.size()));
      for (const auto& [start, last] : runs) {
        Put(body, start);
        Put(body, static_cast<uint16_t>(last - start));
      }
    } else if (container.size <= kArrayMax) {
      body.assign(reinterpret_cast<const char*>(sorted.data()), sorted.size() * 2);
    } else {
      Bitmap bitmap{};
      for (const uint16_t low : sorted) bitmap[low >> 6] |= uint64_t{1} << (low & 63);
      body.assign(reinterpret_cast<const char*>(bitmap.data()), 8192);
    }
    bodies.push_back(std::move(body));
  }
  const size_t start = out.size();
  if (any_runs) {
    Put(out, static_cast<uint32_t>(kCookie | (count - 1) << 16));
    out += flags;
  } else {
    Put(out, kCookieNoRuns);
    Put(out, static_cast<uint32_t>(count));
  }
  for (const auto& [key, container] : containers) {
    Put(out, key);
    Put(out, static_cast<uint16_t>(container->size - 1));
  }
  if (!any_runs || count >= kNoOffsetThreshold) {
    size_t offset = out.size() - start + count * 4;
    for (const std::string& body : bodies) {
      Put(out, static_cast<uint32_t>(offset));
      offset += body.size();
    }
  }
  for (const std::string& body : bodies) out += body;
}

std::string Positions::Serialize() const {
  std::map<uint32_t, std::vector<std::pair<uint16_t, const Container*>>> bitmaps;
  for (const auto& [key, container] : containers_) {
    if (container.size > 0) {
      bitmaps[static_cast<uint32_t>(key >> 16)].emplace_back(static_cast<uint16_t>(key), &container);
    }
  }
  std::string out;
  Put(out, uint64_t{bitmaps.size()});
  for (const auto& [key, containers] : bitmaps) {
    Put(out, key);
    WriteBitmap(out, containers);
  }
  return out;
}

Result<Positions> ParseDeletionVector(std::string_view blob) {
  if (blob.size() < 12 || BigEndian32(static_cast<uint32_t>(blob.size() - 8)) != blob.substr(0, 4)) {
    return Fail(kCorrupt, "the deletion vector is not of the length that it states");
  }
  const std::string_view body = blob.substr(4, blob.size() - 8);
  if (!body.starts_with(kDeletionMagic)) return Fail(kCorrupt, "the deletion vector lacks its magic number");
  if (BigEndian32(Crc32(AsBytes(body))) != blob.substr(blob.size() - 4)) {
    return Fail(kCorrupt, "the deletion vector's checksum does not match");
  }
  return Positions::Parse(body.substr(4));
}

std::string SerializeDeletionVector(const Positions& positions) {
  const std::string body = std::string(kDeletionMagic) + positions.Serialize();
  return BigEndian32(static_cast<uint32_t>(body.size())) + body + BigEndian32(Crc32(AsBytes(body)));
}

}  // namespace tarn::iceberg
