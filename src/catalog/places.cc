#include "catalog/places.h"

#include <algorithm>

#include "base/random.h"
#include "catalog/keys.h"
#include "catalog/records.h"
#include "catalog/scopes.h"
#include "kv/key.h"
#include "object/files.h"

namespace tarn::catalog {
namespace {

constexpr size_t kSchemeBytes = std::string_view("s3://").size();

std::string VersionKey() { return kv::Key("cp").Take(); }

// What lies at the folders that hold `uri`, itself among them when it ends in '/'.
template <typename Map, typename Use>
void EachAround(const Map& by_folder, std::string_view uri, Use use) {
  for (size_t slash = uri.find('/', kSchemeBytes); slash != std::string_view::npos; slash = uri.find('/', slash + 1)) {
    const auto [begin, end] = by_folder.equal_range(std::string(uri.substr(0, slash + 1)));
    std::for_each(begin, end, use);
  }
}

}  // namespace

std::string FolderOf(std::string_view location) {
  auto place = object::ParseLocation(location);
  if (!place.ok()) return "";
  std::string folder = place->Url();
  if (!folder.ends_with('/')) folder += '/';
  return folder;
}

void MarkPlaces(kv::Txn& txn) { txn.Put(VersionKey(), RandomBytes(16)); }

void PlaceMap::Add(std::string_view location, TablePlace table) {
  std::string folder = FolderOf(location);
  if (!folder.empty()) by_folder_.emplace(std::move(folder), std::move(table));
}

std::vector<TablePlace> PlaceMap::Around(std::string_view uri) const {
  std::vector<TablePlace> found;
  EachAround(by_folder_, uri, [&](const auto& place) { found.push_back(place.second); });
  return found;
}

std::vector<std::pair<std::string, TablePlace>> PlaceMap::Touching(std::string_view uri) const {
  std::vector<std::pair<std::string, TablePlace>> found;
  EachAround(by_folder_, uri, [&](const auto& place) { found.emplace_back(place); });
  if (!uri.ends_with('/')) return found;
  const std::string folder(uri);
  for (auto place = by_folder_.upper_bound(folder); place != by_folder_.end(); ++place) {
    if (!place->first.starts_with(folder)) break;
    found.emplace_back(*place);
  }
  return found;
}

Result<std::shared_ptr<const PlaceMap>> Places::Present() {
  TARN_TRY(const auto kept, store_.Get(VersionKey()));
  const std::string version = kept.value_or("");
  {
    const std::lock_guard lock(mutex_);
    if (map_ && version_ == version) return map_;
  }
  // What the walk finds is as new as the version, or newer.
  TARN_TRY(auto map, Walk());
  const std::lock_guard lock(mutex_);
  version_ = version;
  map_ = map;
  return map;
}

Result<std::shared_ptr<const PlaceMap>> Places::Walk() const {
  auto map = std::make_shared<PlaceMap>();
  TARN_TRY(const auto scopes, ListScopes(store_));
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    for (const Scope& scope : scopes) {
      // Nested ones too.
      std::vector<std::string> databases;
      TARN_CHECK(ScanFrom(txn, KindKey(scope, kDatabases), "", [&](const kv::KeyValue& pair) -> Result<bool> {
        TARN_TRY(Database database, Decode<Database>(pair.value, "database"));
        databases.push_back(std::move(database.uid));
        return true;
      }));
      for (const std::string& uid : databases) {
        TARN_CHECK(ScanFrom(txn, UnderUid(scope, kTables, uid), "", [&](const kv::KeyValue& pair) -> Result<bool> {
          TARN_TRY(const Table table, Decode<Table>(pair.value, "table"));
          map->Add(table.location(), {scope, table.database, table.name});
          return true;
        }));
      }
    }
    return Ok();
  }));
  return std::shared_ptr<const PlaceMap>(std::move(map));
}

}  // namespace tarn::catalog
