#include <map>

#include "api/protocol/codec.h"
#include "api/protocol/errors.h"
#include "api/protocol/wire/codec_text.h"
#include "base/hash.h"
#include "base/time.h"
#include "json/json.h"

namespace tarn::api::protocol {
namespace {

void Write(const TypeShape& type, const void* value, bool redact, json::Writer& writer);

struct Visit {
  const TypeShape& type;
  bool redact;
  json::Writer& writer;
};

void WriteStructure(const TypeShape& type, const void* value, bool redact, json::Writer& writer) {
  std::map<std::string_view, const Member*> sorted;
  for (const Member& member : type.members) sorted[member.name] = &member;
  writer.BeginObject();
  for (const auto& [name, member] : sorted) {
    if (const void* field = GetMember(*member, value); field != nullptr) {
      writer.Key(name);
      Write(*member->ref.type, field, redact, writer);
    }
  }
  writer.EndObject();
}

void Write(const TypeShape& type, const void* value, bool redact, json::Writer& writer) {
  if (redact && type.sensitive) {
    writer.String("***");
    return;
  }
  switch (type.kind) {
    case Kind::kString:
    case Kind::kDocument:
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
    case Kind::kBoolean:
      writer.Bool(*static_cast<const bool*>(value));
      return;
    case Kind::kDouble:
      writer.Double(*static_cast<const double*>(value));
      return;
    case Kind::kTimestamp:
      writer.Int(static_cast<const Timestamp*>(value)->micros);
      return;
    case Kind::kStructure:
      WriteStructure(type, value, redact, writer);
      return;
    case Kind::kList:
      writer.BeginArray();
      for (size_t i = 0; i < type.list->size(value); ++i) {
        Write(*type.element.type, type.list->at(value, i), redact, writer);
      }
      writer.EndArray();
      return;
    case Kind::kMap: {
      Visit visit{*type.value.type, redact, writer};
      writer.BeginObject();
      type.map->each(value, &visit, [](void* context, const std::string& key, const void* element) {
        auto& [type, redact, writer] = *static_cast<Visit*>(context);
        writer.Key(key);
        Write(type, element, redact, writer);
        return true;
      });
      writer.EndObject();
      return;
    }
  }
}

Status Read(const TypeShape& type, const json::Value& value, void* out);

Status ReadContainer(const TypeShape& type, const json::Value& value, void* out) {
  if (type.kind == Kind::kList) {
    if (!value.is_array()) return Fail(kMalformedRequest, "no array");
    for (const json::Value& element : *value.AsArray()) {
      TARN_CHECK(Read(*type.element.type, element, type.list->append(out)));
    }
    return Ok();
  }
  if (!value.is_object()) return Fail(kMalformedRequest, "no object");
  for (const auto& [key, inner] : *value.AsObject()) {
    if (type.kind == Kind::kMap) {
      TARN_CHECK(Read(*type.value.type, inner, type.map->insert(out, key)));
    } else if (const Member* member = FindMember(type, key); member != nullptr) {
      TARN_CHECK(Read(*member->ref.type, inner, EmplaceMember(*member, out)));
    } else {
      return Fail(kMalformedRequest, "no member named " + key);
    }
  }
  return Ok();
}

Status Read(const TypeShape& type, const json::Value& value, void* out) {
  bool good = true;
  switch (type.kind) {
    case Kind::kString:
    case Kind::kDocument:
      good = value.is_string();
      if (good) *static_cast<std::string*>(out) = *value.AsString();
      break;
    case Kind::kBlob: {
      auto bytes = value.is_string() ? Unbase64(*value.AsString()) : std::nullopt;
      good = bytes.has_value();
      if (good) *static_cast<std::string*>(out) = std::move(*bytes);
      break;
    }
    case Kind::kInteger:
    case Kind::kLong:
      good = value.is_int() && StoreInteger(*value.AsInt(), type.kind, out);
      break;
    case Kind::kBoolean:
      good = value.is_bool();
      if (good) *static_cast<bool*>(out) = *value.AsBool();
      break;
    case Kind::kDouble: {
      const auto number = value.is_string() ? ParseDouble(*value.AsString()) : value.AsDouble();
      good = number.has_value();
      *static_cast<double*>(out) = number.value_or(0);
      break;
    }
    case Kind::kTimestamp:
      good = value.is_int();
      if (good) static_cast<Timestamp*>(out)->micros = *value.AsInt();
      break;
    default:
      return ReadContainer(type, value, out);
  }
  if (!good) return Fail(kMalformedRequest, "a value of another type than " + std::string(type.name));
  return Ok();
}

}  // namespace

std::string CanonicalJson(const TypeShape& shape, const void* value, bool redact) {
  json::Writer writer;
  Write(shape, value, redact, writer);
  return writer.Take();
}

Status FromCanonicalJson(const TypeShape& shape, std::string_view json, void* out) {
  TARN_TRY(const json::Value value, json::Parse(json));
  return Read(shape, value, out);
}

}  // namespace tarn::api::protocol
