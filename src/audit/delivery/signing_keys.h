// The RSA keys that sign digest files: one per account and region, made when first needed, sealed on disk.
//
// A public key is PKCS #1 DER, as ListPublicKeys gives it; its fingerprint the MD5 of that in hex. Signatures are
// SHA256withRSA (PKCS #1 v1.5). Errors: kDamaged, kv's. Blocking: making a key takes up to a second. Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/record_fields.h"
#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "kv/kv.h"

namespace tarn::audit {

struct SigningKey {
  std::string public_key;
  std::string fingerprint;
  Timestamp from;
  Timestamp until;
  std::string sealed;  // PKCS #8
};

class SigningKeys {
 public:
  // `sealing_key` has 32 bytes.
  SigningKeys(kv::Store& store, const Clock& clock, std::string sealing_key)
      : store_(store), clock_(clock), sealing_key_(std::move(sealing_key)) {}

  // Those of the account and region, oldest first.
  Result<std::vector<SigningKey>> List(const Scope& scope) const;
  // The present one, made when there is none.
  Result<SigningKey> Current(const Scope& scope);
  Result<std::string> Sign(const SigningKey& key, std::string_view text) const;

 private:
  kv::Store& store_;
  const Clock& clock_;
  const std::string sealing_key_;
};

template <class V>
void VisitFields(V&& visit, SigningKey& key) {
  visit(1, key.public_key);
  visit(2, key.fingerprint);
  visit(3, key.from);
  visit(4, key.until);
  visit(5, key.sealed);
}

}  // namespace tarn::audit
