#include "identity/sessions.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "base/random.h"
#include "identity/errors.h"
#include "policy/session_policy.h"

namespace tarn::identity {
namespace {

constexpr std::string_view kPrefix = "ASIA";
constexpr size_t kKeyChars = 16;     // after the prefix
constexpr size_t kSecretBytes = 30;  // 40 characters
constexpr size_t kTokenBytesMax = 16 << 10;
constexpr size_t kPolicyBytesMax = 8 << 10;
constexpr size_t kOpenedMax = 4096;
constexpr int64_t kRecentMicros = kMicrosPerSecond;
constexpr std::string_view kPurpose = "session ";

bool IsName(std::string_view name) {
  constexpr std::string_view kMarks = "_=,.@-";
  return name.size() >= 2 && name.size() <= 64 && std::ranges::all_of(name, [&](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                  kMarks.find(c) != std::string_view::npos;
         });
}

// Sessions end at whole seconds, as clients are told.
Timestamp EndAfter(Timestamp now, int64_t seconds) { return {(now.seconds() + seconds) * kMicrosPerSecond}; }

// Session policies given by ARN and inline ones allow what any of them allows.
// A managed policy that is gone allows nothing.
std::vector<std::shared_ptr<const policy::Document>> LimitsOf(
    const std::vector<std::shared_ptr<const policy::Document>>& policies,
    const std::vector<std::shared_ptr<const policy::Document>>& managed, bool joined) {
  if (managed.empty()) return policies;
  std::vector<std::shared_ptr<const policy::Document>> first = managed;
  std::erase(first, nullptr);
  std::vector<std::shared_ptr<const policy::Document>> limits;
  if (joined) first.push_back(policies.front());
  limits.push_back(policy::Union(std::move(first)));
  limits.insert(limits.end(), policies.begin() + (joined ? 1 : 0), policies.end());
  return limits;
}

std::shared_ptr<const Credential> Present(std::string_view access_key_id, const SessionRecord& record,
                                          const Credential* parent,
                                          std::vector<std::shared_ptr<const policy::Document>> limits) {
  auto credential = std::make_shared<Credential>();
  credential->secret = record.secret;
  Caller& caller = credential->caller;
  caller.type = static_cast<PrincipalType>(record.type);
  // Users and roots as they are now; roles, federated users and roots that have no key as they were named.
  const bool own = caller.type == PrincipalType::kAssumedRole || caller.type == PrincipalType::kFederatedUser;
  if (own || parent == nullptr) {
    caller.account = record.account;
    caller.arn = record.arn;
    caller.user_id = record.user_id;
    caller.role_arn = record.role_arn;
  } else {
    caller = parent->caller;
  }
  caller.access_key_id = access_key_id;
  caller.session = record.name;
  auto facts = std::make_shared<SessionFacts>();
  facts->policies = std::move(limits);
  facts->tags = record.tags;
  facts->transitive_tags = record.transitive_tags;
  facts->conditions = record.conditions;
  facts->source_identity = record.source_identity;
  facts->provider = record.provider;
  facts->issued = record.issued;
  facts->expires = record.expires;
  facts->mfa = record.mfa;
  caller.facts = std::move(facts);
  return credential;
}

}  // namespace

Sessions::Sessions(CredentialSource& keys, const Clock& clock, std::string master_key)
    : keys_(keys), clock_(clock), box_(std::move(master_key)) {}

Result<TemporaryCredentials> Sessions::Issue(const Caller& caller, const SessionSpec& spec) {
  if (caller.access_key_id.empty()) return Fail(kBadSession, "only who has a key can make a session");
  if (!IsName(spec.name)) return Fail(kBadSession, "a session's name has 2 to 64 letters, digits or _=,.@-");
  SessionRecord record;
  if (caller.facts) {
    std::lock_guard lock(mutex_);
    const auto found = by_key_.find(caller.access_key_id);
    if (found == by_key_.end()) return Fail(kBadSession, "the session is not known here");
    record = found->second->second->record;
  } else {
    record.issuer = caller.access_key_id;
    record.type = static_cast<int64_t>(caller.type);
    record.account = caller.account;
    record.arn = caller.arn;
    record.user_id = caller.user_id;
  }
  const bool of_role = record.type == static_cast<int64_t>(PrincipalType::kAssumedRole);
  if (!of_role) record.name = spec.name;
  if (!spec.policy.empty()) record.policies.push_back(spec.policy);
  for (const auto& [key, value] : spec.conditions) record.conditions[key] = value;
  if (spec.seconds <= 0 || spec.seconds > kSecondsMax) return Fail(kBadSession, "a session lasts up to 36 hours");
  const Timestamp end = EndAfter(clock_.Now(), spec.seconds);
  record.expires = caller.facts ? std::min(end, record.expires) : end;
  return Seal(std::move(record));
}

Result<TemporaryCredentials> Sessions::Issue(const SessionGrant& grant) {
  if (grant.seconds <= 0 || grant.seconds > kSecondsMax) return Fail(kBadSession, "a session lasts up to 36 hours");
  const Caller& who = grant.principal;
  SessionRecord record;
  record.issuer = who.access_key_id;
  record.name = who.session;
  record.expires = EndAfter(clock_.Now(), grant.seconds);
  record.policies = grant.policies;
  record.type = static_cast<int64_t>(who.type);
  record.account = who.account;
  record.arn = who.arn;
  record.user_id = who.user_id;
  record.role_arn = who.role_arn;
  record.policy_arns = grant.policy_arns;
  record.tags = grant.tags;
  record.transitive_tags = grant.transitive_tags;
  record.conditions = grant.conditions;
  record.source_identity = grant.source_identity;
  record.provider = grant.provider;
  record.mfa = grant.mfa;
  record.joined = !grant.policies.empty() && !grant.policy_arns.empty();
  return Seal(std::move(record));
}

Result<TemporaryCredentials> Sessions::Seal(SessionRecord record) {
  for (const std::string& json : record.policies) {
    const auto parsed = policy::ParseSessionPolicy(json, kPolicyBytesMax);
    if (!parsed.ok()) return Fail(kBadSession, parsed.error().message);
  }
  TemporaryCredentials made;
  made.access_key_id = std::string(kPrefix) + RandomText(kKeyChars, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
  made.secret_access_key = Base64(RandomBytes(kSecretBytes));
  made.expires = record.expires;
  record.form = SessionRecord::kFormNow;
  record.secret = made.secret_access_key;
  record.issued = clock_.Now();
  made.session_token = Base64(box_.Seal(std::string(kPurpose) + made.access_key_id, EncodeRecord(record)));
  if (made.session_token.size() > kTokenBytesMax) return Fail(kBadSession, "the session holds too much");
  return made;
}

Result<Sessions::Session> Sessions::Open(std::string_view access_key_id, std::string_view token) const {
  const Error bad = Fail(kBadToken, "no session has this token");
  if (token.size() > kTokenBytesMax) return bad;
  const auto sealed = Unbase64(token);
  if (!sealed) return bad;
  const auto body = box_.Open(std::string(kPurpose) + std::string(access_key_id), *sealed);
  if (!body.ok()) return bad;
  auto record = DecodeRecord<SessionRecord>(*body);
  if (!record || record->form != SessionRecord::kFormNow) return bad;
  Session session;
  session.token = token;
  session.record = std::move(*record);
  for (const std::string& json : session.record.policies) {
    TARN_TRY(auto parsed, policy::ParseSessionPolicy(json, kPolicyBytesMax));
    session.policies.push_back(std::move(parsed));
  }
  return session;
}

std::shared_ptr<const Sessions::Session> Sessions::Find(std::string_view access_key_id, std::string_view token) {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(access_key_id);
  if (found == by_key_.end() || !ConstantTimeEqual(found->second->second->token, token)) return nullptr;
  if (found->second != opened_.begin()) opened_.splice(opened_.begin(), opened_, found->second);
  return found->second->second;
}

std::shared_ptr<const Sessions::Session> Sessions::Keep(std::string_view access_key_id, Session session) {
  auto kept = std::make_shared<const Session>(std::move(session));
  const std::lock_guard lock(mutex_);
  if (const auto found = by_key_.find(access_key_id); found != by_key_.end()) {
    const auto old = found->second;
    by_key_.erase(found);
    opened_.erase(old);
  }
  opened_.emplace_front(access_key_id, kept);
  by_key_.emplace(opened_.front().first, opened_.begin());
  if (opened_.size() > kOpenedMax) {
    by_key_.erase(opened_.back().first);
    opened_.pop_back();
  }
  return kept;
}

Result<std::shared_ptr<const Credential>> Sessions::FindKey(std::string_view access_key_id, std::string_view token) {
  if (!access_key_id.starts_with(kPrefix) || token.empty()) return keys_.FindKey(access_key_id, token);
  const std::optional<uint64_t> as_of = principals_ != nullptr ? principals_->AsOf() : std::nullopt;
  if (!as_of) return FindSession(access_key_id, token);
  const Timestamp now = clock_.Now();
  const Recent* const recent = recent_.Find(access_key_id, *as_of);
  if (recent != nullptr && now < recent->until && ConstantTimeEqual(recent->token, token)) return recent->credential;
  TARN_TRY(const auto found, FindSession(access_key_id, token));
  if (!found->caller.facts) return found;  // a lasting key
  auto own = std::make_shared<Credential>(*found);
  own->caller.facts = CountedApart(std::move(own->caller.facts));
  const Timestamp until = std::min(now.Plus(kRecentMicros), own->caller.facts->expires);
  return recent_.Keep(access_key_id, *as_of, {std::string(token), until, std::move(own)}).credential;
}

Result<std::shared_ptr<const Credential>> Sessions::FindSession(std::string_view access_key_id,
                                                                std::string_view token) {
  if (const auto known = Find(access_key_id, token)) return Refresh(access_key_id, *known);
  auto opened = Open(access_key_id, token);
  if (!opened.ok()) {
    // A lasting key may have such an id too.
    return keys_.FindKey(access_key_id, "").ok() ? keys_.FindKey(access_key_id, token) : opened.error();
  }
  return Refresh(access_key_id, *Keep(access_key_id, *std::move(opened)));
}

Result<std::shared_ptr<const Credential>> Sessions::Refresh(std::string_view access_key_id, const Session& session) {
  const SessionRecord& record = session.record;
  if (record.expires <= clock_.Now()) return Fail(kExpiredToken, "the session is over");
  const auto type = static_cast<PrincipalType>(record.type);
  std::shared_ptr<const Credential> parent;
  if (!record.issuer.empty()) {
    const auto found = keys_.FindKey(record.issuer, "");
    if (!found.ok()) return Fail(kBadToken, "the session's key is gone");
    parent = *found;
  }
  if (type == PrincipalType::kAssumedRole) {
    if (principals_ == nullptr) return Fail(kBadToken, "there are no roles");
    TARN_TRY(const auto id, principals_->RoleId(record.role_arn));
    if (!id || *id != std::string_view(record.user_id).substr(0, record.user_id.find(':'))) {
      return Fail(kBadToken, "the session's role is gone");
    }
  } else if (!parent && type != PrincipalType::kRoot) {
    return Fail(kBadToken, "no session has this token");
  }
  std::vector<std::shared_ptr<const policy::Document>> managed;
  for (const std::string& arn : record.policy_arns) {
    if (principals_ == nullptr) break;
    TARN_TRY(auto document, principals_->ManagedPolicy(arn));
    managed.push_back(std::move(document));
  }
  if (session.credential && session.parent == parent && session.managed == managed) return session.credential;
  Session fresh = session;
  fresh.credential = Present(access_key_id, record, parent.get(), LimitsOf(session.policies, managed, record.joined));
  fresh.parent = std::move(parent);
  fresh.managed = std::move(managed);
  return Keep(access_key_id, std::move(fresh))->credential;
}

}  // namespace tarn::identity
