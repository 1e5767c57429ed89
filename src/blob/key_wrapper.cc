#include "blob/key_wrapper.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "base/hash.h"
#include "base/random.h"
#include "base/strings.h"
#include "blob/errors.h"
#include "blob/file_system.h"

namespace tarn::blob {
namespace {

constexpr size_t kMasterKeyBytes = 32;

class AesKeyWrapper : public KeyWrapper {
 public:
  explicit AesKeyWrapper(std::string_view key) : key_(key) {}
  ~AesKeyWrapper() override { OPENSSL_cleanse(key_.data(), key_.size()); }

  Result<std::string> Wrap(std::string_view key) const override {
    if (key.size() % kHalf != 0 || key.size() < 2 * kHalf)
      return Fail(kWrongKey, "a key of that length is not wrapped");
    std::string wrapped(kHalf, kIntegrity);
    wrapped += key;
    Rounds(wrapped, true);
    return wrapped;
  }

  Result<std::string> Unwrap(std::string_view wrapped) const override {
    std::string key(wrapped);
    const bool possible = key.size() % kHalf == 0 && key.size() >= 3 * kHalf;
    if (possible) Rounds(key, false);
    if (!possible || !ConstantTimeEqual(std::string_view(key).substr(0, kHalf), std::string(kHalf, kIntegrity))) {
      OPENSSL_cleanse(key.data(), key.size());
      return Fail(kWrongKey, "the blob's key does not open with this master key");
    }
    std::string plain = key.substr(kHalf);
    OPENSSL_cleanse(key.data(), key.size());
    return plain;
  }

 private:
  static constexpr size_t kHalf = 8;  // of a cipher block
  static constexpr char kIntegrity = '\xa6';

  // RFC 3394 §2.2 in place, over single blocks: OpenSSL's own "AES-256-WRAP" does not use the processor's AES.
  void Rounds(std::string& text, bool wrap) const {
    static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-ECB", nullptr);
    const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                  EVP_CIPHER_CTX_free);
    const auto must = [](int outcome) {
      if (outcome != 1) std::abort();  // only for want of memory
    };
    must(EVP_CipherInit_ex(context.get(), cipher, nullptr, reinterpret_cast<const unsigned char*>(key_.data()), nullptr,
                           wrap ? 1 : 0));
    EVP_CIPHER_CTX_set_padding(context.get(), 0);
    auto* const first = reinterpret_cast<unsigned char*>(text.data());
    const size_t halves = text.size() / kHalf - 1;
    const size_t steps = 6 * halves;
    std::array<unsigned char, 2 * kHalf> block;
    const auto count_in = [&](size_t step) {  // two bytes of its eight: keys are short
      block[kHalf - 1] ^= static_cast<unsigned char>(step);
      block[kHalf - 2] ^= static_cast<unsigned char>(step >> 8);
    };
    for (size_t i = 0; i < steps; ++i) {
      const size_t step = wrap ? i + 1 : steps - i;
      unsigned char* const half = first + kHalf * ((step - 1) % halves + 1);
      std::memcpy(block.data(), first, kHalf);
      std::memcpy(block.data() + kHalf, half, kHalf);
      if (!wrap) count_in(step);
      int length = 0;
      must(EVP_CipherUpdate(context.get(), block.data(), &length, block.data(), block.size()));
      if (wrap) count_in(step);
      std::memcpy(first, block.data(), kHalf);
      std::memcpy(half, block.data() + kHalf, kHalf);
    }
    OPENSSL_cleanse(block.data(), block.size());
  }

  std::string key_;
};

Error FromErrno(const std::string& path, std::string_view doing) {
  return Fail(kDisk, fmt::format("{} {}: {}", doing, path, std::strerror(errno)));
}

Status WriteNewKeyFile(const std::string& path, const std::string& text) {
  const std::string draft = path + ".new";
  ::unlink(draft.c_str());
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return FromErrno(draft, "create");
  const bool wrote = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
  ::close(file);
  if (!wrote) return FromErrno(draft, "write");
  if (::rename(draft.c_str(), path.c_str()) != 0) return FromErrno(path, "rename to");
  const size_t slash = path.find_last_of('/');
  return PosixFileSystem().SyncDirectory(slash == std::string::npos ? "." : path.substr(0, slash));
}

}  // namespace

std::unique_ptr<KeyWrapper> MakeKeyWrapper(std::string_view master_key) {
  return std::make_unique<AesKeyWrapper>(master_key);
}

Result<std::unique_ptr<KeyWrapper>> OpenMasterKey(const std::string& path, bool may_create) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno == ENOENT && may_create) {
    const std::string key = RandomBytes(kMasterKeyBytes);
    TARN_CHECK(WriteNewKeyFile(path, Hex(key) + "\n"));
    return MakeKeyWrapper(key);
  }
  if (file < 0) return FromErrno(path, "open the master key");
  std::string text(2 * kMasterKeyBytes + 2, '\0');
  const ssize_t got = ::read(file, text.data(), text.size());
  ::close(file);
  if (got < 0) return FromErrno(path, "read the master key");
  text.resize(static_cast<size_t>(got));
  if (text.ends_with('\n')) text.pop_back();
  const auto key = Unhex(text);
  if (!key || key->size() != kMasterKeyBytes) {
    return Fail(kFormat, fmt::format("{} is not a master key (64 hex digits): restore it from its backup", path));
  }
  return MakeKeyWrapper(*key);
}

}  // namespace tarn::blob
