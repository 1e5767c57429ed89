#include "cli/ingest/file_load.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

#include "base/hash.h"
#include "base/strings.h"
#include "json/json.h"
#include "sheets/sheet.h"

namespace tarn::cli {
namespace {

namespace fs = std::filesystem;
using tabular::LocalColumn;
using tabular::LocalFile;
using tabular::LocalFormat;
using tabular::LocalPiece;

constexpr size_t kSheetBytesMax = size_t{256} << 20;
constexpr int kTriesMax = 6;

// A folder that goes with its owner.
class TempFolder {
 public:
  static Result<TempFolder> Make() {
    std::string pattern = (fs::temp_directory_path() / "tarn-ingest-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) return Fail(kIoError, fmt::format("{}: cannot be made", pattern));
    return TempFolder(std::move(pattern));
  }
  explicit TempFolder(std::string path) : path_(std::move(path)) {}
  TempFolder(TempFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TempFolder& operator=(TempFolder&&) = delete;
  ~TempFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Result<std::string> ReadAll(const std::string& path, size_t bytes_max) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes;
  std::array<char, size_t{64} << 10> piece{};
  while (file.read(piece.data(), piece.size()) || file.gcount() > 0) {
    bytes.append(piece.data(), static_cast<size_t>(file.gcount()));
    if (bytes.size() > bytes_max) return Fail(kIoError, fmt::format("{}: is larger than {} bytes", path, bytes_max));
  }
  if (!file.eof()) return Fail(kIoError, fmt::format("{}: cannot be read", path));
  return bytes;
}

Result<std::string> HashOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  Hasher hasher(Digest::kSha256);
  std::array<char, size_t{64} << 10> piece{};
  uint64_t bytes = 0;
  while (file.read(piece.data(), piece.size()) || file.gcount() > 0) {
    hasher.Update(std::string_view(piece.data(), static_cast<size_t>(file.gcount())));
    bytes += static_cast<uint64_t>(file.gcount());
  }
  if (!file.eof()) return Fail(kIoError, fmt::format("{}: cannot be read", path));
  if (bytes == 0) return Fail(kIoError, fmt::format("{}: is empty", path));
  return Hex(hasher.Finish());
}

struct Kind {
  std::optional<LocalFormat> local;
  std::optional<sheets::Format> sheet;
};

Result<Kind> KindOf(const std::string& path, const std::string& format) {
  const std::string name = AsciiLower(format.empty() ? path : "." + format);
  if (name.ends_with(".xlsx") || name.ends_with(".xlsm")) return Kind{.local = {}, .sheet = sheets::Format::kXlsx};
  if (name.ends_with(".ods")) return Kind{.local = {}, .sheet = sheets::Format::kOds};
  if (const auto local = tabular::LocalFormatOf(name)) return Kind{.local = local, .sheet = {}};
  return Fail(kIoError, fmt::format("{}: what is in it is not told by its name: say --format csv, json, parquet, xlsx "
                                    "or ods",
                                    path));
}

// A sheet becomes a CSV file in `folder` first.
Result<std::unique_ptr<LocalFile>> Open(const std::string& path, const LoadOptions& options, const std::string& folder,
                                        LoadReport& report) {
  TARN_TRY(const Kind kind, KindOf(path, options.format));
  if (kind.local) return LocalFile::Open(path, *kind.local, folder);
  TARN_TRY(const std::string bytes, ReadAll(path, kSheetBytesMax));
  const auto sheet = sheets::ReadSheet(bytes, *kind.sheet, options.sheet);
  if (!sheet.ok()) return Fail(*sheet.error().reason, fmt::format("{}: {}", path, sheet.error().message));
  report.error_cells = sheet->error_cells;
  const std::string csv = folder + "/sheet.csv";
  std::ofstream file(csv, std::ios::binary);
  file << sheet->csv;
  file.close();
  if (!file) return Fail(kIoError, fmt::format("{}: cannot be written", csv));
  std::vector<LocalColumn> typed;
  typed.reserve(sheet->columns.size());
  for (const sheets::Column& column : sheet->columns) typed.push_back({column.name, column.type});
  return LocalFile::Open(csv, LocalFormat::kCsv, folder, typed);
}

struct State {
  bool exists = false;
  uint64_t rows = 0;
  bool complete = false;
  std::vector<LocalColumn> columns;
};

class Table {
 public:
  Table(const AwsClient& client, const LoadOptions& options, std::string source, std::string file)
      : client_(client), options_(options), source_(std::move(source)), file_(std::move(file)) {}

  Result<State> Look() const { return Ask("GET", {}, ""); }

  // Again while the lake cannot be reached; what came through of an attempt is in the state.
  Result<State> Send(uint64_t first_row, bool last, const std::string& parquet) const {
    using std::chrono::milliseconds;
    milliseconds pause(250);
    for (int tried = 1;; ++tried, pause *= 2) {
      auto state = Ask("POST",
                       {{"file", file_},
                        {"first", std::to_string(first_row)},
                        {"last", last ? "1" : "0"},
                        {"location", options_.location}},
                       parquet);
      const bool again = !state.ok() && (state.Is(http::kConnect) || state.Is(http::kBadResponse) ||
                                         state.error().message.starts_with("Busy"));
      if (!again || tried == kTriesMax) return state;
      std::this_thread::sleep_for(pause);
    }
  }

 private:
  Result<State> Ask(std::string method, std::vector<std::pair<std::string, std::string>> more, std::string body) const {
    AwsClient::S3Request request;
    request.method = std::move(method);
    request.path = "/_tarn/load";
    request.query = {{"table", options_.table}, {"source", source_}, {"region", client_.target().region}};
    for (auto& [name, value] : more) {
      if (!value.empty()) request.query.emplace_back(std::move(name), std::move(value));
    }
    request.body = std::move(body);
    TARN_TRY(const auto response, client_.S3(request));
    TARN_TRY(const json::Value answer, json::Parse(response.body));
    State state{.exists = answer.BoolOr("exists", false),
                .rows = static_cast<uint64_t>(answer.IntOr("rows", 0)),
                .complete = answer.BoolOr("complete", false),
                .columns = {}};
    if (const json::Value* columns = answer.Find("columns"); columns != nullptr && columns->AsArray() != nullptr) {
      for (const json::Value& column : *columns->AsArray()) {
        state.columns.push_back({std::string(column.StringOr("name", "")), std::string(column.StringOr("type", ""))});
      }
    }
    return state;
  }

  const AwsClient& client_;
  const LoadOptions& options_;
  const std::string source_;
  const std::string file_;
};

Status CheckColumns(const std::string& path, const std::vector<LocalColumn>& of_file, const State& state,
                    const std::string& table) {
  for (const LocalColumn& column : of_file) {
    if (std::ranges::find(state.columns, column.name, &LocalColumn::name) != state.columns.end()) continue;
    return Fail(kCallFailed, fmt::format("{}: the table {} has no column '{}'", path, table, column.name));
  }
  return Ok();
}

// Tables are made in databases.
Status EnsureDatabase(const AwsClient& client, const std::string& database) {
  json::Value ask;
  ask.Set("Name", database);
  const auto found = client.Call("glue", "GetDatabase", ask);
  if (found.ok() || !found.error().message.starts_with("EntityNotFoundException")) {
    return found.ok() ? Ok() : Status(found.error());
  }
  json::Value input, make;
  input.Set("Name", database);
  make.Set("DatabaseInput", std::move(input));
  const auto made = client.Call("glue", "CreateDatabase", make);
  if (made.ok() || made.error().message.starts_with("AlreadyExistsException")) return Ok();
  return made.error();
}

}  // namespace

Result<LoadReport> LoadFile(const AwsClient& client, const std::string& path, const LoadOptions& options,
                            const LoadProgress& progress) {
  LoadReport report;
  TARN_TRY(const std::string source, HashOf(path));
  const Table table(client, options, source, fs::path(path).filename().string());
  TARN_TRY(State state, table.Look());
  if (state.complete) {
    report.loaded_before = true;
    report.rows = state.rows;
    return report;
  }
  TARN_TRY(const TempFolder folder, TempFolder::Make());
  TARN_TRY(const auto file, Open(path, options, folder.path(), report));
  report.columns = file->columns();
  report.rows_before = state.rows;
  report.table_made = !state.exists;
  if (state.exists) TARN_CHECK(CheckColumns(path, file->columns(), state, options.table));
  TARN_TRY(const std::vector<LocalPiece> pieces, file->ToParquet(state.columns));
  if (!state.exists) TARN_CHECK(EnsureDatabase(client, options.table.substr(0, options.table.find('.'))));
  for (const LocalPiece& piece : pieces) report.rows += piece.rows;
  uint64_t first_row = 0;
  for (size_t i = 0; i < pieces.size(); ++i) {
    const bool last = i + 1 == pieces.size();
    if (first_row + pieces[i].rows > state.rows || last) {
      TARN_TRY(const std::string bytes, ReadAll(pieces[i].path, pieces[i].bytes));
      TARN_TRY(state, table.Send(first_row, last, bytes));
    }
    first_row += pieces[i].rows;
    progress(std::max(first_row, state.rows), report.rows);
  }
  if (!state.complete) return Fail(kCallFailed, fmt::format("{}: the lake did not take all of it", path));
  return report;
}

}  // namespace tarn::cli
