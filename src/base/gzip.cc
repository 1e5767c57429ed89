#include "base/gzip.h"

#include <isa-l.h>

namespace tarn {
namespace {

// Gives the bytes of all members to `take`, chunk by chunk: false from it, or bytes that are not gzip's, end that.
template <typename Take>
bool Inflate(std::string_view packed, const Take& take) {
  inflate_state state;
  isal_inflate_init(&state);
  state.crc_flag = ISAL_GZIP;
  state.next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(packed.data()));
  state.avail_in = static_cast<uint32_t>(packed.size());
  std::string chunk(size_t{64} << 10, '\0');
  while (true) {
    state.next_out = reinterpret_cast<uint8_t*>(chunk.data());
    state.avail_out = static_cast<uint32_t>(chunk.size());
    if (isal_inflate(&state) != ISAL_DECOMP_OK) return false;
    if (!take(std::string_view(chunk.data(), chunk.size() - state.avail_out))) return false;
    if (state.block_state == ISAL_BLOCK_FINISH) {
      if (state.avail_in == 0) return true;
      isal_inflate_reset(&state);  // the next member; what is left to read stays as it is
      state.crc_flag = ISAL_GZIP;
    } else if (state.avail_in == 0 && state.avail_out != 0) {
      return false;
    }
  }
}

}  // namespace

std::optional<std::string> Gunzip(std::string_view packed, size_t bytes_max) {
  std::string out;
  const bool whole = Inflate(packed, [&](std::string_view chunk) {
    out += chunk;
    return out.size() <= bytes_max;
  });
  if (!whole) return std::nullopt;
  return out;
}

std::optional<size_t> GunzippedBytes(std::string_view packed, size_t bytes_max) {
  size_t bytes = 0;
  const bool whole = Inflate(packed, [&](std::string_view chunk) {
    bytes += chunk.size();
    return bytes <= bytes_max;
  });
  if (!whole && bytes <= bytes_max) return std::nullopt;
  return bytes;
}

}  // namespace tarn
