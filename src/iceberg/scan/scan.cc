#include "iceberg/scan/scan.h"

#include <fmt/format.h>

#include <algorithm>

#include "iceberg/errors.h"

namespace tarn::iceberg {
namespace {

constexpr int32_t kDeletePathFieldId = 2147483546;

std::string PartitionKey(int32_t spec_id, const Values& partition) {
  std::string key = std::to_string(spec_id);
  for (const Value& value : partition) {
    const std::string bytes = value.is_null() ? std::string() : ValueToBytes(Type(), value);
    key += fmt::format("|{}{}:", value.is_null() ? 'n' : 'v', bytes.size());
    key += bytes;
  }
  return key;
}

// The data file that a position delete file is about, if it is about one alone.
std::optional<std::string> Target(const DataFile& file) {
  if (file.referenced_data_file) return file.referenced_data_file;
  const std::string* lower = FindColumn(file.lower_bounds, kDeletePathFieldId);
  const std::string* upper = FindColumn(file.upper_bounds, kDeletePathFieldId);
  // Bounds may be cut, but not both to the same text.
  if (lower != nullptr && upper != nullptr && *lower == *upper) return *lower;
  return std::nullopt;
}

// The struct of a spec's tuples. A column that the schema lacks (it was dropped, or came later) is typed by another
// one.
Type TupleType(const TableMetadata& metadata, const PartitionSpec& spec, const Schema& schema) {
  std::vector<Field> fields = PartitionType(spec, schema).fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    const PartitionField& field = spec.fields[i];
    if (schema.FindField(field.source_id()) != nullptr) continue;
    for (const SchemaPtr& other : metadata.schemas) {
      const Field* source = other->FindField(field.source_id());
      if (source != nullptr) fields[i].type = ResultType(field.transform, source->type);
    }
  }
  return Type::Struct(std::move(fields));
}

}  // namespace

Scan::Scan(const TableMetadata& metadata, const Schema& schema, Expression filter, ManifestColumns columns)
    : metadata_(metadata), filter_(std::move(filter)), columns_(std::move(columns)) {
  for (const PartitionSpec& spec : metadata.specs) {
    specs_[spec.spec_id] = {&spec, TupleType(metadata, spec, schema), ProjectInclusive(filter_, spec)};
  }
  const std::vector<int32_t> ids = FieldIds(filter_);
  if (ids.empty()) return;
  // Decode the statistics that the filter looks at; all of them when the caller wants all.
  const bool all = (columns_.counts || columns_.bounds) && columns_.fields.empty();
  columns_.counts = columns_.bounds = true;
  if (!all) columns_.fields.insert(columns_.fields.end(), ids.begin(), ids.end());
}

const Scan::SpecPlan* Scan::FindSpec(int32_t id) const {
  const auto plan = specs_.find(id);
  return plan == specs_.end() ? nullptr : &plan->second;
}

const Type* Scan::TupleTypeOf(int32_t spec_id) const {
  const SpecPlan* plan = FindSpec(spec_id);
  return plan == nullptr ? nullptr : &plan->partition_type;
}

bool Scan::Wants(const ManifestFile& manifest) const {
  if (!manifest.has_live()) return false;
  const SpecPlan* plan = FindSpec(manifest.spec_id);
  if (plan == nullptr) return true;  // an error when it is read
  // Deletes of an unpartitioned spec are summarized by nothing and wanted always.
  return MayMatch(plan->projected, manifest, plan->partition_type);
}

Status Scan::AddDeletes(const ManifestFile& manifest, std::string_view bytes) {
  const SpecPlan* plan = FindSpec(manifest.spec_id);
  if (plan == nullptr) return Fail(kCorrupt, fmt::format("a manifest is of the unknown spec {}", manifest.spec_id));
  TARN_TRY(ManifestReader reader,
           ManifestReader::Open(bytes, manifest, plan->partition_type, {false, true, false, {kDeletePathFieldId}}));
  ManifestEntry entry;
  while (true) {
    TARN_TRY(const bool more, reader.Next(entry));
    if (!more) return Ok();
    if (!entry.is_live()) continue;
    deletes_.push_back(
        std::make_unique<DeleteFile>(DeleteFile{std::move(entry.file), entry.sequence_number.value_or(0)}));
    const DeleteFile* added = deletes_.back().get();
    const DataFile& file = added->file;
    const std::optional<std::string> target =
        file.content == FileContent::kPositionDeletes ? Target(file) : std::nullopt;
    if (file.is_deletion_vector()) {
      if (!target) return Fail(kCorrupt, "a deletion vector does not name its data file");
      if (!vectors_.emplace(*target, added).second) {
        return Fail(kCorrupt, fmt::format("Can't index multiple DVs for {}", *target));
      }
    } else if (target) {
      by_path_[*target].push_back(added);
    } else if (file.content == FileContent::kEqualityDeletes && plan->spec->is_unpartitioned()) {
      global_equality_.push_back(added);
    } else {
      by_partition_[PartitionKey(file.spec_id, file.partition)].push_back(added);
    }
  }
}

void Scan::FindDeletes(const ManifestEntry& entry, std::vector<const DeleteFile*>& out) const {
  if (deletes_.empty()) return;
  const int64_t sequence = entry.sequence_number.value_or(0);
  const DeleteFile* vector = nullptr;
  if (const auto found = vectors_.find(entry.file.path); found != vectors_.end()) {
    if (found->second->sequence_number >= sequence) vector = found->second;
  }
  const auto add = [&](const DeleteFile* each) {
    const bool equality = each->file.content == FileContent::kEqualityDeletes;
    // An equality delete is about older rows alone; positions are about their own commit's too, unless a vector has
    // them all.
    if (equality ? each->sequence_number > sequence : vector == nullptr && each->sequence_number >= sequence) {
      out.push_back(each);
    }
  };
  for (const DeleteFile* each : global_equality_) add(each);
  if (const auto found = by_partition_.find(PartitionKey(entry.file.spec_id, entry.file.partition));
      found != by_partition_.end()) {
    for (const DeleteFile* each : found->second) add(each);
  }
  if (const auto found = by_path_.find(entry.file.path); found != by_path_.end()) {
    for (const DeleteFile* each : found->second) add(each);
  }
  if (vector != nullptr) out.push_back(vector);
}

Status Scan::PlanManifest(const ManifestFile& manifest, std::string_view bytes, const ScanSink& sink,
                          const EntryRange& range) const {
  const SpecPlan* plan = FindSpec(manifest.spec_id);
  if (plan == nullptr) return Fail(kCorrupt, fmt::format("a manifest is of the unknown spec {}", manifest.spec_id));
  TARN_TRY(ManifestReader reader, ManifestReader::Open(bytes, manifest, plan->partition_type, columns_));
  ManifestEntry entry;
  const RowValues partition = [&](int32_t field_id) -> Value {
    const auto& fields = plan->partition_type.fields();
    for (size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].id == field_id) return entry.file.partition[i];
    }
    return {};
  };
  for (int64_t at = 0; at < range.last; ++at) {
    TARN_TRY(const bool more, reader.Next(entry));
    if (!more) break;
    if (at < range.first) continue;
    if (!entry.is_live() || entry.file.content != FileContent::kData) continue;
    if (!plan->projected.is_true() && !Matches(plan->projected, partition)) continue;
    if (!filter_.is_true() && !MayMatch(filter_, entry.file)) continue;
    ScanTask task;
    task.residual = Residual(filter_, *plan->spec, plan->partition_type, entry.file.partition);
    if (task.residual.is_false()) continue;
    task.entry = &entry;
    FindDeletes(entry, task.deletes);
    TARN_CHECK(sink(std::move(task)));
  }
  return Ok();
}

}  // namespace tarn::iceberg
