// The managed policies that AWS itself offers, as far as data lakes use them. A static table; documents are written
// compactly and allow what AWS's allow on the services that Tarn knows.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "iam/model.h"

namespace tarn::iam {

struct AwsPolicy {
  std::string_view path;  // "/", "/service-role/"
  std::string_view name;
  std::string_view id;  // "ANPA…"
  std::string_view description;
  std::string_view created;  // ISO 8601
  int64_t version;           // the default one's number
  std::string_view document;
};

std::span<const AwsPolicy> AwsPolicies();
// By "arn:aws:iam::aws:policy/…".
std::optional<ManagedPolicy> FindAwsPolicy(std::string_view arn);
ManagedPolicy ToPolicy(const AwsPolicy& policy);

}  // namespace tarn::iam
