// Table buckets as Glue shows them: catalogs of namespaces and tables that S3 Tables keeps.
#include <fmt/format.h>

#include <utility>

#include "api/glue/convert.h"
#include "api/glue/errors.h"
#include "api/glue/glue_service.h"
#include "base/strings.h"
#include "catalog/errors.h"
#include "enforce/table_bucket_check.h"

namespace tarn::api::glue {
namespace {

constexpr std::string_view kConnection = "aws:s3tables";

Status CheckBucketTable(const catalog::Table& table) {
  if (!catalog::IsTableBucketTable(table.name)) return Fail(kInvalidInput, "The specified table name is not valid.");
  const std::string* format = catalog::Find(table.parameters, "format");
  if (!table.IsIceberg() && (format == nullptr || !EqualsIgnoreCase(*format, "ICEBERG"))) {
    return Fail(kInvalidInput, "A table bucket holds Iceberg tables alone: the parameter format must be ICEBERG.");
  }
  if (!table.location().empty()) {
    return Fail(kInvalidInput, "The location of a table in a table bucket is given by S3 Tables.");
  }
  if (catalog::Find(table.parameters, "metadata_location") != nullptr) {
    return Fail(kInvalidInput, "metadata_location comes with UpdateTable, once S3 Tables has given the location.");
  }
  if (!table.partition_keys.empty()) {
    return Fail(kInvalidInput, "PartitionKeys cannot be given for an Iceberg table.");
  }
  return Ok();
}

}  // namespace

gen::Database ShownDatabase(const catalog::Database& in, const Scope& scope) {
  gen::Database out = ToWire(in, CatalogIdOf(scope));
  if (const auto bucket = catalog::TableBucketOf(scope)) {
    out.federated_database =
        gen::FederatedDatabase{.identifier = fmt::format("{}|{}", catalog::TableBucketArn(scope, *bucket), in.name),
                               .connection_name = std::string(kConnection),
                               .connection_type = std::string(kConnection)};
  }
  return out;
}

gen::Table ShownTable(const catalog::Table& in, const Scope& scope) {
  gen::Table out = ToWire(in, CatalogIdOf(scope));
  if (const auto bucket = catalog::TableBucketOf(scope)) {
    out.table_type = "customer";
    out.federated_table =
        gen::FederatedTable{.identifier = fmt::format("{}/table/{}", catalog::TableBucketArn(scope, *bucket), in.uid),
                            .database_identifier = in.database,
                            .connection_name = std::string(kConnection),
                            .connection_type = std::string(kConnection)};
  }
  return out;
}

gen::Catalog ShownCatalog(const Scope& owner, const std::optional<std::string>& bucket) {
  const CatalogName name{
      .owner = owner,
      .path = bucket ? std::string(catalog::kTableBucketCatalogs) + *bucket : std::string(kTableBucketsCatalog),
      .bucket = bucket.value_or("")};
  gen::Catalog out;
  out.catalog_id = fmt::format("{}:{}", owner.account, name.path);
  out.name = bucket.value_or(std::string(kTableBucketsCatalog));
  out.resource_arn = fmt::format("arn:aws:glue:{}:{}:{}", owner.region, owner.account, name.Resource("catalog"));
  out.federated_catalog = gen::FederatedCatalog{.identifier = catalog::TableBucketArn(owner, bucket.value_or("*")),
                                                .connection_name = std::string(kConnection),
                                                .connection_type = std::string(kConnection)};
  return out;
}

Status GlueService::RequireTableBucket(const CatalogName& name, std::string_view shown) const {
  if (buckets_ == nullptr) return CatalogNotFound(shown);
  const auto found = buckets_->Get(name.owner, name.bucket);
  if (found.Is(catalog::kNoSuchTableBucket)) return CatalogNotFound(shown);
  return found.ok() ? Ok() : Status(found.error());
}

void GlueService::AddTableBucketChecks(const CatalogName& name, std::string_view action, const std::string& database,
                                       const std::vector<std::string>& tables,
                                       std::vector<identity::Check>& checks) const {
  if (buckets_ == nullptr) return;
  const auto add = [&](std::string_view table) {
    checks.push_back(enforce::TableBucketCheck(*buckets_, catalog_, name.scope(), enforce::TableBucketAction(action),
                                               database, table));
  };
  for (const std::string& table : tables) add(table);
  if (tables.empty()) add("");
}

Status GlueService::CreateBucketTable(const protocol::Call& call, catalog::Table table) {
  TARN_CHECK(CheckBucketTable(table));
  if (table.columns().empty()) {
    const auto made = buckets_->CreateBareTable(call.scope, table.database, table.name, table.creator.value_or(""));
    return made.ok() ? Ok() : Status(made.error());
  }
  const auto made = iceberg_.CreateAs(call.scope, std::move(table), {});
  return made.ok() ? Ok() : Status(made.error());
}

Status GlueService::UpdateBucketTable(const protocol::Call& call, const catalog::Table& table,
                                      const catalog::UpdateTableOptions& options) {
  const std::string* location = catalog::Find(table.parameters, "metadata_location");
  if (location == nullptr) {
    return Fail(kInvalidInput, "A table in a table bucket is changed by its metadata_location alone.");
  }
  TARN_TRY(const catalog::Table present, Seen(call).GetTable(call.scope, table.database, table.name));
  const std::string* before = catalog::Find(present.parameters, "metadata_location");
  const std::string* previous = catalog::Find(table.parameters, "previous_metadata_location");
  const bool is_moved = (previous != nullptr && (before == nullptr || *before != *previous)) ||
                        (options.expected_version && *options.expected_version != present.version);
  if (is_moved) return Fail(catalog::kTableMoved, "Update table failed due to concurrent modifications.");
  const auto swapped = buckets_->SwapMetadata(call.scope, table.database, table.name, present.version, *location);
  if (swapped.ok()) return Ok();
  const Code code = swapped.error().reason->code;
  if (swapped.Is(catalog::kTableMoved) || code == Code::kUnavailable || code == Code::kInternal) return swapped.error();
  return Fail(kInvalidInput, swapped.error().message);
}

Status GlueService::DropTable(const protocol::Call& call, const std::string& database, const std::string& name) {
  if (!catalog::TableBucketOf(call.scope)) return Seen(call).DeleteTable(call.scope, database, name);
  return buckets_->DropTable(call.scope, AsciiLower(database), AsciiLower(name), std::nullopt);
}

}  // namespace tarn::api::glue
