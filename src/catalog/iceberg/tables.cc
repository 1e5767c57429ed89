#include "catalog/iceberg/tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/random.h"
#include "base/strings.h"
#include "catalog/buckets/table_buckets.h"
#include "catalog/errors.h"
#include "catalog/iceberg/committer.h"
#include "catalog/iceberg/names.h"
#include "catalog/keys.h"
#include "catalog/records.h"
#include "iceberg/errors.h"
#include "object/errors.h"
#include "object/store/store.h"

namespace tarn::catalog {
namespace {

constexpr uint64_t kMetadataBytesMax = uint64_t{512} << 20;
constexpr size_t kCachedMax = 512;
constexpr size_t kKeptJsonBytesMax = 256 << 10;

// What makes a table finds the name free, or a table, whose commit then fails by its requirement.
Status CheckName(const Catalog& catalog, const Scope& scope, const TableChange& change) {
  if (!std::ranges::any_of(change.requirements, [](const iceberg::Requirement& requirement) {
        return requirement.kind == iceberg::RequirementKind::kCreate;
      })) {
    return Ok();
  }
  const auto present = catalog.GetTable(scope, change.database, change.name);
  if (present.ok() && !present->IsIceberg()) return NameTaken(*present, false, change.database, change.name);
  return Ok();
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
            return DefaultLocation(catalog_, objects_, scope, database, name);
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
  table.metadata_location = MetadataLocationOf(record);
  if (table.metadata_location.empty()) {
    return Fail(kNotIceberg, fmt::format("the Iceberg table {}.{} has no metadata_location", database, name));
  }
  auto kept = Read(scope, table.metadata_location);
  if (kept.Is(object::kNoSuchKey) || kept.Is(object::kNoSuchBucket)) {
    return Error{kept.error().reason, "Failed to open input stream for file: " + table.metadata_location};
  }
  if (!kept.ok()) return kept.error();
  table.metadata = std::move(kept->metadata);
  table.json = std::move(kept->json);
  table.record = std::move(record);
  return table;
}

Result<IcebergTable> IcebergTables::Create(const Scope& scope, std::string_view database, std::string_view name,
                                           iceberg::NewTable table, bool staged, const Alongside& also) {
  TARN_CHECK(catalog_.GetDatabase(scope, database));
  const auto present = catalog_.GetTable(scope, database, name);
  if (present.ok()) return NameTaken(*present, false, database, name);
  if (!present.Is(kNoSuchTable)) return present.error();
  if (table.location.empty()) {
    TARN_TRY(table.location, DefaultLocation(catalog_, objects_, scope, database, AsciiLower(name)));
  } else {
    TARN_CHECK(EnsureWarehouse(objects_, scope, table.location));
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
  TARN_CHECK(CheckName(catalog_, scope, {std::string(database), std::string(name), requirements, {}}));
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
  for (const TableChange& change : changes) TARN_CHECK(CheckName(catalog_, scope, change));
  return committer_->CommitAll(scope, changes, also);
}

Result<IcebergTable> IcebergTables::Register(const Scope& scope, std::string_view database, std::string_view name,
                                             const std::string& metadata_location, bool overwrite,
                                             const Alongside& also, const Check& check) {
  TARN_CHECK(catalog_.GetDatabase(scope, database));
  auto present = catalog_.GetTable(scope, database, name);
  if (!present.ok() && !present.Is(kNoSuchTable)) return present.error();
  if (present.ok() && (!overwrite || !present->IsIceberg())) return NameTaken(*present, false, database, name);
  IcebergTable table;
  TARN_TRY(const Kept kept, Read(scope, metadata_location));
  if (check) TARN_CHECK(check(*kept.metadata));
  table.metadata = kept.metadata;
  table.metadata_location = metadata_location;
  if (present.ok()) {
    table.record = std::move(*present);
    ShowAsGlue(*table.metadata, metadata_location, MetadataLocationOf(table.record), table.record);
    UpdateTableOptions options;
    options.expected_version = table.record.version;
    options.also = also;
    TARN_TRY(table.record.version, catalog_.UpdateTable(scope, table.record, options));
    return table;
  }
  table.record.name = name;
  table.record.shown_name = name;
  table.record.database = database;
  ShowAsGlue(*table.metadata, metadata_location, "", table.record);
  const Status made = catalog_.CreateTable(scope, table.record, {}, also);
  if (made.Is(kAlreadyExists)) {
    const auto winner = catalog_.GetTable(scope, database, name);
    if (winner.ok()) return NameTaken(*winner, false, database, name);
  }
  if (!made.ok()) return made.error();
  return table;
}

Status IcebergTables::Drop(const Scope& scope, std::string_view database, std::string_view name,
                           const Alongside& also) {
  TARN_TRY(const Table record, catalog_.GetTable(scope, database, name));
  if (!record.IsIceberg()) {
    return Fail(kNotIceberg, fmt::format("{}.{} is not an Iceberg table", record.database, record.name));
  }
  return catalog_.DeleteTable(scope, database, name, also);
}

Result<IcebergTable> IcebergTables::Unregister(const Scope& scope, std::string_view database, std::string_view name,
                                               const Alongside& also) {
  while (true) {
    TARN_TRY(IcebergTable table, Load(scope, database, name));
    const Status dropped = catalog_.DeleteTable(scope, database, name, [&](kv::Txn& txn) -> Status {
      TARN_TRY(const Table last, LoadTable(txn, scope, database, name));
      if (last.version != table.record.version) return Fail(kTableMoved, "a commit came first");
      return also ? also(txn) : Ok();
    });
    if (dropped.ok()) return table;
    if (!dropped.Is(kTableMoved)) return dropped.error();
  }
}

Status IcebergTables::Rename(const Scope& scope, std::string_view database, std::string_view name,
                             std::string_view to_database, std::string_view to_name, const Alongside& also) {
  TARN_TRY(Table record, catalog_.GetTable(scope, database, name));
  if (!record.IsIceberg()) {
    return Fail(kNotIceberg, fmt::format("{}.{} is not an Iceberg table", record.database, record.name));
  }
  return RenameRecord(catalog_, scope, std::move(record), to_database, to_name, also);
}

Result<Page<Table>> IcebergTables::List(const Scope& scope, std::string_view database,
                                        const ListOptions& options) const {
  return catalog_.ListTables(scope, database, options, [](const Table& table) { return table.IsIceberg(); });
}

Alongside MadeBy(const Scope& scope, std::string_view database, std::string_view name, std::string creator,
                 Alongside also) {
  return [scope, database = std::string(database), name = std::string(name), creator = std::move(creator),
          also = std::move(also)](kv::Txn& txn) -> Status {
    TARN_TRY(Table table, LoadTable(txn, scope, database, name));
    if (table.version == 1 && !table.creator && !creator.empty()) {
      TARN_TRY(const Database parent, LoadDatabase(txn, scope, database));
      table.creator = creator;
      txn.Put(TableKey(scope, parent.uid, table.name).bytes(), EncodeRecord(table));
    }
    return also ? also(txn) : Ok();
  };
}

}  // namespace tarn::catalog
