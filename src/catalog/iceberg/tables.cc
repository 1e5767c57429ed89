#include "catalog/iceberg/tables.h"

#include <fmt/format.h>

#include <utility>

#include "base/log.h"
#include "base/random.h"
#include "base/strings.h"
#include "catalog/buckets/table_buckets.h"
#include "catalog/errors.h"
#include "catalog/iceberg/committer.h"
#include "iceberg/errors.h"
#include "object/errors.h"
#include "object/store.h"

namespace tarn::catalog {
namespace {

constexpr uint64_t kMetadataBytesMax = uint64_t{512} << 20;
constexpr size_t kCachedMax = 512;
constexpr size_t kKeptJsonBytesMax = 256 << 10;
constexpr std::string_view kLocationParameter = "metadata_location";

std::string MetadataLocation(const Table& table) {
  const std::string* location = catalog::Find(table.parameters, kLocationParameter);
  return location != nullptr ? *location : std::string();
}

}  // namespace

IcebergTables::IcebergTables(Catalog& catalog, kv::Store& kv, blob::Store& blobs, object::Store& objects,
                             const Clock& clock)
    : catalog_(catalog),
      objects_(objects),
      clock_(clock),
      committer_(std::make_unique<Committer>(
          kv, blobs, objects, clock,
          [this](const Scope& scope, std::string_view database, std::string_view name) {
            return Load(scope, database, name);
          },
          [this](const Scope& scope, std::string_view database, std::string_view name) {
            return DefaultLocation(scope, database, name);
          },
          [this](const IcebergTable& made, const std::string& etag, const std::string& previous) {
            Keep(made, etag, previous);
          })) {}

IcebergTables::~IcebergTables() = default;

Result<IcebergTables::Kept> IcebergTables::Read(const Scope& scope, const std::string& location) {
  const object::Files files(objects_, scope.account);
  TARN_TRY(const object::Location place, object::ParseLocation(location));
  TARN_TRY(const object::Version version, files.Head(place.bucket, place.key));
  {
    std::lock_guard lock(mutex_);
    const auto found = cache_.find(location);
    if (found != cache_.end() && found->second.etag == version.etag) return found->second;
  }
  TARN_TRY(const std::string bytes, files.ReadAll(place.bucket, place.key, kMetadataBytesMax));
  TARN_TRY(auto metadata, iceberg::TableMetadata::ParseFile(bytes));
  Kept kept{version.etag, std::make_shared<const iceberg::TableMetadata>(std::move(metadata)), nullptr};
  std::lock_guard lock(mutex_);
  if (cache_.size() >= kCachedMax) cache_.clear();
  cache_[location] = kept;
  return kept;
}

void IcebergTables::Keep(const IcebergTable& made, const std::string& etag, const std::string& previous) {
  const bool small = made.json != nullptr && made.json->size() <= kKeptJsonBytesMax;
  std::lock_guard lock(mutex_);
  cache_.erase(previous);
  if (cache_.size() >= kCachedMax) cache_.clear();
  cache_[made.metadata_location] = Kept{etag, made.metadata, small ? made.json : nullptr};
}

Result<IcebergTable> IcebergTables::Load(const Scope& scope, std::string_view database, std::string_view name) {
  TARN_TRY(Table record, catalog_.GetTable(scope, database, name));
  if (!record.IsIceberg()) {
    return Fail(kNotIceberg, fmt::format("{}.{} is not an Iceberg table", record.database, record.name));
  }
  IcebergTable table;
  table.metadata_location = MetadataLocation(record);
  if (table.metadata_location.empty()) {
    return Fail(kNotIceberg, fmt::format("the Iceberg table {}.{} has no metadata_location", database, name));
  }
  TARN_TRY(Kept kept, Read(scope, table.metadata_location));
  table.metadata = std::move(kept.metadata);
  table.json = std::move(kept.json);
  table.record = std::move(record);
  return table;
}

Result<std::string> IcebergTables::DefaultLocation(const Scope& scope, std::string_view database,
                                                   std::string_view name) {
  if (TableBucketOf(scope)) return NewTableLocation(objects_, scope);
  TARN_TRY(const Database found, catalog_.GetDatabase(scope, database));
  if (found.location && !found.location->empty()) {
    std::string base = *found.location;
    while (base.ends_with('/')) base.pop_back();
    return fmt::format("{}/{}", base, name);
  }
  const std::string bucket = fmt::format("tarn-warehouse-{}-{}", scope.account, scope.region);
  if (!objects_.GetBucket(bucket).ok()) {
    const auto made = objects_.CreateBucket(scope, bucket);
    if (!made.ok() && !made.Is(object::kBucketOwnedByYou)) return made.error();
  }
  return fmt::format("s3://{}/{}/{}", bucket, found.name, name);
}

Result<IcebergTable> IcebergTables::Create(const Scope& scope, std::string_view database, std::string_view name,
                                           iceberg::NewTable table, bool staged, const Alongside& also) {
  TARN_CHECK(catalog_.GetDatabase(scope, database));
  const auto present = catalog_.GetTable(scope, database, name);
  if (present.ok()) return Fail(kAlreadyExists, fmt::format("Table already exists: {}.{}", database, name));
  if (!present.Is(kNoSuchTable)) return present.error();
  if (table.location.empty()) {
    TARN_TRY(table.location, DefaultLocation(scope, database, AsciiLower(name)));
  }
  const iceberg::UpdateContext context{.now = clock_.Now(), .new_uuid = RandomUuid(), .previous_location = {}};
  TARN_TRY(auto metadata, iceberg::MakeTable(table, context));
  if (!staged) {
    Table record;
    record.database = database;
    record.name = name;
    return committer_->Create(scope, std::move(record), std::move(metadata), also);
  }
  IcebergTable made;
  made.metadata = std::make_shared<const iceberg::TableMetadata>(std::move(metadata));
  return made;
}

Result<IcebergTable> IcebergTables::Commit(const Scope& scope, std::string_view database, std::string_view name,
                                           const std::vector<iceberg::Requirement>& requirements,
                                           const std::vector<iceberg::Update>& updates, const Alongside& also) {
  return committer_->Commit(scope, {std::string(database), std::string(name), requirements, updates}, also);
}

Result<IcebergTable> IcebergTables::Edit(
    const Scope& scope, std::string_view database, std::string_view name,
    std::function<Result<std::vector<iceberg::Update>>(const iceberg::TableMetadata& head)> edit) {
  const TableChange change{std::string(database), std::string(name), {}, {}, std::move(edit)};
  return committer_->Commit(scope, change, nullptr);
}

Result<std::vector<IcebergTable>> IcebergTables::CommitAll(const Scope& scope, const std::vector<TableChange>& changes,
                                                           const Alongside& also) {
  return committer_->CommitAll(scope, changes, also);
}

Result<IcebergTable> IcebergTables::Register(const Scope& scope, std::string_view database, std::string_view name,
                                             const std::string& metadata_location, bool overwrite) {
  TARN_CHECK(catalog_.GetDatabase(scope, database));
  IcebergTable table;
  TARN_TRY(const Kept kept, Read(scope, metadata_location));
  table.metadata = kept.metadata;
  table.metadata_location = metadata_location;
  auto present = catalog_.GetTable(scope, database, name);
  if (present.ok()) {
    if (!overwrite) return Fail(kAlreadyExists, fmt::format("Table already exists: {}.{}", database, name));
    table.record = std::move(*present);
    ShowAsGlue(*table.metadata, metadata_location, MetadataLocation(table.record), table.record);
    UpdateTableOptions options;
    options.expected_version = table.record.version;
    TARN_TRY(table.record.version, catalog_.UpdateTable(scope, table.record, options));
    return table;
  }
  if (!present.Is(kNoSuchTable)) return present.error();
  table.record.name = name;
  table.record.database = database;
  ShowAsGlue(*table.metadata, metadata_location, "", table.record);
  TARN_CHECK(catalog_.CreateTable(scope, table.record));
  return table;
}

Status IcebergTables::Drop(const Scope& scope, std::string_view database, std::string_view name) {
  TARN_TRY(const Table record, catalog_.GetTable(scope, database, name));
  if (!record.IsIceberg()) {
    return Fail(kNotIceberg, fmt::format("{}.{} is not an Iceberg table", record.database, record.name));
  }
  return catalog_.DeleteTable(scope, database, name);
}

Status IcebergTables::Rename(const Scope& scope, std::string_view database, std::string_view name,
                             std::string_view to_database, std::string_view to_name) {
  TARN_TRY(Table record, catalog_.GetTable(scope, database, name));
  if (!record.IsIceberg()) {
    return Fail(kNotIceberg, fmt::format("{}.{} is not an Iceberg table", record.database, record.name));
  }
  TARN_CHECK(catalog_.GetDatabase(scope, to_database));
  if (!EqualsIgnoreCase(database, to_database)) {
    return Fail(iceberg::kUnsupported, "a table cannot be renamed into another namespace");
  }
  if (catalog_.GetTable(scope, to_database, to_name).ok()) {
    return Fail(kAlreadyExists, fmt::format("Table already exists: {}.{}", to_database, to_name));
  }
  UpdateTableOptions options;
  options.expected_version = record.version;
  options.new_name = to_name;
  TARN_CHECK(catalog_.UpdateTable(scope, std::move(record), options));
  return Ok();
}

Result<Page<Table>> IcebergTables::List(const Scope& scope, std::string_view database,
                                        const ListOptions& options) const {
  return catalog_.ListTables(scope, database, options, [](const Table& table) { return table.IsIceberg(); });
}

}  // namespace tarn::catalog
