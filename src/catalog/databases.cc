#include <fmt/core.h>

#include "base/strings.h"
#include "catalog/catalog.h"
#include "catalog/documents.h"
#include "catalog/keys.h"
#include "catalog/records.h"

namespace tarn::catalog {

Catalog::Catalog(kv::Store& store, const Clock& clock) : store_(store), clock_(clock) {}
Catalog::~Catalog() = default;

Status Catalog::CreateDatabase(const Scope& scope, Database database) {
  database.name = AsciiLower(database.name);
  if (Trim(database.name).empty()) return Fail(kInvalidInput, "Database name cannot be blank.");
  database.uid = NewUid();
  database.create_time = clock_.Now();
  const kv::Key key = DatabaseKey(scope, database.name);
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto present, txn.Get(key.bytes()));
    if (present) return Fail(kAlreadyExists, "Database already exists.");
    txn.Put(key.bytes(), EncodeRecord(database));
    return Ok();
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

Status Catalog::UpdateDatabase(const Scope& scope, std::string_view name, Database database) {
  if (!EqualsIgnoreCase(name, database.name)) {
    return Fail(kInvalidInput, "The database's name cannot be changed.");
  }
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Database present, LoadDatabase(txn, scope, name));
    database.name = present.name;
    database.uid = present.uid;
    database.create_time = present.create_time;
    database.tags = present.tags;
    txn.Put(DatabaseKey(scope, name).bytes(), EncodeRecord(database));
    return Ok();
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

Status Catalog::DeleteDatabase(const Scope& scope, std::string_view name) {
  std::string uid;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Database present, LoadDatabase(txn, scope, name));
    txn.Delete(DatabaseKey(scope, name).bytes());
    txn.Put(GarbageKey(scope, kDatabases, present.uid).bytes(), "");
    uid = present.uid;
    return Ok();
  }));
  SweepAfterDrop(scope, kDatabases, uid);
  return Ok();
}

Result<Page<Database>> Catalog::ListDatabases(const Scope& scope, const ListOptions& options) const {
  Page<Database> page;
  const kv::Key prefix = KindKey(scope, kDatabases);
  std::string last;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) {
    return ScanFrom(txn, prefix, options.after, [&](const kv::KeyValue& pair) -> Result<bool> {
      if (page.items.size() == options.limit) {
        page.next = last;
        return false;
      }
      TARN_TRY(Database database, Decode<Database>(pair.value, "database"));
      page.items.push_back(std::move(database));
      last = pair.key.substr(prefix.bytes().size());
      return true;
    });
  }));
  return page;
}

}  // namespace tarn::catalog
