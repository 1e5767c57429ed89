#include "base/gzip.h"

#include <isa-l.h>

namespace tarn {

std::optional<std::string> Gunzip(std::string_view packed, size_t bytes_max) {
  inflate_state state;
  isal_inflate_init(&state);
  state.crc_flag = ISAL_GZIP;
  state.next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(packed.data()));
  state.avail_in = static_cast<uint32_t>(packed.size());
  std::string out;
  std::string chunk(size_t{64} << 10, '\0');
  while (true) {
    state.next_out = reinterpret_cast<uint8_t*>(chunk.data());
    state.avail_out = static_cast<uint32_t>(chunk.size());
    if (isal_inflate(&state) != ISAL_DECOMP_OK) return std::nullopt;
    out.append(chunk.data(), chunk.size() - state.avail_out);
    if (out.size() > bytes_max) return std::nullopt;
    if (state.block_state == ISAL_BLOCK_FINISH) {
      if (state.avail_in == 0) return out;
      isal_inflate_reset(&state);  // the next member; what is left to read stays as it is
      state.crc_flag = ISAL_GZIP;
    } else if (state.avail_in == 0 && state.avail_out != 0) {
      return std::nullopt;
    }
  }
}

}  // namespace tarn
