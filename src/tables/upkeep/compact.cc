#include "tables/upkeep/compact.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "base/strings.h"
#include "iceberg/errors.h"
#include "object/files.h"
#include "tables/one_table.h"
#include "tables/read.h"
#include "tables/transform_sql.h"
#include "tables/types.h"
#include "tables/write.h"

namespace tarn::tables {
namespace {

// Eight bits of each column: seven columns fit a number.
constexpr uint64_t kZOrderParts = 256;
constexpr size_t kZOrderColumnsMax = 7;

// What a plan was made on, and which data files each delete file concerns.
struct Planned {
  catalog::IcebergTable table;
  catalog::ScanState state;
  iceberg::CompactPlan plan;
  std::map<const iceberg::DeleteFile*, size_t> concerned;  // how many data files; only when all were seen
};

// All that rewriting the file would open lies within reach.
Status Within(const Reach& reach, const iceberg::CompactFile& file) {
  TARN_CHECK(reach.May(file.file.path));
  for (const auto& each : file.deletes) TARN_CHECK(reach.May(each->file.path));
  return Ok();
}

Result<Planned> PlanAll(const UpkeepParts& parts, const TableName& table, const CompactOptions& options) {
  Planned planned;
  TARN_TRY(planned.table, parts.tables.Load(table.scope, table.database, table.name));
  const iceberg::TableMetadata& metadata = *planned.table.metadata;
  const Reach reach(parts, planned.table.record);
  TARN_CHECK(reach.MayWrite(metadata));
  TARN_TRY(planned.state, catalog::StateAt(metadata, {}));
  iceberg::CompactPlanner planner(metadata, options.limits);
  if (planned.state.snapshot != nullptr) {
    catalog::ScanRequest request;
    request.state = planned.state;
    request.filter = options.filter;
    request.may_open = reach.ForReading();
    const bool whole = request.filter.is_true();
    TARN_CHECK(
        parts.planner.Plan(table.scope, planned.table.metadata, request, [&](catalog::PlannedFile&& file) -> Status {
          iceberg::CompactFile candidate;
          candidate.sequence_number = file.entry.sequence_number.value_or(0);
          candidate.file = std::move(file.entry.file);
          for (const auto& each : file.deletes) {
            if (whole) ++planned.concerned[each.get()];
          }
          candidate.deletes = std::move(file.deletes);
          if (const Status within = Within(reach, candidate); !within.ok()) {
            // The lake itself leaves alone what lies elsewhere.
            return parts.elsewhere ? within : Ok();
          }
          planner.Add(std::move(candidate));
          return Ok();
        }));
  }
  planned.plan = std::move(planner).Plan();
  if (options.choose) options.choose(planned.plan);
  return planned;
}

class Compactor {
 public:
  Compactor(const UpkeepParts& parts, const TableName& table, const CompactOptions& options, Planned planned)
      : parts_(parts),
        table_(table),
        options_(options),
        planned_(std::move(planned)),
        metadata_(*planned_.table.metadata),
        files_(parts.objects, table.scope.account) {}

  Result<CompactReport> Run() {
    for (const iceberg::CompactGroup& group : planned_.plan.groups) {
      if (Asked(options_.stopping)) break;
      const Status done = Rewrite(group);
      if (done.Is(iceberg::kCommitFailed)) {
        ++report_.groups_yielded;
      } else if (!done.ok()) {
        return done.error();
      }
    }
    return report_;
  }

 private:
  Status Rewrite(const iceberg::CompactGroup& group) {
    TARN_TRY(WrittenRows written, Write(group));
    const auto committed = Commit(group, written.files);
    if (!committed.ok()) {
      if (committed.error().reason->code != Code::kOutcomeUnknown) RemoveFiles(files_, written.files);
      return committed.error();
    }
    ++report_.groups;
    report_.files_removed += group.files.size();
    report_.files_added += written.files.size();
    report_.bytes_removed += static_cast<uint64_t>(group.bytes);
    for (const iceberg::DataFile& file : written.files) report_.bytes_added += static_cast<uint64_t>(file.file_bytes);
    report_.rows += written.rows;
    return Ok();
  }

  Result<WrittenRows> Write(const iceberg::CompactGroup& group) {
    ReadOptions read;
    auto& files = read.files.emplace();
    for (const iceberg::CompactFile& each : group.files) {
      catalog::PlannedFile file;
      file.entry.status = iceberg::EntryStatus::kExisting;
      file.entry.sequence_number = each.sequence_number;
      file.entry.file = each.file;
      file.deletes = each.deletes;
      files.push_back(std::move(file));
    }
    // The table's schema, not its snapshot's: files are written as the table is now.
    catalog::ScanState state = planned_.state;
    state.schema = metadata_.FindSchema(metadata_.current_schema_id);
    const Reach reach(parts_, planned_.table.record);
    const Reader reader{parts_.manifests, parts_.planner, files_, table_.scope, reach.ForReading()};
    TARN_TRY(auto binding, BindForRead(reader, planned_.table.metadata, state, std::move(read)));
    WriteOptions how;
    how.file_bytes = static_cast<uint64_t>(planned_.plan.target_bytes);
    how.row_lineage = metadata_.format_version >= 3;
    TARN_CHECK(Order(how));
    Rows rows;
    rows.resolver = std::make_shared<OneTable>(std::move(binding));
    TARN_TRY(rows.select, Select(how.row_lineage));
    return WriteDataFiles(files_, metadata_, std::move(rows), how, RunOn(*parts_.engine));
  }

  Result<std::string> Select(bool row_lineage) const {
    std::string list;
    for (const iceberg::Field& column : metadata_.schema().columns()) {
      TARN_TRY(const std::string type, DuckDbType(column.type));
      list += fmt::format("{}CAST({} AS {})", list.empty() ? "" : ", ", Quote(AsciiLower(column.name)), type);
    }
    if (row_lineage) list += R"(, "_row_id", "_last_updated_sequence_number")";
    return fmt::format("SELECT {} FROM {}", list, kOneTable);
  }

  Status Order(WriteOptions& how) const {
    switch (options_.strategy) {
      case CompactStrategy::kBinPack:
        how.sort = iceberg::SortOrder();
        return Ok();
      case CompactStrategy::kSort:
        if (metadata_.sort_order().is_unsorted()) {
          return Fail(iceberg::kInvalid, "Cannot sort: the table has no sort order");
        }
        return Ok();
      case CompactStrategy::kZOrder:
        break;
    }
    TARN_TRY(how.cluster, ZOrder());
    return Ok();
  }

  // The columns of a z-order, as positions in the schema: those asked for, else those of the table's sort order.
  Result<std::vector<size_t>> ZOrderColumns() const {
    const auto& columns = metadata_.schema().columns();
    std::vector<size_t> found;
    const auto add = [&](const auto& is_it) -> Status {
      const auto at = std::ranges::find_if(columns, is_it);
      if (at == columns.end()) return Fail(iceberg::kInvalid, "Cannot z-order: a column is none of the table's own");
      const auto position = static_cast<size_t>(at - columns.begin());
      if (std::ranges::find(found, position) == found.end()) found.push_back(position);
      return Ok();
    };
    for (const std::string& name : options_.zorder_columns) {
      TARN_CHECK(add([&](const iceberg::Field& column) { return EqualsIgnoreCase(column.name, name); }));
    }
    if (options_.zorder_columns.empty()) {
      for (const iceberg::SortField& field : metadata_.sort_order().fields) {
        TARN_CHECK(add([&](const iceberg::Field& column) { return column.id == field.source_id(); }));
      }
    }
    if (found.empty()) return Fail(iceberg::kInvalid, "Cannot z-order: the table has no sort order");
    if (found.size() > kZOrderColumnsMax) {
      return Fail(iceberg::kInvalid, fmt::format("Cannot z-order by more than {} columns", kZOrderColumnsMax));
    }
    return found;
  }

  // Each column's values are dealt into as many parts of equal size; the bits of a row's parts, interleaved, order it.
  Result<std::vector<std::string>> ZOrder() const {
    TARN_TRY(const std::vector<size_t> columns, ZOrderColumns());
    std::string spread;
    for (uint64_t part = 0; part < kZOrderParts; ++part) {
      uint64_t bits = 0;
      for (uint64_t bit = 0; (part >> bit) != 0; ++bit) bits |= ((part >> bit) & 1) << (bit * columns.size());
      spread += fmt::format("{}{}", part == 0 ? "" : ",", bits);
    }
    std::string item;
    for (size_t i = 0; i < columns.size(); ++i) {
      item += fmt::format("{}(list_extract(CAST([{}] AS BIGINT[]), ntile({}) OVER (ORDER BY {} NULLS FIRST)) << {})",
                          i == 0 ? "" : " + ", spread, kZOrderParts,
                          Quote(metadata_.schema().columns()[columns[i]].name), columns.size() - 1 - i);
    }
    return std::vector<std::string>{std::move(item)};
  }

  // Delete files whose data files are all gone after this group.
  std::vector<std::string> DoneDeletes(const iceberg::CompactGroup& group) {
    std::map<const iceberg::DeleteFile*, size_t> here;
    for (const iceberg::CompactFile& file : group.files) {
      for (const auto& each : file.deletes) ++here[each.get()];
    }
    std::vector<std::string> paths;
    for (const auto& [file, count] : here) {
      const auto left = planned_.concerned.find(file);
      // A vector goes with its data file; of a Puffin file with several only those.
      if (left == planned_.concerned.end() || file->file.is_deletion_vector()) continue;
      if (left->second == count) paths.push_back(file->file.path);
    }
    return paths;
  }

  Status Commit(const iceberg::CompactGroup& group, const std::vector<iceberg::DataFile>& written) {
    iceberg::Change change;
    change.operation = "replace";
    change.added = written;
    change.extra_summary = options_.summary;
    // Rows keep the number that they were planned with: deletes made since are about them still.
    if (metadata_.format_version > 1) change.data_sequence_number = planned_.state.snapshot->sequence_number;
    std::set<std::string> paths;
    for (const iceberg::CompactFile& file : group.files) {
      change.removed_files.push_back(file.file.path);
      paths.insert(file.file.path);
    }
    const std::vector<std::string> deletes = DoneDeletes(group);
    change.removed_files.insert(change.removed_files.end(), deletes.begin(), deletes.end());
    catalog::SnapshotOptions options;
    options.table_uuid = metadata_.table_uuid;
    options.may_open = Reach(parts_, planned_.table.record).ForReading();
    TARN_CHECK(parts_.snapshots.Change(table_.scope, table_.database, table_.name, std::move(change),
                                       catalog::RulesOfRewrite(planned_.state.snapshot->snapshot_id, std::move(paths)),
                                       options));
    report_.delete_files_removed += deletes.size();
    for (const iceberg::CompactFile& file : group.files) {
      for (const auto& each : file.deletes) {
        if (each->file.is_deletion_vector()) ++report_.delete_files_removed;
        if (const auto left = planned_.concerned.find(each.get()); left != planned_.concerned.end()) --left->second;
      }
    }
    return Ok();
  }

  const UpkeepParts& parts_;
  const TableName& table_;
  const CompactOptions& options_;
  Planned planned_;
  const iceberg::TableMetadata& metadata_;
  const object::Files files_;
  CompactReport report_;
};

}  // namespace

Result<iceberg::CompactPlan> PlanCompaction(const UpkeepParts& parts, const TableName& table,
                                            const CompactOptions& options) {
  TARN_TRY(Planned planned, PlanAll(parts, table, options));
  return std::move(planned.plan);
}

Result<CompactReport> Compact(const UpkeepParts& parts, const TableName& table, const CompactOptions& options) {
  if (parts.engine == nullptr) return Fail(iceberg::kUnsupported, "compaction needs the engine");
  TARN_TRY(Planned planned, PlanAll(parts, table, options));
  return Compactor(parts, table, options, std::move(planned)).Run();
}

}  // namespace tarn::tables
