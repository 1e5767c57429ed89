#include "api/protocol/wire/json_codec.h"

#include <fmt/format.h>

#include "api/protocol/errors.h"
#include "api/protocol/wire/codec_text.h"
#include "base/hash.h"
#include "json/json.h"

namespace tarn::api::protocol {
namespace {

std::string_view TokenName(const json::Value& value) {
  if (value.is_string()) return "STRING_VALUE";
  if (value.is_number()) return "NUMBER_VALUE";
  if (value.is_bool()) return *value.AsBool() ? "TRUE_VALUE" : "FALSE_VALUE";
  return "NULL_VALUE";
}

// AWS's own sentences for values of a wrong type.
Error Mismatch(const json::Value& value, std::string_view wanted) {
  if (value.is_object()) return Fail(kMalformedRequest, "Start of structure or map found where not expected.");
  if (value.is_array()) return Fail(kMalformedRequest, "Start of list found where not expected");
  const bool vowel = wanted.starts_with('I');
  return Fail(kMalformedRequest,
              fmt::format("{} can not be converted to {} {}", TokenName(value), vowel ? "an" : "a", wanted));
}

Status DecodeTimestamp(const Ref& ref, const json::Value& value, void* out) {
  std::optional<Timestamp> time;
  if (const int64_t* seconds = value.AsInt()) {
    time = ParseTime(fmt::format("{}", *seconds), TimeFormat::kUnix);
  } else if (const json::Number* number = value.AsNumber()) {
    time = ParseTime(number->text, TimeFormat::kUnix);
  } else if (const std::string* text = value.AsString()) {
    if (ref.time_format == TimeFormat::kHttpDate || ref.time_format == TimeFormat::kIso8601) {
      time = ParseTime(*text, ref.time_format);
    } else {
      time = ParseIso8601(*text);
    }
    if (!time) return Fail(kMalformedRequest, "STRING_VALUE can not be converted to milliseconds since epoch");
  }
  if (!time) return Mismatch(value, "Timestamp");
  *static_cast<Timestamp*>(out) = *time;
  return Ok();
}

Status DecodeNumber(Kind kind, const json::Value& value, void* out) {
  if (kind == Kind::kDouble) {
    std::optional<double> number = value.AsDouble();
    const std::string* text = value.AsString();
    if (text != nullptr && (*text == "NaN" || *text == "Infinity" || *text == "-Infinity")) number = ParseDouble(*text);
    if (!number) return Mismatch(value, "Double");
    *static_cast<double*>(out) = *number;
    return Ok();
  }
  const std::string_view wanted = kind == Kind::kInteger ? "Integer" : "Long";
  if (const int64_t* integer = value.AsInt()) {
    if (!StoreInteger(*integer, kind, out)) return Mismatch(value, wanted);
    return Ok();
  }
  if (const json::Number* number = value.AsNumber(); number != nullptr && IntegerFromDouble(number->value, kind, out)) {
    return Ok();
  }
  return Mismatch(value, wanted);
}

// Whether the bits that padding leaves over are zero.
bool EndsClean(std::string_view base64) {
  constexpr size_t kGroup = 4;
  if (!base64.ends_with('=')) return true;
  const std::string_view last = base64.substr(base64.size() - kGroup);
  return Base64(*Unbase64(last)) == last;
}

Status DecodeStructure(const TypeShape& shape, const json::Value& value, Members members, void* out) {
  const json::Object* object = value.AsObject();
  if (object == nullptr) return Fail(kMalformedRequest, "Unexpected value type in payload");
  for (const Member& member : shape.members) {
    if (members == Members::kBodyOnly && member.location != Location::kBody) continue;
    const json::Value* found = value.Find(member.wire_name);
    if (found == nullptr || found->is_null()) continue;
    TARN_CHECK(DecodeJsonValue(member.ref, *found, EmplaceMember(member, out)));
  }
  return Ok();
}

Status DecodeList(const TypeShape& shape, const json::Value& value, void* out) {
  const json::Array* array = value.AsArray();
  if (array == nullptr) return Fail(kMalformedRequest, "Unexpected value type in payload");
  for (const json::Value& element : *array) {
    if (element.is_null()) return Fail(kMalformedRequest, "NULL_VALUE found where an element of a list is expected");
    TARN_CHECK(DecodeJsonValue(shape.element, element, shape.list->append(out)));
  }
  return Ok();
}

Status DecodeMap(const TypeShape& shape, const json::Value& value, void* out) {
  const json::Object* object = value.AsObject();
  if (object == nullptr) return Fail(kMalformedRequest, "Unexpected value type in payload");
  for (const auto& [key, element] : *object) {
    if (element.is_null()) continue;  // as the services read it: no entry
    TARN_CHECK(DecodeJsonValue(shape.value, element, shape.map->insert(out, key)));
  }
  return Ok();
}

void EncodeStructure(const TypeShape& shape, const void* value, Members members, json::Writer& writer) {
  writer.BeginObject();
  for (const Member& member : shape.members) {
    if (members == Members::kBodyOnly && member.location != Location::kBody) continue;
    const void* field = GetMember(member, value);
    if (field == nullptr) continue;
    writer.Key(member.wire_name);
    EncodeJsonValue(member.ref, field, writer);
  }
  writer.EndObject();
}

void EncodeTimestamp(const Ref& ref, Timestamp time, json::Writer& writer) {
  if (ref.time_format == TimeFormat::kProtocolDefault || ref.time_format == TimeFormat::kUnix) {
    writer.Raw(FormatUnixSeconds(time));
  } else {
    writer.String(FormatTime(time, ref.time_format, -1));
  }
}

}  // namespace

Status DecodeJsonValue(const Ref& ref, const json::Value& value, void* out) {
  switch (ref.type->kind) {
    case Kind::kString:
      if (!value.is_string()) return Mismatch(value, "String");
      *static_cast<std::string*>(out) = *value.AsString();
      return Ok();
    case Kind::kBlob: {
      if (!value.is_string()) return Mismatch(value, "Blob");
      const std::string& text = *value.AsString();
      auto bytes = Unbase64(text);
      if (!bytes || !EndsClean(text)) return Fail(kMalformedRequest, "The base64 text of a blob is malformed");
      *static_cast<std::string*>(out) = std::move(*bytes);
      return Ok();
    }
    case Kind::kInteger:
    case Kind::kLong:
    case Kind::kDouble:
      return DecodeNumber(ref.type->kind, value, out);
    case Kind::kBoolean:
      if (!value.is_bool()) return Mismatch(value, "Boolean");
      *static_cast<bool*>(out) = *value.AsBool();
      return Ok();
    case Kind::kTimestamp:
      return DecodeTimestamp(ref, value, out);
    case Kind::kDocument:
      *static_cast<std::string*>(out) = json::Write(value);
      return Ok();
    case Kind::kList:
      return DecodeList(*ref.type, value, out);
    case Kind::kMap:
      return DecodeMap(*ref.type, value, out);
    case Kind::kStructure:
      return DecodeStructure(*ref.type, value, Members::kAll, out);
  }
  return Ok();
}

Status DecodeJson(const TypeShape& structure, std::string_view text, Members members, const Limits& limits, void* out) {
  const auto value = json::Parse(text, {limits.body_bytes, limits.depth, limits.values});
  if (!value.ok()) {
    if (value.Is(json::kTooLarge)) return Fail(kRequestTooLarge, value.error().message);
    return Fail(kMalformedRequest, "The request body is no valid JSON: " + value.error().message);
  }
  return DecodeStructure(structure, *value, members, out);
}

void EncodeJsonValue(const Ref& ref, const void* value, json::Writer& writer) {
  switch (ref.type->kind) {
    case Kind::kString:
      writer.String(*static_cast<const std::string*>(value));
      return;
    case Kind::kBlob:
      writer.String(Base64(*static_cast<const std::string*>(value)));
      return;
    case Kind::kInteger:
      writer.Int(*static_cast<const int32_t*>(value));
      return;
    case Kind::kLong:
      writer.Int(*static_cast<const int64_t*>(value));
      return;
    case Kind::kDouble:
      writer.Double(*static_cast<const double*>(value));
      return;
    case Kind::kBoolean:
      writer.Bool(*static_cast<const bool*>(value));
      return;
    case Kind::kTimestamp:
      EncodeTimestamp(ref, *static_cast<const Timestamp*>(value), writer);
      return;
    case Kind::kDocument:
      writer.Raw(*static_cast<const std::string*>(value));
      return;
    case Kind::kList:
      writer.BeginArray();
      for (size_t i = 0; i < ref.type->list->size(value); ++i) {
        EncodeJsonValue(ref.type->element, ref.type->list->at(value, i), writer);
      }
      writer.EndArray();
      return;
    case Kind::kMap: {
      struct Visit {
        const Ref& value;
        json::Writer& writer;
      } visit{ref.type->value, writer};
      writer.BeginObject();
      ref.type->map->each(value, &visit, [](void* context, const std::string& key, const void* element) {
        auto& [ref, out] = *static_cast<Visit*>(context);
        out.Key(key);
        EncodeJsonValue(ref, element, out);
        return true;
      });
      writer.EndObject();
      return;
    }
    case Kind::kStructure:
      EncodeStructure(*ref.type, value, Members::kAll, writer);
      return;
  }
}

std::string EncodeJson(const TypeShape& structure, const void* value, Members members) {
  json::Writer writer;
  EncodeStructure(structure, value, members, writer);
  return writer.Take();
}

}  // namespace tarn::api::protocol
