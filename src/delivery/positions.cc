#include "delivery/positions.h"

#include "base/record.h"
#include "delivery/errors.h"
#include "delivery/keys.h"

namespace tarn::delivery {

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
      RecordReader reader(row.value);
      while (reader.Next()) {
        if (reader.tag() == 1) positions[*lane] = reader.u64();
      }
    }
    return Ok();
  }));
  return positions;
}

}  // namespace tarn::delivery
