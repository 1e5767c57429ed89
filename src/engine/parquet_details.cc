#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/errors.h"
#include "engine/parquet_footer.h"
#include "engine/thrift.h"

namespace tarn::engine {
namespace {

using thrift::kGroup;
using thrift::Reader;
using thrift::SchemaElement;

// What a leaf inherits from the groups above it.
struct Above {
  std::vector<std::string> path;
  bool repeated = false;
  int depth = 0;
};

class Leaves {
 public:
  Leaves(const std::vector<SchemaElement>& elements, std::vector<ParquetLeaf>& out) : elements_(elements), out_(out) {}

  bool Collect() {
    if (elements_.empty()) return false;
    const int64_t count = elements_[next_++].children;
    for (int64_t i = 0; i < count; ++i) {
      if (!Node({})) return false;
    }
    return true;
  }

 private:
  // `named`: false for the middle group of a list or map, which no path tells.
  bool Node(Above above, bool named = true) {
    if (next_ >= elements_.size() || above.depth > thrift::kDepthMax) return false;
    const SchemaElement& element = elements_[next_++];
    above.repeated = above.repeated || element.repetition == 2;
    ++above.depth;
    if (named) above.path.push_back(element.name);
    if (element.physical == kGroup) {
      const bool list = element.logical == 3 || element.converted == 3;
      const bool map = element.logical == 2 || element.converted == 1 || element.converted == 2;
      const bool middle = (list || map) && element.children == 1;
      for (int64_t i = 0; i < element.children; ++i) {
        if (!Node(above, !middle)) return false;
      }
      return true;
    }
    ParquetLeaf leaf;
    if (!named) above.path.emplace_back("element");  // a list of two levels
    leaf.path = std::move(above.path);
    leaf.field_id = static_cast<int32_t>(element.field_id);
    leaf.physical = static_cast<int>(element.physical);
    leaf.repeated = above.repeated;
    leaf.unsigned_order =
        (element.logical == 10 && !element.integer_signed) || (element.converted >= 11 && element.converted <= 14);
    leaf.timestamp_unit = TimeUnit(element);
    out_.push_back(std::move(leaf));
    return true;
  }

  static int64_t TimeUnit(const SchemaElement& element) {
    if (element.time_unit == 1 || element.converted == 7 || element.converted == 9) return 1'000;
    if (element.time_unit == 2 || element.converted == 8 || element.converted == 10) return 1'000'000;
    return element.time_unit == 3 ? 1'000'000'000 : 0;
  }

  const std::vector<SchemaElement>& elements_;
  std::vector<ParquetLeaf>& out_;
  size_t next_ = 0;
};

// min_value and max_value; the old fields only where their order is the signed one.
void ReadStatistics(Reader& in, int physical, ParquetLeaf::Chunk& chunk) {
  std::optional<std::string> old_min, old_max;
  in.Struct([&](int16_t id, uint8_t type) {
    if (id == 3 && type == 6) {
      chunk.nulls = in.Integer();
    } else if (type == 8 && (id == 1 || id == 2 || id == 5 || id == 6)) {
      auto& into = id == 1 ? old_max : id == 2 ? old_min : id == 5 ? chunk.max : chunk.min;
      into = std::string(in.Bytes());
    } else {
      in.Skip(type);
    }
  });
  const bool numbers = physical == thrift::kInt32 || physical == thrift::kInt64 || physical == thrift::kFloat ||
                       physical == thrift::kDoubleType;
  if (!numbers) return;
  if (!chunk.min) chunk.min = std::move(old_min);
  if (!chunk.max) chunk.max = std::move(old_max);
}

// Column metadata; answers where the chunk's first page lies.
int64_t ReadColumn(Reader& in, int physical, ParquetLeaf::Chunk& chunk) {
  int64_t data_page = 0, dictionary_page = 0;
  in.Struct([&](int16_t id, uint8_t type) {
    if (type == 6 && (id == 5 || id == 7 || id == 9 || id == 11)) {
      int64_t& into = id == 5 ? chunk.values : id == 7 ? chunk.bytes : id == 9 ? data_page : dictionary_page;
      into = in.Integer();
    } else if (id == 12 && type == 12) {
      ReadStatistics(in, physical, chunk);
    } else {
      in.Skip(type);
    }
  });
  return dictionary_page > 0 ? std::min(dictionary_page, data_page) : data_page;
}

void ReadRowGroup(Reader& in, ParquetDetails& details) {
  int64_t offset = -1;
  size_t column = 0;
  in.Struct([&](int16_t id, uint8_t type) {
    if (id != 1 || type != 9) return in.Skip(type);
    in.List([&](uint8_t element) {
      if (element != 12 || column >= details.leaves.size()) return in.Break();
      ParquetLeaf& leaf = details.leaves[column++];
      leaf.chunks.emplace_back();
      in.Struct([&](int16_t chunk_id, uint8_t chunk_type) {
        if (chunk_id != 3 || chunk_type != 12) return in.Skip(chunk_type);
        const int64_t at = ReadColumn(in, leaf.physical, leaf.chunks.back());
        if (offset < 0 || at < offset) offset = at;
      });
    });
  });
  if (offset >= 0) details.row_group_offsets.push_back(offset);
}

}  // namespace

Result<ParquetDetails> DecodeParquetDetails(std::string_view metadata) {
  ParquetDetails details;
  std::vector<SchemaElement> schema;
  Reader in(metadata);
  in.Struct([&](int16_t id, uint8_t type) {
    if (id == 2 && type == 9) {
      in.List([&](uint8_t element) {
        if (element != 12) return in.Break();
        schema.push_back(thrift::ReadSchemaElement(in));
      });
      details.leaves.clear();
      if (!Leaves(schema, details.leaves).Collect()) in.Break();
    } else if (id == 3 && type == 6) {
      const int64_t rows = in.Integer();
      if (rows < 0) return in.Break();
      details.rows = static_cast<uint64_t>(rows);
    } else if (id == 4 && type == 9) {
      in.List([&](uint8_t element) {
        if (element != 12) return in.Break();
        ReadRowGroup(in, details);
      });
    } else {
      in.Skip(type);
    }
  });
  if (in.failed()) return Fail(kBadData, "its footer cannot be decoded");
  return details;
}

Result<ParquetDetails> InspectParquetDetails(FileSource& source, const File& file) {
  TARN_TRY(auto open, source.Open(file));
  TARN_TRY(const std::string footer, ReadFooterBytes(*open, file));
  auto details = DecodeParquetDetails(footer);
  if (!details.ok()) {
    return Fail(kBadData, fmt::format("{} is not a valid Parquet file: {}", file.path, details.error().message));
  }
  return details;
}

}  // namespace tarn::engine
