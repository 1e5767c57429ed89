// The tables about an Iceberg table: "t$history", "t$snapshots", "t$files", "t$manifests", "t$partitions", "t$refs" and
// "t$properties", with Athena's columns. Pure but for reading manifests.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "catalog/iceberg/manifests.h"
#include "engine/table.h"
#include "query/lake/lake.h"
#include "sql/analyze.h"

namespace tarn::query {

// "t$files" taken apart; nothing when the name does not end so.
struct MetadataName {
  std::string table;
  std::string kind;
};
std::optional<MetadataName> ParseMetadataName(std::string_view name);

// Columns of a kind for this table ($partitions and $files depend on it).
Result<std::vector<sql::TableColumn>> MetadataColumns(std::string_view kind, const IcebergState& state);

using MetadataRows = std::vector<std::vector<std::optional<std::string>>>;
Result<MetadataRows> MetadataRowsOf(std::string_view kind, const IcebergState& state, catalog::Manifests& manifests,
                                    const Scope& scope, const catalog::MayOpen& may_open);

}  // namespace tarn::query
