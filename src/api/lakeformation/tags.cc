#include "api/lakeformation/convert.h"
#include "api/lakeformation/lakeformation_service.h"
#include "base/strings.h"

namespace tarn::api::lakeformation {
namespace {

using Tags = std::map<std::string, std::string>;
using Pairs = std::optional<std::vector<gen::LFTagPair>>;

std::vector<std::string> Lower(const std::optional<std::vector<std::string>>& values) {
  std::vector<std::string> lower;
  for (const std::string& value : Items(values)) lower.push_back(AsciiLower(value));
  return lower;
}

std::vector<govern::TagValues> FromPairs(const Pairs& pairs) {
  std::vector<govern::TagValues> out;
  for (const gen::LFTagPair& pair : Items(pairs))
    out.push_back({AsciiLower(Text(pair.tag_key)), Lower(pair.tag_values)});
  return out;
}

gen::LFTagPair ToPair(const std::string& account, std::string key, std::vector<std::string> values) {
  return {.catalog_id = account, .tag_key = std::move(key), .tag_values = std::move(values)};
}

// Absent when there are none.
Pairs ToPairs(const std::string& account, const Tags& tags) {
  if (tags.empty()) return std::nullopt;
  Pairs out(std::in_place);
  for (const auto& [key, value] : tags) out->push_back(ToPair(account, key, {value}));
  return out;
}

std::optional<std::vector<gen::ColumnLFTag>> ToColumns(const std::string& account,
                                                       const std::vector<std::pair<std::string, Tags>>& columns) {
  if (columns.empty()) return std::nullopt;
  std::optional<std::vector<gen::ColumnLFTag>> out(std::in_place);
  for (const auto& [name, tags] : columns) out->push_back({.name = name, .lf_tags = ToPairs(account, tags)});
  return out;
}

std::vector<gen::LFTagError> ToErrors(const std::string& account, std::vector<govern::TagFailure> failures) {
  std::vector<gen::LFTagError> out;
  for (govern::TagFailure& failure : failures) {
    gen::ErrorDetail detail{.error_code = std::string(CodeOf(failure.error)), .error_message = failure.error.message};
    out.push_back({.lf_tag = ToPair(account, std::move(failure.tag.key), std::move(failure.tag.values)),
                   .error = std::move(detail)});
  }
  return out;
}

}  // namespace

Result<gen::CreateLFTagResponse> LakeFormationService::CreateLFTag(const protocol::Call& call,
                                                                   const gen::CreateLFTagRequest& in) {
  TARN_TRY(const Scope scope, ScopeOf(call, in.catalog_id));
  TARN_CHECK(governor_.CreateTag(call.caller, scope, {Text(in.tag_key), Items(in.tag_values)}));
  return gen::CreateLFTagResponse{};
}

Result<gen::UpdateLFTagResponse> LakeFormationService::UpdateLFTag(const protocol::Call& call,
                                                                   const gen::UpdateLFTagRequest& in) {
  TARN_TRY(const Scope scope, ScopeOf(call, in.catalog_id));
  TARN_CHECK(governor_.UpdateTag(call.caller, scope, AsciiLower(Text(in.tag_key)), Lower(in.tag_values_to_delete),
                                 Lower(in.tag_values_to_add)));
  return gen::UpdateLFTagResponse{};
}

Result<gen::DeleteLFTagResponse> LakeFormationService::DeleteLFTag(const protocol::Call& call,
                                                                   const gen::DeleteLFTagRequest& in) {
  TARN_TRY(const Scope scope, ScopeOf(call, in.catalog_id));
  TARN_CHECK(governor_.DeleteTag(call.caller, scope, AsciiLower(Text(in.tag_key))));
  return gen::DeleteLFTagResponse{};
}

Result<gen::GetLFTagResponse> LakeFormationService::GetLFTag(const protocol::Call& call,
                                                             const gen::GetLFTagRequest& in) {
  TARN_TRY(const Scope scope, ScopeOf(call, in.catalog_id));
  TARN_TRY(govern::Tag tag, governor_.GetTag(call.caller, scope, AsciiLower(Text(in.tag_key))));
  return gen::GetLFTagResponse{
      .catalog_id = scope.account, .tag_key = std::move(tag.key), .tag_values = std::move(tag.values)};
}

Result<gen::ListLFTagsResponse> LakeFormationService::ListLFTags(const protocol::Call& call,
                                                                 const gen::ListLFTagsRequest& in) {
  TARN_TRY(const Scope scope, ScopeOf(call, in.catalog_id));
  TARN_TRY(auto tags, governor_.ListTags(call.caller, scope));
  std::vector<gen::LFTagPair> rows;
  for (govern::Tag& tag : tags) rows.push_back(ToPair(scope.account, std::move(tag.key), std::move(tag.values)));
  TARN_TRY(auto page, Page(std::move(rows), in.next_token, in.max_results));
  return gen::ListLFTagsResponse{.lf_tags = std::move(page.items), .next_token = std::move(page.next)};
}

Result<gen::AddLFTagsToResourceResponse> LakeFormationService::AddLFTagsToResource(
    const protocol::Call& call, const gen::AddLFTagsToResourceRequest& in) {
  TARN_TRY(const Scope scope, ScopeOf(call, in.catalog_id, in.resource));
  TARN_TRY(const govern::Resource resource, FromWire(*in.resource));
  TARN_TRY(auto failures, governor_.TagResource(call.caller, scope, resource, FromPairs(in.lf_tags)));
  return gen::AddLFTagsToResourceResponse{.failures = ToErrors(scope.account, std::move(failures))};
}

Result<gen::RemoveLFTagsFromResourceResponse> LakeFormationService::RemoveLFTagsFromResource(
    const protocol::Call& call, const gen::RemoveLFTagsFromResourceRequest& in) {
  TARN_TRY(const Scope scope, ScopeOf(call, in.catalog_id, in.resource));
  TARN_TRY(const govern::Resource resource, FromWire(*in.resource));
  TARN_TRY(auto failures, governor_.UntagResource(call.caller, scope, resource, FromPairs(in.lf_tags)));
  return gen::RemoveLFTagsFromResourceResponse{.failures = ToErrors(scope.account, std::move(failures))};
}

Result<gen::GetResourceLFTagsResponse> LakeFormationService::GetResourceLFTags(
    const protocol::Call& call, const gen::GetResourceLFTagsRequest& in) {
  TARN_TRY(const Scope scope, ScopeOf(call, in.catalog_id, in.resource));
  TARN_TRY(const govern::Resource resource, FromWire(*in.resource));
  TARN_TRY(const auto tags, governor_.GetTags(call.caller, scope, resource, in.show_assigned_lf_tags.value_or(false)));
  return gen::GetResourceLFTagsResponse{.lf_tag_on_database = ToPairs(scope.account, tags.database),
                                        .lf_tags_on_table = ToPairs(scope.account, tags.table),
                                        .lf_tags_on_columns = ToColumns(scope.account, tags.columns)};
}

Result<gen::SearchDatabasesByLFTagsResponse> LakeFormationService::SearchDatabasesByLFTags(
    const protocol::Call& call, const gen::SearchDatabasesByLFTagsRequest& in) {
  TARN_TRY(const Scope scope, ScopeOf(call, in.catalog_id));
  TARN_TRY(const auto found, governor_.SearchDatabases(call.caller, scope, FromWire(in.expression)));
  std::vector<gen::TaggedDatabase> rows;
  for (const govern::TaggedDatabase& each : found) {
    gen::TaggedDatabase row;
    row.database = {.catalog_id = scope.account, .name = each.name};
    row.lf_tags = ToPairs(scope.account, each.tags);
    rows.push_back(std::move(row));
  }
  TARN_TRY(auto page, Page(std::move(rows), in.next_token, in.max_results, 100));
  return gen::SearchDatabasesByLFTagsResponse{.next_token = std::move(page.next),
                                              .database_list = std::move(page.items)};
}

Result<gen::SearchTablesByLFTagsResponse> LakeFormationService::SearchTablesByLFTags(
    const protocol::Call& call, const gen::SearchTablesByLFTagsRequest& in) {
  TARN_TRY(const Scope scope, ScopeOf(call, in.catalog_id));
  TARN_TRY(const auto found, governor_.SearchTables(call.caller, scope, FromWire(in.expression)));
  std::vector<gen::TaggedTable> rows;
  for (const govern::TaggedTable& each : found) {
    gen::TaggedTable row;
    row.table = {.catalog_id = scope.account, .database_name = each.database, .name = each.name};
    row.lf_tag_on_database = ToPairs(scope.account, each.tags.database);
    row.lf_tags_on_table = ToPairs(scope.account, each.tags.table);
    row.lf_tags_on_columns = ToColumns(scope.account, each.tags.columns);
    rows.push_back(std::move(row));
  }
  TARN_TRY(auto page, Page(std::move(rows), in.next_token, in.max_results, 100));
  return gen::SearchTablesByLFTagsResponse{.next_token = std::move(page.next), .table_list = std::move(page.items)};
}

}  // namespace tarn::api::lakeformation
