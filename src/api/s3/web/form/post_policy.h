// The policy document of a form upload: what its signer lets the form's fields say. Pure.
//
// Amazon S3 API Reference, "Browser-Based Uploads Using POST": expiration, conditions eq, starts-with and
// content-length-range. Names of fields and operators compare without case, values with it.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace tarn::api::s3 {

// The fields of a form in order, names in lower case.
using FormFields = std::vector<std::pair<std::string, std::string>>;
const std::string* FindField(const FormFields& fields, std::string_view name);

struct PostCondition {
  enum class Kind : uint8_t { kEquals, kStartsWith, kSize, kNeverHolds };
  Kind kind = Kind::kEquals;
  std::string field;  // lower case, without "$"
  std::string value;
  int64_t size_min = 0;
  int64_t size_max = 0;
  std::string text;  // as errors tell it: ["eq", "$acl", "private"]
};

struct PostPolicy {
  Timestamp expiration;
  std::vector<PostCondition> conditions;
};

// What a policy leaves to be checked while the file arrives.
struct SizeRange {
  int64_t min = 0;
  int64_t max = std::numeric_limits<int64_t>::max();
};

// The base64 text of a form's field "policy". kInvalidPostPolicy.
Result<PostPolicy> ParsePostPolicy(std::string_view base64);

// Whether the fields (with "bucket" among them) meet the policy, and no other field is there. kPostDenied.
Result<SizeRange> CheckPostPolicy(const PostPolicy& policy, const FormFields& fields, Timestamp now);

}  // namespace tarn::api::s3
