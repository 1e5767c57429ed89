#include "api/glue/convert.h"

#include <fmt/core.h>

#include "api/glue/error_rows.h"
#include "api/glue/errors.h"
#include "base/hash.h"

namespace tarn::api::glue {
namespace {

template <typename To, typename From>
std::optional<std::vector<To>> Each(const std::optional<std::vector<From>>& in, To (*convert)(const From&)) {
  if (!in) return std::nullopt;
  std::vector<To> out;
  out.reserve(in->size());
  for (const From& item : *in) out.push_back(convert(item));
  return out;
}

catalog::Column ColumnFromWire(const gen::Column& in) { return FromWire(in); }
gen::Column ColumnToWire(const catalog::Column& in) { return ToWire(in); }

catalog::SortColumn SortFromWire(const gen::Order& in) { return {Text(in.column), in.sort_order.value_or(1)}; }
gen::Order SortToWire(const catalog::SortColumn& in) { return {.column = in.column, .sort_order = in.order}; }

catalog::SchemaReference FromWire(const gen::SchemaReference& in) {
  catalog::SchemaReference out{.version_id = in.schema_version_id, .version_number = in.schema_version_number};
  if (in.schema_id) {
    out.has_schema_id = true;
    out.schema_arn = in.schema_id->schema_arn;
    out.schema_name = in.schema_id->schema_name;
    out.registry_name = in.schema_id->registry_name;
  }
  return out;
}

gen::SchemaReference ToWire(const catalog::SchemaReference& in) {
  gen::SchemaReference out{.schema_version_id = in.version_id, .schema_version_number = in.version_number};
  if (in.has_schema_id) {
    out.schema_id =
        gen::SchemaId{.schema_arn = in.schema_arn, .schema_name = in.schema_name, .registry_name = in.registry_name};
  }
  return out;
}

catalog::PrincipalPermissions PermissionsFromWire(const gen::PrincipalPermissions& in) {
  catalog::PrincipalPermissions out{.permissions = in.permissions};
  if (in.principal) out.principal = in.principal->data_lake_principal_identifier;
  return out;
}

gen::PrincipalPermissions PermissionsToWire(const catalog::PrincipalPermissions& in) {
  gen::PrincipalPermissions out{.permissions = in.permissions};
  if (in.principal) out.principal = gen::DataLakePrincipal{.data_lake_principal_identifier = in.principal};
  return out;
}

}  // namespace

catalog::Column FromWire(const gen::Column& in) { return {Text(in.name), in.type, in.comment, in.parameters}; }

gen::Column ToWire(const catalog::Column& in) {
  return {.name = in.name, .type = in.type, .comment = in.comment, .parameters = in.parameters};
}

catalog::StorageDescriptor FromWire(const gen::StorageDescriptor& in) {
  catalog::StorageDescriptor out;
  out.columns = Each(in.columns, &ColumnFromWire);
  out.location = in.location;
  out.additional_locations = in.additional_locations;
  out.input_format = in.input_format;
  out.output_format = in.output_format;
  out.compressed = in.compressed;
  out.number_of_buckets = in.number_of_buckets;
  if (const auto& serde = in.serde_info) {
    out.serde =
        catalog::SerDe{.name = serde->name, .library = serde->serialization_library, .parameters = serde->parameters};
  }
  out.bucket_columns = in.bucket_columns;
  out.sort_columns = Each(in.sort_columns, &SortFromWire);
  out.parameters = in.parameters;
  if (const auto& skewed = in.skewed_info) {
    out.skewed = catalog::SkewedInfo{.column_names = skewed->skewed_column_names,
                                     .column_values = skewed->skewed_column_values,
                                     .value_locations = skewed->skewed_column_value_location_maps};
  }
  out.stored_as_sub_directories = in.stored_as_sub_directories;
  if (in.schema_reference) out.schema_reference = FromWire(*in.schema_reference);
  return out;
}

gen::StorageDescriptor ToWire(const catalog::StorageDescriptor& in, bool with_columns) {
  gen::StorageDescriptor out;
  if (with_columns) out.columns = Each(in.columns, &ColumnToWire);
  if (with_columns && !out.columns) out.columns.emplace();
  out.location = in.location;
  out.additional_locations = in.additional_locations;
  out.input_format = in.input_format;
  out.output_format = in.output_format;
  out.compressed = in.compressed.value_or(false);
  out.number_of_buckets = in.number_of_buckets.value_or(0);
  if (const auto& serde = in.serde) {
    out.serde_info =
        gen::SerDeInfo{.name = serde->name, .serialization_library = serde->library, .parameters = serde->parameters};
  }
  out.bucket_columns = in.bucket_columns;
  out.sort_columns = Each(in.sort_columns, &SortToWire);
  if (!out.sort_columns) out.sort_columns.emplace();
  out.parameters = in.parameters;
  if (const auto& skewed = in.skewed) {
    out.skewed_info = gen::SkewedInfo{.skewed_column_names = skewed->column_names,
                                      .skewed_column_values = skewed->column_values,
                                      .skewed_column_value_location_maps = skewed->value_locations};
  }
  out.stored_as_sub_directories = in.stored_as_sub_directories.value_or(false);
  if (in.schema_reference) out.schema_reference = ToWire(*in.schema_reference);
  return out;
}

Result<catalog::Database> FromWire(const gen::DatabaseInput& in) {
  if (in.federated_database) return Fail(kNotSupported, "FederatedDatabase is not supported.");
  catalog::Database out;
  out.name = Text(in.name);
  out.description = in.description;
  out.location = in.location_uri;
  out.parameters = in.parameters;
  out.default_permissions = Each(in.create_table_default_permissions, &PermissionsFromWire);
  if (const auto& target = in.target_database) {
    out.target =
        catalog::Target{.catalog_id = target->catalog_id, .database = target->database_name, .region = target->region};
  }
  return out;
}

gen::Database ToWire(const catalog::Database& in, const std::string& account) {
  gen::Database out;
  out.name = in.name;
  out.description = in.description;
  out.location_uri = in.location;
  out.parameters = in.parameters;
  out.create_time = in.create_time;
  out.create_table_default_permissions = Each(in.default_permissions, &PermissionsToWire);
  if (!in.default_permissions) {
    // What a new database gets until its account says otherwise: governed by IAM alone.
    out.create_table_default_permissions = std::vector<gen::PrincipalPermissions>{
        PermissionsToWire({.principal = "IAM_ALLOWED_PRINCIPALS", .permissions = std::vector<std::string>{"ALL"}})};
  }
  if (const auto& target = in.target) {
    out.target_database = gen::DatabaseIdentifier{
        .catalog_id = target->catalog_id, .database_name = target->database, .region = target->region};
  }
  out.catalog_id = account;
  return out;
}

Result<catalog::Table> FromWire(const gen::TableInput& in, const std::string& database) {
  if (in.federated_table) return Fail(kNotSupported, "FederatedTable is not supported.");
  if (in.view_definition) return Fail(kNotSupported, "ViewDefinition (a multi-dialect view) is not supported.");
  catalog::Table out;
  out.name = Text(in.name);
  out.database = database;
  out.description = in.description;
  out.owner = in.owner;
  out.last_access_time = in.last_access_time;
  out.last_analyzed_time = in.last_analyzed_time;
  out.retention = in.retention;
  if (in.storage_descriptor) out.storage = FromWire(*in.storage_descriptor);
  for (const gen::Column& key : Items(in.partition_keys)) {
    if (key.parameters && !key.parameters->empty()) {
      return Fail(kInvalidInput, "Parameters not supported for partition columns");
    }
    out.partition_keys.push_back(FromWire(key));
  }
  out.view_original_text = in.view_original_text;
  out.view_expanded_text = in.view_expanded_text;
  out.table_type = in.table_type;
  out.parameters = in.parameters;
  if (const auto& target = in.target_table) {
    out.target = catalog::Target{.catalog_id = target->catalog_id,
                                 .database = target->database_name,
                                 .name = target->name,
                                 .region = target->region};
  }
  return out;
}

gen::Table ToWire(const catalog::Table& in, const std::string& account) {
  gen::Table out;
  out.name = in.name;
  out.database_name = in.database;
  out.description = in.description;
  out.owner = in.owner;
  out.create_time = in.create_time;
  out.update_time = in.update_time;
  out.last_access_time = in.last_access_time;
  out.last_analyzed_time = in.last_analyzed_time;
  out.retention = in.retention.value_or(0);
  if (in.storage) out.storage_descriptor = ToWire(*in.storage);
  out.partition_keys.emplace();
  for (const catalog::Column& key : in.partition_keys) out.partition_keys->push_back(ToWire(key));
  out.view_original_text = in.view_original_text;
  out.view_expanded_text = in.view_expanded_text;
  out.table_type = in.table_type;
  out.parameters = in.parameters;
  out.created_by = in.created_by;
  out.is_registered_with_lake_formation = false;
  if (const auto& target = in.target) {
    out.target_table = gen::TableIdentifier{.catalog_id = target->catalog_id,
                                            .database_name = target->database,
                                            .name = target->name,
                                            .region = target->region};
  }
  out.catalog_id = account;
  out.version_id = std::to_string(in.version);
  out.is_multi_dialect_view = false;
  return out;
}

catalog::Partition FromWire(const gen::PartitionInput& in) {
  catalog::Partition out;
  out.values = Items(in.values);
  out.last_access_time = in.last_access_time;
  out.last_analyzed_time = in.last_analyzed_time;
  if (in.storage_descriptor) out.storage = FromWire(*in.storage_descriptor);
  out.parameters = in.parameters;
  return out;
}

gen::Partition ToWire(const catalog::Partition& in, const std::string& account, const std::string& database,
                      const std::string& table, bool with_columns) {
  gen::Partition out;
  out.values = in.values;
  out.database_name = database;
  out.table_name = table;
  out.creation_time = in.create_time;
  out.last_access_time = in.last_access_time;
  out.last_analyzed_time = in.last_analyzed_time;
  if (in.storage) out.storage_descriptor = ToWire(*in.storage, with_columns);
  out.parameters = in.parameters;
  out.catalog_id = account;
  return out;
}

gen::ErrorDetail ToDetail(const Error& error) {
  const protocol::ErrorRow* row = FindErrorRow(*error.reason);
  return {.error_code = std::string(row != nullptr ? row->code : "InternalServiceException"),
          .error_message = error.message};
}

std::optional<std::string> ToToken(const std::string& after) {
  if (after.empty()) return std::nullopt;
  return Base64(after);
}

Result<std::string> FromToken(const std::optional<std::string>& token) {
  if (!token || token->empty()) return std::string();
  std::optional<std::string> after = Unbase64(*token);
  if (!after) return Fail(kInvalidInput, "Invalid pagination token provided");
  return std::move(*after);
}

size_t PageSize(const std::optional<int32_t>& asked, size_t otherwise) {
  return asked && *asked > 0 ? static_cast<size_t>(*asked) : otherwise;
}

}  // namespace tarn::api::glue
