// The stored form of the log: a segment's header and its chunks. Pure. Frozen: docs/format/stream.md.
//
//   header  128 bytes: "TSLG", version, number, number and length of the segment before, the wrapped key, zeros, CRC32C
//   chunk   a head of 44 bytes and a body: records of one log, sealed with AES-256-GCM (nonce: four zero bytes and the
//           chunk's offset; associated data: the head without its checksums)
// Numbers are big-endian. Threads: a Sealer one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "stream/log.h"

namespace tarn::stream {

inline constexpr size_t kSegmentHeaderBytes = 128;
inline constexpr size_t kChunkHeadBytes = 44;
inline constexpr size_t kChunkTagBytes = 16;
inline constexpr size_t kSegmentKeyBytes = 32;

struct SegmentHeader {
  uint32_t number = 0;
  uint32_t before = 0;  // 0: none
  uint64_t before_bytes = 0;
  std::string wrapped_key;  // empty: bodies are not sealed
};
std::string EncodeSegmentHeader(const SegmentHeader& header);
std::optional<SegmentHeader> DecodeSegmentHeader(std::string_view bytes);

enum class ChunkKind : uint32_t {
  kRecords = 1,
  kMoved = 2,   // a copy of records from a segment that goes
  kMarker = 3,  // no records: the log's next position is `first`
};
struct ChunkHead {
  ChunkKind kind = ChunkKind::kRecords;
  LogId log = 0;
  uint64_t first = 0;
  uint32_t count = 0;
  uint32_t body_bytes = 0;  // as stored
  Timestamp arrived;
  uint32_t body_crc = 0;

  uint64_t end() const { return first + count; }
  uint64_t stored_bytes() const { return kChunkHeadBytes + body_bytes; }
};
// Nothing when the checksum does not hold.
std::optional<ChunkHead> DecodeChunkHead(std::string_view bytes);

using ChunkRecords = std::vector<std::string>;
// What their chunk takes in a segment.
uint64_t ChunkBytes(const ChunkRecords& records, bool sealed);

// Writes and opens chunks of one segment.
class Sealer {
 public:
  explicit Sealer(std::string_view key);  // empty: bodies are not sealed
  ~Sealer();
  Sealer(const Sealer&) = delete;
  Sealer& operator=(const Sealer&) = delete;

  // Appends the chunk, which will lie at `offset`; sets head's count, body_bytes and body_crc.
  void Append(ChunkHead& head, uint64_t offset, const ChunkRecords& records, std::string& out);
  // `body` is changed. kLogDamaged.
  Result<ChunkRecords> Open(const ChunkHead& head, uint64_t offset, std::string& body);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tarn::stream
