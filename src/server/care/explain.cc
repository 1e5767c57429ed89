#include "server/care/explain.h"

#include <algorithm>

#include "api/s3/access/bucket_access.h"
#include "base/strings.h"
#include "identity/policy_guard.h"
#include "json/json.h"

namespace tarn::server {
namespace {

using identity::Caller;
using identity::Check;
using Kind = policy::ParseOptions::Kind;

constexpr Reason kBadRequest{"explain.BadRequest", Code::kInvalidArgument};
constexpr std::string_view kKinds[] = {"service control policy", "resource control policy", "resource-based policy",
                                       "identity-based policy",  "permissions boundary",    "session policy"};

Result<Caller> CallerOf(const iam::Iam& iam, const std::string& principal) {
  if (principal == "anonymous") return Caller{};
  const auto parts = Split(principal, ':');
  if (parts.size() == 1 && principal.size() == 12) return identity::RootOf(principal);
  if (parts.size() == 6 && parts[5] == "root") return identity::RootOf(std::string(parts[4]));
  TARN_TRY(Caller caller, iam.CallerOf(principal));
  // The session that was named, not just any of its role.
  if (parts.size() == 6 && parts[5].starts_with("assumed-role/")) {
    caller.arn = principal;
    caller.session = principal.substr(principal.rfind('/') + 1);
  }
  return caller;
}

Result<std::shared_ptr<const policy::Document>> Parse(const std::string& text, Kind kind) {
  policy::ParseOptions options;
  options.kind = kind;
  return policy::Document::Parse(text, options);
}

// The bucket's owner, and its policy as a guard.
Status AddBucket(object::Store& objects, Check& check) {
  constexpr std::string_view kArn = "arn:aws:s3:::";
  const std::string_view path = std::string_view(check.resource).substr(kArn.size());
  TARN_TRY(const object::Bucket bucket, objects.GetBucket(path.substr(0, path.find('/'))));
  check.owner = bucket.owner.account;
  if (!bucket.Has(api::s3::kPolicyDocument)) return Ok();
  TARN_TRY(const std::string text, objects.GetDocument(bucket, api::s3::kPolicyDocument));
  auto guard = std::make_shared<identity::PolicyGuard>();
  TARN_TRY(auto document, policy::ParseBucketPolicy(text, "arn:aws:s3:::" + bucket.name));
  guard->Add(std::move(document));
  check.guard = std::move(guard);
  return Ok();
}

Status AddGuarded(Check& check, const std::string& text, Kind kind) {
  TARN_TRY(auto document, Parse(text, kind));
  auto guard = std::make_shared<identity::PolicyGuard>(/*must_allow=*/true);
  guard->Add(std::move(document));
  check.guard = std::move(guard);
  return Ok();
}

// What the resource says by itself, where it can say something.
Status AddResource(const ExplainParts& parts, Check& check) {
  if (check.resource.starts_with("arn:aws:s3:::") && check.resource.find_first_of("*?") == std::string::npos) {
    return AddBucket(parts.objects, check);
  }
  const auto words = Split(check.resource, ':');
  if (words.size() != 6) return Ok();
  if (words[2] == "kms" && words[5].starts_with("key/")) {
    const Scope scope{std::string(words[4]), std::string(words[3])};
    const Caller owner = identity::RootOf(scope.account);
    TARN_TRY(const std::string text, parts.keys.GetPolicy({.scope = scope, .caller = owner}, check.resource));
    return AddGuarded(check, text, Kind::kResource);
  }
  if (check.action.starts_with("sts:AssumeRole")) {
    TARN_TRY(const iam::Entity role, parts.iam.FindByArn(check.resource));
    return AddGuarded(check, role.trust, Kind::kTrust);
  }
  return Ok();
}

}  // namespace

Result<std::string> ExplainAccess(const ExplainParts& parts, const ExplainRequest& request) {
  if (request.principal.empty() || request.action.find(':') == std::string::npos || request.resource.empty()) {
    return Fail(kBadRequest, "a principal, an action and a resource are expected");
  }
  TARN_TRY(const Caller caller, CallerOf(parts.iam, request.principal));
  Check check;
  check.action = request.action;
  check.resource = request.resource;
  for (const auto& [key, value] : request.context) {
    auto& values = check.sets[key];
    values.push_back(value);
  }
  TARN_CHECK(AddResource(parts, check));
  TARN_TRY(const identity::Judged judged, parts.authorizer.Explain(caller, check));
  json::Object answer{{"allowed", judged.outcome.allowed}};
  const bool spoke = judged.outcome.allowed || judged.outcome.explicit_deny;
  answer.emplace_back("because",
                      judged.outcome.allowed
                          ? "an " + std::string(kKinds[static_cast<size_t>(judged.outcome.decider)]) + " allows it"
                          : policy::Because(judged.outcome, check.action));
  answer.emplace_back("kind", std::string(kKinds[static_cast<size_t>(judged.outcome.decider)]));
  if (!judged.policy.empty()) answer.emplace_back("policy", judged.policy);
  if (spoke && judged.outcome.statement >= 0) answer.emplace_back("statement", int64_t{judged.outcome.statement + 1});
  if (!judged.sid.empty()) answer.emplace_back("sid", judged.sid);
  return json::Write(std::move(answer));
}

}  // namespace tarn::server
