#include "iam/credentials/qr_code.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <utility>

#include "base/hash.h"

namespace tarn::iam {
namespace {

constexpr int kVersionMax = 20;
// By version, from 1: codewords of error correction a block, and blocks, of level L.
constexpr std::array<int, kVersionMax> kCheckCodewords = {7,  10, 15, 20, 26, 18, 20, 24, 30, 18,
                                                          20, 24, 26, 30, 22, 24, 28, 30, 28, 28};
constexpr std::array<int, kVersionMax> kBlocks = {1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8};
constexpr int kMasks = 8;
constexpr int kLevelL = 1;
constexpr size_t kQuietModules = 4;

// All codewords that a version has room for.
int CodewordsOf(int version) {
  int modules = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const int aligned = version / 7 + 2;
    modules -= (25 * aligned - 10) * aligned - 55;
    if (version >= 7) modules -= 36;
  }
  return modules / 8;
}
int DataCodewordsOf(int version) {
  const auto at = static_cast<size_t>(version - 1);
  return CodewordsOf(version) - kCheckCodewords[at] * kBlocks[at];
}

// Centres of the alignment patterns, in rows as in columns.
std::vector<int> AlignmentsOf(int version) {
  if (version == 1) return {};
  const int count = version / 7 + 2;
  const int step = (version * 4 + count * 2 + 1) / (count * 2 - 2) * 2;
  std::vector<int> places{6};
  for (int i = count - 2; i >= 0; --i) places.push_back(version * 4 + 10 - i * step);
  return places;
}

// The field of 256 elements with x^8 + x^4 + x^3 + x^2 + 1.
uint8_t Multiply(uint8_t a, uint8_t b) {
  int product = 0;
  for (int bit = 7; bit >= 0; --bit) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    product ^= ((b >> bit) & 1) * a;
  }
  return static_cast<uint8_t>(product);
}

// Reed and Solomon's remainder of a block.
std::string ChecksOf(std::string_view data, int count) {
  std::vector<uint8_t> divisor(static_cast<size_t>(count), 0);
  divisor.back() = 1;
  uint8_t root = 1;
  for (int i = 0; i < count; ++i) {
    for (size_t j = 0; j < divisor.size(); ++j) {
      divisor[j] = Multiply(divisor[j], root);
      if (j + 1 < divisor.size()) divisor[j] ^= divisor[j + 1];
    }
    root = Multiply(root, 2);
  }
  std::vector<uint8_t> rest(divisor.size(), 0);
  for (const char c : data) {
    const auto factor = static_cast<uint8_t>(static_cast<uint8_t>(c) ^ rest.front());
    rest.erase(rest.begin());
    rest.push_back(0);
    for (size_t j = 0; j < rest.size(); ++j) rest[j] ^= Multiply(divisor[j], factor);
  }
  return {rest.begin(), rest.end()};
}

class Bits {
 public:
  void Add(unsigned value, int count) {
    for (int bit = count - 1; bit >= 0; --bit) {
      if (used_ % 8 == 0) bytes_ += '\0';
      if (((value >> bit) & 1) != 0) bytes_.back() = static_cast<char>(bytes_.back() | (0x80 >> (used_ % 8)));
      ++used_;
    }
  }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
  size_t used_ = 0;
};

// The text in byte mode, filled up to what the version holds.
std::string DataOf(std::string_view text, int version) {
  const auto room = static_cast<size_t>(DataCodewordsOf(version));
  Bits bits;
  bits.Add(4, 4);
  bits.Add(static_cast<unsigned>(text.size()), version < 10 ? 8 : 16);
  for (const char c : text) bits.Add(static_cast<uint8_t>(c), 8);
  bits.Add(0, 4);  // the end, which also fills the last byte
  std::string data = bits.Take();
  data.resize(std::min(data.size(), room));
  for (bool first = true; data.size() < room; first = !first) data += first ? '\xec' : '\x11';
  return data;
}

// Blocks with their checks, one codeword of each in turn.
std::string Interleave(const std::string& data, int version) {
  const auto at = static_cast<size_t>(version - 1);
  const auto blocks = static_cast<size_t>(kBlocks[at]);
  const size_t short_bytes = data.size() / blocks;
  const size_t short_blocks = blocks - data.size() % blocks;
  std::vector<std::string_view> parts;
  std::vector<std::string> checks;
  parts.reserve(blocks);
  checks.reserve(blocks);
  size_t from = 0;
  for (size_t i = 0; i < blocks; ++i) {
    parts.push_back(std::string_view(data).substr(from, short_bytes + (i < short_blocks ? 0 : 1)));
    from += parts.back().size();
    checks.push_back(ChecksOf(parts.back(), kCheckCodewords[at]));
  }
  std::string out;
  for (size_t i = 0; i <= short_bytes; ++i) {
    for (const std::string_view part : parts) {
      if (i < part.size()) out += part[i];
    }
  }
  for (size_t i = 0; i < checks.front().size(); ++i) {
    for (const std::string& check : checks) out += check[i];
  }
  return out;
}

bool IsMasked(int mask, size_t row, size_t column) {
  const size_t both = row * column;
  switch (mask) {
    case 0:
      return (row + column) % 2 == 0;
    case 1:
      return row % 2 == 0;
    case 2:
      return column % 3 == 0;
    case 3:
      return (row + column) % 3 == 0;
    case 4:
      return (row / 2 + column / 3) % 2 == 0;
    case 5:
      return both % 2 + both % 3 == 0;
    case 6:
      return (both % 2 + both % 3) % 2 == 0;
    default:
      return ((row + column) % 2 + both % 3) % 2 == 0;
  }
}

}  // namespace

QrCode::QrCode(int version)
    : version_(version),
      size_(static_cast<size_t>(version) * 4 + 17),
      dark_(size_ * size_, 0),
      is_pattern_(size_ * size_, 0) {}

void QrCode::Set(size_t row, size_t column, bool dark) {
  dark_[(row * size_) + column] = dark ? 1 : 0;
  is_pattern_[(row * size_) + column] = 1;
}

// Rings around a centre: dark but for the second from without, and the light border of a finder.
void QrCode::Square(int row, int column, int reach) {
  const int edge = static_cast<int>(size_);
  for (int y = -reach; y <= reach; ++y) {
    for (int x = -reach; x <= reach; ++x) {
      if (row + y < 0 || row + y >= edge || column + x < 0 || column + x >= edge) continue;
      const int ring = std::max(std::abs(x), std::abs(y));
      const bool light = reach == 4 ? ring == 2 || ring == 4 : ring == 1;
      Set(static_cast<size_t>(row + y), static_cast<size_t>(column + x), !light);
    }
  }
}

void QrCode::PlacePatterns() {
  for (size_t i = 0; i < size_; ++i) {
    Set(6, i, i % 2 == 0);
    Set(i, 6, i % 2 == 0);
  }
  const int last = static_cast<int>(size_) - 4;
  Square(3, 3, 4);
  Square(3, last, 4);
  Square(last, 3, 4);
  const std::vector<int> places = AlignmentsOf(version_);
  for (const int row : places) {
    for (const int column : places) {
      const bool in_finder =
          (row == 6 && column == 6) || (row == 6 && column == places.back()) || (row == places.back() && column == 6);
      if (!in_finder) Square(row, column, 2);
    }
  }
  PlaceFormat(0);  // its room; the mask is not known yet
  if (version_ >= 7) PlaceVersion();
}

void QrCode::PlaceVersion() {
  int rest = version_;
  for (int i = 0; i < 12; ++i) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
  const int bits = version_ << 12 | rest;
  for (size_t i = 0; i < 18; ++i) {
    const bool dark = ((bits >> i) & 1) != 0;
    Set(i / 3, size_ - 11 + i % 3, dark);
    Set(size_ - 11 + i % 3, i / 3, dark);
  }
}

void QrCode::PlaceFormat(int mask) {
  const int data = kLevelL << 3 | mask;
  int rest = data;
  for (int i = 0; i < 10; ++i) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
  const int bits = (data << 10 | rest) ^ 0x5412;
  const auto bit = [bits](size_t i) { return ((bits >> i) & 1) != 0; };
  for (size_t i = 0; i <= 5; ++i) Set(i, 8, bit(i));
  Set(7, 8, bit(6));
  Set(8, 8, bit(7));
  Set(8, 7, bit(8));
  for (size_t i = 9; i < 15; ++i) Set(8, 14 - i, bit(i));
  for (size_t i = 0; i < 8; ++i) Set(8, size_ - 1 - i, bit(i));
  for (size_t i = 8; i < 15; ++i) Set(size_ - 15 + i, 8, bit(i));
  Set(size_ - 8, 8, true);
}

// In columns of two from the right, up and down in turn, beside the upright timing pattern.
void QrCode::PlaceData(const std::string& codewords) {
  size_t at = 0;
  bool up = true;
  for (size_t right = size_ - 1; right >= 1; right -= 2) {
    if (right == 6) right = 5;
    for (size_t i = 0; i < size_; ++i) {
      const size_t row = up ? size_ - 1 - i : i;
      for (const size_t column : {right, right - 1}) {
        if (is_pattern_[(row * size_) + column] != 0 || at >= codewords.size() * 8) continue;
        dark_[(row * size_) + column] =
            static_cast<char>((static_cast<uint8_t>(codewords[at / 8]) >> (7 - at % 8)) & 1);
        ++at;
      }
    }
    up = !up;
    if (right == 1) break;
  }
}

void QrCode::Mask(int mask) {
  for (size_t row = 0; row < size_; ++row) {
    for (size_t column = 0; column < size_; ++column) {
      char& module = dark_[(row * size_) + column];
      if (is_pattern_[(row * size_) + column] == 0 && IsMasked(mask, row, column)) module = module == 0 ? 1 : 0;
    }
  }
}

// What makes a code hard to read: runs, squares, what looks like a finder, too much of one colour.
int QrCode::Penalty() const {
  constexpr std::string_view kFinders[] = {"10111010000", "00001011101"};
  int penalty = 0;
  size_t dark = 0;
  for (const bool turned : {false, true}) {
    for (size_t a = 0; a < size_; ++a) {
      std::string line;
      for (size_t b = 0; b < size_; ++b) line += (turned ? At(b, a) : At(a, b)) ? '1' : '0';
      if (!turned) dark += static_cast<size_t>(std::ranges::count(line, '1'));
      for (size_t from = 0; from < size_;) {
        const size_t next = std::min(line.find(line[from] == '1' ? '0' : '1', from), size_);
        if (next - from >= 5) penalty += 3 + static_cast<int>(next - from - 5);
        from = next;
      }
      for (const std::string_view finder : kFinders) {
        for (size_t at = line.find(finder); at != std::string::npos; at = line.find(finder, at + 1)) penalty += 40;
      }
    }
  }
  for (size_t row = 0; row + 1 < size_; ++row) {
    for (size_t column = 0; column + 1 < size_; ++column) {
      const bool colour = At(row, column);
      if (At(row, column + 1) == colour && At(row + 1, column) == colour && At(row + 1, column + 1) == colour) {
        penalty += 3;
      }
    }
  }
  const int percent = static_cast<int>(dark * 100 / (size_ * size_));
  return penalty + std::abs(percent - 50) / 5 * 10;
}

std::optional<QrCode> QrCode::Of(std::string_view text) {
  int version = 1;
  const auto bytes = [&] { return text.size() + (version < 10 ? 2 : 3); };  // with the mode and the length
  while (version <= kVersionMax && bytes() > static_cast<size_t>(DataCodewordsOf(version))) ++version;
  if (version > kVersionMax) return std::nullopt;
  QrCode code(version);
  code.PlacePatterns();
  code.PlaceData(Interleave(DataOf(text, version), version));
  int best = 0;
  int least = -1;
  for (int mask = 0; mask < kMasks; ++mask) {
    code.Mask(mask);
    code.PlaceFormat(mask);
    const int penalty = code.Penalty();
    if (least < 0 || penalty < least) {
      best = mask;
      least = penalty;
    }
    code.Mask(mask);
  }
  code.Mask(best);
  code.PlaceFormat(best);
  return code;
}

namespace {

std::string BigEndian(uint32_t value) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
  return out;
}

std::string Chunk(std::string_view type, const std::string& data) {
  const std::string body = std::string(type) + data;
  return BigEndian(static_cast<uint32_t>(data.size())) + body + BigEndian(Crc32(std::as_bytes(std::span(body))));
}

// A zlib stream of stored blocks: the pictures are small.
std::string Stored(std::string_view data) {
  constexpr size_t kBlockMax = 65'535;
  std::string out = "\x78\x01";
  uint32_t a = 1;
  uint32_t b = 0;
  for (const char c : data) {
    a = (a + static_cast<uint8_t>(c)) % 65'521;
    b = (b + a) % 65'521;
  }
  do {
    const std::string_view block = data.substr(0, kBlockMax);
    data.remove_prefix(block.size());
    const auto size = static_cast<uint16_t>(block.size());
    const auto inverse = static_cast<uint16_t>(~size);
    out += data.empty() ? '\1' : '\0';
    for (const uint16_t field : {size, inverse}) {
      out += static_cast<char>(field & 0xff);
      out += static_cast<char>(field >> 8);
    }
    out += block;
  } while (!data.empty());
  return out + BigEndian(b << 16 | a);
}

}  // namespace

std::string PngOf(const QrCode& code, size_t scale) {
  const size_t pixels = (code.size() + 2 * kQuietModules) * scale;
  std::string lines;
  for (size_t y = 0; y < pixels; ++y) {
    std::string line((pixels + 7) / 8, '\xff');
    for (size_t x = 0; x < pixels; ++x) {
      const size_t row = y / scale - kQuietModules;  // wraps within the quiet zone
      const size_t column = x / scale - kQuietModules;
      if (row >= code.size() || column >= code.size() || !code.At(row, column)) continue;
      line[x / 8] = static_cast<char>(line[x / 8] & ~(0x80 >> (x % 8)));
    }
    lines += '\0';  // no filter
    lines += line;
  }
  const auto edge = static_cast<uint32_t>(pixels);
  std::string png = "\x89PNG\r\n\x1a\n";
  png += Chunk("IHDR", BigEndian(edge) + BigEndian(edge) + std::string("\1\0\0\0\0", 5));  // one bit of grey
  png += Chunk("IDAT", Stored(lines));
  return png + Chunk("IEND", "");
}

}  // namespace tarn::iam
