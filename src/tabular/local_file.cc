#include "tabular/local_file.h"

#include <duckdb.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <utility>

#include "base/strings.h"

namespace tarn::tabular {
namespace {

namespace fs = std::filesystem;

// A piece is one request's body; a row group is what is in memory at once.
constexpr std::string_view kPieceOptions =
    "FORMAT parquet, COMPRESSION zstd, FILE_SIZE_BYTES '24MB', ROW_GROUP_SIZE_BYTES '16MB'";
constexpr const char* kMemory = "1GB";

std::string Literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

std::string Quoted(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

// DuckDB's description of a type, freed with it.
class Type {
 public:
  explicit Type(duckdb_logical_type type) : type_(type) {}
  ~Type() { duckdb_destroy_logical_type(&type_); }
  Type(const Type&) = delete;
  Type& operator=(const Type&) = delete;

  duckdb_logical_type get() const { return type_; }
  duckdb_type id() const { return duckdb_get_type_id(type_); }

 private:
  duckdb_logical_type type_;
};

std::string NameOf(const Type& type, idx_t member) {
  char* name = duckdb_struct_type_child_name(type.get(), member);
  std::string text = name;
  duckdb_free(name);
  return text;
}

std::string TableType(const Type& type);

std::string NestedType(const Type& type) {
  if (type.id() == DUCKDB_TYPE_LIST) return TableType(Type(duckdb_list_type_child_type(type.get()))) + "[]";
  if (type.id() == DUCKDB_TYPE_ARRAY) return TableType(Type(duckdb_array_type_child_type(type.get()))) + "[]";
  if (type.id() == DUCKDB_TYPE_MAP) {
    return fmt::format("MAP({}, {})", TableType(Type(duckdb_map_type_key_type(type.get()))),
                       TableType(Type(duckdb_map_type_value_type(type.get()))));
  }
  std::string fields;
  for (idx_t i = 0; i < duckdb_struct_type_child_count(type.get()); ++i) {
    fields += fmt::format("{}{} {}", fields.empty() ? "" : ", ", Quoted(AsciiLower(NameOf(type, i))),
                          TableType(Type(duckdb_struct_type_child_type(type.get(), i))));
  }
  return fmt::format("STRUCT({})", fields);
}

// What a table can have of a type, as text.
std::string TableType(const Type& type) {
  switch (type.id()) {
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_INTEGER:
      return "INTEGER";
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_BIGINT:
      return "BIGINT";
    case DUCKDB_TYPE_UBIGINT:
      return "DECIMAL(20,0)";
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_UHUGEINT:
      return "DECIMAL(38,0)";
    case DUCKDB_TYPE_DECIMAL:
      return fmt::format("DECIMAL({},{})", duckdb_decimal_width(type.get()), duckdb_decimal_scale(type.get()));
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_S:
    case DUCKDB_TYPE_TIMESTAMP_MS:
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return "TIMESTAMP";
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return "TIMESTAMP WITH TIME ZONE";
    case DUCKDB_TYPE_BOOLEAN:
      return "BOOLEAN";
    case DUCKDB_TYPE_FLOAT:
      return "FLOAT";
    case DUCKDB_TYPE_DOUBLE:
      return "DOUBLE";
    case DUCKDB_TYPE_DATE:
      return "DATE";
    case DUCKDB_TYPE_BLOB:
      return "BLOB";
    case DUCKDB_TYPE_LIST:
    case DUCKDB_TYPE_ARRAY:
    case DUCKDB_TYPE_MAP:
    case DUCKDB_TYPE_STRUCT:
      return NestedType(type);
    default:
      return "VARCHAR";
  }
}

// A member of a struct in `from` that `to` lacks, which a cast would drop; empty: none.
std::string LostMember(const Type& from, const Type& to) {
  if (from.id() != to.id()) return "";
  if (from.id() == DUCKDB_TYPE_LIST) {
    return LostMember(Type(duckdb_list_type_child_type(from.get())), Type(duckdb_list_type_child_type(to.get())));
  }
  if (from.id() == DUCKDB_TYPE_MAP) {
    return LostMember(Type(duckdb_map_type_value_type(from.get())), Type(duckdb_map_type_value_type(to.get())));
  }
  if (from.id() != DUCKDB_TYPE_STRUCT) return "";
  for (idx_t i = 0; i < duckdb_struct_type_child_count(from.get()); ++i) {
    std::string name = NameOf(from, i);
    bool kept = false;
    for (idx_t k = 0; k < duckdb_struct_type_child_count(to.get()); ++k) {
      if (!EqualsIgnoreCase(NameOf(to, k), name)) continue;
      kept = true;
      const std::string lost = LostMember(Type(duckdb_struct_type_child_type(from.get(), i)),
                                          Type(duckdb_struct_type_child_type(to.get(), k)));
      if (!lost.empty()) return fmt::format("{}.{}", name, lost);
    }
    if (!kept) return name;
  }
  return "";
}

// A statement's outcome.
class Answer {
 public:
  Answer(duckdb_connection connection, const std::string& sql) { duckdb_query(connection, sql.c_str(), &result_); }
  ~Answer() { duckdb_destroy_result(&result_); }
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  const char* error() { return duckdb_result_error(&result_); }  // null: none
  duckdb_result* get() { return &result_; }

 private:
  duckdb_result result_{};
};

// DuckDB's sentence without its category and what it prints of the statement.
Error BadData(const std::string& path, std::string text) {
  for (const std::string_view end : {"\n\nLINE 1:", "\n\n  file =", "\nPossible fixes:", "\nPossible solutions:"}) {
    text = text.substr(0, text.find(end));
  }
  return Fail(kUnreadable, fmt::format("{}: {}", path, Trim(text)));
}

std::string TextSuffix(std::string_view name) {
  for (const std::string_view suffix : {".gz", ".zst"}) {
    if (name.ends_with(suffix)) return std::string(suffix);
  }
  return "";
}

class DuckFile : public LocalFile {
 public:
  DuckFile(std::string path, std::string directory) : path_(std::move(path)), directory_(std::move(directory)) {}
  ~DuckFile() override {
    duckdb_disconnect(&connection_);
    duckdb_close(&database_);
  }
  DuckFile(const DuckFile&) = delete;
  DuckFile& operator=(const DuckFile&) = delete;

  Status Start(LocalFormat format, const std::vector<LocalColumn>& typed) {
    const std::string spill = directory_ + "/spill";
    // One thread: pieces come in the file's order.
    const std::pair<const char*, const char*> settings[] = {
        {"autoinstall_known_extensions", "false"}, {"autoload_known_extensions", "false"},
        {"allow_community_extensions", "false"},   {"memory_limit", kMemory},
        {"temp_directory", spill.c_str()},         {"threads", "1"},
        {"preserve_insertion_order", "false"}};
    duckdb_config config = nullptr;
    duckdb_create_config(&config);
    for (const auto& [name, value] : settings) duckdb_set_config(config, name, value);
    const auto opened = duckdb_open_ext(nullptr, &database_, config, nullptr);
    duckdb_destroy_config(&config);
    if (opened != DuckDBSuccess || duckdb_connect(database_, &connection_) != DuckDBSuccess) {
      return Fail(kInternalError, "the reader of local files cannot start");
    }
    TARN_CHECK(Run("SET TimeZone = 'UTC'"));
    // By another name: DuckDB takes "a[1]*.csv" for a pattern.
    const std::string link = directory_ + "/input" + TextSuffix(path_);
    std::error_code failed;
    fs::create_symlink(fs::absolute(path_), link, failed);
    if (failed) return Fail(kInternalError, fmt::format("{}: {}", link, failed.message()));
    source_ = SourceOf(format, link, typed);
    TARN_CHECK(ReadColumns());
    // Where no delimiter fits all lines, DuckDB takes each for one cell.
    const bool is_one = format == LocalFormat::kCsv && typed.empty() && columns_.size() == 1;
    if (is_one && columns_[0].name.find_first_of(",;|\t") != std::string::npos) {
      return Fail(kUnreadable, fmt::format("{}: no delimiter gives all lines the same number of cells", path_));
    }
    return Ok();
  }

  const std::vector<LocalColumn>& columns() const override { return columns_; }

  Result<std::vector<LocalPiece>> ToParquet(const std::vector<LocalColumn>& as) override {
    std::string list;
    for (size_t i = 0; i < columns_.size(); ++i) {
      const auto wanted = std::ranges::find(as, columns_[i].name, &LocalColumn::name);
      const std::string& type = wanted == as.end() ? columns_[i].type : wanted->type;
      const bool nested = type.find('(') != std::string::npos || type.ends_with(']');
      if (wanted != as.end() && nested) TARN_CHECK(CheckMembers(i, type));
      list += fmt::format("{}CAST({} AS {}) AS {}", list.empty() ? "" : ", ", Quoted(names_[i]), type,
                          Quoted(columns_[i].name));
    }
    const std::string out = directory_ + "/pieces";
    TARN_CHECK(Run(fmt::format("COPY (SELECT {} FROM {}) TO {} ({})", list, source_, Literal(out), kPieceOptions)));
    std::vector<LocalPiece> pieces;
    for (size_t i = 0; fs::exists(fmt::format("{}/data_{}.parquet", out, i)); ++i) {
      LocalPiece& piece = pieces.emplace_back();
      piece.path = fmt::format("{}/data_{}.parquet", out, i);
      piece.bytes = fs::file_size(piece.path);
      Answer counted(connection_, "SELECT num_rows FROM parquet_file_metadata(" + Literal(piece.path) + ")");
      if (counted.error() != nullptr || duckdb_row_count(counted.get()) != 1) {
        return Fail(kInternalError, "a piece cannot be read again");
      }
      piece.rows = static_cast<uint64_t>(duckdb_value_int64(counted.get(), 0, 0));
    }
    if (pieces.empty()) return Fail(kInternalError, "no Parquet was written");
    return pieces;
  }

 private:
  static std::string SourceOf(LocalFormat format, const std::string& link, const std::vector<LocalColumn>& typed) {
    if (!typed.empty()) {
      std::string columns;
      for (const LocalColumn& column : typed) {
        columns += fmt::format("{}{}: {}", columns.empty() ? "" : ", ", Literal(column.name), Literal(column.type));
      }
      return fmt::format(
          "read_csv({}, auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', "
          "allow_quoted_nulls = false, columns = {{{}}})",
          Literal(link), columns);
    }
    switch (format) {
      case LocalFormat::kCsv:
        // Nothing is skipped that looks like a preamble.
        return fmt::format("read_csv({}, sample_size = -1, skip = 0)", Literal(link));
      case LocalFormat::kJson:
        return fmt::format("read_json({}, sample_size = -1, maximum_object_size = 67108864)", Literal(link));
      case LocalFormat::kParquet:
        break;
    }
    return fmt::format("read_parquet({})", Literal(link));
  }

  Status Run(const std::string& sql) {
    Answer answer(connection_, sql);
    return answer.error() == nullptr ? Ok() : Status(BadData(path_, answer.error()));
  }

  Status CheckMembers(size_t column, const std::string& type) {
    Answer wanted(connection_, fmt::format("SELECT CAST(NULL AS {})", type));
    if (wanted.error() != nullptr) return BadData(path_, wanted.error());
    Answer given(connection_, "SELECT * FROM " + source_ + " LIMIT 0");
    if (given.error() != nullptr) return BadData(path_, given.error());
    const std::string lost = LostMember(Type(duckdb_column_logical_type(given.get(), column)),
                                        Type(duckdb_column_logical_type(wanted.get(), 0)));
    if (lost.empty()) return Ok();
    return Fail(kUnreadable,
                fmt::format("{}: the table's column {} has no member {}", path_, columns_[column].name, lost));
  }

  Status ReadColumns() {
    Answer answer(connection_, "SELECT * FROM " + source_ + " LIMIT 0");
    if (answer.error() != nullptr) return BadData(path_, answer.error());
    std::set<std::string> seen;
    for (idx_t i = 0; i < duckdb_column_count(answer.get()); ++i) {
      names_.emplace_back(duckdb_column_name(answer.get(), i));
      LocalColumn column{AsciiLower(names_.back()), TableType(Type(duckdb_column_logical_type(answer.get(), i)))};
      if (!seen.insert(column.name).second) {
        return Fail(kUnreadable, fmt::format("{}: two columns are called {}", path_, column.name));
      }
      columns_.push_back(std::move(column));
    }
    return Ok();
  }

  const std::string path_;
  const std::string directory_;
  duckdb_database database_ = nullptr;
  duckdb_connection connection_ = nullptr;
  std::string source_;
  std::vector<std::string> names_;  // as the file has them
  std::vector<LocalColumn> columns_;
};

}  // namespace

std::optional<LocalFormat> LocalFormatOf(std::string_view file_name) {
  constexpr std::array<std::pair<std::string_view, LocalFormat>, 7> kNames = {{{".csv", LocalFormat::kCsv},
                                                                               {".tsv", LocalFormat::kCsv},
                                                                               {".psv", LocalFormat::kCsv},
                                                                               {".txt", LocalFormat::kCsv},
                                                                               {".json", LocalFormat::kJson},
                                                                               {".jsonl", LocalFormat::kJson},
                                                                               {".ndjson", LocalFormat::kJson}}};
  const std::string lower = AsciiLower(file_name);
  if (lower.ends_with(".parquet")) return LocalFormat::kParquet;
  const std::string_view plain = std::string_view(lower).substr(0, lower.size() - TextSuffix(lower).size());
  for (const auto& [suffix, format] : kNames) {
    if (plain.ends_with(suffix)) return format;
  }
  return std::nullopt;
}

Result<std::unique_ptr<LocalFile>> LocalFile::Open(const std::string& path, LocalFormat format,
                                                   const std::string& directory,
                                                   const std::vector<LocalColumn>& typed) {
  auto file = std::make_unique<DuckFile>(path, directory);
  TARN_CHECK(file->Start(format, typed));
  return std::unique_ptr<LocalFile>(std::move(file));
}

}  // namespace tarn::tabular
