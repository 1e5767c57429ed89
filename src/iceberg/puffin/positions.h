// A set of row positions: 64-bit Roaring, in the portable form that deletion vectors use.
//
// Positions are below 2^63. Containers of 65,536 positions are sorted lists up to 4,096 members and bitmaps above; runs
// are written where they are smaller. Threads: const use by any.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace tarn::iceberg {

class Positions {
 public:
  void Add(uint64_t position);
  // [first, last]
  void AddRange(uint64_t first, uint64_t last);
  void Union(const Positions& other);
  bool Contains(uint64_t position) const;
  uint64_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // In ascending order.
  void ForEach(const std::function<void(uint64_t)>& visit) const;
  std::vector<uint64_t> ToVector() const;
  bool operator==(const Positions& other) const { return ToVector() == other.ToVector(); }

  // Error Corrupt for anything but one whole bitmap.
  static Result<Positions> Parse(std::string_view bytes);
  std::string Serialize() const;

 private:
  using Array = std::vector<uint16_t>;
  using Bitmap = std::array<uint64_t, 1024>;
  struct Container {
    std::variant<Array, std::unique_ptr<Bitmap>> members;
    uint32_t size = 0;
    bool Contains(uint16_t low) const;
    bool Add(uint16_t low);
    std::vector<uint16_t> Sorted() const;
  };
  friend class RoaringReader;
  static void WriteBitmap(std::string& out, const std::vector<std::pair<uint16_t, const Container*>>& containers);

  std::map<uint64_t, Container> containers_;  // by position >> 16
  uint64_t size_ = 0;
};

// The blob "deletion-vector-v1": length, magic, positions, CRC-32.
Result<Positions> ParseDeletionVector(std::string_view blob);
std::string SerializeDeletionVector(const Positions& positions);

}  // namespace tarn::iceberg
