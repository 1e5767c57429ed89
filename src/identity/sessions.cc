#include "identity/sessions.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "base/random.h"
#include "base/record.h"
#include "identity/errors.h"
#include "policy/policy.h"

namespace tarn::identity {
namespace {

constexpr std::string_view kPrefix = "ASIA";
constexpr size_t kKeyChars = 16;     // after the prefix
constexpr size_t kSecretBytes = 30;  // 40 characters
constexpr size_t kTokenBytesMax = 16 << 10;
constexpr size_t kPolicyBytesMax = 8 << 10;
constexpr size_t kOpenedMax = 4096;
constexpr std::string_view kPurpose = "session ";

// Tags are frozen: docs/format/identity.md.
enum SessionTag : uint32_t { kForm = 1, kIssuer = 2, kName = 3, kSecret = 4, kExpires = 5, kPolicy = 6 };
constexpr uint64_t kFormNow = 1;

bool IsName(std::string_view name) {
  constexpr std::string_view kMarks = "_=,.@-";
  return name.size() >= 2 && name.size() <= 64 && std::ranges::all_of(name, [&](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                  kMarks.find(c) != std::string_view::npos;
         });
}

Result<std::shared_ptr<const policy::Document>> ParsePolicy(std::string_view json) {
  policy::ParseOptions options;
  options.kind = policy::ParseOptions::Kind::kIdentity;
  options.max_bytes = kPolicyBytesMax;
  return policy::Document::Parse(json, options);
}

}  // namespace

Sessions::Sessions(CredentialSource& keys, const Clock& clock, std::string master_key)
    : keys_(keys), clock_(clock), box_(std::move(master_key)) {}

Result<TemporaryCredentials> Sessions::Issue(const Caller& caller, const SessionSpec& spec) {
  if (caller.access_key_id.empty() || caller.access_key_id.starts_with(kPrefix)) {
    return Fail(kBadSession, "only a lasting access key can make a session");
  }
  if (!IsName(spec.name)) return Fail(kBadSession, "a session's name has 2 to 64 letters, digits or _=,.@-");
  if (spec.seconds <= 0 || spec.seconds > kSecondsMax) return Fail(kBadSession, "a session lasts up to 12 hours");
  if (!spec.policy.empty()) {
    const auto parsed = ParsePolicy(spec.policy);
    if (!parsed.ok()) return Fail(kBadSession, parsed.error().message);
  }
  TemporaryCredentials made;
  made.access_key_id = std::string(kPrefix) + RandomText(kKeyChars, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
  made.secret_access_key = Base64(RandomBytes(kSecretBytes));
  made.expires = {clock_.Now().micros + spec.seconds * kMicrosPerSecond};
  const std::string body = RecordWriter()
                               .U64(kForm, kFormNow)
                               .Str(kIssuer, caller.access_key_id)
                               .Str(kName, spec.name)
                               .Str(kSecret, made.secret_access_key)
                               .I64(kExpires, made.expires.micros)
                               .Str(kPolicy, spec.policy)
                               .Take();
  made.session_token = Base64(box_.Seal(std::string(kPurpose) + made.access_key_id, body));
  return made;
}

Result<Sessions::Session> Sessions::Open(std::string_view access_key_id, std::string_view token) const {
  const Error bad = Fail(kBadToken, "no session has this token");
  if (token.size() > kTokenBytesMax) return bad;
  const auto sealed = Unbase64(token);
  if (!sealed) return bad;
  const auto body = box_.Open(std::string(kPurpose) + std::string(access_key_id), *sealed);
  if (!body.ok()) return bad;
  Session session;
  session.token = token;
  uint64_t form = 0;
  std::string policy;
  RecordReader reader(*body);
  while (reader.Next()) {
    switch (reader.tag()) {
      case kForm:
        form = reader.u64();
        break;
      case kIssuer:
        session.issuer = reader.str();
        break;
      case kName:
        session.name = reader.str();
        break;
      case kSecret:
        session.secret = reader.str();
        break;
      case kExpires:
        session.expires = {reader.i64()};
        break;
      case kPolicy:
        policy = reader.str();
        break;
      default:
        break;
    }
  }
  if (reader.corrupt() || form != kFormNow) return bad;
  if (!policy.empty()) {
    TARN_TRY(session.policy, ParsePolicy(policy));
  }
  return session;
}

Result<std::shared_ptr<const Credential>> Sessions::FindKey(std::string_view access_key_id, std::string_view token) {
  if (!access_key_id.starts_with(kPrefix) || token.empty()) return keys_.FindKey(access_key_id, token);
  std::lock_guard lock(mutex_);
  auto found = by_key_.find(access_key_id);
  if (found == by_key_.end() || !ConstantTimeEqual(found->second->second.token, token)) {
    auto opened = Open(access_key_id, token);
    if (!opened.ok()) {
      // A lasting key may have such an id too.
      return keys_.FindKey(access_key_id, "").ok() ? keys_.FindKey(access_key_id, token) : opened.error();
    }
    if (found != by_key_.end()) {
      const auto old = found->second;
      by_key_.erase(found);
      opened_.erase(old);
    }
    opened_.emplace_front(access_key_id, std::move(*opened));
    found = by_key_.emplace(opened_.front().first, opened_.begin()).first;
    if (opened_.size() > kOpenedMax) {
      by_key_.erase(opened_.back().first);
      opened_.pop_back();
    }
  } else {
    opened_.splice(opened_.begin(), opened_, found->second);
  }
  Session& session = found->second->second;
  if (session.expires <= clock_.Now()) return Fail(kExpiredToken, "the session is over");
  const auto parent = keys_.FindKey(session.issuer, "");
  if (!parent.ok()) return Fail(kBadToken, "the session's key is gone");
  if (session.parent != *parent) {
    auto credential = std::make_shared<Credential>(Credential{(*parent)->caller, session.secret});
    credential->caller.access_key_id = access_key_id;
    credential->caller.session = session.name;
    session.parent = *parent;
    session.credential = std::move(credential);
  }
  return session.credential;
}

Result<std::shared_ptr<const policy::Document>> Sessions::PolicyOf(std::string_view access_key_id) {
  std::lock_guard lock(mutex_);
  const auto found = by_key_.find(access_key_id);
  if (found == by_key_.end()) return Fail(kBadToken, "too many sessions at once: try again");
  return found->second->second.policy;
}

namespace {

// The condition keys that a check carries.
class CheckContext : public policy::Context {
 public:
  explicit CheckContext(const Check& check) : check_(check) {}
  bool Find(std::string_view key, std::vector<std::string>& values) const override {
    const auto told = check_.context.find(std::string(key));
    if (told == check_.context.end()) return false;
    values.push_back(told->second);
    return true;
  }

 private:
  const Check& check_;
};

// Whoever can sign may ask who he is, whatever his policies say.
constexpr std::string_view kAlwaysAllowed = "sts:GetCallerIdentity";

Error Refuse(const Caller& caller, const Check& check, bool explicitly) {
  if (check.owner && *check.owner != caller.account) return Fail(kAccessDenied, "Access Denied");
  const std::string why = explicitly ? "with an explicit deny in a session policy"
                                     : "because no session policy allows the " + check.action + " action";
  return Fail(kAccessDenied, "User: " + caller.arn + " is not authorized to perform: " + check.action +
                                 " on resource: " + check.resource + " " + why);
}

Status AllowedBy(const policy::Document& document, const Caller& caller, const Check& check) {
  if (check.action == kAlwaysAllowed) return Ok();
  const policy::Principal principal{.kind = policy::PrincipalKind::kAssumedRole,
                                    .account = caller.account,
                                    .arn = caller.arn,
                                    .role_arn = {},
                                    .user_id = caller.user_id,
                                    .canonical_id = {},
                                    .service = {},
                                    .provider = {}};
  const CheckContext context(check);
  const policy::Decision decision = document.Evaluate(
      {.principal = principal, .action = check.action, .resource = check.resource, .context = context});
  if (decision.effect == policy::Effect::kAllow) return Ok();
  return Refuse(caller, check, decision.effect == policy::Effect::kDeny);
}

}  // namespace

Status SessionAuthorizer::Authorize(const Caller& caller, std::span<const Check> checks) const {
  if (!caller.session.empty()) {
    TARN_TRY(const auto document, sessions_.PolicyOf(caller.access_key_id));
    for (const Check& check : checks) {
      if (document) TARN_CHECK(AllowedBy(*document, caller, check));
    }
  }
  return all_.Authorize(caller, checks);
}

}  // namespace tarn::identity
