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
  out.tags = ToWire(share.tags);
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

gen::ResourceSharePermissionSummary ToWire(const domain::ManagedPermission& permission) {
  gen::ResourceSharePermissionSummary out;
  out.arn = permission.Arn();
  out.version = std::to_string(permission.version);
  out.default_version = true;
  out.name = permission.name;
  out.resource_type = std::string(permission.type);
  out.status = "ATTACHABLE";
  out.creation_time = domain::kPublished;
  out.last_updated_time = domain::kPublished;
  out.is_resource_type_default = permission.is_default;
  out.permission_type = "AWS_MANAGED";
  out.feature_set = "STANDARD";
  return out;
}

gen::ResourceSharePermissionSummary ToWire(const domain::Permission& permission,
                                           const domain::PermissionVersion& version) {
  gen::ResourceSharePermissionSummary out;
  out.arn = permission.arn;
  out.version = std::to_string(version.number);
  out.default_version = version.number == permission.default_version;
  out.name = permission.name;
  out.resource_type = permission.type;
  out.status = permission.deprecated ? "DEPRECATED" : "ATTACHABLE";
  out.creation_time = version.created;
  out.last_updated_time = permission.updated;
  out.is_resource_type_default = false;
  out.permission_type = "CUSTOMER_MANAGED";
  out.feature_set = "STANDARD";
  out.tags = ToWire(permission.tags);
  return out;
}

std::optional<std::vector<gen::Tag>> ToWire(const std::map<std::string, std::string>& tags) {
  if (tags.empty()) return std::nullopt;
  std::vector<gen::Tag> out;
  out.reserve(tags.size());
  for (const auto& [key, value] : tags) {
    gen::Tag& tag = out.emplace_back();
    tag.key = key;
    tag.value = value;
  }
  return out;
}

// Whether the caller sees the share as its owner (SELF) or as one who is reached.
Result<bool> Sees(const domain::Ram& ram, const domain::Share& share, const std::string& account, bool as_owner) {
  if (as_owner) return share.owner == account;
  if (share.owner == account || share.deleted) return false;
  for (const domain::Association& principal : share.principals) {
    TARN_TRY(const bool reached, ram.Reaches(principal, account));
    if (reached) return true;
  }
  return false;
}

}  // namespace tarn::api::ram
