#include "engine/parquet_footer.h"

#include <fmt/format.h>

#include <cstring>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "engine/errors.h"
#include "engine/thrift.h"

namespace tarn::engine {
namespace {

using thrift::kBool;
using thrift::kDoubleType;
using thrift::kFloat;
using thrift::kGroup;
using thrift::kInt32;
using thrift::kInt64;
using thrift::kInt96;
using thrift::SchemaElement;
using ThriftReader = thrift::Reader;

constexpr int kDepthMax = thrift::kDepthMax;
constexpr uint64_t kFooterBytesMax = 256ull << 20;

std::string_view CodecName(int64_t codec) {
  constexpr std::string_view kNames[] = {"UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW"};
  return codec >= 0 && codec < 8 ? kNames[codec] : "UNKNOWN";
}

// The codec of a row group's first column chunk.
void ReadRowGroup(ThriftReader& in, std::string& codec) {
  in.Struct([&](int16_t id, uint8_t type) {
    if (id != 1 || type != 9 || !codec.empty()) return in.Skip(type);
    in.List([&](uint8_t element) {
      if (element != 12) return in.Break();
      in.Struct([&](int16_t chunk_id, uint8_t chunk_type) {
        if (chunk_id != 3 || chunk_type != 12) return in.Skip(chunk_type);
        in.Struct([&](int16_t meta_id, uint8_t meta_type) {
          if (meta_id == 4 && meta_type == 5) {
            codec = CodecName(in.Integer());
          } else {
            in.Skip(meta_type);
          }
        });
      });
    });
  });
}

class SchemaTree {
 public:
  explicit SchemaTree(const std::vector<SchemaElement>& elements) : elements_(elements) {}

  Result<std::vector<ColumnDef>> Columns() {
    std::vector<ColumnDef> columns;
    if (elements_.empty()) return Fail(kBadData, "Parquet footer without a schema");
    const int64_t count = elements_[next_++].children;
    for (int64_t i = 0; i < count; ++i) {
      if (next_ >= elements_.size()) return Fail(kBadData, "Parquet schema ends early");
      ColumnDef column{elements_[next_].name, {}};
      TARN_TRY(column.type, Node(1));
      columns.push_back(std::move(column));
    }
    return columns;
  }

 private:
  Result<Type> Node(int depth) {
    if (next_ >= elements_.size() || depth > kDepthMax) return Fail(kBadData, "Parquet schema ends early");
    const SchemaElement& element = elements_[next_++];
    TARN_TRY(Type type, element.physical == kGroup ? Group(element, depth) : Result<Type>(Leaf(element)));
    // A repeated field outside a LIST or MAP group is a list of itself (the oldest writers).
    if (element.repetition == 2) return Type{.kind = Kind::kArray, .children = {std::move(type)}};
    return type;
  }

  Result<Type> Group(const SchemaElement& element, int depth) {
    Type row{.kind = Kind::kRow};
    const bool list = element.logical == 3 || element.converted == 3;
    const bool map = element.logical == 2 || element.converted == 1 || element.converted == 2;
    for (int64_t i = 0; i < element.children; ++i) {
      if (next_ >= elements_.size()) return Fail(kBadData, "Parquet schema ends early");
      row.names.push_back(elements_[next_].name);
      TARN_TRY(Type child, Node(depth + 1));
      row.children.push_back(std::move(child));
    }
    if (row.children.size() == 1 && row.children[0].kind == Kind::kArray) {
      Type& repeated = row.children[0].children[0];
      if (map && repeated.kind == Kind::kRow && repeated.children.size() == 2) {
        return Type{.kind = Kind::kMap, .children = std::move(repeated.children)};
      }
      if (list) {
        // Three levels: repeated group of one element; two levels: the repeated thing is the element.
        const bool wrapped = repeated.kind == Kind::kRow && repeated.children.size() == 1 && row.names[0] != "array" &&
                             !row.names[0].ends_with("_tuple");
        Type item = wrapped ? std::move(repeated.children[0]) : std::move(repeated);
        return Type{.kind = Kind::kArray, .children = {std::move(item)}};
      }
    }
    return row;
  }

  static Type Leaf(const SchemaElement& e) {
    const auto decimal = [&] {
      return Type{.kind = Kind::kDecimal,
                  .precision = static_cast<int>(std::clamp<int64_t>(e.precision, 1, 38)),
                  .scale = static_cast<int>(std::clamp<int64_t>(e.scale, 0, 38))};
    };
    if (e.logical == 5 || e.converted == 5) return decimal();
    switch (e.converted) {
      case 6:
        return {.kind = Kind::kDate};
      case 7:
      case 8:
        return {.kind = Kind::kTime};
      case 9:
      case 10:
        return {.kind = Kind::kTimestamp};
      case 11:
      case 16:
        return {.kind = Kind::kSmallInt};
      case 15:
        return {.kind = Kind::kTinyInt};
      case 12:
        return {.kind = Kind::kInteger};
      case 13:
        return {.kind = Kind::kBigInt};
      case 14:
        return {.kind = Kind::kDecimal, .precision = 20, .scale = 0};
      default:
        break;
    }
    switch (e.physical) {
      case kBool:
        return {.kind = Kind::kBoolean};
      case kInt32:
        return {.kind = e.logical == 6 ? Kind::kDate : e.logical == 7 ? Kind::kTime : Kind::kInteger};
      case kInt64:
        return {.kind = e.logical == 8 ? Kind::kTimestamp : e.logical == 7 ? Kind::kTime : Kind::kBigInt};
      case kInt96:
        return {.kind = Kind::kTimestamp};
      case kFloat:
        return {.kind = Kind::kReal};
      case kDoubleType:
        return {.kind = Kind::kDouble};
      default:
        break;
    }
    const bool text = e.converted == 0 || e.converted == 4 || e.converted == 19 || e.logical == 1 || e.logical == 4 ||
                      e.logical == 12 || e.logical == 14;
    return {.kind = text ? Kind::kVarchar : Kind::kVarbinary};
  }

  const std::vector<SchemaElement>& elements_;
  size_t next_ = 0;
};

// Row counts by file id, least recently used first out.
class RowCounts {
 public:
  std::optional<uint64_t> Find(const std::string& id) {
    std::lock_guard lock(mutex_);
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) return std::nullopt;
    order_.splice(order_.begin(), order_, found->second);
    return found->second->second;
  }
  void Keep(const std::string& id, uint64_t rows) {
    std::lock_guard lock(mutex_);
    if (by_id_.contains(id)) return;
    order_.emplace_front(id, rows);
    by_id_[id] = order_.begin();
    if (order_.size() <= kEntriesMax) return;
    by_id_.erase(order_.back().first);
    order_.pop_back();
  }

 private:
  static constexpr size_t kEntriesMax = 100'000;
  std::mutex mutex_;
  std::list<std::pair<std::string, uint64_t>> order_;
  std::unordered_map<std::string, std::list<std::pair<std::string, uint64_t>>::iterator> by_id_;
};

RowCounts& Counts() {
  static RowCounts counts;
  return counts;
}

std::optional<uint64_t> RowsOf(QueryState& query, FileSource& source, const File& file, size_t* reads_left) {
  if (file.rows) return file.rows;
  if (auto known = Counts().Find(file.id)) return known;
  if (*reads_left == 0) return std::nullopt;
  --*reads_left;
  if (query.cancelled()) return std::nullopt;
  const auto summary = InspectParquet(source, file);
  if (!summary.ok()) return std::nullopt;
  Counts().Keep(file.id, summary->rows);
  return summary->rows;
}

}  // namespace

Result<ParquetSummary> DecodeParquetFooter(std::string_view metadata) {
  ParquetSummary summary;
  std::vector<SchemaElement> schema;
  ThriftReader in(metadata);
  in.Struct([&](int16_t id, uint8_t type) {
    if (id == 2 && type == 9) {
      in.List([&](uint8_t element) {
        if (element != 12) return in.Break();
        schema.push_back(thrift::ReadSchemaElement(in));
      });
    } else if (id == 3 && type == 6) {
      const int64_t rows = in.Integer();
      if (rows < 0) return in.Break();
      summary.rows = static_cast<uint64_t>(rows);
    } else if (id == 4 && type == 9) {
      in.List([&](uint8_t element) {
        if (element != 12) return in.Break();
        ++summary.row_groups;
        ReadRowGroup(in, summary.compression);
      });
    } else if (id == 6 && type == 8) {
      summary.created_by = in.Bytes();
    } else {
      in.Skip(type);
    }
  });
  if (in.failed()) return Fail(kBadData, "its footer cannot be decoded");
  TARN_TRY(summary.columns, SchemaTree(schema).Columns());
  return summary;
}

Result<std::string> ReadFooterBytes(OpenFile& open, const File& file) {
  const auto bad = [&](std::string_view what) {
    return Fail(kBadData, fmt::format("{} is not a valid Parquet file: {}", file.path, what));
  };
  constexpr uint64_t kTail = 8, kGuess = 16 << 10;
  if (file.size_bytes < 12) return bad("too short");
  std::string tail(std::min(file.size_bytes, kGuess), '\0');
  TARN_CHECK(open.ReadAt(file.size_bytes - tail.size(), tail));
  const std::string_view magic = std::string_view(tail).substr(tail.size() - 4);
  if (magic == "PARE") return bad("its footer is encrypted");
  if (magic != "PAR1") return bad("no magic number at its end");
  uint32_t length;
  std::memcpy(&length, tail.data() + tail.size() - kTail, sizeof(length));
  if (length + kTail > file.size_bytes || length > kFooterBytesMax) return bad("its footer is longer than the file");
  if (length + kTail > tail.size()) {
    tail.resize(length + kTail);
    TARN_CHECK(open.ReadAt(file.size_bytes - tail.size(), tail));
  }
  return tail.substr(tail.size() - kTail - length, length);
}

Result<ParquetSummary> InspectParquet(FileSource& source, const File& file) {
  TARN_TRY(auto open, source.Open(file));
  TARN_TRY(const std::string footer, ReadFooterBytes(*open, file));
  auto summary = DecodeParquetFooter(footer);
  if (!summary.ok())
    return Fail(kBadData, fmt::format("{} is not a valid Parquet file: {}", file.path, summary.error().message));
  return summary;
}

std::optional<uint64_t> CountParquetRows(QueryState& query, FileSource& source, const std::vector<const File*>& files) {
  size_t reads_left = 32;
  uint64_t rows = 0, bytes_known = 0, bytes_unknown = 0;
  for (const File* file : files) {
    if (const auto count = RowsOf(query, source, *file, &reads_left)) {
      rows += *count;
      bytes_known += file->size_bytes;
    } else {
      bytes_unknown += file->size_bytes;
    }
  }
  if (bytes_unknown == 0) return rows;
  if (bytes_known == 0) return std::nullopt;
  return static_cast<uint64_t>(static_cast<double>(rows) *
                               (1.0 + static_cast<double>(bytes_unknown) / static_cast<double>(bytes_known)));
}

}  // namespace tarn::engine
