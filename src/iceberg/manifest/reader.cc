#include "iceberg/manifest/reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "iceberg/errors.h"
#include "iceberg/manifest/decode.h"

namespace tarn::iceberg {

using avro::Input;
using avro::Kind;
using avro::Node;
using avro::NodeField;

namespace {

FieldSummary DecodeSummary(const Node& node, Input& input) {
  FieldSummary summary;
  const Node* at = Enter(node, input);
  if (at == nullptr || at->kind != Kind::kRecord) {
    input.Fail();
    return summary;
  }
  for (const NodeField& field : at->fields) {
    switch (field.field_id) {
      case 509:
        summary.contains_null = DecodeBool(*field.type, input).value_or(true);
        break;
      case 518:
        summary.contains_nan = DecodeBool(*field.type, input);
        break;
      case 510:
        summary.lower_bound = DecodeBytes(*field.type, input);
        break;
      case 511:
        summary.upper_bound = DecodeBytes(*field.type, input);
        break;
      default:
        avro::Skip(*field.type, input);
    }
  }
  return summary;
}

std::optional<int32_t> Narrow(std::optional<int64_t> number) {
  return number ? std::optional(static_cast<int32_t>(*number)) : std::nullopt;
}

void DecodeManifestField(const NodeField& field, Input& input, ManifestFile& out) {
  const Node& type = *field.type;
  switch (field.field_id) {
    case 500:
      out.path = DecodeBytes(type, input).value_or("");
      return;
    case 501:
      out.length = DecodeLong(type, input).value_or(0);
      return;
    case 502:
      out.spec_id = Narrow(DecodeLong(type, input)).value_or(0);
      return;
    case 517:
      out.content = DecodeLong(type, input).value_or(0) == 1 ? ManifestContent::kDeletes : ManifestContent::kData;
      return;
    case 515:
      out.sequence_number = DecodeLong(type, input);
      return;
    case 516:
      out.min_sequence_number = DecodeLong(type, input);
      return;
    case 503:
      out.snapshot_id = DecodeLong(type, input);
      return;
    case 504:
      out.added_files = Narrow(DecodeLong(type, input));
      return;
    case 505:
      out.existing_files = Narrow(DecodeLong(type, input));
      return;
    case 506:
      out.deleted_files = Narrow(DecodeLong(type, input));
      return;
    case 512:
      out.added_rows = DecodeLong(type, input);
      return;
    case 513:
      out.existing_rows = DecodeLong(type, input);
      return;
    case 514:
      out.deleted_rows = DecodeLong(type, input);
      return;
    case 519:
      out.key_metadata = DecodeBytes(type, input).value_or("");
      return;
    case 520:
      out.first_row_id = DecodeLong(type, input);
      return;
    case 507: {
      const Node* list = Enter(type, input);
      if (list == nullptr) return;
      if (list->kind != Kind::kArray) return input.Fail();
      while (int64_t count = input.ReadItemCount()) {
        for (; count > 0 && !input.failed(); --count) out.partitions.push_back(DecodeSummary(*list->parts[0], input));
      }
      return;
    }
    default:
      avro::Skip(type, input);
  }
}

}  // namespace

Result<std::vector<ManifestFile>> ReadManifestList(std::string_view bytes) {
  TARN_TRY(avro::ContainerReader reader, avro::ContainerReader::Open(bytes));
  const Node& root = reader.schema().root();
  if (root.kind != Kind::kRecord || root.FindField(500) == nullptr) {
    return Fail(kCorrupt, "the file is no manifest list");
  }
  std::vector<ManifestFile> manifests;
  while (true) {
    TARN_TRY(const bool more, reader.NextBlock());
    if (!more) return manifests;
    for (int64_t i = 0; i < reader.count(); ++i) {
      ManifestFile manifest;
      for (const NodeField& field : root.fields) DecodeManifestField(field, reader.input(), manifest);
      if (reader.input().failed() || manifest.path.empty()) return Fail(kCorrupt, "a manifest list's row is broken");
      // v1 lists know no sequence numbers.
      if (!manifest.sequence_number) manifest.sequence_number = 0;
      if (!manifest.min_sequence_number) manifest.min_sequence_number = 0;
      manifests.push_back(std::move(manifest));
    }
  }
}

struct ManifestReader::Plan {
  const Node* entry = nullptr;
  const Node* file = nullptr;
  const Node* partition = nullptr;
  std::vector<int> slots;  // per field of the writer's partition record: the index in the tuple, -1 to skip
};

Result<ManifestReader> ManifestReader::Open(std::string_view bytes, const ManifestFile& manifest,
                                            const Type& partition_type, ManifestColumns columns) {
  ManifestReader reader;
  TARN_TRY(reader.container_, avro::ContainerReader::Open(bytes));
  reader.manifest_ = manifest;
  reader.partition_type_ = partition_type;
  reader.columns_ = std::move(columns);
  std::sort(reader.columns_.fields.begin(), reader.columns_.fields.end());
  if (manifest.content == ManifestContent::kData) reader.next_row_id_ = manifest.first_row_id;
  TARN_CHECK(reader.BuildPlan());
  return reader;
}

Status ManifestReader::BuildPlan() {
  Plan plan;
  plan.entry = &container_.schema().root();
  const NodeField* file = plan.entry->kind == Kind::kRecord ? plan.entry->FindField(2) : nullptr;
  if (file == nullptr || plan.entry->FindField(0) == nullptr) return Fail(kCorrupt, "the file is no manifest");
  plan.file = file->type->NonNull();
  const NodeField* partition = plan.file->kind == Kind::kRecord ? plan.file->FindField(102) : nullptr;
  if (partition == nullptr || plan.file->FindField(100) == nullptr) return Fail(kCorrupt, "the file is no manifest");
  plan.partition = partition->type->NonNull();
  if (plan.partition->kind != Kind::kRecord) return Fail(kCorrupt, "a manifest's partitions are no records");
  const auto& wanted = partition_type_.fields();
  for (size_t i = 0; i < plan.partition->fields.size(); ++i) {
    const int32_t id = plan.partition->fields[i].field_id;
    int slot = -1;
    for (size_t j = 0; j < wanted.size(); ++j) {
      // Writers of v1 gave ids by position in each spec.
      if (wanted[j].id == id || (id == -1 && i == j)) slot = static_cast<int>(j);
    }
    plan.slots.push_back(slot);
  }
  plan_ = std::make_shared<const Plan>(std::move(plan));
  return Ok();
}

void ManifestReader::DecodePartition(Values& partition) {
  Input& input = container_.input();
  partition.assign(partition_type_.fields().size(), Value());
  const auto& fields = plan_->partition->fields;
  for (size_t i = 0; i < fields.size(); ++i) {
    const int slot = plan_->slots[i];
    if (slot < 0) {
      avro::Skip(*fields[i].type, input);
    } else {
      const auto at = static_cast<size_t>(slot);
      partition[at] = DecodeValue(*fields[i].type, partition_type_.fields()[at].type, input);
    }
  }
}

namespace {

// The members that are read the same way whatever is asked for. False: not one of them.
bool DecodeBasics(const NodeField& field, Input& input, DataFile& file) {
  const Node& type = *field.type;
  switch (field.field_id) {
    case 134:
      file.content = static_cast<FileContent>(std::clamp<int64_t>(DecodeLong(type, input).value_or(0), 0, 2));
      return true;
    case 100:
      file.path = DecodeBytes(type, input).value_or("");
      return true;
    case 101:
      file.format = AsciiUpper(DecodeBytes(type, input).value_or(""));
      return true;
    case 103:
      file.record_count = DecodeLong(type, input).value_or(0);
      return true;
    case 104:
      file.file_bytes = DecodeLong(type, input).value_or(0);
      return true;
    case 135: {
      std::vector<int64_t> ids;
      DecodeLongs(type, input, ids);
      file.equality_ids.assign(ids.begin(), ids.end());
      return true;
    }
    case 140:
      file.sort_order_id = Narrow(DecodeLong(type, input));
      return true;
    case 142:
      file.first_row_id = DecodeLong(type, input);
      return true;
    case 143:
      file.referenced_data_file = DecodeBytes(type, input);
      return true;
    case 144:
      file.content_offset = DecodeLong(type, input);
      return true;
    case 145:
      file.content_bytes = DecodeLong(type, input);
      return true;
    default:
      return false;
  }
}

bool DecodeDetails(const NodeField& field, Input& input, DataFile& file) {
  switch (field.field_id) {
    case 108:
      DecodeCounts(*field.type, input, {}, file.column_sizes);
      return true;
    case 131:
      file.key_metadata = DecodeBytes(*field.type, input).value_or("");
      return true;
    case 132:
      DecodeLongs(*field.type, input, file.split_offsets);
      return true;
    default:
      return false;
  }
}

bool DecodeStatistics(const NodeField& field, Input& input, const ManifestColumns& columns, DataFile& file) {
  const auto& wanted = columns.fields;
  const bool bounds = field.field_id == 125 || field.field_id == 128;
  if (bounds ? !columns.bounds : !columns.counts) return false;
  switch (field.field_id) {
    case 109:
      DecodeCounts(*field.type, input, wanted, file.value_counts);
      return true;
    case 110:
      DecodeCounts(*field.type, input, wanted, file.null_counts);
      return true;
    case 137:
      DecodeCounts(*field.type, input, wanted, file.nan_counts);
      return true;
    case 125:
      DecodeBounds(*field.type, input, wanted, file.lower_bounds);
      return true;
    case 128:
      DecodeBounds(*field.type, input, wanted, file.upper_bounds);
      return true;
    default:
      return false;
  }
}

}  // namespace

void ManifestReader::DecodeFile(DataFile& file) {
  Input& input = container_.input();
  file = DataFile();
  file.spec_id = manifest_.spec_id;
  for (const NodeField& field : plan_->file->fields) {
    if (input.failed()) return;
    if (field.field_id == 102 && field.type->kind == Kind::kRecord) {
      DecodePartition(file.partition);
    } else if (DecodeBasics(field, input, file) || DecodeStatistics(field, input, columns_, file) ||
               (columns_.details && DecodeDetails(field, input, file))) {
      continue;
    } else if (field.field_id == 102) {
      if (Enter(*field.type, input) != nullptr) DecodePartition(file.partition);
    } else {
      avro::Skip(*field.type, input);
    }
  }
}

Result<bool> ManifestReader::Next(ManifestEntry& entry) {
  while (left_in_block_ == 0) {
    TARN_TRY(const bool more, container_.NextBlock());
    if (!more) return false;
    left_in_block_ = container_.count();
  }
  --left_in_block_;
  Input& input = container_.input();
  entry.snapshot_id.reset();
  entry.sequence_number.reset();
  entry.file_sequence_number.reset();
  for (const NodeField& field : plan_->entry->fields) {
    if (input.failed()) break;
    switch (field.field_id) {
      case 0: {
        const int64_t status = DecodeLong(*field.type, input).value_or(-1);
        if (status < 0 || status > 2) input.Fail();
        entry.status = static_cast<EntryStatus>(input.failed() ? 0 : status);
        break;
      }
      case 1:
        entry.snapshot_id = DecodeLong(*field.type, input);
        break;
      case 3:
        entry.sequence_number = DecodeLong(*field.type, input);
        break;
      case 4:
        entry.file_sequence_number = DecodeLong(*field.type, input);
        break;
      case 2:
        if (field.type->kind == Kind::kUnion && Enter(*field.type, input) == nullptr) input.Fail();
        DecodeFile(entry.file);
        break;
      default:
        avro::Skip(*field.type, input);
    }
  }
  if (input.failed()) return Fail(kCorrupt, "a manifest's entry is broken");
  if (!entry.snapshot_id) entry.snapshot_id = manifest_.snapshot_id;
  // Numbers are inherited by added files alone, and by all of v1, whose number is 0.
  const bool inherits = entry.status == EntryStatus::kAdded || manifest_.sequence_number == 0;
  if (!entry.sequence_number && inherits) entry.sequence_number = manifest_.sequence_number;
  if (!entry.file_sequence_number && inherits) entry.file_sequence_number = manifest_.sequence_number;
  if (entry.is_live() && next_row_id_ && !entry.file.first_row_id) {
    entry.file.first_row_id = next_row_id_;
    if (entry.file.record_count < 0 || *next_row_id_ > INT64_MAX - entry.file.record_count) {
      return Fail(kCorrupt, "a manifest's entry has an impossible number of records");
    }
    *next_row_id_ += entry.file.record_count;
  }
  return true;
}

}  // namespace tarn::iceberg
