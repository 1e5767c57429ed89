#include "blob/key_wrapper.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
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

  Result<std::string> Wrap(std::string_view key) const override { return Run(key, true); }
  Result<std::string> Unwrap(std::string_view wrapped) const override { return Run(wrapped, false); }

 private:
  Result<std::string> Run(std::string_view from, bool wrap) const {
    static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-WRAP", nullptr);
    EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
    EVP_CIPHER_CTX_set_flags(context, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    std::string to(from.size() + 16, '\0');
    int length = 0;
    int rest = 0;
    auto* out = reinterpret_cast<unsigned char*>(to.data());
    const bool done = EVP_CipherInit_ex(context, cipher, nullptr, reinterpret_cast<const unsigned char*>(key_.data()),
                                        nullptr, wrap ? 1 : 0) == 1 &&
                      EVP_CipherUpdate(context, out, &length, reinterpret_cast<const unsigned char*>(from.data()),
                                       static_cast<int>(from.size())) == 1 &&
                      EVP_CipherFinal_ex(context, out + length, &rest) == 1;
    EVP_CIPHER_CTX_free(context);
    if (!done) return Fail(kWrongKey, "the blob's key does not open with this master key");
    to.resize(static_cast<size_t>(length + rest));
    return to;
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
