#include "server/care/explain.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/strings.h"
#include "enforce/bucket_checks.h"
#include "identity/policy_guard.h"
#include "json/json.h"
#include "object/directory/checks.h"
#include "object/directory/names.h"
#include "server/care/explain_formation.h"

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

// A bucket of either kind, or an object in it, as its ARN names it.
struct S3Name {
  std::string_view bucket;
  std::string_view key;
};

std::optional<S3Name> S3NameOf(std::string_view arn) {
  constexpr std::string_view kArn = "arn:aws:s3:::";
  constexpr std::string_view kDirectoryArn = "arn:aws:s3express:";
  constexpr std::string_view kBucket = ":bucket/";
  if (arn.find_first_of("*?") != arn.npos) return std::nullopt;
  std::string_view path;
  if (arn.starts_with(kArn)) path = arn.substr(kArn.size());
  if (arn.starts_with(kDirectoryArn) && arn.find(kBucket) != arn.npos) {
    path = arn.substr(arn.find(kBucket) + kBucket.size());
  }
  if (path.empty()) return std::nullopt;
  const size_t slash = std::min(path.find('/'), path.size());
  return S3Name{.bucket = path.substr(0, slash), .key = path.substr(std::min(slash + 1, path.size()))};
}

// The bucket's owner, and its policy as a guard. What S3 calls an action, a directory bucket is asked for as S3 does.
Status AddBucket(object::Store& objects, const S3Name& name, Check& check) {
  TARN_TRY(const object::Bucket bucket, objects.GetBucket(name.bucket));
  if (object::IsDirectoryBucket(bucket.name) && check.action.starts_with("s3:")) {
    Check asked = object::CheckOf(bucket, check.action, std::string(name.key));
    asked.sets = std::move(check.sets);
    check = std::move(asked);
  }
  check.owner = bucket.owner.account;
  TARN_TRY(check.guard, enforce::PolicyOf(objects, bucket));
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
  const std::string resource = check.resource;
  if (const auto name = S3NameOf(resource)) return AddBucket(parts.objects, *name, check);
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
  FormationWord formation;
  if (judged.outcome.allowed) {
    TARN_TRY(formation, AskFormation(parts.governor, parts.object_authorizer, caller, check));
  }
  json::Object answer{{"allowed", judged.outcome.allowed && !formation.refuses}};
  if (!formation.text.empty()) answer.emplace_back("lakeFormation", formation.text);
  json::Array lines;
  lines.reserve(formation.lines.size());
  for (std::string& line : formation.lines) lines.emplace_back(std::move(line));
  if (!lines.empty()) answer.emplace_back("grants", std::move(lines));
  const bool spoke = judged.outcome.allowed || judged.outcome.explicit_deny;
  const std::string kind(kKinds[static_cast<size_t>(judged.outcome.decider)]);
  std::string because =
      judged.outcome.allowed ? "an " + kind + " allows it" : policy::Because(judged.outcome, check.action);
  if (formation.refuses) because += ", Lake Formation does not";
  answer.emplace_back("because", std::move(because));
  answer.emplace_back("kind", kind);
  if (!judged.policy.empty()) answer.emplace_back("policy", judged.policy);
  if (spoke && judged.outcome.statement >= 0) answer.emplace_back("statement", int64_t{judged.outcome.statement + 1});
  if (!judged.sid.empty()) answer.emplace_back("sid", judged.sid);
  return json::Write(std::move(answer));
}

}  // namespace tarn::server
