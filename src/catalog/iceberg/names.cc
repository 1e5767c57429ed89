#include "catalog/iceberg/names.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "catalog/buckets/table_buckets.h"
#include "catalog/errors.h"
#include "catalog/namespaces.h"
#include "object/errors.h"
#include "object/files.h"
#include "object/store/store.h"

namespace tarn::catalog {
namespace {

std::string WarehouseBucket(const Scope& scope) {
  return fmt::format("tarn-warehouse-{}-{}", scope.account, scope.region);
}

}  // namespace

Error NameTaken(const Table& present, bool for_view, std::string_view database, std::string_view name) {
  const std::string_view kind = present.IsView() ? "View" : "Table";
  const bool other = present.IsView() != for_view;
  return Fail(kAlreadyExists, fmt::format("{}{} already exists: {}.{}", kind, other ? " with same name" : "",
                                          DottedName(database), name));
}

std::string DefaultNamespaceLocation(const Scope& scope, std::string_view database) {
  std::string folder(database);
  std::ranges::replace(folder, kLevelSeparator, '/');
  return fmt::format("s3://{}/{}", WarehouseBucket(scope), folder);
}

Status EnsureWarehouse(object::Store& objects, const Scope& scope, std::string_view location) {
  const std::string bucket = WarehouseBucket(scope);
  const auto place = object::ParseLocation(location);
  if (!place.ok() || place->bucket != bucket || objects.GetBucket(bucket).ok()) return Ok();
  const auto made = objects.CreateBucket(scope, bucket);
  return made.ok() || made.Is(object::kBucketOwnedByYou) ? Ok() : Status(made.error());
}

Result<std::string> DefaultLocation(const Catalog& catalog, object::Store& objects, const Scope& scope,
                                    std::string_view database, std::string_view name) {
  if (TableBucketOf(scope)) return NewTableLocation(objects, scope);
  TARN_TRY(const Database found, catalog.GetDatabase(scope, database));
  if (found.location && !found.location->empty() && !IsForeign(*found.location)) {
    std::string base = *found.location;
    while (base.ends_with('/')) base.pop_back();
    return fmt::format("{}/{}", base, name);
  }
  const std::string folder = DefaultNamespaceLocation(scope, found.name);
  TARN_CHECK(EnsureWarehouse(objects, scope, folder));
  return fmt::format("{}/{}", folder, name);
}

bool IsForeign(std::string_view location) {
  const size_t colon = location.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string scheme = AsciiLower(location.substr(0, colon));
  return scheme != "s3" && scheme != "s3a" && scheme != "s3n";
}

std::string MetadataLocationOf(const Table& record) {
  const std::string* location = Find(record.parameters, "metadata_location");
  return location != nullptr ? *location : std::string();
}

Status RenameRecord(Catalog& catalog, const Scope& scope, Table record, std::string_view to_database,
                    std::string_view to_name, const Alongside& also) {
  const std::string from = fmt::format("{}.{}", DottedName(record.database), record.Shown());
  UpdateTableOptions options;
  options.expected_version = record.version;
  options.skip_archive = true;
  options.new_name = to_name;
  options.new_shown_name = to_name;
  options.new_database = to_database;
  options.also = also;
  const auto renamed = catalog.UpdateTable(scope, std::move(record), options);
  if (!renamed.Is(kAlreadyExists)) return renamed.ok() ? Ok() : Status(renamed.error());
  const auto present = catalog.GetTable(scope, to_database, to_name);
  return Fail(kAlreadyExists, fmt::format("Cannot rename {} to {}.{}. {} already exists", from, DottedName(to_database),
                                          to_name, present.ok() && present->IsView() ? "View" : "Table"));
}

}  // namespace tarn::catalog
