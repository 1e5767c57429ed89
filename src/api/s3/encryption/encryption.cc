#include "api/s3/encryption/encryption.h"

#include <utility>

#include "api/s3/directory/settings.h"
#include "api/s3/errors.h"
#include "base/hash.h"
#include "json/json.h"

namespace tarn::api::s3 {
namespace {

using object::EncryptionKind;

constexpr std::string_view kHeader = "x-amz-server-side-encryption";
constexpr size_t kKeyBytes = 32;

// What AWS names as the argument in every error about encryption, right or not. Without a value none is told.
Error Invalid(const protocol::Call& call, const std::optional<std::string>& value, std::string message,
              const Reason& reason = object::kInvalidArgument) {
  call.AddErrorField("ArgumentName", std::string(kHeader));
  if (value) call.AddErrorField("ArgumentValue", *value);
  return Fail(reason, std::move(message));
}

Error CustomerFailure(const protocol::Call& call, std::string_view what) {
  return Invalid(
      call, std::nullopt,
      "Requests specifying Server Side Encryption with Customer provided keys must provide " + std::string(what));
}

Result<object::EncryptionContext> ParseContext(const std::optional<std::string>& header) {
  object::EncryptionContext context;
  if (!header) return context;
  const Error malformed =
      Fail(object::kInvalidArgument,
           "The header 'x-amz-server-side-encryption-context' shall be Base64-encoded UTF-8 string holding JSON which "
           "represents a string-string map");
  const auto text = Unbase64(*header);
  if (!text) return malformed;
  const auto value = json::Parse(*text, {.bytes = 64 << 10, .depth = 2});
  if (!value.ok() || !value->is_object()) return malformed;
  for (const auto& [name, member] : *value->AsObject()) {
    if (!member.is_string()) return malformed;
    context[name] = *member.AsString();
  }
  return context;
}

}  // namespace

Result<std::optional<object::CustomerKey>> CustomerKeyOf(const protocol::Call& call, const CustomerHeaders& headers,
                                                         KeyUse use) {
  std::optional<object::CustomerKey> key;
  if (!headers.any()) return key;
  // Behind a proxy that ends TLS, --advertise tells so.
  if (!call.secure_transport && !call.endpoint.starts_with("https://")) {
    return Fail(object::kInvalidRequest,
                "Requests specifying Server Side Encryption with Customer provided keys must be made over a secure "
                "connection.");
  }
  if (!headers.algorithm) return CustomerFailure(call, "a valid encryption algorithm.");
  if (*headers.algorithm != "AES256") {
    return Invalid(call, headers.algorithm,
                   "The Encryption request you specified is not valid. Supported value: AES256.",
                   kInvalidEncryptionAlgorithm);
  }
  if (!headers.key) return CustomerFailure(call, "an appropriate secret key.");
  if (!headers.md5 && use == KeyUse::kWrite) {
    return CustomerFailure(call, "the client calculated MD5 of the secret key.");
  }
  auto bytes = Unbase64(*headers.key);
  if (headers.md5 && (!bytes || Base64(Md5(*bytes)) != *headers.md5)) {
    return Invalid(call, std::nullopt, "The calculated MD5 hash of the key did not match the hash that was provided.");
  }
  // To read with, a key of another size is but a wrong key.
  if (!bytes || (bytes->size() != kKeyBytes && use == KeyUse::kWrite)) {
    return Invalid(call, std::nullopt, "The secret key was invalid for the specified algorithm.");
  }
  key = object::CustomerKey{*std::move(bytes)};
  return key;
}

Result<object::EncryptionChoice> ChoiceOf(const protocol::Call& call, const EncryptionHeaders& headers,
                                          const CustomerHeaders& customer) {
  object::EncryptionChoice choice;
  if (customer.any() && headers.algorithm) {
    return Invalid(call, headers.algorithm,
                   "Server Side Encryption with Customer provided key is incompatible with the encryption method "
                   "specified");
  }
  TARN_TRY(choice.customer, CustomerKeyOf(call, customer, KeyUse::kWrite));
  if (headers.algorithm) {
    choice.kind = ParseAlgorithmText(*headers.algorithm);
    if (!choice.kind) {
      return Invalid(call, headers.algorithm, "The encryption method specified is not supported");
    }
  }
  const bool kms = choice.kind && *choice.kind != EncryptionKind::kS3;
  if ((headers.key || headers.context) && !kms) {
    return Invalid(call, headers.algorithm,
                   "Server Side Encryption with AWS KMS managed key requires HTTP header "
                   "x-amz-server-side-encryption : aws:kms");
  }
  choice.key = headers.key.value_or("");
  TARN_TRY(choice.context, ParseContext(headers.context));
  choice.bucket_key = headers.bucket_key;
  return choice;
}

Status RefuseChoice(const protocol::Call& call) {
  const auto algorithm = call.Header(kHeader);
  if (!algorithm) return Ok();
  return Invalid(call, algorithm, "x-amz-server-side-encryption header is not supported for this operation.");
}

object::KeyUser KeyUserOf(const protocol::Call& call, const object::Bucket& bucket) {
  return {.scope = {.account = call.caller.account, .region = bucket.owner.region}, .caller = call.caller};
}

Task<Result<object::Sealing>> SealFor(object::Store& store, const protocol::Call& call, const object::Bucket& bucket,
                                      const std::string& key, const object::EncryptionChoice& asked) {
  TARN_CO_TRY(const object::EncryptionChoice choice, FitChoice(store, bucket, asked));
  const bool kms = choice.kind ? *choice.kind != EncryptionKind::kS3
                               : !choice.customer && bucket.Has(object::DefaultEncryption::kDocument);
  if (!kms) co_return store.Seal(bucket, key, choice, KeyUserOf(call, bucket));
  co_return co_await Offload(store.data_pool(),
                             [&] { return store.Seal(bucket, key, choice, KeyUserOf(call, bucket)); });
}

Task<Result<object::Sealing>> SealCopy(object::Store& store, const protocol::Call& call, const object::Bucket& bucket,
                                       const std::string& key, const object::EncryptionChoice& choice,
                                       const object::Version& source) {
  const object::Encryption& present = source.attributes.encryption;
  if (!choice.customer || !object::IsCustomerKeyOf(present, *choice.customer)) {
    co_return co_await SealFor(store, call, bucket, key, choice);
  }
  TARN_CO_CHECK(store.CheckCustomerKeysAllowed(bucket, key, KeyUserOf(call, bucket)));
  object::Sealing sealing{.encryption = present, .wrapper = object::CustomerWrapper(present, *choice.customer)};
  co_return std::move(sealing);
}

Result<object::Sealing> SealPart(object::Store& store, const protocol::Call& call, const object::Bucket& bucket,
                                 const object::Upload& upload, const CustomerHeaders& headers) {
  TARN_TRY(const auto customer, CustomerKeyOf(call, headers, KeyUse::kWrite));
  const object::Encryption& encryption = upload.attributes.encryption;
  if (customer) {
    TARN_CHECK(store.CheckCustomerKeysAllowed(bucket, upload.key, KeyUserOf(call, bucket)));
  }
  if (customer.has_value() != (encryption.kind == EncryptionKind::kCustomer)) {
    return Fail(object::kInvalidRequest,
                "The multipart upload initiate requested encryption. Subsequent part requests must include the "
                "appropriate encryption parameters.");
  }
  if (customer && !object::IsCustomerKeyOf(encryption, *customer)) {
    return Fail(object::kInvalidRequest, "The provided encryption parameters did not match the ones used originally.");
  }
  object::Sealing sealing{.encryption = encryption, .wrapper = nullptr};
  TARN_TRY(sealing.wrapper, store.OpenKey(encryption, KeyUserOf(call, bucket), customer));
  return sealing;
}

Status CheckCompletionKey(const protocol::Call& call, const object::Upload& upload, const CustomerHeaders& headers) {
  TARN_TRY(const auto customer, CustomerKeyOf(call, headers, KeyUse::kRead));
  const object::Encryption& encryption = upload.attributes.encryption;
  if (encryption.kind == EncryptionKind::kCustomer && !customer && upload.checksum_declared) {
    return Fail(object::kInvalidRequest,
                "The multipart upload initiate requested encryption. Subsequent part requests must include the "
                "appropriate encryption parameters.");
  }
  if (!customer) return Ok();
  if (!object::IsCustomerKeyOf(encryption, *customer)) {
    return Fail(object::kInvalidRequest, "The provided encryption parameters did not match the ones used originally.");
  }
  return Ok();
}

Status CheckReadKey(const protocol::Call& call, const object::Version& version, const CustomerHeaders& headers) {
  if (!headers.any() && version.attributes.encryption.kind != EncryptionKind::kCustomer) return Ok();
  TARN_TRY(const auto customer, CustomerKeyOf(call, headers, KeyUse::kRead));
  return object::CheckCustomerKey(version.attributes.encryption, customer);
}

Status Unlock(object::Store& store, const protocol::Call& call, const object::Bucket& bucket,
              const object::Version& version, const CustomerHeaders& headers) {
  if (!headers.any() && version.attributes.encryption.kind == EncryptionKind::kS3) return Ok();
  TARN_TRY(const auto customer, CustomerKeyOf(call, headers, KeyUse::kRead));
  return store.Unlock(version, KeyUserOf(call, bucket), customer);
}

std::string_view AlgorithmText(EncryptionKind kind) {
  switch (kind) {
    case EncryptionKind::kKms:
      return "aws:kms";
    case EncryptionKind::kDsse:
      return "aws:kms:dsse";
    case EncryptionKind::kS3:
    case EncryptionKind::kCustomer:
      break;
  }
  return "AES256";
}

std::optional<EncryptionKind> ParseAlgorithmText(std::string_view text) {
  if (text == "AES256") return EncryptionKind::kS3;
  if (text == "aws:kms") return EncryptionKind::kKms;
  if (text == "aws:kms:dsse") return EncryptionKind::kDsse;
  return std::nullopt;
}

std::string ContextText(const object::Encryption& encryption) {
  const auto context = object::DecodeContext(encryption.context);
  if (!context.ok()) return {};
  json::Writer out;
  out.BeginObject();
  for (const auto& [name, value] : *context) out.Key(name).String(value);
  out.EndObject();
  return Base64(out.text());
}

}  // namespace tarn::api::s3
