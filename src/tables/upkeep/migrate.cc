#include "tables/upkeep/migrate.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/random.h"
#include "base/strings.h"
#include "catalog/errors.h"
#include "engine/inspect.h"
#include "iceberg/errors.h"
#include "iceberg/schema/evolve.h"
#include "object/files.h"
#include "tables/metrics.h"
#include "tables/object_file.h"
#include "tables/types.h"

namespace tarn::tables {
namespace {

constexpr uint32_t kPage = 10'000;

class Footers : public engine::FileSource {
 public:
  explicit Footers(const object::Files& files) : files_(files) {}
  Result<std::unique_ptr<engine::OpenFile>> Open(const engine::File& file) override {
    return OpenObject(files_, file.path);
  }

 private:
  const object::Files& files_;
};

bool IsParquet(const catalog::Table& table) {
  if (!table.storage) return false;
  const std::string serde = table.storage->serde ? AsciiLower(table.storage->serde->library.value_or("")) : "";
  return serde.find("parquet") != std::string::npos ||
         AsciiLower(table.storage->input_format.value_or("")).find("parquet") != std::string::npos;
}

class Migration {
 public:
  Migration(const UpkeepParts& parts, const TableName& table, const MigrateOptions& options)
      : parts_(parts), table_(table), options_(options), files_(parts.objects, table.scope.account), footers_(files_) {}

  Result<MigrateReport> Run() {
    TARN_TRY(record_, parts_.catalog.GetTable(table_.scope, table_.database, table_.name));
    if (record_.IsIceberg()) return Fail(iceberg::kInvalid, table_.Text() + " is an Iceberg table already");
    if (!IsParquet(record_) || record_.location().empty()) {
      return Fail(iceberg::kInvalid, table_.Text() + " is not a table of Parquet files");
    }
    TARN_CHECK(Define());
    const bool in_place = options_.snapshot_name.empty();
    const std::string database = in_place ? table_.database : options_.snapshot_database;
    // In place the new table is made beside the old one first; only its files of metadata stay.
    const std::string name =
        in_place ? fmt::format("{}__migrating_{}", table_.name, RandomText(8, "abcdefghijklmnopqrstuvwxyz"))
                 : options_.snapshot_name;
    TARN_TRY(const auto made, parts_.tables.Create(table_.scope, database, name, wanted_, false));
    auto done = Fill(made, database, name);
    if (!done.ok()) {
      (void)parts_.tables.Drop(table_.scope, database, name).ok();
      return done.error();
    }
    report_.metadata_location = done->metadata_location;
    if (!in_place) return report_;
    const Status swapped = Swap(*done);
    (void)parts_.tables.Drop(table_.scope, database, name).ok();
    if (!swapped.ok()) return swapped.error();
    return report_;
  }

 private:
  // Schema, identity partitions and name mapping, from the columns that Glue shows.
  Status Define() {
    std::vector<catalog::Column> columns = record_.columns();
    columns.insert(columns.end(), record_.partition_keys.begin(), record_.partition_keys.end());
    auto next = static_cast<int32_t>(columns.size()) + 1;
    std::vector<iceberg::Field> fields;
    for (const catalog::Column& column : columns) {
      iceberg::Field field;
      field.id = static_cast<int32_t>(fields.size()) + 1;
      field.name = column.name;
      field.doc = column.comment.value_or("");
      TARN_TRY(const engine::Type type, engine::ParseHiveType(column.type.value_or("string")));
      TARN_TRY(field.type, FromEngine(type, next));
      fields.push_back(std::move(field));
    }
    const size_t plain = fields.size() - record_.partition_keys.size();
    for (size_t i = plain; i < fields.size(); ++i) {
      iceberg::PartitionField partition;
      partition.source_ids = {fields[i].id};
      partition.field_id = iceberg::kPartitionIdStart + static_cast<int32_t>(i - plain);
      partition.name = fields[i].name;
      wanted_.spec.fields.push_back(std::move(partition));
    }
    TARN_TRY(wanted_.schema, iceberg::Schema::Make(0, std::move(fields)));
    wanted_.properties = options_.properties;
    wanted_.properties["schema.name-mapping.default"] = iceberg::NameMapping::FromSchema(*wanted_.schema).ToJson();
    if (options_.snapshot_name.empty()) {
      wanted_.location = std::string(record_.location());
      while (wanted_.location.ends_with('/')) wanted_.location.pop_back();
      wanted_.properties.emplace("migrated", "true");
    } else {
      wanted_.properties["gc.enabled"] = "false";
      wanted_.properties.emplace("snapshot", "true");
    }
    return Ok();
  }

  Result<catalog::IcebergTable> Fill(const catalog::IcebergTable& made, const std::string& database,
                                     const std::string& name) {
    const iceberg::TableMetadata& metadata = *made.metadata;
    std::vector<iceberg::DataFile> found;
    if (record_.partition_keys.empty()) {
      TARN_CHECK(AddFolder(metadata, std::string(record_.location()), {}, found));
    }
    catalog::ListPartitionsOptions pages;
    while (!record_.partition_keys.empty()) {
      TARN_TRY(const auto page, parts_.catalog.ListPartitions(table_.scope, table_.database, table_.name, pages));
      for (const catalog::Partition& partition : page.items) {
        TARN_TRY(const iceberg::Values values, ValuesOf(metadata, partition));
        TARN_CHECK(AddFolder(metadata, std::string(partition.location()), values, found));
        ++report_.partitions;
      }
      if (page.next.empty()) break;
      pages.after = page.next;
    }
    TARN_TRY(auto committed, parts_.snapshots.Append(table_.scope, database, name, std::move(found)));
    return std::move(committed.table);
  }

  Result<iceberg::Values> ValuesOf(const iceberg::TableMetadata& metadata, const catalog::Partition& partition) const {
    iceberg::Values values;
    for (size_t i = 0; i < partition.values.size(); ++i) {
      const iceberg::Field* field = metadata.schema().FindField(metadata.spec().fields[i].source_id());
      if (partition.values[i] == catalog::kHiveNull) {
        values.emplace_back();
        continue;
      }
      TARN_TRY(values.emplace_back(), iceberg::ParseValueText(field->type, partition.values[i]));
    }
    return values;
  }

  // Files whose names begin with '_' or '.' are no data, as Hive has it.
  Status AddFolder(const iceberg::TableMetadata& metadata, std::string location, const iceberg::Values& partition,
                   std::vector<iceberg::DataFile>& found) {
    if (!location.ends_with('/')) location += '/';
    TARN_TRY(const object::Location place, object::ParseLocation(location));
    object::ListQuery query;
    query.prefix = place.key;
    query.max = kPage;
    while (true) {
      TARN_TRY(const object::Page page, files_.List(place.bucket, query));
      for (const object::Entry& entry : page.entries) {
        if (Asked(options_.stopping)) return Fail(kCancelledError, "stopped");
        if (IsHidden(std::string_view(entry.key).substr(place.key.size())) || entry.size == 0) continue;
        TARN_TRY(iceberg::DataFile file,
                 Describe(metadata, object::Location{place.bucket, entry.key}.Url(), entry.size));
        file.partition = partition;
        report_.rows += static_cast<uint64_t>(file.record_count);
        report_.bytes += entry.size;
        ++report_.files;
        found.push_back(std::move(file));
      }
      if (!page.truncated) return Ok();
      query.start_after = page.next;
    }
  }

  static bool IsHidden(std::string_view below) {
    for (const std::string_view part : Split(below, '/')) {
      if (part.starts_with('_') || part.starts_with('.') || part == "metadata") return true;
    }
    return false;
  }

  Result<iceberg::DataFile> Describe(const iceberg::TableMetadata& metadata, const std::string& path, uint64_t bytes) {
    engine::File file;
    file.id = path;
    file.path = path;
    file.size_bytes = bytes;
    auto details = engine::InspectParquetDetails(footers_, file);
    if (!details.ok()) {
      return Fail(iceberg::kInvalid, fmt::format("{} cannot be registered: {}", path, details.error().message));
    }
    iceberg::DataFile data;
    data.path = path;
    data.format = "PARQUET";
    data.spec_id = metadata.default_spec_id;
    data.file_bytes = static_cast<int64_t>(bytes);
    TARN_CHECK(FillMetrics(*details, metadata.schema(), metadata.properties, data));
    return data;
  }

  // The old record becomes the new table, if nobody has changed it meanwhile.
  Status Swap(const catalog::IcebergTable& filled) {
    catalog::Table next = record_;
    next.partition_keys.clear();
    next.storage->serde.reset();
    next.storage->input_format.reset();
    next.storage->output_format.reset();
    next.parameters = catalog::Parameters();
    catalog::ShowAsGlue(*filled.metadata, filled.metadata_location, "", next);
    catalog::UpdateTableOptions options;
    options.expected_version = record_.version;
    TARN_CHECK(parts_.catalog.UpdateTable(table_.scope, std::move(next), options));
    return Ok();
  }

  const UpkeepParts& parts_;
  const TableName& table_;
  const MigrateOptions& options_;
  const object::Files files_;
  Footers footers_;
  catalog::Table record_;
  iceberg::NewTable wanted_;
  MigrateReport report_;
};

}  // namespace

Result<MigrateReport> Migrate(const UpkeepParts& parts, const TableName& table, const MigrateOptions& options) {
  return Migration(parts, table, options).Run();
}

}  // namespace tarn::tables
