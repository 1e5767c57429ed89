#include "keys/ciphertext.h"

#include <algorithm>

#include "base/hash.h"
#include "base/strings.h"
#include "keys/crypto/secret_key.h"

namespace tarn::keys {
namespace {

// Frozen: docs/format/keys.md. Version, kind of id, id (16), account (8), material (4).
constexpr char kVersion = 1;
constexpr char kPlainId = 0;
constexpr char kMultiRegionId = 1;
constexpr size_t kIdBytes = 16;
constexpr size_t kHeadBytes = 2 + kIdBytes + 8 + 4;
constexpr uint64_t kAccountMax = 999'999'999'999;

bool IsHex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

uint64_t ReadBigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

void AppendText(std::string& out, std::string_view text) {
  out += BigEndian32(static_cast<uint32_t>(text.size()));
  out += text;
}

}  // namespace

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !IsHex(text[i])) return false;
  }
  return true;
}

bool IsMultiRegionId(std::string_view text) {
  return text.size() == 36 && text.starts_with("mrk-") && std::ranges::all_of(text.substr(4), IsHex);
}

std::string EncodeHead(const CiphertextHead& head) {
  const bool multi_region = head.key_id.starts_with("mrk-");
  std::string digits;
  for (const char c : multi_region ? head.key_id.substr(4) : head.key_id) {
    if (c != '-') digits += c;
  }
  std::string out;
  out += kVersion;
  out += multi_region ? kMultiRegionId : kPlainId;
  out += Unhex(digits).value_or("");
  out += BigEndian64(ParseU64(head.account).value_or(0));
  out += BigEndian32(head.material);
  return out;
}

std::optional<Ciphertext> ParseCiphertext(std::string_view bytes) {
  if (bytes.size() < kHeadBytes + kSealSaltBytes + kSealTagBytes || bytes[0] != kVersion) return std::nullopt;
  if (bytes[1] != kPlainId && bytes[1] != kMultiRegionId) return std::nullopt;
  const std::string digits = Hex(bytes.substr(2, kIdBytes));
  const uint64_t account = ReadBigEndian(bytes.substr(2 + kIdBytes, 8));
  if (account > kAccountMax) return std::nullopt;
  Ciphertext out;
  if (bytes[1] == kMultiRegionId) {
    out.head.key_id = "mrk-" + digits;
  } else {
    out.head.key_id = digits.substr(0, 8) + "-" + digits.substr(8, 4) + "-" + digits.substr(12, 4) + "-" +
                      digits.substr(16, 4) + "-" + digits.substr(20);
  }
  const std::string number = std::to_string(account);
  out.head.account = std::string(12 - number.size(), '0') + number;
  out.head.material = static_cast<uint32_t>(ReadBigEndian(bytes.substr(kHeadBytes - 4, 4)));
  out.head_bytes = bytes.substr(0, kHeadBytes);
  out.sealed = bytes.substr(kHeadBytes);
  return out;
}

std::string AssociatedData(std::string_view head_bytes, const EncryptionContext& context) {
  std::string out(head_bytes);
  for (const auto& [key, value] : context) {
    AppendText(out, key);
    AppendText(out, value);
  }
  return out;
}

}  // namespace tarn::keys
