#include "delivery/positions.h"

#include "base/record.h"
#include "delivery/errors.h"
#include "delivery/keys.h"
#include "kv/pages.h"

namespace tarn::delivery {
namespace {

constexpr size_t kPage = 1000;

}  // namespace

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

namespace {

// Positions by lane, the last component of the keys below `space`.
Result<Positions> LoadBelow(kv::Store& store, const kv::Key& space, bool of_table) {
  Positions positions;
  TARN_CHECK(kv::Read(store, [&](kv::Txn& txn) -> Status {
    for (kv::Pages pages(space, kPage); !pages.done();) {
      TARN_TRY(const auto rows, pages.Next(txn));
      for (const kv::KeyValue& row : rows) {
        kv::KeyReader key(row.key);
        key.Text();
        key.Number();
        if (of_table) key.Text();
        const auto lane = key.Text();
        if (!lane) return Fail(kDamaged, "a position's key cannot be read");
        TARN_TRY(positions[*lane], DecodePosition(row.value));
      }
    }
    return Ok();
  }));
  return positions;
}

}  // namespace

Result<Positions> LoadPositions(kv::Store& store, uint64_t log) {
  return LoadBelow(store, PositionSpace(log), /*of_table=*/false);
}

Result<Positions> LoadTablePositions(kv::Store& store, uint64_t log, std::string_view table) {
  return LoadBelow(store, TablePositionSpace(log).Text(table), /*of_table=*/true);
}

}  // namespace tarn::delivery
