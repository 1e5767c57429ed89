#include <fmt/format.h>

#include "base/strings.h"
#include "sql/errors.h"
#include "sql/type.h"

namespace tarn::sql {
namespace {

enum class Dialect : uint8_t { kHive, kTrino, kDuckDb };

struct Word {
  std::string_view text;
  TypeKind kind;
};

// Spellings that any of the three dialects uses for a type without arguments of its own.
constexpr Word kWords[] = {
    {"boolean", TypeKind::kBoolean},
    {"bool", TypeKind::kBoolean},
    {"tinyint", TypeKind::kTinyint},
    {"smallint", TypeKind::kSmallint},
    {"short", TypeKind::kSmallint},
    {"int", TypeKind::kInteger},
    {"integer", TypeKind::kInteger},
    {"bigint", TypeKind::kBigint},
    {"long", TypeKind::kBigint},
    {"float", TypeKind::kReal},
    {"real", TypeKind::kReal},
    {"double", TypeKind::kDouble},
    {"string", TypeKind::kVarchar},
    {"varchar", TypeKind::kVarchar},
    {"char", TypeKind::kChar},
    {"character", TypeKind::kChar},
    {"binary", TypeKind::kVarbinary},
    {"varbinary", TypeKind::kVarbinary},
    {"blob", TypeKind::kVarbinary},
    {"date", TypeKind::kDate},
    {"time", TypeKind::kTime},
    {"timestamp", TypeKind::kTimestamp},
    {"timestamptz", TypeKind::kTimestampTz},
    {"json", TypeKind::kJson},
    {"uuid", TypeKind::kUuid},
    {"ipaddress", TypeKind::kIpAddress},
    {"unknown", TypeKind::kUnknown},
    {"decimal", TypeKind::kDecimal},
    {"numeric", TypeKind::kDecimal},
    {"dec", TypeKind::kDecimal},
    {"hugeint", TypeKind::kDecimal},
    {"ubigint", TypeKind::kDecimal},
    {"uinteger", TypeKind::kBigint},
    {"usmallint", TypeKind::kInteger},
    {"utinyint", TypeKind::kSmallint},
    {"uhugeint", TypeKind::kDouble},
    {"timestamp_s", TypeKind::kTimestamp},
    {"timestamp_ms", TypeKind::kTimestamp},
    {"timestamp_ns", TypeKind::kTimestamp},
    {"bit", TypeKind::kVarchar},
    {"text", TypeKind::kVarchar},
    {"interval", TypeKind::kIntervalDay},
};

class TypeParser {
 public:
  TypeParser(std::string_view text, Dialect dialect) : text_(text), dialect_(dialect) {}

  Result<Type> Whole() {
    TARN_TRY(Type type, One(0));
    Blanks();
    if (at_ != text_.size()) return Bad();
    return type;
  }

 private:
  Error Bad() const { return Fail(kInvalidType, fmt::format("Unknown type: {}", text_)); }

  void Blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
      ++at_;
  }
  bool Take(char c) {
    Blanks();
    if (at_ < text_.size() && text_[at_] == c) {
      ++at_;
      return true;
    }
    return false;
  }
  bool PeekIs(char c) {
    Blanks();
    return at_ < text_.size() && text_[at_] == c;
  }
  std::string WordLower() {
    Blanks();
    size_t from = at_;
    while (at_ < text_.size()) {
      char c = text_[at_];
      bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
      if (!word) break;
      ++at_;
    }
    return AsciiLower(text_.substr(from, at_ - from));
  }
  bool TakeWord(std::string_view word) {
    size_t from = at_;
    if (WordLower() == word) return true;
    at_ = from;
    return false;
  }

  Result<Type> One(int depth) {
    if (depth > kTypeDepthMax) return Fail(kInvalidType, "type is nested too deeply");
    TARN_TRY(Type type, Base(depth));
    while (dialect_ == Dialect::kDuckDb && Take('[')) {
      WordLower();  // the size of a fixed array
      if (!Take(']')) return Bad();
      type = ArrayType(std::move(type));
    }
    return type;
  }

  Result<Type> Base(int depth) {
    std::string word = WordLower();
    char open = dialect_ == Dialect::kHive ? '<' : '(';
    char close = dialect_ == Dialect::kHive ? '>' : ')';
    if (PeekIs('<')) open = '<', close = '>';  // Trino accepts array<integer> too
    if (word == "array" && Take(open)) {
      TARN_TRY(Type element, One(depth + 1));
      if (!Take(close)) return Bad();
      return ArrayType(std::move(element));
    }
    if (word == "map" && Take(open)) {
      TARN_TRY(Type key, One(depth + 1));
      if (!Take(',')) return Bad();
      TARN_TRY(Type value, One(depth + 1));
      if (!Take(close)) return Bad();
      return MapType(std::move(key), std::move(value));
    }
    if ((word == "struct" || word == "row" || word == "uniontype") && Take(open)) return Fields(close, depth);
    if (word == "enum") return Enum();
    for (const Word& w : kWords) {
      if (w.text == word) return Scalar(w.kind, word);
    }
    return Bad();
  }

  Result<Type> Enum() {
    int parens = 0;
    while (at_ < text_.size()) {
      char c = text_[at_++];
      if (c == '(') ++parens;
      if (c == ')' && --parens == 0) break;
    }
    return VarcharType();
  }

  // A field name may be anything up to ':' in Hive; quoted or a word in the other two.
  Result<std::string> FieldName() {
    Blanks();
    if (PeekIs('"') || PeekIs('`')) {
      char quote = text_[at_++];
      std::string name;
      while (at_ < text_.size()) {
        if (text_[at_] == quote) {
          if (at_ + 1 < text_.size() && text_[at_ + 1] == quote)
            ++at_;
          else
            break;
        }
        name += text_[at_++];
      }
      if (!Take(quote)) return Bad();
      return name;
    }
    if (dialect_ == Dialect::kHive) {
      size_t from = at_;
      while (at_ < text_.size() && text_[at_] != ':' && text_[at_] != '>' && text_[at_] != ',') ++at_;
      return AsciiLower(Trim(text_.substr(from, at_ - from)));
    }
    return WordLower();
  }

  Result<Type> Fields(char close, int depth) {
    Type row = MakeType(TypeKind::kRow);
    if (Take(close)) return row;
    do {
      size_t from = at_;
      TARN_TRY(std::string name, FieldName());
      bool anonymous = false;
      if (dialect_ == Dialect::kHive) {
        if (!Take(':')) return Bad();
      } else {
        Take(':');
        anonymous = PeekIs(',') || PeekIs(close) || PeekIs('(');
      }
      if (anonymous) {
        at_ = from;
        name.clear();
      }
      TARN_TRY(Type type, One(depth + 1));
      if (row.args.size() >= 4096) return Fail(kInvalidType, "struct has too many fields");
      row.names.push_back(std::move(name));
      row.args.push_back(std::move(type));
      if (dialect_ == Dialect::kHive && TakeWord("comment")) SkipQuoted();
    } while (Take(','));
    if (!Take(close)) return Bad();
    return row;
  }

  void SkipQuoted() {
    if (!Take('\'')) return;
    while (at_ < text_.size() && text_[at_] != '\'') ++at_;
    Take('\'');
  }

  Result<int32_t> Number() {
    std::string digits = WordLower();
    auto value = ParseU64(digits);
    if (!value || *value > 2147483647) return Bad();
    return static_cast<int32_t>(*value);
  }

  Result<Type> Scalar(TypeKind kind, const std::string& word) {
    Type type = MakeType(kind);
    if (word == "double") TakeWord("precision");
    if (word == "hugeint" || word == "ubigint") return DecimalType(38, 0);
    if (word == "timestamp_ns") type.length = 9;
    if (dialect_ == Dialect::kDuckDb && (word == "timestamp" || word == "timestamptz")) type.length = 3;
    if (kind == TypeKind::kDecimal) type.length = dialect_ == Dialect::kTrino ? 38 : 10;
    bool takes_number = kind == TypeKind::kDecimal || kind == TypeKind::kVarchar || kind == TypeKind::kChar ||
                        kind == TypeKind::kTimestamp || kind == TypeKind::kTime || kind == TypeKind::kTimestampTz;
    if (kind == TypeKind::kChar) type.length = 1;
    if (takes_number && Take('(')) {
      TARN_TRY(type.length, Number());
      if (kind == TypeKind::kDecimal && Take(',')) {
        TARN_TRY(type.scale, Number());
      }
      if (!Take(')')) return Bad();
      if (kind == TypeKind::kDecimal && (type.length < 1 || type.length > 38 || type.scale > type.length)) return Bad();
    }
    return WithZone(std::move(type));
  }

  Result<Type> WithZone(Type type) {
    if (type.Is(TypeKind::kTimestamp) || type.Is(TypeKind::kTime)) {
      bool zoned = TakeWord("with");
      bool plain = !zoned && TakeWord("without");
      if (zoned || plain) {
        TakeWord("local");
        if (!TakeWord("time") || !TakeWord("zone")) return Bad();
        if (zoned && type.Is(TypeKind::kTimestamp)) type.kind = TypeKind::kTimestampTz;
      }
    }
    if (type.Is(TypeKind::kIntervalDay) && TakeWord("year")) {
      if (!TakeWord("to") || !TakeWord("month")) return Bad();
      type.kind = TypeKind::kIntervalYear;
    } else if (type.Is(TypeKind::kIntervalDay) && TakeWord("day")) {
      if (!TakeWord("to") || !TakeWord("second")) return Bad();
    }
    return type;
  }

  std::string_view text_;
  Dialect dialect_;
  size_t at_ = 0;
};

}  // namespace

Result<Type> ParseHiveType(std::string_view text) { return TypeParser(text, Dialect::kHive).Whole(); }
Result<Type> ParseTrinoType(std::string_view text) { return TypeParser(text, Dialect::kTrino).Whole(); }
Result<Type> ParseDuckDbType(std::string_view text) { return TypeParser(text, Dialect::kDuckDb).Whole(); }

}  // namespace tarn::sql
