#include "iceberg/schema/transform.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstring>

#include "base/strings.h"
#include "iceberg/errors.h"

namespace tarn::iceberg {

namespace {

struct Named {
  TransformKind kind;
  std::string_view text;
};
constexpr Named kNamed[] = {
    {TransformKind::kIdentity, "identity"}, {TransformKind::kYear, "year"}, {TransformKind::kMonth, "month"},
    {TransformKind::kDay, "day"},           {TransformKind::kHour, "hour"}, {TransformKind::kVoid, "void"},
};

}  // namespace

Result<Transform> ParseTransform(std::string_view text) {
  for (const auto& [kind, name] : kNamed) {
    if (EqualsIgnoreCase(text, name)) return Transform{kind, 0, {}};
  }
  const size_t open = text.find('[');
  if (open != std::string_view::npos && text.back() == ']') {
    const auto width = ParseU64(text.substr(open + 1, text.size() - open - 2));
    const std::string_view name = text.substr(0, open);
    const bool bucket = EqualsIgnoreCase(name, "bucket");
    if (width && (bucket || EqualsIgnoreCase(name, "truncate"))) {
      if (*width == 0 || *width > INT32_MAX) {
        return Fail(kInvalid, fmt::format("Invalid width of transform: {} (must be > 0)", text));
      }
      return Transform{bucket ? TransformKind::kBucket : TransformKind::kTruncate, static_cast<int32_t>(*width), {}};
    }
  }
  return Transform{TransformKind::kUnknown, 0, std::string(text)};
}

std::string TransformText(const Transform& transform) {
  if (transform.kind == TransformKind::kBucket) return fmt::format("bucket[{}]", transform.width);
  if (transform.kind == TransformKind::kTruncate) return fmt::format("truncate[{}]", transform.width);
  for (const auto& [kind, name] : kNamed) {
    if (kind == transform.kind) return std::string(name);
  }
  return transform.spelling;
}

bool CanTransform(const Transform& transform, const Type& source) {
  switch (transform.kind) {
    case TransformKind::kIdentity:
      return source.is_primitive() && source.id() != TypeId::kGeometry && source.id() != TypeId::kGeography;
    case TransformKind::kBucket:
      switch (source.id()) {
        case TypeId::kInt:
        case TypeId::kLong:
        case TypeId::kDecimal:
        case TypeId::kDate:
        case TypeId::kTime:
        case TypeId::kString:
        case TypeId::kUuid:
        case TypeId::kFixed:
        case TypeId::kBinary:
          return true;
        default:
          return source.is_timestamp();
      }
    case TransformKind::kTruncate:
      return source.id() == TypeId::kInt || source.id() == TypeId::kLong || source.id() == TypeId::kDecimal ||
             source.id() == TypeId::kString || source.id() == TypeId::kBinary;
    case TransformKind::kYear:
    case TransformKind::kMonth:
    case TransformKind::kDay:
      return source.id() == TypeId::kDate || source.is_timestamp();
    case TransformKind::kHour:
      return source.is_timestamp();
    case TransformKind::kVoid:
    case TransformKind::kUnknown:
      return true;
  }
  return false;
}

Type ResultType(const Transform& transform, const Type& source) {
  switch (transform.kind) {
    case TransformKind::kIdentity:
    case TransformKind::kTruncate:
    case TransformKind::kVoid:
      return source;
    case TransformKind::kDay:
      return TypeId::kDate;
    case TransformKind::kUnknown:
      return TypeId::kString;
    default:
      return TypeId::kInt;
  }
}

uint32_t Murmur3(std::string_view bytes) {
  constexpr uint32_t kC1 = 0xcc9e2d51;
  constexpr uint32_t kC2 = 0x1b873593;
  uint32_t hash = 0;
  size_t at = 0;
  for (; at + 4 <= bytes.size(); at += 4) {
    uint32_t block;
    std::memcpy(&block, bytes.data() + at, 4);
    hash ^= std::rotl(block * kC1, 15) * kC2;
    hash = std::rotl(hash, 13) * 5 + 0xe6546b64;
  }
  uint32_t tail = 0;
  for (size_t i = bytes.size(); i > at; --i) tail = (tail << 8) | static_cast<uint8_t>(bytes[i - 1]);
  if (at < bytes.size()) hash ^= std::rotl(tail * kC1, 15) * kC2;
  hash ^= static_cast<uint32_t>(bytes.size());
  hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
  hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
  return hash ^ (hash >> 16);
}

namespace {

int64_t FloorDiv(int64_t a, int64_t b) { return a / b - static_cast<int64_t>(a % b != 0 && (a % b < 0) != (b < 0)); }

int32_t HashLong(int64_t value) {
  return static_cast<int32_t>(Murmur3({reinterpret_cast<const char*>(&value), sizeof(value)}));
}

bool IsNanos(const Type& type) { return type.id() == TypeId::kTimestampNs || type.id() == TypeId::kTimestampTzNs; }

Value Truncate(int32_t width, const Type& source, const Value& value) {
  if (const auto* small = value.As<int32_t>()) {
    const int64_t result = FloorDiv(*small, width) * width;
    return static_cast<int32_t>(result < INT32_MIN ? result + (int64_t{1} << 32) : result);  // wraps as Java's does
  }
  if (const auto* large = value.As<int64_t>()) {
    return static_cast<int64_t>(static_cast<uint64_t>(FloorDiv(*large, width)) * static_cast<uint64_t>(width));
  }
  if (const auto* unscaled = value.As<Int128>()) {
    const Int128 rest = ((*unscaled % width) + width) % width;
    return Int128{*unscaled - rest};
  }
  const std::string& text = *value.As<std::string>();
  if (source.id() == TypeId::kBinary) return text.substr(0, static_cast<size_t>(width));
  // Code points: a byte that continues none starts one.
  int32_t points = 0;
  size_t end = 0;
  for (; end < text.size(); ++end) {
    if ((static_cast<uint8_t>(text[end]) & 0xC0) != 0x80 && points++ == width) break;
  }
  return text.substr(0, end);
}

int32_t Months(int64_t days) {
  const CivilDate date = CivilFromDays(days);
  return static_cast<int32_t>((date.year - 1970) * 12 + date.month - 1);
}

Value TimePart(TransformKind kind, const Type& source, int64_t value) {
  const int64_t hour = (IsNanos(source) ? int64_t{1'000'000'000} : int64_t{1'000'000}) * 3600;
  if (kind == TransformKind::kHour) return static_cast<int32_t>(FloorDiv(value, hour));
  const int64_t days = source.id() == TypeId::kDate ? value : FloorDiv(value, hour * 24);
  if (kind == TransformKind::kDay) return static_cast<int32_t>(days);
  if (kind == TransformKind::kMonth) return Months(days);
  return static_cast<int32_t>(CivilFromDays(days).year - 1970);
}

}  // namespace

int32_t BucketHash(const Type& type, const Value& value) {
  if (const auto* unscaled = value.As<Int128>()) return static_cast<int32_t>(Murmur3(DecimalBytes(*unscaled)));
  if (const auto* bytes = value.As<std::string>()) return static_cast<int32_t>(Murmur3(*bytes));
  if (const auto* flag = value.As<bool>()) return HashLong(*flag ? 1 : 0);
  const auto* single = value.As<float>();
  const auto* number = value.As<double>();
  if (single != nullptr || number != nullptr) {
    double exact = single != nullptr ? double{*single} : *number;
    if (exact == 0) exact = 0;
    return HashLong(std::isnan(exact) ? 0x7ff8000000000000 : std::bit_cast<int64_t>(exact == 0 ? 0.0 : exact));
  }
  return HashLong(IsNanos(type) ? FloorDiv(value.Integer(), 1000) : value.Integer());
}

Result<Value> ApplyTransform(const Transform& transform, const Type& source, const Value& value) {
  if (transform.kind == TransformKind::kUnknown) {
    return Fail(kInvalid, fmt::format("Cannot apply unsupported transform: {}", transform.spelling));
  }
  if (value.is_null() || transform.kind == TransformKind::kVoid) return Value();
  if (!CanTransform(transform, source) || !Holds(source, value)) {
    return Fail(kInvalid,
                fmt::format("Invalid source type {} for transform: {}", TypeText(source), TransformText(transform)));
  }
  switch (transform.kind) {
    case TransformKind::kBucket:
      return Value((BucketHash(source, value) & INT32_MAX) % transform.width);
    case TransformKind::kTruncate:
      return Truncate(transform.width, source, value);
    case TransformKind::kIdentity:
      return value;
    default:
      return TimePart(transform.kind, source, value.Integer());
  }
}

std::string TransformedText(const Transform& transform, const Type& source, const Value& result) {
  if (result.is_null()) return "null";
  const int64_t number = result.Integer();
  switch (transform.kind) {
    case TransformKind::kYear:
      return fmt::format("{:04}", 1970 + number);
    case TransformKind::kMonth:
      return fmt::format("{:04}-{:02}", 1970 + FloorDiv(number, 12), number - FloorDiv(number, 12) * 12 + 1);
    case TransformKind::kHour:
      return fmt::format("{}-{:02}", ValueText(TypeId::kDate, static_cast<int32_t>(FloorDiv(number, 24))),
                         number - FloorDiv(number, 24) * 24);
    default:
      return ValueText(ResultType(transform, source), result);
  }
}

}  // namespace tarn::iceberg
