#include "formats/schema.h"

#include <algorithm>
#include <set>

#include "base/strings.h"

namespace tarn::formats {
namespace {

sql::Type MergeRows(const sql::Type& a, const sql::Type& b) {
  sql::Type merged = a;
  for (size_t i = 0; i < b.args.size(); ++i) {
    const auto same =
        std::ranges::find_if(merged.names, [&](const std::string& name) { return EqualsIgnoreCase(name, b.names[i]); });
    if (same == merged.names.end()) {
      merged.names.push_back(b.names[i]);
      merged.args.push_back(b.args[i]);
    } else {
      auto& type = merged.args[static_cast<size_t>(same - merged.names.begin())];
      type = MergeTypes(type, b.args[i]);
    }
  }
  return merged;
}

int IntegerRank(sql::TypeKind kind) {
  switch (kind) {
    case sql::TypeKind::kTinyint:
      return 1;
    case sql::TypeKind::kSmallint:
      return 2;
    case sql::TypeKind::kInteger:
      return 3;
    case sql::TypeKind::kBigint:
      return 4;
    default:
      return 0;
  }
}

}  // namespace

sql::Type MergeTypes(const sql::Type& a, const sql::Type& b) {
  using sql::TypeKind;
  if (a == b || b.Is(TypeKind::kUnknown)) return a;
  if (a.Is(TypeKind::kUnknown)) return b;
  if (a.Is(TypeKind::kRow) && b.Is(TypeKind::kRow)) return MergeRows(a, b);
  if (a.kind == b.kind && (a.Is(TypeKind::kArray) || a.Is(TypeKind::kMap))) {
    sql::Type merged = a;
    for (size_t i = 0; i < merged.args.size() && i < b.args.size(); ++i) {
      merged.args[i] = MergeTypes(merged.args[i], b.args[i]);
    }
    return merged;
  }
  if (a.IsInteger() && b.IsInteger()) return IntegerRank(a.kind) >= IntegerRank(b.kind) ? a : b;
  if (a.IsNumeric() && b.IsNumeric()) return sql::MakeType(TypeKind::kDouble);
  const auto either = [&](TypeKind x, TypeKind y) { return (a.Is(x) && b.Is(y)) || (a.Is(y) && b.Is(x)); };
  if (either(TypeKind::kDate, TypeKind::kTimestamp)) return a.Is(TypeKind::kTimestamp) ? a : b;
  return sql::VarcharType();
}

std::vector<Column> MergeColumns(const std::vector<Column>& a, const std::vector<Column>& b) {
  std::vector<Column> merged = a;
  for (const Column& column : b) {
    const auto same =
        std::ranges::find_if(merged, [&](const Column& c) { return EqualsIgnoreCase(c.name, column.name); });
    if (same == merged.end()) {
      merged.push_back(column);
    } else {
      same->type = MergeTypes(same->type, column.type);
    }
  }
  return merged;
}

bool Compatible(const FileSchema& a, const FileSchema& b) {
  if (a.format != b.format) return false;
  if (a.format == Format::kCsv && a.csv.delimiter != b.csv.delimiter) return false;
  const size_t smaller = std::min(a.columns.size(), b.columns.size());
  size_t shared = 0;
  for (const Column& column : a.columns) {
    shared += static_cast<size_t>(
        std::ranges::any_of(b.columns, [&](const Column& other) { return EqualsIgnoreCase(other.name, column.name); }));
  }
  return shared * 10 >= smaller * 7;
}

FileSchema MergeSchemas(const FileSchema& a, const FileSchema& b) {
  FileSchema merged = a;
  merged.columns = MergeColumns(a.columns, b.columns);
  merged.records += b.records;
  merged.sample_bytes += b.sample_bytes;
  merged.csv.quoted = a.csv.quoted || b.csv.quoted;
  merged.csv.header = a.csv.header && b.csv.header;
  if (a.compression != b.compression) merged.compression = Compression::kNone;
  return merged;
}

sql::Type Settle(sql::Type type) {
  if (type.Is(sql::TypeKind::kUnknown)) return sql::VarcharType();
  for (sql::Type& argument : type.args) argument = Settle(std::move(argument));
  return type;
}

std::vector<std::string> ColumnNames(const std::vector<std::string>& raw) {
  std::vector<std::string> names;
  std::set<std::string> taken;
  for (size_t i = 0; i < raw.size(); ++i) {
    std::string name = AsciiLower(Trim(raw[i]));
    std::erase_if(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (name.empty()) name = "col" + std::to_string(i);
    std::string unique = name;
    for (int n = 1; !taken.insert(unique).second; ++n) unique = name + "_" + std::to_string(n);
    names.push_back(std::move(unique));
  }
  return names;
}

std::string_view NameOf(Format format) {
  switch (format) {
    case Format::kCsv:
      return "csv";
    case Format::kJson:
      return "json";
    case Format::kParquet:
      return "parquet";
    case Format::kOrc:
      return "orc";
    case Format::kAvro:
      return "avro";
    case Format::kUnknown:
      break;
  }
  return "UNKNOWN";
}

std::string_view NameOf(Compression compression) {
  switch (compression) {
    case Compression::kNone:
      return "none";
    case Compression::kGzip:
      return "gzip";
    case Compression::kZstd:
      return "zstd";
    case Compression::kBzip2:
      return "bzip2";
    case Compression::kUnsupported:
      break;
  }
  return "unknown";
}

}  // namespace tarn::formats
