// Users, groups and roles: made, changed and ended; their inline and attached policies, boundaries and memberships.
//
// Each works within the transaction of `rows`. Errors: iam/errors.h, in IAM's words.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "iam/model.h"
#include "iam/rows.h"

namespace tarn::iam {

struct NewEntity {
  Kind kind = Kind::kUser;
  std::string name;
  std::string path = "/";
  Tags tags;
  std::string boundary;
  std::string trust;  // of a role
  std::string description;
  int64_t session_seconds = 3600;
};
Result<Entity> CreateEntity(Rows& rows, NewEntity made);
Status DeleteEntity(Rows& rows, Kind kind, const std::string& name);
// Of users and groups; an empty name or path stays as it is.
Status RenameEntity(Rows& rows, Kind kind, const std::string& name, const std::string& new_name,
                    const std::string& new_path);

Result<Entity> UpdateRole(Rows& rows, const std::string& name, const std::optional<std::string>& description,
                          const std::optional<int64_t>& session_seconds);
Status SetTrust(Rows& rows, const std::string& role, const std::string& document);
// An empty ARN takes the boundary away.
Status SetBoundary(Rows& rows, Kind kind, const std::string& name, const std::string& policy_arn);

Status AddToGroup(Rows& rows, const std::string& group, const std::string& user);
Status RemoveFromGroup(Rows& rows, const std::string& group, const std::string& user);

Status PutInlinePolicy(Rows& rows, Kind kind, const std::string& name, const std::string& policy,
                       const std::string& document);
Result<std::string> GetInlinePolicy(Rows& rows, Kind kind, const std::string& name, const std::string& policy);
Status DeleteInlinePolicy(Rows& rows, Kind kind, const std::string& name, const std::string& policy);

Status AttachPolicy(Rows& rows, Kind kind, const std::string& name, const std::string& policy_arn);
Status DetachPolicy(Rows& rows, Kind kind, const std::string& name, const std::string& policy_arn);

// "User", "Group", "Role".
std::string_view NameOf(Kind kind);
// kUnmodifiable for a service-linked role.
Status CheckModifiable(const Entity& entity);

}  // namespace tarn::iam
