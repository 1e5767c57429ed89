#include "api/lakeformation/convert.h"

#include <fmt/core.h>

#include "base/hash.h"
#include "base/strings.h"

namespace tarn::api::lakeformation {
namespace {

bool IsAccount(std::string_view id) {
  return id.size() == 12 && std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; });
}

Error Invalid(std::string message) { return Fail(kInvalidInput, std::move(message)); }

std::vector<std::string> Sorted(std::vector<std::string> items) {
  std::ranges::sort(items);
  const auto rest = std::ranges::unique(items);
  items.erase(rest.begin(), rest.end());
  return items;
}

std::vector<std::string> LowerSorted(const std::vector<std::string>& items) {
  std::vector<std::string> lower;
  for (const std::string& item : items) lower.push_back(AsciiLower(item));
  return Sorted(std::move(lower));
}

Result<govern::Resource> TableOf(const gen::TableResource& in) {
  if (in.name && in.table_wildcard) return Invalid("Table name and table wildcard cannot both be present.");
  if (!in.name && !in.table_wildcard) return Invalid("Table name and table wildcard cannot both be empty.");
  govern::Resource out;
  out.kind = govern::Kind::kTable;
  out.database = AsciiLower(Text(in.database_name));
  out.table = AsciiLower(Text(in.name));
  return out;
}

Result<govern::Resource> ColumnsOf(const gen::TableWithColumnsResource& in) {
  if (in.column_names && in.column_wildcard) {
    return Invalid("Column names and column wildcard cannot both be present.");
  }
  if (Items(in.column_names).empty() && !in.column_wildcard) {
    return Invalid("Column names and column wildcard cannot both be empty.");
  }
  govern::Resource out;
  out.kind = govern::Kind::kColumns;
  out.database = AsciiLower(Text(in.database_name));
  out.table = AsciiLower(Text(in.name));
  if (in.column_wildcard) {
    out.columns = LowerSorted(Items(in.column_wildcard->excluded_column_names));
    // All columns are the table.
    out.kind = out.columns.empty() ? govern::Kind::kTable : govern::Kind::kColumns;
    out.all_columns = !out.columns.empty();
  } else {
    out.columns = LowerSorted(*in.column_names);
  }
  return out;
}

Result<govern::Resource> PolicyOf(const gen::LFTagPolicyResource& in) {
  govern::Resource out;
  out.kind = govern::Kind::kTagPolicy;
  out.of_tables = in.resource_type == "TABLE";
  if (in.expression_name && in.expression) return Invalid("Expression and ExpressionName cannot both be present.");
  if (Items(in.expression).empty() && !in.expression_name) {
    return Invalid("Expression and ExpressionName cannot both be empty.");
  }
  out.name = Text(in.expression_name);
  out.expression = FromWire(in.expression);
  return out;
}

const std::optional<std::string>* CatalogOf(const gen::Resource& resource) {
  if (resource.catalog) return &resource.catalog->id;
  if (resource.database) return &resource.database->catalog_id;
  if (resource.table) return &resource.table->catalog_id;
  if (resource.table_with_columns) return &resource.table_with_columns->catalog_id;
  if (resource.data_location) return &resource.data_location->catalog_id;
  if (resource.data_cells_filter) return &resource.data_cells_filter->table_catalog_id;
  if (resource.lf_tag) return &resource.lf_tag->catalog_id;
  if (resource.lf_tag_policy) return &resource.lf_tag_policy->catalog_id;
  if (resource.lf_tag_expression) return &resource.lf_tag_expression->catalog_id;
  return nullptr;
}

int KindsOf(const gen::Resource& in) {
  return static_cast<int>(in.any_resource.has_value()) + static_cast<int>(in.catalog.has_value()) +
         static_cast<int>(in.database.has_value()) + static_cast<int>(in.table.has_value()) +
         static_cast<int>(in.table_with_columns.has_value()) + static_cast<int>(in.data_location.has_value()) +
         static_cast<int>(in.data_cells_filter.has_value()) + static_cast<int>(in.lf_tag.has_value()) +
         static_cast<int>(in.lf_tag_policy.has_value()) + static_cast<int>(in.lf_tag_expression.has_value()) +
         static_cast<int>(in.rls_policy.has_value()) + static_cast<int>(in.user_defined_function.has_value());
}

}  // namespace

Result<Scope> ScopeOf(const protocol::Call& call, const std::optional<std::string>& catalog_id) {
  if (!catalog_id || *catalog_id == call.scope.account) return call.scope;
  if (!IsAccount(*catalog_id)) return Fail(kNotFound, fmt::format("Catalog {} not found.", *catalog_id));
  return Scope{.account = *catalog_id, .region = call.scope.region};
}

Result<Scope> ScopeOf(const protocol::Call& call, const std::optional<std::string>& catalog_id,
                      const std::optional<gen::Resource>& resource) {
  if (resource) {
    const auto* own = CatalogOf(*resource);
    if (own != nullptr && own->has_value()) return ScopeOf(call, *own);
  }
  return ScopeOf(call, catalog_id);
}

Result<govern::Resource> FromWire(const gen::Resource& in) {
  if (KindsOf(in) == 0) {
    return Invalid("Resource must have either the catalog, table or database field populated.");
  }
  if (KindsOf(in) > 1) return Invalid("Resource must have only one of its fields populated.");
  govern::Resource out;
  if (in.catalog) return out;
  if (in.database) {
    out.kind = govern::Kind::kDatabase;
    out.database = AsciiLower(Text(in.database->name));
    return out;
  }
  if (in.table) return TableOf(*in.table);
  if (in.table_with_columns) return ColumnsOf(*in.table_with_columns);
  if (in.data_location) {
    out.kind = govern::Kind::kLocation;
    out.location = Text(in.data_location->resource_arn);
    return out;
  }
  if (in.data_cells_filter) {
    out.kind = govern::Kind::kFilter;
    out.database = AsciiLower(Text(in.data_cells_filter->database_name));
    out.table = AsciiLower(Text(in.data_cells_filter->table_name));
    out.name = Text(in.data_cells_filter->name);
    if (out.database.empty() || out.table.empty()) return Invalid("DatabaseName and TableName cannot be empty.");
    return out;
  }
  if (in.lf_tag) {
    out.kind = govern::Kind::kTag;
    out.name = AsciiLower(Text(in.lf_tag->tag_key));
    out.values = LowerSorted(Items(in.lf_tag->tag_values));
    return out;
  }
  if (in.lf_tag_policy) return PolicyOf(*in.lf_tag_policy);
  if (in.lf_tag_expression) {
    out.kind = govern::Kind::kTagExpression;
    out.name = Text(in.lf_tag_expression->name);
    return out;
  }
  return Fail(kNotSupported, "AnyResource, RLSPolicy and UserDefinedFunction resources are not supported.");
}

gen::Resource ToWire(const govern::Resource& in, const std::string& account) {
  gen::Resource out;
  switch (in.kind) {
    case govern::Kind::kCatalog:
      out.catalog.emplace();
      break;
    case govern::Kind::kDatabase:
      out.database = {.catalog_id = account, .name = in.database};
      break;
    case govern::Kind::kTable:
      out.table = {.catalog_id = account, .database_name = in.database};
      if (in.table.empty()) {
        out.table->name = "ALL_TABLES";
        out.table->table_wildcard.emplace();
      } else {
        out.table->name = in.table;
      }
      break;
    case govern::Kind::kColumns:
      out.table_with_columns = {.catalog_id = account, .database_name = in.database, .name = in.table};
      if (in.all_columns) {
        out.table_with_columns->column_wildcard.emplace();
        if (!in.columns.empty()) out.table_with_columns->column_wildcard->excluded_column_names = in.columns;
      } else {
        out.table_with_columns->column_names = in.columns;
      }
      break;
    case govern::Kind::kLocation:
      out.data_location = {.catalog_id = account, .resource_arn = in.location};
      break;
    case govern::Kind::kFilter:
      out.data_cells_filter = {
          .table_catalog_id = account, .database_name = in.database, .table_name = in.table, .name = in.name};
      break;
    case govern::Kind::kTag:
      out.lf_tag = {.catalog_id = account, .tag_key = in.name, .tag_values = in.values};
      break;
    case govern::Kind::kTagPolicy:
      out.lf_tag_policy = {.catalog_id = account, .resource_type = in.of_tables ? "TABLE" : "DATABASE"};
      if (in.name.empty()) {
        out.lf_tag_policy->expression = ToWire(in.expression);
      } else {
        out.lf_tag_policy->expression_name = in.name;
      }
      break;
    case govern::Kind::kTagExpression:
      out.lf_tag_expression = {.catalog_id = account, .name = in.name};
      break;
  }
  return out;
}

Result<govern::Permissions> FromWire(const std::optional<std::vector<std::string>>& permissions) {
  govern::Permissions out = 0;
  for (const std::string& name : Items(permissions)) {
    const auto permission = govern::PermissionOf(name);
    if (!permission) return Invalid(fmt::format("Invalid permission: {}", name));
    out |= govern::Bit(*permission);
  }
  return out;
}

// Tags' keys and values are of lower case, however they are written.
std::vector<govern::TagValues> FromWire(const std::optional<std::vector<gen::LFTag>>& expression) {
  std::vector<govern::TagValues> out;
  for (const gen::LFTag& tag : Items(expression)) {
    out.push_back({AsciiLower(Text(tag.tag_key)), LowerSorted(Items(tag.tag_values))});
  }
  std::ranges::sort(out);
  return out;
}

std::vector<gen::LFTag> ToWire(const std::vector<govern::TagValues>& expression) {
  std::vector<gen::LFTag> out;
  for (const govern::TagValues& each : expression) out.push_back({.tag_key = each.key, .tag_values = each.values});
  return out;
}

gen::DataLakePrincipal Principal(std::string id) { return {.data_lake_principal_identifier = std::move(id)}; }

std::string_view CodeOf(const Error& error) {
  for (const protocol::ErrorRow& row : ErrorRows()) {
    if (row.reason == error.reason) return row.code;
  }
  return "InternalServiceException";
}

Result<size_t> FromToken(const std::optional<std::string>& token) {
  if (!token || token->empty()) return size_t{0};
  const auto text = Unbase64(*token);
  const auto place = text ? ParseU64(*text) : std::nullopt;
  if (!place) return Invalid("Invalid pagination token provided.");
  return static_cast<size_t>(*place);
}

std::string ToToken(size_t place) { return Base64(std::to_string(place)); }

}  // namespace tarn::api::lakeformation
