// Sequence numbers: decimal numbers of 186 bits, in the layout that clients' and emulators' authors have found in those
// of Kinesis. They rise with the position in a shard, and tell shard, position and second of arrival.
//
//   hex: 2 | 9 digits: second of the shard's creation | 1: shard's last digit | 16: position + 1 | 2 | 9: second of
//   arrival | 8: shard | 2          (the position + 1 of a shard's start is 0, that of its end 7fff…f)
// Two older layouts (whose last digit is 1, and those below 2^125 · 16) are read, never written. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tarn::stream {

struct Sequence {
  int64_t created = 0;  // seconds
  uint64_t index = 0;   // position + 1
  int64_t arrived = 0;  // seconds
  int64_t shard = 0;
  int version = 2;
};
inline constexpr uint64_t kLastIndex = 0x7fffffffffffffffULL;

std::string FormatSequence(const Sequence& sequence);
// Nothing for what is no sequence number.
std::optional<Sequence> ParseSequence(std::string_view decimal);

}  // namespace tarn::stream
