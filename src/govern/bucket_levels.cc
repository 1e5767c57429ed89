#include "govern/bucket_levels.h"

#include <algorithm>

#include "catalog/keys.h"
#include "catalog/records.h"
#include "govern/tags/classification.h"

namespace tarn::govern {
namespace {

// From 1 on; 0 for what is no level.
size_t RankOf(std::string_view level) {
  const auto& levels = ClassificationTag().values;
  const auto found = std::ranges::find(levels, level);
  return found == levels.end() ? 0 : static_cast<size_t>(found - levels.begin()) + 1;
}

}  // namespace

std::string LevelOf(const catalog::Table& bucket_table) {
  const auto found = bucket_table.tags.find(ClassificationTag().key);
  return found == bucket_table.tags.end() || RankOf(found->second) == 0 ? std::string() : found->second;
}

std::string HigherLevel(std::string_view one, std::string_view other) {
  return std::string(RankOf(one) < RankOf(other) ? other : one);
}

Status RaiseBucketTable(kv::Txn& txn, const Scope& scope, std::string_view database, std::string_view table,
                        std::string_view level) {
  TARN_TRY(const catalog::Database parent, catalog::LoadDatabase(txn, scope, database));
  TARN_TRY(catalog::Table record, catalog::LoadTable(txn, scope, database, table));
  if (RankOf(level) <= RankOf(LevelOf(record))) return Ok();
  record.tags[ClassificationTag().key] = level;
  txn.Put(catalog::TableKey(scope, parent.uid, record.name).bytes(), EncodeRecord(record));
  return Ok();
}

}  // namespace tarn::govern
