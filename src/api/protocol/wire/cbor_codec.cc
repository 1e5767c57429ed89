#include "api/protocol/wire/cbor_codec.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "api/protocol/errors.h"
#include "api/protocol/wire/cbor.h"
#include "api/protocol/wire/codec_text.h"
#include "base/time.h"

namespace tarn::api::protocol {
namespace {

std::string_view TypeName(CborType type) {
  switch (type) {
    case CborType::kUnsigned:
    case CborType::kNegative:
    case CborType::kFloat:
      return "NUMBER_VALUE";
    case CborType::kBytes:
      return "BINARY_VALUE";
    case CborType::kText:
      return "STRING_VALUE";
    case CborType::kBool:
      return "BOOLEAN_VALUE";
    case CborType::kNull:
      return "NULL_VALUE";
    default:
      return "CONTAINER_VALUE";
  }
}

Error Mismatch(const CborHead& head, std::string_view wanted) {
  if (head.type == CborType::kMap)
    return Fail(kMalformedRequest, "Start of structure or map found where not expected.");
  if (head.type == CborType::kArray) return Fail(kMalformedRequest, "Start of list found where not expected");
  return Fail(kMalformedRequest, fmt::format("{} can not be converted to {} {}", TypeName(head.type),
                                             wanted.starts_with('I') ? "an" : "a", wanted));
}

class Decoder {
 public:
  Decoder(std::string_view bytes, CborTime time, const Limits& limits) : reader_(bytes), time_(time), limits_(limits) {}

  Status Top(const TypeShape& shape, void* out) {
    TARN_TRY(const CborHead head, reader_.Next());
    TARN_CHECK(Structure(shape, head, 1, out));
    if (!reader_.at_end()) return Fail(kMalformedRequest, "Something follows the CBOR body");
    return Ok();
  }

 private:
  Status Structure(const TypeShape& shape, const CborHead& head, int depth, void* out) {
    if (head.type != CborType::kMap) return Fail(kMalformedRequest, "Unexpected value type in payload");
    for (uint64_t read = 0;; ++read) {
      TARN_TRY(const bool more, reader_.More(head, read));
      if (!more) return Ok();
      TARN_TRY(const std::string key, Key());
      TARN_TRY(const CborHead item, reader_.Next());
      const Member* member = nullptr;
      for (const Member& candidate : shape.members) {
        if (candidate.wire_name == key) member = &candidate;
      }
      if (member == nullptr) {
        TARN_CHECK(reader_.Skip(item, limits_.depth - depth));
      } else if (item.type != CborType::kNull) {
        TARN_CHECK(Value(member->ref, item, depth + 1, EmplaceMember(*member, out)));
      }
    }
  }

  Status List(const TypeShape& shape, const CborHead& head, int depth, void* out) {
    if (head.type != CborType::kArray) return Fail(kMalformedRequest, "Unexpected value type in payload");
    for (uint64_t read = 0;; ++read) {
      TARN_TRY(const bool more, reader_.More(head, read));
      if (!more) return Ok();
      TARN_TRY(const CborHead item, reader_.Next());
      if (item.type == CborType::kNull) {
        return Fail(kMalformedRequest, "NULL_VALUE found where an element of a list is expected");
      }
      TARN_CHECK(Value(shape.element, item, depth + 1, shape.list->append(out)));
    }
  }

  Status Map(const TypeShape& shape, const CborHead& head, int depth, void* out) {
    if (head.type != CborType::kMap) return Fail(kMalformedRequest, "Unexpected value type in payload");
    for (uint64_t read = 0;; ++read) {
      TARN_TRY(const bool more, reader_.More(head, read));
      if (!more) return Ok();
      TARN_TRY(std::string key, Key());
      TARN_TRY(const CborHead item, reader_.Next());
      if (item.type == CborType::kNull) continue;
      TARN_CHECK(Value(shape.value, item, depth + 1, shape.map->insert(out, std::move(key))));
    }
  }

  Status Value(const Ref& ref, CborHead head, int depth, void* out) {
    if (depth > limits_.depth) return Fail(kRequestTooLarge, "the CBOR body is nested too deeply");
    if (++values_ > limits_.values) return Fail(kRequestTooLarge, "the CBOR body holds too many values");
    if (head.type == CborType::kTag) {  // a time's or none that says more than the model does
      TARN_TRY(head, reader_.Next());
    }
    switch (ref.type->kind) {
      case Kind::kStructure:
        return Structure(*ref.type, head, depth, out);
      case Kind::kList:
        return List(*ref.type, head, depth, out);
      case Kind::kMap:
        return Map(*ref.type, head, depth, out);
      default:
        return Scalar(ref, head, out);
    }
  }

  Status Scalar(const Ref& ref, const CborHead& head, void* out) {
    const Kind kind = ref.type->kind;
    if (kind == Kind::kBoolean) {
      if (head.type != CborType::kBool) return Mismatch(head, "Boolean");
      *static_cast<bool*>(out) = head.number != 0;
      return Ok();
    }
    if (kind == Kind::kString || kind == Kind::kDocument || kind == Kind::kBlob) {
      const bool blob = kind == Kind::kBlob;
      if (head.type != (blob ? CborType::kBytes : CborType::kText)) return Mismatch(head, blob ? "Blob" : "String");
      TARN_TRY(*static_cast<std::string*>(out), reader_.String(head));
      return Ok();
    }
    double real = head.real;
    int64_t whole = 0;
    bool integral = false;
    if (head.type == CborType::kUnsigned || head.type == CborType::kNegative) {
      integral = head.number <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
      whole = static_cast<int64_t>(head.number);
      real = static_cast<double>(head.number);
      if (head.type == CborType::kNegative) {
        whole = -1 - whole;
        real = -1 - real;
      }
    } else if (head.type != CborType::kFloat) {
      return Mismatch(head, kind == Kind::kTimestamp ? "Timestamp" : kind == Kind::kDouble ? "Double" : "Integer");
    }
    if (kind == Kind::kDouble) {
      *static_cast<double*>(out) = real;
      return Ok();
    }
    if (kind == Kind::kTimestamp) return Time(integral, whole, real, out);
    if (integral ? StoreInteger(whole, kind, out) : IntegerFromDouble(real, kind, out)) return Ok();
    return Mismatch(head, kind == Kind::kInteger ? "Integer" : "Long");
  }

  Status Time(bool integral, int64_t whole, double real, void* out) const {
    const int64_t unit = time_ == CborTime::kSeconds ? kMicrosPerSecond : 1000;
    const double micros = real * static_cast<double>(unit);
    if (!(std::abs(micros) < 9e18)) return Fail(kMalformedRequest, "A timestamp is out of range");
    // Whole numbers exactly; fractions as near as a double can tell.
    static_cast<Timestamp*>(out)->micros = integral ? whole * unit : static_cast<int64_t>(std::llround(micros));
    return Ok();
  }

  Result<std::string> Key() {
    TARN_TRY(const CborHead head, reader_.Next());
    if (head.type != CborType::kText) return Fail(kMalformedRequest, "A key of a CBOR map is no text");
    return reader_.String(head);
  }

  CborReader reader_;
  const CborTime time_;
  const Limits limits_;
  size_t values_ = 0;
};

class Encoder {
 public:
  explicit Encoder(CborTime time) : time_(time) {}

  void Structure(const TypeShape& shape, const void* value) {
    uint64_t count = 0;
    for (const Member& member : shape.members) count += GetMember(member, value) != nullptr ? 1 : 0;
    writer_.Map(count);
    for (const Member& member : shape.members) {
      if (const void* field = GetMember(member, value); field != nullptr) {
        writer_.Text(member.wire_name);
        Value(member.ref, field);
      }
    }
  }
  std::string Take() { return writer_.Take(); }

 private:
  struct Visit {
    Encoder& encoder;
    const Ref& value;
  };

  void Value(const Ref& ref, const void* value) {
    const TypeShape& type = *ref.type;
    switch (type.kind) {
      case Kind::kString:
      case Kind::kDocument:
        writer_.Text(*static_cast<const std::string*>(value));
        return;
      case Kind::kBlob:
        writer_.Bytes(*static_cast<const std::string*>(value));
        return;
      case Kind::kInteger:
        writer_.Int(*static_cast<const int32_t*>(value));
        return;
      case Kind::kLong:
        writer_.Int(*static_cast<const int64_t*>(value));
        return;
      case Kind::kBoolean:
        writer_.Bool(*static_cast<const bool*>(value));
        return;
      case Kind::kDouble:
        writer_.Double(*static_cast<const double*>(value));
        return;
      case Kind::kTimestamp:
        Time(*static_cast<const Timestamp*>(value));
        return;
      case Kind::kStructure:
        Structure(type, value);
        return;
      case Kind::kList:
        writer_.Array(type.list->size(value));
        for (size_t i = 0; i < type.list->size(value); ++i) Value(type.element, type.list->at(value, i));
        return;
      case Kind::kMap: {
        Visit visit{*this, type.value};
        writer_.Map(type.map->size(value));
        type.map->each(value, &visit, [](void* context, const std::string& key, const void* element) {
          auto& [encoder, ref] = *static_cast<Visit*>(context);
          encoder.writer_.Text(key);
          encoder.Value(ref, element);
          return true;
        });
        return;
      }
    }
  }

  void Time(Timestamp time) {
    const int64_t unit = time_ == CborTime::kSeconds ? kMicrosPerSecond : 1000;
    writer_.Tag(1);
    if (time.micros % unit == 0 || time_ == CborTime::kMillis) {
      writer_.Int(time_ == CborTime::kMillis ? time.millis() : time.micros / unit);
    } else {
      writer_.Double(static_cast<double>(time.micros) / static_cast<double>(unit));
    }
  }

  const CborTime time_;
  CborWriter writer_;
};

}  // namespace

Status DecodeCbor(const TypeShape& structure, std::string_view bytes, CborTime time, const Limits& limits, void* out) {
  if (bytes.size() > limits.body_bytes) return Fail(kRequestTooLarge, "the CBOR body is too long");
  return Decoder(bytes, time, limits).Top(structure, out);
}

std::string EncodeCbor(const TypeShape& structure, const void* value, CborTime time) {
  Encoder encoder(time);
  encoder.Structure(structure, value);
  return encoder.Take();
}

}  // namespace tarn::api::protocol
