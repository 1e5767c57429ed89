// LazySimpleSerDe and OpenCSVSerde rows.
#include <string>
#include <utility>

#include "engine/duck/types.h"
#include "engine/text/row_decoder.h"

namespace tarn::engine {
namespace {

using duckdb::Value;

// Splits Hive's nested text: level n's elements are divided by separator n.
class NestedText {
 public:
  explicit NestedText(const TextOptions& options) : options_(options) {
    separators_ = {options.delimiter, options.collection_delimiter, options.map_key_delimiter};
    for (char c = 4; c < 32; ++c) separators_.push_back(c);
  }

  Value Parse(const Type& type, std::string_view text, size_t level) const {
    const duckdb::LogicalType target = ToDuckType(type);
    if (text == options_.null_text || level + 1 >= separators_.size()) return Value(target);
    switch (type.kind) {
      case Kind::kArray: {
        duckdb::vector<Value> items;
        for (std::string_view part : Parts(text, level)) items.push_back(Parse(type.children[0], part, level + 1));
        return Value::LIST(duckdb::ListType::GetChildType(target), std::move(items));
      }
      case Kind::kMap:
        return ParseMap(type, target, text, level);
      case Kind::kRow: {
        duckdb::child_list_t<Value> fields;
        const auto parts = Parts(text, level);
        for (size_t i = 0; i < type.children.size(); ++i) {
          fields.emplace_back(type.names[i], i < parts.size() ? Parse(type.children[i], parts[i], level + 1)
                                                              : Value(ToDuckType(type.children[i])));
        }
        return Value::STRUCT(std::move(fields));
      }
      default:
        return ColumnFiller::Parse(type, Unescape(text));
    }
  }

  std::string_view Unescape(std::string_view text) const {
    if (options_.escape == 0 || text.find(options_.escape) == std::string_view::npos) return text;
    scratch_.clear();
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == options_.escape && i + 1 < text.size()) {
        ++i;
        scratch_ += text[i] == 'n' ? '\n' : text[i] == 'r' ? '\r' : text[i];
      } else {
        scratch_ += text[i];
      }
    }
    return scratch_;
  }

 private:
  Value ParseMap(const Type& type, const duckdb::LogicalType& target, std::string_view text, size_t level) const {
    duckdb::vector<Value> keys, values;
    for (std::string_view part : Parts(text, level)) {
      const size_t at = part.find(separators_[level + 1]);
      Value key = Parse(type.children[0], part.substr(0, at), level + 2);
      if (key.IsNull()) continue;
      bool repeated = false;
      for (const Value& earlier : keys) repeated = repeated || earlier == key;
      if (repeated) continue;
      keys.push_back(std::move(key));
      values.push_back(at == std::string_view::npos ? Value(duckdb::MapType::ValueType(target))
                                                    : Parse(type.children[1], part.substr(at + 1), level + 2));
    }
    return Value::MAP(duckdb::MapType::KeyType(target), duckdb::MapType::ValueType(target), std::move(keys),
                      std::move(values));
  }
  std::vector<std::string_view> Parts(std::string_view text, size_t level) const {
    std::vector<std::string_view> parts;
    if (text.empty()) return parts;
    size_t begin = 0;
    for (size_t i = 0; i <= text.size(); ++i) {
      if (i < text.size() && options_.escape != 0 && text[i] == options_.escape) {
        ++i;
        continue;
      }
      if (i >= text.size() || text[i] == separators_[level]) {
        parts.push_back(text.substr(begin, i - begin));
        begin = i + 1;
      }
    }
    return parts;
  }

  const TextOptions& options_;
  std::vector<char> separators_;
  mutable std::string scratch_;
};

class LazySimpleDecoder : public RowDecoder {
 public:
  LazySimpleDecoder(const TableBinding& table, std::vector<WantedColumn> wanted)
      : options_(table.text), nested_(options_), wanted_(std::move(wanted)) {}

  Verdict Decode(std::string_view line, size_t row) override {
    size_t column = 0, begin = 0;
    bool ended = false;
    for (const WantedColumn& wanted : wanted_) {
      for (; column < wanted.file_column && !ended; ++column) begin = NextField(line, begin, &ended) + 1;
      if (ended) {
        wanted.filler->SetNull(row);
        continue;
      }
      const size_t stop = NextField(line, begin, &ended);
      Set(*wanted.filler, row, line.substr(begin, stop - begin));
      begin = stop + 1;
      ++column;
    }
    return Verdict::kRow;
  }

 private:
  // The end of the field that begins at `begin`; `ended` when it is the line's last.
  size_t NextField(std::string_view line, size_t begin, bool* ended) const {
    size_t at = begin;
    if (options_.escape == 0) {
      at = line.find(options_.delimiter, begin);
    } else {
      while (at < line.size() && line[at] != options_.delimiter) at += line[at] == options_.escape ? 2 : 1;
    }
    if (at < line.size()) return at;
    *ended = true;
    return line.size();
  }
  void Set(ColumnFiller& filler, size_t row, std::string_view cell) const {
    if (cell == options_.null_text) return filler.SetNull(row);
    const Kind kind = filler.type().kind;
    if (kind == Kind::kArray || kind == Kind::kMap || kind == Kind::kRow) {
      return filler.SetValue(row, nested_.Parse(filler.type(), cell, 1));
    }
    filler.SetText(row, nested_.Unescape(cell));
  }

  const TextOptions options_;
  const NestedText nested_;
  const std::vector<WantedColumn> wanted_;
};

// One line of CSV: a cell in quotes may hold delimiters; a doubled quote or an escaped one is a quote.
class CsvDecoder : public RowDecoder {
 public:
  CsvDecoder(const TableBinding& table, std::vector<WantedColumn> wanted)
      : options_(table.text), wanted_(std::move(wanted)) {}

  Verdict Decode(std::string_view line, size_t row) override {
    size_t at = 0, column = 0;
    for (const WantedColumn& wanted : wanted_) {
      bool present = at <= line.size();
      for (; column < wanted.file_column && present; ++column) {
        Cell(line, &at);
        present = at <= line.size();
      }
      if (!present) {
        wanted.filler->SetNull(row);
        continue;
      }
      wanted.filler->SetText(row, Cell(line, &at));
      ++column;
    }
    return Verdict::kRow;
  }

 private:
  // Reads the cell at *at and steps behind its delimiter (beyond the line's size after the last one).
  std::string_view Cell(std::string_view line, size_t* at) {
    cell_.clear();
    bool quoted = false;
    size_t i = *at;
    for (; i < line.size(); ++i) {
      const char c = line[i];
      if (options_.escape != 0 && c == options_.escape && c != options_.quote && i + 1 < line.size() &&
          (line[i + 1] == options_.quote || line[i + 1] == options_.escape)) {
        cell_ += line[++i];
      } else if (options_.quote != 0 && c == options_.quote) {
        if (quoted && i + 1 < line.size() && line[i + 1] == options_.quote) {
          cell_ += line[++i];
        } else {
          quoted = !quoted;
        }
      } else if (c == options_.delimiter && !quoted) {
        break;
      } else {
        cell_ += c;
      }
    }
    *at = i + 1;
    return cell_;
  }

  const TextOptions options_;
  const std::vector<WantedColumn> wanted_;
  std::string cell_;
};

}  // namespace

std::unique_ptr<RowDecoder> MakeDelimitedDecoder(const TableBinding& table, std::vector<WantedColumn> wanted) {
  if (table.format == Format::kCsv) return std::make_unique<CsvDecoder>(table, std::move(wanted));
  return std::make_unique<LazySimpleDecoder>(table, std::move(wanted));
}

}  // namespace tarn::engine
