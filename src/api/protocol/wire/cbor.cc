#include "api/protocol/wire/cbor.h"

#include <bit>
#include <cmath>
#include <limits>

#include "api/protocol/errors.h"
#include "base/strings.h"

namespace tarn::api::protocol {
namespace {

Error Broken(const char* what) { return Fail(kMalformedRequest, std::string("The CBOR body is malformed: ") + what); }

double HalfToDouble(uint64_t bits) {
  const int exponent = static_cast<int>((bits >> 10) & 31);
  const auto fraction = static_cast<double>(bits & 1023);
  double value = 0;
  if (exponent == 0) {
    value = std::ldexp(fraction, -24);
  } else if (exponent == 31) {
    value = fraction == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  } else {
    value = std::ldexp(fraction + 1024, exponent - 25);
  }
  return (bits & 0x8000) != 0 ? -value : value;
}

}  // namespace

Result<std::string_view> CborReader::Take(uint64_t count) {
  if (count > rest_.size()) return Broken("it ends early");
  const std::string_view taken = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return taken;
}

Result<uint64_t> CborReader::Argument(unsigned info) {
  if (info < 24) return uint64_t{info};
  if (info > 27) return Broken("a reserved length");
  TARN_TRY(const std::string_view bytes, Take(uint64_t{1} << (info - 24)));
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

Result<CborHead> CborReader::Next() {
  TARN_TRY(const std::string_view first, Take(1));
  const auto initial = static_cast<unsigned char>(first[0]);
  const unsigned major = initial >> 5;
  const unsigned info = initial & 31;
  CborHead head;
  if (major < 7) {
    head.type = static_cast<CborType>(major);
    if (info == 31 && major >= 2 && major <= 5) {
      head.indefinite = true;
      return head;
    }
    TARN_TRY(head.number, Argument(info));
    return head;
  }
  if (info == 20 || info == 21) {
    head.type = CborType::kBool;
    head.number = info - 20;
  } else if (info == 22 || info == 23) {
    head.type = CborType::kNull;
  } else if (info >= 25 && info <= 27) {
    TARN_TRY(head.number, Argument(info));
    head.type = CborType::kFloat;
    head.real = info == 25   ? HalfToDouble(head.number)
                : info == 26 ? static_cast<double>(std::bit_cast<float>(static_cast<uint32_t>(head.number)))
                             : std::bit_cast<double>(head.number);
  } else if (info == 31) {
    head.type = CborType::kBreak;
  } else {
    return Broken("an unknown simple value");
  }
  return head;
}

Result<std::string> CborReader::String(const CborHead& head) {
  std::string out;
  if (!head.indefinite) {
    TARN_TRY(const std::string_view bytes, Take(head.number));
    out = bytes;
  } else {
    while (true) {
      TARN_TRY(const CborHead chunk, Next());
      if (chunk.type == CborType::kBreak) break;
      if (chunk.type != head.type || chunk.indefinite) return Broken("a chunk of another type");
      TARN_TRY(const std::string_view bytes, Take(chunk.number));
      out += bytes;
    }
  }
  if (head.type == CborType::kText && !IsValidUtf8(out)) return Broken("a text is no UTF-8");
  return out;
}

Result<bool> CborReader::More(const CborHead& head, uint64_t read) {
  if (!head.indefinite) return read < head.number;
  if (rest_.empty()) return Broken("it ends early");
  if (rest_[0] != '\xff') return true;
  rest_.remove_prefix(1);
  return false;
}

Status CborReader::Skip(const CborHead& head, int depth_left) {
  if (depth_left <= 0) return Fail(kRequestTooLarge, "the CBOR body is nested too deeply");
  switch (head.type) {
    case CborType::kBytes:
    case CborType::kText:
      TARN_CHECK([&]() -> Status {
        const auto text = String(head);
        return text.ok() ? Ok() : Status(text.error());
      }());
      return Ok();
    case CborType::kArray:
    case CborType::kMap: {
      const int items = head.type == CborType::kMap ? 2 : 1;
      for (uint64_t read = 0;; ++read) {
        TARN_TRY(const bool more, More(head, read));
        if (!more) return Ok();
        for (int i = 0; i < items; ++i) {
          TARN_TRY(const CborHead item, Next());
          TARN_CHECK(Skip(item, depth_left - 1));
        }
      }
    }
    case CborType::kTag: {
      TARN_TRY(const CborHead item, Next());
      return Skip(item, depth_left - 1);
    }
    case CborType::kBreak:
      return Broken("a break out of place");
    default:
      return Ok();
  }
}

void CborWriter::Head(unsigned major, uint64_t argument) {
  const auto initial = static_cast<unsigned char>(major << 5);
  int bytes = 0;
  if (argument < 24) {
    out_ += static_cast<char>(initial | argument);
  } else {
    const unsigned width = argument <= 0xff ? 0 : argument <= 0xffff ? 1 : argument <= 0xffffffff ? 2 : 3;
    out_ += static_cast<char>(initial | (24 + width));
    bytes = 1 << width;
  }
  for (int i = bytes - 1; i >= 0; --i) out_ += static_cast<char>(argument >> (8 * i));
}

void CborWriter::Int(int64_t value) {
  if (value >= 0) {
    Head(0, static_cast<uint64_t>(value));
  } else {
    Head(1, static_cast<uint64_t>(-(value + 1)));
  }
}

void CborWriter::Double(double value) {
  out_ += '\xfb';
  const auto bits = std::bit_cast<uint64_t>(value);
  for (int i = 7; i >= 0; --i) out_ += static_cast<char>(bits >> (8 * i));
}

}  // namespace tarn::api::protocol
