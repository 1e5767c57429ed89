#include "object/encryption.h"

#include <utility>

#include "base/hash.h"
#include "base/random.h"
#include "base/record.h"
#include "object/errors.h"

namespace tarn::object {
namespace {

// Frozen: docs/format/object.md.
constexpr size_t kSaltBytes = 32;
constexpr std::string_view kWrapPurpose = "tarn sse-c wrap";
constexpr std::string_view kVerifyPurpose = "tarn sse-c verify";
enum DefaultTag : uint32_t { kKind = 1, kKey = 2, kBucketKey = 3, kBlocked = 4 };
enum ContextTag : uint32_t { kName = 1, kValue = 2 };
// What earlier versions wrote.
constexpr std::string_view kPlain = "AES256";
constexpr std::string_view kPlainWithBucketKey = "AES256+BucketKey";

constexpr int64_t kBucketKeyMicros = 5 * 60 * kMicrosPerSecond;
constexpr size_t kBucketKeysMax = 1'000;

std::string Derive(const CustomerKey& key, std::string_view purpose, std::string_view salt) {
  std::string input(purpose);
  input += salt;
  return HmacSha256(key.bytes, input);
}

std::string_view SaltOf(const Encryption& encryption) {
  return std::string_view(encryption.sealed_key).substr(0, kSaltBytes);
}

}  // namespace

std::string CustomerKey::Md5Text() const { return Base64(Md5(bytes)); }

std::string DefaultEncryption::Encode() const {
  RecordWriter out;
  out.U64(kKind, static_cast<uint64_t>(kind));
  if (!key.empty()) out.Str(kKey, key);
  if (bucket_key) out.Bool(kBucketKey, true);
  if (blocked != BlockedEncryption::kUnset) out.U64(kBlocked, static_cast<uint64_t>(blocked));
  return out.Take();
}

Result<DefaultEncryption> DefaultEncryption::Decode(std::string_view document) {
  DefaultEncryption rule;
  if (document == kPlain || document == kPlainWithBucketKey) {
    rule.bucket_key = document == kPlainWithBucketKey;
    return rule;
  }
  RecordReader in(document);
  while (in.Next()) {
    if (in.tag() == kKind) rule.kind = static_cast<EncryptionKind>(in.u64());
    if (in.tag() == kKey) rule.key = in.str();
    if (in.tag() == kBucketKey) rule.bucket_key = in.boolean();
    if (in.tag() == kBlocked) rule.blocked = static_cast<BlockedEncryption>(in.u64());
  }
  if (in.corrupt()) return Fail(kCorruptRecord, "a stored default encryption is damaged");
  return rule;
}

std::string EncodeContext(const EncryptionContext& context) {
  RecordWriter out;
  for (const auto& [name, value] : context) out.Str(kName, name).Str(kValue, value);
  return out.Take();
}

Result<EncryptionContext> DecodeContext(std::string_view bytes) {
  EncryptionContext context;
  std::string name;
  RecordReader in(bytes);
  while (in.Next()) {
    if (in.tag() == kName) name = in.str();
    if (in.tag() == kValue) context[name] = in.str();
  }
  if (in.corrupt()) return Fail(kCorruptRecord, "a stored encryption context is damaged");
  return context;
}

Sealing SealForCustomer(const CustomerKey& key) {
  Sealing sealing;
  const std::string salt = RandomBytes(kSaltBytes);
  sealing.encryption.kind = EncryptionKind::kCustomer;
  sealing.encryption.key = key.Md5Text();
  sealing.encryption.sealed_key = salt + Derive(key, kVerifyPurpose, salt);
  sealing.wrapper = CustomerWrapper(sealing.encryption, key);
  return sealing;
}

bool IsCustomerKeyOf(const Encryption& encryption, const CustomerKey& key) {
  if (encryption.kind != EncryptionKind::kCustomer || encryption.sealed_key.size() <= kSaltBytes) return false;
  const std::string_view verifier = std::string_view(encryption.sealed_key).substr(kSaltBytes);
  return ConstantTimeEqual(Derive(key, kVerifyPurpose, SaltOf(encryption)), verifier);
}

Status CheckCustomerKey(const Encryption& encryption, const std::optional<CustomerKey>& key) {
  if (encryption.kind != EncryptionKind::kCustomer) {
    if (!key) return Ok();
    return Fail(kInvalidRequest, "The encryption parameters are not applicable to this object.");
  }
  if (!key) {
    return Fail(kInvalidRequest,
                "The object was stored using a form of Server Side Encryption. The correct parameters must be provided "
                "to retrieve the object.");
  }
  if (IsCustomerKeyOf(encryption, *key)) return Ok();
  return Fail(kWrongCustomerKey,
              "Requests specifying Server Side Encryption with Customer provided keys must provide the correct secret "
              "key.");
}

Wrapper CustomerWrapper(const Encryption& encryption, const CustomerKey& key) {
  return blob::MakeKeyWrapper(Derive(key, kWrapPurpose, SaltOf(encryption)));
}

void KeyLatch::Provide(Wrapper wrapper) {
  std::lock_guard lock(mutex_);
  wrapper_ = std::move(wrapper);
}

void KeyLatch::ProvideLater(Find find) {
  std::lock_guard lock(mutex_);
  find_ = std::move(find);
}

Result<Wrapper> KeyLatch::Known() const {
  std::lock_guard lock(mutex_);
  if (wrapper_ != nullptr) return wrapper_;
  if (!find_) return Fail(kInternalError, "encrypted content is read without its key");
  TARN_TRY(wrapper_, find_());
  return wrapper_;
}

Result<std::string> KeyLatch::Wrap(std::string_view key) const {
  TARN_TRY(const Wrapper wrapper, Known());
  return wrapper->Wrap(key);
}

Result<std::string> KeyLatch::Unwrap(std::string_view wrapped) const {
  TARN_TRY(const Wrapper wrapper, Known());
  return wrapper->Unwrap(wrapped);
}

std::optional<BucketKeys::Sealed> BucketKeys::Find(const std::string& use, Timestamp now) {
  std::lock_guard lock(mutex_);
  const auto found = kept_.find(use);
  if (found == kept_.end() || found->second.until <= now) return std::nullopt;
  return found->second.key;
}

void BucketKeys::Keep(const std::string& use, Sealed key, Timestamp now) {
  std::lock_guard lock(mutex_);
  if (kept_.size() >= kBucketKeysMax) kept_.clear();
  kept_[use] = {.key = std::move(key), .until = {now.micros + kBucketKeyMicros}};
}

}  // namespace tarn::object
