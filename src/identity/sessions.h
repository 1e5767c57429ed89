// Temporary credentials: an access key, its secret and a session token, with a policy that limits them. For credential
// vending and STS.
//
// Nothing is kept: the token holds the session, sealed under the lake's master key and bound to its access key, so that
// it holds on every node and after a restart. Invariants: a session ends at its time and with the access key that made
// it; it may never do more than its principal, and of that only what its policy allows; what was limited stays so
// (a session makes no session). Units: seconds. Threads: any. docs/format/identity.md tells the token.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "base/time.h"
#include "identity/authorize.h"
#include "identity/caller.h"
#include "identity/directory.h"
#include "identity/secret_box.h"

namespace tarn::policy {
class Document;
}  // namespace tarn::policy

namespace tarn::identity {

struct SessionSpec {
  std::string name;    // 2 to 64 of [A-Za-z0-9_=,.@-]
  std::string policy;  // an identity policy's JSON; empty: no limit
  int64_t seconds = 3600;
};

struct TemporaryCredentials {
  std::string access_key_id;  // "ASIA…"
  std::string secret_access_key;
  std::string session_token;
  Timestamp expires;
};

class Sessions : public CredentialSource {
 public:
  static constexpr int64_t kSecondsMax = 12 * 3600;

  // Both outlive it. `master_key` has 32 bytes.
  Sessions(CredentialSource& keys, const Clock& clock, std::string master_key);

  // A session of the caller, who signed with a lasting key. Errors: kBadSession.
  Result<TemporaryCredentials> Issue(const Caller& caller, const SessionSpec& spec);

  // Sessions by their token, lasting keys by what `keys` says. Errors: kUnknownKey, kBadToken, kExpiredToken, kDamaged.
  Result<std::shared_ptr<const Credential>> FindKey(std::string_view access_key_id, std::string_view token) override;

  // What the session of that access key, found before, may do at most; null: no limit. Error kBadToken when it is no
  // longer held: it must be found again.
  Result<std::shared_ptr<const policy::Document>> PolicyOf(std::string_view access_key_id);

 private:
  struct Session {
    std::string token;
    std::string issuer;  // the lasting key
    std::string name;
    std::string secret;
    Timestamp expires;
    std::shared_ptr<const policy::Document> policy;
    // The last answer, and what it was made of.
    std::shared_ptr<const Credential> parent;
    std::shared_ptr<const Credential> credential;
  };
  Result<Session> Open(std::string_view access_key_id, std::string_view token) const;

  CredentialSource& keys_;
  const Clock& clock_;
  const SecretBox box_;
  std::mutex mutex_;
  std::list<std::pair<std::string, Session>> opened_;  // by access key, the most recently used first
  std::unordered_map<std::string_view, std::list<std::pair<std::string, Session>>::iterator> by_key_;
};

// What `all` allows, and of that, to a session with a policy, only what the policy allows.
class SessionAuthorizer : public Authorizer {
 public:
  SessionAuthorizer(Sessions& sessions, const Authorizer& all) : sessions_(sessions), all_(all) {}
  Status Authorize(const Caller& caller, std::span<const Check> checks) const override;

 private:
  Sessions& sessions_;
  const Authorizer& all_;
};

}  // namespace tarn::identity
