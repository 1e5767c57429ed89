#include "object/lifecycle/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "base/record.h"
#include "object/store/keys.h"

namespace tarn::object {
namespace {

constexpr size_t kBucketsPerPage = 100;
constexpr int64_t kAfterMidnight = 1'000;  // microseconds

Error Stopped() { return Fail(kCancelledError, "the lake is stopping"); }

// What happened meanwhile to the version, and is no reason to stop.
bool IsOvertaken(const Error& error) {
  return error.reason == &kPreconditionFailed || error.reason == &kObjectLocked || error.reason == &kNoSuchKey ||
         error.reason == &kNoSuchVersion || error.reason == &kDeleteMarker || error.reason == &kNoSuchUpload;
}

void Count(std::string_view action, uint64_t by) {
  if (by > 0) metrics::GetCounter("tarn_lifecycle_actions_total", fmt::format("action=\"{}\"", action)).Add(by);
}

}  // namespace

// A bucket's rules, and those that count for keys that are spared.
struct LifecycleRunner::Plan {
  const LifecycleRules& rules;
  LifecycleRules kept = {};
  std::vector<std::string> spared = {};

  Plan(const LifecycleRules& all, Sparing sparing) : rules(all), spared(std::move(sparing.keys)) {
    if (spared.empty()) return;
    kept = all;
    std::erase_if(kept.rules, [&](const LifecycleRule& rule) { return rule.id.starts_with(sparing.rules); });
  }

  const LifecycleRules& Of(const std::string& key) const {
    const auto next = std::ranges::upper_bound(spared, key);
    return next != spared.begin() && key.starts_with(*std::prev(next)) ? kept : rules;
  }
};

namespace {

// Judges the versions of keys one after the other and does what is due, in batches.
class Sweep {
 public:
  // The rules that count for a key.
  using RulesFor = std::function<const LifecycleRules&(const std::string& key)>;
  Sweep(Store& store, const Bucket& bucket, RulesFor rules, Timestamp now, const StorageTimes& times,
        LifecycleRunner::Report& report)
      : store_(store), bucket_(bucket), rules_(std::move(rules)), now_(now), times_(times), report_(report) {}

  // Versions of a key come newest first, keys ascending.
  Status Take(const Entry& entry) {
    if (entry.is_latest) {
      TARN_CHECK(EndKey());
      newer_ = 0;
    }
    LifecycleSubject subject{.key = entry.key,
                             .size = entry.size,
                             .storage_class = ClassName(entry.storage_class),
                             .modified = entry.modified,
                             .is_latest = entry.is_latest,
                             .is_delete_marker = entry.is_delete_marker,
                             .noncurrent = previous_,
                             .newer = newer_};
    if (!entry.is_latest) {
      marker_.reset();
      ++newer_;
    }
    previous_ = entry.modified;
    if (entry.is_latest && entry.is_delete_marker) {
      marker_ = entry;  // alone, if no older version comes
      return Ok();
    }
    return Act(entry, subject);
  }

  // After the last version of a key.
  Status EndKey() {
    if (!marker_) return Ok();
    const Entry marker = *std::exchange(marker_, std::nullopt);
    return Act(marker, {.key = marker.key, .modified = marker.modified, .is_delete_marker = true, .is_alone = true});
  }

  // Deletes what was collected.
  Status Flush() {
    if (deletions_.empty()) return Ok();
    TARN_TRY(const auto results, store_.DeleteMany(bucket_, deletions_));
    for (size_t i = 0; i < results.size(); ++i) {
      uint64_t& done = deletions_[i].version_id.empty() ? report_.expired : report_.removed;
      ++(results[i].ok() ? done : report_.kept);
    }
    deletions_.clear();
    return Ok();
  }

 private:
  Status Act(const Entry& entry, LifecycleSubject subject) {
    const LifecycleRules& rules = rules_(entry.key);
    LifecycleVerdict verdict = Judge(rules, subject, now_, times_);
    if (verdict.action == LifecycleAction::kNone) return Ok();
    Tags tags;
    if (verdict.by_tags) {
      const auto version = store_.Find(bucket_, entry.key, entry.version_id, /*with_content=*/false);
      if (!version.ok()) return IsOvertaken(version.error()) ? Ok() : Status(version.error());
      tags = version->tags;
      subject.tags = &tags;
      verdict = Judge(rules, subject, now_, times_);
    }
    switch (verdict.action) {
      case LifecycleAction::kNone:
        return Ok();
      case LifecycleAction::kMove:
        return Move(entry, verdict.storage_class);
      case LifecycleAction::kExpire:
        deletions_.push_back({.key = entry.key, .expires = true, .if_only = {{entry.modified, Standing::kNewest}}});
        break;
      case LifecycleAction::kRemove:
        deletions_.push_back(
            {.key = entry.key,
             .version_id = entry.version_id,
             .expires = true,
             .if_only = {{entry.modified, entry.is_latest ? Standing::kAlone : Standing::kNoncurrent}}});
        break;
    }
    return deletions_.size() >= kBatch ? Flush() : Ok();
  }

  Status Move(const Entry& entry, const std::string& storage_class) {
    const auto moved = store_.MoveToClass(bucket_, entry.key, entry.version_id, entry.modified, storage_class);
    if (moved.Is(kDamaged)) {
      log::Fault("lifecycle",
                 fmt::format("{}/{} stays in its class: {}", bucket_.name, entry.key, moved.error().message));
    } else if (!moved.ok() && !IsOvertaken(moved.error())) {
      return moved;
    }
    ++(moved.ok() ? report_.moved : report_.kept);
    return Ok();
  }

  static constexpr size_t kBatch = 250;

  Store& store_;
  const Bucket& bucket_;
  const RulesFor rules_;
  const Timestamp now_;
  const StorageTimes& times_;
  LifecycleRunner::Report& report_;
  std::vector<Deletion> deletions_;
  std::optional<Entry> marker_;
  Timestamp previous_;  // the next newer version's time
  uint32_t newer_ = 0;
};

}  // namespace

Result<LifecycleRunner::Place> LifecycleRunner::LoadPlace() {
  Place place;
  TARN_CHECK(kv::Read(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto stored, txn.PeekGet(LifecyclePlaceKey().bytes()));
    if (!stored) return Ok();
    RecordReader in(*stored);
    place.running = true;
    while (in.Next()) {
      if (in.tag() == 1) place.bucket = in.str();
      if (in.tag() == 2) place.done = in.boolean();
      if (in.tag() == 3) place.key = in.str();
    }
    if (in.corrupt()) place = {};  // the run begins anew
    return Ok();
  }));
  return place;
}

Status LifecycleRunner::KeepPlace(const Place& place) {
  return kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    if (place.running) {
      txn.Put(LifecyclePlaceKey().bytes(),
              RecordWriter().Str(1, place.bucket).Bool(2, place.done).Str(3, place.key).Take());
    } else {
      txn.Delete(LifecyclePlaceKey().bytes());
    }
    return Ok();
  });
}

Result<LifecycleRunner::Report> LifecycleRunner::RunOnce() {
  Report report;
  TARN_TRY(Place place, LoadPlace());
  std::string after = place.bucket;
  if (place.running && !place.done) {
    const auto bucket = store_.GetBucket(place.bucket);
    if (bucket.ok()) {
      TARN_TRY(const LifecycleRules rules, rules_(*bucket));
      TARN_CHECK(RunBucket(*bucket, rules, place.key, report));
    }
  }
  while (true) {
    TARN_TRY(const auto buckets, store_.ListAllBuckets(after, kBucketsPerPage));
    for (const Bucket& bucket : buckets) {
      TARN_TRY(const LifecycleRules rules, rules_(bucket));
      after = bucket.name;
      if (rules.empty()) continue;
      TARN_CHECK(KeepPlace({.running = true, .bucket = bucket.name}));
      TARN_CHECK(RunBucket(bucket, rules, "", report));
      TARN_CHECK(KeepPlace({.running = true, .bucket = bucket.name, .done = true}));
    }
    if (buckets.size() < kBucketsPerPage) break;
  }
  TARN_CHECK(KeepPlace({}));
  return report;
}

Status LifecycleRunner::RunBucket(const Bucket& bucket, const LifecycleRules& rules, const std::string& after,
                                  Report& report) {
  Report done;
  Sparing sparing;
  if (options_.sparing && !rules.empty()) {
    TARN_TRY(sparing, options_.sparing(bucket, rules));
  }
  const Plan plan(rules, std::move(sparing));
  Status outcome = Ok();
  for (const std::string& prefix : rules.Prefixes()) {
    outcome = AbortUploads(bucket, rules, prefix, done);
    if (outcome.ok()) outcome = RunPrefix(bucket, plan, prefix, after, done);
    if (!outcome.ok()) break;
  }
  Count("expire", done.expired);
  Count("remove", done.removed);
  Count("transition", done.moved);
  Count("abort", done.aborted);
  Count("keep", done.kept);
  report.expired += done.expired;
  report.removed += done.removed;
  report.moved += done.moved;
  report.aborted += done.aborted;
  report.kept += done.kept;
  // A bucket that was deleted meanwhile is done.
  return outcome.Is(kNoSuchBucket) ? Ok() : outcome;
}

Status LifecycleRunner::RunPrefix(const Bucket& bucket, const Plan& plan, const std::string& prefix,
                                  const std::string& after, Report& report) {
  const auto rules = [&plan](const std::string& key) -> const LifecycleRules& { return plan.Of(key); };
  Sweep sweep(store_, bucket, rules, clock_.Now(), options_.times, report);
  VersionQuery query{.prefix = prefix, .key_marker = after, .max = options_.page};
  std::string last_whole;  // the last key of which every version was seen
  std::string current;
  while (true) {
    if (stopping_) return Stopped();
    TARN_TRY(const VersionPage page, store_.ListVersions(bucket, query));
    for (const Entry& entry : page.entries) {
      if (entry.is_latest) last_whole = std::exchange(current, entry.key);
      TARN_CHECK(sweep.Take(entry));
    }
    if (!page.truncated) break;
    TARN_CHECK(sweep.Flush());
    if (!last_whole.empty()) TARN_CHECK(KeepPlace({.running = true, .bucket = bucket.name, .key = last_whole}));
    query.key_marker = page.next_key;
    query.version_marker = page.next_version;
  }
  TARN_CHECK(sweep.EndKey());
  return sweep.Flush();
}

Status LifecycleRunner::AbortUploads(const Bucket& bucket, const LifecycleRules& rules, const std::string& prefix,
                                     Report& report) {
  UploadQuery query{.prefix = prefix, .max = options_.page};
  while (true) {
    if (stopping_) return Stopped();
    TARN_TRY(const UploadPage page, store_.ListUploads(bucket, query));
    for (const Upload& upload : page.uploads) {
      if (!IsUploadDue(rules, upload.key, upload.initiated, clock_.Now(), options_.times)) continue;
      const Status aborted = store_.Abort(bucket, upload.key, upload.id);
      if (!aborted.ok() && !IsOvertaken(aborted.error())) return aborted;
      ++(aborted.ok() ? report.aborted : report.kept);
    }
    if (!page.truncated) return Ok();
    query.key_marker = page.next_key;
    query.upload_marker = page.next_upload;
  }
}

void LifecycleRunner::Start() {
  thread_ = std::thread([this] { RunThread(); });
}

void LifecycleRunner::Wake() {
  std::lock_guard lock(mutex_);
  woken_ = true;
  wake_.notify_all();
}

void LifecycleRunner::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void LifecycleRunner::RunThread() {
  const bool ticks = options_.times.day_micros < kMicrosPerDay;
  if (const auto place = LoadPlace(); place.ok() && place->running) Wake();
  while (!stopping_) {
    {
      std::unique_lock lock(mutex_);
      const auto called = [&] { return woken_ || stopping_; };
      if (ticks) {
        const Timestamp now = clock_.Now();
        const int64_t wait = options_.times.Midnight({now.micros + 1}, 0).micros - now.micros;
        wake_.wait_for(lock, std::chrono::microseconds(wait + kAfterMidnight), called);
      } else {
        wake_.wait(lock, called);
      }
      woken_ = false;
    }
    if (stopping_) return;
    const auto report = RunOnce();
    if (options_.also) {
      const Status also = options_.also();
      if (!also.ok()) log::Fault("lifecycle", also.error().message);
    }
    if (report.ok()) {
      metrics::GetCounter("tarn_lifecycle_runs_total").Add();
      if (ticks && report->expired + report->removed + report->moved + report->aborted == 0) continue;
      log::Info("lifecycle", fmt::format("expired {}, removed {}, moved {}, aborted {}, kept {}", report->expired,
                                         report->removed, report->moved, report->aborted, report->kept));
    } else if (!report.Is(kCancelledError)) {
      log::Fault("lifecycle", fmt::format("a run broke off: {}", report.error().message));
    }
  }
}

}  // namespace tarn::object
