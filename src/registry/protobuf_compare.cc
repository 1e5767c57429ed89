// What protobuf's encoding lets a reader of another version understand.
#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "registry/protobuf.h"

namespace tarn::registry::protobuf {
namespace {

using Why = std::optional<std::string>;

// Types of one group are encoded alike.
int WireGroup(std::string_view type) {
  constexpr std::pair<std::string_view, int> kGroups[] = {
      {"int32", 1},    {"int64", 1},  {"uint32", 1},  {"uint64", 1},   {"bool", 1},
      {"sint32", 2},   {"sint64", 2}, {"fixed32", 3}, {"sfixed32", 3}, {"fixed64", 4},
      {"sfixed64", 4}, {"string", 5}, {"bytes", 5},   {"float", 6},    {"double", 7}};
  const auto* found = std::ranges::find(kGroups, type, &std::pair<std::string_view, int>::first);
  return found == std::end(kGroups) ? 0 : found->second;
}

class Comparison {
 public:
  Comparison(const File& reader, const File& writer) : reader_(reader), writer_(writer) {}

  Why Run() {
    for (const auto& [name, message] : writer_.messages) {
      const auto kept = reader_.messages.find(name);
      if (kept == reader_.messages.end()) return fmt::format("the message {} is gone", name);
      if (Why why = Messages(name, kept->second, message)) return why;
    }
    for (const auto& [name, written] : writer_.enums) {
      const auto kept = reader_.enums.find(name);
      if (kept == reader_.enums.end() || reader_.proto3) continue;  // proto3 keeps numbers that it does not know
      if (!std::ranges::includes(kept->second.numbers, written.numbers)) {
        return fmt::format("values of the enum {} are gone", name);
      }
    }
    return std::nullopt;
  }

 private:
  static const Field* Find(const Message& message, int64_t number) {
    const auto found = std::ranges::find(message.fields, number, &Field::number);
    return found == message.fields.end() ? nullptr : &*found;
  }

  Why Messages(const std::string& name, const Message& reader, const Message& writer) {
    for (const Field& field : reader.fields) {
      const std::string path = fmt::format("{}.{}", name, field.name);
      const Field* written = Find(writer, field.number);
      if (field.label == Label::kRequired && (!written || written->label != Label::kRequired)) {
        return path + ": a required field may not have been written";
      }
      if (!written) continue;
      if ((field.label == Label::kRepeated) != (written->label == Label::kRepeated)) {
        return path + ": one value and many are written differently";
      }
      if (field.key.empty() != written->key.empty() ||
          (!field.key.empty() && WireGroup(field.key) != WireGroup(written->key))) {
        return path + ": the map's key changed";
      }
      if (Why why = Types(path, field.type, written->type)) return why;
      if (Why why = Oneofs(path, field, reader, writer)) return why;
    }
    return std::nullopt;
  }

  Why Types(const std::string& path, const std::string& reader, const std::string& writer) const {
    const bool read_enum = reader_.enums.contains(reader);
    const bool written_enum = writer_.enums.contains(writer);
    const int read_group = read_enum ? WireGroup("int32") : WireGroup(reader);
    const int written_group = written_enum ? WireGroup("int32") : WireGroup(writer);
    // A closed enum forgets the numbers that it does not have.
    const bool closes = read_enum && !written_enum && !reader_.proto3;
    const bool renamed = read_enum && written_enum && reader != writer && !reader_.proto3;
    // Bytes are no text.
    const bool as_text = reader == "string" && writer == "bytes";
    const bool alike = read_group == 0 ? reader == writer : read_group == written_group;
    if (alike && !closes && !renamed && !as_text) return std::nullopt;
    return fmt::format("{}: {} cannot be read as {}", path, writer, reader);
  }

  // A reader keeps only the last written field of a oneof.
  static Why Oneofs(const std::string& path, const Field& field, const Message& reader, const Message& writer) {
    if (field.oneof.empty()) return std::nullopt;
    const Field* written = Find(writer, field.number);
    for (const Field& other : reader.fields) {
      if (other.oneof != field.oneof || other.number == field.number) continue;
      const Field* also = Find(writer, other.number);
      if (also && (written->oneof.empty() || also->oneof != written->oneof)) {
        return path + ": the fields of the oneof were written side by side";
      }
    }
    return std::nullopt;
  }

  const File& reader_;
  const File& writer_;
};

}  // namespace

std::optional<std::string> WhyUnreadable(const File& reader, const File& writer) {
  return Comparison(reader, writer).Run();
}

}  // namespace tarn::registry::protobuf
