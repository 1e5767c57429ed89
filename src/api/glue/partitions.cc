#include <algorithm>

#include "api/glue/convert.h"
#include "api/glue/errors.h"
#include "api/glue/glue_service.h"
#include "base/strings.h"

namespace tarn::api::glue {
namespace {

constexpr size_t kPartitionsPerPage = 1000;

std::vector<std::vector<std::string>> ValuesOf(const std::vector<gen::PartitionValueList>& lists) {
  std::vector<std::vector<std::string>> out;
  out.reserve(lists.size());
  for (const gen::PartitionValueList& list : lists) out.push_back(Items(list.values));
  return out;
}

Status FirstError(const std::vector<catalog::ItemError>& errors) {
  return errors.empty() ? Ok() : Status(errors.front().error);
}

}  // namespace

Result<gen::CreatePartitionResponse> GlueService::CreatePartition(const protocol::Call& call,
                                                                  const gen::CreatePartitionRequest& in) {
  TARN_TRY(auto errors, Seen(call).CreatePartitions(call.scope, Text(in.database_name), Text(in.table_name),
                                                    {FromWire(*in.partition_input)}));
  TARN_CHECK(FirstError(errors));
  return gen::CreatePartitionResponse{};
}

Result<gen::BatchCreatePartitionResponse> GlueService::BatchCreatePartition(
    const protocol::Call& call, const gen::BatchCreatePartitionRequest& in) {
  const auto& inputs = Items(in.partition_input_list);
  std::vector<catalog::Partition> partitions;
  for (const gen::PartitionInput& input : inputs) partitions.push_back(FromWire(input));
  TARN_TRY(auto errors,
           Seen(call).CreatePartitions(call.scope, Text(in.database_name), Text(in.table_name), std::move(partitions)));
  gen::BatchCreatePartitionResponse out;
  for (const catalog::ItemError& error : errors) {
    if (!out.errors) out.errors.emplace();
    out.errors->push_back(
        {.partition_values = Items(inputs[error.index].values), .error_detail = ToDetail(error.error)});
  }
  return out;
}

Result<gen::UpdatePartitionResponse> GlueService::UpdatePartition(const protocol::Call& call,
                                                                  const gen::UpdatePartitionRequest& in) {
  TARN_TRY(auto errors, Seen(call).UpdatePartitions(call.scope, Text(in.database_name), Text(in.table_name),
                                                    {{Items(in.partition_value_list), FromWire(*in.partition_input)}}));
  TARN_CHECK(FirstError(errors));
  return gen::UpdatePartitionResponse{};
}

Result<gen::BatchUpdatePartitionResponse> GlueService::BatchUpdatePartition(
    const protocol::Call& call, const gen::BatchUpdatePartitionRequest& in) {
  const auto& entries = Items(in.entries);
  std::vector<catalog::PartitionUpdate> updates;
  for (const gen::BatchUpdatePartitionRequestEntry& entry : entries) {
    updates.push_back({Items(entry.partition_value_list), FromWire(*entry.partition_input)});
  }
  TARN_TRY(auto errors,
           Seen(call).UpdatePartitions(call.scope, Text(in.database_name), Text(in.table_name), std::move(updates)));
  gen::BatchUpdatePartitionResponse out;
  for (const catalog::ItemError& error : errors) {
    if (!out.errors) out.errors.emplace();
    out.errors->push_back({.partition_value_list = Items(entries[error.index].partition_value_list),
                           .error_detail = ToDetail(error.error)});
  }
  return out;
}

Result<gen::DeletePartitionResponse> GlueService::DeletePartition(const protocol::Call& call,
                                                                  const gen::DeletePartitionRequest& in) {
  TARN_TRY(auto errors, Seen(call).DeletePartitions(call.scope, Text(in.database_name), Text(in.table_name),
                                                    {Items(in.partition_values)}));
  TARN_CHECK(FirstError(errors));
  return gen::DeletePartitionResponse{};
}

Result<gen::BatchDeletePartitionResponse> GlueService::BatchDeletePartition(
    const protocol::Call& call, const gen::BatchDeletePartitionRequest& in) {
  const auto values = ValuesOf(Items(in.partitions_to_delete));
  TARN_TRY(auto errors, Seen(call).DeletePartitions(call.scope, Text(in.database_name), Text(in.table_name), values));
  gen::BatchDeletePartitionResponse out;
  for (const catalog::ItemError& error : errors) {
    if (!out.errors) out.errors.emplace();
    out.errors->push_back({.partition_values = values[error.index], .error_detail = ToDetail(error.error)});
  }
  return out;
}

Result<gen::GetPartitionResponse> GlueService::GetPartition(const protocol::Call& call,
                                                            const gen::GetPartitionRequest& in) {
  TARN_TRY(catalog::Partition partition, Seen(call).GetPartition(call.scope, Text(in.database_name),
                                                                 Text(in.table_name), Items(in.partition_values)));
  return gen::GetPartitionResponse{
      .partition =
          ToWire(partition, call.scope.account, AsciiLower(Text(in.database_name)), AsciiLower(Text(in.table_name)))};
}

Result<gen::BatchGetPartitionResponse> GlueService::BatchGetPartition(const protocol::Call& call,
                                                                      const gen::BatchGetPartitionRequest& in) {
  TARN_TRY(auto partitions, Seen(call).GetPartitions(call.scope, Text(in.database_name), Text(in.table_name),
                                                     ValuesOf(Items(in.partitions_to_get))));
  gen::BatchGetPartitionResponse out;
  out.partitions.emplace();
  out.unprocessed_keys.emplace();
  for (const catalog::Partition& partition : partitions) {
    out.partitions->push_back(
        ToWire(partition, call.scope.account, AsciiLower(Text(in.database_name)), AsciiLower(Text(in.table_name))));
  }
  return out;
}

Result<gen::GetPartitionsResponse> GlueService::GetPartitions(const protocol::Call& call,
                                                              const gen::GetPartitionsRequest& in) {
  if (in.transaction_id) return Fail(kNotSupported, "TransactionId (governed tables) is not supported.");
  if (in.query_as_of_time) return Fail(kNotSupported, "QueryAsOfTime is not supported.");
  TARN_TRY(catalog::Table table, Seen(call).GetTable(call.scope, Text(in.database_name), Text(in.table_name)));
  TARN_TRY(auto predicate, catalog::PartitionPredicate::Compile(Text(in.expression), table.partition_keys));
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
  TARN_TRY(auto page, Seen(call).ListPartitions(call.scope, table.database, table.name, options));
  gen::GetPartitionsResponse out;
  out.partitions.emplace();
  const bool with_columns = !in.exclude_column_schema.value_or(false);
  for (const catalog::Partition& partition : page.items) {
    out.partitions->push_back(ToWire(partition, call.scope.account, table.database, table.name, with_columns));
  }
  out.next_token = ToToken(page.next);
  return out;
}

Result<gen::CreatePartitionIndexResponse> GlueService::CreatePartitionIndex(
    const protocol::Call& call, const gen::CreatePartitionIndexRequest& in) {
  TARN_CHECK(Seen(call).CreatePartitionIndex(call.scope, Text(in.database_name), Text(in.table_name),
                                             {Text(in.partition_index->index_name), Items(in.partition_index->keys)}));
  return gen::CreatePartitionIndexResponse{};
}

Result<gen::DeletePartitionIndexResponse> GlueService::DeletePartitionIndex(
    const protocol::Call& call, const gen::DeletePartitionIndexRequest& in) {
  TARN_CHECK(
      Seen(call).DeletePartitionIndex(call.scope, Text(in.database_name), Text(in.table_name), Text(in.index_name)));
  return gen::DeletePartitionIndexResponse{};
}

Result<gen::GetPartitionIndexesResponse> GlueService::GetPartitionIndexes(const protocol::Call& call,
                                                                          const gen::GetPartitionIndexesRequest& in) {
  TARN_TRY(catalog::Table table, Seen(call).GetTable(call.scope, Text(in.database_name), Text(in.table_name)));
  TARN_TRY(auto indexes, Seen(call).ListPartitionIndexes(call.scope, table.database, table.name));
  gen::GetPartitionIndexesResponse out;
  out.partition_index_descriptor_list.emplace();
  for (const catalog::PartitionIndex& index : indexes) {
    gen::PartitionIndexDescriptor descriptor{.index_name = index.name, .index_status = "ACTIVE"};
    descriptor.keys.emplace();
    for (const std::string& key : index.keys) {
      auto column = std::ranges::find_if(table.partition_keys, [&](const catalog::Column& candidate) {
        return EqualsIgnoreCase(candidate.name, key);
      });
      gen::KeySchemaElement element{.name = key};
      if (column != table.partition_keys.end()) element.type = column->type;
      descriptor.keys->push_back(std::move(element));
    }
    out.partition_index_descriptor_list->push_back(std::move(descriptor));
  }
  return out;
}

}  // namespace tarn::api::glue
