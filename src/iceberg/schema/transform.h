// Partition and sort transforms: how a column's value becomes a partition value.
//
// Unknown transforms are kept by their text: they can be read around, never written with.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "iceberg/schema/type.h"
#include "iceberg/schema/value.h"

namespace tarn::iceberg {

enum class TransformKind : uint8_t {
  kIdentity,
  kBucket,
  kTruncate,
  kYear,
  kMonth,
  kDay,
  kHour,
  kVoid,
  kUnknown,
};

struct Transform {
  TransformKind kind = TransformKind::kIdentity;
  int32_t width = 0;     // of bucket and truncate, > 0
  std::string spelling;  // of an unknown one

  bool operator==(const Transform&) const = default;
  bool is_time() const { return kind >= TransformKind::kYear && kind <= TransformKind::kHour; }
};

// Never fails for texts that it does not know; error Invalid for a width of 0.
Result<Transform> ParseTransform(std::string_view text);
std::string TransformText(const Transform& transform);

bool CanTransform(const Transform& transform, const Type& source);
Type ResultType(const Transform& transform, const Type& source);
// Null for null. Error Invalid when the transform cannot take the type or is unknown.
Result<Value> ApplyTransform(const Transform& transform, const Type& source, const Value& value);
// As partition paths write it: "2026-11", "2026-11-21-05", "null".
std::string TransformedText(const Transform& transform, const Type& source, const Value& result);

// 32-bit Murmur3 (x86, seed 0), and the hash that bucket takes of a value (not null).
uint32_t Murmur3(std::string_view bytes);
int32_t BucketHash(const Type& type, const Value& value);

}  // namespace tarn::iceberg
