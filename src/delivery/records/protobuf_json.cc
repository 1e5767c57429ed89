#include "delivery/records/protobuf_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "delivery/errors.h"
#include "json/json.h"
#include "registry/protobuf.h"

namespace tarn::delivery {
namespace {

using registry::protobuf::Field;
using registry::protobuf::File;
using registry::protobuf::Label;
using registry::protobuf::Message;

constexpr int kDepthMax = 100;
constexpr size_t kValuesMax = 4 << 20;

enum class Wire : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kGroup = 3, kGroupEnd = 4, kFixed32 = 5 };

// Protobuf's wire form. After a failure everything reads as nothing.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  bool failed() const { return failed_; }
  bool done() const { return failed_ || bytes_.empty(); }
  std::string_view rest() const { return bytes_; }

  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    failed_ = true;
    return 0;
  }
  uint64_t Fixed(size_t size) {
    const std::string_view taken = Take(size);
    uint64_t value = 0;
    for (size_t i = 0; i < taken.size(); ++i) value |= uint64_t{static_cast<unsigned char>(taken[i])} << (8 * i);
    return value;
  }
  std::string_view Bytes() { return Take(Varint()); }

  void Skip(Wire wire, int depth = 0) {
    if (wire == Wire::kVarint) {
      Varint();
    } else if (wire == Wire::kFixed64 || wire == Wire::kFixed32) {
      Take(wire == Wire::kFixed64 ? 8 : 4);
    } else if (wire == Wire::kBytes) {
      Bytes();
    } else if (wire == Wire::kGroup && depth < kDepthMax) {
      while (!done()) {
        const auto inner = static_cast<Wire>(Varint() & 7);
        if (inner == Wire::kGroupEnd) return;
        Skip(inner, depth + 1);
      }
      failed_ = true;
    } else {
      failed_ = true;
    }
  }

 private:
  std::string_view Take(uint64_t size) {
    if (failed_ || size > bytes_.size()) {
      failed_ = true;
      return {};
    }
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

  std::string_view bytes_;
  bool failed_ = false;
};

struct Scalar {
  std::string_view name;
  Wire wire;
};
constexpr std::array<Scalar, 15> kScalars = {{{"double", Wire::kFixed64},
                                              {"float", Wire::kFixed32},
                                              {"int32", Wire::kVarint},
                                              {"int64", Wire::kVarint},
                                              {"uint32", Wire::kVarint},
                                              {"uint64", Wire::kVarint},
                                              {"sint32", Wire::kVarint},
                                              {"sint64", Wire::kVarint},
                                              {"fixed32", Wire::kFixed32},
                                              {"fixed64", Wire::kFixed64},
                                              {"sfixed32", Wire::kFixed32},
                                              {"sfixed64", Wire::kFixed64},
                                              {"bool", Wire::kVarint},
                                              {"string", Wire::kBytes},
                                              {"bytes", Wire::kBytes}}};

json::Value Real(double number) { return std::isfinite(number) ? json::Value(number) : json::Value(); }

json::Value Unsigned(uint64_t number) {
  if (number <= static_cast<uint64_t>(INT64_MAX)) return static_cast<int64_t>(number);
  return json::Number{static_cast<double>(number), fmt::format("{}", number)};
}

int64_t Unzigzag(uint64_t value) { return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1); }

// A number of the wire as its type says it.
json::Value NumberOf(std::string_view type, uint64_t bits) {
  const auto low = static_cast<uint32_t>(bits);
  if (type == "double") return Real(std::bit_cast<double>(bits));
  if (type == "float") return Real(double{std::bit_cast<float>(low)});
  if (type == "bool") return bits != 0;
  if (type == "int32" || type == "sfixed32") return int64_t{static_cast<int32_t>(low)};
  if (type == "sint32") return int64_t{static_cast<int32_t>(Unzigzag(low))};
  if (type == "sint64") return Unzigzag(bits);
  if (type == "uint32" || type == "fixed32") return int64_t{low};
  if (type == "uint64" || type == "fixed64") return Unsigned(bits);
  return static_cast<int64_t>(bits);
}

// A map's key as JSON has it.
std::string KeyText(const json::Value& key) {
  const std::string* text = key.AsString();
  return text != nullptr ? *text : json::Write(key);
}

class Decoder {
 public:
  explicit Decoder(const File& file) : file_(file) {}

  // Nothing for bytes that are no such message.
  std::optional<json::Value> Read(const Message& message, std::string_view bytes, int depth) {
    if (depth > kDepthMax) return std::nullopt;
    std::vector<std::optional<json::Value>> values(message.fields.size());
    std::map<size_t, std::string> parts;  // of messages that are told once; several parts are one message
    Reader reader(bytes);
    while (!reader.done()) {
      const uint64_t tag = reader.Varint();
      const auto wire = static_cast<Wire>(tag & 7);
      const auto found = std::ranges::find(message.fields, static_cast<int64_t>(tag >> 3), &Field::number);
      if (found == message.fields.end() || !Fits(*found, wire)) {
        reader.Skip(wire);
        continue;
      }
      const auto place = static_cast<size_t>(found - message.fields.begin());
      ForgetOthers(message, *found, values, parts);
      if (found->label != Label::kRepeated && file_.messages.contains(found->type)) {
        parts[place] += reader.Bytes();
      } else if (!Take(*found, wire, reader, depth, values[place])) {
        return std::nullopt;
      }
    }
    if (reader.failed()) return std::nullopt;
    for (const auto& [place, part] : parts) {
      values[place] = Read(file_.messages.at(message.fields[place].type), part, depth + 1);
      if (!values[place]) return std::nullopt;
    }
    return Whole(message, std::move(values));
  }

 private:
  std::optional<Wire> WireOf(const std::string& type) const {
    const auto* scalar = std::ranges::find(kScalars, type, &Scalar::name);
    if (scalar != kScalars.end()) return scalar->wire;
    if (file_.enums.contains(type)) return Wire::kVarint;
    if (file_.messages.contains(type)) return Wire::kBytes;
    return std::nullopt;
  }

  // Lists of numbers may come packed, whatever the schema says.
  bool Fits(const Field& field, Wire wire) const {
    const auto wanted = WireOf(field.type);
    if (!wanted) return false;
    return field.key.empty() ? wire == *wanted || (wire == Wire::kBytes && field.label == Label::kRepeated)
                             : wire == Wire::kBytes;
  }

  static void ForgetOthers(const Message& message, const Field& field, std::vector<std::optional<json::Value>>& values,
                           std::map<size_t, std::string>& parts) {
    if (field.oneof.empty()) return;
    for (size_t i = 0; i < message.fields.size(); ++i) {
      if (message.fields[i].oneof != field.oneof || message.fields[i].number == field.number) continue;
      values[i].reset();
      parts.erase(i);
    }
  }

  bool Take(const Field& field, Wire wire, Reader& reader, int depth, std::optional<json::Value>& value) {
    if (!field.key.empty()) return TakeEntry(field, reader.Bytes(), depth, value);
    if (field.label != Label::kRepeated) {
      value = One(field.type, reader, depth);
      return value.has_value();
    }
    if (!value) value = json::Array{};
    json::Array& list = *value->AsArray();
    if (wire != Wire::kBytes || WireOf(field.type) == Wire::kBytes) {
      auto item = One(field.type, reader, depth);
      if (item) list.push_back(std::move(*item));
      return item.has_value();
    }
    Reader packed(reader.Bytes());
    while (!packed.done()) {
      auto item = One(field.type, packed, depth);
      if (!item) return false;
      list.push_back(std::move(*item));
    }
    return !packed.failed();
  }

  bool TakeEntry(const Field& field, std::string_view bytes, int depth, std::optional<json::Value>& value) {
    Message entry;
    entry.fields = {{.name = "key", .number = 1, .type = field.key},
                    {.name = "value", .number = 2, .type = field.type}};
    const auto read = Read(entry, bytes, depth + 1);
    if (!read) return false;
    if (!value) value = json::Object{};
    const json::Value* key = read->Find("key");
    const json::Value* held = read->Find("value");
    // What was not written has its default.
    value->AsObject()->emplace_back(KeyText(key != nullptr ? *key : Default(field.key)),
                                    held != nullptr ? *held : Default(field.type));
    return true;
  }

  std::optional<json::Value> One(const std::string& type, Reader& reader, int depth) {
    if (++values_ > kValuesMax) return std::nullopt;
    const auto message = file_.messages.find(type);
    if (message != file_.messages.end()) return Read(message->second, reader.Bytes(), depth + 1);
    std::optional<json::Value> value;
    if (type == "string") {
      value = std::string(reader.Bytes());
    } else if (type == "bytes") {
      value = Base64(reader.Bytes());
    } else if (const auto of = file_.enums.find(type); of != file_.enums.end()) {
      const int64_t number = static_cast<int32_t>(reader.Varint());
      const auto name = of->second.names.find(number);
      value = name != of->second.names.end() ? json::Value(name->second) : json::Value(number);
    } else {
      const Wire wire = WireOf(type).value_or(Wire::kVarint);
      value = NumberOf(type, wire == Wire::kVarint ? reader.Varint() : reader.Fixed(wire == Wire::kFixed64 ? 8 : 4));
    }
    return reader.failed() ? std::nullopt : std::move(value);
  }

  json::Value Default(const std::string& type) const {
    if (file_.messages.contains(type)) return json::Object{};
    if (type == "string" || type == "bytes") return std::string();
    const auto of = file_.enums.find(type);
    if (of == file_.enums.end()) return NumberOf(type, 0);
    const auto name = of->second.names.find(0);
    return name != of->second.names.end() ? json::Value(name->second) : json::Value(int64_t{0});
  }

  json::Value Whole(const Message& message, std::vector<std::optional<json::Value>> values) const {
    json::Object object;
    object.reserve(values.size());
    for (size_t i = 0; i < values.size(); ++i) {
      const Field& field = message.fields[i];
      const bool implied = file_.proto3 && field.label == Label::kSingular && field.oneof.empty() &&
                           !file_.messages.contains(field.type) && WireOf(field.type);
      if (values[i]) {
        object.emplace_back(field.name, std::move(*values[i]));
      } else if (!field.key.empty()) {
        object.emplace_back(field.name, json::Object{});
      } else if (field.label == Label::kRepeated) {
        object.emplace_back(field.name, json::Array{});
      } else if (implied) {
        object.emplace_back(field.name, Default(field.type));
      }
    }
    return object;
  }

  const File& file_;
  size_t values_ = 0;
};

// "by_name" → "ByNameEntry"
std::string EntryName(std::string_view field) {
  std::string name;
  bool upper = true;
  for (const char c : field) {
    if (c != '_') name += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = c == '_';
  }
  return name + "Entry";
}

const Message* MessageAt(const File& file, uint64_t index) {
  std::vector<std::string> names;
  for (const auto& [name, message] : file.messages) {
    names.push_back(name);
    for (const Field& field : message.fields) {
      if (!field.key.empty()) names.push_back(fmt::format("{}.{}", name, EntryName(field.name)));
    }
  }
  std::ranges::sort(names);
  if (index >= names.size()) return nullptr;
  const auto found = file.messages.find(names[index]);
  return found == file.messages.end() ? nullptr : &found->second;
}

}  // namespace

Result<std::string> ProtobufToJson(const std::string& schema, std::string_view bytes) {
  const auto file = registry::protobuf::Parse(schema);
  if (!file.ok()) return Fail(kBadRecord, "The record's schema cannot be read: " + file.error().message);
  Reader reader(bytes);
  const uint64_t index = reader.Varint();
  const Message* message = reader.failed() ? nullptr : MessageAt(*file, index);
  if (message == nullptr) return Fail(kBadRecord, "The record's schema has no message of the record's number.");
  const auto value = Decoder(*file).Read(*message, reader.rest(), 0);
  if (!value) return Fail(kBadRecord, "The record's data does not fit its schema.");
  return json::Write(*value);
}

}  // namespace tarn::delivery
