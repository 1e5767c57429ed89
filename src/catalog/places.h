// Where tables lie: the folders that the tables of all accounts and regions have in S3.
//
// Invariants: Present shows every table whose record was committed before the call (a table dropped meanwhile may still
// be listed; its record tells). A folder is "s3://bucket/prefix/", however the record writes it. Costs one look at a
// version key; after a table came, went or moved, one walk over all records. Errors: kv's, kDamaged. Threads: any.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "kv/kv.h"

namespace tarn::catalog {

struct TablePlace {
  Scope scope;
  std::string database;
  std::string table;
};

class PlaceMap {
 public:
  // Nothing for a location that is no place in S3.
  void Add(std::string_view location, TablePlace table);
  // Those in whose folder `uri`, a folder with a slash at its end or a file, lies.
  std::vector<TablePlace> Around(std::string_view uri) const;
  // The same, and those whose folders lie in the folder `uri`; each with its own folder.
  std::vector<std::pair<std::string, TablePlace>> Touching(std::string_view uri) const;

 private:
  std::multimap<std::string, TablePlace> by_folder_;
};

class Places {
 public:
  // The store outlives it.
  explicit Places(kv::Store& store) : store_(store) {}
  Result<std::shared_ptr<const PlaceMap>> Present();

 private:
  Result<std::shared_ptr<const PlaceMap>> Walk() const;

  kv::Store& store_;
  std::mutex mutex_;
  std::string version_;
  std::shared_ptr<const PlaceMap> map_;
};

// "s3://bucket/prefix/"; empty for what is no place in S3.
std::string FolderOf(std::string_view location);

// To be called in each transaction that makes, moves, renames or drops a table.
void MarkPlaces(kv::Txn& txn);

}  // namespace tarn::catalog
