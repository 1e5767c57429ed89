// Shares as policies of the resources in them, and what would be made of policies.
//
// A policy that is put on a resource makes no share here, so that there are no shares or permissions to promote: each
// that can be named is STANDARD already.
#include <array>
#include <utility>

#include "api/ram/convert.h"
#include "api/ram/ram_service.h"
#include "base/strings.h"
#include "json/json.h"
#include "ram/permissions.h"

namespace tarn::api::ram {

using domain::Association;
using domain::Rows;
using domain::Share;

namespace {

constexpr std::string_view kOrganizations = ":organizations:";

// "arn:aws:organizations::123456789012:ou/o-abc/ou-def" → "o-abc".
std::string OrganizationIn(std::string_view arn) {
  const auto steps = Split(arn, '/');
  return steps.size() > 1 ? std::string(steps[1]) : "";
}

// Whom the principal of a share is for a policy, and on which condition.
std::pair<json::Object, json::Object> PrincipalOf(std::string_view entity) {
  if (entity.find(kOrganizations) != std::string_view::npos) {
    json::Object principal{{"AWS", "*"}};
    const std::string organization = OrganizationIn(entity);
    if (entity.find(":ou/") == std::string_view::npos) {
      return {std::move(principal), json::Object{{"StringEquals", json::Object{{"aws:PrincipalOrgID", organization}}}}};
    }
    const std::string unit(entity.substr(entity.rfind('/') + 1));
    return {std::move(principal),
            json::Object{{"ForAnyValue:StringLike",
                          json::Object{{"aws:PrincipalOrgPaths", organization + "/*/" + unit + "/*"}}}}};
  }
  if (entity.starts_with("arn:")) return {json::Object{{"AWS", entity}}, {}};
  if (entity.find('.') != std::string_view::npos) return {json::Object{{"Service", entity}}, {}};
  return {json::Object{{"AWS", "arn:aws:iam::" + std::string(entity) + ":root"}}, {}};
}

// The conditions of both; a permission's own name no principals' organization.
json::Object Joined(json::Object conditions, const json::Value* more) {
  if (more == nullptr || !more->is_object()) return conditions;
  for (const auto& member : *more->AsObject()) conditions.push_back(member);
  return conditions;
}

// The template that goes with the share's resources of a type.
Result<std::string> TemplateOf(Rows& rows, const Share& share, const std::string& type) {
  const auto used = share.permissions.find(type);
  if (used == share.permissions.end()) return Fail(domain::kDamaged, "a share has no permission for " + type);
  if (const domain::ManagedPermission* managed = domain::ManagedOf(used->second, type)) return managed->Template();
  TARN_TRY(const auto own, rows.FindPermission(used->second));
  const auto number = share.versions.find(type);
  if (own && number != share.versions.end()) {
    if (const auto* const version = own->Version(number->second)) return version->policy;
  }
  return Fail(domain::kDamaged, "a share's permission is not there");
}

// One statement for each principal that is reached.
Status AddStatements(Rows& rows, const Share& share, const Association& resource,
                     const std::optional<std::string>& only, json::Array& statements) {
  const domain::ResourceType* const type = domain::TypeOf(resource.entity);
  if (type == nullptr) return Ok();
  TARN_TRY(const std::string text, TemplateOf(rows, share, std::string(type->name)));
  TARN_TRY(const json::Value permission, json::Parse(text));
  const json::Value* const actions = permission.Find("Action");
  if (actions == nullptr) return Fail(domain::kDamaged, "a share's permission names no action");
  for (const Association& each : share.principals) {
    if (!each.active() || (only && *only != each.entity)) continue;
    auto [principal, conditions] = PrincipalOf(each.entity);
    json::Object statement{
        {"Effect", "Allow"}, {"Principal", std::move(principal)}, {"Action", *actions}, {"Resource", resource.entity}};
    conditions = Joined(std::move(conditions), permission.Find("Condition"));
    if (!conditions.empty()) statement.emplace_back("Condition", std::move(conditions));
    statements.emplace_back(std::move(statement));
  }
  return Ok();
}

Status CheckArn(const std::string& arn) {
  if (arn.starts_with("arn:") && Split(arn, ':').size() >= 6) return Ok();
  return Fail(domain::kMalformedArn, "The specified resource ARN " + arn + " is not valid.");
}

}  // namespace

Result<gen::GetResourcePoliciesResponse> RamService::GetResourcePolicies(const protocol::Call& call,
                                                                         const gen::GetResourcePoliciesRequest& in) {
  for (const std::string& arn : *in.resource_arns) TARN_CHECK(CheckArn(arn));
  std::vector<std::string> all;
  TARN_CHECK(ram_.Read([&](Rows& rows) -> Status {
    TARN_TRY(const auto shares, ram_.AllShares(rows, call.caller.account));
    for (const std::string& arn : *in.resource_arns) {
      json::Array statements;
      for (const Share& share : shares) {
        if (share.owner != call.caller.account || share.deleted) continue;
        for (const Association& resource : share.resources) {
          if (resource.entity != arn || !resource.active()) continue;
          TARN_CHECK(AddStatements(rows, share, resource, in.principal, statements));
        }
      }
      if (statements.empty()) continue;
      all.push_back(json::Write(json::Object{{"Version", "2012-10-17"}, {"Statement", std::move(statements)}}));
    }
    return Ok();
  }));
  gen::GetResourcePoliciesResponse out;
  TARN_TRY(out.policies, PageOf(std::move(all), in, out.next_token));
  return out;
}

Result<gen::PromotePermissionCreatedFromPolicyResponse> RamService::PromotePermissionCreatedFromPolicy(
    const protocol::Call& call, const gen::PromotePermissionCreatedFromPolicyRequest& in) {
  if (domain::ManagedNamed(*in.permission_arn) == nullptr) {
    TARN_CHECK(ram_.Read([&](Rows& rows) -> Status {
      TARN_CHECK(domain::GetOwnPermission(rows, call.caller.account, *in.permission_arn));
      return Ok();
    }));
  }
  return Fail(domain::kInvalidParameter, "Permission " + *in.permission_arn +
                                             " cannot be promoted: its feature set is STANDARD, not "
                                             "CREATED_FROM_POLICY.");
}

Result<gen::PromoteResourceShareCreatedFromPolicyResponse> RamService::PromoteResourceShareCreatedFromPolicy(
    const protocol::Call& call, const gen::PromoteResourceShareCreatedFromPolicyRequest& in) {
  TARN_CHECK(CheckArn(*in.resource_share_arn));
  bool is_own = false;
  TARN_CHECK(ram_.Read([&](Rows& rows) -> Status {
    TARN_TRY(const auto shares, ram_.AllShares(rows, call.caller.account));
    is_own = std::ranges::any_of(shares, [&](const Share& share) {
      return share.arn == *in.resource_share_arn && share.owner == call.caller.account && !share.deleted;
    });
    return Ok();
  }));
  if (!is_own)
    return Fail(domain::kUnknownResource, "ResourceShare " + *in.resource_share_arn + " could not be found.");
  return Fail(domain::kInvalidState, "ResourceShare " + *in.resource_share_arn +
                                         " cannot be promoted: its feature set is STANDARD, not CREATED_FROM_POLICY.");
}

}  // namespace tarn::api::ram
