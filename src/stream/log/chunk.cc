#include "stream/log/chunk.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <cstdlib>
#include <cstring>

#include "base/hash.h"

namespace tarn::stream {
namespace {

constexpr std::string_view kMagic = "TSLG";
// Of version 2 a segment may also hold records put into delivery streams, whose owner a program before it does not
// know.
constexpr uint32_t kVersion = 2;
constexpr size_t kKeyAt = 32;
constexpr size_t kWrappedMax = 80;
constexpr size_t kAuthenticatedAt = 4;
constexpr size_t kAuthenticatedBytes = 36;

// Aborts when OpenSSL refuses: with valid arguments it only does so out of memory.
void Must(int outcome) {
  if (outcome != 1) std::abort();
}

template <typename T>
void PutBig(T value, char* to) {
  for (size_t i = 0; i < sizeof(T); ++i) to[i] = static_cast<char>(value >> (8 * (sizeof(T) - 1 - i)));
}
template <typename T>
T GetBig(const char* from) {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>(value << 8 | static_cast<unsigned char>(from[i]));
  return value;
}

unsigned char* Raw(char* bytes) { return reinterpret_cast<unsigned char*>(bytes); }
const unsigned char* Raw(const char* bytes) { return reinterpret_cast<const unsigned char*>(bytes); }

std::string Nonce(uint64_t offset) { return std::string(4, '\0') + BigEndian64(offset); }

// The 44 bytes of a head: its CRC32C; kind, log, first, count, body bytes, arrival; the body's CRC32C.
void EncodeHead(const ChunkHead& head, char* to) {
  PutBig(static_cast<uint32_t>(head.kind), to + 4);
  PutBig(head.log, to + 8);
  PutBig(head.first, to + 16);
  PutBig(head.count, to + 24);
  PutBig(head.body_bytes, to + 28);
  PutBig(static_cast<uint64_t>(head.arrived.micros), to + 32);
  PutBig(head.body_crc, to + 40);
  PutBig(Crc32c(AsBytes({to + 4, kChunkHeadBytes - 4})), to);
}

}  // namespace

std::string EncodeSegmentHeader(const SegmentHeader& header) {
  std::string out(kSegmentHeaderBytes, '\0');
  std::memcpy(out.data(), kMagic.data(), kMagic.size());
  PutBig(kVersion, &out[4]);
  PutBig(header.number, &out[8]);
  PutBig(header.before, &out[12]);
  PutBig(header.before_bytes, &out[16]);
  PutBig(static_cast<uint32_t>(header.wrapped_key.size()), &out[28]);
  std::memcpy(&out[kKeyAt], header.wrapped_key.data(), header.wrapped_key.size());
  PutBig(Crc32c(AsBytes({out.data(), kSegmentHeaderBytes - 4})), &out[kSegmentHeaderBytes - 4]);
  return out;
}

std::optional<SegmentHeader> DecodeSegmentHeader(std::string_view bytes) {
  if (bytes.size() < kSegmentHeaderBytes || !bytes.starts_with(kMagic)) return std::nullopt;
  const char* at = bytes.data();
  if (GetBig<uint32_t>(at + kSegmentHeaderBytes - 4) != Crc32c(AsBytes({at, kSegmentHeaderBytes - 4}))) {
    return std::nullopt;
  }
  const auto key_bytes = GetBig<uint32_t>(at + 28);
  const auto version = GetBig<uint32_t>(at + 4);
  if (version < 1 || version > kVersion || key_bytes > kWrappedMax) return std::nullopt;
  return SegmentHeader{.number = GetBig<uint32_t>(at + 8),
                       .before = GetBig<uint32_t>(at + 12),
                       .before_bytes = GetBig<uint64_t>(at + 16),
                       .wrapped_key = std::string(bytes.substr(kKeyAt, key_bytes))};
}

std::optional<ChunkHead> DecodeChunkHead(std::string_view bytes) {
  if (bytes.size() < kChunkHeadBytes) return std::nullopt;
  const char* at = bytes.data();
  if (GetBig<uint32_t>(at) != Crc32c(AsBytes({at + 4, kChunkHeadBytes - 4}))) return std::nullopt;
  const auto kind = GetBig<uint32_t>(at + 4);
  if (kind < 1 || kind > 3) return std::nullopt;
  return ChunkHead{.kind = static_cast<ChunkKind>(kind),
                   .log = GetBig<uint64_t>(at + 8),
                   .first = GetBig<uint64_t>(at + 16),
                   .count = GetBig<uint32_t>(at + 24),
                   .body_bytes = GetBig<uint32_t>(at + 28),
                   .arrived = {static_cast<int64_t>(GetBig<uint64_t>(at + 32))},
                   .body_crc = GetBig<uint32_t>(at + 40)};
}

uint64_t ChunkBytes(const ChunkRecords& records, bool sealed) {
  uint64_t bytes = kChunkHeadBytes + (sealed ? kChunkTagBytes : 0);
  for (const std::string& record : records) bytes += 4 + record.size();
  return bytes;
}

struct Sealer::State {
  std::string key;
  EVP_CIPHER_CTX* context = nullptr;
};

Sealer::Sealer(std::string_view key) : state_(std::make_unique<State>()) {
  state_->key = key;
  if (key.empty()) return;
  state_->context = EVP_CIPHER_CTX_new();
  if (state_->context == nullptr) std::abort();
}

Sealer::~Sealer() { EVP_CIPHER_CTX_free(state_->context); }

void Sealer::Append(ChunkHead& head, uint64_t offset, const ChunkRecords& records, std::string& out) {
  const bool sealed = !state_->key.empty();
  const size_t begin = out.size();
  const size_t stored = ChunkBytes(records, sealed);
  out.resize(begin + stored);
  char* body = &out[begin + kChunkHeadBytes];
  char* to = body;
  for (const std::string& record : records) {
    PutBig(static_cast<uint32_t>(record.size()), to);
    std::memcpy(to + 4, record.data(), record.size());
    to += 4 + record.size();
  }
  head.count = static_cast<uint32_t>(records.size());
  head.body_bytes = static_cast<uint32_t>(stored - kChunkHeadBytes);
  EncodeHead(head, &out[begin]);
  if (sealed) {
    EVP_CIPHER_CTX* context = state_->context;
    const std::string nonce = Nonce(offset);
    int done = 0;
    Must(EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nullptr, Raw(state_->key.data()), Raw(nonce.data())));
    Must(EVP_EncryptUpdate(context, nullptr, &done, Raw(&out[begin + kAuthenticatedAt]), kAuthenticatedBytes));
    Must(EVP_EncryptUpdate(context, Raw(body), &done, Raw(body), static_cast<int>(to - body)));
    Must(EVP_EncryptFinal_ex(context, Raw(to), &done));
    Must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, kChunkTagBytes, to));
  }
  head.body_crc = Crc32c(AsBytes({body, head.body_bytes}));
  EncodeHead(head, &out[begin]);
}

Result<ChunkRecords> Sealer::Open(const ChunkHead& head, uint64_t offset, std::string& body) {
  const auto damaged = [&] {
    return Fail(kLogDamaged, fmt::format("a chunk of the log at offset {} is damaged", offset));
  };
  if (body.size() != head.body_bytes || Crc32c(AsBytes(body)) != head.body_crc) return damaged();
  if (!state_->key.empty()) {
    if (body.size() < kChunkTagBytes) return damaged();
    const size_t plain = body.size() - kChunkTagBytes;
    std::string encoded(kChunkHeadBytes, '\0');
    EncodeHead(head, encoded.data());
    EVP_CIPHER_CTX* context = state_->context;
    const std::string nonce = Nonce(offset);
    int done = 0;
    Must(EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nullptr, Raw(state_->key.data()), Raw(nonce.data())));
    Must(EVP_DecryptUpdate(context, nullptr, &done, Raw(&encoded[kAuthenticatedAt]), kAuthenticatedBytes));
    Must(EVP_DecryptUpdate(context, Raw(body.data()), &done, Raw(body.data()), static_cast<int>(plain)));
    Must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, kChunkTagBytes, &body[plain]));
    if (EVP_DecryptFinal_ex(context, Raw(&body[plain]), &done) != 1) return damaged();
    body.resize(plain);
  }
  ChunkRecords records;
  records.reserve(head.count);
  std::string_view rest = body;
  while (!rest.empty()) {
    if (rest.size() < 4) return damaged();
    const auto bytes = GetBig<uint32_t>(rest.data());
    if (bytes > rest.size() - 4) return damaged();
    records.emplace_back(rest.substr(4, bytes));
    rest.remove_prefix(4 + bytes);
  }
  if (records.size() != head.count) return damaged();
  return records;
}

}  // namespace tarn::stream
