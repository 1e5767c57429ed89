#include "api/lakeformation/convert.h"
#include "api/lakeformation/lakeformation_service.h"
#include "base/strings.h"

namespace tarn::api::lakeformation {
namespace {

Result<govern::Filter> FromWire(const gen::DataCellsFilter& in) {
  if (in.column_names && in.column_wildcard) {
    return Fail(kInvalidInput, "ColumnNames and ColumnWildcard cannot both be present.");
  }
  if (Items(in.column_names).empty() && !in.column_wildcard) {
    return Fail(kInvalidInput, "Either ColumnNames or ColumnWildcard must be present.");
  }
  if (!in.row_filter || (!in.row_filter->filter_expression && !in.row_filter->all_rows_wildcard)) {
    return Fail(kInvalidInput, "RowFilter must have either FilterExpression or AllRowsWildcard.");
  }
  if (in.row_filter->filter_expression && in.row_filter->all_rows_wildcard) {
    return Fail(kInvalidInput, "FilterExpression and AllRowsWildcard cannot both be present.");
  }
  govern::Filter filter;
  filter.database = AsciiLower(Text(in.database_name));
  filter.table = AsciiLower(Text(in.table_name));
  filter.name = Text(in.name);
  filter.row_filter = Text(in.row_filter->filter_expression);
  if (in.row_filter->filter_expression && Trim(filter.row_filter).empty()) {
    return Fail(kInvalidInput, "FilterExpression cannot be empty.");
  }
  filter.all_rows_wildcard = in.row_filter->all_rows_wildcard.has_value();
  filter.all_columns = in.column_wildcard.has_value();
  filter.columns = in.column_wildcard ? Items(in.column_wildcard->excluded_column_names) : *in.column_names;
  filter.version = Text(in.version_id);
  return filter;
}

gen::DataCellsFilter ToWire(const govern::Filter& in, const std::string& account) {
  gen::DataCellsFilter out;
  out.table_catalog_id = account;
  out.database_name = in.database;
  out.table_name = in.table;
  out.name = in.name;
  out.row_filter.emplace();
  if (in.all_rows_wildcard) {
    out.row_filter->all_rows_wildcard.emplace();
  } else {
    out.row_filter->filter_expression = in.row_filter;
  }
  if (in.all_columns) {
    out.column_wildcard.emplace();
    if (!in.columns.empty()) out.column_wildcard->excluded_column_names = in.columns;
  } else {
    out.column_names = in.columns;
  }
  out.version_id = in.version;
  return out;
}

}  // namespace

Result<gen::CreateDataCellsFilterResponse> LakeFormationService::CreateDataCellsFilter(
    const protocol::Call& call, const gen::CreateDataCellsFilterRequest& in) {
  TARN_TRY(const Scope scope, ScopeOf(call, in.table_data->table_catalog_id));
  TARN_TRY(govern::Filter filter, FromWire(*in.table_data));
  TARN_CHECK(governor_.CreateFilter(call.caller, scope, std::move(filter)));
  return gen::CreateDataCellsFilterResponse{};
}

Result<gen::UpdateDataCellsFilterResponse> LakeFormationService::UpdateDataCellsFilter(
    const protocol::Call& call, const gen::UpdateDataCellsFilterRequest& in) {
  TARN_TRY(const Scope scope, ScopeOf(call, in.table_data->table_catalog_id));
  TARN_TRY(govern::Filter filter, FromWire(*in.table_data));
  TARN_CHECK(governor_.UpdateFilter(call.caller, scope, std::move(filter)));
  return gen::UpdateDataCellsFilterResponse{};
}

Result<gen::DeleteDataCellsFilterResponse> LakeFormationService::DeleteDataCellsFilter(
    const protocol::Call& call, const gen::DeleteDataCellsFilterRequest& in) {
  TARN_TRY(const Scope scope, ScopeOf(call, in.table_catalog_id));
  TARN_CHECK(governor_.DeleteFilter(call.caller, scope, Text(in.database_name), Text(in.table_name), Text(in.name)));
  return gen::DeleteDataCellsFilterResponse{};
}

Result<gen::GetDataCellsFilterResponse> LakeFormationService::GetDataCellsFilter(
    const protocol::Call& call, const gen::GetDataCellsFilterRequest& in) {
  TARN_TRY(const Scope scope, ScopeOf(call, in.table_catalog_id));
  TARN_TRY(const govern::Filter filter,
           governor_.GetFilter(call.caller, scope, Text(in.database_name), Text(in.table_name), Text(in.name)));
  return gen::GetDataCellsFilterResponse{.data_cells_filter = ToWire(filter, scope.account)};
}

Result<gen::ListDataCellsFilterResponse> LakeFormationService::ListDataCellsFilter(
    const protocol::Call& call, const gen::ListDataCellsFilterRequest& in) {
  const gen::TableResource table = in.table.value_or(gen::TableResource{});
  TARN_TRY(const Scope scope, ScopeOf(call, table.catalog_id));
  TARN_TRY(const auto filters, governor_.ListFilters(call.caller, scope, Text(table.database_name), Text(table.name)));
  std::vector<gen::DataCellsFilter> rows;
  for (const govern::Filter& filter : filters) rows.push_back(ToWire(filter, scope.account));
  TARN_TRY(auto page, Page(std::move(rows), in.next_token, in.max_results));
  return gen::ListDataCellsFilterResponse{.data_cells_filters = std::move(page.items),
                                          .next_token = std::move(page.next)};
}

}  // namespace tarn::api::lakeformation
