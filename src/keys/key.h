// A KMS key as it is described: what it is, its state, and its names. Key material is not part of it.
//
// Units: times are UTC microseconds. Enumerators' numbers are stored: docs/format/keys.md.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/scope.h"
#include "base/time.h"

namespace tarn::keys {

// The pairs that a ciphertext is bound to; the order in which they were given does not matter.
using EncryptionContext = std::map<std::string, std::string>;
using Tags = std::map<std::string, std::string>;

enum class Spec : uint8_t {
  kSymmetricDefault = 1,
  kHmac224 = 2,
  kHmac256 = 3,
  kHmac384 = 4,
  kHmac512 = 5,
  kRsa2048 = 6,
  kRsa3072 = 7,
  kRsa4096 = 8,
  kEccNistP256 = 9,
  kEccNistP384 = 10,
  kEccNistP521 = 11,
  kEccSecgP256k1 = 12,
  kEccNistEdwards25519 = 13,
};
enum class Usage : uint8_t { kEncryptDecrypt = 1, kSignVerify = 2, kGenerateVerifyMac = 3, kKeyAgreement = 4 };
enum class State : uint8_t {
  kEnabled = 1,
  kDisabled = 2,
  kPendingDeletion = 3,
  kPendingImport = 4,
  kPendingReplicaDeletion = 5,
};
enum class Origin : uint8_t { kAwsKms = 1, kExternal = 2 };
enum class Manager : uint8_t { kCustomer = 1, kAws = 2 };

struct Key {
  Scope scope;     // the account and region that own it
  std::string id;  // "1234abcd-12ab-34cd-56ef-1234567890ab", or "mrk-" and 32 hex digits
  std::string description;
  Spec spec = Spec::kSymmetricDefault;
  Usage usage = Usage::kEncryptDecrypt;
  State state = State::kEnabled;
  Origin origin = Origin::kAwsKms;
  Manager manager = Manager::kCustomer;
  Timestamp created;
  // While it is pending deletion. A primary with replicas waits for them: `deletion` is then absent.
  std::optional<Timestamp> deletion;
  int64_t deletion_days = 0;

  // Versions of the material count from 1; 0 means that there is none.
  int64_t material = 0;             // the version that encrypts
  int64_t materials = 0;            // the last version made
  std::string material_id;          // of the version that encrypts: 64 hex digits
  std::optional<Timestamp> expiry;  // the first one of imported material
  int64_t on_demand_rotations = 0;

  int64_t rotation_days = 0;  // 0: no automatic rotation
  std::optional<Timestamp> next_rotation;

  std::string primary_region;                // of a multi-region key; empty for others
  std::vector<std::string> replica_regions;  // in order; each of the related keys knows all

  int64_t changes = 0;  // counts changes of the policy and the grants too: what is cached with a key holds while equal

  bool enabled() const { return state == State::kEnabled; }
  bool multi_region() const { return !primary_region.empty(); }
  bool is_primary() const { return primary_region == scope.region; }
  std::string Arn() const;
};

// One version of a key's material, without its bytes.
struct MaterialInfo {
  int64_t version = 0;
  std::string id;  // 64 hex digits
  enum class Rotation : uint8_t { kFirst = 1, kAutomatic = 2, kOnDemand = 3 } rotation = Rotation::kFirst;
  Timestamp since;       // when it became the one that encrypts
  bool pending = false;  // imported, waits for a rotation
  bool present = true;   // false: imported once, deleted or expired since
  std::string description;
  std::optional<Timestamp> expiry;
};

struct Alias {
  std::string name;  // "alias/…"
  std::string key_id;
  Timestamp created;
  Timestamp updated;
};

struct Grant {
  std::string id;  // 64 hex digits
  std::string name;
  Timestamp created;
  std::string grantee;   // ARN
  std::string retiring;  // ARN; may be empty
  std::string issuer;    // the account's ARN
  std::vector<std::string> operations;
  std::optional<EncryptionContext> context_subset;
  std::optional<EncryptionContext> context_equals;
  std::string source_arn;
};

// "arn:aws:kms:us-east-1:000000000000:key/<id>".
std::string KeyArn(const Scope& scope, std::string_view id);
// "arn:aws:kms:us-east-1:000000000000:alias/<name>".
std::string AliasArn(const Scope& scope, std::string_view alias);

}  // namespace tarn::keys
