#include "jobs/maintain/maintainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "base/random.h"
#include "base/strings.h"
#include "catalog/errors.h"
#include "catalog/namespaces.h"
#include "catalog/scopes.h"
#include "iceberg/errors.h"
#include "tables/upkeep/compact.h"
#include "tables/upkeep/expire.h"
#include "tables/upkeep/merge_deletes.h"
#include "tables/upkeep/orphans.h"

namespace tarn::jobs::maintain {
namespace {

constexpr int64_t kBackOffMicros = 60 * kMicrosPerSecond;
constexpr int32_t kBackOffDoublings = 10;
constexpr size_t kForcedDeletesMin = 2;

int64_t ManifestTarget(const iceberg::TableMetadata& table) {
  constexpr int64_t kDefault = int64_t{8} << 20;
  const auto found = table.properties.find("commit.manifest.target-size-bytes");
  const auto bytes = found == table.properties.end() ? std::nullopt : ParseI64(found->second);
  return bytes && *bytes > 0 ? *bytes : kDefault;
}

}  // namespace

// The work on one table.
struct Maintainer::Work {
  Maintainer& of;
  tables::TableName name;
  const Policy& policy;
  TableState& state;
  bool forced;
  std::vector<RunRow>& rows;

  RunRow Begin(const char* operation) const {
    RunRow row;
    row.id = RandomUuid();
    row.started = of.parts_.clock.Now();
    row.table = name;
    row.operation = operation;
    return row;
  }

  // Keeps how it went. `did`: there was something to tell.
  void End(RunRow row, const Status& outcome, bool did) {
    row.ended = of.parts_.clock.Now();
    KindState& kind = state.kinds[row.operation];
    const bool yielded = row.groups_yielded > 0 || outcome.Is(iceberg::kCommitFailed);
    if (outcome.Is(kCancelledError)) return;
    kind.last_run = row.ended;
    kind.failed = !outcome.ok() && !yielded;
    kind.failure = kind.failed ? outcome.error().message : "";
    if (!outcome.ok() || yielded) {
      const int32_t doublings = std::min(kind.failures++, kBackOffDoublings);
      kind.not_before = row.ended.Plus(kBackOffMicros << doublings);
      row.status = yielded ? "YIELDED" : "FAILED";
      row.message = outcome.ok() ? "" : outcome.error().message;
    } else {
      kind.failures = 0;
      kind.not_before.reset();
    }
    if (!did && outcome.ok()) return;
    Count(row);
    rows.push_back(std::move(row));
  }

  tables::Stopping Stop() const {
    return [this] { return of.Stopping() || (!forced && of.parts_.engine->queued() > 0); };
  }

  void Compact() {
    RunRow row = Begin(kCompaction);
    tables::CompactOptions options;
    options.strategy = policy.strategy;
    options.limits = policy.limits;
    options.summary = {{"tarn.upkeep", row.id}};
    options.stopping = Stop();
    if (!forced) options.choose = KeepWhatPays;
    const auto report = tables::Compact(of.parts_, name, options);
    if (!report.ok()) return End(std::move(row), report.error(), true);
    row.files_removed = report->files_removed;
    row.files_added = report->files_added;
    row.delete_files_removed = report->delete_files_removed;
    row.bytes_removed = report->bytes_removed;
    row.bytes_added = report->bytes_added;
    row.rows_rewritten = report->rows;
    row.groups_yielded = report->groups_yielded;
    End(std::move(row), Ok(), report->groups + report->groups_yielded > 0);
  }

  void MergeDeletes() {
    RunRow row = Begin(kDeletes);
    tables::MergeDeletesOptions options;
    if (forced) options.deletes_min = kForcedDeletesMin;
    options.summary = {{"tarn.upkeep", row.id}};
    const auto report = tables::MergeDeletes(of.parts_, name, options);
    if (!report.ok()) return End(std::move(row), report.error(), true);
    row.files_added = report->added;
    row.delete_files_removed = report->removed;
    row.bytes_removed = report->bytes_removed;
    row.bytes_added = report->bytes_added;
    End(std::move(row), Ok(), report->removed > 0);
  }

  Result<std::set<std::string>> SmallManifests(const iceberg::TableMetadata& table,
                                               const catalog::MayOpen& within) const {
    std::set<std::string> small;
    const iceberg::SnapshotPtr head = table.current_snapshot();
    if (head == nullptr) return small;
    TARN_TRY(const auto manifests, of.parts_.manifests.ListOf(name.scope, *head, within));
    const int64_t target = ManifestTarget(table);
    for (const iceberg::ManifestFile& manifest : *manifests) {
      if (manifest.has_live() && manifest.length < target / 2) small.insert(manifest.path);
    }
    return small;
  }

  void MergeManifests() {
    RunRow row = Begin(kManifests);
    const auto table = of.parts_.tables.Load(name.scope, name.database, name.name);
    if (!table.ok()) return End(std::move(row), table.error(), true);
    const tables::Reach reach(of.parts_, table->record);
    if (const Status places = reach.MayWrite(*table->metadata); !places.ok()) {
      return End(std::move(row), places.error(), true);
    }
    const auto small = SmallManifests(*table->metadata, reach.ForReading());
    if (!small.ok()) return End(std::move(row), small.error(), true);
    if (small->size() < (forced ? 2 : of.options_.manifests_min)) return End(std::move(row), Ok(), false);
    catalog::SnapshotOptions options;
    options.table_uuid = table->metadata->table_uuid;
    options.summary = {{"tarn.upkeep", row.id}};
    options.may_open = reach.ForReading();
    const auto done = of.parts_.snapshots.RewriteManifests(name.scope, name.database, name.name, *small, options);
    if (!done.ok()) return End(std::move(row), done.error(), true);
    row.files_removed = small->size();
    End(std::move(row), Ok(), done->snapshot != nullptr);
  }

  void Expire() {
    RunRow row = Begin(kExpiry);
    tables::ExpireOptions options;
    options.defaults = policy.retention;
    if (policy.history_max_ms) options.older_than = row.started.Plus(-*policy.history_max_ms * 1000);
    options.stopping = [this] { return of.Stopping(); };
    const auto report = tables::ExpireSnapshots(of.parts_, name, options);
    if (!report.ok()) return End(std::move(row), report.error(), true);
    row.files_removed = report->files();
    row.bytes_removed = report->content_bytes;
    row.snapshots_expired = report->snapshots.size();
    End(std::move(row), Ok(), !report->snapshots.empty() || !report->refs.empty());
  }

  void RemoveOrphans() {
    RunRow row = Begin(kOrphans);
    tables::OrphanOptions options;
    options.age_micros = policy.orphan_age_micros;
    options.stopping = [this] { return of.Stopping(); };
    const auto report = tables::RemoveOrphans(of.parts_, name, options);
    if (!report.ok()) return End(std::move(row), report.error(), true);
    row.files_removed = report->orphans.size();
    row.bytes_removed = report->bytes;
    End(std::move(row), Ok(), !report->orphans.empty());
  }
};

Maintainer::Maintainer(kv::Store& store, tables::UpkeepParts parts, catalog::TableBuckets& buckets, Options options)
    : store_(store), parts_(parts), buckets_(buckets), options_(options), states_(store) {}

void Maintainer::Start() {
  if (options_.enabled) thread_ = std::thread([this] { RunThread(); });
}

void Maintainer::Wake() {
  std::lock_guard lock(mutex_);
  woken_ = true;
  wake_.notify_all();
}

void Maintainer::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

bool Maintainer::Stopping() const { return stopping_; }

void Maintainer::RunThread() {
  while (!stopping_) {
    {
      std::unique_lock lock(mutex_);
      const auto called = [this] { return woken_ || stopping_; };
      if (options_.trial_seconds > 0) {
        wake_.wait_for(lock, std::chrono::seconds(options_.trial_seconds), called);
      } else {
        wake_.wait(lock, called);
      }
      woken_ = false;
    }
    if (stopping_) return;
    const Status done = RunAll();
    if (!done.ok() && !done.Is(kCancelledError)) {
      log::Fault("upkeep", fmt::format("a round broke off: {}", done.error().message));
    }
  }
}

Status Maintainer::RunAll() {
  TARN_TRY(const auto scopes, catalog::ListScopes(store_));
  std::vector<RunRow> rows;
  Status done = Ok();
  for (const Scope& scope : scopes) {
    done = RunScope(scope, rows);
    if (!done.ok()) break;
  }
  TARN_CHECK(Append(parts_, rows));
  return done;
}

Status Maintainer::RunScope(const Scope& scope, std::vector<RunRow>& rows) {
  std::set<std::string> present;
  TARN_CHECK(catalog::VisitNamespaces(parts_.catalog, scope, [&](const catalog::Database& database) -> Status {
    catalog::ListOptions tables;
    do {
      const auto listed = parts_.tables.List(scope, database.name, tables);
      if (listed.Is(catalog::kNoSuchDatabase)) break;
      if (!listed.ok()) return listed.error();
      for (const catalog::Table& record : listed->items) {
        if (stopping_) return Fail(kCancelledError, "upkeep stops");
        present.insert(record.uid);
        TARN_CHECK(RunOne(scope, record, false, rows));
      }
      tables.after = listed->next;
    } while (!tables.after.empty());
    return Ok();
  }));
  TARN_TRY(const auto kept, states_.List(scope));
  for (const std::string& uid : kept) {
    if (!present.contains(uid)) TARN_CHECK(states_.Forget(scope, uid));
  }
  return Ok();
}

Result<std::vector<RunRow>> Maintainer::RunTable(const tables::TableName& table) {
  TARN_TRY(const catalog::IcebergTable found, parts_.tables.Load(table.scope, table.database, table.name));
  std::vector<RunRow> rows;
  TARN_CHECK(RunOne(table.scope, found.record, true, rows));
  TARN_CHECK(Append(parts_, rows));
  return rows;
}

Result<Policy> Maintainer::FindPolicy(const Scope& scope, const catalog::Table& record,
                                      const iceberg::TableMetadata& table) {
  std::optional<uint32_t> zone_days;
  if (options_.zone_days) {
    TARN_TRY(zone_days, options_.zone_days(scope, record));
  }
  const auto bucket = catalog::TableBucketOf(scope);
  if (!bucket) return PolicyOf(table, nullptr, nullptr, zone_days);
  TARN_TRY(const catalog::TableSettings settings, buckets_.GetSettings(scope, record));
  TARN_TRY(const catalog::TableBucket owner, buckets_.Get(catalog::PlainScope(scope), *bucket));
  return PolicyOf(table, &settings, &owner.file_removal);
}

bool Maintainer::IsDue(const TableState& state, const char* kind, int64_t apart_micros) const {
  const auto found = state.kinds.find(kind);
  if (found == state.kinds.end()) return true;
  const Timestamp now = parts_.clock.Now();
  if (found->second.not_before && now < *found->second.not_before) return false;
  return !found->second.last_run || now.micros - found->second.last_run->micros >= apart_micros;
}

Status Maintainer::RunOne(const Scope& scope, const catalog::Table& record, bool forced, std::vector<RunRow>& rows) {
  std::lock_guard lock(running_);
  const std::string* location = catalog::Find(record.parameters, "metadata_location");
  if (location == nullptr) return Ok();
  TARN_TRY(TableState state, states_.Get(scope, record));
  const bool expires = IsDue(state, kExpiry, options_.expiry_apart_micros);
  const bool sweeps = IsDue(state, kOrphans, options_.orphans_apart_micros);
  const bool changed = state.seen != *location;
  if (!forced && !changed && !expires && !sweeps) return Ok();
  const auto table = parts_.tables.Load(scope, record.database, record.name);
  if (!table.ok()) return Ok();  // dropped meanwhile, or nothing that upkeep could mend
  TARN_TRY(const Policy policy, FindPolicy(scope, record, *table->metadata));
  Work work{*this, {scope, record.database, record.name}, policy, state, forced, rows};
  const size_t before = rows.size();
  bool left = false;  // something that is to be looked at again
  if (policy.compaction && (forced || (changed && MayPay(*table->metadata, policy.limits)))) {
    if (forced || IsDue(state, kCompaction, 0)) work.Compact();
    left = left || !IsDue(state, kCompaction, 0);
    // What rewriting did not pay for.
    if (!Stopping() && (forced || IsDue(state, kDeletes, 0))) work.MergeDeletes();
    left = left || !IsDue(state, kDeletes, 0);
  }
  if (policy.manifests && (forced || changed)) {
    if (forced || IsDue(state, kManifests, 0)) work.MergeManifests();
    left = left || !IsDue(state, kManifests, 0);
  }
  if (policy.expiry && (forced || expires)) work.Expire();
  if (policy.orphans && (forced || sweeps)) work.RemoveOrphans();
  // After work of its own the table is another one: it is looked at again.
  if (rows.size() == before && !left) state.seen = *location;
  return states_.Put(scope, record, state);
}

}  // namespace tarn::jobs::maintain
