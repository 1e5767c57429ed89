// What a request brings for conditions, whatever its service: the tags that it gives, the role that it hands to a
// service. For resource rules.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html, …/id_roles_use_passrole.html
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/protocol/call.h"
#include "identity/authorize.h"

namespace tarn::api::protocol {

namespace internal {

inline const std::string& TextOf(const std::string& text) { return text; }
inline std::string TextOf(const std::optional<std::string>& text) { return text.value_or(""); }

template <typename Tag>
void AddRequestTag(const Tag& tag, identity::Check& check) {
  if constexpr (requires { tag.first; }) {
    check.context["aws:RequestTag/" + TextOf(tag.first)] = TextOf(tag.second);
  } else if constexpr (requires { tag.tag_key; }) {
    check.context["aws:RequestTag/" + TextOf(tag.tag_key)] = TextOf(tag.tag_value);
  } else {
    check.context["aws:RequestTag/" + TextOf(tag.key)] = TextOf(tag.value);
  }
}

template <typename Tags>
void AddRequestTagsOf(const std::optional<Tags>& tags, identity::Check& check) {
  if (!tags) return;
  for (const auto& tag : *tags) AddRequestTag(tag, check);
}

inline void AddTagKeys(const std::optional<std::vector<std::string>>& keys, identity::Check& check) {
  if (keys) check.sets["aws:TagKeys"] = *keys;
}

}  // namespace internal

// aws:RequestTag/… and aws:TagKeys of a request that sets or removes tags.
template <typename In>
void AddRequestTags(const In& in, identity::Check& check) {
  if constexpr (requires { in.tags; }) internal::AddRequestTagsOf(in.tags, check);
  if constexpr (requires { in.tags_to_add; }) internal::AddRequestTagsOf(in.tags_to_add, check);
  if constexpr (requires { in.tag_keys; }) internal::AddTagKeys(in.tag_keys, check);
  if constexpr (requires { in.tags_to_remove; }) internal::AddTagKeys(in.tags_to_remove, check);
}

// A check of one resource with the request's tags.
template <typename In>
std::vector<identity::Check> CheckWithTags(std::string action, std::string resource, const In& in) {
  std::vector<identity::Check> checks(1);
  checks[0].action = std::move(action);
  checks[0].resource = std::move(resource);
  AddRequestTags(in, checks[0]);
  return checks;
}

// Whether the caller may hand the role, an ARN or a name with its path, to `service` ("glue.amazonaws.com"). Roots may.
inline void AddPassRole(const Call& call, std::string_view role, std::string_view service,
                        std::vector<identity::Check>& checks) {
  if (role.empty() || (call.caller.acts_for_account() && !call.caller.facts)) return;
  identity::Check check;
  check.action = "iam:PassRole";
  check.resource = role.starts_with("arn:") ? std::string(role)
                                            : "arn:aws:iam::" + call.scope.account + ":role/" + std::string(role);
  check.context["iam:PassedToService"] = service;
  checks.push_back(std::move(check));
}

}  // namespace tarn::api::protocol
