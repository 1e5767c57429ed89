// Attributes: what an object version has beside its bytes, headers and tags: owner, access list, storage class,
// encryption, locks, restoration.
//
// Set when the version is written; access list, lock, restoration and tier may change later, the rest never does (a
// change of storage class rewrites the version as a whole). Absent values are empty, zero or false and take no space.
// Units: times are UTC microseconds since 1970.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/record.h"
#include "base/time.h"

namespace tarn::object {

using Tags = std::vector<std::pair<std::string, std::string>>;  // in the order given

enum class EncryptionKind : uint8_t { kS3 = 0, kKms = 1, kDsse = 2, kCustomer = 3 };  // frozen: stored
enum class LockMode : uint8_t { kNone = 0, kGovernance = 1, kCompliance = 2 };        // frozen: stored

// Under which key the version's blobs are wrapped.
struct Encryption {
  EncryptionKind kind = EncryptionKind::kS3;
  std::string key;         // KMS: the key's ARN; customer keys: Base64 of the key's MD5
  std::string context;     // KMS: the whole encryption context, as EncodeContext wrote it
  std::string sealed_key;  // KMS: the data key's ciphertext; customer keys: salt and verifier of the key
  bool bucket_key = false;
  bool operator==(const Encryption&) const = default;
};

struct Lock {
  LockMode mode = LockMode::kNone;
  Timestamp retain_until;  // with a mode
  bool legal_hold = false;
  bool legal_hold_told = false;  // it was set once, on or off
  bool operator==(const Lock&) const = default;
};

// What a bucket with object lock gives to new versions that name no retention: days or years.
struct DefaultRetention {
  LockMode mode = LockMode::kNone;
  uint32_t days = 0;
  uint32_t years = 0;
  bool operator==(const DefaultRetention&) const = default;
};

// How far a restoration is; kByTime is of earlier lakes: `ready` and `until` alone tell. Frozen: stored.
enum class RestoreStep : uint8_t { kByTime = 0, kAsked = 1, kCopied = 2 };

// A temporary copy of an archived object.
struct Restoration {
  Timestamp ready;  // 0: never asked for; the copy is made then
  Timestamp until;  // when the copy ends; once it is made
  RestoreStep step = RestoreStep::kByTime;
  std::string tier;  // "Standard", "Expedited", "Bulk"
  uint32_t days = 0;
  bool operator==(const Restoration&) const = default;
};

// Where Intelligent-Tiering has an object of its class. Frozen: stored.
enum class AccessTier : uint8_t {
  kFrequent = 0,
  kInfrequent = 1,
  kArchiveInstant = 2,
  kArchive = 3,  // this and the next are read after a RestoreObject only
  kDeepArchive = 4
};

struct Attributes {
  std::string owner;          // account id; empty: the bucket's owner
  std::string acl;            // as api/s3/access keeps it; empty: private
  std::string storage_class;  // empty: STANDARD
  AccessTier tier = AccessTier::kFrequent;
  Encryption encryption;
  Lock lock;
  Restoration restoration;
  bool operator==(const Attributes&) const = default;
};

// As fields of a record, tags 40 to 59. Owner, storage class and tier come first in two calls, since listings read no
// further.
void WriteListedAttributes(RecordWriter& out, const Attributes& attributes);
void WriteAttributes(RecordWriter& out, const Attributes& attributes);
inline bool IsListedAttribute(uint32_t tag) { return tag == 40 || tag == 41 || tag == 56; }
inline bool IsAttribute(uint32_t tag) { return tag >= 40 && tag < 60; }
void ReadAttribute(Attributes& attributes, const RecordReader& in);

}  // namespace tarn::object
