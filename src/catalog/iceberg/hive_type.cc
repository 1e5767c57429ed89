#include "catalog/iceberg/hive_type.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "catalog/errors.h"

namespace tarn::catalog {
namespace {

using iceberg::Type;
using iceberg::TypeId;

constexpr int kDepthMax = 32;

class Reader {
 public:
  Reader(std::string_view text, int32_t& next_id) : text_(text), next_id_(next_id) {}

  Result<Type> ReadAll() {
    TARN_TRY(Type type, ReadType(0));
    Skip();
    if (at_ != text_.size()) return Wrong();
    return type;
  }

 private:
  Error Wrong() const { return Fail(kInvalidInput, fmt::format("Unsupported type for an Iceberg table: {}", text_)); }
  void Skip() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool Take(char c) {
    Skip();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  // Up to one of the characters that end a name.
  std::string Word(std::string_view ends) {
    Skip();
    const size_t end = std::min(text_.find_first_of(ends, at_), text_.size());
    const std::string_view word = Trim(text_.substr(at_, end - at_));
    at_ = end;
    return std::string(word);
  }

  Result<Type> ReadType(int depth) {
    if (depth > kDepthMax) return Wrong();
    const std::string name = AsciiLower(Word("<>,()"));
    if (name == "array" || name == "map" || name == "struct") {
      if (!Take('<')) return Wrong();
      return ReadNested(name, depth);
    }
    std::vector<int64_t> numbers;
    if (Take('(')) {
      do {
        const auto number = ParseI64(Word(",)"));
        if (!number) return Wrong();
        numbers.push_back(*number);
      } while (Take(','));
      if (!Take(')')) return Wrong();
    }
    return ReadPrimitive(name, numbers);
  }

  Result<Type> ReadNested(const std::string& name, int depth) {
    if (name == "array") {
      const int32_t id = next_id_++;
      TARN_TRY(Type element, ReadType(depth + 1));
      if (!Take('>')) return Wrong();
      return Type::List(id, std::move(element), false);
    }
    if (name == "map") {
      const int32_t key_id = next_id_++;
      const int32_t value_id = next_id_++;
      TARN_TRY(Type key, ReadType(depth + 1));
      if (!Take(',')) return Wrong();
      TARN_TRY(Type value, ReadType(depth + 1));
      if (!Take('>')) return Wrong();
      return Type::Map(key_id, std::move(key), value_id, std::move(value), false);
    }
    std::vector<iceberg::Field> fields;
    do {
      iceberg::Field field;
      field.name = Word(":<>,");
      if (field.name.empty() || !Take(':')) return Wrong();
      field.id = next_id_++;
      TARN_TRY(field.type, ReadType(depth + 1));
      fields.push_back(std::move(field));
    } while (Take(','));
    if (!Take('>')) return Wrong();
    return Type::Struct(std::move(fields));
  }

  Result<Type> ReadPrimitive(const std::string& name, const std::vector<int64_t>& numbers) const {
    static constexpr std::pair<std::string_view, TypeId> kNames[] = {
        {"boolean", TypeId::kBoolean}, {"tinyint", TypeId::kInt},         {"smallint", TypeId::kInt},
        {"int", TypeId::kInt},         {"integer", TypeId::kInt},         {"bigint", TypeId::kLong},
        {"long", TypeId::kLong},       {"float", TypeId::kFloat},         {"double", TypeId::kDouble},
        {"string", TypeId::kString},   {"varchar", TypeId::kString},      {"char", TypeId::kString},
        {"date", TypeId::kDate},       {"timestamp", TypeId::kTimestamp}, {"timestamptz", TypeId::kTimestampTz},
        {"binary", TypeId::kBinary},   {"uuid", TypeId::kUuid},           {"time", TypeId::kTime}};
    if (name == "decimal") {
      const int64_t precision = numbers.empty() ? 10 : numbers[0];
      const int64_t scale = numbers.size() < 2 ? 0 : numbers[1];
      if (numbers.size() > 2 || precision < 1 || precision > 38 || scale < 0 || scale > precision) return Wrong();
      return Type::Decimal(static_cast<int>(precision), static_cast<int>(scale));
    }
    for (const auto& [known, id] : kNames) {
      const bool sized = known == "varchar" || known == "char";
      if (known == name && numbers.size() == (sized ? numbers.size() : 0)) return Type(id);
    }
    return Wrong();
  }

  const std::string_view text_;
  size_t at_ = 0;
  int32_t& next_id_;
};

}  // namespace

Result<Type> TypeOfHive(std::string_view text, int32_t& next_id) { return Reader(text, next_id).ReadAll(); }

}  // namespace tarn::catalog
