// Between IAM's generated shapes and the domain's.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/iam/gen/shapes.h"
#include "api/iam/iam_service.h"
#include "iam/entities/tags.h"
#include "iam/errors.h"
#include "iam/model.h"

namespace tarn::api::iam {

inline const std::string& Text(const std::optional<std::string>& text) {
  static const std::string kEmpty;
  return text ? *text : kEmpty;
}
inline std::string PathOf(const std::optional<std::string>& path) { return path && !path->empty() ? *path : "/"; }
// Policy documents are percent-encoded in answers.
std::string Encoded(const std::string& document);

gen::User ToWire(const domain::Entity& user, bool with_tags);
gen::Group ToGroup(const domain::Entity& group);
gen::Role ToRole(const domain::Entity& role, bool in_full);
gen::InstanceProfile ToWire(const domain::InstanceProfile& profile, const std::optional<domain::Entity>& role,
                            bool with_tags);
std::optional<gen::AttachedPermissionsBoundary> ToBoundary(const std::string& arn);
// Empty for a role that was never used.
gen::RoleLastUsed ToLastUse(const domain::Entity& role);
std::vector<gen::Tag> ToWire(const domain::Tags& tags);
// Absent when there are none.
std::optional<std::vector<gen::Tag>> TagsUnlessNone(const domain::Tags& tags);

inline domain::TagList ToList(const std::optional<std::vector<gen::Tag>>& tags) {
  domain::TagList list;
  if (tags) {
    for (const gen::Tag& tag : *tags) list.emplace_back(Text(tag.key), Text(tag.value));
  }
  return list;
}

// The entity with what is kept apart from it: its last use.
Status AddLastUse(domain::Rows& rows, domain::Entity& entity);

// Paging: a marker is what the next page begins after, in Base64. Errors: kValidation.
Result<std::string> FromMarker(const std::optional<std::string>& marker);
std::string ToMarker(const std::string& last);
template <class In>
Result<domain::ListOptions> PageOf(const In& in) {
  domain::ListOptions options;
  if constexpr (requires { in.path_prefix; }) options.path_prefix = in.path_prefix.value_or("/");
  TARN_TRY(options.after, FromMarker(in.marker));
  options.limit = static_cast<size_t>(in.max_items.value_or(100));
  return options;
}
template <class Out>
void SetNext(Out& out, const std::string& next) {
  out.is_truncated = !next.empty();
  if (!next.empty()) out.marker = ToMarker(next);
}
// A page of a list that is at hand; the marker is a place in it.
template <class T, class In, class Out>
Result<std::vector<T>> Slice(std::vector<T> all, const In& in, Out& out) {
  TARN_TRY(const std::string after, FromMarker(in.marker));
  size_t begin = 0;
  if (!after.empty()) {
    if (after.find_first_not_of("0123456789") != std::string::npos || after.size() > 9 ||
        std::stoul(after) > all.size()) {
      return Fail(domain::kValidation, "Invalid Marker.");
    }
    begin = std::stoul(after);
  }
  const size_t end = std::min(all.size(), begin + static_cast<size_t>(in.max_items.value_or(100)));
  SetNext(out, end < all.size() ? std::to_string(end) : "");
  return std::vector<T>(std::make_move_iterator(all.begin() + static_cast<ptrdiff_t>(begin)),
                        std::make_move_iterator(all.begin() + static_cast<ptrdiff_t>(end)));
}

inline std::string StatusOf(bool active) { return active ? "Active" : "Inactive"; }

}  // namespace tarn::api::iam
