#include "iceberg/commit/snapshot_maker.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "iceberg/errors.h"
#include "iceberg/manifest/reader.h"
#include "iceberg/manifest/writer.h"

namespace tarn::iceberg {
namespace {

avro::Codec CodecFor(const TableMetadata& base) {
  const auto codec = base.properties.find("write.avro.compression-codec");
  return codec == base.properties.end() ? avro::Codec::kDeflate : avro::CodecOf(codec->second);
}

std::string ManifestPath(const TableMetadata& base, const SnapshotIds& ids, int number) {
  return fmt::format("{}/{}-m{}.avro", MetadataFolder(base), ids.commit_uuid, number);
}

Result<ManifestWriter> Writer(const TableMetadata& base, int32_t spec_id, ManifestContent content,
                              const SnapshotIds& ids) {
  const PartitionSpec* spec = base.FindSpec(spec_id);
  if (spec == nullptr) return Fail(kInvalid, fmt::format("Cannot find partition spec {}", spec_id));
  // v1 entries cannot inherit their snapshot id.
  const auto id = base.format_version == 1 ? std::optional(ids.snapshot_id) : std::nullopt;
  return ManifestWriter(base.schema(), *spec, {base.format_version, content, id, CodecFor(base), ids.sync});
}

}  // namespace

SnapshotPtr HeadOf(const TableMetadata& base, std::string_view branch) {
  const SnapshotRef* ref = base.FindRef(branch);
  return ref == nullptr ? base.current_snapshot() : base.FindSnapshot(ref->snapshot_id);
}

Result<MadeSnapshot> MakeSnapshot(const TableMetadata& base, SnapshotDraft draft, const SnapshotIds& ids) {
  const SnapshotPtr parent = HeadOf(base, draft.branch);
  Snapshot snapshot;
  snapshot.snapshot_id = ids.snapshot_id;
  if (parent) snapshot.parent_id = parent->snapshot_id;
  snapshot.sequence_number = base.next_sequence_number();
  snapshot.timestamp_ms = std::max(ids.now.millis(), parent ? parent->timestamp_ms : 0);
  snapshot.operation = draft.operation;
  snapshot.summary = draft.summary ? std::move(*draft.summary)
                                   : draft.counts.Build(parent ? &parent->summary : nullptr, draft.extra_summary);
  snapshot.schema_id = base.current_schema_id;
  snapshot.manifest_list =
      fmt::format("{}/snap-{}-{}-{}.avro", MetadataFolder(base), ids.snapshot_id, ids.attempt, ids.commit_uuid);
  TARN_TRY(ManifestList list,
           WriteManifestList(std::move(draft.manifests),
                             {base.format_version, snapshot.snapshot_id, snapshot.parent_id, snapshot.sequence_number,
                              base.next_row_id, CodecFor(base), ids.sync}));
  if (base.format_version >= 3) {
    snapshot.first_row_id = base.next_row_id;
    snapshot.added_rows = list.next_row_id - base.next_row_id;
  }
  MadeSnapshot made;
  made.files.push_back({snapshot.manifest_list, std::move(list.bytes)});
  made.manifests = std::move(list.manifests);
  SnapshotRef ref;
  std::optional<int64_t> present;
  if (const SnapshotRef* known = base.FindRef(draft.branch)) {
    ref = *known;
    present = known->snapshot_id;
  }
  if (!ref.is_branch) return Fail(kInvalid, fmt::format("Cannot update branch: {} is a tag", draft.branch));
  ref.snapshot_id = snapshot.snapshot_id;
  made.snapshot = std::make_shared<const Snapshot>(std::move(snapshot));
  made.updates = {AddSnapshot{made.snapshot}, SetSnapshotRef{draft.branch, ref}};
  made.requirements = {Requirement{RequirementKind::kTableUuid, base.table_uuid, {}, 0},
                       Requirement{RequirementKind::kRefSnapshotId, draft.branch, present, 0}};
  return made;
}

namespace {

// New manifests for new files, one a spec and content; `sequence`: what data files keep.
Status AddNewFiles(const TableMetadata& base, const std::vector<DataFile>& files, const SnapshotIds& ids,
                   std::optional<int64_t> sequence, ChangeMemory& memory, SnapshotDraft& draft,
                   std::vector<NewFile>& out) {
  std::map<std::pair<bool, int32_t>, std::vector<const DataFile*>> groups;
  std::set<std::string_view> paths;
  for (const DataFile& file : files) {
    const bool deletes = file.content != FileContent::kData;
    if (!file.is_deletion_vector() && !paths.insert(file.path).second) {
      return Fail(kInvalid, fmt::format("Cannot add the same file twice: {}", file.path));
    }
    groups[{deletes, file.spec_id}].push_back(&file);
    draft.counts.Add(file);
  }
  for (const auto& [key, group] : groups) {
    if (memory.added_written) break;
    TARN_TRY(ManifestWriter writer,
             Writer(base, key.second, key.first ? ManifestContent::kDeletes : ManifestContent::kData, ids));
    for (const DataFile* file : group) {
      TARN_CHECK(writer.Add({EntryStatus::kAdded, {}, key.first ? std::nullopt : sequence, {}, *file}));
    }
    ManifestWriter::Written written = writer.Finish(ManifestPath(base, ids, memory.next_number++));
    out.push_back({written.manifest.path, std::move(written.bytes)});
    memory.added.insert(memory.added.begin(), std::move(written.manifest));
  }
  memory.added_written = true;
  // Newest first, as other writers list them.
  draft.manifests.insert(draft.manifests.begin(), memory.added.begin(), memory.added.end());
  return Ok();
}

Result<MadeSnapshot> Complete(const TableMetadata& base, SnapshotDraft draft, std::vector<NewFile> files,
                              const SnapshotIds& ids) {
  TARN_TRY(MadeSnapshot made, MakeSnapshot(base, std::move(draft), ids));
  files.push_back(std::move(made.files.back()));
  made.files = std::move(files);
  return made;
}

}  // namespace

Result<MadeSnapshot> AppendFiles(const TableMetadata& base, const std::vector<ManifestFile>& head,
                                 const std::vector<DataFile>& files, const SnapshotIds& ids, std::string_view branch,
                                 const Properties& extra_summary, ChangeMemory* memory) {
  ChangeMemory own;
  SnapshotDraft draft;
  draft.branch = branch;
  draft.manifests = head;
  draft.extra_summary = extra_summary;
  std::vector<NewFile> written;
  for (const DataFile& file : files) {
    if (file.content != FileContent::kData) return Fail(kInvalid, "Cannot append delete files: " + file.path);
  }
  TARN_CHECK(AddNewFiles(base, files, ids, {}, memory == nullptr ? own : *memory, draft, written));
  return Complete(base, std::move(draft), std::move(written), ids);
}

namespace {

// Carries manifests over, without what is removed.
class Remover {
 public:
  Remover(const TableMetadata& base, const Change& change, const ReadFile& read, const SnapshotIds& ids,
          ChangeMemory& memory)
      : base_(base), read_(read), ids_(ids), memory_(memory) {
    files_.insert(change.removed_files.begin(), change.removed_files.end());
    vectors_.insert(change.removed_vectors.begin(), change.removed_vectors.end());
  }

  Status Carry(const ManifestFile& manifest, SnapshotDraft& draft, std::vector<NewFile>& out) {
    if (!manifest.has_live()) return Ok();  // nothing but what an older snapshot removed
    if (files_.empty() && vectors_.empty()) {
      draft.manifests.push_back(manifest);
      return Ok();
    }
    auto known = memory_.carried.find(manifest.path);
    if (known == memory_.carried.end()) {
      TARN_TRY(ChangeMemory::Carried carried, Rewrite(manifest, out));
      known = memory_.carried.emplace(manifest.path, std::move(carried)).first;
    }
    for (const DataFile& file : known->second.removed) {
      (void)Goes(file);
      draft.counts.Remove(file);
    }
    draft.manifests.push_back(known->second.rewritten ? *known->second.rewritten : manifest);
    return Ok();
  }

  // Everything must have been found.
  Status Finish() const {
    for (const std::string& path : files_) {
      if (!found_.contains(path)) {
        return Fail(kCommitFailed, fmt::format("Missing required files to delete: {}", path));
      }
    }
    for (const std::string& path : vectors_) {
      if (!found_vectors_.contains(path)) {
        return Fail(kCommitFailed, fmt::format("Missing the deletion vector to replace, of {}", path));
      }
    }
    return Ok();
  }

 private:
  Result<ChangeMemory::Carried> Rewrite(const ManifestFile& manifest, std::vector<NewFile>& out) {
    TARN_TRY(const std::string bytes, read_(manifest));
    const PartitionSpec* spec = base_.FindSpec(manifest.spec_id);
    if (spec == nullptr) return Fail(kInvalid, fmt::format("Cannot find partition spec {}", manifest.spec_id));
    const Type type = PartitionType(*spec, base_.schema());
    ChangeMemory::Carried carried;
    TARN_TRY(const bool any, Holds(manifest, bytes, type));
    if (!any) return carried;
    TARN_TRY(ManifestReader reader, ManifestReader::Open(bytes, manifest, type));
    TARN_TRY(ManifestWriter writer, Writer(base_, manifest.spec_id, manifest.content, ids_));
    ManifestEntry entry;
    while (true) {
      TARN_TRY(const bool more, reader.Next(entry));
      if (!more) break;
      if (!entry.is_live()) continue;
      const bool goes = Goes(entry.file);
      entry.status = goes ? EntryStatus::kDeleted : EntryStatus::kExisting;
      if (goes) {
        entry.snapshot_id = ids_.snapshot_id;
        carried.removed.push_back(entry.file);
      }
      TARN_CHECK(writer.Add(entry));
    }
    ManifestWriter::Written written =
        writer.Finish(fmt::format("{}/{}-r{}.avro", MetadataFolder(base_), ids_.commit_uuid, memory_.next_number++));
    // v3: the rows keep the ids that they have, written with their files.
    if (base_.format_version >= 3 && manifest.first_row_id && manifest.content == ManifestContent::kData) {
      written.manifest.first_row_id = manifest.first_row_id;
    }
    out.push_back({written.manifest.path, std::move(written.bytes)});
    carried.rewritten = std::move(written.manifest);
    return carried;
  }

  // Whether something of the manifest goes; reads no statistics.
  Result<bool> Holds(const ManifestFile& manifest, std::string_view bytes, const Type& type) {
    TARN_TRY(ManifestReader reader, ManifestReader::Open(bytes, manifest, type, {false, false, false, {}}));
    ManifestEntry entry;
    while (true) {
      TARN_TRY(const bool more, reader.Next(entry));
      if (!more) return false;
      if (entry.is_live() && Goes(entry.file)) return true;
    }
  }

  bool Goes(const DataFile& file) {
    if (file.is_deletion_vector()) {
      const std::string& target = file.referenced_data_file ? *file.referenced_data_file : file.path;
      const bool named = vectors_.contains(target);
      if (named) found_vectors_.insert(target);
      // A vector goes with its data file.
      return named || files_.contains(target);
    }
    if (!files_.contains(file.path)) return false;
    found_.insert(file.path);
    return true;
  }

  const TableMetadata& base_;
  const ReadFile& read_;
  const SnapshotIds& ids_;
  ChangeMemory& memory_;
  std::set<std::string> files_;
  std::set<std::string> vectors_;
  std::set<std::string> found_;
  std::set<std::string> found_vectors_;
};

}  // namespace

Result<MadeSnapshot> ChangeFiles(const TableMetadata& base, const std::vector<ManifestFile>& head, const Change& change,
                                 const ReadFile& read, const SnapshotIds& ids, std::string_view branch,
                                 ChangeMemory* memory) {
  ChangeMemory own;
  if (memory == nullptr) memory = &own;
  SnapshotDraft draft;
  draft.branch = branch;
  draft.operation = change.operation;
  draft.extra_summary = change.extra_summary;
  for (const DataFile& file : change.added) {
    const bool positions = file.content == FileContent::kPositionDeletes;
    if (file.content != FileContent::kData && base.format_version == 1) {
      return Fail(kInvalid, "Cannot add delete files to a v1 table: " + file.path);
    }
    if (base.format_version >= 3 && positions && !file.is_deletion_vector()) {
      return Fail(kInvalid, "Must use deletion vectors for position deletes in v3: " + file.path);
    }
    if (base.format_version < 3 && file.is_deletion_vector()) {
      return Fail(kInvalid, fmt::format("Must not use deletion vectors in v{}: {}", base.format_version, file.path));
    }
  }
  std::vector<NewFile> written;
  Remover remover(base, change, read, ids, *memory);
  for (const ManifestFile& manifest : head) TARN_CHECK(remover.Carry(manifest, draft, written));
  TARN_CHECK(remover.Finish());
  TARN_CHECK(AddNewFiles(base, change.added, ids, change.data_sequence_number, *memory, draft, written));
  return Complete(base, std::move(draft), std::move(written), ids);
}

}  // namespace tarn::iceberg
