#include "engine/column_type.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/strings.h"
#include "engine/errors.h"

namespace tarn::engine {
namespace {

constexpr int kDepthMax = 32;

struct SimpleName {
  std::string_view hive;
  Kind kind;
};
constexpr std::array kSimpleNames{
    SimpleName{"boolean", Kind::kBoolean},
    SimpleName{"tinyint", Kind::kTinyInt},
    SimpleName{"smallint", Kind::kSmallInt},
    SimpleName{"int", Kind::kInteger},
    SimpleName{"integer", Kind::kInteger},
    SimpleName{"bigint", Kind::kBigInt},
    SimpleName{"long", Kind::kBigInt},
    SimpleName{"float", Kind::kReal},
    SimpleName{"real", Kind::kReal},
    SimpleName{"double", Kind::kDouble},
    SimpleName{"string", Kind::kVarchar},
    SimpleName{"binary", Kind::kVarbinary},
    SimpleName{"date", Kind::kDate},
    SimpleName{"timestamp", Kind::kTimestamp},
    SimpleName{"timestamp with local time zone", Kind::kTimestampTz},
    SimpleName{"uuid", Kind::kUuid},
    SimpleName{"json", Kind::kJson},
    SimpleName{"time", Kind::kTime},
};

class HiveTypeParser {
 public:
  explicit HiveTypeParser(std::string_view text) : text_(text) {}

  Result<Type> Parse() {
    TARN_TRY(Type type, ParseType(0));
    SkipSpaces();
    if (at_ != text_.size()) return Bad("text after the type");
    return type;
  }

 private:
  Error Bad(std::string_view what) const {
    return Fail(kInvalidTable, fmt::format("bad column type '{}': {} at position {}", text_, what, at_ + 1));
  }
  void SkipSpaces() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool Take(char c) {
    SkipSpaces();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string Word() {
    SkipSpaces();
    const size_t begin = at_;
    while (at_ < text_.size() && std::string_view("<>(),: ").find(text_[at_]) == std::string_view::npos) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }
  // A struct's field name: everything up to ':' (Hive allows spaces and dots in it), or in backquotes.
  std::string FieldName() {
    SkipSpaces();
    if (at_ < text_.size() && text_[at_] == '`') {
      const size_t begin = ++at_;
      while (at_ < text_.size() && text_[at_] != '`') ++at_;
      std::string name(text_.substr(begin, at_ - begin));
      if (at_ < text_.size()) ++at_;
      return name;
    }
    const size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != ':' && text_[at_] != '<' && text_[at_] != '>') ++at_;
    return std::string(Trim(text_.substr(begin, at_ - begin)));
  }

  // "(10)", "(10,2)": how many numbers were read, at most two.
  Result<int> Numbers(int* first, int* second) {
    if (!Take('(')) return 0;
    int count = 0;
    do {
      const auto number = ParseU64(Word());
      if (!number || *number > 65535 || count == 2) return Bad("a number expected");
      *(count == 0 ? first : second) = static_cast<int>(*number);
      ++count;
    } while (Take(','));
    if (!Take(')')) return Bad("')' expected");
    return count;
  }

  Result<Type> ParseStruct(int depth) {
    Type type{.kind = Kind::kRow};
    if (!Take('<')) return Bad("'<' expected");
    do {
      std::string name = FieldName();
      if (name.empty()) return Bad("a field name expected");
      if (!Take(':')) return Bad("':' expected");
      TARN_TRY(Type field, ParseType(depth + 1));
      type.names.push_back(std::move(name));
      type.children.push_back(std::move(field));
    } while (Take(','));
    if (!Take('>')) return Bad("'>' expected");
    return type;
  }

  Result<Type> ParseType(int depth) {
    if (depth > kDepthMax) return Bad("nested too deeply");
    const std::string word = AsciiLower(Word());
    if (word == "array" || word == "map") {
      Type type{.kind = word == "array" ? Kind::kArray : Kind::kMap};
      if (!Take('<')) return Bad("'<' expected");
      do {
        TARN_TRY(Type child, ParseType(depth + 1));
        type.children.push_back(std::move(child));
      } while (Take(','));
      if (!Take('>')) return Bad("'>' expected");
      if (type.children.size() != (word == "array" ? 1u : 2u)) return Bad("wrong number of element types");
      return type;
    }
    if (word == "struct") return ParseStruct(depth);
    if (word == "decimal") {
      Type type{.kind = Kind::kDecimal, .precision = 10, .scale = 0};
      TARN_CHECK(CheckNumbers(Numbers(&type.precision, &type.scale)));
      if (type.precision < 1 || type.precision > 38 || type.scale > type.precision) return Bad("precision or scale");
      return type;
    }
    if (word == "varchar" || word == "char") {
      Type type{.kind = word == "char" ? Kind::kChar : Kind::kVarchar};
      int none = 0;
      TARN_CHECK(CheckNumbers(Numbers(&type.precision, &none)));
      return type;
    }
    if (word == "timestamp" || word == "time") {
      int precision = 0, none = 0;
      TARN_CHECK(CheckNumbers(Numbers(&precision, &none)));
      const size_t after = at_;
      if (AsciiLower(Word()) == "with") {
        const std::string kind = AsciiLower(Word());
        if (kind == "local") Word();
        if (kind != "time" && kind != "local") return Bad("'time zone' expected");
        if (AsciiLower(Word()) != "zone" && kind == "time") return Bad("'zone' expected");
        if (kind == "local" && AsciiLower(Word()) == "zone") return Type{.kind = Kind::kTimestampTz};
        return Type{.kind = Kind::kTimestampTz};
      }
      at_ = after;
      return Type{.kind = word == "time" ? Kind::kTime : Kind::kTimestamp};
    }
    for (const SimpleName& simple : kSimpleNames) {
      if (word == simple.hive) return Type{.kind = simple.kind};
    }
    return Bad(word.empty() ? "a type expected" : "unknown type");
  }

  static Status CheckNumbers(Result<int> numbers) {
    if (!numbers.ok()) return numbers.error();
    return Ok();
  }

  std::string_view text_;
  size_t at_ = 0;
};

std::string_view ScalarName(Kind kind, bool hive) {
  switch (kind) {
    case Kind::kNull:
      return hive ? "void" : "unknown";
    case Kind::kBoolean:
      return "boolean";
    case Kind::kTinyInt:
      return "tinyint";
    case Kind::kSmallInt:
      return "smallint";
    case Kind::kInteger:
      return hive ? "int" : "integer";
    case Kind::kBigInt:
      return "bigint";
    case Kind::kHugeInt:
      return hive ? "decimal(38,0)" : "bigint";
    case Kind::kReal:
      return hive ? "float" : "real";
    case Kind::kDouble:
      return "double";
    case Kind::kVarchar:
      return hive ? "string" : "varchar";
    case Kind::kVarbinary:
      return hive ? "binary" : "varbinary";
    case Kind::kDate:
      return "date";
    case Kind::kTime:
      return "time";
    case Kind::kTimestamp:
      return "timestamp";
    case Kind::kTimestampTz:
      return hive ? "timestamp with local time zone" : "timestamp with time zone";
    case Kind::kIntervalDayTime:
      return "interval day to second";
    case Kind::kUuid:
      return hive ? "string" : "uuid";
    case Kind::kJson:
      return hive ? "string" : "json";
    default:
      return "unknown";
  }
}

}  // namespace

Result<Type> ParseHiveType(std::string_view text) { return HiveTypeParser(text).Parse(); }

std::string HiveTypeName(const Type& type) {
  switch (type.kind) {
    case Kind::kDecimal:
      return fmt::format("decimal({},{})", type.precision, type.scale);
    case Kind::kChar:
      return fmt::format("char({})", type.precision);
    case Kind::kVarchar:
      return type.precision > 0 ? fmt::format("varchar({})", type.precision) : "string";
    case Kind::kArray:
      return fmt::format("array<{}>", HiveTypeName(type.children[0]));
    case Kind::kMap:
      return fmt::format("map<{},{}>", HiveTypeName(type.children[0]), HiveTypeName(type.children[1]));
    case Kind::kRow: {
      std::string text = "struct<";
      for (size_t i = 0; i < type.children.size(); ++i) {
        if (i > 0) text += ',';
        text += (type.names[i].empty() ? fmt::format("col{}", i + 1) : type.names[i]) + ":" +
                HiveTypeName(type.children[i]);
      }
      return text + ">";
    }
    default:
      return std::string(ScalarName(type.kind, true));
  }
}

std::string AthenaTypeName(const Type& type) {
  switch (type.kind) {
    case Kind::kDecimal:
      return fmt::format("decimal({},{})", type.precision, type.scale);
    case Kind::kChar:
      return fmt::format("char({})", type.precision);
    case Kind::kVarchar:
      return type.precision > 0 ? fmt::format("varchar({})", type.precision) : "varchar";
    case Kind::kArray:
      return fmt::format("array({})", AthenaTypeName(type.children[0]));
    case Kind::kMap:
      return fmt::format("map({}, {})", AthenaTypeName(type.children[0]), AthenaTypeName(type.children[1]));
    case Kind::kRow: {
      std::string text = "row(";
      for (size_t i = 0; i < type.children.size(); ++i) {
        if (i > 0) text += ", ";
        if (!type.names[i].empty()) text += type.names[i] + " ";
        text += AthenaTypeName(type.children[i]);
      }
      return text + ")";
    }
    default:
      return std::string(ScalarName(type.kind, false));
  }
}

}  // namespace tarn::engine
