#include "zones/spared.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/scope.h"
#include "catalog/errors.h"
#include "catalog/iceberg/manifests.h"
#include "catalog/namespaces.h"
#include "catalog/scopes.h"
#include "iceberg/upkeep/reachable.h"
#include "object/files.h"

namespace tarn::zones {
namespace {

constexpr uint64_t kFileMax = uint64_t{1} << 30;

class Collector {
 public:
  Collector(catalog::IcebergTables& tables, object::Store& objects, const object::Bucket& bucket)
      : tables_(tables), files_(objects, bucket.owner.account), bucket_(bucket.name) {}

  Status Add(const Scope& scope, const catalog::Table& record) {
    AddFolder(std::string(record.location()));
    const auto table = tables_.Load(scope, record.database, record.name);
    if (table.Is(catalog::kNoSuchTable) || table.Is(catalog::kNotIceberg)) return Ok();  // dropped meanwhile
    if (!table.ok()) return table.error();
    AddFolder(table->metadata->location);
    for (const std::string_view name : catalog::kFolderProperties) {
      const auto found = table->metadata->properties.find(name);
      if (found != table->metadata->properties.end()) AddFolder(found->second);
    }
    AddFile(table->metadata_location);
    return iceberg::VisitReachable(
        *table->metadata, [this](const std::string& path) { return Read(path); },
        [this](const std::string& path) { AddFile(path); });
  }

  std::vector<std::string> Take() {
    std::vector<std::string> prefixes;
    for (const std::string& key : keys_) {
      if (prefixes.empty() || !key.starts_with(prefixes.back())) prefixes.push_back(key);
    }
    return prefixes;
  }

 private:
  Result<std::string> Read(const std::string& path) {
    TARN_TRY(const object::Location place, object::ParseLocation(path));
    return files_.ReadAll(place.bucket, place.key, kFileMax);
  }
  void AddFolder(const std::string& location) {
    auto place = object::ParseLocation(location);
    if (!place.ok() || place->bucket != bucket_) return;
    while (place->key.ends_with('/')) place->key.pop_back();
    keys_.insert(place->key.empty() ? "" : place->key + "/");
  }
  void AddFile(const std::string& location) {
    auto place = object::ParseLocation(location);
    if (!place.ok() || place->bucket != bucket_) return;
    // The last one that does not come after it may be its folder.
    const auto next = keys_.upper_bound(place->key);
    if (next != keys_.begin() && place->key.starts_with(*std::prev(next))) return;
    keys_.insert(std::move(place->key));
  }

  catalog::IcebergTables& tables_;
  const object::Files files_;
  const std::string bucket_;
  std::set<std::string> keys_;
};

}  // namespace

Result<std::vector<std::string>> SparedKeys(kv::Store& store, const catalog::Catalog& catalog,
                                            catalog::IcebergTables& tables, object::Store& objects,
                                            const object::Bucket& bucket) {
  Collector collector(tables, objects, bucket);
  TARN_TRY(const auto scopes, catalog::ListScopes(store));
  for (const Scope& scope : scopes) {
    if (scope.account != bucket.owner.account) continue;
    TARN_CHECK(catalog::VisitNamespaces(catalog, scope, [&](const catalog::Database& database) -> Status {
      catalog::ListOptions page;
      do {
        const auto listed = tables.List(scope, database.name, page);
        if (listed.Is(catalog::kNoSuchDatabase)) return Ok();
        if (!listed.ok()) return listed.error();
        for (const catalog::Table& record : listed->items) TARN_CHECK(collector.Add(scope, record));
        page.after = listed->next;
      } while (!page.after.empty());
      return Ok();
    }));
  }
  return collector.Take();
}

}  // namespace tarn::zones
