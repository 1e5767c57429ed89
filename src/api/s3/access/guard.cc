#include "api/s3/access/guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "api/s3/access/access.h"
#include "api/s3/access/context.h"
#include "api/s3/logging/access_log.h"
#include "api/s3/logging/logging_rules.h"
#include "api/s3/rules/request_rules.h"
#include "identity/principal.h"
#include "object/directory/names.h"
#include "policy/combine.h"

namespace tarn::api::s3 {
namespace {

using identity::Caller;
using identity::Check;
using policy::Effect;
using policy::Match;

template <size_t N>
bool Contains(const std::array<std::string_view, N>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// What only the object's own list and owner decide, besides a policy of the same owner.
constexpr std::array<std::string_view, 15> kOfExistingObject = {
    "s3:GetObject",           "s3:GetObjectVersion",
    "s3:GetObjectAcl",        "s3:GetObjectVersionAcl",
    "s3:PutObjectAcl",        "s3:PutObjectVersionAcl",
    "s3:GetObjectTagging",    "s3:GetObjectVersionTagging",
    "s3:PutObjectTagging",    "s3:PutObjectVersionTagging",
    "s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging",
    "s3:GetObjectAttributes", "s3:GetObjectVersionAttributes",
    "s3:GetObjectTorrent",
};

struct Rule {
  std::string_view action;
  Permission permission;
};
constexpr Rule kBucketRules[] = {
    {"s3:ListBucket", Permission::kRead},
    {"s3:ListBucketVersions", Permission::kRead},
    {"s3:ListBucketMultipartUploads", Permission::kRead},
    {"s3:PutObject", Permission::kWrite},
    {"s3:DeleteObject", Permission::kWrite},
    {"s3:GetBucketAcl", Permission::kReadAcp},
    {"s3:PutBucketAcl", Permission::kWriteAcp},
};
// Asked of whoever writes an object and sets these with it: the right to write covers them.
constexpr std::array<std::string_view, 2> kPartOfWriting = {"s3:PutObjectAcl", "s3:PutObjectTagging"};
constexpr Rule kObjectRules[] = {
    {"s3:GetObject", Permission::kRead},
    {"s3:GetObjectVersion", Permission::kRead},
    {"s3:GetObjectTorrent", Permission::kRead},
    {"s3:GetObjectAttributes", Permission::kRead},
    {"s3:GetObjectVersionAttributes", Permission::kRead},
    {"s3:GetObjectAcl", Permission::kReadAcp},
    {"s3:GetObjectVersionAcl", Permission::kReadAcp},
    {"s3:PutObjectAcl", Permission::kWriteAcp},
    {"s3:PutObjectVersionAcl", Permission::kWriteAcp},
};
constexpr std::array<std::string_view, 6> kPolicyActions = {
    "s3:GetBucketPolicy",        "s3:PutBucketPolicy",        "s3:DeleteBucketPolicy",
    "s3express:GetBucketPolicy", "s3express:PutBucketPolicy", "s3express:DeleteBucketPolicy"};
constexpr std::array<std::string_view, 2> kUploadActions = {"s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"};

template <size_t N>
std::optional<Permission> PermissionFor(const Rule (&rules)[N], std::string_view action) {
  for (const Rule& rule : rules) {
    if (rule.action == action) return rule.permission;
  }
  return std::nullopt;
}

}  // namespace

std::string BucketGuard::Key(const Check& check) const {
  if (object::IsDirectoryBucket(bucket_.name)) return {};  // checks are of the bucket
  constexpr size_t kPrefix = std::string_view("arn:aws:s3:::").size();
  const size_t slash = kPrefix + bucket_.name.size();
  return check.resource.size() > slash + 1 ? check.resource.substr(slash + 1) : std::string();
}

bool BucketGuard::IsOfObject(const Check& check) const {
  return !writes_object_ && Contains(kOfExistingObject, check.action);
}

const object::Version* BucketGuard::Object(const Check& check) const {
  const std::string key = Key(check);
  if (key.empty()) return nullptr;
  std::string version_id = call_.Query("versionId").value_or("");
  if (const auto told = check.context.find("s3:versionid"); told != check.context.end()) version_id = told->second;
  if (!found_ || found_->key != key || found_->version_id != version_id) {
    auto version = service_.store().Find(bucket_, key, version_id, /*with_content=*/false);
    found_ = Found{.key = key, .version_id = version_id, .version = {}};
    if (version.ok() && !version->is_delete_marker) found_->version = std::move(version).value();
  }
  return found_->version ? &*found_->version : nullptr;
}

std::string BucketGuard::OwnerFor(const Check& check) const {
  if (!TakesAcls(bucket_) || !IsOfObject(check)) return bucket_.owner.account;
  const object::Version* version = Object(check);
  return version == nullptr ? bucket_.owner.account : OwningAccount(bucket_, version->attributes);
}

policy::Decision BucketGuard::AskPolicy(const Caller& caller, const Check& check,
                                        const policy::Context& context) const {
  if (!access_->policy) return {};
  return Ask(*access_->policy, check.resource, caller, check, context);
}

policy::Decision BucketGuard::Ask(const policy::Document& policy, const std::string& resource, const Caller& caller,
                                  const Check& check, const policy::Context& context) const {
  const std::string canonical_id = caller.anonymous() ? std::string() : CanonicalId(caller.account);
  identity::AsPrincipal principal(caller);
  principal.set_canonical_id(canonical_id);
  return policy.Evaluate(
      {.principal = principal.get(), .action = check.action, .resource = resource, .context = context});
}

bool BucketGuard::FindKey(const Check& check, std::string_view key, std::vector<std::string>& values) const {
  const RequestContext context(call_, bucket_, check, access_->tags_decide, [&]() -> const object::Tags* {
    const object::Version* version = Object(check);
    return version == nullptr ? nullptr : &version->tags;
  });
  return context.Find(key, values);
}

// Whether an allow of the bucket policy reaches this caller and this object.
bool BucketGuard::CountsAllow(const Caller& caller, const Check& check) const {
  if (OwnerFor(check) != bucket_.owner.account) return false;
  const bool own = !caller.anonymous() && caller.account == bucket_.owner.account;
  return !block_.restrict_buckets || own || !access_->policy->IsPublic();
}

Result<Match> BucketGuard::AllowedByAcl(const Caller& caller, const Check& check) const {
  if (!TakesAcls(bucket_)) return Match::kNone;
  const bool ignore_public = block_.ignore_acls;
  const auto match = [&](const Acl& acl, Permission permission) {
    if (!Grants(acl, caller, permission, ignore_public)) return Match::kNone;
    // What everybody may do is not left to the account.
    return Grants(acl, Caller{}, permission, ignore_public) ? Match::kEveryone : Match::kAccount;
  };
  std::optional<Permission> permission = PermissionFor(kBucketRules, check.action);
  if (writes_object_ && Contains(kPartOfWriting, check.action)) permission = Permission::kWrite;
  if (permission) return match(access_->acl, *permission);
  permission = PermissionFor(kObjectRules, check.action);
  const object::Version* version = permission ? Object(check) : nullptr;
  if (version == nullptr) return Match::kNone;
  TARN_TRY(const Acl acl, DecodeAcl(version->attributes.acl, OwningAccount(bucket_, version->attributes)));
  return match(acl, *permission);
}

// Whoever began an upload may look at its parts and end it.
bool BucketGuard::IsOwnUpload(const Caller& caller, const Check& check) const {
  if (caller.anonymous() || !Contains(kUploadActions, check.action)) return false;
  const auto upload = service_.store().GetUpload(bucket_, Key(check), call_.Query("uploadId").value_or(""));
  return upload.ok() && upload->initiator == caller.account;
}

bool BucketGuard::MayList(const Caller& caller, const Check& check) const {
  Check list{.action = "s3:ListBucket",
             .resource = fmt::format("arn:aws:s3:::{}", bucket_.name),
             .owner = bucket_.owner.account,
             .context = {{"s3:prefix", Key(check)}},
             .guard = std::shared_ptr<const identity::Guard>(std::shared_ptr<void>(), this)};
  return call_.authorizer->Authorize(caller, std::span(&list, 1)).ok();
}

Result<identity::Guard::Ruling> BucketGuard::Judge(const Caller& caller, const Check& check,
                                                   const policy::Context& context) const {
  const policy::Decision decision = AskPolicy(caller, check, context);
  const bool own = !caller.anonymous() && caller.account == bucket_.owner.account;
  if (decision.effect == Effect::kDeny) {
    // So that nobody locks a bucket for good.
    if (own && caller.acts_for_account() && Contains(kPolicyActions, check.action)) return Ruling{};
    return Ruling{.decision = decision};
  }
  Ruling ruling;
  if (decision.effect == Effect::kAllow && CountsAllow(caller, check)) ruling.decision = decision;
  if (ruling.decision.match >= Match::kPrincipal) return ruling;
  const auto allow = [&](Match match) {
    ruling.decision = policy::Join(ruling.decision, {.effect = Effect::kAllow, .match = match});
    return ruling;
  };
  TARN_TRY(const Match listed, AllowedByAcl(caller, check));
  if (listed != Match::kNone) {
    AccessLog* const log = service_.parts().access_log;
    const bool required = !own && ruling.decision.effect != Effect::kAllow;
    if (required && log != nullptr && bucket_.Has(kLoggingDocument)) log->NoteAcl(call_.request_id);
    return allow(listed);
  }
  if (ruling.decision.effect == Effect::kAllow) return ruling;
  if (IsOwnUpload(caller, check)) return allow(Match::kAccount);
  return ruling;
}

// Of a key that is not there, those who may list learn just that: the handler says so.
Result<policy::Decision> BucketGuard::JudgeRefused(const Caller& caller, const Check& check,
                                                   const policy::Context&) const {
  const bool reads = check.action == "s3:GetObject" || check.action == "s3:GetObjectVersion";
  if (!reads || writes_object_ || Object(check) != nullptr || !MayList(caller, check)) return policy::Decision();
  return policy::Decision{.effect = Effect::kAllow, .match = Match::kAccount};
}

}  // namespace tarn::api::s3
