// Where the catalog's records lie in kv, and how they are read. Frozen: see docs/format/catalog.md.
//
// Names find a database's or table's uid; all that hangs on it lies under the uid, so a drop is one small transaction
// and a table made again under the same name shares nothing with the one before.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/record_fields.h"
#include "base/result.h"
#include "base/scope.h"
#include "catalog/errors.h"
#include "catalog/table.h"
#include "kv/key.h"
#include "kv/kv.h"

namespace tarn::catalog {

inline constexpr std::string_view kDatabases = "d";
inline constexpr std::string_view kTables = "t";
inline constexpr std::string_view kVersions = "v";
inline constexpr std::string_view kPartitions = "p";
inline constexpr std::string_view kTableStatistics = "s";
inline constexpr std::string_view kPartitionStatistics = "q";
inline constexpr std::string_view kIndexes = "i";
inline constexpr std::string_view kFunctions = "f";
inline constexpr std::string_view kReports = "m";  // metrics reports of engines, kept until 2026-11-22

// The records of one kind; the empty text is the account's own catalog, others may come.
kv::Key KindKey(const Scope& scope, std::string_view kind);
kv::Key DatabaseKey(const Scope& scope, std::string_view name);
kv::Key TableKey(const Scope& scope, std::string_view database_uid, std::string_view name);
kv::Key UnderUid(const Scope& scope, std::string_view kind, std::string_view uid);
kv::Key PartitionKey(const Scope& scope, std::string_view table_uid, std::span<const std::string> values);
// What a drop left behind, to be swept: kind "d" (a database's tables and functions) or "t" (a table's rows).
kv::Key GarbageKey(const Scope& scope, std::string_view kind, std::string_view uid);

// The components after `prefix_bytes` of a key, all of them texts; nothing when they are not.
std::optional<std::vector<std::string>> TextsAfter(std::string_view key, size_t prefix_bytes);

std::string NewUid();

template <class T>
Result<T> Decode(std::string_view bytes, std::string_view what) {
  std::optional<T> value = DecodeRecord<T>(bytes);
  if (!value) return Fail(kDamaged, std::string("damaged catalog record: ").append(what));
  return std::move(*value);
}

Error DatabaseNotFound(std::string_view name);
Error TableNotFound(std::string_view name);

// The present record, read so that the transaction depends on it.
Result<Database> LoadDatabase(kv::Txn& txn, const Scope& scope, std::string_view name);
Result<Table> LoadTable(kv::Txn& txn, const Scope& scope, std::string_view database, std::string_view name);

// Scans `prefix` from after the suffix `after` until `take` says stop, in bounded steps. `take` is given each pair and
// answers whether to go on.
Status ScanFrom(kv::Txn& txn, const kv::Key& prefix, std::string_view after,
                const std::function<Result<bool>(const kv::KeyValue&)>& take);

}  // namespace tarn::catalog
