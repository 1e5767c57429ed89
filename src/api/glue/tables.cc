#include <fmt/core.h>

#include "api/glue/convert.h"
#include "api/glue/errors.h"
#include "api/glue/glue_service.h"
#include "api/glue/name_pattern.h"
#include "api/glue/open_table_format.h"
#include "base/strings.h"
#include "enforce/bucket_checks.h"
#include "enforce/rights.h"
#include "govern/principal.h"

namespace tarn::api::glue {
namespace {

constexpr size_t kTablesPerPage = 100;

// Transactions are those of governed tables, which Glue itself has given up.
Status RefuseTransaction(const std::optional<std::string>& transaction) {
  if (transaction) return Fail(kNotSupported, "TransactionId (governed tables) is not supported.");
  return Ok();
}

Result<uint64_t> ParseVersion(const std::optional<std::string>& text) {
  std::optional<uint64_t> version = ParseU64(Text(text));
  if (!version) return Fail(kInvalidInput, fmt::format("For input string: \"{}\"", Text(text)));
  return *version;
}

gen::Table Slim(const catalog::Table& table, const std::vector<std::string>& attributes, const Scope& scope) {
  gen::Table out{.name = table.name, .database_name = table.database, .catalog_id = CatalogIdOf(scope)};
  for (const std::string& attribute : attributes) {
    if (attribute == "TABLE_TYPE") out.table_type = table.table_type;
    if (attribute == "DEFAULT") return ShownTable(table, scope);
  }
  return out;
}

gen::TableVersion VersionToWire(const catalog::Table& table, const Scope& scope) {
  return {.table = ShownTable(table, scope), .version_id = std::to_string(table.version)};
}

Result<catalog::Table> TableOf(const std::optional<gen::TableInput>& input, const std::optional<std::string>& name,
                               const std::string& database) {
  if (!input) return Fail(kInvalidInput, "TableInput cannot be null.");
  if (name && !EqualsIgnoreCase(*name, Text(input->name))) {
    return Fail(kInvalidInput, "Name and TableInput.Name must be the same.");
  }
  return FromWire(*input, database);
}

// Of an Iceberg table whose metadata file the client has written.
bool NamesMetadataFile(const catalog::Table& table) {
  return table.IsIceberg() && catalog::Find(table.parameters, "metadata_location") != nullptr;
}

}  // namespace

Status GlueService::MayWriteBelow(const protocol::Call& call, std::string_view location) const {
  if (objects_ == nullptr || catalog::TableBucketOf(call.scope)) return Ok();
  const enforce::Rights rights(access_, call.caller, call.scope);
  TARN_TRY(const auto check, enforce::BucketChecks(*objects_).ToWriteBelow(rights, location));
  return check ? call.Allow(std::span(&*check, 1)) : Ok();
}

Result<gen::CreateTableResponse> GlueService::CreateTable(const protocol::Call& call,
                                                          const gen::CreateTableRequest& in) {
  TARN_CHECK(RefuseTransaction(in.transaction_id));
  TARN_TRY(catalog::Table table, TableOf(in.table_input, in.name, Text(in.database_name)));
  table.created_by = call.caller.arn;
  table.creator = govern::PrincipalOf(call.caller);
  if (in.open_table_format_input) {
    TARN_TRY(auto definition, DefinitionOf(*in.open_table_format_input, table));
    const std::string_view location = definition.location.empty() ? table.location() : definition.location;
    TARN_CHECK(Seen(call).MayCreateIceberg(call.scope, table.database, table.name, location, definition.properties));
    TARN_CHECK(MayWriteBelow(call, location));
    TARN_CHECK(iceberg_.CreateAs(call.scope, std::move(table), std::move(definition)));
    return gen::CreateTableResponse{};
  }
  if (catalog::TableBucketOf(call.scope)) {
    TARN_CHECK(CreateBucketTable(call, std::move(table)));
    return gen::CreateTableResponse{};
  }
  std::vector<catalog::PartitionIndex> indexes;
  for (const gen::PartitionIndex& index : Items(in.partition_indexes)) {
    indexes.push_back({Text(index.index_name), Items(index.keys)});
  }
  if (NamesMetadataFile(table)) {
    TARN_CHECK(Seen(call).MayCreateTable(call.scope, table.database, table.name, table.location()));
    TARN_CHECK(Seen(call).MayName("", "metadata_location", *catalog::Find(table.parameters, "metadata_location")));
    TARN_CHECK(iceberg_.Import(call.scope, std::move(table), indexes));
  } else {
    TARN_CHECK(Seen(call).CreateTable(call.scope, std::move(table), indexes));
  }
  return gen::CreateTableResponse{};
}

Result<gen::UpdateTableResponse> GlueService::UpdateTable(const protocol::Call& call,
                                                          const gen::UpdateTableRequest& in) {
  TARN_CHECK(RefuseTransaction(in.transaction_id));
  if (in.update_open_table_format_input) return Fail(kNotSupported, "UpdateOpenTableFormatInput is not supported.");
  if (in.view_update_action) return Fail(kNotSupported, "ViewUpdateAction is not supported.");
  TARN_TRY(catalog::Table table, TableOf(in.table_input, in.name, Text(in.database_name)));
  catalog::UpdateTableOptions options;
  options.skip_archive = in.skip_archive.value_or(false);
  if (in.version_id) {
    TARN_TRY(uint64_t version, ParseVersion(in.version_id));
    options.expected_version = version;
  }
  if (catalog::TableBucketOf(call.scope)) {
    TARN_CHECK(UpdateBucketTable(call, table, options));
  } else if (NamesMetadataFile(table)) {
    TARN_CHECK(Seen(call).MayUpdateTable(call.scope, table));
    TARN_CHECK(iceberg_.ImportCommit(call.scope, table, options));
  } else {
    TARN_CHECK(Seen(call).UpdateTable(call.scope, std::move(table), options));
  }
  return gen::UpdateTableResponse{};
}

Result<gen::DeleteTableResponse> GlueService::DeleteTable(const protocol::Call& call,
                                                          const gen::DeleteTableRequest& in) {
  TARN_CHECK(RefuseTransaction(in.transaction_id));
  TARN_CHECK(DropTable(call, Text(in.database_name), Text(in.name)));
  return gen::DeleteTableResponse{};
}

Result<gen::BatchDeleteTableResponse> GlueService::BatchDeleteTable(const protocol::Call& call,
                                                                    const gen::BatchDeleteTableRequest& in) {
  TARN_CHECK(RefuseTransaction(in.transaction_id));
  TARN_CHECK(Seen(call).GetDatabase(call.scope, Text(in.database_name)));
  gen::BatchDeleteTableResponse out;
  for (const std::string& name : Items(in.tables_to_delete)) {
    Status deleted = DropTable(call, Text(in.database_name), name);
    if (deleted.ok()) continue;
    if (!out.errors) out.errors.emplace();
    out.errors->push_back({.table_name = name, .error_detail = ToDetail(deleted.error())});
  }
  return out;
}

Result<gen::GetTableResponse> GlueService::GetTable(const protocol::Call& call, const gen::GetTableRequest& in) {
  TARN_CHECK(RefuseTransaction(in.transaction_id));
  if (in.query_as_of_time) return Fail(kNotSupported, "QueryAsOfTime is not supported.");
  TARN_TRY(catalog::Table table, Seen(call).GetTable(call.scope, Text(in.database_name), Text(in.name)));
  return gen::GetTableResponse{.table = ShownTable(table, call.scope)};
}

Result<gen::GetTablesResponse> GlueService::GetTables(const protocol::Call& call, const gen::GetTablesRequest& in) {
  TARN_CHECK(RefuseTransaction(in.transaction_id));
  if (in.query_as_of_time) return Fail(kNotSupported, "QueryAsOfTime is not supported.");
  TARN_TRY(NamePattern pattern, NamePattern::Compile(Text(in.expression)));
  TARN_TRY(std::string after, FromToken(in.next_token));
  TARN_TRY(auto page,
           Seen(call).ListTables(call.scope, Text(in.database_name), {after, PageSize(in.max_results, kTablesPerPage)},
                                 [&](const catalog::Table& table) { return pattern.Matches(table.name); }));
  gen::GetTablesResponse out;
  out.table_list.emplace();
  const auto& attributes = Items(in.attributes_to_get);
  for (const catalog::Table& table : page.items) {
    out.table_list->push_back(attributes.empty() ? ShownTable(table, call.scope) : Slim(table, attributes, call.scope));
  }
  out.next_token = ToToken(page.next);
  return out;
}

Result<gen::GetTableVersionsResponse> GlueService::GetTableVersions(const protocol::Call& call,
                                                                    const gen::GetTableVersionsRequest& in) {
  TARN_TRY(std::string after, FromToken(in.next_token));
  TARN_TRY(auto page, Seen(call).ListTableVersions(call.scope, Text(in.database_name), Text(in.table_name),
                                                   {after, PageSize(in.max_results, kTablesPerPage)}));
  gen::GetTableVersionsResponse out;
  out.table_versions.emplace();
  for (const catalog::Table& table : page.items) {
    out.table_versions->push_back(VersionToWire(table, call.scope));
  }
  out.next_token = ToToken(page.next);
  return out;
}

Result<gen::GetTableVersionResponse> GlueService::GetTableVersion(const protocol::Call& call,
                                                                  const gen::GetTableVersionRequest& in) {
  if (!in.version_id) {
    TARN_TRY(catalog::Table latest, Seen(call).GetTable(call.scope, Text(in.database_name), Text(in.table_name)));
    return gen::GetTableVersionResponse{.table_version = VersionToWire(latest, call.scope)};
  }
  TARN_TRY(uint64_t version, ParseVersion(in.version_id));
  TARN_TRY(catalog::Table table,
           Seen(call).GetTableVersion(call.scope, Text(in.database_name), Text(in.table_name), version));
  return gen::GetTableVersionResponse{.table_version = VersionToWire(table, call.scope)};
}

Result<gen::DeleteTableVersionResponse> GlueService::DeleteTableVersion(const protocol::Call& call,
                                                                        const gen::DeleteTableVersionRequest& in) {
  TARN_TRY(uint64_t version, ParseVersion(in.version_id));
  TARN_CHECK(Seen(call).DeleteTableVersion(call.scope, Text(in.database_name), Text(in.table_name), version));
  return gen::DeleteTableVersionResponse{};
}

Result<gen::BatchDeleteTableVersionResponse> GlueService::BatchDeleteTableVersion(
    const protocol::Call& call, const gen::BatchDeleteTableVersionRequest& in) {
  TARN_CHECK(Seen(call).GetTable(call.scope, Text(in.database_name), Text(in.table_name)));
  gen::BatchDeleteTableVersionResponse out;
  for (const std::string& id : Items(in.version_ids)) {
    auto version = ParseVersion(id);
    Status deleted =
        version.ok() ? Seen(call).DeleteTableVersion(call.scope, Text(in.database_name), Text(in.table_name), *version)
                     : Status(version.error());
    if (deleted.ok()) continue;
    if (!out.errors) out.errors.emplace();
    out.errors->push_back({.table_name = in.table_name, .version_id = id, .error_detail = ToDetail(deleted.error())});
  }
  return out;
}

}  // namespace tarn::api::glue
