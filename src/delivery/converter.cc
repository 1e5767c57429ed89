#include "delivery/converter.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>

#include "base/strings.h"
#include "catalog/errors.h"
#include "delivery/errors.h"
#include "delivery/json_table.h"
#include "engine/errors.h"
#include "json/json.h"
#include "sql/analyze.h"
#include "tables/one_table.h"

namespace tarn::delivery {
namespace {

constexpr uint64_t kOneFile = 1ULL << 40;

// Keeps one file in memory.
class MemorySink : public engine::FileSink {
 public:
  Result<std::unique_ptr<engine::OutputFile>> Create(const std::string&) override {
    return std::unique_ptr<engine::OutputFile>(std::make_unique<Output>(*this));
  }
  std::vector<std::string> files;

 private:
  class Output : public engine::OutputFile {
   public:
    explicit Output(MemorySink& sink) : sink_(sink) {}
    Status Append(std::string_view bytes) override {
      bytes_ += bytes;
      return Ok();
    }
    Status Finish() override {
      std::lock_guard lock(sink_.mutex_);
      sink_.files.push_back(std::move(bytes_));
      return Ok();
    }

   private:
    MemorySink& sink_;
    std::string bytes_;
  };
  std::mutex mutex_;
};

struct Shape {
  std::vector<engine::ColumnDef> columns;
  std::string list;  // of the SELECT
};

Result<Shape> ShapeOf(const catalog::Table& table) {
  Shape shape;
  for (const catalog::Column& column : table.columns()) {
    TARN_TRY(engine::Type type, engine::ParseHiveType(column.type.value_or("string")));
    shape.columns.push_back({column.name, std::move(type)});
    shape.list += fmt::format("{}{}", shape.list.empty() ? "" : ", ", sql::QuoteIdentifier(column.name));
  }
  if (shape.columns.empty()) return Fail(kRefused, fmt::format("the table {} has no columns", table.name));
  return shape;
}

engine::TextOptions OptionsOf(const Conversion& conversion) {
  engine::TextOptions options;
  options.case_sensitive_json = conversion.case_sensitive;
  for (const auto& [column, key] : conversion.keys) options.json_key_of_column[AsciiLower(column)] = key;
  return options;
}

// The times in a record by the formats, written as the engine reads them. Errors: kBadRecord.
Status ReadTime(json::Value& value, const engine::Type& type, const std::vector<TimePattern>& formats) {
  using engine::Kind;
  if (value.is_null()) return Ok();
  if (type.kind == Kind::kArray && value.is_array()) {
    for (json::Value& item : *value.AsArray()) TARN_CHECK(ReadTime(item, type.children[0], formats));
  } else if (type.kind == Kind::kMap && value.is_object()) {
    for (auto& [key, item] : *value.AsObject()) TARN_CHECK(ReadTime(item, type.children[1], formats));
  } else if (type.kind == Kind::kRow && value.is_object()) {
    for (auto& [key, item] : *value.AsObject()) {
      for (size_t i = 0; i < type.names.size(); ++i) {
        if (EqualsIgnoreCase(key, type.names[i])) TARN_CHECK(ReadTime(item, type.children[i], formats));
      }
    }
  } else if (type.kind == Kind::kTimestamp || type.kind == Kind::kDate) {
    const std::string text = value.is_string() ? *value.AsString() : json::Write(value);
    for (const TimePattern& format : formats) {
      const auto time = format.Read(text);
      if (!time) continue;
      const std::string shown = FormatIso8601(*time, 6);
      value = type.kind == Kind::kDate ? shown.substr(0, 10) : shown.substr(0, 10) + " " + shown.substr(11, 15);
      return Ok();
    }
    return Fail(kBadRecord, fmt::format("No timestamp format fits {}.", text));
  }
  return Ok();
}

Status ReadTimes(json::Value& record, const std::vector<engine::ColumnDef>& columns,
                 const std::vector<TimePattern>& formats) {
  for (auto& [key, value] : *record.AsObject()) {
    for (const engine::ColumnDef& column : columns) {
      if (EqualsIgnoreCase(key, column.name)) TARN_CHECK(ReadTime(value, column.type, formats));
    }
  }
  return Ok();
}

engine::WriteTarget::Codec CodecOf(Conversion::Codec codec) {
  switch (codec) {
    case Conversion::Codec::kNone:
      return engine::WriteTarget::Codec::kNone;
    case Conversion::Codec::kGzip:
      return engine::WriteTarget::Codec::kGzip;
    case Conversion::Codec::kSnappy:
      break;
  }
  return engine::WriteTarget::Codec::kSnappy;
}

}  // namespace

Result<Converted> Converter::Convert(const Scope& scope, const Conversion& conversion,
                                     const std::vector<const Prepared*>& records) {
  TARN_TRY(const catalog::Table table,
           conversion.version
               ? catalog_.GetTableVersion(scope, conversion.database, conversion.table, *conversion.version)
               : catalog_.GetTable(scope, conversion.database, conversion.table));
  TARN_TRY(const Shape shape, ShapeOf(table));
  Converted converted;
  LineOptions line_options{.dots_to_underscores = conversion.dots_to_underscores};
  if (!conversion.timestamp_formats.empty()) {
    line_options.edit = [&](json::Value& record) {
      return ReadTimes(record, shape.columns, conversion.timestamp_formats);
    };
  }
  std::vector<std::string> lines;
  std::vector<size_t> places;  // of the lines in `records`
  lines.reserve(records.size());
  places.reserve(records.size());
  for (size_t i = 0; i < records.size(); ++i) {
    auto line = JsonLine(records[i]->data, line_options);
    if (line.ok()) {
      lines.push_back(std::move(*line));
      places.push_back(i);
    } else {
      converted.refused.push_back(
          {i, "DataFormatConversion.ParseError", "Encountered malformed JSON. " + line.error().message});
    }
  }
  std::vector<bool> good(lines.size(), true);
  const auto write = [&](size_t begin, size_t end) -> Status {
    std::string text;
    for (size_t i = begin; i < end; ++i) {
      if (good[i]) text += lines[i];
    }
    auto sink = std::make_shared<MemorySink>();
    engine::Query query;
    query.sql = fmt::format("SELECT {} FROM {}", shape.list, tables::kOneTable);
    query.resolver =
        std::make_shared<tables::OneTable>(MakeJsonTable(shape.columns, std::move(text), OptionsOf(conversion)));
    engine::WriteTarget target;
    target.sink = sink;
    target.codec = CodecOf(conversion.codec);
    target.file_bytes_target = kOneFile;
    // One thread lays the rows down in their order, into one file.
    engine::Layout layout;
    for (size_t i = 0; i < shape.columns.size(); ++i) layout.field_ids.push_back({static_cast<int32_t>(i) + 1, {}});
    target.layout = std::move(layout);
    query.write = std::move(target);
    TARN_TRY(const auto execution, engine_.Start(std::move(query)));
    const engine::Outcome& outcome = execution->Wait();
    if (!outcome.status.ok()) return outcome.status.error();
    converted.file = sink->files.empty() ? std::string() : std::move(sink->files.front());
    return Ok();
  };
  const auto refuse = [&](size_t index, const Error& error) {
    good[index] = false;
    converted.refused.push_back({places[index], "DataFormatConversion.InvalidSchema", error.message});
  };
  TARN_CHECK(Halve(0, lines.size(), write, IsOfTheRecords, refuse));
  // Without refusals the first attempt wrote them all.
  if (std::ranges::find(good, false) == good.end()) return converted;
  converted.file.clear();
  if (std::ranges::find(good, true) != good.end()) TARN_CHECK(write(0, lines.size()));
  return converted;
}

}  // namespace tarn::delivery
