// Base64 texts, 32 digits at a time where the processor has AVX2 (the way of Wojciech Muła and Daniel Lemire,
// https://arxiv.org/abs/1704.00605).
#include <openssl/evp.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#include <array>

#include "base/hash.h"

namespace tarn {

std::string Base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  return text;
}

namespace {

constexpr size_t kStepDigits = 32;
constexpr size_t kStepBytes = kStepDigits / 4 * 3;

constexpr uint8_t kNoDigit = 0x80;  // of base64; what is one is below 64

constexpr std::array<uint8_t, 256> kBase64Values = [] {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (size_t i = 0; i < kDigits.size(); ++i) values[static_cast<uint8_t>(kDigits[i])] = static_cast<uint8_t>(i);
  return values;
}();

// Three bytes of four digits; whether all of them are digits.
bool DecodeGroup(const char* digits, char* bytes) {
  const auto value = [&](size_t at) { return kBase64Values[static_cast<uint8_t>(digits[at])]; };
  const uint8_t first = value(0), second = value(1), third = value(2), fourth = value(3);
  bytes[0] = static_cast<char>(first << 2 | second >> 4);
  bytes[1] = static_cast<char>(second << 4 | third >> 2);
  bytes[2] = static_cast<char>(third << 6 | fourth);
  return ((first | second | third | fourth) & kNoDigit) == 0;
}

#ifdef __x86_64__

// Decodes whole steps and answers how many digits they had; stops before one that holds something else. Writes up to
// eight bytes behind the last step's.
__attribute__((target("avx2"))) size_t DecodeSteps(std::string_view digits, char* bytes) {
  const __m256i low_classes = _mm256_setr_epi8(                                                        //
      0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1a, 0x1b, 0x1b, 0x1b, 0x1a,  //
      0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1a, 0x1b, 0x1b, 0x1b, 0x1a);
  const __m256i high_classes = _mm256_setr_epi8(                                                       //
      0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10,  //
      0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10);
  const __m256i offsets = _mm256_setr_epi8(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0,  //
                                           0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
  const __m256i in_order = _mm256_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1,  //
                                            2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
  const __m256i slash = _mm256_set1_epi8('/');
  size_t at = 0;
  for (; at + kStepDigits <= digits.size(); at += kStepDigits, bytes += kStepBytes) {
    const __m256i text = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(digits.data() + at));
    const __m256i high = _mm256_and_si256(_mm256_srli_epi32(text, 4), slash);
    const __m256i low = _mm256_and_si256(text, slash);
    const __m256i of_high = _mm256_shuffle_epi8(high_classes, high);
    const __m256i of_low = _mm256_shuffle_epi8(low_classes, low);
    if (_mm256_testz_si256(of_low, of_high) == 0) break;
    const __m256i offset = _mm256_shuffle_epi8(offsets, _mm256_add_epi8(_mm256_cmpeq_epi8(text, slash), high));
    const __m256i values = _mm256_add_epi8(text, offset);
    const __m256i pairs = _mm256_maddubs_epi16(values, _mm256_set1_epi32(0x01400140));
    const __m256i groups = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
    const __m256i packed =
        _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(groups, in_order), _mm256_setr_epi32(0, 1, 2, 4, 5, 6, -1, -1));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(bytes), packed);
  }
  return at;
}

size_t DecodeFast(std::string_view digits, char* bytes) {
  static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
  // The last step's room behind it is there as long as another one follows.
  return has_avx2 && digits.size() > kStepDigits ? DecodeSteps(digits.substr(0, digits.size() - kStepDigits), bytes)
                                                 : 0;
}

#else

size_t DecodeFast(std::string_view, char*) { return 0; }

#endif

}  // namespace

std::optional<std::string> Unbase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.empty()) return std::string();
  size_t padding = 0;
  if (text.back() == '=') padding = text[text.size() - 2] == '=' ? 2 : 1;
  std::string bytes(text.size() / 4 * 3, '\0');
  const size_t whole = padding == 0 ? text.size() : text.size() - 4;
  bool valid = true;
  size_t at = DecodeFast(text.substr(0, whole), bytes.data());
  size_t size = at / 4 * 3;
  for (; at < whole; at += 4, size += 3) valid &= DecodeGroup(text.data() + at, bytes.data() + size);
  if (padding > 0) {
    char last[4] = {'A', 'A', 'A', 'A'};
    text.substr(whole, 4 - padding).copy(last, sizeof(last));
    valid &= DecodeGroup(last, bytes.data() + size);
    size += 3 - padding;
  }
  if (!valid) return std::nullopt;
  bytes.resize(size);
  return bytes;
}

}  // namespace tarn
