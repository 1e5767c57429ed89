#include "catalog/iceberg/snapshots.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <thread>
#include <utility>

#include "base/log.h"
#include "base/random.h"
#include "base/strings.h"
#include "iceberg/errors.h"
#include "iceberg/manifest/reader.h"
#include "object/errors.h"
#include "object/files.h"

namespace tarn::catalog {
namespace {

using iceberg::ManifestFile;
using iceberg::TableMetadata;

constexpr uint64_t kManifestBytesMax = uint64_t{1} << 30;

int64_t NumberOf(const TableMetadata& metadata, std::string_view key, int64_t otherwise) {
  const auto found = metadata.properties.find(std::string(key));
  return found == metadata.properties.end() ? otherwise : ParseI64(found->second).value_or(otherwise);
}

std::string TextOf(const TableMetadata& metadata, std::string_view key, std::string_view otherwise) {
  const auto found = metadata.properties.find(std::string(key));
  return AsciiLower(found == metadata.properties.end() ? otherwise : std::string_view(found->second));
}

// The waits between attempts, by the table's commit.retry.* properties.
class Patience {
 public:
  explicit Patience(const TableMetadata& metadata)
      : left_(std::clamp<int64_t>(NumberOf(metadata, "commit.retry.num-retries", 4), 0, 10'000)),
        wait_ms_(std::max<int64_t>(1, NumberOf(metadata, "commit.retry.min-wait-ms", 100))),
        wait_ms_max_(std::max<int64_t>(1, NumberOf(metadata, "commit.retry.max-wait-ms", 60'000))),
        total_ms_(NumberOf(metadata, "commit.retry.total-timeout-ms", 1'800'000)) {}

  // False when no attempt is left.
  bool Wait() {
    if (left_-- <= 0 || waited_ms_ >= total_ms_) return false;
    const int64_t wait = std::min(wait_ms_, wait_ms_max_);
    const int64_t jitter = static_cast<int64_t>(RandomU64() % static_cast<uint64_t>(wait / 10 + 1));
    std::this_thread::sleep_for(std::chrono::milliseconds(wait + jitter));
    waited_ms_ += wait + jitter;
    wait_ms_ = std::min(wait_ms_ * 2, wait_ms_max_);
    return true;
  }

 private:
  int64_t left_;
  int64_t wait_ms_;
  int64_t wait_ms_max_;
  int64_t total_ms_;
  int64_t waited_ms_ = 0;
};

// The files that one call has written, to be removed when they turn out to be nobody's.
class Written {
 public:
  Written(object::Store& objects, const Scope& scope, const MayOpen& may_open)
      : files_(objects, scope.account), may_open_(may_open) {}

  Status Store(const std::vector<iceberg::NewFile>& made) {
    for (const iceberg::NewFile& file : made) {
      TARN_TRY(const object::Location place, object::ParseLocation(file.path));
      TARN_CHECK(files_.Put(place.bucket, place.key, file.bytes, {.content_type = "application/avro"}));
      paths_.insert(file.path);
    }
    return Ok();
  }
  // Removes what was written, but for what `kept` names.
  void RemoveBut(const std::set<std::string>& kept) {
    for (const std::string& path : paths_) {
      if (kept.contains(path)) continue;
      const auto place = object::ParseLocation(path);
      const Status gone = place.ok() ? files_.Delete(place->bucket, place->key) : Status(place.error());
      if (!gone.ok()) log::Warn("catalog", fmt::format("{} stays behind: {}", path, gone.error().message));
    }
    paths_.clear();
  }
  Result<std::string> Read(const std::string& path) const {
    if (may_open_ && !paths_.contains(path)) TARN_CHECK(may_open_(path));
    TARN_TRY(const object::Location place, object::ParseLocation(path));
    return files_.ReadAll(place.bucket, place.key, kManifestBytesMax);
  }
  Result<std::vector<ManifestFile>> Head(const TableMetadata& metadata, std::string_view branch) const {
    const iceberg::SnapshotPtr head = iceberg::HeadOf(metadata, branch);
    if (head == nullptr) return std::vector<ManifestFile>();
    if (head->manifest_list.empty()) {
      return Fail(iceberg::kUnsupported, "a snapshot without a manifest list cannot be written to");
    }
    TARN_TRY(const std::string bytes, Read(head->manifest_list));
    return iceberg::ReadManifestList(bytes);
  }
  iceberg::ReadFile Reader() const {
    return [this](const ManifestFile& manifest) { return Read(manifest.path); };
  }

 private:
  object::Files files_;
  const MayOpen& may_open_;
  std::set<std::string> paths_;
};

bool MayHaveHappened(const Error& error) {
  return error.reason->code == Code::kOutcomeUnknown || error.reason->code == Code::kDataLoss ||
         error.reason->code == Code::kInternal;
}

using Head = std::vector<ManifestFile>;
using Maker = std::function<Result<iceberg::MadeSnapshot>(const TableMetadata& base, const Head& head,
                                                          const iceberg::SnapshotIds& ids, const Written& files)>;

struct Call {
  IcebergTables& tables;
  const Clock& clock;
  const Scope& scope;
  std::string_view database;
  std::string_view name;
  const SnapshotOptions& options;
};

// One attempt; the manifests that the commit kept are told in `kept`.
Result<Committed> Attempt(const Call& call, const IcebergTable& table, const iceberg::SnapshotIds& ids,
                          const Maker& make, Written& written, std::set<std::string>& kept) {
  const TableMetadata& base = *table.metadata;
  if (!call.options.table_uuid.empty() && !EqualsIgnoreCase(call.options.table_uuid, base.table_uuid)) {
    return Fail(iceberg::kCommitFailed,
                fmt::format("{}.{} is another table now than the one that was read", call.database, call.name));
  }
  TARN_TRY(const Head head, written.Head(base, call.options.branch));
  TARN_TRY(const iceberg::MadeSnapshot made, make(base, head, ids, written));
  TARN_CHECK(written.Store(made.files));
  std::vector<iceberg::Update> updates = call.options.updates;
  updates.insert(updates.end(), made.updates.begin(), made.updates.end());
  TARN_TRY(IcebergTable next,
           call.tables.Commit(call.scope, call.database, call.name, made.requirements, updates, call.options.also));
  Committed done;
  done.snapshot = next.metadata->FindSnapshot(ids.snapshot_id);
  // The server may have moved an append onto a newer head, with a list of its own.
  kept.insert(done.snapshot ? done.snapshot->manifest_list : made.snapshot->manifest_list);
  if (done.snapshot == nullptr) done.snapshot = made.snapshot;
  for (const ManifestFile& manifest : made.manifests) kept.insert(manifest.path);
  done.table = std::move(next);
  return done;
}

Result<Committed> Run(const Call& call, object::Store& objects, const Maker& make) {
  Written written(objects, call.scope, call.options.may_open);
  iceberg::SnapshotIds ids;
  ids.commit_uuid = RandomUuid();
  ids.sync = RandomBytes(16);
  std::optional<Patience> patience;
  while (true) {
    TARN_TRY(const IcebergTable table, call.tables.Load(call.scope, call.database, call.name));
    if (!patience) patience.emplace(*table.metadata);
    while (ids.snapshot_id == 0 || (ids.attempt == 0 && table.metadata->FindSnapshot(ids.snapshot_id) != nullptr)) {
      ids.snapshot_id = static_cast<int64_t>(RandomU64() >> 1);
    }
    ids.now = call.clock.Now();
    std::set<std::string> kept;
    auto done = Attempt(call, table, ids, make, written, kept);
    if (done.ok()) {
      done->attempts = ids.attempt + 1;
      written.RemoveBut(kept);
      return done;
    }
    if (MayHaveHappened(done.error())) return done;
    // A change that can never be made is told at once; what lost a race is tried again.
    if (!done.Is(iceberg::kCommitFailed) || !patience->Wait()) {
      written.RemoveBut({});
      return done;
    }
    ++ids.attempt;
  }
}

// The head's manifests, small ones merged when the table asks for it.
Result<Head> MergedHead(const TableMetadata& base, const Head& head, const iceberg::SnapshotIds& ids,
                        const Written& files, std::vector<iceberg::NewFile>& out) {
  if (TextOf(base, "commit.manifest-merge.enabled", "true") != "true") return head;
  const auto count_min =
      static_cast<size_t>(std::max<int64_t>(2, NumberOf(base, "commit.manifest.min-count-to-merge", 100)));
  if (head.size() < count_min) return head;
  iceberg::SnapshotIds own = ids;
  own.commit_uuid = RandomUuid();  // a merge is of one head: nothing of it is used again
  const int64_t target = NumberOf(base, "commit.manifest.target-size-bytes", 8 << 20);
  return iceberg::MergeManifests(base, head, target, count_min, files.Reader(), own, out);
}

}  // namespace

Snapshots::Snapshots(IcebergTables& tables, object::Store& objects, const Clock& clock)
    : tables_(tables), objects_(objects), clock_(clock) {}

Result<Committed> Snapshots::Append(const Scope& scope, std::string_view database, std::string_view name,
                                    std::vector<iceberg::DataFile> files, const SnapshotOptions& options) {
  iceberg::ChangeMemory memory;
  const Maker make = [&](const TableMetadata& base, const Head& head, const iceberg::SnapshotIds& ids,
                         const Written& written) -> Result<iceberg::MadeSnapshot> {
    std::vector<iceberg::NewFile> merged;
    TARN_TRY(const Head kept, MergedHead(base, head, ids, written, merged));
    TARN_TRY(iceberg::MadeSnapshot made,
             iceberg::AppendFiles(base, kept, files, ids, options.branch, options.summary, &memory));
    made.files.insert(made.files.begin(), std::make_move_iterator(merged.begin()),
                      std::make_move_iterator(merged.end()));
    return made;
  };
  return Run({tables_, clock_, scope, database, name, options}, objects_, make);
}

Result<Committed> Snapshots::Change(const Scope& scope, std::string_view database, std::string_view name,
                                    iceberg::Change change, const iceberg::ConflictRules& rules,
                                    const SnapshotOptions& options) {
  change.extra_summary.insert(options.summary.begin(), options.summary.end());
  iceberg::ChangeMemory memory;
  // A conflict that stands is told at once: no later head can be without it.
  std::optional<Error> conflict;
  const Maker make = [&](const TableMetadata& base, const Head& head, const iceberg::SnapshotIds& ids,
                         const Written& written) -> Result<iceberg::MadeSnapshot> {
    const Status free = iceberg::CheckConflicts(base, options.branch, head, rules, written.Reader());
    if (!free.ok()) {
      conflict = free.error();
      return Fail(iceberg::kInvalid, free.error().message);
    }
    auto made = iceberg::ChangeFiles(base, head, change, written.Reader(), ids, options.branch, &memory);
    if (made.Is(iceberg::kCommitFailed)) {
      conflict = made.error();
      return Fail(iceberg::kInvalid, made.error().message);
    }
    return made;
  };
  auto done = Run({tables_, clock_, scope, database, name, options}, objects_, make);
  if (!done.ok() && conflict) return *conflict;
  return done;
}

Result<Committed> Snapshots::RewriteManifests(const Scope& scope, std::string_view database, std::string_view name,
                                              const std::set<std::string>& replaced, const SnapshotOptions& options) {
  std::optional<Error> conflict;
  const Maker make = [&](const TableMetadata& base, const Head& head, const iceberg::SnapshotIds& ids,
                         const Written& written) -> Result<iceberg::MadeSnapshot> {
    Head leaving;
    iceberg::SnapshotDraft draft;
    draft.branch = options.branch;
    draft.operation = "replace";
    for (const ManifestFile& manifest : head) {
      (replaced.contains(manifest.path) ? leaving : draft.manifests).push_back(manifest);
    }
    if (leaving.size() != replaced.size()) {
      conflict = Fail(iceberg::kCommitFailed, "a manifest to be rewritten is no longer in the table");
      return Fail(iceberg::kInvalid, conflict->message);
    }
    const size_t kept = draft.manifests.size();
    iceberg::SnapshotIds own = ids;
    own.commit_uuid = RandomUuid();
    std::vector<iceberg::NewFile> files;
    TARN_TRY(const Head fresh,
             iceberg::MergeManifests(base, leaving, NumberOf(base, "commit.manifest.target-size-bytes", 8 << 20), 2,
                                     written.Reader(), own, files));
    draft.manifests.insert(draft.manifests.begin(), fresh.begin(), fresh.end());
    draft.extra_summary = options.summary;
    draft.extra_summary["manifests-created"] = std::to_string(fresh.size());
    draft.extra_summary["manifests-kept"] = std::to_string(kept);
    draft.extra_summary["manifests-replaced"] = std::to_string(leaving.size());
    TARN_TRY(iceberg::MadeSnapshot made, iceberg::MakeSnapshot(base, std::move(draft), ids));
    made.files.insert(made.files.begin(), std::make_move_iterator(files.begin()), std::make_move_iterator(files.end()));
    return made;
  };
  auto done = Run({tables_, clock_, scope, database, name, options}, objects_, make);
  if (!done.ok() && conflict) return *conflict;
  return done;
}

namespace {

std::string_view NameOf(RowOperation operation) {
  switch (operation) {
    case RowOperation::kDelete:
      return "delete";
    case RowOperation::kUpdate:
      return "update";
    case RowOperation::kMerge:
      break;
  }
  return "merge";
}

}  // namespace

RowMode ModeOf(const TableMetadata& metadata, RowOperation operation) {
  const std::string mode = TextOf(metadata, fmt::format("write.{}.mode", NameOf(operation)), "copy-on-write");
  return mode == "merge-on-read" ? RowMode::kMergeOnRead : RowMode::kCopyOnWrite;
}

iceberg::ConflictRules RulesOf(const TableMetadata& metadata, RowOperation operation, RowMode mode,
                               std::optional<int64_t> planned_on, iceberg::Expression filter,
                               std::set<std::string> files) {
  const std::string level =
      TextOf(metadata, fmt::format("write.{}.isolation-level", NameOf(operation)), "serializable");
  iceberg::ConflictRules rules;
  rules.planned_on = planned_on;
  rules.filter = std::move(filter);
  rules.no_new_data = level != "snapshot";
  // Two statements may delete rows of one file at the same time, each by a delete file of its own; not where a data
  // file has one deletion vector, and not when the deleted rows come back changed.
  rules.no_new_deletes =
      mode == RowMode::kCopyOnWrite || operation != RowOperation::kDelete || metadata.format_version >= 3;
  rules.files = std::move(files);
  return rules;
}

iceberg::ConflictRules RulesOfRewrite(std::optional<int64_t> planned_on, std::set<std::string> files) {
  iceberg::ConflictRules rules;
  rules.planned_on = planned_on;
  rules.no_new_deletes = true;
  rules.equality_deletes_apply = true;
  rules.files = std::move(files);
  return rules;
}

}  // namespace tarn::catalog
