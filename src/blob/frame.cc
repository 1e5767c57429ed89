#include "blob/frame.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <cstring>

#include "base/hash.h"

namespace tarn::blob {
namespace {

constexpr std::string_view kMagic = "TBLB";
constexpr std::byte kVersion{1};
constexpr size_t kTagBytes = 16;

template <typename T>
void PutBig(T value, std::byte* to) {
  for (size_t i = 0; i < sizeof(T); ++i) to[i] = static_cast<std::byte>(value >> (8 * (sizeof(T) - 1 - i)));
}
template <typename T>
T GetBig(const std::byte* from) {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>(value << 8 | static_cast<T>(from[i]));
  return value;
}

// Aborts when OpenSSL refuses: with valid arguments it only does so out of memory.
void Must(int outcome) {
  if (outcome != 1) std::abort();
}

unsigned char* Raw(std::byte* bytes) { return reinterpret_cast<unsigned char*>(bytes); }
const unsigned char* Raw(const std::byte* bytes) { return reinterpret_cast<const unsigned char*>(bytes); }

}  // namespace

Header EncodeHeader(const BlobId& id, uint64_t size) {
  Header header{};
  std::memcpy(header.data(), kMagic.data(), kMagic.size());
  header[4] = kVersion;
  PutBig(id.high, &header[8]);
  PutBig(id.low, &header[16]);
  PutBig(size, &header[24]);
  PutBig(Crc32c(std::span(header).first<60>()), &header[60]);
  return header;
}

std::optional<HeaderFields> DecodeHeader(std::span<const std::byte> bytes) {
  if (bytes.size() < kHeaderBytes || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0) return std::nullopt;
  if (GetBig<uint32_t>(&bytes[60]) != Crc32c(bytes.first(60)) || bytes[4] != kVersion) return std::nullopt;
  return HeaderFields{{GetBig<uint64_t>(&bytes[8]), GetBig<uint64_t>(&bytes[16])}, GetBig<uint64_t>(&bytes[24])};
}

bool FrameCrcHolds(std::span<const std::byte> stored) {
  if (stored.size() <= kFrameOverhead) return false;
  const auto covered = stored.first(stored.size() - 4);
  return GetBig<uint32_t>(&stored[covered.size()]) == Crc32c(covered);
}

struct FrameCipher::State {
  BlobId id;
  std::string key;
  EVP_CIPHER_CTX* context = nullptr;
  int direction = -1;  // 1 sealing, 0 opening: the key schedule that the context holds

  // Begins one frame: key when the direction changed, nonce, associated data.
  void Begin(int encrypt, uint64_t frame, bool last) {
    std::array<std::byte, 12> nonce{};
    PutBig(frame, &nonce[4]);
    if (direction != encrypt) {
      static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
      Must(EVP_CipherInit_ex(context, cipher, nullptr, reinterpret_cast<const unsigned char*>(key.data()),
                             Raw(nonce.data()), encrypt));
      direction = encrypt;
    } else {
      Must(EVP_CipherInit_ex(context, nullptr, nullptr, nullptr, Raw(nonce.data()), encrypt));
    }
    std::array<std::byte, 25> associated{};
    PutBig(id.high, &associated[0]);
    PutBig(id.low, &associated[8]);
    PutBig(frame, &associated[16]);
    associated[24] = std::byte{last};
    int length = 0;
    Must(EVP_CipherUpdate(context, nullptr, &length, Raw(associated.data()), associated.size()));
  }
};

FrameCipher::FrameCipher(const BlobId& id, std::string_view key) : state_(std::make_unique<State>()) {
  state_->id = id;
  state_->key = key;
  state_->context = EVP_CIPHER_CTX_new();
}

FrameCipher::~FrameCipher() {
  OPENSSL_cleanse(state_->key.data(), state_->key.size());
  EVP_CIPHER_CTX_free(state_->context);
}

void FrameCipher::Seal(uint64_t frame, bool last, std::span<const std::byte> plain, std::span<std::byte> stored) {
  state_->Begin(1, frame, last);
  int length = 0;
  Must(EVP_CipherUpdate(state_->context, Raw(stored.data()), &length, Raw(plain.data()),
                        static_cast<int>(plain.size())));
  Must(EVP_CipherFinal_ex(state_->context, Raw(stored.data()) + length, &length));
  Must(EVP_CIPHER_CTX_ctrl(state_->context, EVP_CTRL_AEAD_GET_TAG, kTagBytes, stored.data() + plain.size()));
  const auto covered = stored.first(plain.size() + kTagBytes);
  PutBig(Crc32c(covered), &stored[covered.size()]);
}

Status FrameCipher::Open(uint64_t frame, bool last, std::span<const std::byte> stored, std::span<std::byte> plain) {
  if (!FrameCrcHolds(stored)) {
    return Fail(kDamaged, fmt::format("blob {} frame {}: the checksum differs", state_->id.Hex(), frame));
  }
  state_->Begin(0, frame, last);
  int length = 0;
  Must(EVP_CipherUpdate(state_->context, Raw(plain.data()), &length, Raw(stored.data()),
                        static_cast<int>(plain.size())));
  std::array<std::byte, kTagBytes> tag;
  std::memcpy(tag.data(), &stored[plain.size()], kTagBytes);
  Must(EVP_CIPHER_CTX_ctrl(state_->context, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()));
  if (EVP_CipherFinal_ex(state_->context, Raw(plain.data()) + length, &length) != 1) {
    return Fail(kDamaged, fmt::format("blob {} frame {}: the authentication tag differs", state_->id.Hex(), frame));
  }
  return Ok();
}

}  // namespace tarn::blob
