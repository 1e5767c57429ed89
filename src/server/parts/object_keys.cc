#include "server/parts/object_keys.h"

#include <fmt/format.h>

#include <utility>

#include "object/errors.h"

namespace tarn::server {
namespace {

constexpr struct {
  const Reason* from;
  const Reason* to;
} kReasons[] = {
    {&keys::kNotFound, &object::kKeyNotFound},         {&keys::kInvalidArn, &object::kKeyNotFound},
    {&keys::kInvalidAliasName, &object::kKeyNotFound}, {&keys::kDisabled, &object::kKeyDisabled},
    {&keys::kInvalidState, &object::kKeyInvalidState}, {&keys::kInvalidKeyUsage, &object::kKeyInvalidUsage},
    {&keys::kAccessDenied, &object::kKeyDenied},       {&keys::kNotAuthorized, &object::kKeyDenied},
    {&keys::kIncorrectKey, &object::kKeyInvalidState}, {&keys::kInvalidCiphertext, &object::kCorruptRecord},
};

Error ToObjects(const Error& error) {
  for (const auto& row : kReasons) {
    if (error.reason == row.from) return Fail(*row.to, error.message);
  }
  return error;
}

std::string Service(const object::KeyUser& user) { return fmt::format("s3.{}.amazonaws.com", user.scope.region); }

}  // namespace

Result<object::DataKey> ObjectKeys::Generate(const object::KeyUser& user, std::string_view key,
                                             const object::EncryptionContext& context) {
  const std::string service = Service(user);
  auto made = keys_.GenerateDataKey({.scope = user.scope, .caller = user.caller, .via_service = service}, key, context);
  if (!made.ok()) return ToObjects(made.error());
  return object::DataKey{.plaintext = std::move(made->plaintext),
                         .sealed = std::move(made->ciphertext),
                         .key_arn = std::move(made->key_arn)};
}

Result<std::string> ObjectKeys::Open(const object::KeyUser& user, std::string_view sealed,
                                     const object::EncryptionContext& context) {
  const std::string service = Service(user);
  auto opened = keys_.Decrypt({.scope = user.scope, .caller = user.caller, .via_service = service}, sealed, context);
  if (!opened.ok()) return ToObjects(opened.error());
  return std::move(opened->plaintext);
}

}  // namespace tarn::server
