// Who may use a key: its policy, then its grants.
#include <algorithm>

#include "base/strings.h"
#include "identity/principal.h"
#include "keys/key_specs.h"
#include "keys/session.h"
#include "policy/combine.h"
#include "policy/errors.h"

namespace tarn::keys {
namespace {

constexpr size_t kGrantsMax = 50'000;
constexpr size_t kPolicyBytesMax = 32 * 1024;

// The condition keys of one use of a key.
class UseContext : public policy::Context {
 public:
  UseContext(const Use& use, const Key& key, const EncryptionContext& pairs, std::string_view alias)
      : use_(use), key_(key), pairs_(pairs), alias_(alias) {}

  bool Find(std::string_view name, std::vector<std::string>& values) const override {
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
    if (name == "aws:resourceaccount") return key_.scope.account;
    return "";
  }

  const Use& use_;
  const Key& key_;
  const EncryptionContext& pairs_;
  const std::string_view alias_;
};

policy::Outcome Decide(const Use& use, const Key& key, const policy::Document& document, std::string_view action,
                       const EncryptionContext& pairs, std::string_view alias) {
  const identity::AsPrincipal principal(use.caller);
  const UseContext context(use, key, pairs, alias);
  const std::string resource = key.Arn();
  policy::Verdicts verdicts;
  verdicts.resource =
      document.Evaluate({.principal = principal.get(), .action = action, .resource = resource, .context = context});
  if (use.caller.acts_for_account()) {
    verdicts.identity = policy::Decision{.effect = policy::Effect::kAllow, .match = policy::Match::kPrincipal};
  }
  return policy::Combine(principal.get(), key.scope.account, verdicts, true);
}

bool Holds(const Grant& grant, const EncryptionContext& context) {
  if (grant.context_equals && *grant.context_equals != context) return false;
  if (!grant.context_subset) return true;
  return std::ranges::all_of(*grant.context_subset, [&](const auto& pair) {
    const auto it = context.find(pair.first);
    return it != context.end() && it->second == pair.second;
  });
}

Error Refuse(const Use& use, const Key& key, std::string_view action, const policy::Outcome& outcome) {
  if (use.caller.anonymous()) return Fail(kAccessDenied, "Access Denied");
  return Fail(kAccessDenied, "User: " + use.caller.arn + " is not authorized to perform: " + std::string(action) +
                                 " on resource: " + key.Arn() + " " + policy::Because(outcome, action));
}

}  // namespace

Result<bool> Session::Granted(const Key& key, const Operation& operation, const EncryptionContext& context) {
  TARN_TRY(const auto rows,
           txn_.PeekScan(GrantsKey(key.scope, key.id).bytes(), GrantsKey(key.scope, key.id).End(), kGrantsMax));
  const identity::AsPrincipal principal(use_.caller);
  const std::string_view caller = principal.get().arn;
  for (const kv::KeyValue& row : rows) {
    TARN_TRY(const Grant grant, Decode<Grant>(row.value));
    if (grant.grantee != caller || !Holds(grant, context)) continue;
    if (std::ranges::find(grant.operations, operation.name) != grant.operations.end()) return true;
  }
  return false;
}

Status Session::Authorize(const Entry& entry, const Operation& operation, const EncryptionContext& context,
                          std::string_view alias) {
  const Key& key = entry.key;
  const std::string action = "kms:" + std::string(operation.name);
  const bool own = use_.caller.account == key.scope.account;
  policy::Outcome outcome = Decide(use_, key, *entry.policy, action, context, alias);
  if (!own && !operation.other_accounts) outcome.allowed = false;
  if (outcome.allowed) return Ok();
  if (!outcome.explicit_deny && (own || operation.other_accounts)) {
    TARN_TRY(const bool granted, Granted(key, operation, context));
    if (granted) return Ok();
  }
  return Refuse(use_, key, action, outcome);
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

Status CheckPolicy(const Use& use, const Key& key, const std::string& policy, bool skip_lockout_check) {
  TARN_TRY(const auto document, ParsePolicy(policy));
  if (skip_lockout_check) return Ok();
  if (Decide(use, key, *document, "kms:PutKeyPolicy", {}, {}).allowed) return Ok();
  return Fail(kMalformedPolicy, "The new key policy will not allow you to update the key policy in the future.");
}

}  // namespace tarn::keys
