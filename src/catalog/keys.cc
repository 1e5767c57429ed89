#include "catalog/keys.h"

#include <fmt/core.h>

#include "base/hash.h"
#include "base/random.h"
#include "base/strings.h"
#include "catalog/namespaces.h"
#include "catalog/records.h"
#include "kv/pages.h"

namespace tarn::catalog {

kv::Key KindKey(const Scope& scope, std::string_view kind) {
  // What follows the region's name is the catalog's (catalog/buckets/table_buckets.h).
  const std::string_view place = scope.region;
  const size_t slash = place.find('/');
  kv::Key key("c");
  key.Text(scope.account).Text(place.substr(0, slash));
  key.Text(slash == place.npos ? std::string_view() : place.substr(slash + 1)).Text(kind);
  return key;
}

kv::Key DatabaseKey(const Scope& scope, std::string_view name) {
  kv::Key key = KindKey(scope, kDatabases);
  key.Text(AsciiLower(name));
  return key;
}

kv::Key TableKey(const Scope& scope, std::string_view database_uid, std::string_view name) {
  kv::Key key = UnderUid(scope, kTables, database_uid);
  key.Text(AsciiLower(name));
  return key;
}

kv::Key UnderUid(const Scope& scope, std::string_view kind, std::string_view uid) {
  kv::Key key = KindKey(scope, kind);
  key.Text(uid);
  return key;
}

kv::Key PartitionKey(const Scope& scope, std::string_view table_uid, std::span<const std::string> values) {
  kv::Key key = UnderUid(scope, kPartitions, table_uid);
  for (const std::string& value : values) key.Text(value);
  return key;
}

kv::Key GarbageKey(const Scope& scope, std::string_view kind, std::string_view uid) {
  kv::Key key("cg");
  key.Text(scope.account).Text(scope.region).Text(kind).Text(uid);
  return key;
}

std::optional<std::vector<std::string>> TextsAfter(std::string_view key, size_t prefix_bytes) {
  if (key.size() < prefix_bytes) return std::nullopt;
  kv::KeyReader reader(key.substr(prefix_bytes));
  std::vector<std::string> out;
  while (!reader.AtEnd()) {
    std::optional<std::string> text = reader.Text();
    if (!text) return std::nullopt;
    out.push_back(std::move(*text));
  }
  return out;
}

std::string NewUid() { return Hex(RandomBytes(8)); }

Error DatabaseNotFound(std::string_view name) {
  return Fail(kNoSuchDatabase, fmt::format("Database {} not found.", DottedName(name)));
}

Error TableNotFound(std::string_view name) { return Fail(kNoSuchTable, fmt::format("Table {} not found.", name)); }

Result<Database> LoadDatabase(kv::Txn& txn, const Scope& scope, std::string_view name) {
  TARN_TRY(auto bytes, txn.Get(DatabaseKey(scope, name).bytes()));
  if (!bytes) return DatabaseNotFound(name);
  return Decode<Database>(*bytes, "database");
}

Result<Table> LoadTable(kv::Txn& txn, const Scope& scope, std::string_view database, std::string_view name) {
  TARN_TRY(Database parent, LoadDatabase(txn, scope, database));
  TARN_TRY(auto bytes, txn.Get(TableKey(scope, parent.uid, name).bytes()));
  if (!bytes) return TableNotFound(name);
  return Decode<Table>(*bytes, "table");
}

Status ScanFrom(kv::Txn& txn, const kv::Key& prefix, std::string_view after,
                const std::function<Result<bool>(const kv::KeyValue&)>& take) {
  std::string begin = prefix.bytes();
  if (!after.empty()) begin.append(after).push_back('\0');
  for (kv::Pages pages(std::move(begin), prefix.End(), 128); !pages.done();) {
    TARN_TRY(const auto pairs, pages.Next(txn));
    for (const kv::KeyValue& pair : pairs) {
      TARN_TRY(bool more, take(pair));
      if (!more) return Ok();
    }
  }
  return Ok();
}

}  // namespace tarn::catalog
