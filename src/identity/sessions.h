// Temporary credentials: an access key, its secret and a session token. For STS and credential vending.
//
// Nothing is kept: the token holds the session, sealed under the lake's master key and bound to its access key, so that
// it holds on every node and after a restart. Invariants: a session ends at its time, with the lasting key that made it
// and with its role (one made anew under the same name is another); it may never do more than its principal does now,
// and of that only what each of its policies allows; what was limited stays so. Units: seconds. Threads: any.
// docs/format/identity.md tells the token.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/per_thread.h"
#include "base/result.h"
#include "base/time.h"
#include "identity/authorize.h"
#include "identity/caller.h"
#include "identity/directory.h"
#include "identity/secret_box.h"
#include "identity/session_token.h"

namespace tarn::policy {
class Document;
}  // namespace tarn::policy

namespace tarn::identity {

// Among the conditions of a session that S3's CreateSession made: the directory bucket that it is for.
inline constexpr std::string_view kDirectorySession = "s3express:sessionbucket";

// Among the conditions of a session that AssumeRoot made, "true".
inline constexpr std::string_view kAssumedRoot = "aws:assumedroot";

// A narrower session of whoever calls, as credential vending hands it out.
struct SessionSpec {
  std::string name;    // 2 to 64 of [A-Za-z0-9_=,.@-]
  std::string policy;  // an identity policy's JSON; empty: no limit
  int64_t seconds = 3600;
  std::map<std::string, std::string> conditions = {};  // lower-case keys, beside those of the caller's own session
};

// A session as STS makes it.
struct SessionGrant {
  // Its principal, with `session` the name. `access_key_id` is the lasting key with which it ends; empty for a role's,
  // and for a root that has none or does not ask itself: such a session ends by time alone.
  // A federated user's `role_arn` is the ARN of the user or root who made it.
  Caller principal;
  std::vector<std::string> policies;     // JSON; each limits
  std::vector<std::string> policy_arns;  // of managed policies: together they are one limit
  std::map<std::string, std::string> tags;
  std::vector<std::string> transitive_tags;
  std::map<std::string, std::string> conditions;  // lower-case keys
  std::string source_identity;
  std::string provider;
  bool mfa = false;
  int64_t seconds = 3600;
};

struct TemporaryCredentials {
  std::string access_key_id;  // "ASIA…"
  std::string secret_access_key;
  std::string session_token;
  Timestamp expires;
};

// What IAM knows now of what sessions are made of. Memory speed, fit for I/O threads.
class SessionPrincipals {
 public:
  virtual ~SessionPrincipals() = default;
  // Another number after each change of what is answered here or of a lasting key; nothing where that is not known.
  virtual std::optional<uint64_t> AsOf() const { return std::nullopt; }
  // The unique id ("AROA…") of the role; nothing when there is none.
  virtual Result<std::optional<std::string>> RoleId(std::string_view role_arn) = 0;
  // The default version of a managed policy; null when there is none.
  virtual Result<std::shared_ptr<const policy::Document>> ManagedPolicy(std::string_view policy_arn) = 0;
};

class Sessions : public CredentialSource {
 public:
  static constexpr int64_t kSecondsMax = 36 * 3600;

  // Both outlive it. `master_key` has 32 bytes.
  Sessions(CredentialSource& keys, const Clock& clock, std::string master_key);
  // Before the first request; outlives it. Without one there are no roles.
  void SetPrincipals(SessionPrincipals* principals) { principals_ = principals; }

  // A session of the caller, limited by the policy beside what limits him already. Ends no later than his own.
  // Errors: kBadSession.
  Result<TemporaryCredentials> Issue(const Caller& caller, const SessionSpec& spec);
  // Errors: kBadSession for policies that are none.
  Result<TemporaryCredentials> Issue(const SessionGrant& grant);

  // Sessions by their token, lasting keys by what `keys` says. Errors: kUnknownKey, kBadToken, kExpiredToken,
  // kDamaged.
  Result<std::shared_ptr<const Credential>> FindKey(std::string_view access_key_id, std::string_view token) override;

 private:
  // What a token says, and the last answer with what that was made of; never changed once it is kept.
  struct Session {
    std::string token;
    SessionRecord record;
    std::vector<std::shared_ptr<const policy::Document>> policies;  // the inline ones
    std::shared_ptr<const Credential> parent;
    std::vector<std::shared_ptr<const policy::Document>> managed;
    std::shared_ptr<const Credential> credential;
  };
  // What a thread answered last; for a second, so that the busy stay among the recently used of all threads.
  struct Recent {
    std::string token;
    Timestamp until;
    std::shared_ptr<const Credential> credential;
  };
  using Kept = std::pair<std::string, std::shared_ptr<const Session>>;  // by access key

  Result<std::shared_ptr<const Credential>> FindSession(std::string_view access_key_id, std::string_view token);
  Result<TemporaryCredentials> Seal(SessionRecord record);
  Result<Session> Open(std::string_view access_key_id, std::string_view token) const;
  // Null: it is not among those that were opened.
  std::shared_ptr<const Session> Find(std::string_view access_key_id, std::string_view token);
  std::shared_ptr<const Session> Keep(std::string_view access_key_id, Session session);
  // What it is good for at this time. No lock is held: what is asked of IAM takes its own.
  Result<std::shared_ptr<const Credential>> Refresh(std::string_view access_key_id, const Session& session);

  CredentialSource& keys_;
  const Clock& clock_;
  const SecretBox box_;
  SessionPrincipals* principals_ = nullptr;
  std::mutex mutex_;
  std::list<Kept> opened_;  // the most recently used first
  std::unordered_map<std::string_view, std::list<Kept>::iterator> by_key_;
  PerThread<std::string, Recent> recent_;  // by SessionPrincipals::AsOf
};

}  // namespace tarn::identity
