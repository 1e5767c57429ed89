// What an account's IAM holds: users, groups and roles, policies, and what hangs on them. Plain values.
//
// Names are unique in their kind without regard to case; ids never come twice. Units: times are UTC microseconds.
// Enumerators' numbers are stored: docs/format/identity.md.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace tarn::iam {

using Tags = std::map<std::string, std::string>;

// How and when something was used.
struct LastUse {
  Timestamp time;
  std::string service;  // "s3"
  std::string region;
};

// A password, never kept itself: PBKDF2 of it.
struct LoginProfile {
  Timestamp created;
  Timestamp changed;
  bool reset_required = false;
  std::string salt;
  std::string hash;
  std::vector<std::string> earlier;  // salts and hashes, the last one first
};

struct SshKey {
  std::string id;    // "APKA…"
  std::string body;  // "ssh-rsa AAAA…"
  bool active = true;
  Timestamp uploaded;
};

struct SigningCertificate {
  std::string id;
  std::string body;  // PEM
  bool active = true;
  Timestamp uploaded;
};

struct ServiceCredential {
  std::string id;       // "ACCA…"
  std::string service;  // "codecommit.amazonaws.com"
  std::string login;    // the user name or alias that it signs in with
  std::string sealed;   // its password
  bool active = true;
  Timestamp created;
  std::optional<Timestamp> expires;
};

enum class Kind : uint8_t { kUser = 1, kGroup = 2, kRole = 3 };

// A user, a group or a role.
struct Entity {
  Kind kind = Kind::kUser;
  std::string account;
  std::string name;
  std::string path = "/";
  std::string id;  // "AIDA…", "AGPA…", "AROA…"
  Timestamp created;
  Tags tags;                                   // of users and roles
  std::string boundary;                        // ARN of a policy; empty: none
  std::vector<std::string> attached;           // ARNs of managed policies, in the order of attaching
  std::map<std::string, std::string> inlined;  // documents of inline policies by name

  // Of users.
  std::vector<std::string> groups;       // names, in the order of joining
  std::vector<std::string> access_keys;  // ids, the oldest first
  std::optional<LoginProfile> login;
  std::optional<Timestamp> password_used;
  std::vector<SshKey> ssh_keys;
  std::vector<SigningCertificate> signing_certificates;
  std::vector<ServiceCredential> service_credentials;

  // Of roles.
  std::string trust;  // policy document
  std::string description;
  int64_t session_seconds = 3600;  // the longest
  std::string service;             // "glue.amazonaws.com" of a service-linked role; empty: none
  std::optional<LastUse> used;

  std::string Arn() const;
};

struct PolicyVersion {
  int64_t number = 1;  // "v1"
  std::string document;
  Timestamp created;
};

struct ManagedPolicy {
  std::string account;  // "aws" of those that AWS manages
  std::string name;
  std::string path = "/";
  std::string id;  // "ANPA…"
  std::string description;
  Timestamp created;
  Timestamp updated;
  int64_t default_version = 1;
  int64_t last_version = 1;
  std::vector<PolicyVersion> versions;  // the oldest first; at least the default one
  Tags tags;

  bool aws_managed() const { return account == "aws"; }
  std::string Arn() const;
  const PolicyVersion* Version(int64_t number) const;  // null: none
};

struct InstanceProfile {
  std::string account;
  std::string name;
  std::string path = "/";
  std::string id;    // "AIPA…"
  std::string role;  // name; empty: none
  Timestamp created;
  Tags tags;
  std::string Arn() const;
};

struct MfaDevice {
  std::string account;
  std::string name;  // a virtual device's path and name, "/Phone"; a hardware one's serial number
  bool is_virtual = true;
  std::string sealed;  // the seed
  std::string user;    // whose it is; empty: none's
  std::optional<Timestamp> enabled;
  Timestamp created;
  Tags tags;
  std::string Serial() const;  // ARN of a virtual device
};

struct OidcProvider {
  std::string account;
  std::string url;  // without "https://"
  std::vector<std::string> clients;
  std::vector<std::string> thumbprints;
  Timestamp created;
  Tags tags;
  std::string Arn() const;
};

struct SamlProvider {
  std::string account;
  std::string name;
  std::string metadata;  // XML
  std::string id;        // UUID
  Timestamp created;
  Timestamp valid_until;
  std::string encryption;                 // "Required", "Allowed"; empty: not set
  std::map<std::string, Timestamp> keys;  // private keys' ids
  std::map<std::string, std::string> sealed_keys;
  Tags tags;
  std::string Arn() const;
};

struct ServerCertificate {
  std::string account;
  std::string name;
  std::string path = "/";
  std::string id;    // "ASCA…"
  std::string body;  // PEM
  std::string chain;
  std::string sealed_key;
  Timestamp uploaded;
  Timestamp expires;
  Tags tags;
  std::string Arn() const;
};

struct PasswordPolicy {
  int64_t minimum_length = 6;
  bool symbols = false;
  bool numbers = false;
  bool upper = false;
  bool lower = false;
  bool users_may_change = false;
  bool hard_expiry = false;
  int64_t max_age_days = 0;  // 0: passwords do not expire
  int64_t reuse_prevention = 0;
};

// A request for what a user, group, role or policy opens and who used it.
struct AccessReport {
  std::string id;   // UUID
  std::string arn;  // of what it is asked for
  bool of_actions = false;
  Timestamp made;
};

// What an account has set for itself.
struct AccountSettings {
  std::string alias;
  std::optional<PasswordPolicy> password_policy;
  int64_t global_token_version = 1;
  std::string report;  // the last credential report, CSV
  Timestamp report_made;
  std::optional<std::string> outbound_issuer;  // of outbound web identity federation, when enabled
  bool root_credentials_management = false;    // of the organization's management account
  bool root_sessions = false;
};

// "AIDA" and 17 more.
std::string NewId(std::string_view prefix);

}  // namespace tarn::iam
