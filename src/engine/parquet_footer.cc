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

namespace tarn::engine {
namespace {

constexpr int kDepthMax = 64;
constexpr uint64_t kFooterBytesMax = 256ull << 20;

// Thrift's compact protocol, as far as Parquet uses it. After an error every read answers zero.
class ThriftReader {
 public:
  explicit ThriftReader(std::string_view bytes) : bytes_(bytes) {}
  bool failed() const { return failed_; }
  void Break() {
    failed_ = true;
    at_ = bytes_.size();
  }

  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint8_t byte = Byte();
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    Break();
    return 0;
  }
  int64_t Integer() {
    const uint64_t raw = Varint();
    return static_cast<int64_t>(raw >> 1) ^ -static_cast<int64_t>(raw & 1);
  }
  std::string_view Bytes() {
    const uint64_t length = Varint();
    if (length > bytes_.size() - at_) {
      Break();
      return {};
    }
    at_ += length;
    return bytes_.substr(at_ - length, length);
  }

  // Calls field(id, type) for each field; what the callee leaves must be skipped by it through Skip(type).
  template <typename Field>
  void Struct(Field field) {
    int16_t id = 0;
    if (++depth_ > kDepthMax) Break();
    while (!failed_) {
      const uint8_t head = Byte();
      const uint8_t type = head & 0x0f;
      if (type == 0) break;
      id = (head >> 4) != 0 ? static_cast<int16_t>(id + (head >> 4)) : static_cast<int16_t>(Integer());
      field(id, type);
    }
    --depth_;
  }
  // Calls element(type) as often as the list is long.
  template <typename Element>
  void List(Element element) {
    const uint8_t head = Byte();
    const uint64_t size = (head >> 4) == 15 ? Varint() : head >> 4;
    if (size > bytes_.size() - at_) return Break();
    for (uint64_t i = 0; i < size && !failed_; ++i) element(static_cast<uint8_t>(head & 0x0f));
  }
  void Skip(uint8_t type, bool in_list = false) {
    switch (type) {
      case 1:
      case 2:
        if (in_list) Byte();
        return;
      case 3:
        Byte();
        return;
      case 4:
      case 5:
      case 6:
        Varint();
        return;
      case 7:
        for (int i = 0; i < 8; ++i) Byte();
        return;
      case 8:
        Bytes();
        return;
      case 9:
      case 10:
        if (++depth_ > kDepthMax) return Break();
        List([this](uint8_t element) { Skip(element, true); });
        --depth_;
        return;
      case 12:
        Struct([this](int16_t, uint8_t field) { Skip(field); });
        return;
      default:
        Break();
    }
  }

 private:
  uint8_t Byte() {
    if (at_ >= bytes_.size()) {
      failed_ = true;
      return 0;
    }
    return static_cast<uint8_t>(bytes_[at_++]);
  }

  std::string_view bytes_;
  size_t at_ = 0;
  int depth_ = 0;
  bool failed_ = false;
};

enum Physical { kBool, kInt32, kInt64, kInt96, kFloat, kDoubleType, kByteArray, kFixed, kGroup = -1 };

struct SchemaElement {
  int64_t physical = kGroup;
  int64_t repetition = 0;  // 0 required, 1 optional, 2 repeated
  std::string name;
  int64_t children = 0;
  int64_t converted = -1;
  int64_t scale = 0, precision = 0;
  int logical = 0;  // field id of the LogicalType union
  int64_t integer_bits = 0;
  bool integer_signed = true;
};

void ReadLogicalType(ThriftReader& in, SchemaElement& element) {
  in.Struct([&](int16_t kind, uint8_t type) {
    element.logical = kind;
    if (type != 12) return in.Skip(type);
    in.Struct([&](int16_t id, uint8_t field) {
      if (kind == 5 && id == 1 && field == 5) {
        element.scale = in.Integer();
      } else if (kind == 5 && id == 2 && field == 5) {
        element.precision = in.Integer();
      } else if (kind == 10 && id == 2) {
        element.integer_signed = field == 1;
        in.Skip(field);
      } else {
        in.Skip(field);
      }
    });
  });
}

SchemaElement ReadSchemaElement(ThriftReader& in) {
  SchemaElement element;
  in.Struct([&](int16_t id, uint8_t type) {
    if (id == 4 && type == 8) {
      element.name = in.Bytes();
    } else if (id == 10 && type == 12) {
      ReadLogicalType(in, element);
    } else if (type == 5 && id <= 8) {
      const int64_t value = in.Integer();
      switch (id) {
        case 1:
          element.physical = value;
          break;
        case 3:
          element.repetition = value;
          break;
        case 5:
          element.children = value;
          break;
        case 6:
          element.converted = value;
          break;
        case 7:
          element.scale = value;
          break;
        case 8:
          element.precision = value;
          break;
        default:
          break;
      }
    } else {
      in.Skip(type);
    }
  });
  return element;
}

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

using ReadAt = std::function<Status(uint64_t offset, std::span<char> out)>;

Result<ParquetSummary> ReadFooter(const ReadAt& read, const File& file) {
  const auto bad = [&](std::string_view what) {
    return Fail(kBadData, fmt::format("{} is not a valid Parquet file: {}", file.path, what));
  };
  constexpr uint64_t kTail = 8, kGuess = 16 << 10;
  if (file.size_bytes < 12) return bad("too short");
  std::string tail(std::min(file.size_bytes, kGuess), '\0');
  TARN_CHECK(read(file.size_bytes - tail.size(), tail));
  const std::string_view magic = std::string_view(tail).substr(tail.size() - 4);
  if (magic == "PARE") return bad("its footer is encrypted");
  if (magic != "PAR1") return bad("no magic number at its end");
  uint32_t length;
  std::memcpy(&length, tail.data() + tail.size() - kTail, sizeof(length));
  if (length + kTail > file.size_bytes || length > kFooterBytesMax) return bad("its footer is longer than the file");
  if (length + kTail > tail.size()) {
    tail.resize(length + kTail);
    TARN_CHECK(read(file.size_bytes - tail.size(), tail));
  }
  auto summary = DecodeParquetFooter(std::string_view(tail).substr(tail.size() - kTail - length, length));
  if (!summary.ok()) return bad(summary.error().message);
  return summary;
}

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
        schema.push_back(ReadSchemaElement(in));
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

Result<ParquetSummary> InspectParquet(FileSource& source, const File& file) {
  TARN_TRY(auto open, source.Open(file));
  return ReadFooter([&](uint64_t at, std::span<char> out) { return open->ReadAt(at, out); }, file);
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
