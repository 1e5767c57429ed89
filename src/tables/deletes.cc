#include "tables/deletes.h"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/hash.h"
#include "base/random.h"
#include "engine/inspect.h"
#include "iceberg/puffin/puffin.h"
#include "tables/metrics.h"
#include "tables/stored_files.h"

namespace tarn::tables {
namespace {

// Runs of positions that one delete file is made from: they are held as rows of text while it is written.
constexpr size_t kRunsMax = 500'000;

// The one table that the engine sees: runs of rows that are gone.
class RunsResolver : public engine::TableResolver {
 public:
  RunsResolver() : binding_(std::make_shared<engine::TableBinding>()) {
    binding_->format = engine::Format::kRows;
    binding_->virtual_columns = false;
    binding_->columns = {{"file_path", {.kind = engine::Kind::kVarchar}},
                         {"first", {.kind = engine::Kind::kBigInt}},
                         {"beyond", {.kind = engine::Kind::kBigInt}}};
  }
  void Add(const std::string& path, uint64_t first, uint64_t beyond) {
    binding_->rows.push_back({path, std::to_string(first), std::to_string(beyond)});
  }
  size_t size() const { return binding_->rows.size(); }
  Result<std::shared_ptr<const engine::TableBinding>> Resolve(const std::string&, const std::string&) override {
    return std::shared_ptr<const engine::TableBinding>(binding_);
  }

 private:
  std::shared_ptr<engine::TableBinding> binding_;
};

Result<iceberg::SchemaPtr> DeleteSchema() {
  std::vector<iceberg::Field> columns(2);
  columns[0] = {.id = kDeletedPathField, .name = "file_path", .required = true, .type = iceberg::TypeId::kString};
  columns[1] = {.id = kDeletedPositionField, .name = "pos", .required = true, .type = iceberg::TypeId::kLong};
  return iceberg::Schema::Make(0, std::move(columns));
}

std::string FolderOf(const iceberg::TableMetadata& metadata, const iceberg::DataFile& file) {
  std::string folder = iceberg::DataFolder(metadata);
  const iceberg::PartitionSpec* spec = metadata.FindSpec(file.spec_id);
  if (spec == nullptr || spec->is_unpartitioned()) return folder;
  return folder + "/" + iceberg::PartitionPath(*spec, metadata.schema(), file.partition);
}

// Tells partitions apart, those that share a path too.
std::string PartitionKey(const iceberg::TableMetadata& metadata, const iceberg::DataFile& file) {
  std::string key = std::to_string(file.spec_id);
  const iceberg::PartitionSpec* spec = metadata.FindSpec(file.spec_id);
  if (spec == nullptr) return key;
  const iceberg::Type type = iceberg::PartitionType(*spec, metadata.schema());
  for (size_t i = 0; i < file.partition.size() && i < type.fields().size(); ++i) {
    const iceberg::Value& value = file.partition[i];
    key += value.is_null() ? "/-" : "/" + Hex(iceberg::ValueToBytes(type.fields()[i].type, value));
  }
  return key;
}

// Writes what the runs hold as one delete file of the partition that `like` is in.
Status WriteOne(const object::Files& files, const iceberg::TableMetadata& metadata, const iceberg::DataFile& like,
                const std::shared_ptr<RunsResolver>& runs, bool one_file, const RunQuery& run,
                std::vector<iceberg::DataFile>& out) {
  auto sink = std::make_shared<StoredFiles>(files, FolderOf(metadata, like));
  engine::WriteTarget target;
  target.sink = sink;
  target.codec = engine::WriteTarget::Codec::kZstd;
  target.name_prefix = "deletes";
  target.file_bytes_target = INT64_MAX;
  target.layout = engine::Layout{
      .field_ids = {{kDeletedPathField, {}}, {kDeletedPositionField, {}}}, .side = 0, .flagged = false, .keys = 0};
  engine::Query query;
  query.sql =
      "SELECT file_path, pos FROM (SELECT file_path, unnest(range(\"first\", beyond)) AS pos "
      "FROM lake.\"deletes\".\"runs\") ORDER BY file_path, pos";
  query.resolver = runs;
  query.write = std::move(target);
  const auto outcome = run(std::move(query));
  if (!outcome.ok()) {
    sink->RemoveAll();
    return outcome.error();
  }
  TARN_TRY(const iceberg::SchemaPtr schema, DeleteSchema());
  for (const engine::WrittenFile& written : outcome->written) {
    TARN_TRY(iceberg::DataFile file,
             sink->Describe(written.name, *schema, {{"write.metadata.metrics.default", "full"}}));
    file.content = iceberg::FileContent::kPositionDeletes;
    file.spec_id = like.spec_id;
    file.partition = like.partition;
    if (one_file) file.referenced_data_file = like.path;
    out.push_back(std::move(file));
  }
  return Ok();
}

}  // namespace

Result<std::vector<iceberg::DataFile>> WritePositionDeletes(const object::Files& files,
                                                            const iceberg::TableMetadata& metadata,
                                                            const std::vector<GoneRows>& gone, const RunQuery& run) {
  std::map<std::string, std::vector<const GoneRows*>> partitions;
  for (const GoneRows& rows : gone) {
    partitions[PartitionKey(metadata, *rows.file)].push_back(&rows);
  }
  std::vector<iceberg::DataFile> written;
  const auto write = [&]() -> Status {
    for (const auto& [key, members] : partitions) {
      auto runs = std::make_shared<RunsResolver>();
      size_t data_files = 0;
      for (const GoneRows* rows : members) {
        if (runs->size() >= kRunsMax) {
          TARN_CHECK(WriteOne(files, metadata, *members.front()->file, runs, data_files == 1, run, written));
          runs = std::make_shared<RunsResolver>();
          data_files = 0;
        }
        ++data_files;
        uint64_t first = 0, beyond = 0;
        rows->rows.ForEach([&](uint64_t row) {
          if (row != beyond || first == beyond) {
            if (first != beyond) runs->Add(rows->file->path, first, beyond);
            first = row;
          }
          beyond = row + 1;
        });
        if (first != beyond) runs->Add(rows->file->path, first, beyond);
      }
      if (runs->size() == 0) continue;
      TARN_CHECK(WriteOne(files, metadata, *members.front()->file, runs, data_files == 1 && members.size() == 1, run,
                          written));
    }
    return Ok();
  };
  const Status done = write();
  if (!done.ok()) {
    RemoveFiles(files, written);
    return done.error();
  }
  return written;
}

Result<std::vector<iceberg::DataFile>> WriteDeletionVectors(const object::Files& files,
                                                            const iceberg::TableMetadata& metadata,
                                                            const std::vector<GoneRows>& gone) {
  iceberg::PuffinWriter puffin;
  std::vector<iceberg::DataFile> written;
  const std::string path = fmt::format("{}/{}-deletes.puffin", iceberg::DataFolder(metadata), RandomUuid());
  for (const GoneRows& rows : gone) {
    iceberg::PuffinBlob blob;
    blob.type = iceberg::kDeletionVectorBlob;
    blob.fields = {iceberg::kRowPositionFieldId};
    blob.properties = {{"referenced-data-file", rows.file->path}, {"cardinality", std::to_string(rows.rows.size())}};
    const iceberg::PuffinBlob& stored = puffin.Add(std::move(blob), iceberg::SerializeDeletionVector(rows.rows));
    iceberg::DataFile file;
    file.content = iceberg::FileContent::kPositionDeletes;
    file.path = path;
    file.format = "PUFFIN";
    file.spec_id = rows.file->spec_id;
    file.partition = rows.file->partition;
    file.record_count = static_cast<int64_t>(rows.rows.size());
    file.referenced_data_file = rows.file->path;
    file.content_offset = stored.offset;
    file.content_bytes = stored.length;
    written.push_back(std::move(file));
  }
  puffin.SetProperty("created-by", "tarn");
  const iceberg::PuffinWriter::Written whole = puffin.Finish();
  for (iceberg::DataFile& file : written) file.file_bytes = static_cast<int64_t>(whole.bytes.size());
  TARN_TRY(const object::Location place, object::ParseLocation(path));
  TARN_TRY(const object::Version version, files.Put(place.bucket, place.key, whole.bytes));
  return written;
}

}  // namespace tarn::tables
