#include "api/ram/convert.h"

namespace tarn::api::ram {

namespace domain = ::tarn::ram;

Status CheckOwner(const std::string& owner) {
  if (owner == "SELF" || owner == "OTHER-ACCOUNTS") return Ok();
  return Fail(domain::kInvalidParameter,
              owner + " is not a valid resource owner. Specify either SELF or OTHER-ACCOUNTS and try again.");
}

gen::ResourceShare ToWire(const domain::Share& share) {
  gen::ResourceShare out;
  out.resource_share_arn = share.arn;
  out.name = share.name;
  out.owning_account_id = share.owner;
  out.allow_external_principals = share.allows_external;
  out.status = share.deleted ? "DELETED" : "ACTIVE";
  out.creation_time = share.created;
  out.last_updated_time = share.updated;
  if (!share.tags.empty()) {
    out.tags.emplace();
    for (const auto& [key, value] : share.tags) {
      gen::Tag tag;
      tag.key = key;
      tag.value = value;
      out.tags->push_back(std::move(tag));
    }
  }
  return out;
}

gen::ResourceShareInvitation ToWire(const domain::Invitation& invitation) {
  gen::ResourceShareInvitation out;
  out.resource_share_invitation_arn = invitation.arn;
  out.resource_share_name = invitation.share_name;
  out.resource_share_arn = invitation.share;
  out.sender_account_id = invitation.sender;
  out.receiver_account_id = invitation.receiver;
  out.invitation_timestamp = invitation.made;
  out.status = invitation.status;
  return out;
}

gen::ResourceShareAssociation ToWire(const domain::Share& share, const domain::Association& association,
                                     std::string_view type) {
  gen::ResourceShareAssociation out;
  out.resource_share_arn = share.arn;
  out.resource_share_name = share.name;
  out.associated_entity = association.entity;
  out.association_type = std::string(type);
  out.status = association.status;
  out.creation_time = association.created;
  out.last_updated_time = association.updated;
  out.external = association.external;
  return out;
}

gen::Resource ResourceOf(const domain::Share& share, const domain::Association& resource) {
  gen::Resource out;
  out.arn = resource.entity;
  const domain::ResourceType* const type = domain::TypeOf(resource.entity);
  if (type != nullptr) {
    out.type = std::string(type->name);
    out.resource_region_scope = type->global ? "GLOBAL" : "REGIONAL";
  }
  out.resource_share_arn = share.arn;
  out.status = "AVAILABLE";
  out.creation_time = resource.created;
  out.last_updated_time = resource.updated;
  return out;
}

gen::ResourceSharePermissionSummary PermissionOf(const domain::ResourceType& type) {
  gen::ResourceSharePermissionSummary out;
  out.arn = type.PermissionArn();
  out.version = "1";
  out.default_version = true;
  out.name = out.arn->substr(out.arn->rfind('/') + 1);
  out.resource_type = std::string(type.name);
  out.status = "ATTACHABLE";
  out.is_resource_type_default = true;
  out.permission_type = "AWS_MANAGED";
  out.feature_set = "STANDARD";
  return out;
}

}  // namespace tarn::api::ram
