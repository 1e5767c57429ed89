// The versions of the schema registry's schemas, and their metadata.
#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "api/glue/convert.h"
#include "api/glue/errors.h"
#include "api/glue/glue_service.h"
#include "api/glue/schemas/schema_ids.h"
#include "base/strings.h"
#include "registry/errors.h"

namespace tarn::api::glue {
namespace {

constexpr size_t kPerPage = 25;
constexpr size_t kDeletedMax = 1000;

std::string Shown(Timestamp time) { return FormatIso8601(time, 3); }

// "5", "1-3,5": rising, each once.
Result<std::vector<int64_t>> NumbersOf(const std::string& text) {
  const Error malformed = Fail(kInvalidInput, fmt::format("The versions are not valid: {}", text));
  std::set<int64_t> numbers;
  for (const std::string_view part : Split(text, ',')) {
    const std::vector<std::string_view> ends = Split(Trim(part), '-');
    const auto from = ParseI64(ends[0]);
    const auto to = ends.size() == 2 ? ParseI64(ends[1]) : from;
    if (ends.size() > 2 || !from || !to || *from < 1 || *to < *from) return malformed;
    if (*to - *from >= static_cast<int64_t>(kDeletedMax)) return malformed;
    for (int64_t number = *from; number <= *to; ++number) numbers.insert(number);
    if (numbers.size() > kDeletedMax) return malformed;
  }
  return std::vector<int64_t>(numbers.begin(), numbers.end());
}

// What was asked for comes back, in the answers about metadata.
template <typename Out, typename In>
Out AboutMetadata(const protocol::Call& call, const In& in, const registry::Version& version) {
  Out out{.latest_version = in.schema_version_number && in.schema_version_number->latest_version.value_or(false),
          .version_number = in.schema_version_id ? 0 : version.number,
          .schema_version_id = version.id,
          .metadata_key = in.metadata_key_value->metadata_key,
          .metadata_value = in.metadata_key_value->metadata_value};
  if (!in.schema_version_id) {
    out.schema_arn = SchemaArn(call.scope, version.schema);
    out.schema_name = version.schema.schema;
    out.registry_name = version.schema.registry;
  }
  return out;
}

bool IsAsked(const std::vector<gen::MetadataKeyValuePair>& asked, const registry::Metadata& pair) {
  return asked.empty() || std::ranges::any_of(asked, [&](const gen::MetadataKeyValuePair& wanted) {
           return (!wanted.metadata_key || *wanted.metadata_key == pair.key) &&
                  (!wanted.metadata_value || *wanted.metadata_value == pair.value);
         });
}

}  // namespace

Result<gen::RegisterSchemaVersionResponse> GlueService::RegisterSchemaVersion(
    const protocol::Call& call, const gen::RegisterSchemaVersionInput& in) {
  TARN_TRY(const registry::SchemaName name, SchemaNameOf(in.schema_id));
  TARN_CHECK(CheckDefinition(Text(in.schema_definition)));
  TARN_TRY(const registry::Version version, schemas_.Register(call.scope, name, *in.schema_definition));
  return gen::RegisterSchemaVersionResponse{
      .schema_version_id = version.id, .version_number = version.number, .status = ToText(version.status)};
}

Result<gen::GetSchemaVersionResponse> GlueService::GetSchemaVersion(const protocol::Call& call,
                                                                    const gen::GetSchemaVersionInput& in) {
  TARN_TRY(const registry::VersionName name,
           VersionNameOf(in.schema_id, in.schema_version_id, in.schema_version_number));
  TARN_TRY(const registry::Version version, schemas_.GetVersion(call.scope, name));
  return gen::GetSchemaVersionResponse{.schema_version_id = version.id,
                                       .schema_definition = version.definition,
                                       .data_format = ToText(version.format),
                                       .schema_arn = SchemaArn(call.scope, version.schema),
                                       .version_number = version.number,
                                       .status = ToText(version.status),
                                       .created_time = Shown(version.create_time)};
}

Result<gen::GetSchemaByDefinitionResponse> GlueService::GetSchemaByDefinition(
    const protocol::Call& call, const gen::GetSchemaByDefinitionInput& in) {
  TARN_TRY(const registry::SchemaName name, SchemaNameOf(in.schema_id));
  TARN_CHECK(CheckDefinition(Text(in.schema_definition)));
  TARN_TRY(const registry::Version version, schemas_.FindDefinition(call.scope, name, *in.schema_definition));
  return gen::GetSchemaByDefinitionResponse{.schema_version_id = version.id,
                                            .schema_arn = SchemaArn(call.scope, version.schema),
                                            .data_format = ToText(version.format),
                                            .status = ToText(version.status),
                                            .created_time = Shown(version.create_time)};
}

Result<gen::ListSchemaVersionsResponse> GlueService::ListSchemaVersions(const protocol::Call& call,
                                                                        const gen::ListSchemaVersionsInput& in) {
  TARN_TRY(const registry::SchemaName name, SchemaNameOf(in.schema_id));
  TARN_TRY(const std::string after, FromToken(in.next_token));
  TARN_TRY(auto page, schemas_.ListVersions(call.scope, name, after, PageSize(in.max_results, kPerPage)));
  gen::ListSchemaVersionsResponse out;
  out.schemas.emplace();
  for (const registry::Version& version : page.items) {
    out.schemas->push_back({.schema_arn = SchemaArn(call.scope, name),
                            .schema_version_id = version.id,
                            .version_number = version.number,
                            .status = ToText(version.status),
                            .created_time = Shown(version.create_time)});
  }
  out.next_token = ToToken(page.next);
  return out;
}

Result<gen::DeleteSchemaVersionsResponse> GlueService::DeleteSchemaVersions(const protocol::Call& call,
                                                                            const gen::DeleteSchemaVersionsInput& in) {
  TARN_TRY(const registry::SchemaName name, SchemaNameOf(in.schema_id));
  TARN_TRY(const std::vector<int64_t> numbers, NumbersOf(Text(in.versions)));
  TARN_TRY(const auto refused, schemas_.DeleteVersions(call.scope, name, numbers));
  gen::DeleteSchemaVersionsResponse out;
  out.schema_version_errors.emplace();
  for (const auto& [number, error] : refused) {
    const gen::ErrorDetail detail = ToDetail(error);
    out.schema_version_errors->push_back(
        {.version_number = number,
         .error_details = gen::ErrorDetails{.error_code = detail.error_code, .error_message = detail.error_message}});
  }
  return out;
}

Result<gen::GetSchemaVersionsDiffResponse> GlueService::GetSchemaVersionsDiff(
    const protocol::Call& call, const gen::GetSchemaVersionsDiffInput& in) {
  TARN_TRY(const registry::SchemaName name, SchemaNameOf(in.schema_id));
  TARN_TRY(const auto first, NumberOf(in.first_schema_version_number));
  TARN_TRY(const auto second, NumberOf(in.second_schema_version_number));
  TARN_TRY(const registry::Version from, schemas_.GetVersion(call.scope, {.schema = name, .number = first}));
  TARN_TRY(const registry::Version to, schemas_.GetVersion(call.scope, {.schema = name, .number = second}));
  TARN_TRY(std::string patch, registry::Difference(from.format, from.definition, to.definition));
  return gen::GetSchemaVersionsDiffResponse{.diff = std::move(patch)};
}

Result<gen::CheckSchemaVersionValidityResponse> GlueService::CheckSchemaVersionValidity(
    const protocol::Call&, const gen::CheckSchemaVersionValidityInput& in) {
  TARN_TRY(const registry::DataFormat format, DataFormatOf(Text(in.data_format)));
  TARN_CHECK(CheckDefinition(Text(in.schema_definition)));
  auto canonical = registry::Canonical(format, *in.schema_definition);
  if (canonical.Is(registry::kInvalidInput)) {
    return gen::CheckSchemaVersionValidityResponse{.valid = false, .error = canonical.error().message};
  }
  if (!canonical.ok()) return canonical.error();
  return gen::CheckSchemaVersionValidityResponse{.valid = true};
}

Result<gen::PutSchemaVersionMetadataResponse> GlueService::PutSchemaVersionMetadata(
    const protocol::Call& call, const gen::PutSchemaVersionMetadataInput& in) {
  TARN_TRY(const registry::VersionName name,
           VersionNameOf(in.schema_id, in.schema_version_id, in.schema_version_number));
  const gen::MetadataKeyValuePair& pair = *in.metadata_key_value;
  TARN_CHECK(CheckMetadata(pair));
  TARN_TRY(const registry::Version version,
           schemas_.PutMetadata(call.scope, name, *pair.metadata_key, *pair.metadata_value));
  return AboutMetadata<gen::PutSchemaVersionMetadataResponse>(call, in, version);
}

Result<gen::RemoveSchemaVersionMetadataResponse> GlueService::RemoveSchemaVersionMetadata(
    const protocol::Call& call, const gen::RemoveSchemaVersionMetadataInput& in) {
  TARN_TRY(const registry::VersionName name,
           VersionNameOf(in.schema_id, in.schema_version_id, in.schema_version_number));
  const gen::MetadataKeyValuePair& pair = *in.metadata_key_value;
  TARN_CHECK(CheckMetadata(pair));
  TARN_TRY(const registry::Version version,
           schemas_.RemoveMetadata(call.scope, name, *pair.metadata_key, *pair.metadata_value));
  return AboutMetadata<gen::RemoveSchemaVersionMetadataResponse>(call, in, version);
}

Result<gen::QuerySchemaVersionMetadataResponse> GlueService::QuerySchemaVersionMetadata(
    const protocol::Call& call, const gen::QuerySchemaVersionMetadataInput& in) {
  TARN_TRY(const registry::VersionName name,
           VersionNameOf(in.schema_id, in.schema_version_id, in.schema_version_number));
  TARN_TRY(const registry::Version version, schemas_.GetVersion(call.scope, name));
  gen::QuerySchemaVersionMetadataResponse out{.schema_version_id = version.id};
  auto& map = out.metadata_info_map.emplace();
  // Newest first: it is a key's value, the older ones are its others. A version's few pairs fit one page.
  for (auto pair = version.metadata.rbegin(); pair != version.metadata.rend(); ++pair) {
    if (!IsAsked(Items(in.metadata_list), *pair)) continue;
    const auto found = map.find(pair->key);
    if (found == map.end()) {
      map[pair->key] = {.metadata_value = pair->value, .created_time = Shown(pair->create_time)};
      continue;
    }
    if (!found->second.other_metadata_value_list) found->second.other_metadata_value_list.emplace();
    found->second.other_metadata_value_list->push_back(
        {.metadata_value = pair->value, .created_time = Shown(pair->create_time)});
  }
  return out;
}

}  // namespace tarn::api::glue
