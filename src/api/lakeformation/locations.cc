#include "api/lakeformation/convert.h"
#include "api/lakeformation/lakeformation_service.h"

namespace tarn::api::lakeformation {
namespace {

// The role that AWS makes for registrations without one.
std::string ServiceLinkedRole(const std::string& account) {
  return "arn:aws:iam::" + account +
         ":role/aws-service-role/lakeformation.amazonaws.com/AWSServiceRoleForLakeFormationDataAccess";
}

gen::ResourceInfo ToWire(const govern::DataLocation& in, const std::string& account) {
  return {.resource_arn = in.arn,
          .role_arn = in.role_arn.empty() ? ServiceLinkedRole(account) : in.role_arn,
          .last_modified = in.modified,
          .with_federation = in.with_federation,
          .hybrid_access_enabled = in.hybrid,
          .with_privileged_access = in.privileged,
          .expected_resource_owner_account = in.expected_owner};
}

const std::string& FieldOf(const gen::ResourceInfo& info, const std::string& field) {
  return field == "ROLE_ARN" ? Text(info.role_arn) : Text(info.resource_arn);
}

Result<bool> Meets(const gen::ResourceInfo& info, const gen::FilterCondition& condition) {
  const auto& values = Items(condition.string_value_list);
  if (values.empty()) return Fail(kInvalidInput, "StringValueList cannot be empty.");
  if (condition.field == "LAST_MODIFIED") return Fail(kNotSupported, "Conditions on LAST_MODIFIED are not supported.");
  const std::string& has = FieldOf(info, Text(condition.field));
  const std::string& with = Text(condition.comparison_operator);
  const std::string& value = values.front();
  if (with == "EQ") return has == value;
  if (with == "NE") return has != value;
  if (with == "LE") return has <= value;
  if (with == "LT") return has < value;
  if (with == "GE") return has >= value;
  if (with == "GT") return has > value;
  if (with == "CONTAINS") return has.find(value) != std::string::npos;
  if (with == "NOT_CONTAINS") return has.find(value) == std::string::npos;
  if (with == "BEGINS_WITH") return has.starts_with(value);
  if (with == "IN") return std::ranges::find(values, has) != values.end();
  if (with == "BETWEEN" && values.size() == 2) return has >= values[0] && has <= values[1];
  return Fail(kInvalidInput, "Invalid filter condition.");
}

}  // namespace

Result<gen::RegisterResourceResponse> LakeFormationService::RegisterResource(const protocol::Call& call,
                                                                             const gen::RegisterResourceRequest& in) {
  if (in.role_arn && in.use_service_linked_role.value_or(false)) {
    return Fail(kInvalidInput, "RoleArn and UseServiceLinkedRole cannot both be given.");
  }
  govern::DataLocation location;
  location.arn = Text(in.resource_arn);
  location.role_arn = Text(in.role_arn);
  location.with_federation = in.with_federation;
  location.hybrid = in.hybrid_access_enabled;
  location.privileged = in.with_privileged_access;
  location.expected_owner = in.expected_resource_owner_account;
  TARN_CHECK(governor_.Register(call.scope, std::move(location)));
  return gen::RegisterResourceResponse{};
}

Result<gen::UpdateResourceResponse> LakeFormationService::UpdateResource(const protocol::Call& call,
                                                                         const gen::UpdateResourceRequest& in) {
  govern::DataLocation changes;
  changes.arn = Text(in.resource_arn);
  changes.role_arn = Text(in.role_arn);
  changes.with_federation = in.with_federation;
  changes.hybrid = in.hybrid_access_enabled;
  changes.expected_owner = in.expected_resource_owner_account;
  TARN_CHECK(governor_.UpdateLocation(call.scope, changes));
  return gen::UpdateResourceResponse{};
}

Result<gen::DeregisterResourceResponse> LakeFormationService::DeregisterResource(
    const protocol::Call& call, const gen::DeregisterResourceRequest& in) {
  TARN_CHECK(governor_.Deregister(call.scope, Text(in.resource_arn)));
  return gen::DeregisterResourceResponse{};
}

Result<gen::DescribeResourceResponse> LakeFormationService::DescribeResource(const protocol::Call& call,
                                                                             const gen::DescribeResourceRequest& in) {
  TARN_TRY(const govern::DataLocation location, governor_.GetLocation(call.scope, Text(in.resource_arn)));
  return gen::DescribeResourceResponse{.resource_info = ToWire(location, call.scope.account)};
}

Result<gen::ListResourcesResponse> LakeFormationService::ListResources(const protocol::Call& call,
                                                                       const gen::ListResourcesRequest& in) {
  TARN_TRY(const auto locations, governor_.ListLocations(call.scope));
  std::vector<gen::ResourceInfo> found;
  for (const govern::DataLocation& location : locations) {
    gen::ResourceInfo info = ToWire(location, call.scope.account);
    bool is_wanted = true;
    for (const gen::FilterCondition& condition : Items(in.filter_condition_list)) {
      TARN_TRY(const bool meets, Meets(info, condition));
      is_wanted = is_wanted && meets;
    }
    if (is_wanted) found.push_back(std::move(info));
  }
  TARN_TRY(auto page, Page(std::move(found), in.next_token, in.max_results));
  return gen::ListResourcesResponse{.resource_info_list = std::move(page.items), .next_token = std::move(page.next)};
}

}  // namespace tarn::api::lakeformation
