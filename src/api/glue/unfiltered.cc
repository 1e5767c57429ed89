// What query engines ask that filter rows and columns by themselves: the whole of a table's metadata, and what of it
// the caller may see. Only engines that the data lake settings trust get it of a table that the caller sees a part of.
// https://docs.aws.amazon.com/lake-formation/latest/dg/api-overview.html
#include <fmt/core.h>

#include <algorithm>

#include "api/glue/convert.h"
#include "api/glue/errors.h"
#include "api/glue/glue_service.h"
#include "base/random.h"
#include "base/strings.h"
#include "enforce/errors.h"

namespace tarn::api::glue {
namespace {

constexpr size_t kPartitionsPerPage = 1000;

using Supported = std::optional<std::vector<std::string>>;

bool Has(const Supported& supported, std::string_view type) {
  return supported && std::ranges::find(*supported, type) != supported->end();
}

Error Insufficient(std::string_view table) {
  return Fail(enforce::kInsufficient,
              fmt::format("Insufficient Lake Formation permission(s): Required Select on {}", table));
}

// An engine knows no masks: it does not get the columns that are shown masked.
bool IsPlain(const govern::ColumnAccess& column) { return column.mask.kind == govern::MaskKind::kNone; }

std::vector<std::string> AuthorizedColumns(const catalog::Table& table, const govern::TableAccess& access) {
  std::vector<std::string> names;
  const auto find = [&](const std::string& name) -> const govern::ColumnAccess* {
    const auto found = std::ranges::find(access.columns, name, &govern::ColumnAccess::name);
    return found == access.columns.end() ? nullptr : &*found;
  };
  for (const auto* columns : {&table.columns(), &table.partition_keys}) {
    for (const catalog::Column& column : *columns) {
      const std::string name = AsciiLower(column.name);
      if (!access.governed) {
        names.push_back(name);
        continue;
      }
      const govern::ColumnAccess* own = find(name);
      if (own != nullptr ? IsPlain(*own) : access.all_columns) names.push_back(name);
      for (const govern::ColumnAccess& field : access.columns) {
        if (field.name.starts_with(name + ".") && IsPlain(field)) names.push_back(field.name);
      }
    }
  }
  return names;
}

Status CheckTypes(const govern::TableAccess& access, const Supported& supported) {
  if (access.whole()) return Ok();
  const auto has_cell = [](const govern::ColumnAccess& column) { return !column.cell_filter.empty(); };
  const bool has_cells = !access.row_filter.empty() || std::ranges::any_of(access.columns, has_cell);
  if (has_cells && !Has(supported, "CELL_FILTER_PERMISSION")) {
    return Fail(kPermissionTypeMismatch, "CELL_FILTER_PERMISSION is required to access this table.");
  }
  const auto is_field = [](const govern::ColumnAccess& column) { return column.name.find('.') != std::string::npos; };
  if (std::ranges::any_of(access.columns, is_field) && !Has(supported, "NESTED_PERMISSION") &&
      !Has(supported, "NESTED_CELL_PERMISSION")) {
    return Fail(kPermissionTypeMismatch, "NESTED_PERMISSION is required to access this table.");
  }
  if (!access.all_columns && !Has(supported, "COLUMN_PERMISSION") && !Has(supported, "CELL_FILTER_PERMISSION")) {
    return Fail(kPermissionTypeMismatch, "COLUMN_PERMISSION is required to access this table.");
  }
  return Ok();
}

}  // namespace

Result<GlueService::Unfiltered> GlueService::LoadUnfiltered(const protocol::Call& call, const std::string& database,
                                                            const std::string& name, const Supported& supported) {
  Unfiltered out;
  const std::string lower = AsciiLower(name);
  if (access_ != nullptr) {
    TARN_TRY(out.access, access_->OfTable(call.caller, call.scope, AsciiLower(database), lower));
    if (!out.access.Has(govern::Permission::kSelect)) return Insufficient(lower);
    if (!out.access.whole()) {
      bool is_trusted = false;
      if (engines_ != nullptr) {
        TARN_TRY(is_trusted, engines_->IsTrustedEngine(call.caller, call.scope));
      }
      if (!is_trusted) {
        return Fail(enforce::kInsufficient,
                    "Access is not allowed: the caller is no query engine that the data lake settings authorize.");
      }
    }
  }
  TARN_TRY(out.table, catalog_.GetTable(call.scope, database, name));
  TARN_CHECK(CheckTypes(out.access, supported));
  out.columns = AuthorizedColumns(out.table, out.access);
  if (out.columns.empty() && out.access.governed) return Insufficient(lower);
  if (access_ != nullptr && !out.table.location().empty()) {
    TARN_TRY(const auto location, access_->OfLocation(call.caller, out.table.location()));
    out.is_registered = location.has_value() && out.access.governed;
  }
  return out;
}

Result<gen::GetUnfilteredTableMetadataResponse> GlueService::GetUnfilteredTableMetadata(
    const protocol::Call& call, const gen::GetUnfilteredTableMetadataRequest& in) {
  TARN_TRY(Unfiltered found,
           LoadUnfiltered(call, Text(in.database_name), Text(in.name), in.supported_permission_types));
  gen::GetUnfilteredTableMetadataResponse out;
  out.table = ToWire(found.table, call.scope.account);
  out.is_registered_with_lake_formation = found.is_registered;
  out.query_authorization_id = RandomUuid();
  out.resource_arn = fmt::format("arn:aws:glue:{}:{}:table/{}/{}", call.scope.region, call.scope.account,
                                 found.table.database, found.table.name);
  if (!found.access.row_filter.empty()) out.row_filter = found.access.row_filter;
  for (const govern::ColumnAccess& column : found.access.columns) {
    if (!IsPlain(column) || (column.cell_filter.empty() && found.access.row_filter.empty())) continue;
    if (!out.cell_filters) out.cell_filters.emplace();
    gen::ColumnRowFilter filter;
    filter.column_name = column.name;
    filter.row_filter_expression = column.cell_filter.empty() ? found.access.row_filter : column.cell_filter;
    out.cell_filters->push_back(std::move(filter));
  }
  out.authorized_columns = std::move(found.columns);
  return out;
}

Result<gen::GetUnfilteredPartitionMetadataResponse> GlueService::GetUnfilteredPartitionMetadata(
    const protocol::Call& call, const gen::GetUnfilteredPartitionMetadataRequest& in) {
  TARN_TRY(Unfiltered found,
           LoadUnfiltered(call, Text(in.database_name), Text(in.table_name), in.supported_permission_types));
  TARN_TRY(const catalog::Partition partition,
           catalog_.GetPartition(call.scope, found.table.database, found.table.name, Items(in.partition_values)));
  gen::GetUnfilteredPartitionMetadataResponse out;
  out.partition = ToWire(partition, call.scope.account, found.table.database, found.table.name);
  out.authorized_columns = std::move(found.columns);
  out.is_registered_with_lake_formation = found.is_registered;
  return out;
}

Result<gen::GetUnfilteredPartitionsMetadataResponse> GlueService::GetUnfilteredPartitionsMetadata(
    const protocol::Call& call, const gen::GetUnfilteredPartitionsMetadataRequest& in) {
  TARN_TRY(Unfiltered found,
           LoadUnfiltered(call, Text(in.database_name), Text(in.table_name), in.supported_permission_types));
  TARN_TRY(auto predicate, catalog::PartitionPredicate::Compile(Text(in.expression), found.table.partition_keys));
  catalog::ListPartitionsOptions options;
  TARN_TRY(options.after, FromToken(in.next_token));
  options.limit = PageSize(in.max_results, kPartitionsPerPage);
  if (!predicate.accepts_all()) options.filter = &predicate;
  if (in.segment) {
    options.segment = static_cast<uint32_t>(in.segment->segment_number.value_or(0));
    options.segments = static_cast<uint32_t>(in.segment->total_segments.value_or(1));
    if (options.segment >= options.segments) {
      return Fail(kInvalidInput, "SegmentNumber must be less than TotalSegments.");
    }
  }
  TARN_TRY(const auto page, catalog_.ListPartitions(call.scope, found.table.database, found.table.name, options));
  gen::GetUnfilteredPartitionsMetadataResponse out;
  out.unfiltered_partitions.emplace();
  for (const catalog::Partition& partition : page.items) {
    gen::UnfilteredPartition each;
    each.partition = ToWire(partition, call.scope.account, found.table.database, found.table.name);
    each.authorized_columns = found.columns;
    each.is_registered_with_lake_formation = found.is_registered;
    out.unfiltered_partitions->push_back(std::move(each));
  }
  out.next_token = ToToken(page.next);
  return out;
}

}  // namespace tarn::api::glue
