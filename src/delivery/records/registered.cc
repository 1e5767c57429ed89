#include "delivery/records/registered.h"

#include <cmath>
#include <utility>

#include "base/hash.h"
#include "delivery/errors.h"
#include "delivery/output/compress.h"
#include "delivery/records/protobuf_json.h"
#include "iceberg/avro/coding.h"
#include "json/json.h"
#include "registry/avro.h"

namespace tarn::delivery {
namespace {

using iceberg::avro::Input;
using registry::avro::Kind;
using registry::avro::Type;

constexpr char kHeader = 3;
constexpr char kPlain = 0;
constexpr char kZlib = 5;
constexpr size_t kHeaderBytes = 18;
constexpr size_t kUnpackedMax = 64 << 20;
constexpr int kDepthMax = 100;
constexpr size_t kValuesMax = 4 << 20;

std::string UuidOf(std::string_view bytes) {
  std::string text = Hex(bytes);
  for (const size_t at : {8U, 13U, 18U, 23U}) text.insert(at, 1, '-');
  return text;
}

// Bytes as a text: each is a code point.
std::string Latin(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xc0 | (byte >> 6));
      text += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return text;
}

class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : input_(bytes) {}

  json::Value Read(const Type& type, int depth = 0) {
    if (depth > kDepthMax || ++values_ > kValuesMax) input_.Fail();
    if (input_.failed()) return {};
    switch (type.kind) {
      case Kind::kNull:
        return {};
      case Kind::kBoolean:
        return input_.ReadBool();
      case Kind::kInt:
        return int64_t{input_.ReadInt()};
      case Kind::kLong:
        return input_.ReadLong();
      case Kind::kFloat:
        return Number(double{input_.ReadFixed<float>()});
      case Kind::kDouble:
        return Number(input_.ReadFixed<double>());
      case Kind::kString:
        return std::string(input_.ReadBytes());
      case Kind::kBytes:
        return Latin(input_.ReadBytes());
      case Kind::kFixed:
        return Latin(input_.ReadRaw(static_cast<size_t>(type.size)));
      case Kind::kEnum:
        return ReadEnum(type);
      default:
        return ReadNested(type, depth);
    }
  }
  // Whether all of the bytes were the datum.
  bool sound() const { return !input_.failed() && input_.done(); }

 private:
  static json::Value Number(double number) { return std::isfinite(number) ? json::Value(number) : json::Value(); }

  json::Value ReadEnum(const Type& type) {
    const int32_t index = input_.ReadInt();
    if (index >= 0 && static_cast<size_t>(index) < type.symbols.size()) return type.symbols[static_cast<size_t>(index)];
    input_.Fail();
    return {};
  }

  json::Value ReadNested(const Type& type, int depth) {
    if (type.kind == Kind::kUnion) {
      const int64_t branch = input_.ReadLong();
      if (branch >= 0 && static_cast<size_t>(branch) < type.branches.size()) {
        return Read(*type.branches[static_cast<size_t>(branch)], depth + 1);
      }
      input_.Fail();
      return {};
    }
    json::Object object;
    if (type.kind == Kind::kRecord) {
      object.reserve(type.fields.size());
      for (const auto& field : type.fields) object.emplace_back(field.name, Read(*field.type, depth + 1));
      return object;
    }
    json::Array array;
    for (int64_t count = input_.ReadItemCount(); count > 0; count = input_.ReadItemCount()) {
      for (; count > 0 && !input_.failed(); --count) {
        if (type.kind == Kind::kArray) {
          array.push_back(Read(*type.branches[0], depth + 1));
        } else {
          std::string key(input_.ReadBytes());
          object.emplace_back(std::move(key), Read(*type.branches[0], depth + 1));
        }
      }
    }
    if (type.kind == Kind::kArray) return array;
    return object;
  }

  Input input_;
  size_t values_ = 0;
};

}  // namespace

bool IsRegistered(std::string_view record) {
  return record.size() >= kHeaderBytes && record[0] == kHeader && (record[1] == kPlain || record[1] == kZlib);
}

Result<std::string> AvroToJson(const std::string& schema, std::string_view bytes) {
  const auto parsed = registry::avro::Parse(schema);
  if (!parsed.ok()) return Fail(kBadRecord, "The record's schema cannot be read: " + parsed.error().message);
  Decoder decoder(bytes);
  const json::Value value = decoder.Read(*parsed->root);
  if (!decoder.sound()) return Fail(kBadRecord, "The record's data does not fit its schema.");
  return json::Write(value);
}

Result<registry::Version> VersionOf(const registry::SchemaRegistry& registry, const Scope& scope,
                                    std::string_view record) {
  const std::string id = UuidOf(record.substr(2, 16));
  auto version = registry.GetVersion(scope, {.id = id, .schema = {}, .number = {}});
  if (version.ok() || version.error().reason->code != Code::kNotFound) return version;
  return Fail(kBadRecord, "The schema registry has no version " + id + ".");
}

Result<std::string> ToJson(const registry::Version& version, std::string_view record) {
  std::string data(record.substr(kHeaderBytes));
  if (record[1] == kZlib) {
    auto unpacked = Inflate(data, kUnpackedMax);
    if (!unpacked) return Fail(kBadRecord, "The record's data cannot be unpacked.");
    data = std::move(*unpacked);
  }
  switch (version.format) {
    case registry::DataFormat::kJson:
      return data;
    case registry::DataFormat::kAvro:
      return AvroToJson(version.definition, data);
    case registry::DataFormat::kProtobuf:
      break;
  }
  return ProtobufToJson(version.definition, data);
}

}  // namespace tarn::delivery
