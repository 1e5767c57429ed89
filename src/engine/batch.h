// A batch of result rows, column by column, as plain arrays.
//
// Everything here points into memory that lives only during ResultSink::OnBatch. Reads are branch-light and inline: a
// million rows a second and more. Row numbers are not checked.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "engine/column_type.h"

namespace tarn::engine {

struct Int128 {
  uint64_t lower;
  int64_t upper;
};

class Column {
 public:
  const Type& type() const { return *type_; }
  bool IsNull(size_t row) const { return validity_ != nullptr && (validity_[row / 64] >> (row % 64) & 1) == 0; }

  // kBoolean.
  bool Boolean(size_t row) const { return At<uint8_t>(row) != 0; }
  // kTinyInt … kBigInt, kDate (days), kTime, kTimestamp, kTimestampTz (micros).
  int64_t Integer(size_t row) const;
  // kReal, kDouble.
  float Real(size_t row) const { return At<float>(row); }
  double Double(size_t row) const { return At<double>(row); }
  // kHugeInt; kDecimal: the unscaled value; kUuid: the value as a number, most significant first.
  Int128 Wide(size_t row) const;
  // kVarchar, kChar, kJson (UTF-8), kVarbinary (bytes).
  std::string_view Bytes(size_t row) const;
  // kIntervalDayTime.
  struct Interval {
    int32_t months, days;
    int64_t micros;
  };
  Interval IntervalAt(size_t row) const { return At<Interval>(row); }
  // kArray and kMap: the elements of `row` are rows [offset, offset + length) of child(0) (and child(1) of a map).
  struct Range {
    uint64_t offset, length;
  };
  Range Elements(size_t row) const { return At<Range>(row); }
  // kArray: the element column; kMap: keys and values; kRow: the fields, whose row is this row.
  const Column& child(size_t i) const { return children_[i]; }
  size_t children() const { return children_.size(); }

 private:
  friend class BatchReader;
  template <typename T>
  T At(size_t row) const {
    T value;
    std::memcpy(&value, static_cast<const char*>(data_) + row * sizeof(T), sizeof(T));
    return value;
  }

  const Type* type_ = nullptr;
  const void* data_ = nullptr;
  const uint64_t* validity_ = nullptr;  // null: no nulls; else one bit a row, 1 = value
  uint8_t width_ = 0;                   // bytes of one number
  std::vector<Column> children_;
};

class Batch {
 public:
  size_t rows() const { return rows_; }
  size_t columns() const { return columns_.size(); }
  const Column& column(size_t i) const { return columns_[i]; }

 private:
  friend class BatchReader;
  size_t rows_ = 0;
  std::vector<Column> columns_;
};

inline int64_t Column::Integer(size_t row) const {
  switch (width_) {
    case 1:
      return At<int8_t>(row);
    case 2:
      return At<int16_t>(row);
    case 4:
      return At<int32_t>(row);
    default:
      return At<int64_t>(row);
  }
}

inline Int128 Column::Wide(size_t row) const {
  if (width_ == 16) {
    Int128 value = At<Int128>(row);
    // DuckDB keeps a UUID's first bit flipped, so that it sorts as a signed number.
    if (type_->kind == Kind::kUuid) value.upper ^= INT64_MIN;
    return value;
  }
  const int64_t value = Integer(row);
  return {static_cast<uint64_t>(value), value < 0 ? -1 : 0};
}

inline std::string_view Column::Bytes(size_t row) const {
  // DuckDB's string: length, then 12 bytes inline or a 4-byte prefix and a pointer.
  const char* cell = static_cast<const char*>(data_) + row * 16;
  uint32_t length;
  std::memcpy(&length, cell, sizeof(length));
  if (length <= 12) return {cell + 4, length};
  const char* pointer;
  std::memcpy(&pointer, cell + 8, sizeof(pointer));
  return {pointer, length};
}

}  // namespace tarn::engine
