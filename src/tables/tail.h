// Tail: rows that are accepted for an Iceberg table and not committed to it yet, as the files that their commits would
// add, in memory. A query reads them beside the table's own: same columns, filters and rights. Declared here for those
// who read (query) and those who accept (delivery).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "catalog/iceberg/tables.h"
#include "iceberg/manifest/manifest.h"
#include "tables/memory_files.h"

namespace tarn::tables {

struct Tail {
  // What one commit would add: data files, and equality deletes of rows that are older than it.
  using Commit = std::vector<iceberg::DataFile>;
  std::vector<Commit> commits;  // each after those before it
  std::shared_ptr<MemoryFiles> files;
};

// A table at a state, and what follows it.
struct TailedTable {
  catalog::IcebergTable table;
  std::shared_ptr<const Tail> tail;
};

class TailSource {
 public:
  virtual ~TailSource() = default;
  // The table as it is now: every accepted row is in its current state or in the tail, and in one of them alone.
  // Errors: those of IcebergTables::Load; Code::kResourceExhausted when more is accepted than a query may hold. Blocks.
  virtual Result<TailedTable> Load(const Scope& scope, const std::string& database, const std::string& table) = 0;
};

// `inner`, with the tail's files beside its own.
std::shared_ptr<engine::FileSource> WithTail(std::shared_ptr<engine::FileSource> inner,
                                             std::shared_ptr<const Tail> tail);

}  // namespace tarn::tables
