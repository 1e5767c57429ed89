// Caller: who makes a request, as authentication found it. A plain value; no I/O.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace tarn::policy {
class Document;
}  // namespace tarn::policy

namespace tarn::identity {

enum class PrincipalType : uint8_t {
  kAnonymous,  // no signature
  kRoot,       // the account itself
  kUser,
  kAssumedRole,
  kFederatedUser,  // of GetFederationToken
  kService,        // an internal actor: crawler, lifecycle, delivery, upkeep
};

// What temporary credentials carry beyond their principal. Shared by the calls of a session, never changed.
struct SessionFacts {
  // Each limits what the session may do; none: it may do all that its principal may.
  std::vector<std::shared_ptr<const policy::Document>> policies;
  std::map<std::string, std::string> tags;        // of the session; stronger than the principal's own
  std::vector<std::string> transitive_tags;       // keys handed on by role chaining
  std::map<std::string, std::string> conditions;  // further condition keys: "aws:FederatedProvider", "accounts.…:sub"
  std::string source_identity;
  std::string provider;  // ARN or host of the identity provider; empty: none
  Timestamp issued;
  Timestamp expires;
  bool mfa = false;
};

// What is known of a request itself, for condition keys and the audit trail. Absent in what the lake does by itself.
struct RequestFacts {
  std::string id;
  std::string source_ip;
  std::string user_agent;
  std::string referer;
  std::string region;  // that was asked
  Timestamp time;
  bool secure_transport = false;
  bool presigned = false;
};

struct Caller {
  PrincipalType type = PrincipalType::kAnonymous;
  std::string account;        // 12 digits; empty when anonymous
  std::string arn;            // "arn:aws:iam::123456789012:root"; empty when anonymous
  std::string user_id;        // what GetCallerIdentity and S3's owner id show: the account's id for root
  std::string access_key_id;  // empty for anonymous and internal actors
  std::string session;        // a session's name when the credentials are temporary
  std::string role_arn;       // of an assumed role: "arn:aws:iam::123456789012:role/path/R"
  std::shared_ptr<const SessionFacts> facts = {};    // null: lasting credentials
  std::shared_ptr<const RequestFacts> request = {};  // null: no request is at hand

  bool anonymous() const { return type == PrincipalType::kAnonymous; }
  bool is_root() const { return type == PrincipalType::kRoot; }
  // Has the rights of its account: the root and internal actors.
  bool acts_for_account() const { return type == PrincipalType::kRoot || type == PrincipalType::kService; }
  bool operator==(const Caller&) const = default;
};

// The account's own root, e.g. for tests and for what the lake does in an account's name.
Caller RootOf(const std::string& account);
// An internal actor of `account`: ServiceCaller(account, "glue") is "arn:aws:iam::<account>:service/glue".
Caller ServiceCaller(const std::string& account, const std::string& service);

}  // namespace tarn::identity
