// Makes the next version of a table's metadata: updates applied in order to a base, then checked as a whole.
//
// Deterministic: time, uuid and locations come in. Errors: Invalid for what can never be applied, CommitFailed for a
// snapshot whose sequence number or first row id the table has passed (the client should refresh and retry). Threads: a
// builder is one caller's.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/metadata/update.h"

namespace tarn::iceberg {

struct UpdateContext {
  Timestamp now;
  std::string new_uuid;           // of the table, when it is new and no update assigns one
  std::string previous_location;  // the base's metadata file, for the metadata log; empty: none
};

class TableMetadataBuilder {
 public:
  // `base` null: a new table (its format version comes with the first upgrade-format-version, else
  // `kDefaultFormatVersion`).
  TableMetadataBuilder(const TableMetadata* base, UpdateContext context);

  Status Apply(const Update& update);
  // True when an update has changed anything: else there is nothing to commit.
  bool changed() const { return changed_; }
  // Completes and validates. The builder is spent.
  Result<TableMetadata> Build();

 private:
  struct Visitor;
  Status AddSchemaOf(const SchemaPtr& schema);
  Status SetCurrentSchemaTo(int32_t id);
  Status AddSpecOf(PartitionSpec spec);
  Status SetDefaultSpecTo(int32_t id);
  Status AddOrder(SortOrder order);
  Status SetDefaultOrderTo(int32_t id);
  Status AddSnapshotOf(const SnapshotPtr& snapshot);
  Status RemoveSnapshotsOf(const std::vector<int64_t>& ids);
  Status SetRef(const std::string& name, const SnapshotRef& ref);
  void RemoveRef(std::string_view name);
  Status Upgrade(int32_t version);
  Status RemoveSpecsOf(const std::vector<int32_t>& ids);
  Status RemoveSchemasOf(const std::vector<int32_t>& ids);
  void AddMetadataLogEntry();
  Status TrimSnapshotLog();

  TableMetadata metadata_;
  UpdateContext context_;
  bool is_new_;
  bool changed_ = false;
  int64_t base_updated_ms_ = 0;
  bool removed_snapshots_ = false;
  std::optional<int32_t> last_schema_;
  std::optional<int32_t> last_spec_;
  std::optional<int32_t> last_order_;
  std::set<int64_t> added_snapshots_;
  std::set<int64_t> set_as_main_;  // added ones that some update made current
};

inline constexpr int kDefaultFormatVersion = 2;

struct CommitOutcome {
  TableMetadata metadata;
  bool changed = true;
};

// A REST commit: requirements, then updates. `base` null: the table is to be created (assert-create must be the only
// requirement).
Result<CommitOutcome> CommitTable(const TableMetadata* base, const std::vector<Requirement>& requirements,
                                  const std::vector<Update>& updates, const UpdateContext& context);

struct NewTable {
  SchemaPtr schema;  // ids as the client has them; fresh ones are given
  PartitionSpec spec;
  SortOrder order;
  std::string location;
  Properties properties;  // "format-version" chooses the version and is not kept
};
// The metadata of a table just created. Errors: Invalid (reserved properties, bad schema, spec or order).
Result<TableMetadata> MakeTable(const NewTable& table, const UpdateContext& context);
// The updates that replace a table by another definition, history kept (CREATE OR REPLACE).
Result<TableMetadata> ReplaceTable(const TableMetadata& base, const NewTable& table, const UpdateContext& context);

}  // namespace tarn::iceberg
