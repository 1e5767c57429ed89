#include "api/s3/access/acl.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"
#include "object/errors.h"

namespace tarn::api::s3 {
namespace {

using Kind = Grantee::Kind;

constexpr std::array<std::pair<Permission, std::string_view>, 5> kPermissions = {{
    {Permission::kRead, "READ"},
    {Permission::kWrite, "WRITE"},
    {Permission::kReadAcp, "READ_ACP"},
    {Permission::kWriteAcp, "WRITE_ACP"},
    {Permission::kFullControl, "FULL_CONTROL"},
}};

struct Group {
  Kind kind;
  std::string_view kept;  // frozen: stored
  std::string_view uri;
};
constexpr std::array<Group, 3> kGroups = {{
    {Kind::kEveryone, "AllUsers", "http://acs.amazonaws.com/groups/global/AllUsers"},
    {Kind::kAuthenticated, "AuthenticatedUsers", "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"},
    {Kind::kLogDelivery, "LogDelivery", "http://acs.amazonaws.com/groups/s3/LogDelivery"},
}};

constexpr std::string_view kNoGrants = "-";

Grant Of(Kind group, Permission permission) { return {.grantee = {.kind = group}, .permission = permission}; }

Grant Of(std::string_view account, Permission permission) {
  return {.grantee = {.kind = Kind::kAccount, .account = std::string(account)}, .permission = permission};
}

bool Means(const Grantee& grantee, const identity::Caller& caller) {
  switch (grantee.kind) {
    case Kind::kAccount:
      return grantee.account == (caller.anonymous() ? kAnonymousOwner : std::string_view(caller.account));
    case Kind::kEveryone:
      return true;
    case Kind::kAuthenticated:
      return !caller.anonymous();
    case Kind::kLogDelivery:
      return false;  // the delivery of logs asks by itself
  }
  return false;
}

}  // namespace

std::string_view PermissionName(Permission permission) {
  for (const auto& [value, name] : kPermissions) {
    if (value == permission) return name;
  }
  return {};
}

std::optional<Permission> ParsePermission(std::string_view name) {
  for (const auto& [value, known] : kPermissions) {
    if (known == name) return value;
  }
  return std::nullopt;
}

std::string_view GroupUri(Kind kind) {
  for (const Group& group : kGroups) {
    if (group.kind == kind) return group.uri;
  }
  return {};
}

std::optional<Grantee> ParseGroup(std::string_view uri) {
  for (const Group& group : kGroups) {
    if (group.uri == uri) return Grantee{.kind = group.kind};
  }
  return std::nullopt;
}

Acl OwnersAcl(std::string_view owner) { return {Of(owner, Permission::kFullControl)}; }

std::optional<Acl> CannedAcl(std::string_view name, std::string_view owner, std::string_view bucket_owner,
                             bool object) {
  Acl acl;
  const auto grant = [&](auto grantee, Permission permission) { acl.push_back(Of(grantee, permission)); };
  grant(owner, Permission::kFullControl);
  if (name == "public-read") {
    grant(Kind::kEveryone, Permission::kRead);
  } else if (name == "public-read-write") {
    grant(Kind::kEveryone, Permission::kRead);
    grant(Kind::kEveryone, Permission::kWrite);
  } else if (name == "authenticated-read") {
    grant(Kind::kAuthenticated, Permission::kRead);
  } else if (name == "log-delivery-write" && !object) {
    grant(Kind::kLogDelivery, Permission::kWrite);
    grant(Kind::kLogDelivery, Permission::kReadAcp);
  } else if (name != "private" && name != "aws-exec-read" &&
             !(object && (name == "bucket-owner-read" || name == "bucket-owner-full-control"))) {
    return std::nullopt;
  }
  if (owner != bucket_owner && name == "bucket-owner-read") grant(bucket_owner, Permission::kRead);
  if (owner != bucket_owner && name == "bucket-owner-full-control") grant(bucket_owner, Permission::kFullControl);
  return acl;
}

bool Grants(const Acl& acl, const identity::Caller& caller, Permission permission, bool ignore_public) {
  return std::any_of(acl.begin(), acl.end(), [&](const Grant& grant) {
    if (ignore_public && grant.grantee.is_public()) return false;
    return (grant.permission == permission || grant.permission == Permission::kFullControl) &&
           Means(grant.grantee, caller);
  });
}

bool IsPublic(const Acl& acl) {
  return std::any_of(acl.begin(), acl.end(), [](const Grant& grant) { return grant.grantee.is_public(); });
}

std::string EncodeAcl(const Acl& acl, std::string_view owner) {
  if (acl == OwnersAcl(owner)) return {};
  if (acl.empty()) return std::string(kNoGrants);
  std::string kept;
  for (const Grant& grant : acl) {
    if (!kept.empty()) kept += ' ';
    kept += PermissionName(grant.permission);
    kept += ':';
    if (grant.grantee.kind == Kind::kAccount) kept += grant.grantee.account;
    for (const Group& group : kGroups) {
      if (group.kind == grant.grantee.kind) kept += group.kept;
    }
  }
  return kept;
}

Result<Acl> DecodeAcl(std::string_view kept, std::string_view owner) {
  if (kept.empty()) return OwnersAcl(owner);
  Acl acl;
  if (kept == kNoGrants) return acl;
  for (const std::string_view text : Split(kept, ' ')) {
    const size_t colon = text.find(':');
    const auto permission = ParsePermission(text.substr(0, colon));
    if (!permission || colon == text.npos || colon + 1 == text.size()) {
      return Fail(object::kCorruptRecord, "a stored access list is damaged");
    }
    const std::string_view name = text.substr(colon + 1);
    Grant grant = Of(name, *permission);
    for (const Group& group : kGroups) {
      if (group.kept == name) grant = Of(group.kind, *permission);
    }
    acl.push_back(std::move(grant));
  }
  return acl;
}

}  // namespace tarn::api::s3
