#include "tables/read.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <mutex>
#include <set>
#include <utility>

#include "base/hash.h"
#include "base/strings.h"
#include "engine/errors.h"
#include "iceberg/errors.h"
#include "iceberg/manifest/reader.h"
#include "iceberg/puffin/positions.h"
#include "iceberg/schema/evolve.h"
#include "tables/object_file.h"
#include "tables/types.h"

namespace tarn::tables {
namespace {

using iceberg::TypeId;

// Files are told apart by path and size: a path names the same bytes for ever.
class TableFiles : public engine::FileSource {
 public:
  TableFiles(object::Files files, catalog::MayOpen may_open)
      : files_(std::move(files)), may_open_(std::move(may_open)) {}

  Result<std::unique_ptr<engine::OpenFile>> Open(const engine::File& file) override {
    if (may_open_) TARN_CHECK(may_open_(file.path));
    TARN_TRY(const object::Location place, object::ParseLocation(file.path));
    TARN_TRY(object::Version version, files_.Head(place.bucket, place.key));
    if (version.size != file.size_bytes) {
      return Fail(engine::kCannotOpenFile,
                  fmt::format("{} has {} bytes, its manifest says {}", file.path, version.size, file.size_bytes));
    }
    return std::unique_ptr<engine::OpenFile>(std::make_unique<ObjectFile>(files_, std::move(version)));
  }

 private:
  object::Files files_;
  const catalog::MayOpen may_open_;  // from several threads
};

class TailedFiles : public engine::FileSource {
 public:
  TailedFiles(std::shared_ptr<engine::FileSource> inner, std::shared_ptr<const Tail> tail)
      : inner_(std::move(inner)), tail_(std::move(tail)) {}

  Result<std::unique_ptr<engine::OpenFile>> Open(const engine::File& file) override {
    return tail_->files->Has(file.path) ? tail_->files->Open(file.path) : inner_->Open(file);
  }

 private:
  const std::shared_ptr<engine::FileSource> inner_;
  const std::shared_ptr<const Tail> tail_;
};

// A value as the engine takes it: text in the column's type.
std::string EngineText(const iceberg::Type& type, const iceberg::Value& value) {
  switch (type.id()) {
    case TypeId::kFixed:
    case TypeId::kBinary: {
      std::string text;
      for (const char c : *value.As<std::string>()) text += fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
      return text;
    }
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs: {
      const int64_t nanos = value.Integer();
      const int64_t micros = nanos / 1000 - (nanos % 1000 < 0 ? 1 : 0);
      const bool zone = type.id() == TypeId::kTimestampTzNs;
      return iceberg::ValueText(zone ? TypeId::kTimestampTz : TypeId::kTimestamp, iceberg::Value(micros));
    }
    default:
      return iceberg::ValueText(type, value);
  }
}

engine::FieldIds IdsOf(const iceberg::Field& field) {
  engine::FieldIds ids{.id = field.id, .initial_default = std::nullopt, .children = {}};
  if (field.initial_default && field.type.is_primitive()) {
    ids.initial_default = EngineText(field.type, *field.initial_default);
  }
  for (const iceberg::Field& child : field.type.fields()) ids.children.push_back(IdsOf(child));
  return ids;
}

std::vector<engine::NamedField> NamesOf(const std::vector<iceberg::MappedField>& fields) {
  std::vector<engine::NamedField> names;
  names.reserve(fields.size());
  for (const iceberg::MappedField& field : fields) {
    names.push_back({.names = field.names, .id = field.field_id, .fields = NamesOf(field.fields)});
  }
  return names;
}

// True when a column that is a double now was a float once.
bool WasNarrower(const iceberg::TableMetadata& metadata, const iceberg::Schema& schema) {
  for (const int32_t id : schema.ids()) {
    if (schema.FindField(id)->type.id() != TypeId::kDouble) continue;
    for (const iceberg::SchemaPtr& other : metadata.schemas) {
      const iceberg::Field* field = other->FindField(id);
      if (field != nullptr && field->type.id() == TypeId::kFloat) return true;
    }
  }
  return false;
}

bool IsDelete(const iceberg::DataFile& file) { return file.content != iceberg::FileContent::kData; }

std::set<int32_t> EqualityIdsOf(const Tail* tail) {
  std::set<int32_t> ids;
  if (tail == nullptr) return ids;
  for (const Tail::Commit& commit : tail->commits) {
    for (const iceberg::DataFile& file : commit) ids.insert(file.equality_ids.begin(), file.equality_ids.end());
  }
  return ids;
}

// Ids of the columns that equality deletes of the snapshot and its tail compare.
Result<std::vector<int32_t>> EqualityIds(const Reader& reader, const iceberg::TableMetadata& metadata,
                                         const catalog::ScanState& state, const Tail* tail) {
  std::set<int32_t> ids = EqualityIdsOf(tail);
  const auto as_list = [&] { return std::vector<int32_t>(ids.begin(), ids.end()); };
  if (state.snapshot == nullptr) return as_list();
  const auto known = state.snapshot->summary.find("total-equality-deletes");
  if (known != state.snapshot->summary.end() && known->second == "0") return as_list();
  TARN_TRY(const catalog::ManifestFiles manifests,
           reader.manifests.ListOf(reader.scope, *state.snapshot, reader.may_open));
  std::vector<const iceberg::ManifestFile*> deletes;
  for (const iceberg::ManifestFile& manifest : *manifests) {
    if (manifest.content == iceberg::ManifestContent::kDeletes && manifest.has_live()) deletes.push_back(&manifest);
  }
  std::mutex mutex;
  TARN_CHECK(reader.manifests.ForEach(
      reader.scope, deletes, [&](const iceberg::ManifestFile& manifest, std::string_view bytes) -> Status {
        const iceberg::PartitionSpec* spec = metadata.FindSpec(manifest.spec_id);
        if (spec == nullptr) return Fail(iceberg::kCorrupt, "a manifest is of an unknown partition spec");
        TARN_TRY(auto entries,
                 iceberg::ManifestReader::Open(bytes, manifest, iceberg::PartitionType(*spec, *state.schema),
                                               {false, false, true, {}}));
        iceberg::ManifestEntry entry;
        while (true) {
          TARN_TRY(const bool more, entries.Next(entry));
          if (!more) return Ok();
          if (!entry.is_live() || entry.file.content != iceberg::FileContent::kEqualityDeletes) continue;
          std::lock_guard lock(mutex);
          ids.insert(entry.file.equality_ids.begin(), entry.file.equality_ids.end());
        }
      }));
  return as_list();
}

// A column of any of the table's schemas, the youngest that has it.
const iceberg::Field* FindColumnEver(const iceberg::TableMetadata& metadata, int32_t id) {
  for (auto schema = metadata.schemas.rbegin(); schema != metadata.schemas.rend(); ++schema) {
    for (const iceberg::Field& column : (*schema)->columns()) {
      if (column.id == id) return &column;
    }
  }
  return nullptr;
}

class SnapshotFiles : public engine::FilePlanner {
 public:
  SnapshotFiles(Reader reader, std::shared_ptr<const iceberg::TableMetadata> metadata, catalog::ScanState state,
                ReadOptions options)
      : reader_(std::move(reader)),
        metadata_(std::move(metadata)),
        state_(std::move(state)),
        options_(std::move(options)) {
    if (options_.tail == nullptr) return;
    for (const Tail::Commit& commit : options_.tail->commits) {
      for (const iceberg::DataFile& file : commit) {
        if (!IsDelete(file)) continue;
        tail_deletes_.push_back(std::make_shared<const iceberg::DeleteFile>(
            iceberg::DeleteFile{file, NumberOf(&commit - options_.tail->commits.data())}));
      }
    }
  }

  Result<std::vector<engine::File>> Plan(const engine::Condition& condition) override {
    std::vector<engine::File> files;
    const auto add = [&](catalog::PlannedFile planned) -> Status {
      for (const auto& deletes : tail_deletes_) {
        if (deletes->sequence_number > planned.entry.sequence_number.value_or(0)) planned.deletes.push_back(deletes);
      }
      TARN_TRY(engine::File file, FileOf(planned));
      files.push_back(std::move(file));
      return Ok();
    };
    if (options_.files) {
      for (const catalog::PlannedFile& planned : *options_.files) TARN_CHECK(add(planned));
      return files;
    }
    TARN_CHECK(ForTail(add));
    if (state_.snapshot == nullptr) return files;
    catalog::ScanRequest request;
    request.state = state_;
    request.filter = ToExpression(condition, *state_.schema);
    request.may_open = reader_.may_open;
    TARN_CHECK(reader_.planner.Plan(reader_.scope, metadata_, request,
                                    [&](catalog::PlannedFile&& planned) { return add(std::move(planned)); }));
    // In the order of their commits and paths, whatever the planner's threads did.
    std::sort(files.begin(), files.end(), [](const engine::File& a, const engine::File& b) {
      const int64_t first = a.detail->sequence_number.value_or(0), second = b.detail->sequence_number.value_or(0);
      return first != second ? first < second : a.path < b.path;
    });
    return files;
  }

 private:
  // Of the commit that the tail's nth would be.
  int64_t NumberOf(ptrdiff_t commit) const { return metadata_->last_sequence_number + 1 + commit; }

  Status ForTail(const std::function<Status(catalog::PlannedFile)>& add) const {
    if (options_.tail == nullptr) return Ok();
    const auto& commits = options_.tail->commits;
    for (size_t i = 0; i < commits.size(); ++i) {
      for (const iceberg::DataFile& file : commits[i]) {
        if (IsDelete(file)) continue;
        catalog::PlannedFile planned;
        planned.entry.file = file;
        planned.entry.sequence_number = NumberOf(static_cast<ptrdiff_t>(i));
        TARN_CHECK(add(std::move(planned)));
      }
    }
    return Ok();
  }

  Result<engine::File> FileOf(const catalog::PlannedFile& planned) {
    const iceberg::DataFile& data = planned.entry.file;
    if (!EqualsIgnoreCase(data.format, "parquet")) {
      return Fail(iceberg::kUnsupported, fmt::format("data files in {} cannot be read: {}", data.format, data.path));
    }
    engine::File file = Identity(data);
    file.rows = static_cast<uint64_t>(std::max<int64_t>(data.record_count, 0));
    const iceberg::SnapshotPtr added =
        planned.entry.snapshot_id ? metadata_->FindSnapshot(*planned.entry.snapshot_id) : nullptr;
    if (added != nullptr) file.modified = Timestamp{added->timestamp_ms * 1000};
    auto detail = std::make_shared<engine::FileDetail>();
    AddConstants(data, *detail);
    for (const auto& deletes : planned.deletes) {
      TARN_TRY(auto of, DeletesOf(deletes));
      detail->deletes.push_back(std::move(of));
    }
    if (const auto more = options_.deleted.find(data.path); more != options_.deleted.end()) {
      detail->deleted = more->second;
    }
    detail->first_row_id = data.first_row_id;
    detail->sequence_number = planned.entry.sequence_number;
    file.detail = std::move(detail);
    return file;
  }

  static engine::File Identity(const iceberg::DataFile& data) {
    engine::File file;
    file.path = data.path;
    file.size_bytes = static_cast<uint64_t>(std::max<int64_t>(data.file_bytes, 0));
    file.id = fmt::format("{}#{}", data.path, data.file_bytes);
    return file;
  }

  // Values of identity partition fields, which a file may leave out.
  void AddConstants(const iceberg::DataFile& data, engine::FileDetail& detail) const {
    const iceberg::PartitionSpec* spec = metadata_->FindSpec(data.spec_id);
    if (spec == nullptr) return;
    for (size_t i = 0; i < spec->fields.size() && i < data.partition.size(); ++i) {
      const iceberg::PartitionField& field = spec->fields[i];
      if (field.transform.kind != iceberg::TransformKind::kIdentity) continue;
      const iceberg::Field* source = state_.schema->FindField(field.source_id());
      if (source == nullptr) continue;
      const iceberg::Value& value = data.partition[i];
      detail.constants.emplace_back(source->id,
                                    value.is_null() ? std::nullopt : std::optional(EngineText(source->type, value)));
    }
  }

  Result<std::shared_ptr<const engine::DeleteFile>> DeletesOf(
      const std::shared_ptr<const iceberg::DeleteFile>& deletes) {
    std::lock_guard lock(mutex_);
    auto& known = deletes_[deletes.get()];
    if (known.second) return known.second;
    const iceberg::DataFile& data = deletes->file;
    auto file = std::make_shared<engine::DeleteFile>();
    if (data.is_deletion_vector()) {
      file->kind = engine::DeleteFile::Kind::kVector;
      file->offset = static_cast<uint64_t>(std::max<int64_t>(*data.content_offset, 0));
      file->length = static_cast<uint64_t>(std::max<int64_t>(data.content_bytes.value_or(0), 0));
    } else {
      if (!EqualsIgnoreCase(data.format, "parquet")) {
        return Fail(iceberg::kUnsupported,
                    fmt::format("delete files in {} cannot be read: {}", data.format, data.path));
      }
      file->kind = data.content == iceberg::FileContent::kEqualityDeletes ? engine::DeleteFile::Kind::kEquality
                                                                          : engine::DeleteFile::Kind::kPositions;
      file->equality_ids = data.equality_ids;
    }
    file->file = std::make_shared<const engine::File>(Identity(data));
    known = {deletes, file};
    return std::shared_ptr<const engine::DeleteFile>(std::move(file));
  }

  Reader reader_;
  const std::shared_ptr<const iceberg::TableMetadata> metadata_;
  const catalog::ScanState state_;
  const ReadOptions options_;
  std::vector<std::shared_ptr<const iceberg::DeleteFile>> tail_deletes_;
  std::mutex mutex_;
  // By the planner's own; what is kept alive keeps its address.
  std::map<const iceberg::DeleteFile*,
           std::pair<std::shared_ptr<const iceberg::DeleteFile>, std::shared_ptr<const engine::DeleteFile>>>
      deletes_;
};

Result<std::vector<uint64_t>> DecodeVector(std::string_view blob) {
  TARN_TRY(const iceberg::Positions positions, iceberg::ParseDeletionVector(blob));
  return positions.ToVector();
}

Status AddColumns(const iceberg::Schema& schema, engine::TableBinding& binding) {
  std::set<std::string> names;
  for (const iceberg::Field& column : schema.columns()) {
    TARN_TRY(engine::Type type, ToEngine(column.type));
    std::string name = AsciiLower(column.name);
    if (!names.insert(name).second) {
      return Fail(iceberg::kUnsupported, fmt::format("two columns are called {} but for letter case", name));
    }
    binding.columns.push_back({std::move(name), std::move(type), IdsOf(column)});
  }
  return Ok();
}

// Columns that equality deletes compare are read, even those that the table has no more.
Status AddEqualityColumns(const iceberg::TableMetadata& metadata, const std::vector<int32_t>& ids,
                          engine::TableBinding& binding) {
  for (const int32_t id : ids) {
    auto place = std::find_if(binding.columns.begin(), binding.columns.end(),
                              [&](const engine::ColumnDef& column) { return column.field->id == id; });
    if (place == binding.columns.end()) {
      const iceberg::Field* column = FindColumnEver(metadata, id);
      if (column == nullptr || !column->type.is_primitive()) {
        return Fail(iceberg::kUnsupported, fmt::format("equality deletes on the nested field {} cannot be read", id));
      }
      TARN_TRY(engine::Type type, ToEngine(column->type));
      std::string name = fmt::format("$deleted_by_{}", id);
      binding.hidden_columns.push_back(name);
      binding.columns.push_back({std::move(name), std::move(type), IdsOf(*column)});
      place = std::prev(binding.columns.end());
    }
    binding.table_format.equality_columns.push_back(static_cast<size_t>(place - binding.columns.begin()));
  }
  return Ok();
}

}  // namespace

std::shared_ptr<engine::FileSource> WithTail(std::shared_ptr<engine::FileSource> inner,
                                             std::shared_ptr<const Tail> tail) {
  return std::make_shared<TailedFiles>(std::move(inner), std::move(tail));
}

Result<std::shared_ptr<engine::TableBinding>> BindForRead(const Reader& reader,
                                                          std::shared_ptr<const iceberg::TableMetadata> metadata,
                                                          const catalog::ScanState& state, ReadOptions options) {
  auto binding = std::make_shared<engine::TableBinding>();
  binding->format = engine::Format::kParquet;
  binding->partitions.emplace_back();
  binding->row_filter = std::move(options.row_filter);
  binding->hidden_columns = std::move(options.hidden_columns);
  TARN_CHECK(AddColumns(*state.schema, *binding));
  TARN_TRY(const std::vector<int32_t> compared, EqualityIds(reader, *metadata, state, options.tail.get()));
  TARN_CHECK(AddEqualityColumns(*metadata, compared, *binding));
  const auto mapping = metadata->properties.find("schema.name-mapping.default");
  if (mapping != metadata->properties.end()) {
    TARN_TRY(const iceberg::NameMapping names, iceberg::NameMapping::Parse(mapping->second));
    binding->table_format.name_mapping = NamesOf(names.fields);
  }
  binding->table_format.decode_vector = DecodeVector;
  binding->table_format.filter_above = WasNarrower(*metadata, *state.schema);
  binding->source = std::make_shared<TableFiles>(reader.files, reader.may_open);
  binding->planner = std::make_shared<SnapshotFiles>(reader, std::move(metadata), state, std::move(options));
  return binding;
}

}  // namespace tarn::tables
