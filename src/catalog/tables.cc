#include <fmt/core.h>

#include <algorithm>

#include "base/strings.h"
#include "catalog/catalog.h"
#include "catalog/documents.h"
#include "catalog/keys.h"
#include "catalog/places.h"
#include "catalog/records.h"
#include "catalog/table_txn.h"

namespace tarn::catalog {
namespace {

constexpr size_t kIndexesMax = 3;

std::string VersionKey(const Scope& scope, const Table& table, uint64_t version) {
  return UnderUid(scope, kVersions, table.uid).Number(version).Take();
}

void PutTable(kv::Txn& txn, const Scope& scope, const Database& parent, const Table& table) {
  txn.Put(TableKey(scope, parent.uid, table.name).bytes(), EncodeRecord(table));
}

Status CheckIndex(const Table& table, const PartitionIndex& index) {
  if (index.keys.empty()) return Fail(kInvalidInput, "Index keys cannot be empty.");
  for (const std::string& key : index.keys) {
    const bool known = std::ranges::any_of(table.partition_keys,
                                           [&](const Column& column) { return EqualsIgnoreCase(column.name, key); });
    if (!known) return Fail(kInvalidInput, fmt::format("Index key {} is not a partition key of the table.", key));
  }
  return Ok();
}

std::string IndexKey(const Scope& scope, const Table& table, std::string_view name) {
  return UnderUid(scope, kIndexes, table.uid).Text(AsciiLower(name)).Take();
}

// Gives `table` the name and the database that the options ask for; `parent` is then that database.
Status Move(kv::Txn& txn, const Scope& scope, const UpdateTableOptions& options, Database& parent, Table& table) {
  const std::string before = TableKey(scope, parent.uid, table.name).Take();
  if (options.new_name) {
    table.name = AsciiLower(*options.new_name);
    table.shown_name = options.new_shown_name;
  }
  if (options.new_database) {
    TARN_TRY(parent, LoadDatabase(txn, scope, *options.new_database));
    table.database = parent.name;
  }
  const std::string after = TableKey(scope, parent.uid, table.name).Take();
  if (after == before) return Ok();
  TARN_TRY(const auto taken, txn.Get(after));
  if (taken) return Fail(kAlreadyExists, "Table already exists.");
  txn.Delete(before);
  return Ok();
}

}  // namespace

Result<Table> CreateTableIn(kv::Txn& txn, const Scope& scope, Table table, Timestamp now) {
  table.name = AsciiLower(table.name);
  table.database = AsciiLower(table.database);
  table.uid = NewUid();
  table.version = 1;
  table.create_time = now;
  table.update_time = now;
  TARN_TRY(const Database parent, LoadDatabase(txn, scope, table.database));
  TARN_TRY(auto present, txn.Get(TableKey(scope, parent.uid, table.name).bytes()));
  if (present) return Fail(kAlreadyExists, "Table already exists.");
  table.default_permissions = parent.default_permissions;
  PutTable(txn, scope, parent, table);
  MarkPlaces(txn);
  return table;
}

Result<Table> UpdateTableIn(kv::Txn& txn, const Scope& scope, Table table, const UpdateTableOptions& options,
                            Timestamp now) {
  TARN_TRY(Database parent, LoadDatabase(txn, scope, table.database));
  TARN_TRY(Table present, LoadTable(txn, scope, table.database, table.name));
  // A table dropped and made again is another one, whatever its version.
  const bool another = !table.uid.empty() && table.uid != present.uid;
  if (options.expected_version && (another || *options.expected_version != present.version)) {
    return Fail(kTableMoved, "Update table failed due to concurrent modifications.");
  }
  table.uid = present.uid;
  table.name = present.name;
  table.database = present.database;
  table.version = present.version + 1;
  table.create_time = present.create_time;
  table.created_by = present.created_by;
  table.tags = present.tags;
  table.creator = present.creator;
  table.default_permissions = present.default_permissions;
  table.shown_name = present.shown_name;
  table.update_time = now;
  TARN_CHECK(Move(txn, scope, options, parent, table));
  if (!options.skip_archive) txn.Put(VersionKey(scope, present, present.version), EncodeRecord(present));
  PutTable(txn, scope, parent, table);
  const bool is_here =
      table.location() == present.location() && table.name == present.name && table.database == present.database;
  if (!is_here) MarkPlaces(txn);
  return table;
}

Status Catalog::CreateTable(const Scope& scope, Table table, const std::vector<PartitionIndex>& indexes,
                            const Alongside& also) {
  table.name = AsciiLower(table.name);
  table.database = AsciiLower(table.database);
  if (Trim(table.name).empty()) return Fail(kInvalidInput, "Table name cannot be blank.");
  if (indexes.size() > kIndexesMax) return Fail(kLimitExceeded, "A table can have at most 3 partition indexes.");
  for (const PartitionIndex& index : indexes) TARN_CHECK(CheckIndex(table, index));
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(table, CreateTableIn(txn, scope, table, clock_.Now()));
    for (const PartitionIndex& index : indexes) txn.Put(IndexKey(scope, table, index.name), EncodeRecord(index));
    return also ? also(txn) : Ok();
  });
}

Result<Table> Catalog::GetTable(const Scope& scope, std::string_view database, std::string_view name) const {
  Table out;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(out, LoadTable(txn, scope, database, name));
    return Ok();
  }));
  return out;
}

Result<uint64_t> Catalog::UpdateTable(const Scope& scope, Table table, const UpdateTableOptions& options) {
  const Timestamp now = clock_.Now();
  uint64_t version = 0;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const Table next, UpdateTableIn(txn, scope, table, options, now));
    version = next.version;
    return options.also ? options.also(txn) : Ok();
  }));
  return version;
}

Status Catalog::TagTable(const Scope& scope, std::string_view database, std::string_view name, const Parameters& add,
                         const std::vector<std::string>& remove) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Database parent, LoadDatabase(txn, scope, database));
    TARN_TRY(Table present, LoadTable(txn, scope, database, name));
    EditTags(present.tags, add, remove);
    PutTable(txn, scope, parent, present);
    return Ok();
  });
}

Status Catalog::DeleteTable(const Scope& scope, std::string_view database, std::string_view name,
                            const Alongside& also) {
  std::string uid;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Database parent, LoadDatabase(txn, scope, database));
    TARN_TRY(Table present, LoadTable(txn, scope, database, name));
    if (also) TARN_CHECK(also(txn));
    txn.Delete(TableKey(scope, parent.uid, name).bytes());
    txn.Put(GarbageKey(scope, kTables, present.uid).bytes(), "");
    MarkPlaces(txn);
    uid = present.uid;
    return Ok();
  }));
  SweepAfterDrop(scope, kTables, uid);
  return Ok();
}

Result<Page<Table>> Catalog::ListTables(const Scope& scope, std::string_view database, const ListOptions& options,
                                        const std::function<bool(const Table&)>& wanted) const {
  Page<Table> page;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Database parent, LoadDatabase(txn, scope, database));
    const kv::Key prefix = UnderUid(scope, kTables, parent.uid);
    std::string last;
    return ScanFrom(txn, prefix, options.after, [&](const kv::KeyValue& pair) -> Result<bool> {
      TARN_TRY(Table table, Decode<Table>(pair.value, "table"));
      if (wanted && !wanted(table)) return true;
      if (page.items.size() == options.limit) {
        page.next = last;
        return false;
      }
      page.items.push_back(std::move(table));
      last = pair.key.substr(prefix.bytes().size());
      return true;
    });
  }));
  return page;
}

Result<Page<Table>> Catalog::ListTableVersions(const Scope& scope, std::string_view database, std::string_view table,
                                               const ListOptions& options) const {
  Page<Table> page;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Table present, LoadTable(txn, scope, database, table));
    const kv::Key prefix = UnderUid(scope, kVersions, present.uid);
    const std::string present_suffix = VersionKey(scope, present, present.version).substr(prefix.bytes().size());
    if (options.after >= present_suffix && !options.after.empty()) return Ok();
    std::string last;
    auto add = [&](Table version, std::string suffix) {
      if (page.items.size() == options.limit) {
        page.next = last;
        return false;
      }
      page.items.push_back(std::move(version));
      last = std::move(suffix);
      return true;
    };
    bool room = true;
    TARN_CHECK(ScanFrom(txn, prefix, options.after, [&](const kv::KeyValue& pair) -> Result<bool> {
      TARN_TRY(Table version, Decode<Table>(pair.value, "table version"));
      room = add(std::move(version), pair.key.substr(prefix.bytes().size()));
      return room;
    }));
    if (room) add(std::move(present), present_suffix);
    return Ok();
  }));
  return page;
}

Result<Table> Catalog::GetTableVersion(const Scope& scope, std::string_view database, std::string_view table,
                                       uint64_t version) const {
  Table out;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(out, LoadTable(txn, scope, database, table));
    if (out.version == version) return Ok();
    TARN_TRY(auto bytes, txn.Get(VersionKey(scope, out, version)));
    if (!bytes) return Fail(kNoSuchVersion, "Version not found.");
    TARN_TRY(out, Decode<Table>(*bytes, "table version"));
    return Ok();
  }));
  return out;
}

Status Catalog::DeleteTableVersion(const Scope& scope, std::string_view database, std::string_view table,
                                   uint64_t version) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Table present, LoadTable(txn, scope, database, table));
    if (present.version == version) return Fail(kInvalidInput, "Cannot delete the current version of the table.");
    const std::string key = VersionKey(scope, present, version);
    TARN_TRY(auto bytes, txn.Get(key));
    if (!bytes) return Fail(kNoSuchVersion, "Version not found.");
    txn.Delete(key);
    return Ok();
  });
}

Status Catalog::CreatePartitionIndex(const Scope& scope, std::string_view database, std::string_view table,
                                     PartitionIndex index) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Table present, LoadTable(txn, scope, database, table));
    TARN_CHECK(CheckIndex(present, index));
    const kv::Key prefix = UnderUid(scope, kIndexes, present.uid);
    TARN_TRY(auto indexes, txn.Scan(prefix.bytes(), prefix.End(), kIndexesMax + 1));
    const std::string key = IndexKey(scope, present, index.name);
    for (const kv::KeyValue& pair : indexes) {
      if (pair.key == key) {
        return Fail(kAlreadyExists, fmt::format("Index with the given indexName : {} already exists", index.name));
      }
    }
    if (indexes.size() >= kIndexesMax) {
      return Fail(kLimitExceeded, "A table can have at most 3 partition indexes.");
    }
    txn.Put(key, EncodeRecord(index));
    return Ok();
  });
}

Status Catalog::DeletePartitionIndex(const Scope& scope, std::string_view database, std::string_view table,
                                     std::string_view name) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Table present, LoadTable(txn, scope, database, table));
    const std::string key = IndexKey(scope, present, name);
    TARN_TRY(auto bytes, txn.Get(key));
    if (!bytes) return Fail(kNoSuchEntity, fmt::format("Index with the given indexName : {} does not exist", name));
    txn.Delete(key);
    return Ok();
  });
}

Result<std::vector<PartitionIndex>> Catalog::ListPartitionIndexes(const Scope& scope, std::string_view database,
                                                                  std::string_view table) const {
  std::vector<PartitionIndex> out;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Table present, LoadTable(txn, scope, database, table));
    return ScanFrom(txn, UnderUid(scope, kIndexes, present.uid), "", [&](const kv::KeyValue& pair) -> Result<bool> {
      TARN_TRY(PartitionIndex index, Decode<PartitionIndex>(pair.value, "partition index"));
      out.push_back(std::move(index));
      return true;
    });
  }));
  return out;
}

}  // namespace tarn::catalog
