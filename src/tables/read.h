// A state of an Iceberg table, bound for the engine's scans.
//
// The files are planned when a scan first asks, with what the query's filters say of columns: partitions and files that
// cannot matter are not opened. Deletes of every kind, columns by number, defaults, identity partition values and row
// lineage are the engine's to apply (engine/table_format.h).
// Errors: iceberg::kUnsupported for what cannot be read (Avro and ORC data files, column types); catalog's, object's.
// Threads: any; blocking.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "catalog/iceberg/manifests.h"
#include "catalog/iceberg/planner.h"
#include "engine/table.h"
#include "iceberg/metadata/table_metadata.h"
#include "object/files.h"
#include "tables/tail.h"

namespace tarn::tables {

struct Reader {
  catalog::Manifests& manifests;
  catalog::Planner& planner;
  object::Files files;
  Scope scope;
  catalog::MayOpen may_open = nullptr;  // of manifests, data and delete files
};

struct ReadOptions {
  // These files instead of the state's (for rewriting some of them).
  std::optional<std::vector<catalog::PlannedFile>> files;
  // Rows of data files that are gone besides, by path.
  std::map<std::string, std::vector<uint64_t>> deleted;
  // Rows after the state; the binding's source is to be made WithTail.
  std::shared_ptr<const Tail> tail;
  std::string row_filter;  // engine::TableBinding's
  std::vector<std::string> hidden_columns;
};

// Columns are the schema's, by lower-case name.
Result<std::shared_ptr<engine::TableBinding>> BindForRead(const Reader& reader,
                                                          std::shared_ptr<const iceberg::TableMetadata> metadata,
                                                          const catalog::ScanState& state, ReadOptions options = {});

// What a condition over the schema's columns says to the planner. What it cannot say is true.
iceberg::Expression ToExpression(const engine::Condition& condition, const iceberg::Schema& schema);

}  // namespace tarn::tables
