// Protobuf schemas (proto2 and proto3): parsed from their text, and whether what one version's messages write on the
// wire can be read by another's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tarn::registry::protobuf {

enum class Label : uint8_t { kSingular, kOptional, kRequired, kRepeated };

struct Field {
  std::string name;
  int64_t number = 0;
  Label label = Label::kSingular;
  std::string type;   // a scalar's name, or a full name of a message or enum, or as written when it is imported
  std::string key;    // a map's key type; `type` is then its value's
  std::string oneof;  // empty: in none
};

struct Message {
  std::vector<Field> fields;
};

struct Enum {
  std::set<int64_t> numbers;
  std::map<int64_t, std::string> names;  // the first of each number
};

struct File {
  bool proto3 = false;
  std::map<std::string, Message> messages;  // by full name, nested ones too
  std::map<std::string, Enum> enums;
};

// The tokens, joined by spaces: comments and layout gone. Errors: registry.InvalidInput.
Result<std::string> Canonical(std::string_view text);
// Errors: registry.InvalidInput.
Result<File> Parse(std::string_view text);

// Nothing when `reader` reads all that `writer` writes.
std::optional<std::string> WhyUnreadable(const File& reader, const File& writer);

}  // namespace tarn::registry::protobuf
