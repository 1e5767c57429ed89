#include "catalog/iceberg/table_draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/random.h"
#include "base/strings.h"
#include "catalog/errors.h"
#include "catalog/table_txn.h"
#include "iceberg/commit/conflicts.h"
#include "iceberg/errors.h"

namespace tarn::catalog {
namespace {

using iceberg::ManifestFile;
using iceberg::TableMetadata;

constexpr int64_t kSnapshotsMax = 10'000;
// A manifest that holds this many times the files of another one is left alone when that one is merged.
constexpr int64_t kTierFactor = 16;

int64_t NumberOf(const TableMetadata& metadata, const std::string& key, int64_t otherwise) {
  const auto found = metadata.properties.find(key);
  return found == metadata.properties.end() ? otherwise : ParseI64(found->second).value_or(otherwise);
}

bool IsSet(const TableMetadata& metadata, const std::string& key, bool otherwise) {
  const auto found = metadata.properties.find(key);
  return found == metadata.properties.end() ? otherwise : EqualsIgnoreCase(found->second, "true");
}

// Merges read and write every file that they hold: only what is small is merged, or a table of many files would be
// written again and again. The manifests to be merged, or none.
std::vector<ManifestFile> SmallOnes(const std::vector<ManifestFile>& head, size_t count_min) {
  const auto files = [](const ManifestFile& each) {
    return int64_t{each.added_files.value_or(0)} + each.existing_files.value_or(0);
  };
  for (int64_t tier = kTierFactor; tier <= int64_t{1} << 20; tier *= kTierFactor) {
    std::vector<ManifestFile> small;
    for (const ManifestFile& each : head) {
      if (each.content == iceberg::ManifestContent::kData && files(each) < tier) small.push_back(each);
    }
    if (small.size() >= count_min) return small;
  }
  return {};
}

}  // namespace

Result<iceberg::CheckedAppend> ReadAppend(const TableMetadata& base, const iceberg::RebasePlan& plan,
                                          ManifestSource& source) {
  TARN_TRY(const ManifestSource::List client, source.ListOf(*plan.snapshot));
  ManifestSource::List parent = std::make_shared<const std::vector<ManifestFile>>();
  if (plan.parent != nullptr) {
    TARN_TRY(parent, source.ListOf(*plan.parent));
  }
  return iceberg::CheckAppend(base, plan, *client, *parent,
                              [&](const ManifestFile& manifest) { return source.Read(manifest.path); });
}

void TableDraft::Set(TableMetadata metadata) {
  metadata_ = std::make_shared<const TableMetadata>(std::move(metadata));
  changed_ = true;
}

Status TableDraft::Apply(const TableChange& change, const iceberg::CheckedAppend* append, ManifestSource& source) {
  // Only the first of a group replaces a metadata file.
  const iceberg::UpdateContext context{.now = now_,
                                       .new_uuid = metadata_ == nullptr ? RandomUuid() : std::string(),
                                       .previous_location = changed_ ? std::string() : base_.metadata_location};
  std::vector<iceberg::Update> chosen;
  if (change.edit) {
    if (metadata_ == nullptr) return Fail(kNoSuchTable, "there is no such table to edit");
    TARN_TRY(chosen, change.edit(*metadata_));
    if (chosen.empty()) return Ok();
  }
  const auto& updates = change.edit ? chosen : change.updates;
  auto outcome = iceberg::CommitTable(metadata_.get(), change.requirements, updates, context);
  if (outcome.ok()) {
    if (outcome->changed) Set(std::move(outcome->metadata));
    return Ok();
  }
  if (metadata_ == nullptr || !outcome.Is(iceberg::kCommitFailed)) return outcome.error();
  // A client that did not hear the answer may ask again.
  if (iceberg::IsReplay(*metadata_, change.updates)) return Ok();
  return Move(change, append, source, context, outcome.error());
}

Status TableDraft::Move(const TableChange& change, const iceberg::CheckedAppend* append, ManifestSource& source,
                        const iceberg::UpdateContext& context, const Error& refusal) {
  const auto plan = iceberg::PlanRebase(*metadata_, change.requirements, change.updates);
  if (!plan) return refusal;
  iceberg::CheckedAppend read;
  if (append == nullptr) {
    TARN_TRY(read, ReadAppend(*metadata_, *plan, source));
    append = &read;
  }
  const auto known = lists_.find(plan->head->manifest_list);
  ManifestSource::List head = known == lists_.end() ? nullptr : known->second;
  if (head == nullptr) {
    TARN_TRY(head, source.ListOf(*plan->head));
  }
  const iceberg::SnapshotIds ids{
      .snapshot_id = 0, .now = now_, .commit_uuid = RandomUuid(), .attempt = 0, .sync = RandomBytes(16)};
  const size_t files_before = files_.size();
  std::optional<std::vector<ManifestFile>> merged;
  if (append->merged.empty()) {
    TARN_TRY(merged, Merge(*head, source));
  }
  auto made = iceberg::Rebase(*metadata_, *plan, *append, merged ? *merged : *head, ids);
  if (!made.ok()) {
    files_.resize(files_before);
    return made.error();
  }
  auto outcome = iceberg::CommitTable(metadata_.get(), made->requirements, made->updates, context);
  if (!outcome.ok()) {
    files_.resize(files_before);
    return outcome.error();
  }
  for (iceberg::NewFile& file : made->files) files_.push_back(std::move(file));
  lists_[made->snapshot->manifest_list] = std::make_shared<const std::vector<ManifestFile>>(std::move(made->manifests));
  Set(std::move(outcome->metadata));
  return Ok();
}

Result<std::vector<ManifestFile>> TableDraft::Merge(const std::vector<ManifestFile>& head, ManifestSource& source) {
  if (!IsSet(*metadata_, "commit.manifest-merge.enabled", true)) return head;
  const auto count_min =
      static_cast<size_t>(std::max<int64_t>(2, NumberOf(*metadata_, "commit.manifest.min-count-to-merge", 100)));
  if (head.size() < count_min) return head;
  const std::vector<ManifestFile> small = SmallOnes(head, count_min);
  if (small.empty()) return head;
  const iceberg::SnapshotIds ids{
      .snapshot_id = 0, .now = now_, .commit_uuid = RandomUuid(), .attempt = 0, .sync = RandomBytes(16)};
  // A manifest may be one of this very group's: it is not stored yet, but merged from it is nothing.
  const iceberg::ReadFile read = [&](const ManifestFile& manifest) -> Result<std::string> {
    for (const iceberg::NewFile& file : files_) {
      if (file.path == manifest.path) return file.bytes;
    }
    return source.Read(manifest.path);
  };
  TARN_TRY(
      std::vector<ManifestFile> out,
      iceberg::MergeManifests(*metadata_, small, NumberOf(*metadata_, "commit.manifest.target-size-bytes", 8 << 20), 2,
                              read, ids, files_));
  std::set<std::string_view> gone;
  for (const ManifestFile& each : small) gone.insert(each.path);
  for (const ManifestFile& each : head) {
    if (!gone.contains(each.path)) out.push_back(each);
  }
  return out;
}

Status TableDraft::BoundHistory() {
  const int64_t max = NumberOf(*metadata_, std::string(kSnapshotsMaxProperty), kSnapshotsMax);
  const auto& snapshots = metadata_->snapshots;
  if (max <= 0 || snapshots.size() <= static_cast<size_t>(max)) return Ok();
  std::set<int64_t> named;
  for (const auto& [name, ref] : metadata_->refs) named.insert(ref.snapshot_id);
  iceberg::RemoveSnapshots oldest;
  const size_t excess = snapshots.size() - static_cast<size_t>(max);
  for (size_t i = 0; i < snapshots.size() && oldest.snapshot_ids.size() < excess; ++i) {
    if (!named.contains(snapshots[i]->snapshot_id)) oldest.snapshot_ids.push_back(snapshots[i]->snapshot_id);
  }
  iceberg::TableMetadataBuilder builder(metadata_.get(), {.now = now_, .new_uuid = {}, .previous_location = {}});
  TARN_CHECK(builder.Apply(oldest));
  TARN_TRY(TableMetadata bounded, builder.Build());
  Set(std::move(bounded));
  return Ok();
}

Status TableDraft::Finish(object::PutBatch& batch, const std::function<Result<std::string>()>& elsewhere) {
  if (base_.metadata != nullptr) TARN_CHECK(BoundHistory());
  const bool is_new = base_.metadata == nullptr;
  const int64_t version = is_new ? -1 : iceberg::MetadataVersion(base_.metadata_location);
  next_.metadata = metadata_;
  next_.metadata_location = iceberg::NewMetadataLocation(*metadata_, version, RandomUuid());
  if (!object::ParseLocation(next_.metadata_location).ok()) {
    TARN_TRY(const std::string place, elsewhere());
    const size_t name = next_.metadata_location.rfind('/') + 1;
    next_.metadata_location = fmt::format("{}/metadata/{}", place, next_.metadata_location.substr(name));
  }
  next_.record = base_.record;
  ShowAsGlue(*metadata_, next_.metadata_location, base_.metadata_location, next_.record);
  // A list that the history let go of within this very group is nobody's.
  std::set<std::string_view> lists;
  for (const auto& snapshot : metadata_->snapshots) lists.insert(snapshot->manifest_list);
  for (const iceberg::NewFile& file : files_) {
    if (lists_.contains(file.path) && !lists.contains(file.path)) continue;
    TARN_CHECK(batch.Add(file.path, file.bytes, {.content_type = "application/avro", .only_if_absent = true}));
  }
  auto json = std::make_shared<const std::string>(metadata_->ToJson());
  const bool packed = next_.metadata_location.ends_with(".gz.metadata.json");
  TARN_CHECK(batch.Add(next_.metadata_location, packed ? iceberg::Gzip(*json) : *json,
                       {.content_type = "application/json", .only_if_absent = true}));
  metadata_index_ = batch.puts() - 1;
  next_.json = std::move(json);
  if (is_new || !IsSet(*metadata_, "write.metadata.delete-after-commit.enabled", false)) return Ok();
  std::set<std::string_view> kept;
  for (const auto& entry : metadata_->metadata_log) kept.insert(entry.file);
  for (const auto& entry : base_.metadata->metadata_log) {
    // What lies where this account may not delete stays.
    if (!kept.contains(entry.file)) (void)batch.Remove(entry.file);
  }
  return Ok();
}

Status TableDraft::Swap(kv::Txn& txn, const Scope& scope) {
  if (base_.metadata == nullptr && base_.record.uid.empty()) {
    TARN_TRY(next_.record, CreateTableIn(txn, scope, next_.record, now_));
    return Ok();
  }
  Table record = next_.record;
  record.version = base_.record.version;
  UpdateTableOptions options;
  options.expected_version = base_.record.version;
  options.skip_archive = true;
  TARN_TRY(next_.record, UpdateTableIn(txn, scope, std::move(record), options, now_));
  return Ok();
}

}  // namespace tarn::catalog
