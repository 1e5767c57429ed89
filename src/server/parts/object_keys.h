// The lake's KMS keys as objects use them: keys::Keys behind object::KeySource.
//
// S3 acts for the caller ("kms:ViaService" is "s3.<region>.amazonaws.com"). Failures of keys become object's reasons,
// with their sentences. Threads: any.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "keys/keys.h"
#include "object/encryption.h"

namespace tarn::server {

class ObjectKeys : public object::KeySource {
 public:
  explicit ObjectKeys(keys::Keys& keys) : keys_(keys) {}
  Result<object::DataKey> Generate(const object::KeyUser& user, std::string_view key,
                                   const object::EncryptionContext& context) override;
  Result<std::string> Open(const object::KeyUser& user, std::string_view sealed,
                           const object::EncryptionContext& context) override;

 private:
  keys::Keys& keys_;
};

}  // namespace tarn::server
