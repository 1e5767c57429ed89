#include "blob/frame.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <zstd.h>

#include <cstring>

#include "base/hash.h"

namespace tarn::blob {
namespace {

constexpr std::string_view kMagic = "TBLB";
constexpr std::byte kVersion{1};
constexpr std::byte kVersionWithForm{2};
// Archives are written once, in the background, and should be small.
constexpr int kZstdLevel = 6;

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

Header EncodeHeader(const HeaderFields& fields) {
  const uint8_t form = fields.form.Bits();
  Header header{};
  std::memcpy(header.data(), kMagic.data(), kMagic.size());
  header[4] = form == 0 ? kVersion : kVersionWithForm;
  header[5] = std::byte{form};
  PutBig(fields.id.high, &header[8]);
  PutBig(fields.id.low, &header[16]);
  PutBig(fields.size, &header[24]);
  if (form != 0) PutBig(fields.stored_bytes, &header[32]);
  PutBig(Crc32c(std::span(header).first(60)), &header[60]);
  return header;
}

std::optional<HeaderFields> DecodeHeader(std::span<const std::byte> bytes) {
  if (bytes.size() < kHeaderBytes || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0) return std::nullopt;
  if (GetBig<uint32_t>(&bytes[60]) != Crc32c(bytes.first(60))) return std::nullopt;
  HeaderFields fields{{GetBig<uint64_t>(&bytes[8]), GetBig<uint64_t>(&bytes[16])}, GetBig<uint64_t>(&bytes[24]), {}, 0};
  if (bytes[4] == kVersion) {
    fields.stored_bytes = StoredBytes(fields.size);
    return fields;
  }
  const auto form = Form::FromBits(std::to_integer<uint8_t>(bytes[5]));
  if (bytes[4] != kVersionWithForm || !form) return std::nullopt;
  fields.form = *form;
  fields.stored_bytes = GetBig<uint64_t>(&bytes[32]);
  if (!form->compressed && fields.stored_bytes != StoredBytes(fields.size)) return std::nullopt;
  return fields;
}

bool FrameCrcHolds(std::span<const std::byte> stored) {
  if (stored.size() <= kFrameOverhead) return false;
  const auto covered = stored.first(stored.size() - 4);
  return GetBig<uint32_t>(&stored[covered.size()]) == Crc32c(covered);
}

std::string EncodeIndex(std::span<const uint32_t> lengths) {
  std::string index;
  index.reserve(lengths.size() * 4 + 4);
  for (const uint32_t length : lengths) index += BigEndian32(length);
  return index + BigEndian32(Crc32c(AsBytes(index)));
}

std::optional<std::vector<uint32_t>> DecodeIndex(std::span<const std::byte> bytes, uint64_t size) {
  if (bytes.size() != IndexBytes(size)) return std::nullopt;
  const auto covered = bytes.first(bytes.size() - 4);
  if (GetBig<uint32_t>(&bytes[covered.size()]) != Crc32c(covered)) return std::nullopt;
  std::vector<uint32_t> lengths(FrameCount(size));
  for (size_t i = 0; i < lengths.size(); ++i) {
    lengths[i] = GetBig<uint32_t>(&bytes[i * 4]);
    if (lengths[i] == 0 || lengths[i] > FramePlainBytes(size, i)) return std::nullopt;
  }
  return lengths;
}

struct FrameCipher::State {
  BlobId id;
  std::string key;
  EVP_CIPHER_CTX* context = nullptr;
  int direction = -1;  // 1 sealing, 0 opening: the key schedule that the context holds

  std::array<std::byte, kSealBytes> Plain(uint64_t frame, bool last) const;
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
  if (!key.empty()) state_->context = EVP_CIPHER_CTX_new();
}

FrameCipher::~FrameCipher() {
  OPENSSL_cleanse(state_->key.data(), state_->key.size());
  EVP_CIPHER_CTX_free(state_->context);
}

// What stands in the tag's place in the unsealed form: a frame read from elsewhere is noticed.
std::array<std::byte, kSealBytes> FrameCipher::State::Plain(uint64_t frame, bool last) const {
  std::array<std::byte, kSealBytes> seal{};
  PutBig(id.low, seal.data());
  PutBig(frame * 2 + (last ? 1 : 0), &seal[8]);
  return seal;
}

void FrameCipher::Seal(uint64_t frame, bool last, std::span<const std::byte> body, std::span<std::byte> stored) {
  if (state_->context == nullptr) {
    std::memcpy(stored.data(), body.data(), body.size());
    const auto seal = state_->Plain(frame, last);
    std::memcpy(&stored[body.size()], seal.data(), seal.size());
  } else {
    state_->Begin(1, frame, last);
    int length = 0;
    Must(EVP_CipherUpdate(state_->context, Raw(stored.data()), &length, Raw(body.data()),
                          static_cast<int>(body.size())));
    Must(EVP_CipherFinal_ex(state_->context, Raw(stored.data()) + length, &length));
    Must(EVP_CIPHER_CTX_ctrl(state_->context, EVP_CTRL_AEAD_GET_TAG, kSealBytes, stored.data() + body.size()));
  }
  const auto covered = stored.first(body.size() + kSealBytes);
  PutBig(Crc32c(covered), &stored[covered.size()]);
}

Status FrameCipher::Open(uint64_t frame, bool last, std::span<const std::byte> body, std::span<const std::byte> trailer,
                         std::span<std::byte> plain) {
  const auto seal = trailer.first(kSealBytes);
  if (GetBig<uint32_t>(&trailer[kSealBytes]) != Crc32c(seal, Crc32c(body))) {
    return Fail(kDamaged, fmt::format("blob {} frame {}: the checksum differs", state_->id.Hex(), frame));
  }
  if (state_->context == nullptr) {
    const auto expected = state_->Plain(frame, last);
    if (std::memcmp(expected.data(), seal.data(), seal.size()) != 0) {
      return Fail(kDamaged, fmt::format("blob {} frame {}: another frame lies there", state_->id.Hex(), frame));
    }
    if (plain.data() != body.data()) std::memcpy(plain.data(), body.data(), body.size());
    return Ok();
  }
  state_->Begin(0, frame, last);
  int length = 0;
  Must(EVP_CipherUpdate(state_->context, Raw(plain.data()), &length, Raw(body.data()), static_cast<int>(body.size())));
  std::array<std::byte, kSealBytes> tag;
  std::memcpy(tag.data(), seal.data(), kSealBytes);
  Must(EVP_CIPHER_CTX_ctrl(state_->context, EVP_CTRL_AEAD_SET_TAG, kSealBytes, tag.data()));
  if (EVP_CipherFinal_ex(state_->context, Raw(plain.data()) + length, &length) != 1) {
    return Fail(kDamaged, fmt::format("blob {} frame {}: the authentication tag differs", state_->id.Hex(), frame));
  }
  return Ok();
}

struct Compressor::State {
  ZSTD_CCtx* compress = nullptr;
  ZSTD_DCtx* expand = nullptr;
  std::vector<std::byte> body;
};

Compressor::Compressor() : state_(std::make_unique<State>()) {}

Compressor::~Compressor() {
  ZSTD_freeCCtx(state_->compress);
  ZSTD_freeDCtx(state_->expand);
}

std::span<const std::byte> Compressor::Compress(std::span<const std::byte> plain) {
  if (state_->compress == nullptr) state_->compress = ZSTD_createCCtx();
  state_->body.resize(plain.size());
  // Room for one byte less than the plaintext: what does not get shorter is an error.
  const size_t size = ZSTD_compressCCtx(state_->compress, state_->body.data(), plain.size() - 1, plain.data(),
                                        plain.size(), kZstdLevel);
  return ZSTD_isError(size) != 0 ? plain : std::span<const std::byte>(state_->body).first(size);
}

Status Compressor::Expand(std::span<const std::byte> body, std::span<std::byte> plain) {
  if (state_->expand == nullptr) state_->expand = ZSTD_createDCtx();
  const size_t size = ZSTD_decompressDCtx(state_->expand, plain.data(), plain.size(), body.data(), body.size());
  if (ZSTD_isError(size) != 0 || size != plain.size()) return Fail(kDamaged, "a compressed frame does not expand");
  return Ok();
}

}  // namespace tarn::blob
