// CRC-64/NVME. Where the processor multiplies without carries, 64 bytes are folded at a time: each 16 bytes of the
// message are replaced by what is congruent to them 64 bytes further on, and tables do the rest.
#include <array>
#include <cstring>

#include "base/hash.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tarn {
namespace {

constexpr uint64_t kPoly = 0x9a6c9329ac4bc9b5ULL;  // reflected

using Tables = std::array<std::array<uint64_t, 256>, 8>;
constexpr Tables MakeTables() {
  Tables tables{};
  for (uint64_t i = 0; i < 256; ++i) {
    uint64_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPoly : 0);
    tables[0][i] = crc;
  }
  for (size_t i = 0; i < 256; ++i) {
    for (size_t k = 1; k < 8; ++k) tables[k][i] = (tables[k - 1][i] >> 8) ^ tables[0][tables[k - 1][i] & 0xff];
  }
  return tables;
}
constexpr Tables kTables = MakeTables();

uint64_t ByTables(uint64_t state, const unsigned char* data, size_t count) {
  for (; count >= 8; count -= 8, data += 8) {
    uint64_t word = 0;
    std::memcpy(&word, data, 8);
    state ^= word;
    state = kTables[7][state & 0xff] ^ kTables[6][(state >> 8) & 0xff] ^ kTables[5][(state >> 16) & 0xff] ^
            kTables[4][(state >> 24) & 0xff] ^ kTables[3][(state >> 32) & 0xff] ^ kTables[2][(state >> 40) & 0xff] ^
            kTables[1][(state >> 48) & 0xff] ^ kTables[0][state >> 56];
  }
  for (; count > 0; --count, ++data) state = (state >> 8) ^ kTables[0][(state ^ *data) & 0xff];
  return state;
}

#if defined(__x86_64__)

constexpr size_t kLane = 16;
constexpr size_t kStep = 4 * kLane;

// x^power modulo the polynomial.
constexpr uint64_t Power(int power) {
  uint64_t value = uint64_t{1} << 63;
  for (int i = 0; i < power; ++i) value = (value >> 1) ^ ((value & 1) != 0 ? kPoly : 0);
  return value;
}

// Moves a lane on by some bits and adds `next`. A product of reflected factors is one power of x too high.
template <int kBits>
__attribute__((target("pclmul,sse4.1"))) __m128i Fold(__m128i lane, __m128i next) {
  constexpr uint64_t kLow = Power(kBits + 63);
  constexpr uint64_t kHigh = Power(kBits - 1);
  const __m128i factors = _mm_set_epi64x(static_cast<int64_t>(kHigh), static_cast<int64_t>(kLow));
  return _mm_xor_si128(
      next, _mm_xor_si128(_mm_clmulepi64_si128(lane, factors, 0x00), _mm_clmulepi64_si128(lane, factors, 0x11)));
}

// `count` is a multiple of kStep, at least one.
__attribute__((target("pclmul,sse4.1"))) uint64_t ByFolding(uint64_t state, const unsigned char* data, size_t count) {
  const auto load = [](const unsigned char* from) __attribute__((target("pclmul,sse4.1"))) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  };
  __m128i lanes[4];
  for (size_t i = 0; i < 4; ++i) lanes[i] = load(data + i * kLane);
  lanes[0] = _mm_xor_si128(lanes[0], _mm_set_epi64x(0, static_cast<int64_t>(state)));
  for (size_t at = kStep; at < count; at += kStep) {
    for (size_t i = 0; i < 4; ++i) lanes[i] = Fold<8 * kStep>(lanes[i], load(data + at + i * kLane));
  }
  __m128i last = lanes[0];
  for (size_t i = 1; i < 4; ++i) last = Fold<8 * kLane>(last, lanes[i]);
  unsigned char bytes[kLane];
  _mm_storeu_si128(reinterpret_cast<__m128i*>(bytes), last);
  return ByTables(0, bytes, kLane);
}

#endif

}  // namespace

uint64_t Crc64Nvme(std::span<const std::byte> bytes, uint64_t crc) {
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  size_t count = bytes.size();
  uint64_t state = ~crc;
#if defined(__x86_64__)
  static const bool folds = __builtin_cpu_supports("pclmul") != 0 && __builtin_cpu_supports("sse4.1") != 0;
  if (const size_t whole = count / kStep * kStep; folds && whole > 0) {
    state = ByFolding(state, data, whole);
    data += whole;
    count -= whole;
  }
#endif
  return ~ByTables(state, data, count);
}

}  // namespace tarn
