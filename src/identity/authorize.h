// The authorisation seam: may this caller do these things. The policy engine comes behind the same interface.
//
// Invariant of the first version: an account's root (and its internal actors) may do everything on what belongs to its
// own account, nobody else may do anything, anonymous may do nothing.
// Threads: any.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "identity/caller.h"

namespace tarn::identity {

// One thing that a request wants to do.
struct Check {
  std::string action;    // "glue:GetDatabase"
  std::string resource;  // an ARN, or "*" for what has no resource
  // The account that owns the resource when the ARN does not say (S3's "arn:aws:s3:::bucket/key" never does). Nothing
  // there and no account in the ARN: the resource does not exist (or is the caller's own), any known caller may ask.
  std::optional<std::string> owner;
  std::map<std::string, std::string> context;  // condition keys, "s3:prefix" → "raw/"
};

// A refusal; the message is "User: <arn> is not authorized to perform: <action> on resource: <arn> because …".
inline constexpr Reason kAccessDenied{"identity.AccessDenied", Code::kPermissionDenied};

class Authorizer {
 public:
  virtual ~Authorizer() = default;
  // Succeeds only if every check is allowed; the error names the first that is not.
  virtual Status Authorize(const Caller& caller, std::span<const Check> checks) const = 0;
};

// Root-only authorisation as described above.
class RootAuthorizer : public Authorizer {
 public:
  Status Authorize(const Caller& caller, std::span<const Check> checks) const override;
};

}  // namespace tarn::identity
