// Shares and what they hold.
#include "api/ram/convert.h"
#include "api/ram/ram_service.h"
#include "base/random.h"
#include "ram/permissions.h"

namespace tarn::api::ram {

using domain::Association;
using domain::Rows;
using domain::Share;

namespace {

constexpr size_t kTagsMax = 50;
constexpr std::string_view kPrincipal = "PRINCIPAL";
constexpr std::string_view kResource = "RESOURCE";
constexpr std::string_view kOurs = "SELF";

const std::vector<std::string>& ListOf(const std::optional<std::vector<std::string>>& list) {
  static const std::vector<std::string> kNone;
  return list ? *list : kNone;
}

// A share of the caller's that is there. Errors: kUnknownResource, kInvalidState.
Result<Share> GetOwn(Rows& rows, const protocol::Call& call, const std::string& arn) {
  TARN_TRY(Share share, rows.Get(arn));
  if (share.owner != call.caller.account) {
    return Fail(domain::kUnknownResource, "ResourceShare " + arn + " could not be found.");
  }
  if (share.deleted) return Fail(domain::kUnknownResource, "ResourceShare " + arn + " could not be found.");
  return share;
}

// Those that are asked for instead of the types' default ones. Errors: kInvalidParameter for two of one type.
Status AddPermissions(Rows& rows, Share& share, const std::vector<std::string>& arns) {
  for (const std::string& arn : arns) {
    TARN_TRY(const domain::Choice choice, domain::Choose(rows, share.owner, arn));
    if (share.permissions.contains(choice.type)) {
      return Fail(domain::kInvalidParameter,
                  "You can specify only one permission for the resource type " + choice.type + ".");
    }
    domain::Use(share, choice);
  }
  return Ok();
}

bool IsPermission(const std::string& arn) { return arn.find(":permission/") != std::string::npos; }

Status AddTags(std::map<std::string, std::string>& held, const std::vector<gen::Tag>& tags) {
  for (const gen::Tag& tag : tags) held[tag.key.value_or("")] = tag.value.value_or("");
  if (held.size() <= kTagsMax) return Ok();
  return Fail(domain::kTooManyTags, "This resource has more than 50 tags.");
}

}  // namespace

Result<gen::CreateResourceShareResponse> RamService::CreateResourceShare(const protocol::Call& call,
                                                                         const gen::CreateResourceShareRequest& in) {
  gen::CreateResourceShareResponse out;
  TARN_CHECK(ram_.Change([&](Rows& rows) -> Status {
    Share share;
    share.arn = "arn:aws:ram:" + call.scope.region + ":" + call.caller.account + ":resource-share/" + RandomUuid();
    share.owner = call.caller.account;
    share.name = *in.name;
    share.allows_external = in.allow_external_principals.value_or(true);
    share.created = rows.now();
    share.updated = rows.now();
    if (in.tags) TARN_CHECK(AddTags(share.tags, *in.tags));
    TARN_CHECK(AddPermissions(rows, share, ListOf(in.permission_arns)));
    TARN_CHECK(ram_.AddResources(rows, share, ListOf(in.resource_arns)));
    TARN_CHECK(ram_.AddPrincipals(rows, share, ListOf(in.principals)));
    rows.Put(share);
    out.resource_share = ToWire(share);
    return Ok();
  }));
  out.client_token = in.client_token;
  return out;
}

Result<gen::UpdateResourceShareResponse> RamService::UpdateResourceShare(const protocol::Call& call,
                                                                         const gen::UpdateResourceShareRequest& in) {
  gen::UpdateResourceShareResponse out;
  TARN_CHECK(ram_.Change([&](Rows& rows) -> Status {
    TARN_TRY(Share share, GetOwn(rows, call, *in.resource_share_arn));
    if (in.name) share.name = *in.name;
    if (in.allow_external_principals) share.allows_external = *in.allow_external_principals;
    share.updated = rows.now();
    rows.Put(share);
    out.resource_share = ToWire(share);
    return Ok();
  }));
  out.client_token = in.client_token;
  return out;
}

Result<gen::DeleteResourceShareResponse> RamService::DeleteResourceShare(const protocol::Call& call,
                                                                         const gen::DeleteResourceShareRequest& in) {
  TARN_CHECK(ram_.Change([&](Rows& rows) -> Status {
    TARN_TRY(Share share, GetOwn(rows, call, *in.resource_share_arn));
    share.deleted = true;
    share.updated = rows.now();
    for (auto* list : {&share.resources, &share.principals}) {
      for (Association& each : *list) {
        each.status = "DISASSOCIATED";
        each.updated = rows.now();
      }
    }
    rows.Put(share);
    return Ok();
  }));
  gen::DeleteResourceShareResponse out;
  out.return_value = true;
  out.client_token = in.client_token;
  return out;
}

Result<gen::AssociateResourceShareResponse> RamService::AssociateResourceShare(
    const protocol::Call& call, const gen::AssociateResourceShareRequest& in) {
  gen::AssociateResourceShareResponse out;
  TARN_CHECK(ram_.Change([&](Rows& rows) -> Status {
    TARN_TRY(Share share, GetOwn(rows, call, *in.resource_share_arn));
    TARN_CHECK(ram_.AddResources(rows, share, ListOf(in.resource_arns)));
    TARN_CHECK(ram_.AddPrincipals(rows, share, ListOf(in.principals)));
    share.updated = rows.now();
    rows.Put(share);
    out.resource_share_associations.emplace();
    for (const Association& each : share.resources) {
      if (std::ranges::find(ListOf(in.resource_arns), each.entity) == ListOf(in.resource_arns).end()) continue;
      out.resource_share_associations->push_back(ToWire(share, each, kResource));
    }
    for (const Association& each : share.principals) {
      if (std::ranges::find(ListOf(in.principals), each.entity) == ListOf(in.principals).end()) continue;
      out.resource_share_associations->push_back(ToWire(share, each, kPrincipal));
    }
    return Ok();
  }));
  out.client_token = in.client_token;
  return out;
}

Result<gen::DisassociateResourceShareResponse> RamService::DisassociateResourceShare(
    const protocol::Call& call, const gen::DisassociateResourceShareRequest& in) {
  gen::DisassociateResourceShareResponse out;
  TARN_CHECK(ram_.Change([&](Rows& rows) -> Status {
    TARN_TRY(Share share, GetOwn(rows, call, *in.resource_share_arn));
    out.resource_share_associations.emplace();
    const auto remove = [&](std::vector<Association>& held, const std::vector<std::string>& entities,
                            std::string_view type) -> Status {
      for (const std::string& entity : entities) {
        const auto found = std::ranges::find(held, entity, &Association::entity);
        if (found == held.end() || found->status == "DISASSOCIATED") {
          return Fail(domain::kUnknownResource, "The " + std::string(type == kResource ? "resource " : "principal ") +
                                                    entity + " is not associated with the resource share.");
        }
        found->status = "DISASSOCIATED";
        found->updated = rows.now();
        out.resource_share_associations->push_back(ToWire(share, *found, type));
        held.erase(found);
      }
      return Ok();
    };
    TARN_CHECK(remove(share.resources, ListOf(in.resource_arns), kResource));
    TARN_CHECK(remove(share.principals, ListOf(in.principals), kPrincipal));
    share.updated = rows.now();
    rows.Put(share);
    return Ok();
  }));
  out.client_token = in.client_token;
  return out;
}

Result<gen::GetResourceSharesResponse> RamService::GetResourceShares(const protocol::Call& call,
                                                                     const gen::GetResourceSharesRequest& in) {
  TARN_CHECK(CheckOwner(*in.resource_owner));
  gen::GetResourceSharesResponse out;
  TARN_CHECK(ram_.Read([&](Rows& rows) -> Status {
    TARN_TRY(const auto shares, ram_.AllShares(rows, call.caller.account));
    std::vector<gen::ResourceShare> all;
    for (const Share& share : shares) {
      bool mine = share.owner == call.caller.account;
      if (*in.resource_owner != kOurs) {
        if (mine) continue;
        for (const Association& principal : share.principals) {
          TARN_TRY(const bool reached, ram_.Reaches(principal, call.caller.account));
          mine = mine || reached;
        }
      }
      gen::ResourceShare told = ToWire(share);
      if (!mine || !Among(in.resource_share_arns, share.arn)) continue;
      if (in.name && *in.name != share.name) continue;
      if (in.resource_share_status && *in.resource_share_status != *told.status) continue;
      bool tagged = true;
      for (const gen::TagFilter& filter : in.tag_filters.value_or(std::vector<gen::TagFilter>())) {
        const auto held = share.tags.find(filter.tag_key.value_or(""));
        tagged = tagged && held != share.tags.end() && Among(filter.tag_values, held->second);
      }
      if (!tagged) continue;
      told.feature_set = "STANDARD";
      all.push_back(std::move(told));
    }
    TARN_TRY(out.resource_shares, PageOf(std::move(all), in, out.next_token));
    return Ok();
  }));
  return out;
}

Result<gen::TagResourceResponse> RamService::TagResource(const protocol::Call& call,
                                                         const gen::TagResourceRequest& in) {
  const auto& arn = in.resource_share_arn ? in.resource_share_arn : in.resource_arn;
  if (!arn) return Fail(domain::kMissingParameter, "Provide the ARN of a resource share or permission.");
  TARN_CHECK(ram_.Change([&](Rows& rows) -> Status {
    if (IsPermission(*arn)) {
      TARN_TRY(domain::Permission permission, domain::GetOwnPermission(rows, call.caller.account, *arn));
      TARN_CHECK(AddTags(permission.tags, *in.tags));
      rows.Put(permission);
      return Ok();
    }
    TARN_TRY(Share share, GetOwn(rows, call, *arn));
    TARN_CHECK(AddTags(share.tags, *in.tags));
    rows.Put(share);
    return Ok();
  }));
  return gen::TagResourceResponse{};
}

Result<gen::UntagResourceResponse> RamService::UntagResource(const protocol::Call& call,
                                                             const gen::UntagResourceRequest& in) {
  const auto& arn = in.resource_share_arn ? in.resource_share_arn : in.resource_arn;
  if (!arn) return Fail(domain::kMissingParameter, "Provide the ARN of a resource share or permission.");
  TARN_CHECK(ram_.Change([&](Rows& rows) -> Status {
    if (IsPermission(*arn)) {
      TARN_TRY(domain::Permission permission, domain::GetOwnPermission(rows, call.caller.account, *arn));
      for (const std::string& key : *in.tag_keys) permission.tags.erase(key);
      rows.Put(permission);
      return Ok();
    }
    TARN_TRY(Share share, GetOwn(rows, call, *arn));
    for (const std::string& key : *in.tag_keys) share.tags.erase(key);
    rows.Put(share);
    return Ok();
  }));
  return gen::UntagResourceResponse{};
}

}  // namespace tarn::api::ram
