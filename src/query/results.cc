#include "query/results.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "object/errors.h"
#include "query/errors.h"
#include "query/render.h"

namespace tarn::query {
namespace {

constexpr size_t kFlushBytes = size_t{1} << 20;
constexpr size_t kReadBytes = size_t{256} << 10;

// Protocol buffers' wire form, as much as the metadata needs.
void AppendVarint(uint64_t value, std::string& out) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}
void AppendField(int number, uint64_t value, std::string& out) {
  AppendVarint(static_cast<uint64_t>(number) << 3, out);
  AppendVarint(value, out);
}
void AppendField(int number, std::string_view text, std::string& out) {
  AppendVarint(static_cast<uint64_t>(number) << 3 | 2, out);
  AppendVarint(text.size(), out);
  out += text;
}

// Reads one cell from `at`; npos when the text ends before the cell surely does.
size_t ParseCell(std::string_view text, size_t at, bool complete, std::optional<std::string>& cell) {
  if (at < text.size() && text[at] == '"') {
    std::string value;
    for (size_t i = at + 1; i < text.size(); i++) {
      if (text[i] != '"') {
        value += text[i];
        continue;
      }
      if (i + 1 == text.size() && !complete) return std::string_view::npos;
      if (i + 1 < text.size() && text[i + 1] == '"') {
        value += '"';
        i++;
        continue;
      }
      cell = std::move(value);
      return i + 1;
    }
    return std::string_view::npos;
  }
  const size_t end = text.find_first_of(",\n", at);
  if (end == std::string_view::npos && !complete) return std::string_view::npos;
  const std::string_view raw = text.substr(at, end == std::string_view::npos ? end : end - at);
  if (!raw.empty()) cell = std::string(raw);
  return end == std::string_view::npos ? text.size() : end;
}

size_t ParseLines(std::string_view text, bool complete, size_t rows_max, std::vector<ResultRow>& rows) {
  size_t taken = 0;
  while (rows.size() < rows_max && taken < text.size()) {
    const size_t end = text.find('\n', taken);
    if (end == std::string_view::npos && !complete) break;
    const size_t stop = end == std::string_view::npos ? text.size() : end;
    rows.push_back({std::string(text.substr(taken, stop - taken))});
    taken = std::min(stop + 1, text.size());
  }
  return taken;
}

Result<uint64_t> ReadPosition(const Execution& execution, const std::string& token) {
  if (token.empty()) return uint64_t{0};
  TARN_TRY(std::string position, ReadToken(token));
  const size_t colon = position.find(':');
  const auto offset =
      colon == std::string::npos ? std::nullopt : ParseU64(std::string_view(position).substr(colon + 1));
  if (!offset || position.substr(0, colon) != execution.id) return Fail(kInvalidRequest, "NextToken is malformed.");
  return *offset;
}

}  // namespace

ResultColumn DescribeColumn(std::string name, const sql::Type& type) {
  ResultColumn column;
  column.name = std::move(name);
  column.type = type.kind == sql::TypeKind::kUnknown ? "unknown" : sql::ToAthenaResult(type);
  column.precision = sql::AthenaPrecision(type);
  column.scale = sql::AthenaScale(type);
  column.case_sensitive = type.IsString();
  return column;
}

ResultColumn TextColumn(std::string name) {
  ResultColumn column;
  column.name = std::move(name);
  column.type = "string";
  return column;
}

std::string EncodeMetadata(std::string_view id, const std::vector<ResultColumn>& columns) {
  std::string out;
  AppendField(1, id, out);
  for (const ResultColumn& column : columns) {
    std::string field;
    AppendField(1, std::string_view("hive"), field);
    AppendField(4, std::string_view(column.name), field);
    AppendField(5, std::string_view(column.name), field);
    AppendField(6, std::string_view(column.type), field);
    AppendField(7, static_cast<uint64_t>(column.precision), field);
    AppendField(8, static_cast<uint64_t>(column.scale), field);
    AppendField(9, uint64_t{3}, field);  // nullable: unknown
    AppendField(10, column.case_sensitive ? uint64_t{1} : uint64_t{0}, field);
    AppendField(4, std::string_view(field), out);
  }
  return out;
}

CsvWriter::CsvWriter(const object::Files& files, object::Location to, std::vector<sql::OutputColumn> planned)
    : files_(files), to_(std::move(to)), planned_(std::move(planned)) {}

CsvWriter::~CsvWriter() = default;

Status CsvWriter::OnColumns(const std::vector<engine::ResultColumn>& columns) {
  for (size_t i = 0; i < columns.size(); i++) {
    sql::Type type;
    std::string name = columns[i].name;
    if (i < planned_.size()) {
      type = planned_[i].type;
      name = planned_[i].name;
    }
    if (type.kind == sql::TypeKind::kUnknown) type = ToSqlType(columns[i].type);
    if (i > 0) buffer_ += ',';
    AppendQuoted(name, buffer_);
    columns_.push_back(DescribeColumn(std::move(name), type));
    types_.push_back(std::move(type));
  }
  buffer_ += '\n';
  return Ok();
}

Status CsvWriter::OnBatch(const engine::Batch& batch) {
  std::string value;
  for (size_t row = 0; row < batch.rows(); row++) {
    for (size_t i = 0; i < batch.columns(); i++) {
      if (i > 0) buffer_ += ',';
      const engine::Column& column = batch.column(i);
      if (column.IsNull(row) || column.type().kind == engine::Kind::kNull) continue;
      value.clear();
      AppendValue(column, row, types_[i], value);
      AppendQuoted(value, buffer_);
    }
    buffer_ += '\n';
  }
  rows_ += batch.rows();
  return buffer_.size() >= kFlushBytes ? Flush() : Ok();
}

Status CsvWriter::Flush() {
  if (writer_ == nullptr) {
    object::WriteOptions options;
    options.content_type = "application/octet-stream";
    TARN_TRY(writer_, files_.Create(to_.bucket, to_.key, options));
  }
  bytes_ += buffer_.size();
  TARN_CHECK(writer_->Write(AsBytes(buffer_)));
  buffer_.clear();
  return Ok();
}

Status CsvWriter::Finish() {
  if (writer_ == nullptr) {
    bytes_ = buffer_.size();
    TARN_TRY(object::Version version, files_.Put(to_.bucket, to_.key, buffer_));
    return Ok();
  }
  if (!buffer_.empty()) TARN_CHECK(Flush());
  TARN_TRY(object::Version version, writer_->Finish());
  return Ok();
}

size_t ParseCsv(std::string_view text, bool complete, size_t rows_max, std::vector<ResultRow>& rows) {
  size_t taken = 0;
  while (rows.size() < rows_max && taken < text.size()) {
    ResultRow row;
    size_t at = taken;
    for (;;) {
      std::optional<std::string> cell;
      at = ParseCell(text, at, complete, cell);
      if (at == std::string_view::npos) return taken;
      row.push_back(std::move(cell));
      if (at >= text.size()) {
        if (!complete) return taken;
        break;
      }
      const char separator = text[at++];
      if (separator == '\n') break;
    }
    rows.push_back(std::move(row));
    taken = at;
  }
  return taken;
}

Result<Page<ResultRow>> ReadResults(const object::Files& files, const Execution& execution,
                                    const PageRequest& request) {
  const std::string url = execution.result.output_location.value_or("");
  const bool csv = url.ends_with(".csv");
  Page<ResultRow> page;
  if (!csv && !url.ends_with(".txt")) return page;  // CTAS, INSERT INTO and UNLOAD answer no rows
  TARN_TRY(uint64_t offset, ReadPosition(execution, request.token));
  TARN_TRY(object::Location location, object::ParseLocation(url));
  Result<object::Version> version = files.Head(location.bucket, location.key);
  if (!version.ok()) return Fail(kInvalidRequest, "Could not find results");
  if (offset > version->size) return Fail(kInvalidRequest, "NextToken is malformed.");

  std::string text;
  size_t taken = 0;
  for (uint64_t read = offset; page.items.size() < request.limit;) {
    if (read < version->size) {
      text.erase(0, taken);
      taken = 0;
      const size_t old = text.size();
      text.resize(old + static_cast<size_t>(std::min<uint64_t>(std::max(kReadBytes, old), version->size - read)));
      TARN_TRY(size_t got, files.ReadAt(*version, read, std::as_writable_bytes(std::span(text).subspan(old))));
      text.resize(old + got);
      read += got;
      if (got == 0) return Fail(kDamaged, "the result object is shorter than its size");
    }
    const bool complete = read >= version->size;
    const auto parse = csv ? ParseCsv : ParseLines;
    const size_t used = parse(std::string_view(text).substr(taken), complete, request.limit, page.items);
    taken += used;
    offset += used;
    if (complete && page.items.size() < request.limit) break;
  }
  if (offset < version->size) page.next = MakeToken(fmt::format("{}:{}", execution.id, offset));
  return page;
}

}  // namespace tarn::query
