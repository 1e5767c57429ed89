#include "query/statement/iceberg/change.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/strings.h"
#include "catalog/errors.h"
#include "catalog/iceberg/planner.h"
#include "iceberg/errors.h"
#include "query/errors.h"
#include "query/lake/place.h"
#include "query/statement/iceberg/filter.h"
#include "query/statement/iceberg/table.h"
#include "query/statement/iceberg/write.h"
#include "tables/deletes.h"
#include "tables/read.h"
#include "tables/write.h"

namespace tarn::query {
namespace {

using catalog::PlannedFile;
using catalog::RowMode;
using catalog::RowOperation;

constexpr std::string_view kMatchedTwice =
    "MERGE_TARGET_ROW_MULTIPLE_MATCHES: One MERGE target table row matched more than one source row";

// Collects which rows are gone, and counts.
class Gone : public engine::ResultSink {
 public:
  explicit Gone(bool merges) : merges_(merges) {}
  Status OnColumns(const std::vector<engine::ResultColumn>&) override { return Ok(); }
  Status OnBatch(const engine::Batch& batch) override {
    const engine::Column& paths = batch.column(0);
    const engine::Column& positions = batch.column(1);
    for (size_t row = 0; row < batch.rows(); ++row) {
      ++rows_;
      if (paths.IsNull(row)) continue;
      const std::string_view path = paths.Bytes(row);
      if (last_ == nullptr || path != last_path_) {
        last_path_ = path;
        last_ = &files_[last_path_];
      }
      const auto position = static_cast<uint64_t>(positions.Integer(row));
      const uint64_t before = last_->size();
      last_->Add(position);
      if (merges_ && last_->size() == before) return Fail(kUserError, std::string(kMatchedTwice));
    }
    return Ok();
  }
  std::map<std::string, iceberg::Positions>& files() { return files_; }
  uint64_t rows() const { return rows_; }

 private:
  const bool merges_;
  std::map<std::string, iceberg::Positions> files_;
  std::string last_path_;
  iceberg::Positions* last_ = nullptr;
  uint64_t rows_ = 0;
};

// Copy-on-write only where the table says so: Athena's tables are merge-on-read.
RowMode AthenaMode(const iceberg::TableMetadata& metadata, RowOperation operation) {
  const char* key = operation == RowOperation::kDelete   ? "write.delete.mode"
                    : operation == RowOperation::kUpdate ? "write.update.mode"
                                                         : "write.merge.mode";
  const auto given = metadata.properties.find(key);
  const bool copies = given != metadata.properties.end() && EqualsIgnoreCase(given->second, "copy-on-write");
  return copies || metadata.format_version < 2 ? RowMode::kCopyOnWrite : RowMode::kMergeOnRead;
}

class OneTable : public engine::TableResolver {
 public:
  explicit OneTable(std::shared_ptr<const engine::TableBinding> table) : table_(std::move(table)) {}
  Result<std::shared_ptr<const engine::TableBinding>> Resolve(const std::string&, const std::string&) override {
    return table_;
  }

 private:
  std::shared_ptr<const engine::TableBinding> table_;
};

class Run {
 public:
  Run(Job& job, const RowChange& change)
      : job_(job),
        change_(change),
        metadata_(*change.table.metadata),
        may_open_(MayOpenOf(job, change.table)),
        gone_(std::make_shared<Gone>(change.merges)) {}

  Status Whole() {
    TARN_CHECK(Find());
    Status done = Commit();
    if (!done.ok()) {
      if (done.error().reason->code != Code::kOutcomeUnknown) Remove();
      return IcebergError(done.error(), change_.table.record.database, change_.table.record.name);
    }
    return FinishRows(job_, written_, gone_->rows());
  }

 private:
  // Runs the SELECT: new rows go to files, rows that are gone to the bitmaps.
  Status Find() {
    tables::Rows rows;
    rows.resolver = std::shared_ptr<engine::TableResolver>(&job_.lake, [](auto*) {});
    rows.select = change_.select;
    if (!change_.writes) {
      engine::Query query;
      query.sql = std::move(rows.select);
      query.resolver = std::move(rows.resolver);
      query.sink = gone_;
      TARN_TRY(const engine::Outcome outcome, job_.RunEngine(std::move(query)));
      return Ok();
    }
    tables::WriteOptions how;
    how.side_columns = 3;
    how.side = gone_;
    how.row_lineage = HasRowIds(change_.table);
    how.name_prefix = job_.execution.id;
    auto written = tables::WriteDataFiles(job_.files, metadata_, std::move(rows), how, RunAs(job_));
    if (!written.ok()) {
      return IcebergError(written.error(), change_.table.record.database, change_.table.record.name);
    }
    written_ = std::move(written->files);
    return Ok();
  }

  // The files that rows are gone from, as the table's snapshot has them.
  Status Plan() {
    if (gone_->files().empty()) return Ok();
    catalog::ScanRequest request;
    TARN_TRY(request.state, catalog::StateAt(metadata_, {}));
    request.filter = change_.filter;
    request.may_open = may_open_;
    TARN_CHECK(job_.services.iceberg.planner.Plan(job_.target, change_.table.metadata, request,
                                                  [&](PlannedFile&& file) -> Status {
                                                    if (gone_->files().contains(file.entry.file.path))
                                                      touched_[file.entry.file.path] = std::move(file);
                                                    return Ok();
                                                  }));
    if (touched_.size() == gone_->files().size()) return Ok();
    return Fail(iceberg::kCommitFailed, "the table changed while it was read");
  }

  Status Commit() {
    if (job_.cancelled()) return Fail(engine::kCancelled, "the query was cancelled");
    if (gone_->files().empty() && written_.empty()) return Ok();
    TARN_CHECK(Plan());
    iceberg::Change made;
    const RowMode mode = AthenaMode(metadata_, change_.operation);
    std::set<std::string> referred;
    std::vector<tables::GoneRows> partly, copied;
    for (auto& [path, rows] : gone_->files()) {
      const PlannedFile& file = touched_.at(path);
      referred.insert(path);
      if (file.deletes.empty() && rows.size() == static_cast<uint64_t>(file.entry.file.record_count)) {
        made.removed_files.push_back(path);  // nothing is left of it
      } else {
        const bool copies = mode == RowMode::kCopyOnWrite || !TakesVector(file);
        (copies ? copied : partly).push_back({&file.entry.file, std::move(rows)});
      }
    }
    TARN_CHECK(DeleteRows(partly, made));
    TARN_CHECK(CopyRest(copied, made));
    made.added = written_;
    made.added.insert(made.added.end(), deletes_.begin(), deletes_.end());
    made.operation = written_.empty() ? "delete" : "overwrite";
    made.extra_summary = SummaryOf(job_);
    catalog::SnapshotOptions options;
    options.table_uuid = metadata_.table_uuid;
    options.may_open = may_open_;
    TARN_TRY(const catalog::Committed committed,
             job_.services.iceberg.snapshots.Change(
                 job_.target, change_.table.record.database, change_.table.record.name, std::move(made),
                 catalog::RulesOf(metadata_, change_.operation, mode, metadata_.current_snapshot_id, change_.filter,
                                  std::move(referred)),
                 options));
    return Ok();
  }

  // Not in a table of version 3 whose file has position deletes of version 2: a vector would have to take them over.
  bool TakesVector(const PlannedFile& file) const {
    return metadata_.format_version < 3 ||
           std::none_of(
               file.deletes.begin(), file.deletes.end(),
               [](const auto& present) {
                 return present->file.content == iceberg::FileContent::kPositionDeletes &&
                        !present->file.is_deletion_vector();
               });
  }

  // Delete files for what is gone; in version 3 each file's one vector takes over what its present one names.
  Status DeleteRows(std::vector<tables::GoneRows>& partly, iceberg::Change& made) {
    if (partly.empty()) return Ok();
    if (metadata_.format_version < 3) {
      TARN_TRY(deletes_, tables::WritePositionDeletes(job_.files, metadata_, partly, RunAs(job_)));
      return Ok();
    }
    for (tables::GoneRows& rows : partly) {
      for (const auto& present : touched_.at(rows.file->path).deletes) {
        if (!present->file.is_deletion_vector()) continue;
        if (may_open_) TARN_CHECK(may_open_(present->file.path));
        TARN_TRY(const iceberg::Positions known,
                 job_.services.iceberg.manifests.ReadVector(job_.target, present->file));
        rows.rows.Union(known);
        made.removed_vectors.push_back(rows.file->path);
      }
    }
    TARN_TRY(deletes_, tables::WriteDeletionVectors(job_.files, metadata_, partly));
    return Ok();
  }

  // New files with what is left of those that lose rows.
  Status CopyRest(const std::vector<tables::GoneRows>& partly, iceberg::Change& made) {
    if (partly.empty()) return Ok();
    tables::ReadOptions read;
    read.files.emplace();
    for (const tables::GoneRows& rows : partly) {
      const PlannedFile& file = touched_.at(rows.file->path);
      read.files->push_back(file);
      read.deleted[rows.file->path] = rows.rows.ToVector();
      made.removed_files.push_back(rows.file->path);
      for (const auto& present : file.deletes) {
        if (present->file.is_deletion_vector()) made.removed_vectors.push_back(rows.file->path);
      }
    }
    const Services& services = job_.services;
    const tables::Reader reader{services.iceberg.manifests, services.iceberg.planner, job_.files, job_.target,
                                may_open_};
    TARN_TRY(const catalog::ScanState state, catalog::StateAt(metadata_, {}));
    TARN_TRY(auto binding, tables::BindForRead(reader, change_.table.metadata, state, std::move(read)));
    tables::WriteOptions how;
    how.name_prefix = job_.execution.id;
    how.row_lineage = HasRowIds(change_.table);
    tables::Rows rows;
    std::string list;
    for (const iceberg::Field& column : metadata_.schema().columns()) {
      list += (list.empty() ? "" : ", ") + sql::QuoteIdentifier(AsciiLower(column.name));
    }
    if (how.row_lineage) list += ", \"_row_id\", \"_last_updated_sequence_number\"";
    rows.select = fmt::format("SELECT {} FROM lake.\"rest\".\"rows\"", list);
    rows.resolver = std::make_shared<OneTable>(std::move(binding));
    TARN_TRY(auto written, tables::WriteDataFiles(job_.files, metadata_, std::move(rows), how, RunAs(job_)));
    written_.insert(written_.end(), written.files.begin(), written.files.end());
    return Ok();
  }

  void Remove() {
    tables::RemoveFiles(job_.files, written_);
    tables::RemoveFiles(job_.files, deletes_);
  }

  Job& job_;
  const RowChange& change_;
  const iceberg::TableMetadata& metadata_;
  const catalog::MayOpen may_open_;
  std::shared_ptr<Gone> gone_;
  std::map<std::string, PlannedFile> touched_;
  std::vector<iceberg::DataFile> written_;
  std::vector<iceberg::DataFile> deletes_;
};

// The files that go as a whole when nothing but whole files match; nothing when rows have to be looked at.
Result<std::optional<std::vector<iceberg::DataFile>>> WholeFiles(Job& job, const catalog::IcebergTable& table,
                                                                 const FileFilter& filter) {
  using Files = std::optional<std::vector<iceberg::DataFile>>;
  if (!filter.exact) return Files();
  catalog::ScanRequest request;
  TARN_TRY(request.state, catalog::StateAt(*table.metadata, {}));
  request.filter = filter.filter;
  request.may_open = MayOpenOf(job, table);
  request.columns = {.counts = true, .bounds = true, .details = false, .fields = iceberg::FieldIds(filter.filter)};
  std::vector<iceberg::DataFile> files;
  bool whole = true;
  TARN_CHECK(job.services.iceberg.planner.Plan(job.target, table.metadata, request, [&](PlannedFile&& file) -> Status {
    const bool all = file.residual.is_true() || iceberg::MustMatch(file.residual, file.entry.file);
    whole = whole && all && file.deletes.empty();
    files.push_back(std::move(file.entry.file));
    return Ok();
  }));
  return whole ? Files(std::move(files)) : Files();
}

Status DeleteFiles(Job& job, const catalog::IcebergTable& table, const iceberg::Expression& filter,
                   const std::vector<iceberg::DataFile>& files) {
  uint64_t rows = 0;
  iceberg::Change change;
  change.operation = "delete";
  change.extra_summary = SummaryOf(job);
  std::set<std::string> paths;
  for (const iceberg::DataFile& file : files) {
    rows += static_cast<uint64_t>(file.record_count);
    change.removed_files.push_back(file.path);
    paths.insert(file.path);
  }
  if (!files.empty()) {
    catalog::SnapshotOptions options;
    options.table_uuid = table.metadata->table_uuid;
    options.may_open = MayOpenOf(job, table);
    const auto done = job.services.iceberg.snapshots.Change(
        job.target, table.record.database, table.record.name, std::move(change),
        catalog::RulesOf(*table.metadata, RowOperation::kDelete, RowMode::kCopyOnWrite,
                         table.metadata->current_snapshot_id, filter, std::move(paths)),
        options);
    if (!done.ok()) return IcebergError(done.error(), table.record.database, table.record.name);
  }
  return FinishRows(job, {}, rows);
}

// The plan's columns, named c0, c1 …
std::string Named(const sql::Plan& plan) {
  std::string names;
  for (size_t i = 0; i < plan.columns.size(); ++i) names += fmt::format("{}c{}", i > 0 ? ", " : "", i);
  return fmt::format("({}) AS q({})", plan.duckdb, names);
}

Result<sql::Plan> PlanRows(Job& job, sql::Query& query) {
  TARN_TRY(sql::Plan plan, sql::PlanQuery(query, job.lake, job.context()));
  job.lake.Prune(plan.tables);
  return plan;
}

std::string Qualifier(const std::string& alias, const catalog::IcebergTable& table) {
  return alias.empty() ? table.record.name : alias;
}

// Where each assigned column stands in the schema.
Result<std::map<size_t, sql::Assignment*>> Assigned(const iceberg::Schema& schema, std::vector<sql::Assignment>& set) {
  std::map<size_t, sql::Assignment*> assigned;
  for (sql::Assignment& assignment : set) {
    size_t at = 0;
    while (at < schema.columns().size() && !EqualsIgnoreCase(schema.columns()[at].name, assignment.column.name)) ++at;
    if (at == schema.columns().size()) {
      return Fail(kUserError,
                  fmt::format("COLUMN_NOT_FOUND: line {}:{}: The UPDATE SET target column {} doesn't exist",
                              assignment.column.pos.line, assignment.column.pos.column, assignment.column.name));
    }
    if (!assigned.emplace(at, &assignment).second) {
      return Fail(kUserError,
                  fmt::format("SYNTAX_ERROR: line {}:{}: Multiple assignments for same column: {}",
                              assignment.column.pos.line, assignment.column.pos.column, assignment.column.name));
    }
  }
  return assigned;
}

Status CheckAssigned(const std::vector<sql::TableColumn>& columns, const std::map<size_t, sql::Assignment*>& assigned,
                     const sql::Plan& plan, size_t first) {
  std::vector<std::string> wanted, given;
  bool fits = true;
  for (const auto& [at, assignment] : assigned) {
    const sql::Type& type = plan.columns[first + at].type;
    wanted.push_back(sql::ToTrino(columns[at].type));
    given.push_back(sql::ToTrino(type));
    fits = fits && (type.Is(sql::TypeKind::kUnknown) || sql::CanCoerce(type, columns[at].type));
  }
  if (fits) return Ok();
  return Fail(kUserError, fmt::format("TYPE_MISMATCH: line 1:1: UPDATE table column types don't match SET expressions: "
                                      "Table: [{}], Expressions: [{}]",
                                      Join(wanted, ", "), Join(given, ", ")));
}

}  // namespace

Status RunRowChange(Job& job, const RowChange& change) { return Run(job, change).Whole(); }

Result<catalog::IcebergTable> TargetOf(Job& job, const sql::TableName& name, std::string_view what) {
  const std::string database = DatabaseOf(job, name);
  const std::string place = PlaceText(job.target, database);
  TARN_TRY(const auto state, job.lake.FindIceberg(place, AsciiLower(name.table)));
  if (state != nullptr) {
    TARN_CHECK(CheckFolders(job, state->table, tables::Touch::kWrite));
    return state->table;
  }
  const auto found = job.services.catalog.GetTable(job.target, database, name.table);
  if (found.ok()) {
    return Fail(kUserError, fmt::format("NOT_SUPPORTED: {} is supported for Iceberg tables only", what));
  }
  return Fail(kUserError, fmt::format("TABLE_NOT_FOUND: line {}:{}: Table '{}.{}.{}' does not exist", name.pos.line,
                                      name.pos.column, kCatalogName, database, name.table));
}

std::string TargetRelation(const Job& job, const std::string& alias, const catalog::IcebergTable& table) {
  const std::string text = TargetText(job, table.record);
  return alias.empty() ? text : fmt::format("{} AS {}", text, sql::QuoteIdentifier(alias));
}

Result<sql::QueryPtr> ParseSelect(const std::string& text) {
  TARN_TRY(sql::Statement parsed, sql::Parse(text));
  auto* query = parsed.As<sql::QueryStatement>();
  if (query == nullptr) return Fail(kSystemError, "INTERNAL_ERROR: no SELECT");
  return std::move(query->query);
}

namespace {

// Where the rows lie that the condition, which is taken, holds for.
Result<sql::QueryPtr> FindRows(const Job& job, const catalog::IcebergTable& table, const std::string& alias,
                               sql::ExprPtr& where) {
  TARN_TRY(sql::QueryPtr query, ParseSelect(fmt::format("SELECT \"$path\", \"$pos\" FROM {} WHERE true",
                                                        TargetRelation(job, alias, table))));
  query->body->select->where = std::move(where);
  return query;
}

}  // namespace

Result<sql::QueryPtr> RowsQuery(Job& job, sql::Delete& change) {
  TARN_TRY(const catalog::IcebergTable table, TargetOf(job, change.table, "DELETE"));
  return FindRows(job, table, change.alias, change.where);
}

Result<sql::QueryPtr> RowsQuery(Job& job, sql::UpdateRows& change) {
  TARN_TRY(const catalog::IcebergTable table, TargetOf(job, change.table, "UPDATE"));
  return FindRows(job, table, change.alias, change.where);
}

Status RunDelete(Job& job, sql::Delete& change) {
  TARN_TRY(catalog::IcebergTable table, TargetOf(job, change.table, "DELETE"));
  const std::string name = Qualifier(change.alias, table);
  const FileFilter filter = FilterOf(change.where.get(), table.metadata->schema(), name);
  TARN_TRY(const auto whole, WholeFiles(job, table, filter));
  if (whole) return DeleteFiles(job, table, filter.filter, *whole);
  TARN_TRY(const sql::QueryPtr query, FindRows(job, table, change.alias, change.where));
  TARN_TRY(const sql::Plan plan, PlanRows(job, *query));
  RowChange run;
  run.operation = RowOperation::kDelete;
  run.table = std::move(table);
  run.filter = filter.filter;
  run.writes = false;
  run.select = fmt::format("SELECT q.c0, q.c1 FROM {}", Named(plan));
  return RunRowChange(job, run);
}

Status RunUpdate(Job& job, sql::UpdateRows& change) {
  TARN_TRY(catalog::IcebergTable table, TargetOf(job, change.table, "UPDATE"));
  const iceberg::Schema& schema = table.metadata->schema();
  const std::string name = Qualifier(change.alias, table);
  TARN_TRY(const std::vector<sql::TableColumn> columns, TargetColumns(schema));
  TARN_TRY(const auto assigned, Assigned(schema, change.set));
  const size_t first = HasRowIds(table) ? 3 : 2;
  std::string list = "\"$path\", \"$pos\"";
  if (HasRowIds(table)) list += ", \"_row_id\"";
  for (const sql::TableColumn& column : columns) list += ", " + sql::QuoteIdentifier(column.name);
  TARN_TRY(const sql::QueryPtr query,
           ParseSelect(fmt::format("SELECT {} FROM {} WHERE true", list, TargetRelation(job, change.alias, table))));
  RowChange run;
  run.operation = RowOperation::kUpdate;
  run.filter = FilterOf(change.where.get(), schema, name).filter;
  sql::Select& select = *query->body->select;
  select.where = std::move(change.where);
  for (const auto& [at, assignment] : assigned) select.items[first + at].expr = std::move(assignment->value);
  TARN_TRY(const sql::Plan plan, PlanRows(job, *query));
  TARN_CHECK(RaiseLevel(job, table.record.database, table.record.name, plan.tables));
  TARN_CHECK(CheckAssigned(columns, assigned, plan, first));
  std::vector<std::string> values;
  values.reserve(columns.size());
  for (size_t i = 0; i < columns.size(); ++i) values.push_back(fmt::format("q.c{}", first + i));
  std::string from = Named(plan);
  TARN_TRY(run.select, RowsSelect(schema, {"q.c0", "q.c1", "true"}, values, from,
                                  HasRowIds(table) ? "q.c2, CAST(NULL AS BIGINT)" : ""));
  run.table = std::move(table);
  return RunRowChange(job, run);
}

}  // namespace tarn::query
