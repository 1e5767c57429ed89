// The authorisation seam: may this caller do these things. identity/policy_authorizer.h answers it.
//
// Threads: any.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "identity/caller.h"
#include "policy/policy.h"

namespace tarn::identity {

struct Check;

// What a resource itself says about who may use it: its resource policy, its access lists, its block of public access.
// Lives as long as the call it was made for, and answers from what that call read. Threads: one at a time.
class Guard {
 public:
  struct Ruling {
    // kNone: nothing is said about this caller. A match of kAccount leaves an allow to that account's own policies.
    policy::Decision decision = {};
    // Identity policies allow nothing that this ruling does not: a KMS key, a role's trust.
    bool must_allow = false;
  };
  virtual ~Guard() = default;
  // `context` knows the condition keys of the whole request. Errors are failures of reading.
  virtual Result<Ruling> Judge(const Caller& caller, const Check& check, const policy::Context& context) const = 0;
  // What the resource grants beyond its ruling, but costs more to find out: asked only where the check is otherwise
  // refused, and not by an explicit deny.
  virtual Result<policy::Decision> JudgeRefused(const Caller&, const Check&, const policy::Context&) const {
    return policy::Decision();
  }
  // The condition keys that the resource or its service knows beside those of the check; asked as policy::Context is.
  virtual bool FindKey(const Check&, std::string_view, std::vector<std::string>&) const { return false; }
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

}  // namespace tarn::identity
