// What upkeep of Iceberg tables works with, and how it takes files away.
//
// Deleting a file that is gone already succeeds; in a versioned bucket it leaves a marker. Blocking; never on an I/O
// thread. Threads: any.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "catalog/iceberg/planner.h"
#include "catalog/iceberg/snapshots.h"
#include "engine/engine.h"
#include "iceberg/upkeep/reachable.h"

namespace tarn::tables {

// All outlive what they are given to.
struct UpkeepParts {
  catalog::Catalog& catalog;
  catalog::IcebergTables& tables;
  catalog::Snapshots& snapshots;
  catalog::Manifests& manifests;
  catalog::Planner& planner;
  object::Store& objects;
  const Clock& clock;
  engine::Pool* engine = nullptr;  // of compaction
};

struct TableName {
  Scope scope;
  std::string database;
  std::string name;
  std::string Text() const { return database + "." + name; }
};

// Asked between steps; true ends the work early, with what is done kept. May be empty.
using Stopping = std::function<bool()>;
inline bool Asked(const Stopping& stopping) { return stopping && stopping(); }

// Reads whole files by their location, past the caches.
iceberg::ReadPath WholeReader(const UpkeepParts& parts, const Scope& scope);

// Deletes files by location, some hundreds a transaction; how many there were to delete. Locations that are no
// objects' of the account are an error, and nothing of their batch is deleted.
Result<size_t> DeleteFiles(object::Store& objects, const Scope& scope, const std::vector<std::string>& locations,
                           const Stopping& stopping = {});

}  // namespace tarn::tables
