#include "api/iam/convert.h"

#include "base/hash.h"
#include "base/strings.h"

namespace tarn::api::iam {

std::string Encoded(const std::string& document) { return PercentEncode(document); }

std::optional<gen::AttachedPermissionsBoundary> ToBoundary(const std::string& arn) {
  if (arn.empty()) return std::nullopt;
  gen::AttachedPermissionsBoundary boundary;
  boundary.permissions_boundary_type = "Policy";
  boundary.permissions_boundary_arn = arn;
  return boundary;
}

std::vector<gen::Tag> ToWire(const domain::Tags& tags) {
  std::vector<gen::Tag> list;
  for (const auto& [key, value] : tags) {
    gen::Tag& tag = list.emplace_back();
    tag.key = key;
    tag.value = value;
  }
  return list;
}

std::optional<std::vector<gen::Tag>> TagsUnlessNone(const domain::Tags& tags) {
  if (tags.empty()) return std::nullopt;
  return ToWire(tags);
}

gen::User ToWire(const domain::Entity& user, bool with_tags) {
  gen::User out;
  out.path = user.path;
  out.user_name = user.name;
  out.user_id = user.id;
  out.arn = user.Arn();
  out.create_date = user.created;
  out.password_last_used = user.password_used;
  if (with_tags) {
    out.permissions_boundary = ToBoundary(user.boundary);
    out.tags = TagsUnlessNone(user.tags);
  }
  return out;
}

gen::Group ToGroup(const domain::Entity& group) {
  gen::Group out;
  out.path = group.path;
  out.group_name = group.name;
  out.group_id = group.id;
  out.arn = group.Arn();
  out.create_date = group.created;
  return out;
}

gen::RoleLastUsed ToLastUse(const domain::Entity& role) {
  gen::RoleLastUsed out;
  if (!role.used) return out;
  out.last_used_date = role.used->time;
  out.region = role.used->region;
  return out;
}

gen::Role ToRole(const domain::Entity& role, bool in_full) {
  gen::Role out;
  out.path = role.path;
  out.role_name = role.name;
  out.role_id = role.id;
  out.arn = role.Arn();
  out.create_date = role.created;
  out.assume_role_policy_document = Encoded(role.trust);
  if (!role.description.empty()) out.description = role.description;
  out.max_session_duration = static_cast<int32_t>(role.session_seconds);
  if (!in_full) return out;
  out.permissions_boundary = ToBoundary(role.boundary);
  out.tags = TagsUnlessNone(role.tags);
  out.role_last_used = ToLastUse(role);
  return out;
}

gen::InstanceProfile ToWire(const domain::InstanceProfile& profile, const std::optional<domain::Entity>& role,
                            bool with_tags) {
  gen::InstanceProfile out;
  out.path = profile.path;
  out.instance_profile_name = profile.name;
  out.instance_profile_id = profile.id;
  out.arn = profile.Arn();
  out.create_date = profile.created;
  out.roles.emplace();
  if (role) out.roles->push_back(ToRole(*role, false));
  if (with_tags) out.tags = ToWire(profile.tags);
  return out;
}

Status AddLastUse(domain::Rows& rows, domain::Entity& entity) {
  TARN_TRY(const auto used, rows.iam().last_used().Find(rows.txn(), entity.Arn()));
  if (!used) return Ok();
  if (entity.kind == domain::Kind::kRole) {
    entity.used = used;
  } else {
    entity.password_used = used->time;
  }
  return Ok();
}

Result<std::string> FromMarker(const std::optional<std::string>& marker) {
  if (!marker) return std::string();
  const auto after = Unbase64(*marker);
  if (!after || after->empty()) return Fail(domain::kValidation, "Invalid Marker.");
  return *after;
}

std::string ToMarker(const std::string& last) { return Base64(last); }

}  // namespace tarn::api::iam
