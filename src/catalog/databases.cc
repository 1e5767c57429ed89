#include <fmt/core.h>

#include <algorithm>

#include "base/strings.h"
#include "catalog/catalog.h"
#include "catalog/database_parameters.h"
#include "catalog/documents.h"
#include "catalog/keys.h"
#include "catalog/namespaces.h"
#include "catalog/places.h"
#include "catalog/records.h"

namespace tarn::catalog {
namespace {

// All namespaces below one, at any depth.
kv::Key Below(const Scope& scope, std::string_view name) {
  kv::Key key = KindKey(scope, kDatabases);
  key.Prefix(AsciiLower(name) + kLevelSeparator);
  return key;
}

Result<std::optional<std::string>> FirstBelow(kv::Txn& txn, const Scope& scope, std::string_view name) {
  const kv::Key below = Below(scope, name);
  TARN_TRY(const auto first, txn.Scan(below.bytes(), below.End(), 1));
  if (first.empty()) return std::optional<std::string>();
  TARN_TRY(const Database child, Decode<Database>(first[0].value, "database"));
  return std::optional<std::string>(child.Shown());
}

void DropRecord(kv::Txn& txn, const Scope& scope, const Database& database) {
  txn.Delete(DatabaseKey(scope, database.name).bytes());
  txn.Put(GarbageKey(scope, kDatabases, database.uid).bytes(), "");
  MarkPlaces(txn);
}

// A page of the databases with `depth` separators in their names between the keys `begin` and `end`. A page's `next` is
// the name of its last one.
Status ListLevel(kv::Txn& txn, std::string begin, const std::string& end, size_t depth, const Scope& scope,
                 const ListOptions& options, Page<Database>& page) {
  constexpr size_t kStep = 256;
  if (!options.after.empty()) begin = DatabaseKey(scope, options.after).Take() + '\0';
  while (true) {
    TARN_TRY(const auto pairs, txn.PeekScan(begin, end, kStep));
    for (const kv::KeyValue& pair : pairs) {
      begin = pair.key + '\0';
      TARN_TRY(Database database, Decode<Database>(pair.value, "database"));
      if (static_cast<size_t>(std::ranges::count(database.name, kLevelSeparator)) != depth) continue;
      if (page.items.size() == options.limit) {
        page.next = page.items.back().name;
        return Ok();
      }
      page.items.push_back(std::move(database));
    }
    if (pairs.size() < kStep) return Ok();
  }
}

}  // namespace

Catalog::Catalog(kv::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

Status Catalog::CreateDatabase(const Scope& scope, Database database, const Alongside& also) {
  database.name = AsciiLower(database.name);
  if (Trim(database.name).empty()) return Fail(kInvalidInput, "Database name cannot be blank.");
  database.uid = NewUid();
  database.create_time = clock_.Now();
  const kv::Key key = DatabaseKey(scope, database.name);
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    if (IsNested(database.name)) TARN_CHECK(LoadDatabase(txn, scope, ParentOf(database.name)));
    TARN_TRY(auto present, txn.Get(key.bytes()));
    if (present) return Fail(kAlreadyExists, "Database already exists.");
    txn.Put(key.bytes(), EncodeRecord(database));
    return also ? also(txn) : Ok();
  });
}

Result<Database> Catalog::GetDatabase(const Scope& scope, std::string_view name) const {
  Database out;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(out, LoadDatabase(txn, scope, name));
    return Ok();
  }));
  return out;
}

Status Catalog::UpdateDatabase(const Scope& scope, std::string_view name, Database database, const Alongside& also) {
  if (!EqualsIgnoreCase(name, database.name)) {
    return Fail(kInvalidInput, "The database's name cannot be changed.");
  }
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Database present, LoadDatabase(txn, scope, name));
    database.name = present.name;
    database.shown_name = present.shown_name;
    database.uid = present.uid;
    database.create_time = present.create_time;
    database.tags = present.tags;
    database.creator = present.creator;
    txn.Put(DatabaseKey(scope, name).bytes(), EncodeRecord(database));
    return also ? also(txn) : Ok();
  });
}

Status Catalog::TagDatabase(const Scope& scope, std::string_view name, const Parameters& add,
                            const std::vector<std::string>& remove) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Database present, LoadDatabase(txn, scope, name));
    EditTags(present.tags, add, remove);
    txn.Put(DatabaseKey(scope, name).bytes(), EncodeRecord(present));
    return Ok();
  });
}

Status EditDatabaseParameters(kv::Store& store, const Scope& scope, std::string_view name,
                              const std::function<void(Parameters&)>& edit) {
  return kv::Transact(store, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Database present, LoadDatabase(txn, scope, name));
    Parameters parameters = present.parameters.value_or(Parameters());
    edit(parameters);
    if (present.parameters.value_or(Parameters()) == parameters) return Ok();
    present.parameters = std::move(parameters);
    txn.Put(DatabaseKey(scope, name).bytes(), EncodeRecord(present));
    return Ok();
  });
}

Status Catalog::DeleteDatabase(const Scope& scope, std::string_view name) {
  std::string uid;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Database present, LoadDatabase(txn, scope, name));
    TARN_TRY(const auto child, FirstBelow(txn, scope, name));
    if (child) {
      return Fail(kInvalidInput, fmt::format("Database {} holds the namespace {}, which must be dropped first.",
                                             DottedName(name), DottedName(*child)));
    }
    DropRecord(txn, scope, present);
    uid = present.uid;
    return Ok();
  }));
  SweepAfterDrop(scope, kDatabases, uid);
  return Ok();
}

Status Catalog::DeleteEmptyDatabase(const Scope& scope, std::string_view name, const Alongside& also) {
  std::string uid;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Database present, LoadDatabase(txn, scope, name));
    const std::string shown = DottedName(present.Shown());
    TARN_TRY(const auto child, FirstBelow(txn, scope, name));
    if (child) {
      return Fail(kNotEmpty,
                  fmt::format("Namespace {} is not empty: it holds namespace {}", shown, DottedName(*child)));
    }
    const kv::Key tables = UnderUid(scope, kTables, present.uid);
    TARN_TRY(const auto first, txn.Scan(tables.bytes(), tables.End(), 1));
    if (!first.empty()) {
      TARN_TRY(const Table table, Decode<Table>(first[0].value, "table"));
      return Fail(kNotEmpty, fmt::format("Namespace {} is not empty: it holds {} {}", shown,
                                         table.IsView() ? "view" : "table", table.Shown()));
    }
    DropRecord(txn, scope, present);
    uid = present.uid;
    return also ? also(txn) : Ok();
  }));
  SweepAfterDrop(scope, kDatabases, uid);
  return Ok();
}

Result<Page<Database>> Catalog::ListDatabases(const Scope& scope, const ListOptions& options) const {
  Page<Database> page;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) {
    const kv::Key all = KindKey(scope, kDatabases);
    return ListLevel(txn, all.bytes(), all.End(), 0, scope, options, page);
  }));
  return page;
}

Result<Page<Database>> Catalog::ListChildren(const Scope& scope, std::string_view parent,
                                             const ListOptions& options) const {
  Page<Database> page;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_CHECK(LoadDatabase(txn, scope, parent));
    const kv::Key below = Below(scope, parent);
    const auto depth = static_cast<size_t>(std::ranges::count(parent, kLevelSeparator)) + 1;
    return ListLevel(txn, below.bytes(), below.End(), depth, scope, options, page);
  }));
  return page;
}

}  // namespace tarn::catalog
