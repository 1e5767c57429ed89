// What upkeep of Iceberg tables works with, and how it takes files away.
//
// Deleting a file that is gone already succeeds; in a versioned bucket it leaves a marker. Blocking; never on an I/O
// thread. Threads: any.
#pragma once

#include <cstdint>
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

// Whether a file, or what lies in a folder ("…/"), may be touched that a table's files name elsewhere than below the
// table's location.
enum class Touch : uint8_t { kRead, kWrite, kDelete };
using MayTouch = std::function<Status(const std::string& path, Touch how)>;

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
  // For whom the work is done. None: the lake itself, which touches nothing elsewhere: a table's metadata and manifests
  // are written by whoever may commit to it, and can name any file of the account.
  MayTouch elsewhere = nullptr;
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

// What of the files that a table names may be touched: those below its location as the catalog has it, and what
// `parts.elsewhere` lets. `parts` outlive it.
class Reach {
 public:
  Reach(const UpkeepParts& parts, const catalog::Table& record);

  Status May(const std::string& path, Touch how = Touch::kRead) const;
  // The same of the folders that new files go to, and of the location that the metadata tells of.
  Status MayWrite(const iceberg::TableMetadata& metadata) const;
  catalog::MayOpen ForReading() const;
  // Takes out what may not be deleted.
  void KeepElsewhere(std::vector<std::string>& locations) const;

 private:
  const UpkeepParts& parts_;
  std::string home_;  // "s3://bucket/prefix/"
};

// Reads whole files by their location, past the caches; with `reach`, those within it alone.
iceberg::ReadPath WholeReader(const UpkeepParts& parts, const Scope& scope, const Reach* reach = nullptr);

// Deletes files by location, some hundreds a transaction; how many there were to delete. Locations that are no
// objects' of the account are an error, and nothing of their batch is deleted.
Result<size_t> DeleteFiles(object::Store& objects, const Scope& scope, const std::vector<std::string>& locations,
                           const Stopping& stopping = {});

}  // namespace tarn::tables
