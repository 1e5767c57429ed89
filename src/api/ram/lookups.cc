// What is in shares, who is reached, which permissions go with them; invitations.
#include "api/ram/convert.h"
#include "api/ram/ram_service.h"
#include "base/strings.h"

namespace tarn::api::ram {

using domain::Association;
using domain::Invitation;
using domain::Rows;
using domain::Share;

namespace {

constexpr std::string_view kPrincipal = "PRINCIPAL";
constexpr std::string_view kOurs = "SELF";

Status CheckScope(const std::optional<std::string>& scope) {
  if (!scope || *scope == "ALL" || *scope == "GLOBAL" || *scope == "REGIONAL") return Ok();
  return Fail(domain::kInvalidParameter,
              *scope + " is not a valid resource region scope value. Specify a valid value and try again.");
}

}  // namespace

Result<gen::GetResourceShareAssociationsResponse> RamService::GetResourceShareAssociations(
    const protocol::Call& call, const gen::GetResourceShareAssociationsRequest& in) {
  constexpr std::string_view kStates[] = {"ASSOCIATING", "ASSOCIATED", "FAILED", "DISASSOCIATING", "DISASSOCIATED"};
  if (*in.association_type != kPrincipal && *in.association_type != "RESOURCE") {
    return Fail(domain::kInvalidParameter, *in.association_type +
                                               " is not a valid association type. Specify either "
                                               "PRINCIPAL or RESOURCE and try again.");
  }
  if (in.association_status && std::ranges::find(kStates, *in.association_status) == std::end(kStates)) {
    return Fail(domain::kInvalidParameter, *in.association_status + " is not a valid association status.");
  }
  const bool principals = *in.association_type == kPrincipal;
  if (principals && in.resource_arn) {
    return Fail(domain::kInvalidParameter, "You cannot specify a resource ARN when the association type is PRINCIPAL.");
  }
  if (!principals && in.principal) {
    return Fail(domain::kInvalidParameter, "You cannot specify a principal when the association type is RESOURCE.");
  }
  gen::GetResourceShareAssociationsResponse out;
  TARN_CHECK(ram_.Read([&](Rows& rows) -> Status {
    TARN_TRY(const auto shares, ram_.AllShares(rows, call.caller.account));
    std::vector<gen::ResourceShareAssociation> all;
    for (const Share& share : shares) {
      if (share.owner != call.caller.account || !Among(in.resource_share_arns, share.arn)) continue;
      for (const Association& each : principals ? share.principals : share.resources) {
        const auto& wanted = principals ? in.principal : in.resource_arn;
        if (wanted && *wanted != each.entity) continue;
        if (in.association_status && *in.association_status != each.status) continue;
        all.push_back(ToWire(share, each, *in.association_type));
      }
    }
    TARN_TRY(out.resource_share_associations, PageOf(std::move(all), in, out.next_token));
    return Ok();
  }));
  return out;
}

Result<gen::ListPrincipalsResponse> RamService::ListPrincipals(const protocol::Call& call,
                                                               const gen::ListPrincipalsRequest& in) {
  TARN_CHECK(CheckOwner(*in.resource_owner));
  gen::ListPrincipalsResponse out;
  const bool ours = *in.resource_owner == kOurs;
  TARN_CHECK(ram_.Read([&](Rows& rows) -> Status {
    TARN_TRY(const auto shares, ram_.AllShares(rows, call.caller.account));
    std::vector<gen::Principal> all;
    for (const Share& share : shares) {
      TARN_TRY(const bool seen, Sees(ram_, share, call.caller.account, ours));
      if (!seen || share.deleted || !Among(in.resource_share_arns, share.arn)) continue;
      const bool holds = !in.resource_arn || std::ranges::find(share.resources, *in.resource_arn,
                                                               &Association::entity) != share.resources.end();
      if (!holds || (in.resource_type && !share.permissions.contains(*in.resource_type))) continue;
      for (const Association& each : share.principals) {
        if (!each.active() || !Among(in.principals, each.entity)) continue;
        gen::Principal principal;
        principal.id = ours ? each.entity : share.owner;
        principal.resource_share_arn = share.arn;
        principal.creation_time = each.created;
        principal.last_updated_time = each.updated;
        principal.external = each.external;
        all.push_back(std::move(principal));
      }
    }
    TARN_TRY(out.principals, PageOf(std::move(all), in, out.next_token));
    return Ok();
  }));
  return out;
}

Result<gen::ListResourcesResponse> RamService::ListResources(const protocol::Call& call,
                                                             const gen::ListResourcesRequest& in) {
  TARN_CHECK(CheckScope(in.resource_region_scope));
  TARN_CHECK(CheckOwner(*in.resource_owner));
  gen::ListResourcesResponse out;
  if (in.resource_type && domain::TypeNamed(*in.resource_type) == nullptr) {
    return Fail(domain::kInvalidResourceType, "Invalid resource type: " + *in.resource_type);
  }
  TARN_CHECK(ram_.Read([&](Rows& rows) -> Status {
    TARN_TRY(const auto shares, ram_.AllShares(rows, call.caller.account));
    std::vector<gen::Resource> all;
    for (const Share& share : shares) {
      TARN_TRY(const bool seen, Sees(ram_, share, call.caller.account, *in.resource_owner == kOurs));
      if (!seen || share.deleted || !Among(in.resource_share_arns, share.arn)) continue;
      const bool reaches =
          !in.principal || *in.principal == share.owner ||
          std::ranges::find(share.principals, *in.principal, &Association::entity) != share.principals.end();
      if (!reaches) continue;
      for (const Association& each : share.resources) {
        gen::Resource resource = ResourceOf(share, each);
        if (!each.active() || !Among(in.resource_arns, each.entity)) continue;
        if (in.resource_type && resource.type != in.resource_type) continue;
        const bool anywhere = !in.resource_region_scope || *in.resource_region_scope == "ALL";
        if (anywhere || resource.resource_region_scope == in.resource_region_scope) all.push_back(std::move(resource));
      }
    }
    TARN_TRY(out.resources, PageOf(std::move(all), in, out.next_token));
    return Ok();
  }));
  return out;
}

Result<gen::ListResourceTypesResponse> RamService::ListResourceTypes(const protocol::Call&,
                                                                     const gen::ListResourceTypesRequest& in) {
  TARN_CHECK(CheckScope(in.resource_region_scope));
  std::vector<gen::ServiceNameAndResourceType> all;
  for (const domain::ResourceType& type : domain::ResourceTypes()) {
    gen::ServiceNameAndResourceType told;
    told.resource_type = std::string(type.name);
    told.service_name = std::string(type.service);
    told.resource_region_scope = type.global ? "GLOBAL" : "REGIONAL";
    const bool anywhere = !in.resource_region_scope || *in.resource_region_scope == "ALL";
    if (anywhere || told.resource_region_scope == in.resource_region_scope) all.push_back(std::move(told));
  }
  gen::ListResourceTypesResponse out;
  TARN_TRY(out.resource_types, PageOf(std::move(all), in, out.next_token));
  return out;
}

Result<gen::EnableSharingWithAwsOrganizationResponse> RamService::EnableSharingWithAwsOrganization(
    const protocol::Call& call, const gen::EnableSharingWithAwsOrganizationRequest&) {
  TARN_CHECK(ram_.EnableSharingWithOrganization(call.caller.account));
  TARN_CHECK(make_role_(call.caller.account));
  gen::EnableSharingWithAwsOrganizationResponse out;
  out.return_value = true;
  return out;
}

Result<gen::GetResourceShareInvitationsResponse> RamService::GetResourceShareInvitations(
    const protocol::Call& call, const gen::GetResourceShareInvitationsRequest& in) {
  gen::GetResourceShareInvitationsResponse out;
  TARN_CHECK(ram_.Read([&](Rows& rows) -> Status {
    for (const std::string& arn : in.resource_share_invitation_arns.value_or(std::vector<std::string>())) {
      TARN_CHECK(rows.GetInvitation(arn).ok() ? Ok() : Status(rows.GetInvitation(arn).error()));
    }
    TARN_TRY(const auto invitations, rows.Invitations());
    std::vector<gen::ResourceShareInvitation> all;
    for (const Invitation& each : invitations) {
      if (each.receiver != call.caller.account) continue;
      if (!Among(in.resource_share_invitation_arns, each.arn) || !Among(in.resource_share_arns, each.share)) continue;
      all.push_back(ToWire(each));
    }
    TARN_TRY(out.resource_share_invitations, PageOf(std::move(all), in, out.next_token));
    return Ok();
  }));
  return out;
}

Result<gen::AcceptResourceShareInvitationResponse> RamService::AcceptResourceShareInvitation(
    const protocol::Call& call, const gen::AcceptResourceShareInvitationRequest& in) {
  gen::AcceptResourceShareInvitationResponse out;
  TARN_CHECK(ram_.Change([&](Rows& rows) -> Status {
    TARN_TRY(const auto answered, ram_.Answer(rows, call.caller.account, *in.resource_share_invitation_arn, true));
    out.resource_share_invitation = ToWire(answered);
    return Ok();
  }));
  out.client_token = in.client_token;
  return out;
}

Result<gen::RejectResourceShareInvitationResponse> RamService::RejectResourceShareInvitation(
    const protocol::Call& call, const gen::RejectResourceShareInvitationRequest& in) {
  gen::RejectResourceShareInvitationResponse out;
  TARN_CHECK(ram_.Change([&](Rows& rows) -> Status {
    TARN_TRY(const auto answered, ram_.Answer(rows, call.caller.account, *in.resource_share_invitation_arn, false));
    out.resource_share_invitation = ToWire(answered);
    return Ok();
  }));
  out.client_token = in.client_token;
  return out;
}

Result<gen::ListPendingInvitationResourcesResponse> RamService::ListPendingInvitationResources(
    const protocol::Call& call, const gen::ListPendingInvitationResourcesRequest& in) {
  TARN_CHECK(CheckScope(in.resource_region_scope));
  gen::ListPendingInvitationResourcesResponse out;
  TARN_CHECK(ram_.Read([&](Rows& rows) -> Status {
    TARN_TRY(const Invitation invitation, rows.GetInvitation(*in.resource_share_invitation_arn));
    if (invitation.receiver != call.caller.account || invitation.status != "PENDING") {
      return Fail(domain::kNoSuchInvitation, "ResourceShareInvitation " + invitation.arn + " could not be found.");
    }
    TARN_TRY(const Share share, rows.Get(invitation.share));
    std::vector<gen::Resource> all;
    for (const Association& each : share.resources) {
      if (each.active()) all.push_back(ResourceOf(share, each));
    }
    TARN_TRY(out.resources, PageOf(std::move(all), in, out.next_token));
    return Ok();
  }));
  return out;
}

}  // namespace tarn::api::ram
