#include "registry/protobuf.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/strings.h"
#include "registry/errors.h"

namespace tarn::registry::protobuf {
namespace {

constexpr int kDepthMax = 64;
constexpr int64_t kNumberMax = (int64_t{1} << 29) - 1;
constexpr std::array<std::string_view, 15> kScalars = {"double",   "float",    "int32",  "int64",   "uint32",
                                                       "uint64",   "sint32",   "sint64", "fixed32", "fixed64",
                                                       "sfixed32", "sfixed64", "bool",   "string",  "bytes"};

Error Bad(std::string why) { return Fail(kInvalidInput, std::move(why)); }

bool IsWordChar(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

Result<std::vector<std::string>> Tokens(std::string_view text) {
  std::vector<std::string> out;
  size_t i = 0;
  while (i < text.size()) {
    const char c = text[i];
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v') {
      ++i;
    } else if (text.substr(i, 2) == "//") {
      i = std::min(text.find('\n', i), text.size());
    } else if (text.substr(i, 2) == "/*") {
      const size_t end = text.find("*/", i + 2);
      if (end == std::string_view::npos) return Bad("a comment is not closed");
      i = end + 2;
    } else if (c == '"' || c == '\'') {
      size_t end = i + 1;
      while (end < text.size() && text[end] != c && text[end] != '\n') end += text[end] == '\\' ? 2 : 1;
      if (end >= text.size() || text[end] != c) return Bad("a string is not closed");
      out.emplace_back(text.substr(i, end + 1 - i));
      i = end + 1;
    } else if (IsWordChar(c)) {
      size_t end = i;
      const bool number = c >= '0' && c <= '9';
      while (end < text.size() &&
             (IsWordChar(text[end]) || text[end] == '.' ||
              (number && (text[end] == '-' || text[end] == '+') && (text[end - 1] == 'e' || text[end - 1] == 'E')))) {
        ++end;
      }
      out.emplace_back(text.substr(i, end - i));
      i = end;
    } else if (std::string_view("{}[]()<>=;,.:-+/").find(c) != std::string_view::npos) {
      out.emplace_back(1, c);
      ++i;
    } else {
      return Bad(fmt::format("an unexpected character: {}", c));
    }
  }
  return out;
}

bool IsName(std::string_view word, bool dotted = false) {
  if (word.empty() || (word[0] >= '0' && word[0] <= '9') || word.back() == '.') return false;
  return std::ranges::all_of(word, [&](char c) { return IsWordChar(c) || (dotted && c == '.'); });
}

std::optional<int64_t> ToNumber(std::string_view word) {
  if (word.size() > 2 && word[0] == '0' && (word[1] == 'x' || word[1] == 'X')) {
    int64_t value = 0;
    for (const char c : word.substr(2)) {
      if (std::isxdigit(static_cast<unsigned char>(c)) == 0 || value > kNumberMax * 16) return std::nullopt;
      value = value * 16 + (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
  }
  return ParseI64(word);
}

struct Range {
  int64_t from;
  int64_t to;
};

// What a message or enum has said of its numbers and names so far.
struct Taken {
  std::set<int64_t> numbers;
  std::set<std::string> names;
  std::vector<Range> reserved;
  std::set<std::string> reserved_names;

  Status Check(const std::string& of) const {
    for (const int64_t number : numbers) {
      for (const Range& range : reserved) {
        if (number < range.from || number > range.to) continue;
        return Bad(fmt::format("{} uses reserved number {}", of, number));
      }
    }
    for (const std::string& name : names) {
      if (reserved_names.contains(name)) return Bad(fmt::format("{} uses reserved name {}", of, name));
    }
    return Ok();
  }
};

class Parser {
 public:
  explicit Parser(std::vector<std::string> tokens) : tokens_(std::move(tokens)) {}

  Result<File> Run() {
    while (at_ < tokens_.size()) TARN_CHECK(TopLevel());
    for (auto& [name, message] : file_.messages) {
      for (Field& field : message.fields) TARN_CHECK(Resolve(name, field));
    }
    return std::move(file_);
  }

 private:
  const std::string& Peek() const {
    static const std::string kEnd;
    return at_ < tokens_.size() ? tokens_[at_] : kEnd;
  }
  std::string Next() { return at_ < tokens_.size() ? tokens_[at_++] : std::string(); }
  bool Take(std::string_view token) {
    if (Peek() != token) return false;
    ++at_;
    return true;
  }
  Status Expect(std::string_view token) {
    if (Take(token)) return Ok();
    return Bad(fmt::format("expected \"{}\" but found \"{}\"", token, Peek()));
  }
  Result<std::string> Name() {
    std::string word = Next();
    if (!IsName(word)) return Bad(fmt::format("expected a name but found \"{}\"", word));
    return word;
  }
  Result<std::string> TypeName() {
    const bool absolute = Take(".");
    std::string word = Next();
    if (!IsName(word, true)) return Bad(fmt::format("expected a type but found \"{}\"", word));
    return absolute ? "." + word : word;
  }
  Result<int64_t> Number() {
    const bool negative = Take("-");
    const std::string word = Next();
    const auto value = ToNumber(word);
    if (!value) return Bad(fmt::format("expected a number but found \"{}\"", word));
    return negative ? -*value : *value;
  }
  // Up to the ";" that ends a statement, or over a block in braces.
  Status Skip() {
    int depth = 0;
    while (at_ < tokens_.size()) {
      const std::string token = Next();
      if (token == "{") ++depth;
      if (token == "}" && --depth <= 0) {
        Take(";");
        return Ok();
      }
      if (token == ";" && depth == 0) return Ok();
    }
    return Bad("a statement does not end");
  }
  Status SkipBrackets() {
    if (!Take("[")) return Ok();
    for (int depth = 1; depth > 0;) {
      if (at_ >= tokens_.size()) return Bad("options are not closed");
      const std::string token = Next();
      if (token == "[") ++depth;
      if (token == "]") --depth;
    }
    return Ok();
  }

  Status TopLevel() {
    if (Take(";")) return Ok();
    const std::string word = Next();
    if (word == "syntax") {
      TARN_CHECK(Expect("="));
      const std::string syntax = Next();
      const std::string_view inner = syntax.size() > 2 ? std::string_view(syntax).substr(1, syntax.size() - 2) : "";
      if (inner != "proto2" && inner != "proto3") return Bad(fmt::format("unknown syntax {}", syntax));
      file_.proto3 = inner == "proto3";
      return Expect(";");
    }
    if (word == "package") {
      TARN_TRY(package_, TypeName());
      return Expect(";");
    }
    if (word == "import") {
      imports_ = true;
      return Skip();
    }
    if (word == "option" || word == "service" || word == "extend") return Skip();
    if (word == "message") return MessageBody(package_, 0);
    if (word == "enum") return EnumBody(package_);
    return Bad(fmt::format("unexpected \"{}\"", word));
  }

  static std::string Under(const std::string& scope, const std::string& name) {
    return scope.empty() ? name : fmt::format("{}.{}", scope, name);
  }

  Status Reserved(Taken& taken, bool names) {
    do {
      if (!Peek().empty() && (Peek()[0] == '"' || Peek()[0] == '\'')) {
        const std::string quoted = Next();
        if (names) taken.reserved_names.insert(quoted.substr(1, quoted.size() - 2));
        continue;
      }
      TARN_TRY(const int64_t from, Number());
      int64_t to = from;
      if (Take("to")) {
        if (Take("max")) {
          to = INT64_MAX;
        } else {
          TARN_TRY(to, Number());
        }
      }
      taken.reserved.push_back({from, to});
    } while (Take(","));
    TARN_CHECK(SkipBrackets());
    return Expect(";");
  }

  Status IsNew(const std::string& full) const {
    if (!file_.messages.contains(full) && !file_.enums.contains(full)) return Ok();
    return Bad(fmt::format("{} is defined twice", full));
  }

  Status EnumBody(const std::string& scope) {
    TARN_TRY(const std::string name, Name());
    const std::string full = Under(scope, name);
    TARN_CHECK(IsNew(full));
    Enum& made = file_.enums[full];
    Taken taken;
    TARN_CHECK(Expect("{"));
    while (!Take("}")) {
      if (Take(";")) continue;
      if (Take("option")) {
        TARN_CHECK(Skip());
      } else if (Peek() == "reserved" && at_ + 1 < tokens_.size() && tokens_[at_ + 1] != "=") {
        Next();
        TARN_CHECK(Reserved(taken, true));
      } else {
        TARN_TRY(const std::string value, Name());
        TARN_CHECK(Expect("="));
        TARN_TRY(const int64_t number, Number());
        if (file_.proto3 && made.numbers.empty() && number != 0) {
          return Bad(fmt::format("{} must begin with zero", full));
        }
        if (!taken.names.insert(value).second) return Bad(fmt::format("{} has {} twice", full, value));
        made.numbers.insert(number);
        made.names.emplace(number, value);
        taken.numbers.insert(number);
        TARN_CHECK(SkipBrackets());
        TARN_CHECK(Expect(";"));
      }
    }
    if (made.numbers.empty()) return Bad(fmt::format("{} has no values", full));
    return taken.Check(full);
  }

  Status MessageBody(const std::string& scope, int depth) {
    if (depth > kDepthMax) return Bad("messages are nested too deeply");
    TARN_TRY(const std::string name, Name());
    return Members(Under(scope, name), depth);
  }

  Status Members(const std::string& full, int depth) {
    TARN_CHECK(IsNew(full));
    file_.messages[full];
    Taken taken;
    TARN_CHECK(Expect("{"));
    while (!Take("}")) {
      if (at_ >= tokens_.size()) return Bad(fmt::format("{} is not closed", full));
      TARN_CHECK(Member(full, taken, depth));
    }
    return taken.Check(full);
  }

  Status Member(const std::string& full, Taken& taken, int depth) {
    if (Take(";")) return Ok();
    if (Take("message")) return MessageBody(full, depth + 1);
    if (Take("enum")) return EnumBody(full);
    if (Take("option") || Take("extend")) return Skip();
    if (Take("reserved")) return Reserved(taken, true);
    if (Take("extensions")) return Reserved(taken, false);
    if (Take("oneof")) {
      TARN_TRY(const std::string oneof, Name());
      TARN_CHECK(Expect("{"));
      while (!Take("}")) {
        if (Take(";")) continue;
        if (Take("option")) {
          TARN_CHECK(Skip());
          continue;
        }
        TARN_CHECK(OneField(full, taken, oneof, depth));
      }
      return Ok();
    }
    return OneField(full, taken, "", depth);
  }

  Status OneField(const std::string& full, Taken& taken, const std::string& oneof, int depth) {
    Field field{.oneof = oneof};
    bool labelled = true;
    if (Take("optional")) {
      field.label = Label::kOptional;
    } else if (Take("required")) {
      if (file_.proto3) return Bad(fmt::format("{}: proto3 has no required fields", full));
      field.label = Label::kRequired;
    } else if (Take("repeated")) {
      field.label = Label::kRepeated;
    } else {
      labelled = false;
    }
    if (labelled && !oneof.empty()) return Bad(fmt::format("{}: fields of a oneof have no label", full));
    if (Peek() == "map" && at_ + 1 < tokens_.size() && tokens_[at_ + 1] == "<") {
      TARN_CHECK(MapType(full, field, labelled || !oneof.empty()));
      labelled = true;
    } else {
      TARN_TRY(field.type, TypeName());
    }
    if (!file_.proto3 && !labelled && oneof.empty()) return Bad(fmt::format("{}: proto2 fields need a label", full));
    const bool group = field.type == "group";
    TARN_TRY(field.name, Name());
    TARN_CHECK(Expect("="));
    TARN_TRY(field.number, Number());
    TARN_CHECK(Sound(full, field, taken));
    TARN_CHECK(SkipBrackets());
    if (group) {
      field.type = "." + Under(full, field.name);
      file_.messages[full].fields.push_back(field);
      return Members(Under(full, field.name), depth + 1);
    }
    file_.messages[full].fields.push_back(field);
    return Expect(";");
  }

  Status MapType(const std::string& full, Field& field, bool labelled) {
    if (labelled) return Bad(fmt::format("{}: a map has no label", full));
    Next();
    TARN_CHECK(Expect("<"));
    field.key = Next();
    const bool scalar = std::ranges::find(kScalars, field.key) != kScalars.end();
    if (!scalar || field.key == "float" || field.key == "double" || field.key == "bytes") {
      return Bad(fmt::format("{}: {} cannot be a map's key", full, field.key));
    }
    TARN_CHECK(Expect(","));
    TARN_TRY(field.type, TypeName());
    field.label = Label::kRepeated;
    return Expect(">");
  }

  static Status Sound(const std::string& full, const Field& field, Taken& taken) {
    if (field.number < 1 || field.number > kNumberMax || (field.number >= 19000 && field.number <= 19999)) {
      return Bad(fmt::format("{}.{} has number {}", full, field.name, field.number));
    }
    if (!taken.numbers.insert(field.number).second) {
      return Bad(fmt::format("{} has number {} twice", full, field.number));
    }
    if (!taken.names.insert(field.name).second) return Bad(fmt::format("{} has {} twice", full, field.name));
    return Ok();
  }

  // From the innermost scope outwards, as protobuf looks names up.
  Status Resolve(std::string scope, Field& field) {
    if (std::ranges::find(kScalars, field.type) != kScalars.end()) return Ok();
    if (field.type[0] == '.') {
      field.type.erase(0, 1);
      scope.clear();
    }
    while (true) {
      const std::string full = Under(scope, field.type);
      if (file_.messages.contains(full) || file_.enums.contains(full)) {
        field.type = full;
        return Ok();
      }
      if (scope.empty()) break;
      const size_t dot = scope.rfind('.');
      scope.resize(dot == std::string::npos ? 0 : dot);
    }
    // An import may define it; imported files are not there to be read.
    if (imports_) return Ok();
    return Bad(fmt::format("{} is not defined", field.type));
  }

  std::vector<std::string> tokens_;
  size_t at_ = 0;
  File file_;
  std::string package_;
  bool imports_ = false;
};

}  // namespace

Result<std::string> Canonical(std::string_view text) {
  TARN_TRY(std::vector<std::string> tokens, Tokens(text));
  return Join(tokens, " ");
}

Result<File> Parse(std::string_view text) {
  TARN_TRY(std::vector<std::string> tokens, Tokens(text));
  if (tokens.empty()) return Bad("the definition is empty");
  return Parser(std::move(tokens)).Run();
}

}  // namespace tarn::registry::protobuf
