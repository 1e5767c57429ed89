#include <algorithm>

#include "api/glue/convert.h"
#include "api/glue/errors.h"
#include "api/glue/gen/tables.h"
#include "api/glue/glue_service.h"
#include "api/protocol/codec.h"
#include "base/strings.h"

namespace tarn::api::glue {
namespace {

using Values = std::vector<std::string>;

Result<std::vector<catalog::ColumnStatistics>> FromWire(const std::vector<gen::ColumnStatistics>& list) {
  std::vector<catalog::ColumnStatistics> out;
  for (const gen::ColumnStatistics& in : list) {
    if (!in.statistics_data) return Fail(kInvalidInput, "StatisticsData cannot be null.");
    out.push_back({.column = Text(in.column_name),
                   .column_type = Text(in.column_type),
                   .analyzed_time = in.analyzed_time.value_or(Timestamp{}),
                   .data = protocol::CanonicalJson(gen::kT_ColumnStatisticsData, &*in.statistics_data)});
  }
  return out;
}

Result<gen::ColumnStatistics> ToWire(const catalog::ColumnStatistics& in) {
  gen::ColumnStatistics out{.column_name = in.column, .column_type = in.column_type, .analyzed_time = in.analyzed_time};
  TARN_CHECK(protocol::FromCanonicalJson(gen::kT_ColumnStatisticsData, in.data, &out.statistics_data.emplace()));
  return out;
}

template <typename Out>
Result<Out> Get(const enforce::CatalogView& catalog, const Scope& scope, const std::string& database,
                const std::string& table, const Values* partition, const std::vector<std::string>& columns) {
  TARN_TRY(auto found, catalog.GetStatistics(scope, database, table, partition, columns));
  Out out;
  out.column_statistics_list.emplace();
  out.errors.emplace();
  for (const catalog::ColumnStatistics& statistics : found) {
    TARN_TRY(gen::ColumnStatistics wire, ToWire(statistics));
    out.column_statistics_list->push_back(std::move(wire));
  }
  for (const std::string& column : columns) {
    const bool there = std::ranges::any_of(
        found, [&](const catalog::ColumnStatistics& one) { return EqualsIgnoreCase(one.column, column); });
    if (there) continue;
    out.errors->push_back(
        {.column_name = column, .error = ToDetail(Fail(kEntityNotFound, "Statistics do not exist for the column."))});
  }
  return out;
}

template <typename Out>
Result<Out> Put(enforce::CatalogView catalog, const Scope& scope, const std::string& database, const std::string& table,
                const Values* partition, const std::vector<gen::ColumnStatistics>& list) {
  TARN_TRY(auto statistics, FromWire(list));
  TARN_TRY(auto errors, catalog.PutStatistics(scope, database, table, partition, statistics));
  Out out;
  out.errors.emplace();
  for (const catalog::ItemError& error : errors) {
    out.errors->push_back({.column_statistics = list[error.index], .error = ToDetail(error.error)});
  }
  return out;
}

}  // namespace

Result<gen::GetColumnStatisticsForTableResponse> GlueService::GetColumnStatisticsForTable(
    const protocol::Call& call, const gen::GetColumnStatisticsForTableRequest& in) {
  return Get<gen::GetColumnStatisticsForTableResponse>(Seen(call), call.scope, Text(in.database_name),
                                                       Text(in.table_name), nullptr, Items(in.column_names));
}

Result<gen::GetColumnStatisticsForPartitionResponse> GlueService::GetColumnStatisticsForPartition(
    const protocol::Call& call, const gen::GetColumnStatisticsForPartitionRequest& in) {
  return Get<gen::GetColumnStatisticsForPartitionResponse>(Seen(call), call.scope, Text(in.database_name),
                                                           Text(in.table_name), &Items(in.partition_values),
                                                           Items(in.column_names));
}

Result<gen::UpdateColumnStatisticsForTableResponse> GlueService::UpdateColumnStatisticsForTable(
    const protocol::Call& call, const gen::UpdateColumnStatisticsForTableRequest& in) {
  return Put<gen::UpdateColumnStatisticsForTableResponse>(
      Seen(call), call.scope, Text(in.database_name), Text(in.table_name), nullptr, Items(in.column_statistics_list));
}

Result<gen::UpdateColumnStatisticsForPartitionResponse> GlueService::UpdateColumnStatisticsForPartition(
    const protocol::Call& call, const gen::UpdateColumnStatisticsForPartitionRequest& in) {
  return Put<gen::UpdateColumnStatisticsForPartitionResponse>(Seen(call), call.scope, Text(in.database_name),
                                                              Text(in.table_name), &Items(in.partition_values),
                                                              Items(in.column_statistics_list));
}

Result<gen::DeleteColumnStatisticsForTableResponse> GlueService::DeleteColumnStatisticsForTable(
    const protocol::Call& call, const gen::DeleteColumnStatisticsForTableRequest& in) {
  TARN_CHECK(Seen(call).DeleteStatistics(call.scope, Text(in.database_name), Text(in.table_name), nullptr,
                                         Text(in.column_name)));
  return gen::DeleteColumnStatisticsForTableResponse{};
}

Result<gen::DeleteColumnStatisticsForPartitionResponse> GlueService::DeleteColumnStatisticsForPartition(
    const protocol::Call& call, const gen::DeleteColumnStatisticsForPartitionRequest& in) {
  TARN_CHECK(Seen(call).DeleteStatistics(call.scope, Text(in.database_name), Text(in.table_name),
                                         &Items(in.partition_values), Text(in.column_name)));
  return gen::DeleteColumnStatisticsForPartitionResponse{};
}

}  // namespace tarn::api::glue
