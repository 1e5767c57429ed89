#include <fmt/format.h>

#include "api/athena/athena_service.h"
#include "base/strings.h"
#include "query/errors.h"

namespace tarn::api::athena {
namespace {

// What only Spark workgroups and IAM Identity Center use is refused by name, not kept and ignored.
Status RefuseUnserved(const gen::WorkGroupConfiguration& c) {
  auto refuse = [](std::string_view member) {
    return Fail(query::kInvalidRequest, fmt::format("{} is not supported here.", member));
  };
  if (c.additional_configuration) return refuse("AdditionalConfiguration (Spark)");
  if (c.monitoring_configuration) return refuse("MonitoringConfiguration (Spark)");
  if (c.engine_configuration) return refuse("EngineConfiguration (Spark)");
  if (c.customer_content_encryption_configuration) return refuse("CustomerContentEncryptionConfiguration (Spark)");
  if (c.execution_role) return refuse("ExecutionRole (Spark, IAM Identity Center)");
  if (c.identity_center_configuration && c.identity_center_configuration->enable_identity_center.value_or(false)) {
    return refuse("IdentityCenterConfiguration");
  }
  if (c.query_results_s3_access_grants_configuration &&
      c.query_results_s3_access_grants_configuration->enable_s3_access_grants.value_or(false)) {
    return refuse("QueryResultsS3AccessGrantsConfiguration");
  }
  return Ok();
}

query::WorkGroupConfiguration ReadConfiguration(const std::optional<gen::WorkGroupConfiguration>& given) {
  query::WorkGroupConfiguration c;
  if (!given) {
    c.publish_metrics = true;
    return c;
  }
  if (given->result_configuration) c.result = ToDomain(given->result_configuration);
  if (given->managed_query_results_configuration) {
    c.managed_results = given->managed_query_results_configuration->enabled;
  }
  c.enforce = given->enforce_work_group_configuration.value_or(true);
  c.publish_metrics = given->publish_cloud_watch_metrics_enabled.value_or(false);
  c.requester_pays = given->requester_pays_enabled.value_or(false);
  c.minimum_encryption = given->enable_minimum_encryption_configuration.value_or(false);
  c.bytes_scanned_cutoff = given->bytes_scanned_cutoff_per_query;
  if (given->engine_version) c.selected_engine = given->engine_version->selected_engine_version.value_or("AUTO");
  return c;
}

gen::WorkGroupConfiguration ShowConfiguration(const query::WorkGroupConfiguration& c) {
  gen::WorkGroupConfiguration out;
  if (c.result) out.result_configuration = FromDomain(*c.result);
  if (c.managed_results) {
    out.managed_query_results_configuration.emplace();
    out.managed_query_results_configuration->enabled = c.managed_results;
  }
  out.enforce_work_group_configuration = c.enforce;
  out.publish_cloud_watch_metrics_enabled = c.publish_metrics;
  out.bytes_scanned_cutoff_per_query = c.bytes_scanned_cutoff;
  out.requester_pays_enabled = c.requester_pays;
  out.engine_version = EngineVersionOf(c.selected_engine);
  out.enable_minimum_encryption_configuration = c.minimum_encryption;
  return out;
}

void ReadResultUpdates(const gen::ResultConfigurationUpdates& given, query::WorkGroupUpdate& update) {
  update.touches_result = true;
  update.result.output_location = given.output_location;
  update.result.expected_bucket_owner = given.expected_bucket_owner;
  if (given.encryption_configuration) {
    update.result.encryption_option = given.encryption_configuration->encryption_option;
    update.result.kms_key = given.encryption_configuration->kms_key;
  }
  if (given.acl_configuration) update.result.acl_option = given.acl_configuration->s3_acl_option;
  update.remove_output_location = given.remove_output_location.value_or(false);
  update.remove_encryption = given.remove_encryption_configuration.value_or(false);
  update.remove_expected_bucket_owner = given.remove_expected_bucket_owner.value_or(false);
  update.remove_acl = given.remove_acl_configuration.value_or(false);
}

Status ReadUpdates(const gen::WorkGroupConfigurationUpdates& given, query::WorkGroupUpdate& update) {
  gen::WorkGroupConfiguration unserved;
  unserved.additional_configuration = given.additional_configuration;
  unserved.monitoring_configuration = given.monitoring_configuration;
  unserved.engine_configuration = given.engine_configuration;
  unserved.customer_content_encryption_configuration = given.customer_content_encryption_configuration;
  unserved.execution_role = given.execution_role;
  unserved.query_results_s3_access_grants_configuration = given.query_results_s3_access_grants_configuration;
  TARN_CHECK(RefuseUnserved(unserved));
  update.enforce = given.enforce_work_group_configuration;
  update.publish_metrics = given.publish_cloud_watch_metrics_enabled;
  update.requester_pays = given.requester_pays_enabled;
  update.minimum_encryption = given.enable_minimum_encryption_configuration;
  update.bytes_scanned_cutoff = given.bytes_scanned_cutoff_per_query;
  update.remove_bytes_scanned_cutoff = given.remove_bytes_scanned_cutoff_per_query.value_or(false);
  if (given.engine_version) update.selected_engine = given.engine_version->selected_engine_version;
  if (given.managed_query_results_configuration_updates) {
    update.managed_results = given.managed_query_results_configuration_updates->enabled;
  }
  if (given.result_configuration_updates) ReadResultUpdates(*given.result_configuration_updates, update);
  return Ok();
}

// The part of an ARN that names a resource of the caller's account and region.
Result<std::string> ResourceOf(const protocol::Call& call, const std::string& arn) {
  const std::string prefix = fmt::format("arn:aws:athena:{}:{}:", call.scope.region, call.scope.account);
  const std::string_view rest = std::string_view(arn).substr(std::min(arn.size(), prefix.size()));
  const bool known = rest.starts_with("workgroup/") || rest.starts_with("datacatalog/");
  if (!arn.starts_with(prefix) || !known) {
    return Fail(query::kInvalidRequest, fmt::format("Athena Resource, {} Does Not Exist", arn));
  }
  return std::string(rest);
}

}  // namespace

query::PageRequest PageOf(const std::optional<std::string>& token, const std::optional<int32_t>& max,
                          size_t otherwise) {
  query::PageRequest request;
  request.token = token.value_or("");
  request.limit = max.value_or(0) > 0 ? static_cast<size_t>(*max) : otherwise;
  return request;
}

std::optional<std::string> TokenOf(const std::string& next) {
  return next.empty() ? std::nullopt : std::optional(next);
}

std::string WorkGroupArn(const protocol::Call& call, std::string_view name) {
  return fmt::format("arn:aws:athena:{}:{}:workgroup/{}", call.scope.region, call.scope.account, name);
}
std::string DataCatalogArn(const protocol::Call& call, std::string_view name) {
  return fmt::format("arn:aws:athena:{}:{}:datacatalog/{}", call.scope.region, call.scope.account, name);
}

query::TagList ToTags(const std::optional<std::vector<gen::Tag>>& tags) {
  query::TagList list;
  if (!tags) return list;
  for (const gen::Tag& tag : *tags) list.emplace_back(tag.key.value_or(""), tag.value.value_or(""));
  return list;
}

gen::ResultConfiguration FromDomain(const query::ResultConfiguration& result) {
  gen::ResultConfiguration out;
  out.output_location = result.output_location;
  if (result.encryption_option) {
    out.encryption_configuration.emplace();
    out.encryption_configuration->encryption_option = result.encryption_option;
    out.encryption_configuration->kms_key = result.kms_key;
  }
  out.expected_bucket_owner = result.expected_bucket_owner;
  if (result.acl_option) {
    out.acl_configuration.emplace();
    out.acl_configuration->s3_acl_option = result.acl_option;
  }
  return out;
}

query::ResultConfiguration ToDomain(const std::optional<gen::ResultConfiguration>& given) {
  query::ResultConfiguration result;
  if (!given) return result;
  result.output_location = given->output_location;
  if (given->encryption_configuration) {
    result.encryption_option = given->encryption_configuration->encryption_option;
    result.kms_key = given->encryption_configuration->kms_key;
  }
  result.expected_bucket_owner = given->expected_bucket_owner;
  if (given->acl_configuration) result.acl_option = given->acl_configuration->s3_acl_option;
  return result;
}

gen::EngineVersion EngineVersionOf(const std::string& selected) {
  gen::EngineVersion version;
  version.selected_engine_version = selected;
  version.effective_engine_version = std::string(query::kEngineVersion);
  return version;
}

Result<gen::CreateWorkGroupOutput> AthenaService::CreateWorkGroup(const Call& call,
                                                                  const gen::CreateWorkGroupInput& in) {
  if (in.configuration) TARN_CHECK(RefuseUnserved(*in.configuration));
  query::WorkGroup group;
  group.name = *in.name;
  group.description = in.description;
  group.configuration = ReadConfiguration(in.configuration);
  TARN_CHECK(queries_.workgroups().Create(call.scope, std::move(group), ToTags(in.tags)));
  return gen::CreateWorkGroupOutput{};
}

Result<gen::GetWorkGroupOutput> AthenaService::GetWorkGroup(const Call& call, const gen::GetWorkGroupInput& in) {
  TARN_TRY(query::WorkGroup group, queries_.workgroups().Get(call.scope, *in.work_group));
  gen::GetWorkGroupOutput out;
  gen::WorkGroup& shown = out.work_group.emplace();
  shown.name = group.name;
  shown.state = group.enabled ? "ENABLED" : "DISABLED";
  shown.configuration = ShowConfiguration(group.configuration);
  shown.description = group.description.value_or("");
  shown.creation_time = group.created;
  return out;
}

Result<gen::UpdateWorkGroupOutput> AthenaService::UpdateWorkGroup(const Call& call,
                                                                  const gen::UpdateWorkGroupInput& in) {
  query::WorkGroupUpdate update;
  update.description = in.description;
  if (in.state) update.enabled = *in.state == "ENABLED";
  if (in.configuration_updates) TARN_CHECK(ReadUpdates(*in.configuration_updates, update));
  TARN_CHECK(queries_.workgroups().Update(call.scope, *in.work_group, update));
  return gen::UpdateWorkGroupOutput{};
}

Result<gen::DeleteWorkGroupOutput> AthenaService::DeleteWorkGroup(const Call& call,
                                                                  const gen::DeleteWorkGroupInput& in) {
  TARN_CHECK(queries_.workgroups().Delete(call.scope, *in.work_group, in.recursive_delete_option.value_or(false)));
  return gen::DeleteWorkGroupOutput{};
}

Result<gen::ListWorkGroupsOutput> AthenaService::ListWorkGroups(const Call& call, const gen::ListWorkGroupsInput& in) {
  TARN_TRY(auto page, queries_.workgroups().List(call.scope, PageOf(in.next_token, in.max_results, 50)));
  gen::ListWorkGroupsOutput out;
  out.work_groups.emplace();
  for (const query::WorkGroup& group : page.items) {
    gen::WorkGroupSummary& shown = out.work_groups->emplace_back();
    shown.name = group.name;
    shown.state = group.enabled ? "ENABLED" : "DISABLED";
    shown.description = group.description.value_or("");
    shown.creation_time = group.created;
    shown.engine_version = EngineVersionOf(group.configuration.selected_engine);
  }
  out.next_token = TokenOf(page.next);
  return out;
}

Result<gen::ListEngineVersionsOutput> AthenaService::ListEngineVersions(const Call&,
                                                                        const gen::ListEngineVersionsInput& in) {
  if (in.next_token) return Fail(query::kInvalidRequest, "NextToken is malformed.");
  gen::ListEngineVersionsOutput out;
  out.engine_versions = {EngineVersionOf("AUTO"), EngineVersionOf(std::string(query::kEngineVersion))};
  return out;
}

Result<gen::ListTagsForResourceOutput> AthenaService::ListTagsForResource(const Call& call,
                                                                          const gen::ListTagsForResourceInput& in) {
  TARN_TRY(std::string resource, ResourceOf(call, *in.resource_arn));
  TARN_TRY(query::TagList tags, queries_.ListTags(call.scope, resource));
  gen::ListTagsForResourceOutput out;
  out.tags.emplace();
  for (const auto& [key, value] : tags) out.tags->push_back({key, value});
  return out;
}

Result<gen::TagResourceOutput> AthenaService::TagResource(const Call& call, const gen::TagResourceInput& in) {
  TARN_TRY(std::string resource, ResourceOf(call, *in.resource_arn));
  TARN_CHECK(queries_.Tag(call.scope, resource, ToTags(in.tags)));
  return gen::TagResourceOutput{};
}

Result<gen::UntagResourceOutput> AthenaService::UntagResource(const Call& call, const gen::UntagResourceInput& in) {
  TARN_TRY(std::string resource, ResourceOf(call, *in.resource_arn));
  TARN_CHECK(queries_.Untag(call.scope, resource, *in.tag_keys));
  return gen::UntagResourceOutput{};
}

}  // namespace tarn::api::athena
