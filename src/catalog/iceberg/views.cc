#include "catalog/iceberg/views.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/random.h"
#include "base/strings.h"
#include "catalog/errors.h"
#include "catalog/iceberg/names.h"
#include "catalog/iceberg/tables.h"
#include "catalog/namespaces.h"
#include "iceberg/errors.h"
#include "iceberg/metadata/table_metadata.h"
#include "object/files.h"
#include "object/store/put_batch.h"

namespace tarn::catalog {
namespace {

constexpr uint64_t kMetadataBytesMax = uint64_t{16} << 20;
// Each round lost means that another commit won: somebody always goes on.
constexpr int kRoundsMax = 100;

// What Glue and Hive show of a view: the columns of its current version, its query in the first dialect.
void Show(const IcebergView& view, const std::string& previous, Table& record) {
  const iceberg::ViewVersion* version = view.metadata.current_version();
  std::vector<Column> columns;
  const iceberg::SchemaPtr schema = version == nullptr ? nullptr : view.metadata.FindSchema(version->schema_id);
  if (schema != nullptr) columns = GlueColumns(*schema);
  if (!record.storage) record.storage.emplace();
  record.storage->columns = std::move(columns);
  record.storage->location = view.metadata.location;
  record.table_type = "VIRTUAL_VIEW";
  if (!record.parameters) record.parameters.emplace();
  Parameters& parameters = *record.parameters;
  parameters["table_type"] = "ICEBERG-VIEW";
  parameters["metadata_location"] = view.metadata_location;
  if (previous.empty()) {
    parameters.erase("previous_metadata_location");
  } else {
    parameters["previous_metadata_location"] = previous;
  }
  const auto comment = view.metadata.properties.find("comment");
  if (comment != view.metadata.properties.end()) record.description = comment->second;
  if (version == nullptr) return;
  for (const iceberg::ViewRepresentation& each : version->representations) {
    if (each.type != "sql") continue;
    record.view_original_text = each.sql;
    record.view_expanded_text = each.sql;
    break;
  }
}

bool HasLocation(const std::vector<iceberg::Update>& updates) {
  return std::ranges::any_of(
      updates, [](const iceberg::Update& update) { return std::holds_alternative<iceberg::SetLocation>(update); });
}

}  // namespace

Result<Table> IcebergViews::FindRecord(const Scope& scope, std::string_view database, std::string_view name) const {
  TARN_TRY(Table record, catalog_.GetTable(scope, database, name));
  if (!record.IsIcebergView() || MetadataLocationOf(record).empty()) {
    return Fail(kNotIcebergView, fmt::format("{}.{} is not an Iceberg view", DottedName(database), name));
  }
  return record;
}

Result<iceberg::ViewMetadata> IcebergViews::Read(const Scope& scope, const std::string& location) const {
  TARN_TRY(const object::Location place, object::ParseLocation(location));
  const object::Files files(objects_, scope.account);
  TARN_TRY(std::string bytes, files.ReadAll(place.bucket, place.key, kMetadataBytesMax));
  if (bytes.starts_with("\x1f\x8b")) {
    TARN_TRY(bytes, iceberg::Gunzip(bytes, kMetadataBytesMax));
  }
  return iceberg::ViewMetadata::Parse(bytes);
}

Result<IcebergView> IcebergViews::Load(const Scope& scope, std::string_view database, std::string_view name) const {
  IcebergView view;
  TARN_TRY(view.record, FindRecord(scope, database, name));
  view.metadata_location = MetadataLocationOf(view.record);
  TARN_TRY(view.metadata, Read(scope, view.metadata_location));
  return view;
}

// The file after the present one, if any.
Result<std::string> IcebergViews::NextLocation(const Scope& scope, const IcebergView& view) const {
  const iceberg::ViewMetadata& metadata = view.metadata;
  const auto path = metadata.properties.find("write.metadata.path");
  std::string folder = path == metadata.properties.end() ? metadata.location + "/metadata" : path->second;
  if (IsForeign(folder)) {
    TARN_TRY(folder, DefaultLocation(catalog_, objects_, scope, view.record.database, AsciiLower(view.record.name)));
    folder += "/metadata";
  }
  while (folder.ends_with('/')) folder.pop_back();
  const int64_t version = view.metadata_location.empty() ? 0 : iceberg::MetadataVersion(view.metadata_location) + 1;
  return fmt::format("{}/{:05}-{}.metadata.json", folder, version, RandomUuid());
}

Status IcebergViews::Publish(const Scope& scope, const IcebergView& view,
                             const std::function<Status(const Alongside& with_file)>& change) const {
  object::PutBatch batch(objects_, blobs_, scope.account);
  object::WriteOptions options;
  options.content_type = "application/json";
  options.only_if_absent = true;
  TARN_CHECK(batch.Add(view.metadata_location, view.metadata.ToJson(), options));
  TARN_CHECK(batch.Seal());
  return change([&](kv::Txn& txn) { return batch.Apply(txn); });
}

Result<IcebergView> IcebergViews::Create(const Scope& scope, std::string_view database, std::string_view name,
                                         std::vector<iceberg::Update> updates, const Alongside& also) {
  TARN_CHECK(catalog_.GetDatabase(scope, database));
  const auto present = catalog_.GetTable(scope, database, name);
  if (present.ok()) return NameTaken(*present, true, database, name);
  if (!present.Is(kNoSuchTable)) return present.error();
  if (!HasLocation(updates)) {
    TARN_TRY(std::string location, DefaultLocation(catalog_, objects_, scope, database, AsciiLower(name)));
    updates.emplace_back(iceberg::SetLocation{std::move(location)});
  }
  IcebergView view;
  TARN_TRY(view.metadata, iceberg::UpdateView(nullptr, updates, clock_.Now(), RandomUuid()));
  view.record.name = name;
  view.record.shown_name = name;
  view.record.database = database;
  TARN_TRY(view.metadata_location, NextLocation(scope, view));
  Show(view, "", view.record);
  const Status made = Publish(scope, view, [&](const Alongside& with_file) {
    return catalog_.CreateTable(scope, view.record, {}, [&](kv::Txn& txn) -> Status {
      TARN_CHECK(with_file(txn));
      return also ? also(txn) : Ok();
    });
  });
  if (made.Is(kAlreadyExists)) {
    const auto winner = catalog_.GetTable(scope, database, name);
    if (winner.ok()) return NameTaken(*winner, true, database, name);
  }
  if (!made.ok()) return made.error();
  return view;
}

Result<IcebergView> IcebergViews::Commit(const Scope& scope, std::string_view database, std::string_view name,
                                         const std::vector<iceberg::Requirement>& requirements,
                                         const std::vector<iceberg::Update>& updates, const Alongside& also) {
  for (int round = 0; round < kRoundsMax; ++round) {
    TARN_TRY(IcebergView view, Load(scope, database, name));
    for (const iceberg::Requirement& requirement : requirements) {
      TARN_CHECK(iceberg::CheckRequirement(requirement, &view.metadata));
    }
    const std::string previous = view.metadata_location;
    TARN_TRY(view.metadata, iceberg::UpdateView(&view.metadata, updates, clock_.Now(), {}));
    TARN_TRY(view.metadata_location, NextLocation(scope, view));
    Show(view, previous, view.record);
    UpdateTableOptions options;
    options.expected_version = view.record.version;
    options.skip_archive = true;
    const Status swapped = Publish(scope, view, [&](const Alongside& with_file) -> Status {
      options.also = [&](kv::Txn& txn) -> Status {
        TARN_CHECK(with_file(txn));
        return also ? also(txn) : Ok();
      };
      TARN_TRY(view.record.version, catalog_.UpdateTable(scope, view.record, options));
      return Ok();
    });
    if (swapped.ok()) return view;
    if (!swapped.Is(kTableMoved)) return swapped.error();
  }
  return Fail(iceberg::kCommitFailed, fmt::format("{}.{} changes too often, retry", DottedName(database), name));
}

Result<IcebergView> IcebergViews::Register(const Scope& scope, std::string_view database, std::string_view name,
                                           const std::string& metadata_location, const Alongside& also,
                                           const Check& check) {
  TARN_CHECK(catalog_.GetDatabase(scope, database));
  const auto present = catalog_.GetTable(scope, database, name);
  if (present.ok()) return NameTaken(*present, true, database, name);
  if (!present.Is(kNoSuchTable)) return present.error();
  IcebergView view;
  TARN_TRY(view.metadata, Read(scope, metadata_location));
  if (check) TARN_CHECK(check(view.metadata));
  view.metadata_location = metadata_location;
  view.record.name = name;
  view.record.shown_name = name;
  view.record.database = database;
  Show(view, "", view.record);
  const Status made = catalog_.CreateTable(scope, view.record, {}, also);
  if (made.Is(kAlreadyExists)) {
    const auto winner = catalog_.GetTable(scope, database, name);
    if (winner.ok()) return NameTaken(*winner, true, database, name);
  }
  if (!made.ok()) return made.error();
  return view;
}

Status IcebergViews::Drop(const Scope& scope, std::string_view database, std::string_view name, const Alongside& also) {
  TARN_CHECK(FindRecord(scope, database, name));
  return catalog_.DeleteTable(scope, database, name, also);
}

Status IcebergViews::Rename(const Scope& scope, std::string_view database, std::string_view name,
                            std::string_view to_database, std::string_view to_name, const Alongside& also) {
  TARN_TRY(Table record, FindRecord(scope, database, name));
  return RenameRecord(catalog_, scope, std::move(record), to_database, to_name, also);
}

Result<Page<Table>> IcebergViews::List(const Scope& scope, std::string_view database,
                                       const ListOptions& options) const {
  return catalog_.ListTables(scope, database, options, [](const Table& table) { return table.IsIcebergView(); });
}

}  // namespace tarn::catalog
