// The authorisation seam: may this caller do these things. The policy engine comes behind the same interface.
//
// Invariant of the first version: an account's root (and its internal actors) may do everything on what belongs to its
// own account unless the resource's guard denies it; others, anonymous too, may do what the guard allows.
// Threads: any.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "identity/caller.h"

namespace tarn::identity {

struct Check;

// What a resource itself says about who may use it: its resource policy, its access lists, its block of public access.
// Lives as long as the call it was made for, and answers from what that call read. Threads: one at a time.
class Guard {
 public:
  enum class Verdict : uint8_t { kNone, kAllow, kDeny };
  virtual ~Guard() = default;
  // kNone: nothing is said about this caller. Errors are failures of reading.
  virtual Result<Verdict> Judge(const Caller& caller, const Check& check) const = 0;
};

// One thing that a request wants to do.
struct Check {
  std::string action;    // "glue:GetDatabase"
  std::string resource;  // an ARN, or "*" for what has no resource
  // The account that owns the resource when the ARN does not say (S3's "arn:aws:s3:::bucket/key" never does). Nothing
  // there and no account in the ARN: the resource does not exist (or is the caller's own), any known caller may ask.
  std::optional<std::string> owner;
  std::map<std::string, std::string> context;                 // condition keys, "s3:prefix" → "raw/"
  std::map<std::string, std::vector<std::string>> sets = {};  // those of several values, "aws:TagKeys" → …
  std::shared_ptr<const Guard> guard = {};                    // null: the resource says nothing
};

// A refusal; the message is "User: <arn> is not authorized to perform: <action> on resource: <arn> because …".
inline constexpr Reason kAccessDenied{"identity.AccessDenied", Code::kPermissionDenied};

class Authorizer {
 public:
  virtual ~Authorizer() = default;
  // Succeeds only if every check is allowed; the error names the first that is not.
  virtual Status Authorize(const Caller& caller, std::span<const Check> checks) const = 0;
};

// Roots and guards, as described above.
class RootAuthorizer : public Authorizer {
 public:
  Status Authorize(const Caller& caller, std::span<const Check> checks) const override;
};

}  // namespace tarn::identity
