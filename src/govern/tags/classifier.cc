#include "govern/tags/classifier.h"

#include <algorithm>
#include <map>

#include "base/random.h"
#include "catalog/errors.h"
#include "catalog/keys.h"
#include "govern/answer/snapshot.h"
#include "govern/keys.h"
#include "govern/records.h"
#include "govern/tags/classification.h"

namespace tarn::govern {
namespace {

// From 1 on; 0 for what is no level.
size_t RankOf(std::string_view level) {
  const auto& levels = ClassificationTag().values;
  const auto found = std::ranges::find(levels, level);
  return found == levels.end() ? 0 : static_cast<size_t>(found - levels.begin()) + 1;
}

std::string LevelIn(const std::map<std::string, std::string>& tags) {
  const auto found = tags.find(ClassificationTag().key);
  return found == tags.end() ? "" : found->second;
}

bool IsAbsent(const Error& error) {
  return error.reason == &catalog::kNoSuchTable || error.reason == &catalog::kNoSuchDatabase;
}

}  // namespace

Result<std::string> Classifier::LevelOf(const Scope& scope, const std::vector<Source>& sources) {
  std::string highest;
  const auto txn = store_.Begin();
  TARN_TRY(const auto version, txn->PeekGet(VersionKey(scope)));
  if (!version || sources.empty()) return highest;
  TARN_TRY(const auto snapshot, Snapshot::Load(*txn, scope));
  if (snapshot->assigned.empty()) return highest;
  for (const Source& source : sources) {
    const auto database = catalog::LoadDatabase(*txn, scope, source.database);
    if (!database.ok() && IsAbsent(database.error())) continue;
    if (!database.ok()) return database.error();
    const auto table = catalog::LoadTable(*txn, scope, source.database, source.table);
    if (!table.ok() && IsAbsent(table.error())) continue;
    if (!table.ok()) return table.error();
    const auto take = [&](std::string_view column) {
      std::string level = LevelIn(snapshot->TagsOf(*database, *table, column));
      if (RankOf(level) > RankOf(highest)) highest = std::move(level);
    };
    if (source.columns.empty()) take("");  // how many rows there are
    for (const std::string& column : source.columns) take(column);
  }
  return highest;
}

Status Classifier::Raise(kv::Txn& txn, const Scope& scope, std::string_view database, std::string_view table,
                         std::string_view level) {
  if (RankOf(level) == 0) return Ok();
  TARN_TRY(const auto parent, catalog::LoadDatabase(txn, scope, database));
  TARN_TRY(const auto record, catalog::LoadTable(txn, scope, database, table));
  TARN_TRY(const auto snapshot, Snapshot::Load(txn, scope));
  std::map<std::string, std::map<std::string, std::string>> own;  // by column, "" for the table
  if (const auto found = snapshot->assigned.find(record.uid); found != snapshot->assigned.end()) own = found->second;
  const bool is_raised = RankOf(LevelIn(snapshot->TagsOf(parent, record))) >= RankOf(level);
  bool changes = false;
  const auto put = [&](const std::string& column, std::map<std::string, std::string> tags) {
    tags[ClassificationTag().key] = level;
    txn.Put(AssignedKey(scope, record.uid, column), EncodeRecord(Assigned{record.uid, column, std::move(tags)}));
    changes = true;
  };
  if (!is_raised) put("", own[""]);
  for (const auto& [column, tags] : own) {
    const size_t rank = RankOf(LevelIn(tags));
    if (!column.empty() && rank > 0 && rank < RankOf(level)) put(column, tags);
  }
  if (!changes) return Ok();
  if (!snapshot->tags.contains(ClassificationTag().key)) PutClassification(txn, scope, clock_.Now());
  txn.Put(VersionKey(scope), RandomBytes(16));
  return Ok();
}

Status Classifier::Raise(const Scope& scope, std::string_view database, std::string_view table,
                         std::string_view level) {
  if (RankOf(level) == 0) return Ok();
  return kv::Transact(store_, [&](kv::Txn& txn) { return Raise(txn, scope, database, table, level); });
}

}  // namespace tarn::govern
