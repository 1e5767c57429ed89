// The one policy that the management policies of a root, its units and an account make together.
//
// Pure. A document's keys form a tree; what stands below a key is set by operators: "@@assign" replaces, "@@append"
// adds to and "@@remove" takes from a list. "@@operators_allowed_for_child_policies" says which of them the levels
// below may use for a key and for what is under it, unless a key there says otherwise. Defined by
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_inheritance_mgmt.html
#pragma once

#include <string>
#include <vector>

#include "json/json.h"

namespace tarn::api::organizations {

// Levels from the root down; the documents of a level in the order of being made. The result has no operators left: an
// empty object when nothing is set.
json::Value MergePolicies(const std::vector<std::vector<json::Value>>& levels);

}  // namespace tarn::api::organizations
