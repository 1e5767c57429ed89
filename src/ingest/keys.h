// Ingest keys: what puts into some streams of an account, and does nothing else.
//
// A key's text is "tik_<id>_<secret>": the id, 16 capital letters and digits, finds it, the secret, 40 letters and
// digits (238 bits), proves it. The text is answered once, when the key is made; what is kept is the SHA-256 of the
// secret, which is compared in constant time. A key that is expired or deleted puts nothing from then on. Its limits,
// if it has any, hold from the next request (rates.h). Errors: kInvalidInput, kNoSuchKey, kUnknownKey (errors.h), kv's.
// Threads: any; memory speed but for Create, Change and Delete, which block. Format: docs/format/ingest.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "kv/kv.h"

namespace tarn::ingest {

// What one key may send in a second, of all its streams together; absent: any amount.
struct KeyLimits {
  std::optional<uint64_t> requests;
  std::optional<uint64_t> bytes;  // of bodies, unpacked

  bool has_any() const { return requests || bytes; }
};

// A limit to be set: nothing said leaves it as it is.
struct LimitChange {
  std::optional<std::optional<uint64_t>> requests;
  std::optional<std::optional<uint64_t>> bytes;
};

struct IngestKey {
  std::string id;
  std::string account;  // whose streams, in `region`
  std::string region;
  std::vector<std::string> streams;  // names; data streams or delivery streams
  std::string secret_sha256;         // raw bytes
  Timestamp created;
  std::optional<Timestamp> expires;
  KeyLimits limits;

  Scope scope() const { return {account, region}; }
  bool Grants(std::string_view stream) const;
};

struct MadeKey {
  IngestKey key;
  std::string text;
};

class IngestKeys {
 public:
  // Both outlive it.
  IngestKeys(kv::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  Result<MadeKey> Create(const Scope& scope, std::vector<std::string> streams, std::optional<Timestamp> expires,
                         const KeyLimits& limits = {});
  Result<std::vector<IngestKey>> List(const Scope& scope);
  // The key as it is then.
  Result<IngestKey> Change(const Scope& scope, const std::string& id, const LimitChange& change);
  Status Delete(const Scope& scope, const std::string& id);
  // The key of that text; kUnknownKey.
  Result<IngestKey> Find(std::string_view text);

 private:
  kv::Store& store_;
  const Clock& clock_;
};

}  // namespace tarn::ingest
