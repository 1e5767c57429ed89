#include "tables/write.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/random.h"
#include "base/strings.h"
#include "iceberg/errors.h"
#include "tables/bloom.h"
#include "tables/stored_files.h"
#include "tables/transform_sql.h"
#include "tables/types.h"

namespace tarn::tables {
namespace {

using engine::ColumnIds;

constexpr uint64_t kFileBytesDefault = 512ull << 20;
constexpr int32_t kRowIdField = 2147483540;
constexpr int32_t kLastUpdatedField = 2147483539;

const std::string* Property(const iceberg::TableMetadata& metadata, const std::string& key) {
  const auto found = metadata.properties.find(key);
  return found == metadata.properties.end() ? nullptr : &found->second;
}

ColumnIds IdsOf(const iceberg::Field& field) {
  ColumnIds ids{field.id, {}};
  for (const iceberg::Field& child : field.type.fields()) ids.children.push_back(IdsOf(child));
  return ids;
}

Result<engine::WriteTarget::Codec> CodecOf(const iceberg::TableMetadata& metadata) {
  using Codec = engine::WriteTarget::Codec;
  const std::string* given = Property(metadata, "write.parquet.compression-codec");
  const std::string codec = given == nullptr ? "zstd" : AsciiLower(*given);
  if (codec == "zstd") return Codec::kZstd;
  if (codec == "snappy") return Codec::kSnappy;
  if (codec == "gzip") return Codec::kGzip;
  if (codec == "uncompressed" || codec == "none") return Codec::kNone;
  return Fail(iceberg::kUnsupported, fmt::format("files cannot be written with compression {}", *given));
}

uint64_t FileBytes(const iceberg::TableMetadata& metadata, const WriteOptions& options) {
  if (options.file_bytes) return *options.file_bytes;
  const std::string* given = Property(metadata, "write.target-file-size-bytes");
  const auto bytes = given == nullptr ? std::nullopt : ParseI64(*given);
  return bytes && *bytes > 0 ? static_cast<uint64_t>(*bytes) : kFileBytesDefault;
}

// A partition field whose value tells files apart: all but void ones.
struct Key {
  size_t field = 0;  // in the spec
  iceberg::Type source;
};

// The query that the engine runs, and how its columns are meant.
struct Laid {
  std::string sql;
  engine::Layout layout;
  std::vector<Key> keys;
};

Result<const iceberg::Field*> SourceOf(const iceberg::Schema& schema, int32_t id) {
  const iceberg::Field* field = schema.FindField(id);
  if (field == nullptr) return Fail(iceberg::kInvalid, fmt::format("a transform reads column {}, which is gone", id));
  return field;
}

// A column by its full name, "a.b" of structs, as an expression over the inner query.
Result<std::string> ColumnSql(const iceberg::Schema& schema, int32_t id) {
  TARN_TRY(const iceberg::Field* field, SourceOf(schema, id));
  const auto parent = schema.ParentOf(id);
  if (!parent) {
    const auto& columns = schema.columns();
    for (size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].id == id) return fmt::format("q.c{}", i);
    }
  }
  TARN_TRY(const std::string outer, ColumnSql(schema, *parent));
  return fmt::format("({}).{}", outer, Quote(field->name));
}

Result<std::string> SortSql(const iceberg::Schema& schema, const iceberg::SortOrder& order) {
  std::string text;
  for (const iceberg::SortField& field : order.fields) {
    TARN_TRY(const iceberg::Field* source, SourceOf(schema, field.source_id()));
    TARN_TRY(const std::string column, ColumnSql(schema, field.source_id()));
    TARN_TRY(const std::string key, KeySql(field.transform, source->type, column));
    text +=
        fmt::format(", {} {} NULLS {}", key, field.descending ? "DESC" : "ASC", field.nulls_last ? "LAST" : "FIRST");
  }
  return text;
}

Result<Laid> LayOut(const iceberg::TableMetadata& metadata, const iceberg::PartitionSpec& spec, const Rows& rows,
                    const WriteOptions& options) {
  const iceberg::Schema& schema = metadata.schema();
  Laid laid;
  laid.layout.side = options.side_columns;
  laid.layout.flagged = options.side_columns > 0;
  std::string inner, list, order;
  const auto add = [&](const std::string& name, const std::string& as) {
    inner += (inner.empty() ? "" : ", ") + name;
    list += fmt::format("{}q.{} AS {}", list.empty() ? "" : ", ", name, as);
  };
  for (size_t i = 0; i < options.side_columns; ++i) add(fmt::format("s{}", i), fmt::format("\"$s{}\"", i));
  for (size_t i = 0; i < schema.columns().size(); ++i) {
    const iceberg::Field& column = schema.columns()[i];
    TARN_CHECK(DuckDbType(column.type));
    add(fmt::format("c{}", i), Quote(column.name));
    laid.layout.field_ids.push_back(IdsOf(column));
  }
  if (options.row_lineage) {
    add("r0", "_row_id");
    add("r1", "_last_updated_sequence_number");
    laid.layout.field_ids.push_back({kRowIdField, {}});
    laid.layout.field_ids.push_back({kLastUpdatedField, {}});
  }
  for (size_t i = 0; i < spec.fields.size(); ++i) {
    const iceberg::PartitionField& field = spec.fields[i];
    if (field.transform.kind == iceberg::TransformKind::kVoid) continue;
    TARN_TRY(const iceberg::Field* source, SourceOf(schema, field.source_id()));
    TARN_TRY(const std::string column, ColumnSql(schema, field.source_id()));
    TARN_TRY(const std::string key, KeySql(field.transform, source->type, column));
    list += fmt::format(", {} AS \"$k{}\"", key, laid.keys.size());
    order += fmt::format(", \"$k{}\" NULLS FIRST", laid.keys.size());
    laid.keys.push_back({i, source->type});
  }
  laid.layout.keys = laid.keys.size();
  for (const std::string& item : options.cluster) order += ", " + item;
  if (options.cluster.empty()) {
    TARN_TRY(const std::string sort, SortSql(schema, options.sort ? *options.sort : metadata.sort_order()));
    order += sort;
  }
  laid.sql = fmt::format("SELECT {} FROM ({}) AS q({})", list, rows.select, inner);
  if (!order.empty()) laid.sql += " ORDER BY " + order.substr(2);
  return laid;
}

// Puts files where the table wants them.
class TableSink : public StoredFiles {
 public:
  TableSink(const object::Files& files, const iceberg::TableMetadata& metadata, const iceberg::PartitionSpec& spec,
            const std::vector<Key>& keys, const WriteOptions& options)
      : StoredFiles(files, FolderOf(metadata, options), options.memory),
        metadata_(metadata),
        spec_(spec),
        keys_(keys),
        folder_(FolderOf(metadata, options)) {}

  Result<iceberg::Values> Partition(const std::vector<std::optional<std::string>>& texts) const {
    iceberg::Values values(spec_.fields.size());
    for (size_t i = 0; i < keys_.size() && i < texts.size(); ++i) {
      TARN_TRY(values[keys_[i].field], KeyValue(spec_.fields[keys_[i].field].transform, keys_[i].source, texts[i]));
    }
    return values;
  }

 private:
  // `name`: "0=value/1=value/name", the keys in order.
  Result<std::string> UrlOf(const std::string& name) const override {
    std::vector<std::optional<std::string>> texts;
    const size_t slash = name.rfind('/');
    if (slash == std::string::npos) return folder_ + "/" + name;
    for (const std::string_view part : Split(std::string_view(name).substr(0, slash), '/')) {
      const std::string_view text = part.substr(part.find('=') + 1);
      texts.emplace_back();
      if (text != "__HIVE_DEFAULT_PARTITION__") texts.back() = PercentDecode(text).value_or(std::string(text));
    }
    TARN_TRY(const iceberg::Values partition, Partition(texts));
    return folder_ + "/" + iceberg::PartitionPath(spec_, metadata_.schema(), partition) + name.substr(slash);
  }

  static std::string FolderOf(const iceberg::TableMetadata& metadata, const WriteOptions& options) {
    return options.memory != nullptr ? options.memory_folder : iceberg::DataFolder(metadata);
  }

  const iceberg::TableMetadata& metadata_;
  const iceberg::PartitionSpec& spec_;
  const std::vector<Key>& keys_;
  const std::string folder_;
};

Result<iceberg::DataFile> Describe(TableSink& sink, const iceberg::TableMetadata& metadata,
                                   const iceberg::PartitionSpec& spec, const engine::WrittenFile& written) {
  TARN_TRY(iceberg::DataFile file, sink.Describe(written.name, metadata.schema(), metadata.properties));
  file.spec_id = spec.spec_id;
  TARN_TRY(file.partition, sink.Partition(written.partition_values));
  return file;
}

}  // namespace

RunQuery RunOn(engine::Pool& pool) {
  return [&pool](engine::Query query) -> Result<engine::Outcome> {
    TARN_TRY(const auto execution, pool.Start(std::move(query)));
    engine::Outcome outcome = execution->Wait();
    if (!outcome.status.ok()) return outcome.status.error();
    return outcome;
  };
}

Result<std::string> DuckDbType(const iceberg::Type& type) {
  using iceberg::TypeId;
  switch (type.id()) {
    case TypeId::kBoolean:
      return std::string("BOOLEAN");
    case TypeId::kInt:
      return std::string("INTEGER");
    case TypeId::kLong:
      return std::string("BIGINT");
    case TypeId::kFloat:
      return std::string("FLOAT");
    case TypeId::kDouble:
      return std::string("DOUBLE");
    case TypeId::kDecimal:
      return fmt::format("DECIMAL({}, {})", type.precision(), type.scale());
    case TypeId::kDate:
      return std::string("DATE");
    case TypeId::kTime:
      return std::string("TIME");
    case TypeId::kTimestamp:
      return std::string("TIMESTAMP");
    case TypeId::kTimestampTz:
      return std::string("TIMESTAMPTZ");
    case TypeId::kTimestampNs:
      return std::string("TIMESTAMP_NS");
    case TypeId::kString:
      return std::string("VARCHAR");
    case TypeId::kUuid:
      return std::string("UUID");
    case TypeId::kBinary:
      return std::string("BLOB");
    case TypeId::kList: {
      TARN_TRY(const std::string element, DuckDbType(type.fields()[0].type));
      return element + "[]";
    }
    case TypeId::kMap: {
      TARN_TRY(const std::string key, DuckDbType(type.fields()[0].type));
      TARN_TRY(const std::string value, DuckDbType(type.fields()[1].type));
      return fmt::format("MAP({}, {})", key, value);
    }
    case TypeId::kStruct: {
      std::string fields;
      for (const iceberg::Field& field : type.fields()) {
        TARN_TRY(const std::string text, DuckDbType(field.type));
        fields += fmt::format("{}{} {}", fields.empty() ? "" : ", ", Quote(field.name), text);
      }
      return fmt::format("STRUCT({})", fields);
    }
    default:
      return Fail(iceberg::kUnsupported, fmt::format("columns of type {} cannot be written", iceberg::TypeText(type)));
  }
}

Result<WrittenRows> WriteDataFiles(const object::Files& files, const iceberg::TableMetadata& metadata, Rows rows,
                                   const WriteOptions& options, const RunQuery& run) {
  const int32_t spec_id = options.spec_id.value_or(metadata.default_spec_id);
  const iceberg::PartitionSpec* spec = metadata.FindSpec(spec_id);
  if (spec == nullptr) return Fail(iceberg::kInvalid, fmt::format("the table has no partition spec {}", spec_id));
  TARN_TRY(Laid laid, LayOut(metadata, *spec, rows, options));
  auto sink = std::make_shared<TableSink>(files, metadata, *spec, laid.keys, options);
  engine::WriteTarget target;
  target.sink = sink;
  TARN_TRY(target.codec, CodecOf(metadata));
  target.name_prefix = options.name_prefix.empty() ? "data" : options.name_prefix;
  target.file_bytes_target = FileBytes(metadata, options);
  target.layout = std::move(laid.layout);
  target.parquet_options = BloomOptions(metadata.properties);
  engine::Query query;
  query.sql = std::move(laid.sql);
  query.resolver = std::move(rows.resolver);
  query.sink = options.side;
  query.write = std::move(target);
  auto outcome = run(std::move(query));
  if (!outcome.ok()) {
    sink->RemoveAll();
    return outcome.error();
  }
  WrittenRows written;
  written.outcome = std::move(*outcome);
  for (const engine::WrittenFile& file : written.outcome.written) {
    auto described = Describe(*sink, metadata, *spec, file);
    if (!described.ok()) {
      sink->RemoveAll();
      return described.error();
    }
    const bool by_order = options.cluster.empty() && !options.sort && metadata.default_sort_order_id != 0;
    if (by_order) described->sort_order_id = metadata.default_sort_order_id;
    written.rows += file.rows;
    written.files.push_back(std::move(*described));
  }
  return written;
}

void RemoveFiles(const object::Files& files, const std::vector<iceberg::DataFile>& written) {
  for (const iceberg::DataFile& file : written) {
    const auto place = object::ParseLocation(file.path);
    if (place.ok()) (void)files.Delete(place->bucket, place->key).ok();
  }
}

}  // namespace tarn::tables
