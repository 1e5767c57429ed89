// Who may use a key: its policy, then its grants.
#include <algorithm>
#include <functional>
#include <span>
#include <utility>

#include "base/strings.h"
#include "identity/authorize.h"
#include "identity/principal.h"
#include "keys/key_specs.h"
#include "keys/session.h"
#include "policy/combine.h"
#include "policy/errors.h"

namespace tarn::keys {
namespace {

constexpr size_t kGrantsMax = 50'000;
constexpr size_t kPolicyBytesMax = 32 * 1024;

bool Holds(const Grant& grant, const EncryptionContext& context) {
  if (grant.context_equals && *grant.context_equals != context) return false;
  if (!grant.context_subset) return true;
  return std::ranges::all_of(*grant.context_subset, [&](const auto& pair) {
    const auto it = context.find(pair.first);
    return it != context.end() && it->second == pair.second;
  });
}

// A key's policy and grants, and the condition keys of one use of it.
class KeyGuard : public identity::Guard {
 public:
  KeyGuard(const Use& use, const Key& key, const policy::Document& document, const EncryptionContext& pairs,
           std::string_view alias)
      : use_(use), key_(key), document_(document), pairs_(pairs), alias_(alias) {}

  // Whether a grant, too, allows the operation is asked only then.
  void AskGrants(std::function<Result<policy::Match>()> granted) { granted_ = std::move(granted); }
  // The operation is not for other accounts.
  void Close() { closed_ = true; }

  Result<Ruling> Judge(const identity::Caller& caller, const identity::Check& check,
                       const policy::Context& context) const override {
    Ruling ruling;
    ruling.must_allow = true;
    if (closed_ && caller.account != key_.scope.account) return ruling;
    const identity::AsPrincipal principal(caller);
    ruling.decision = document_.Evaluate(
        {.principal = principal.get(), .action = check.action, .resource = check.resource, .context = context});
    if (!granted_ || ruling.decision.effect == policy::Effect::kDeny) return ruling;
    if (ruling.decision.match >= policy::Match::kPrincipal) return ruling;
    TARN_TRY(const policy::Match match, granted_());
    if (match != policy::Match::kNone) {
      ruling.decision = policy::Join(ruling.decision, {.effect = policy::Effect::kAllow, .match = match});
    }
    return ruling;
  }

  bool FindKey(const identity::Check&, std::string_view name, std::vector<std::string>& values) const override {
    constexpr std::string_view kPair = "kms:encryptioncontext:";
    if (name.starts_with(kPair)) {
      for (const auto& [key, value] : pairs_) {
        if (AsciiLower(key) != AsciiLower(name.substr(kPair.size()))) continue;
        values.push_back(value);
        return true;
      }
      return false;
    }
    if (name == "kms:encryptioncontextkeys") {
      for (const auto& [key, value] : pairs_) values.push_back(key);
      return !pairs_.empty();
    }
    const std::string value = Value(name);
    if (value.empty()) return false;
    values.push_back(value);
    return true;
  }

 private:
  std::string Value(std::string_view name) const {
    if (name == "kms:viaservice") return std::string(use_.via_service);
    if (name == "kms:calleraccount") return use_.caller.account;
    if (name == "kms:keyspec" || name == "kms:customermasterkeyspec") return std::string(NameOf(key_.spec));
    if (name == "kms:keyusage" || name == "kms:customermasterkeyusage") return std::string(NameOf(key_.usage));
    if (name == "kms:keyorigin") return std::string(NameOf(key_.origin));
    if (name == "kms:multiregion") return key_.multi_region() ? "true" : "false";
    if (name == "kms:requestalias") return std::string(alias_);
    if (name == "aws:requestedregion") return key_.scope.region;
    if (name == "aws:viaawsservice") return use_.via_service.empty() ? "false" : "true";
    return "";
  }

  const Use& use_;
  const Key& key_;
  const policy::Document& document_;
  const EncryptionContext& pairs_;
  const std::string_view alias_;
  std::function<Result<policy::Match>()> granted_;
  bool closed_ = false;
};

Status Ask(const identity::Authorizer& authorizer, const Use& use, const Key& key, std::string action,
           std::shared_ptr<const KeyGuard> guard) {
  identity::Check check;
  check.action = std::move(action);
  check.resource = key.Arn();
  check.owner = key.scope.account;
  check.guard = std::move(guard);
  const Status allowed = authorizer.Authorize(use.caller, std::span(&check, 1));
  if (!allowed.ok() && allowed.Is(identity::kAccessDenied)) return Fail(kAccessDenied, allowed.error().message);
  return allowed;
}

}  // namespace

Result<policy::Match> Session::Granted(const Key& key, const Operation& operation, const EncryptionContext& context) {
  TARN_TRY(const auto rows,
           txn_.PeekScan(GrantsKey(key.scope, key.id).bytes(), GrantsKey(key.scope, key.id).End(), kGrantsMax));
  const identity::AsPrincipal principal(use_.caller);
  policy::Match found = policy::Match::kNone;
  for (const kv::KeyValue& row : rows) {
    TARN_TRY(const Grant grant, Decode<Grant>(row.value));
    const bool caller = grant.grantee == principal.get().arn;
    const bool role = !caller && !grant.grantee.empty() && grant.grantee == principal.get().role_arn;
    if ((!caller && !role) || !Holds(grant, context)) continue;
    if (std::ranges::find(grant.operations, operation.name) == grant.operations.end()) continue;
    found = std::max(found, caller ? policy::Match::kPrincipal : policy::Match::kRole);
  }
  return found;
}

Status Session::Authorize(const Entry& entry, const Operation& operation, const EncryptionContext& context,
                          std::string_view alias) {
  const Key& key = entry.key;
  auto guard = std::make_shared<KeyGuard>(use_, key, *entry.policy, context, alias);
  if (!operation.other_accounts) guard->Close();
  guard->AskGrants([&] { return Granted(key, operation, context); });
  return Ask(*keys_.authorizer_, use_, key, "kms:" + std::string(operation.name), std::move(guard));
}

std::string DefaultPolicy(const std::string& account) {
  return "{\n  \"Version\" : \"2012-10-17\",\n  \"Id\" : \"key-default-1\",\n  \"Statement\" : [ {\n"
         "    \"Sid\" : \"Enable IAM User Permissions\",\n    \"Effect\" : \"Allow\",\n    \"Principal\" : {\n"
         "      \"AWS\" : \"arn:aws:iam::" +
         account + ":root\"\n    },\n    \"Action\" : \"kms:*\",\n    \"Resource\" : \"*\"\n  } ]\n}";
}

Result<std::shared_ptr<const policy::Document>> ParsePolicy(const std::string& text) {
  policy::ParseOptions options;
  options.kind = policy::ParseOptions::Kind::kResource;
  options.max_bytes = kPolicyBytesMax;
  auto parsed = policy::Document::Parse(text, options);
  if (parsed.ok()) return parsed;
  if (parsed.Is(policy::kTooLarge)) return Fail(kLimitExceeded, "Key policy documents may have at most 32 KB.");
  return Fail(kMalformedPolicy, parsed.error().message);
}

Status CheckPolicy(const identity::Authorizer& authorizer, const Use& use, const Key& key, const std::string& policy,
                   bool skip_lockout_check) {
  TARN_TRY(const auto document, ParsePolicy(policy));
  if (skip_lockout_check) return Ok();
  const EncryptionContext none;
  if (Ask(authorizer, use, key, "kms:PutKeyPolicy", std::make_shared<KeyGuard>(use, key, *document, none, "")).ok()) {
    return Ok();
  }
  return Fail(kMalformedPolicy, "The new key policy will not allow you to update the key policy in the future.");
}

}  // namespace tarn::keys
