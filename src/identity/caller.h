// Caller: who makes a request, as authentication found it. A plain value; no I/O.
#pragma once

#include <cstdint>
#include <string>

namespace tarn::identity {

enum class PrincipalType : uint8_t {
  kAnonymous,  // no signature
  kRoot,       // the account itself
  kUser,
  kAssumedRole,
  kService,  // an internal actor: crawler, lifecycle, delivery, upkeep
};

struct Caller {
  PrincipalType type = PrincipalType::kAnonymous;
  std::string account;        // 12 digits; empty when anonymous
  std::string arn;            // "arn:aws:iam::123456789012:root"; empty when anonymous
  std::string user_id;        // what GetCallerIdentity and S3's owner id show: the account's id for root
  std::string access_key_id;  // empty for anonymous and internal actors
  std::string session;        // a session's name when the credentials are temporary

  bool anonymous() const { return type == PrincipalType::kAnonymous; }
  bool is_root() const { return type == PrincipalType::kRoot; }
  bool operator==(const Caller&) const = default;
};

// The account's own root, e.g. for tests and for what the lake does in an account's name.
Caller RootOf(const std::string& account);
// An internal actor of `account`: ServiceCaller(account, "glue") is "arn:aws:iam::<account>:service/glue".
Caller ServiceCaller(const std::string& account, const std::string& service);

}  // namespace tarn::identity
