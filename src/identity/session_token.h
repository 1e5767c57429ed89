// What a session token holds once it is opened. Tags are frozen: docs/format/identity.md.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/record_fields.h"
#include "base/time.h"
#include "identity/caller.h"

namespace tarn::identity {

struct SessionRecord {
  static constexpr int64_t kFormNow = 2;
  int64_t form = kFormNow;
  std::string issuer;  // the lasting key with which it ends; empty: a role's
  std::string name;
  std::string secret;
  Timestamp expires;
  std::vector<std::string> policies;
  int64_t type = 0;  // PrincipalType
  std::string account;
  std::string arn;
  std::string user_id;
  std::string role_arn;
  std::vector<std::string> policy_arns;
  std::map<std::string, std::string> tags;
  std::vector<std::string> transitive_tags;
  std::map<std::string, std::string> conditions;
  std::string source_identity;
  std::string provider;
  Timestamp issued;
  bool mfa = false;
  bool joined = false;  // the first of `policies` and the policy ARNs are one limit
};

template <class V>
void VisitFields(V&& visit, SessionRecord& s) {
  visit(1, s.form);
  visit(2, s.issuer);
  visit(3, s.name);
  visit(4, s.secret);
  visit(5, s.expires);
  visit(6, s.policies);
  visit(7, s.type);
  visit(8, s.account);
  visit(9, s.arn);
  visit(10, s.user_id);
  visit(11, s.role_arn);
  visit(12, s.policy_arns);
  visit(13, s.tags);
  visit(14, s.transitive_tags);
  visit(15, s.conditions);
  visit(16, s.source_identity);
  visit(17, s.provider);
  visit(18, s.issued);
  visit(19, s.mfa);
  visit(20, s.joined);
}

// Their numbers are in tokens.
static_assert(static_cast<int>(PrincipalType::kRoot) == 1 && static_cast<int>(PrincipalType::kUser) == 2 &&
              static_cast<int>(PrincipalType::kAssumedRole) == 3 &&
              static_cast<int>(PrincipalType::kFederatedUser) == 4);

}  // namespace tarn::identity
