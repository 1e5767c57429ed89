// JSON lines: Hive's JsonSerDe and OpenX's.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/strings.h"
#include "engine/duck/slot_context.h"
#include "engine/duck/types.h"
#include "engine/text/json_cursor.h"
#include "engine/text/row_decoder.h"

namespace tarn::engine {
namespace {

using duckdb::Value;

bool IsNested(Kind kind) { return kind == Kind::kArray || kind == Kind::kMap || kind == Kind::kRow; }

bool IsInteger(Kind kind) {
  return kind == Kind::kTinyInt || kind == Kind::kSmallInt || kind == Kind::kInteger || kind == Kind::kBigInt;
}

// JSON has one kind of number: 3.0 and 1e3 are integers too, and a fraction is cut off. Numbers of times are millis.
std::string NumberText(const Type& type, std::string_view text) {
  if (IsInteger(type.kind) && text.find_first_of(".eE") != std::string_view::npos) {
    const double number = std::trunc(std::strtod(std::string(text).c_str(), nullptr));
    if (std::abs(number) < 9.2e18) return std::to_string(static_cast<int64_t>(number));
  }
  return std::string(text);
}

std::optional<int64_t> MillisOf(const Type& type, std::string_view text) {
  if (type.kind != Kind::kTimestamp && type.kind != Kind::kTimestampTz) return std::nullopt;
  return ParseI64(text);
}

Value MillisValue(const Type& type, int64_t millis) {
  return type.kind == Kind::kTimestamp ? Value::TIMESTAMP(duckdb::timestamp_t(millis * 1000))
                                       : Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(millis * 1000));
}

// Any value at the cursor as a value of the type. False when the JSON is broken.
class NestedJson {
 public:
  explicit NestedJson(bool case_sensitive) : case_sensitive_(case_sensitive) {}

  bool Parse(JsonCursor& in, const Type& type, Value* value) {
    const JsonCursor::Kind kind = in.Peek();
    if (kind == JsonCursor::Kind::kNull) {
      *value = Value(ToDuckType(type));
      return in.Skip();
    }
    if (type.kind == Kind::kArray && kind == JsonCursor::Kind::kArray) return ParseArray(in, type, value);
    if (type.kind == Kind::kRow && kind == JsonCursor::Kind::kObject) return ParseRow(in, type, value);
    if (type.kind == Kind::kMap && kind == JsonCursor::Kind::kObject) return ParseMap(in, type, value);
    std::string_view text;
    std::string scratch;
    if (kind == JsonCursor::Kind::kString && type.kind != Kind::kJson) {
      if (!in.String(&scratch, &text)) return false;
    } else if (!in.Raw(&text)) {
      return false;
    }
    if (IsNested(type.kind)) {
      *value = Value(ToDuckType(type));
    } else if (const auto millis = MillisOf(type, text)) {
      *value = MillisValue(type, *millis);
    } else {
      *value = ColumnFiller::Parse(type, kind == JsonCursor::Kind::kNumber ? NumberText(type, text) : text);
    }
    return true;
  }

  bool SameKey(std::string_view a, std::string_view b) const {
    return case_sensitive_ ? a == b : EqualsIgnoreCase(a, b);
  }

 private:
  bool ParseArray(JsonCursor& in, const Type& type, Value* value) {
    duckdb::vector<Value> items;
    if (!in.Take('[')) return false;
    if (!in.Take(']')) {
      do {
        Value item;
        if (!Parse(in, type.children[0], &item)) return false;
        items.push_back(std::move(item));
      } while (in.Take(','));
      if (!in.Take(']')) return false;
    }
    *value = Value::LIST(ToDuckType(type.children[0]), std::move(items));
    return true;
  }

  // Calls member(key) with the cursor before each value.
  template <typename Member>
  bool Members(JsonCursor& in, Member member) {
    if (!in.Take('{')) return false;
    if (in.Take('}')) return true;
    do {
      std::string scratch;
      std::string_view key;
      if (!in.String(&scratch, &key) || !in.Take(':') || !member(key)) return false;
    } while (in.Take(','));
    return in.Take('}');
  }

  bool ParseRow(JsonCursor& in, const Type& type, Value* value) {
    duckdb::child_list_t<Value> fields;
    for (size_t i = 0; i < type.children.size(); ++i)
      fields.emplace_back(type.names[i], Value(ToDuckType(type.children[i])));
    const bool fine = Members(in, [&](std::string_view key) {
      for (size_t i = 0; i < fields.size(); ++i) {
        if (SameKey(key, type.names[i])) return Parse(in, type.children[i], &fields[i].second);
      }
      return in.Skip();
    });
    *value = Value::STRUCT(std::move(fields));
    return fine;
  }

  bool ParseMap(JsonCursor& in, const Type& type, Value* value) {
    duckdb::vector<Value> keys, values;
    const bool fine = Members(in, [&](std::string_view text) {
      Value key = ColumnFiller::Parse(type.children[0], text), item;
      if (!Parse(in, type.children[1], &item)) return false;
      const bool repeated = std::find(keys.begin(), keys.end(), key) != keys.end();
      if (key.IsNull() || repeated) return true;
      keys.push_back(std::move(key));
      values.push_back(std::move(item));
      return true;
    });
    *value = Value::MAP(ToDuckType(type.children[0]), ToDuckType(type.children[1]), std::move(keys), std::move(values));
    return fine;
  }

  const bool case_sensitive_;
};

class JsonDecoder : public RowDecoder {
 public:
  JsonDecoder(QueryState& query, const TableBinding& table, std::vector<WantedColumn> wanted, BadCells* bad)
      : query_(query),
        bad_(bad),
        options_(table.text),
        nested_(options_.case_sensitive_json),
        wanted_(std::move(wanted)) {
    for (size_t i = 0; i < wanted_.size(); ++i) {
      const std::string& column = table.columns[wanted_[i].file_column].name;
      const auto mapped = options_.json_key_of_column.find(column);
      const std::string& key = mapped == options_.json_key_of_column.end() ? column : mapped->second;
      by_key_.emplace(options_.case_sensitive_json ? key : AsciiLower(key), i);
    }
    seen_.resize(wanted_.size());
  }

  Verdict Decode(std::string_view line, size_t row) override {
    JsonCursor in(line);
    if (in.AtEnd()) return Verdict::kSkip;
    std::fill(seen_.begin(), seen_.end(), false);
    if (in.Peek() != JsonCursor::Kind::kObject || !ReadObject(in, row) || !in.AtEnd()) {
      if (in.ended_early()) return Verdict::kNeedsMore;
      SetMalformed(line, row);
      return Verdict::kRow;
    }
    for (size_t i = 0; i < wanted_.size(); ++i) {
      if (!seen_[i]) wanted_[i].filler->SetNull(row);
    }
    return Verdict::kRow;
  }

  void SetMalformed(std::string_view line, size_t row) override {
    if (!options_.ignore_malformed_json) {
      const std::string problem = "Row is not a valid JSON Object";
      if (bad_ != nullptr) {
        bad_->found.push_back({row, BadCells::kWholeRow, Fail(kBadData, problem)});
      } else if (query_.governed) {
        ThrowFailure(query_, Fail(kBadData, problem));
      } else {
        ThrowFailure(query_, Fail(kBadData, problem + ": " + std::string(line.substr(0, 100))));
      }
    }
    for (const WantedColumn& wanted : wanted_) wanted.filler->SetNull(row);
  }

 private:
  bool ReadObject(JsonCursor& in, size_t row) {
    if (!in.Take('{')) return false;
    if (in.Take('}')) return true;
    do {
      std::string_view key;
      if (!in.String(&key_, &key) || !in.Take(':')) return false;
      const size_t place = Find(key);
      if (place == wanted_.size()) {
        if (!in.Skip()) return false;
      } else if (!SetCell(in, place, row)) {
        return false;
      }
    } while (in.Take(','));
    return in.Take('}');
  }

  size_t Find(std::string_view key) {
    lower_.assign(key);
    if (!options_.case_sensitive_json) {
      for (char& c : lower_) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    const auto found = by_key_.find(lower_);
    return found == by_key_.end() ? wanted_.size() : found->second;
  }

  bool SetCell(JsonCursor& in, size_t place, size_t row) {
    ColumnFiller& filler = *wanted_[place].filler;
    const Type& type = filler.type();
    const JsonCursor::Kind kind = in.Peek();
    if (kind == JsonCursor::Kind::kNull) {
      filler.SetNull(row);
      seen_[place] = true;
      return in.Skip();
    }
    if (seen_[place]) return in.Skip();  // a repeated key: the first counts
    seen_[place] = true;
    if (IsNested(type.kind)) {
      Value value;
      if (!nested_.Parse(in, type, &value)) return false;
      filler.SetValue(row, value);
      return true;
    }
    std::string_view text;
    if (kind == JsonCursor::Kind::kString && type.kind != Kind::kJson) {
      if (!in.String(&text_, &text)) return false;
      filler.SetText(row, text);
      return true;
    }
    if (!in.Raw(&text)) return false;
    if (kind == JsonCursor::Kind::kNumber) {
      if (const auto millis = MillisOf(type, text)) {
        filler.SetText(row, MillisValue(type, *millis).ToString());
      } else if (IsInteger(type.kind)) {
        filler.SetText(row, NumberText(type, text));
      } else {
        filler.SetText(row, text);
      }
      return true;
    }
    filler.SetText(row, text);
    return true;
  }

  QueryState& query_;
  BadCells* const bad_;
  const TextOptions options_;
  NestedJson nested_;
  const std::vector<WantedColumn> wanted_;
  std::unordered_map<std::string, size_t> by_key_;
  std::vector<bool> seen_;
  std::string key_, text_, lower_;
};

}  // namespace

std::unique_ptr<RowDecoder> MakeJsonDecoder(QueryState& query, const TableBinding& table,
                                            std::vector<WantedColumn> wanted, BadCells* bad) {
  return std::make_unique<JsonDecoder>(query, table, std::move(wanted), bad);
}

}  // namespace tarn::engine
