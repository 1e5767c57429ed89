#include "catalog/iceberg/committer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/strings.h"
#include "catalog/errors.h"
#include "iceberg/errors.h"
#include "iceberg/manifest/reader.h"
#include "object/errors.h"
#include "object/files.h"

namespace tarn::catalog {
namespace {

constexpr uint64_t kManifestBytesMax = uint64_t{1} << 30;
constexpr size_t kGroupMax = 64;
constexpr std::chrono::milliseconds kComingWait{2};
// Each round lost means that another commit won: somebody always goes on.
constexpr int kRoundsMax = 100;
constexpr size_t kLanesMax = 512;
constexpr size_t kListedMax = 100'000;  // some 30 MB

bool AssertsCreate(const std::vector<iceberg::Requirement>& requirements) {
  return std::ranges::any_of(
      requirements, [](const iceberg::Requirement& each) { return each.kind == iceberg::RequirementKind::kCreate; });
}

void Name(Table& record, std::string_view database, std::string_view name) {
  record.database = database;
  record.name = AsciiLower(name);
  if (record.name != name) record.shown_name = name;
}

Error GaveUp(const TableChange& change) {
  return Fail(iceberg::kCommitFailed, fmt::format("{}.{} changes too often, retry", change.database, change.name));
}

}  // namespace

struct Committer::Job {
  const TableChange* change = nullptr;
  const Alongside* also = nullptr;
  std::optional<iceberg::CheckedAppend> append;
  bool out = false;                            // its answer stands, whatever becomes of its group
  std::optional<Result<IcebergTable>> answer;  // the leader's, until it is done
  bool done = false;                           // under the lane's mutex
};

// The commits to one table; `busy` while one thread works for all.
struct Committer::Lane {
  mutable std::mutex mutex;
  std::condition_variable turn;
  std::deque<Job*> waiting;
  int coming = 0;  // callers that are about to wait
  bool busy = false;
  std::shared_ptr<const iceberg::TableMetadata> last;  // what the last group made
  int users = 0;                                       // under the committer's mutex
};

// Keeps a table's lane alive.
class Committer::LaneUse {
 public:
  LaneUse(Committer& committer, const Scope& scope, const TableChange& change) : committer_(committer) {
    const std::string key = fmt::format("{}\n{}\n{}\n{}", scope.account, scope.region, AsciiLower(change.database),
                                        AsciiLower(change.name));
    std::lock_guard lock(committer_.mutex_);
    if (committer_.lanes_.size() >= kLanesMax) {
      std::erase_if(committer_.lanes_, [](const auto& each) { return each.second->users == 0; });
    }
    auto& slot = committer_.lanes_[key];
    if (slot == nullptr) slot = std::make_unique<Lane>();
    lane_ = slot.get();
    ++lane_->users;
  }
  LaneUse(const LaneUse&) = delete;
  LaneUse& operator=(const LaneUse&) = delete;
  ~LaneUse() {
    std::lock_guard lock(committer_.mutex_);
    --lane_->users;
  }
  Lane& operator*() const { return *lane_; }
  Lane* operator->() const { return lane_; }
  Lane* get() const { return lane_; }

  // Waits until no group is under way, and keeps others from beginning one.
  void Seize() {
    std::unique_lock lock(lane_->mutex);
    lane_->turn.wait(lock, [&] { return !lane_->busy; });
    lane_->busy = true;
  }
  void Release() {
    std::lock_guard lock(lane_->mutex);
    lane_->busy = false;
    lane_->turn.notify_all();
  }

 private:
  Committer& committer_;
  Lane* lane_ = nullptr;
};

class Committer::Source : public ManifestSource {
 public:
  Source(Committer& committer, const Scope& scope) : committer_(committer), files_(committer.objects_, scope.account) {}

  Result<List> ListOf(const iceberg::Snapshot& snapshot) override {
    if (List known = committer_.FindList(snapshot.manifest_list); known != nullptr) return known;
    TARN_TRY(const std::string bytes, Read(snapshot.manifest_list));
    TARN_TRY(auto manifests, iceberg::ReadManifestList(bytes));
    List list = std::make_shared<const std::vector<iceberg::ManifestFile>>(std::move(manifests));
    committer_.KeepList(snapshot.manifest_list, list);
    return list;
  }
  Result<std::string> Read(const std::string& path) override {
    TARN_TRY(const object::Location place, object::ParseLocation(path));
    return files_.ReadAll(place.bucket, place.key, kManifestBytesMax);
  }

 private:
  Committer& committer_;
  const object::Files files_;
};

Committer::Committer(kv::Store& kv, blob::Store& blobs, object::Store& objects, const Clock& clock, Loader load,
                     Locator locate, Keeper keep)
    : kv_(kv),
      blobs_(blobs),
      objects_(objects),
      clock_(clock),
      load_(std::move(load)),
      locate_(std::move(locate)),
      keep_(std::move(keep)) {}
Committer::~Committer() = default;

ManifestSource::List Committer::FindList(const std::string& path) {
  std::lock_guard lock(lists_mutex_);
  const auto found = lists_.find(path);
  return found == lists_.end() ? nullptr : found->second;
}

void Committer::KeepList(const std::string& path, ManifestSource::List list) {
  std::lock_guard lock(lists_mutex_);
  listed_ += list->size();
  if (listed_ > kListedMax) {
    lists_.clear();
    listed_ = list->size();
  }
  lists_[path] = std::move(list);
}

Result<TableDraft> Committer::Begin(const Scope& scope, const TableChange& change) {
  auto loaded = load_(scope, change.database, change.name);
  if (loaded.ok()) return TableDraft(std::move(*loaded), clock_.Now());
  if (!loaded.Is(kNoSuchTable) || !AssertsCreate(change.requirements)) return loaded.error();
  IcebergTable none;
  Name(none.record, change.database, change.name);
  return TableDraft(std::move(none), clock_.Now());
}

Status Committer::Publish(const Scope& scope, std::span<TableDraft* const> drafts, const Alongside& also) {
  object::PutBatch batch(objects_, blobs_, scope.account);
  for (TableDraft* draft : drafts) {
    const Table& record = draft->base().record;
    TARN_CHECK(draft->Finish(batch, [&] { return locate_(scope, record.database, record.name); }));
  }
  TARN_CHECK(batch.Seal());
  bool refused = false;
  Status done = kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    refused = true;
    for (TableDraft* draft : drafts) TARN_CHECK(draft->Swap(txn, scope));
    TARN_CHECK(batch.Apply(txn));
    if (also) TARN_CHECK(also(txn));
    refused = false;
    return Ok();
  });
  if (done.ok()) {
    for (TableDraft* draft : drafts) {
      for (const auto& [path, list] : draft->lists()) KeepList(path, list);
      keep_(draft->next(), batch.EtagOf(draft->metadata_index()), draft->base().metadata_location);
    }
    return done;
  }
  // A commit that the store did not refuse, but failed to make durable, may be found after a restart.
  const bool nothing = refused || done.Is(kv::kConflict) || done.Is(kv::kTooLarge) || done.Is(kv::kFull);
  if (nothing) return done;
  return Fail(kCommitUnknown, fmt::format("the commit may have happened: {}", done.error().message));
}

void Committer::Prepare(const Scope& scope, const Lane& lane, Job& job) {
  std::shared_ptr<const iceberg::TableMetadata> base;
  {
    std::lock_guard lock(lane.mutex);
    base = lane.last;
  }
  if (base == nullptr) return;
  const auto plan = iceberg::PlanRebase(*base, job.change->requirements, job.change->updates);
  if (!plan) return;
  Source source(*this, scope);
  // What is wrong with it is told when it has its turn.
  auto append = ReadAppend(*base, *plan, source);
  if (append.ok()) job.append = std::move(*append);
}

Status Committer::Round(const Scope& scope, Lane& lane, std::span<Job* const> jobs) {
  auto begun = Begin(scope, *jobs.front()->change);
  if (!begun.ok()) {
    for (Job* job : jobs) {
      if (!job->out) job->answer = Result<IcebergTable>(begun.error());
    }
    return Ok();
  }
  TableDraft draft = std::move(*begun);
  Source source(*this, scope);
  std::vector<Job*> accepted;
  for (Job* job : jobs) {
    if (job->out) continue;
    const Status applied = draft.Apply(*job->change, job->append ? &*job->append : nullptr, source);
    if (applied.ok()) {
      accepted.push_back(job);
      job->answer.reset();
    } else {
      job->answer = Result<IcebergTable>(applied.error());
    }
  }
  if (accepted.empty()) return Ok();
  IcebergTable made = draft.base();
  if (draft.changed()) {
    TableDraft* const one = &draft;
    Job* refusing = nullptr;
    Status published = Publish(scope, std::span(&one, 1), [&](kv::Txn& txn) -> Status {
      for (Job* job : accepted) {
        refusing = job;
        if (*job->also) TARN_CHECK((*job->also)(txn));
      }
      refusing = nullptr;
      return Ok();
    });
    if (published.Is(kTableMoved)) return published;
    if (!published.ok() && refusing != nullptr) {
      // Nothing happened; the others go without it.
      refusing->answer = Result<IcebergTable>(published.error());
      refusing->out = true;
      return Fail(kTableMoved, published.error().message);
    }
    if (!published.ok()) {
      const bool exists = published.Is(kAlreadyExists);
      const Error error =
          exists ? Fail(iceberg::kCommitFailed, "Requirement failed: table already exists") : published.error();
      for (Job* job : accepted) job->answer = Result<IcebergTable>(error);
      return Ok();
    }
    made = draft.Take();
  }
  std::lock_guard lock(lane.mutex);
  lane.last = made.metadata;
  for (Job* job : accepted) job->answer = Result<IcebergTable>(made);
  return Ok();
}

void Committer::Lead(const Scope& scope, Lane& lane, std::unique_lock<std::mutex>& lock) {
  lane.busy = true;
  // Who has been let in a moment ago comes along.
  lane.turn.wait_for(lock, kComingWait, [&] { return lane.coming == 0; });
  const auto count = static_cast<std::ptrdiff_t>(std::min(lane.waiting.size(), kGroupMax));
  const std::vector<Job*> group(lane.waiting.begin(), lane.waiting.begin() + count);
  lane.waiting.erase(lane.waiting.begin(), lane.waiting.begin() + count);
  lock.unlock();
  for (int round = 1; Round(scope, lane, group).Is(kTableMoved); ++round) {
    if (round < kRoundsMax) continue;
    for (Job* each : group) {
      if (!each->out) each->answer = Result<IcebergTable>(GaveUp(*each->change));
    }
    break;
  }
  lock.lock();
  for (Job* each : group) each->done = true;
  lane.busy = false;
  lane.turn.notify_all();
}

Result<IcebergTable> Committer::Commit(const Scope& scope, const TableChange& change, const Alongside& also) {
  const LaneUse lane(*this, scope, change);
  Job job{.change = &change, .also = &also, .append = {}, .answer = {}};
  {
    std::lock_guard lock(lane->mutex);
    ++lane->coming;
  }
  Prepare(scope, *lane, job);
  std::unique_lock lock(lane->mutex);
  lane->waiting.push_back(&job);
  if (--lane->coming == 0 && lane->busy) lane->turn.notify_all();
  while (!job.done) {
    lane->turn.wait(lock, [&] { return job.done || !lane->busy; });
    if (!job.done) Lead(scope, *lane, lock);
  }
  return std::move(*job.answer);
}

Result<IcebergTable> Committer::Create(const Scope& scope, Table record, iceberg::TableMetadata metadata,
                                       const Alongside& also) {
  IcebergTable none;
  none.record = std::move(record);
  Name(none.record, std::string(none.record.database), std::string(none.record.name));
  TableDraft draft(std::move(none), clock_.Now());
  draft.Set(std::move(metadata));
  TableDraft* const one = &draft;
  TARN_CHECK(Publish(scope, std::span(&one, 1), also));
  return draft.Take();
}

Result<std::vector<IcebergTable>> Committer::TryAll(const Scope& scope, const std::vector<TableChange>& changes,
                                                    const Alongside& also) {
  std::vector<std::unique_ptr<TableDraft>> drafts;
  std::vector<TableDraft*> changed;
  Source source(*this, scope);
  for (const TableChange& change : changes) {
    TARN_TRY(TableDraft draft, Begin(scope, change));
    drafts.push_back(std::make_unique<TableDraft>(std::move(draft)));
    TARN_CHECK(drafts.back()->Apply(change, nullptr, source));
    if (drafts.back()->changed()) changed.push_back(drafts.back().get());
  }
  if (!changed.empty()) {
    Status published = Publish(scope, changed, also);
    if (published.Is(kAlreadyExists)) {
      return Fail(iceberg::kCommitFailed, "Requirement failed: table already exists");
    }
    if (!published.ok()) return published.error();
  }
  std::vector<IcebergTable> tables;
  tables.reserve(drafts.size());
  for (const auto& draft : drafts) tables.push_back(draft->changed() ? draft->Take() : draft->base());
  return tables;
}

Result<std::vector<IcebergTable>> Committer::CommitAll(const Scope& scope, const std::vector<TableChange>& changes,
                                                       const Alongside& also) {
  // Every table's lane, in one order for all callers; a table named twice is refused.
  std::map<std::pair<std::string, std::string>, std::unique_ptr<LaneUse>> lanes;
  for (const TableChange& change : changes) {
    auto& slot = lanes[{AsciiLower(change.database), AsciiLower(change.name)}];
    if (slot != nullptr) {
      return Fail(iceberg::kInvalid,
                  fmt::format("Cannot change {}.{} twice in one transaction", change.database, change.name));
    }
    slot = std::make_unique<LaneUse>(*this, scope, change);
  }
  for (const auto& [name, lane] : lanes) lane->Seize();
  auto done = TryAll(scope, changes, also);
  for (int round = 1; done.Is(kTableMoved) && round < kRoundsMax; ++round) done = TryAll(scope, changes, also);
  for (const auto& [name, lane] : lanes) lane->Release();
  if (done.Is(kTableMoved)) return GaveUp(changes.front());
  return done;
}

}  // namespace tarn::catalog
