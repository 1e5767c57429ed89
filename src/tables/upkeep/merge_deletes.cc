#include "tables/upkeep/merge_deletes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "iceberg/errors.h"
#include "iceberg/puffin/positions.h"
#include "tables/deletes.h"
#include "tables/one_table.h"
#include "tables/read.h"
#include "tables/write.h"

namespace tarn::tables {
namespace {

using iceberg::DeleteFile;

// Rows of one query's memory at most: delete files are read together, and what they say is held.
constexpr uint64_t kRowsMax = 50'000'000;

bool IsPositions(const DeleteFile& file) {
  return file.file.content == iceberg::FileContent::kPositionDeletes && !file.file.is_deletion_vector();
}

// Positions by data file, of the files that are asked for.
class Collector : public engine::ResultSink {
 public:
  explicit Collector(std::map<std::string, iceberg::Positions, std::less<>>& into) : into_(into) {}
  Status OnColumns(const std::vector<engine::ResultColumn>&) override { return Ok(); }
  Status OnBatch(const engine::Batch& batch) override {
    const engine::Column& paths = batch.column(0);
    const engine::Column& positions = batch.column(1);
    for (size_t row = 0; row < batch.rows(); ++row) {
      const auto found = into_.find(paths.Bytes(row));
      if (found != into_.end()) found->second.Add(static_cast<uint64_t>(positions.Integer(row)));
    }
    return Ok();
  }

 private:
  std::map<std::string, iceberg::Positions, std::less<>>& into_;
};

struct Concerned {
  iceberg::DataFile file;
  std::vector<std::shared_ptr<const DeleteFile>> deletes;  // of positions
};

class Merger {
 public:
  Merger(const UpkeepParts& parts, const TableName& name, const MergeDeletesOptions& options,
         catalog::IcebergTable table)
      : parts_(parts),
        name_(name),
        options_(options),
        table_(std::move(table)),
        metadata_(*table_.metadata),
        reach_(parts, table_.record),
        files_(parts.objects, name.scope.account) {}

  Result<MergeDeletesReport> Run() {
    TARN_CHECK(reach_.MayWrite(metadata_));
    TARN_TRY(state_, catalog::StateAt(metadata_, {}));
    if (state_.snapshot == nullptr || metadata_.format_version < 2) return report_;
    TARN_CHECK(Look());
    Choose();
    if (merged_.empty()) return report_;
    TARN_CHECK(Read());
    TARN_TRY(const std::vector<iceberg::DataFile> written, Write());
    const Status done = Commit(written);
    if (!done.ok()) {
      if (done.error().reason->code != Code::kOutcomeUnknown) RemoveFiles(files_, written);
      return done.error();
    }
    return report_;
  }

 private:
  bool vectors() const { return metadata_.format_version >= 3; }

  // Every data file with position deletes, and which of those cannot be read or replaced.
  Status Look() {
    catalog::ScanRequest request;
    request.state = state_;
    request.may_open = reach_.ForReading();
    return parts_.planner.Plan(name_.scope, table_.metadata, request, [&](catalog::PlannedFile&& planned) -> Status {
      std::erase_if(planned.deletes, [](const auto& each) { return !IsPositions(*each); });
      if (planned.deletes.empty()) return Ok();
      const bool within = reach_.May(planned.entry.file.path).ok();
      for (const auto& each : planned.deletes) {
        const bool readable = EqualsIgnoreCase(each->file.format, "parquet") && reach_.May(each->file.path).ok();
        if (!within || !readable) fixed_.insert(each.get());
      }
      concerned_.push_back({std::move(planned.entry.file), std::move(planned.deletes)});
      return Ok();
    });
  }

  // The delete files that are merged: all those of each data file that has many of them.
  void Choose() {
    for (const Concerned& each : concerned_) {
      if (each.deletes.size() < options_.deletes_min) continue;
      for (const auto& file : each.deletes) merged_.insert(file);
    }
    // A vector is all that says what is gone of its file: what concerns one more file of a vector goes along.
    for (bool grew = vectors(); grew;) {
      grew = false;
      for (const Concerned& each : concerned_) {
        if (std::ranges::none_of(each.deletes, [&](const auto& file) { return merged_.contains(file); })) continue;
        for (const auto& file : each.deletes) grew = merged_.insert(file).second || grew;
      }
    }
    uint64_t rows = 0;
    bool whole = true;
    for (const auto& file : merged_) {
      rows += static_cast<uint64_t>(std::max<int64_t>(file->file.record_count, 0));
      whole = whole && !fixed_.contains(file.get());
    }
    if (vectors() && !whole) merged_.clear();
    std::erase_if(merged_, [&](const auto& file) { return fixed_.contains(file.get()); });
    if (rows > kRowsMax || merged_.size() < (vectors() ? 1U : 2U)) merged_.clear();
    std::erase_if(concerned_, [&](const Concerned& each) {
      return std::ranges::none_of(each.deletes, [&](const auto& file) { return merged_.contains(file); });
    });
  }

  Status Read() {
    std::vector<iceberg::Field> columns(2);
    columns[0] = {.id = kDeletedPathField, .name = "file_path", .required = true, .type = iceberg::TypeId::kString};
    columns[1] = {.id = kDeletedPositionField, .name = "pos", .required = true, .type = iceberg::TypeId::kLong};
    catalog::ScanState state;
    TARN_TRY(state.schema, iceberg::Schema::Make(0, std::move(columns)));
    ReadOptions read;
    auto& files = read.files.emplace();
    files.reserve(merged_.size());
    for (const auto& each : merged_) {
      catalog::PlannedFile& file = files.emplace_back();
      file.entry.status = iceberg::EntryStatus::kExisting;
      file.entry.sequence_number = each->sequence_number;
      file.entry.file = each->file;
    }
    const Reader reader{parts_.manifests, parts_.planner, files_, name_.scope, reach_.ForReading()};
    TARN_TRY(auto binding, BindForRead(reader, table_.metadata, state, std::move(read)));
    for (const Concerned& each : concerned_) positions_[each.file.path];
    engine::Query query;
    query.sql = fmt::format("SELECT file_path, pos FROM {}", kOneTable);
    query.resolver = std::make_shared<OneTable>(std::move(binding));
    query.sink = std::make_shared<Collector>(positions_);
    TARN_CHECK(RunOn(*parts_.engine)(std::move(query)));
    return Ok();
  }

  // Whether each data file gets a delete file of its own.
  bool OnePerDataFile() const {
    const auto said = metadata_.properties.find("write.delete.granularity");
    if (said != metadata_.properties.end()) return EqualsIgnoreCase(said->second, "file");
    return concerned_.size() * 2 <= merged_.size();
  }

  Result<std::vector<iceberg::DataFile>> Write() {
    std::vector<GoneRows> gone;
    gone.reserve(concerned_.size());
    for (const Concerned& each : concerned_) {
      iceberg::Positions& rows = positions_[each.file.path];
      if (rows.empty()) continue;
      gone.push_back({&each.file, std::move(rows)});
    }
    report_.data_files = gone.size();
    if (gone.empty()) return std::vector<iceberg::DataFile>();
    if (vectors()) return WriteDeletionVectors(files_, metadata_, gone);
    const RunQuery run = RunOn(*parts_.engine);
    if (!OnePerDataFile()) return WritePositionDeletes(files_, metadata_, gone, run);
    std::vector<iceberg::DataFile> written;
    for (GoneRows& each : gone) {
      std::vector<GoneRows> one;
      one.push_back(std::move(each));
      auto files = WritePositionDeletes(files_, metadata_, one, run);
      if (!files.ok()) {
        RemoveFiles(files_, written);
        return files.error();
      }
      written.insert(written.end(), files->begin(), files->end());
    }
    return written;
  }

  Status Commit(const std::vector<iceberg::DataFile>& written) {
    iceberg::Change change;
    change.operation = "replace";
    change.added = written;
    change.extra_summary = options_.summary;
    change.removed_files.reserve(merged_.size());
    for (const auto& each : merged_) {
      change.removed_files.push_back(each->file.path);
      report_.bytes_removed += static_cast<uint64_t>(each->file.file_bytes);
    }
    std::set<std::string> about;
    for (const Concerned& each : concerned_) about.insert(each.file.path);
    iceberg::ConflictRules rules = catalog::RulesOfRewrite(state_.snapshot->snapshot_id, std::move(about));
    // Deletes of version 2 lie beside each other; a data file has one vector.
    rules.no_new_deletes = vectors();
    catalog::SnapshotOptions options;
    options.table_uuid = metadata_.table_uuid;
    options.may_open = reach_.ForReading();
    TARN_CHECK(parts_.snapshots.Change(name_.scope, name_.database, name_.name, std::move(change), rules, options));
    report_.removed = merged_.size();
    report_.added = written.size();
    std::set<std::string> files;
    for (const iceberg::DataFile& file : written) {
      if (files.insert(file.path).second) report_.bytes_added += static_cast<uint64_t>(file.file_bytes);
    }
    return Ok();
  }

  // The same delete file has one object in a plan: by path, so that commits do not depend on addresses.
  struct ByPath {
    bool operator()(const std::shared_ptr<const DeleteFile>& a, const std::shared_ptr<const DeleteFile>& b) const {
      return a->file.path < b->file.path;
    }
  };

  const UpkeepParts& parts_;
  const TableName& name_;
  const MergeDeletesOptions& options_;
  const catalog::IcebergTable table_;
  const iceberg::TableMetadata& metadata_;
  const Reach reach_;
  const object::Files files_;
  catalog::ScanState state_;
  std::vector<Concerned> concerned_;
  std::set<const DeleteFile*> fixed_;
  std::set<std::shared_ptr<const DeleteFile>, ByPath> merged_;
  std::map<std::string, iceberg::Positions, std::less<>> positions_;
  MergeDeletesReport report_;
};

}  // namespace

Result<MergeDeletesReport> MergeDeletes(const UpkeepParts& parts, const TableName& table,
                                        const MergeDeletesOptions& options) {
  if (parts.engine == nullptr) return Fail(iceberg::kUnsupported, "merging deletes needs the engine");
  TARN_TRY(catalog::IcebergTable found, parts.tables.Load(table.scope, table.database, table.name));
  return Merger(parts, table, options, std::move(found)).Run();
}

}  // namespace tarn::tables
