// RAM's permissions: AWS's and customer managed ones, and which of them go with shares.
#include "ram/permissions.h"

#include <utility>

#include "api/ram/convert.h"
#include "api/ram/ram_service.h"
#include "base/strings.h"

namespace tarn::api::ram {

using domain::Permission;
using domain::PermissionVersion;
using domain::Rows;
using domain::Share;

namespace {

gen::ResourceSharePermissionDetail DetailOf(const gen::ResourceSharePermissionSummary& summary, std::string policy) {
  gen::ResourceSharePermissionDetail out;
  out.arn = summary.arn;
  out.version = summary.version;
  out.default_version = summary.default_version;
  out.name = summary.name;
  out.resource_type = summary.resource_type;
  out.creation_time = summary.creation_time;
  out.last_updated_time = summary.last_updated_time;
  out.is_resource_type_default = summary.is_resource_type_default;
  out.permission_type = summary.permission_type;
  out.feature_set = summary.feature_set;
  out.status = summary.status;
  out.tags = summary.tags;
  out.permission = std::move(policy);
  return out;
}

// The version that is asked for, the default one otherwise. Errors: kInvalidParameter.
Result<const PermissionVersion*> VersionOf(const Permission& permission, const std::optional<int32_t>& asked) {
  const int64_t number = asked ? *asked : permission.default_version;
  const PermissionVersion* const found = permission.Version(number);
  if (found != nullptr) return found;
  return Fail(domain::kInvalidParameter,
              "Permission " + permission.arn + " does not have a version " + std::to_string(number) + ".");
}

// Errors: kInvalidParameter.
template <typename In>
Status RefuseParameters(const In& in) {
  if (!in.permission_template_parameters || in.permission_template_parameters->empty()) return Ok();
  return Fail(domain::kInvalidParameter, "Parameters of permission templates are not supported.");
}

// A share of the caller's. Errors: kUnknownResource.
Result<Share> GetShare(Rows& rows, const protocol::Call& call, const std::string& arn) {
  TARN_TRY(Share share, rows.Get(arn));
  if (share.owner == call.caller.account && !share.deleted) return share;
  return Fail(domain::kUnknownResource, "ResourceShare " + arn + " could not be found.");
}

gen::AssociatedPermission AssociationOf(const Share& share, const std::string& type, const std::string& arn,
                                        const std::vector<Permission>& own) {
  gen::AssociatedPermission out;
  out.arn = arn;
  const auto version = share.versions.find(type);
  const auto customer = std::ranges::find(own, arn, &Permission::arn);
  const domain::ManagedPermission* const managed = domain::ManagedOf(arn, type);
  const int64_t number = version != share.versions.end() ? version->second : managed != nullptr ? managed->version : 1;
  out.permission_version = std::to_string(number);
  out.default_version = customer == own.end() || customer->default_version == number;
  out.resource_type = type;
  out.status = "ASSOCIATED";
  out.feature_set = "STANDARD";
  out.last_updated_time = share.updated;
  out.resource_share_arn = share.arn;
  return out;
}

gen::ReplacePermissionAssociationsWork ToWire(const domain::Replacement& done) {
  gen::ReplacePermissionAssociationsWork out;
  out.id = done.id;
  out.from_permission_arn = done.from;
  if (done.from_version != 0) out.from_permission_version = std::to_string(done.from_version);
  out.to_permission_arn = done.to;
  out.to_permission_version = std::to_string(done.to_version);
  out.status = "COMPLETED";  // it is kept with the change itself
  out.creation_time = done.made;
  out.last_updated_time = done.made;
  return out;
}

}  // namespace

Result<gen::CreatePermissionResponse> RamService::CreatePermission(const protocol::Call& call,
                                                                   const gen::CreatePermissionRequest& in) {
  TARN_CHECK(RefuseParameters(in));
  gen::CreatePermissionResponse out;
  TARN_CHECK(ram_.Change([&](Rows& rows) -> Status {
    domain::NewPermission made{.owner = call.caller.account,
                               .region = call.scope.region,
                               .name = *in.name,
                               .type = *in.resource_type,
                               .policy = *in.policy_template,
                               .tags = {}};
    for (const gen::Tag& tag : in.tags.value_or(std::vector<gen::Tag>())) {
      made.tags[tag.key.value_or("")] = tag.value.value_or("");
    }
    TARN_TRY(const Permission permission, domain::CreatePermission(rows, std::move(made)));
    out.permission = ram::ToWire(permission, permission.versions.front());
    return Ok();
  }));
  out.client_token = in.client_token;
  return out;
}

Result<gen::CreatePermissionVersionResponse> RamService::CreatePermissionVersion(
    const protocol::Call& call, const gen::CreatePermissionVersionRequest& in) {
  TARN_CHECK(RefuseParameters(in));
  gen::CreatePermissionVersionResponse out;
  TARN_CHECK(ram_.Change([&](Rows& rows) -> Status {
    TARN_TRY(Permission permission, domain::GetOwnPermission(rows, call.caller.account, *in.permission_arn));
    TARN_CHECK(domain::AddVersion(rows, permission, *in.policy_template));
    out.permission = DetailOf(ram::ToWire(permission, permission.versions.back()), *in.policy_template);
    return Ok();
  }));
  out.client_token = in.client_token;
  return out;
}

Result<gen::DeletePermissionResponse> RamService::DeletePermission(const protocol::Call& call,
                                                                   const gen::DeletePermissionRequest& in) {
  TARN_CHECK(ram_.Change([&](Rows& rows) -> Status {
    TARN_TRY(const Permission permission, domain::GetOwnPermission(rows, call.caller.account, *in.permission_arn));
    return domain::DeletePermission(rows, permission);
  }));
  gen::DeletePermissionResponse out;
  out.return_value = true;
  out.permission_status = "DELETED";
  out.client_token = in.client_token;
  return out;
}

Result<gen::DeletePermissionVersionResponse> RamService::DeletePermissionVersion(
    const protocol::Call& call, const gen::DeletePermissionVersionRequest& in) {
  TARN_CHECK(ram_.Change([&](Rows& rows) -> Status {
    TARN_TRY(Permission permission, domain::GetOwnPermission(rows, call.caller.account, *in.permission_arn));
    return domain::DeleteVersion(rows, permission, *in.permission_version);
  }));
  gen::DeletePermissionVersionResponse out;
  out.return_value = true;
  out.permission_status = "DELETED";
  out.client_token = in.client_token;
  return out;
}

Result<gen::SetDefaultPermissionVersionResponse> RamService::SetDefaultPermissionVersion(
    const protocol::Call& call, const gen::SetDefaultPermissionVersionRequest& in) {
  TARN_CHECK(ram_.Change([&](Rows& rows) -> Status {
    TARN_TRY(Permission permission, domain::GetOwnPermission(rows, call.caller.account, *in.permission_arn));
    return domain::SetDefaultVersion(rows, permission, *in.permission_version);
  }));
  gen::SetDefaultPermissionVersionResponse out;
  out.return_value = true;
  out.client_token = in.client_token;
  return out;
}

Result<gen::UpdatePermissionResponse> RamService::UpdatePermission(const protocol::Call& call,
                                                                   const gen::UpdatePermissionRequest& in) {
  TARN_CHECK(ram_.Change([&](Rows& rows) -> Status {
    TARN_TRY(Permission permission, domain::GetOwnPermission(rows, call.caller.account, *in.permission_arn));
    permission.deprecated = *in.status == "DEPRECATED";
    permission.updated = rows.now();
    rows.Put(permission);
    return Ok();
  }));
  gen::UpdatePermissionResponse out;
  out.permission_status = in.status;
  out.client_token = in.client_token;
  return out;
}

Result<gen::ListPermissionsResponse> RamService::ListPermissions(const protocol::Call& call,
                                                                 const gen::ListPermissionsRequest& in) {
  constexpr std::string_view kScopes[] = {"ALL", "AWS", "LOCAL", "AWS_MANAGED", "CUSTOMER_MANAGED"};
  const std::string scope = in.permission_type.value_or("ALL");
  if (std::ranges::find(kScopes, scope) == std::end(kScopes)) {
    return Fail(domain::kInvalidParameter, scope + " is not a valid scope. Must be one of: ALL, AWS, LOCAL.");
  }
  // The service is named as it is, the kind of resource in any case.
  const auto named = [&](std::string_view type) {
    return !in.resource_type || (EqualsIgnoreCase(*in.resource_type, type) &&
                                 in.resource_type->starts_with(type.substr(0, type.find(':') + 1)));
  };
  if (in.resource_type && std::ranges::none_of(domain::ResourceTypes(), named, &domain::ResourceType::name)) {
    return Fail(domain::kInvalidParameter, "Invalid resource type: " + *in.resource_type);
  }
  std::vector<gen::ResourceSharePermissionSummary> all;
  const auto add = [&](gen::ResourceSharePermissionSummary summary) {
    if (in.permission_status && *in.permission_status != *summary.status) return;
    all.push_back(std::move(summary));
  };
  if (scope != "CUSTOMER_MANAGED" && scope != "LOCAL") {
    for (const domain::ManagedPermission& each : domain::ManagedPermissions()) {
      if (named(each.type)) add(ram::ToWire(each));
    }
  }
  if (scope != "AWS_MANAGED" && scope != "AWS") {
    TARN_CHECK(ram_.Read([&](Rows& rows) -> Status {
      TARN_TRY(const auto own, rows.Permissions());
      for (const Permission& each : own) {
        if (each.owner != call.caller.account || !named(each.type)) continue;
        add(ram::ToWire(each, *each.Version(each.default_version)));
      }
      return Ok();
    }));
  }
  gen::ListPermissionsResponse out;
  TARN_TRY(out.permissions, PageOf(std::move(all), in, out.next_token));
  return out;
}

Result<gen::ListPermissionVersionsResponse> RamService::ListPermissionVersions(
    const protocol::Call& call, const gen::ListPermissionVersionsRequest& in) {
  std::vector<gen::ResourceSharePermissionSummary> all;
  if (const domain::ManagedPermission* managed = domain::ManagedNamed(*in.permission_arn)) {
    all.push_back(ram::ToWire(*managed));
  } else {
    TARN_CHECK(ram_.Read([&](Rows& rows) -> Status {
      TARN_TRY(const Permission permission, domain::GetOwnPermission(rows, call.caller.account, *in.permission_arn));
      for (const PermissionVersion& version : permission.versions) all.push_back(ram::ToWire(permission, version));
      return Ok();
    }));
  }
  gen::ListPermissionVersionsResponse out;
  TARN_TRY(out.permissions, PageOf(std::move(all), in, out.next_token));
  return out;
}

Result<gen::GetPermissionResponse> RamService::GetPermission(const protocol::Call& call,
                                                             const gen::GetPermissionRequest& in) {
  TARN_CHECK(RefuseParameters(in));
  gen::GetPermissionResponse out;
  if (const domain::ManagedPermission* managed = domain::ManagedNamed(*in.permission_arn)) {
    if (in.permission_version && *in.permission_version != managed->version) {
      return Fail(domain::kUnknownResource, "Permission " + *in.permission_arn + " could not be found.");
    }
    out.permission = DetailOf(ram::ToWire(*managed), managed->Template());
    return out;
  }
  TARN_CHECK(ram_.Read([&](Rows& rows) -> Status {
    if (in.permission_arn->starts_with("arn:aws:ram::aws:permission/")) {
      return Fail(domain::kUnknownResource, "Permission " + *in.permission_arn + " could not be found.");
    }
    TARN_TRY(const Permission permission, domain::GetOwnPermission(rows, call.caller.account, *in.permission_arn));
    TARN_TRY(const PermissionVersion* const version, VersionOf(permission, in.permission_version));
    out.permission = DetailOf(ram::ToWire(permission, *version), version->policy);
    return Ok();
  }));
  return out;
}

Result<gen::ListResourceSharePermissionsResponse> RamService::ListResourceSharePermissions(
    const protocol::Call& call, const gen::ListResourceSharePermissionsRequest& in) {
  gen::ListResourceSharePermissionsResponse out;
  TARN_CHECK(ram_.Read([&](Rows& rows) -> Status {
    TARN_TRY(const auto shares, ram_.AllShares(rows, call.caller.account));
    const auto share = std::ranges::find(shares, *in.resource_share_arn, &Share::arn);
    bool seen = share != shares.end();
    if (seen && share->owner != call.caller.account) {
      TARN_TRY(seen, Sees(ram_, *share, call.caller.account, false));
    }
    if (!seen) {
      return Fail(domain::kUnknownResource, "ResourceShare " + *in.resource_share_arn + " could not be found.");
    }
    TARN_TRY(const auto own, rows.Permissions());
    std::vector<gen::ResourceSharePermissionSummary> all;
    for (const auto& [type, arn] : share->permissions) {
      const domain::ManagedPermission* const managed = domain::ManagedOf(arn, type);
      const auto customer = std::ranges::find(own, arn, &Permission::arn);
      const auto number = share->versions.find(type);
      if (managed != nullptr) {
        all.push_back(ram::ToWire(*managed));
      } else if (customer != own.end() && number != share->versions.end()) {
        TARN_TRY(const PermissionVersion* const version, VersionOf(*customer, static_cast<int32_t>(number->second)));
        all.push_back(ram::ToWire(*customer, *version));
      } else {
        continue;
      }
      all.back().status = "ASSOCIATED";
    }
    TARN_TRY(out.permissions, PageOf(std::move(all), in, out.next_token));
    return Ok();
  }));
  return out;
}

Result<gen::ListPermissionAssociationsResponse> RamService::ListPermissionAssociations(
    const protocol::Call& call, const gen::ListPermissionAssociationsRequest& in) {
  gen::ListPermissionAssociationsResponse out;
  TARN_CHECK(ram_.Read([&](Rows& rows) -> Status {
    TARN_TRY(const auto shares, ram_.AllShares(rows, call.caller.account));
    TARN_TRY(const auto own, rows.Permissions());
    std::vector<gen::AssociatedPermission> all;
    for (const Share& share : shares) {
      if (share.owner != call.caller.account || share.deleted) continue;
      for (const auto& [type, arn] : share.permissions) {
        gen::AssociatedPermission each = AssociationOf(share, type, arn, own);
        const bool asked =
            (!in.permission_arn || *in.permission_arn == arn) &&
            (!in.permission_version || std::to_string(*in.permission_version) == *each.permission_version) &&
            (!in.association_status || *in.association_status == *each.status) &&
            (!in.resource_type || EqualsIgnoreCase(*in.resource_type, type)) &&
            (!in.feature_set || *in.feature_set == *each.feature_set) &&
            (!in.default_version || *in.default_version == *each.default_version) &&
            (!in.resource_share_arn || *in.resource_share_arn == share.arn);
        if (asked) all.push_back(std::move(each));
      }
    }
    TARN_TRY(out.permissions, PageOf(std::move(all), in, out.next_token));
    return Ok();
  }));
  return out;
}

Result<gen::AssociateResourceSharePermissionResponse> RamService::AssociateResourceSharePermission(
    const protocol::Call& call, const gen::AssociateResourceSharePermissionRequest& in) {
  TARN_CHECK(RefuseParameters(in));
  TARN_CHECK(ram_.Change([&](Rows& rows) -> Status {
    TARN_TRY(Share share, GetShare(rows, call, *in.resource_share_arn));
    TARN_TRY(const domain::Choice choice, domain::Choose(rows, call.caller.account, *in.permission_arn));
    if (in.permission_version && choice.version && *choice.version != *in.permission_version) {
      return Fail(domain::kInvalidParameter, "You can specify only the default version of a permission.");
    }
    const auto held = share.permissions.find(choice.type);
    if (held != share.permissions.end() && !in.replace.value_or(false)) {
      const auto version = share.versions.find(choice.type);
      const bool same = held->second == choice.arn &&
                        (!choice.version || (version != share.versions.end() && version->second == *choice.version));
      if (same) return Ok();
      return Fail(domain::kInvalidParameter, "A permission for the resource type " + choice.type +
                                                 " is already associated with the resource share. Specify replace to "
                                                 "put another in its place.");
    }
    domain::Use(share, choice);
    share.updated = rows.now();
    rows.Put(share);
    return Ok();
  }));
  gen::AssociateResourceSharePermissionResponse out;
  out.return_value = true;
  out.client_token = in.client_token;
  return out;
}

Result<gen::DisassociateResourceSharePermissionResponse> RamService::DisassociateResourceSharePermission(
    const protocol::Call& call, const gen::DisassociateResourceSharePermissionRequest& in) {
  TARN_CHECK(ram_.Change([&](Rows& rows) -> Status {
    TARN_TRY(Share share, GetShare(rows, call, *in.resource_share_arn));
    const auto held =
        std::ranges::find_if(share.permissions, [&](const auto& each) { return each.second == *in.permission_arn; });
    if (held == share.permissions.end()) {
      return Fail(domain::kUnknownResource,
                  "Permission " + *in.permission_arn + " is not associated with the resource share.");
    }
    for (const domain::Association& resource : share.resources) {
      const domain::ResourceType* const type = domain::TypeOf(resource.entity);
      if (!resource.active() || type == nullptr || type->name != held->first) continue;
      return Fail(domain::kInvalidState, "The resource share holds resources of the type " + held->first + ".");
    }
    share.versions.erase(held->first);
    share.permissions.erase(held);
    share.updated = rows.now();
    rows.Put(share);
    return Ok();
  }));
  gen::DisassociateResourceSharePermissionResponse out;
  out.return_value = true;
  out.client_token = in.client_token;
  return out;
}

Result<gen::ReplacePermissionAssociationsResponse> RamService::ReplacePermissionAssociations(
    const protocol::Call& call, const gen::ReplacePermissionAssociationsRequest& in) {
  TARN_CHECK(RefuseParameters(in));
  gen::ReplacePermissionAssociationsResponse out;
  TARN_CHECK(ram_.Change([&](Rows& rows) -> Status {
    TARN_TRY(const domain::Replacement done,
             domain::Replace(rows, call.caller.account, *in.from_permission_arn, in.from_permission_version.value_or(0),
                             *in.to_permission_arn));
    out.replace_permission_associations_work = ToWire(done);
    return Ok();
  }));
  out.client_token = in.client_token;
  return out;
}

Result<gen::ListReplacePermissionAssociationsWorkResponse> RamService::ListReplacePermissionAssociationsWork(
    const protocol::Call& call, const gen::ListReplacePermissionAssociationsWorkRequest& in) {
  gen::ListReplacePermissionAssociationsWorkResponse out;
  TARN_CHECK(ram_.Read([&](Rows& rows) -> Status {
    TARN_TRY(const auto works, rows.Replacements());
    std::vector<gen::ReplacePermissionAssociationsWork> all;
    for (const domain::Replacement& done : works) {
      if (done.owner != call.caller.account || !Among(in.work_ids, done.id)) continue;
      if (in.status && *in.status != "COMPLETED") continue;
      all.push_back(ToWire(done));
    }
    TARN_TRY(out.replace_permission_associations_works, PageOf(std::move(all), in, out.next_token));
    return Ok();
  }));
  return out;
}

}  // namespace tarn::api::ram
