#include "delivery/positions.h"

#include "base/record.h"
#include "delivery/errors.h"
#include "delivery/keys.h"

namespace tarn::delivery {

std::string EncodePosition(uint64_t position) { return RecordWriter().U64(1, position).Take(); }

Result<uint64_t> DecodePosition(const std::optional<std::string>& kept) {
  uint64_t position = 0;
  if (!kept) return position;
  RecordReader reader(*kept);
  while (reader.Next()) {
    if (reader.tag() == 1) position = reader.u64();
  }
  if (reader.corrupt()) return Fail(kDamaged, "a position cannot be read");
  return position;
}

Result<Positions> LoadPositions(kv::Store& store, uint64_t log) {
  Positions positions;
  TARN_CHECK(kv::Read(store, [&](kv::Txn& txn) -> Status {
    const kv::Key space = PositionSpace(log);
    TARN_TRY(const auto rows, txn.PeekScan(space.bytes(), space.End(), 100'000));
    for (const kv::KeyValue& row : rows) {
      kv::KeyReader key(row.key);
      key.Text();
      key.Number();
      const auto lane = key.Text();
      if (!lane) return Fail(kDamaged, "a position's key cannot be read");
      TARN_TRY(positions[*lane], DecodePosition(row.value));
    }
    return Ok();
  }));
  return positions;
}

}  // namespace tarn::delivery
