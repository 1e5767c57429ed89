// Parquet's footer in Thrift's compact protocol, as far as both readers of it need: the bytes, and schema elements.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tarn::engine::thrift {

inline constexpr int kDepthMax = 64;

// Thrift's compact protocol, as far as Parquet uses it. After an error every read answers zero.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  bool failed() const { return failed_; }
  void Break() {
    failed_ = true;
    at_ = bytes_.size();
  }

  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint8_t byte = Byte();
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    Break();
    return 0;
  }
  int64_t Integer() {
    const uint64_t raw = Varint();
    return static_cast<int64_t>(raw >> 1) ^ -static_cast<int64_t>(raw & 1);
  }
  std::string_view Bytes() {
    const uint64_t length = Varint();
    if (length > bytes_.size() - at_) {
      Break();
      return {};
    }
    at_ += length;
    return bytes_.substr(at_ - length, length);
  }

  // Calls field(id, type) for each field; what the callee leaves must be skipped by it through Skip(type).
  template <typename Field>
  void Struct(Field field) {
    int16_t id = 0;
    if (++depth_ > kDepthMax) Break();
    while (!failed_) {
      const uint8_t head = Byte();
      const uint8_t type = head & 0x0f;
      if (type == 0) break;
      id = (head >> 4) != 0 ? static_cast<int16_t>(id + (head >> 4)) : static_cast<int16_t>(Integer());
      field(id, type);
    }
    --depth_;
  }
  // Calls element(type) as often as the list is long.
  template <typename Element>
  void List(Element element) {
    const uint8_t head = Byte();
    const uint64_t size = (head >> 4) == 15 ? Varint() : head >> 4;
    if (size > bytes_.size() - at_) return Break();
    for (uint64_t i = 0; i < size && !failed_; ++i) element(static_cast<uint8_t>(head & 0x0f));
  }
  void Skip(uint8_t type, bool in_list = false) {
    switch (type) {
      case 1:
      case 2:
        if (in_list) Byte();
        return;
      case 3:
        Byte();
        return;
      case 4:
      case 5:
      case 6:
        Varint();
        return;
      case 7:
        for (int i = 0; i < 8; ++i) Byte();
        return;
      case 8:
        Bytes();
        return;
      case 9:
      case 10:
        if (++depth_ > kDepthMax) return Break();
        List([this](uint8_t element) { Skip(element, true); });
        --depth_;
        return;
      case 12:
        Struct([this](int16_t, uint8_t field) { Skip(field); });
        return;
      default:
        Break();
    }
  }

 private:
  uint8_t Byte() {
    if (at_ >= bytes_.size()) {
      failed_ = true;
      return 0;
    }
    return static_cast<uint8_t>(bytes_[at_++]);
  }

  std::string_view bytes_;
  size_t at_ = 0;
  int depth_ = 0;
  bool failed_ = false;
};

enum Physical { kBool, kInt32, kInt64, kInt96, kFloat, kDoubleType, kByteArray, kFixed, kGroup = -1 };

struct SchemaElement {
  int64_t physical = kGroup;
  int64_t repetition = 0;  // 0 required, 1 optional, 2 repeated
  std::string name;
  int64_t children = 0;
  int64_t converted = -1;
  int64_t scale = 0, precision = 0;
  int logical = 0;  // field id of the LogicalType union
  int64_t integer_bits = 0;
  bool integer_signed = true;
  int64_t field_id = -1;
  int time_unit = 0;  // of a time or timestamp: 1 milli-, 2 micro-, 3 nanoseconds
};

inline void ReadLogicalType(Reader& in, SchemaElement& element) {
  in.Struct([&](int16_t kind, uint8_t type) {
    element.logical = kind;
    if (type != 12) return in.Skip(type);
    in.Struct([&](int16_t id, uint8_t field) {
      if (kind == 5 && id == 1 && field == 5) {
        element.scale = in.Integer();
      } else if (kind == 5 && id == 2 && field == 5) {
        element.precision = in.Integer();
      } else if (kind == 10 && id == 2) {
        element.integer_signed = field == 1;
        in.Skip(field);
      } else if ((kind == 7 || kind == 8) && id == 2 && field == 12) {
        in.Struct([&](int16_t unit, uint8_t empty) {
          element.time_unit = unit;
          in.Skip(empty);
        });
      } else {
        in.Skip(field);
      }
    });
  });
}

inline SchemaElement ReadSchemaElement(Reader& in) {
  SchemaElement element;
  in.Struct([&](int16_t id, uint8_t type) {
    if (id == 4 && type == 8) {
      element.name = in.Bytes();
    } else if (id == 10 && type == 12) {
      ReadLogicalType(in, element);
    } else if (type == 5 && id <= 9) {
      const int64_t value = in.Integer();
      switch (id) {
        case 1:
          element.physical = value;
          break;
        case 3:
          element.repetition = value;
          break;
        case 5:
          element.children = value;
          break;
        case 6:
          element.converted = value;
          break;
        case 7:
          element.scale = value;
          break;
        case 8:
          element.precision = value;
          break;
        case 9:
          element.field_id = value;
          break;
        default:
          break;
      }
    } else {
      in.Skip(type);
    }
  });
  return element;
}

}  // namespace tarn::engine::thrift
