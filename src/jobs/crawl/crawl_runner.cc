#include "jobs/crawl/crawl_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/log.h"
#include "base/random.h"
#include "catalog/errors.h"
#include "jobs/crawl/errors.h"
#include "json/json.h"

namespace tarn::jobs::crawl {
namespace {

constexpr size_t kLeftOutShown = 20;
constexpr std::chrono::milliseconds kSeenFor{80};

// What a run cannot do, named; empty when the targets are all S3.
std::string UnsupportedTargets(const Targets& targets) {
  std::string names;
  const auto add = [&](bool present, std::string_view name) {
    if (present) names += (names.empty() ? "" : ", ") + std::string(name);
  };
  add(targets.catalog && !targets.catalog->empty(), "CatalogTargets");
  add(targets.jdbc && !targets.jdbc->empty(), "JdbcTargets");
  add(targets.mongo && !targets.mongo->empty(), "MongoDBTargets");
  add(targets.dynamo && !targets.dynamo->empty(), "DynamoDBTargets");
  add(targets.delta && !targets.delta->empty(), "DeltaTargets");
  add(targets.iceberg && !targets.iceberg->empty(), "IcebergTargets");
  add(targets.hudi && !targets.hudi->empty(), "HudiTargets");
  return names;
}

void AddChange(json::Value& kind, std::string_view change, const std::vector<std::string>& names) {
  if (names.empty()) return;
  json::Value details;
  json::Array listed;
  for (const std::string& name : names) listed.emplace_back(name);
  details.Set("names", std::move(listed));
  json::Value entry;
  entry.Set("Details", std::move(details));
  entry.Set("Count", static_cast<int64_t>(names.size()));
  kind.Set(change, std::move(entry));
}

void AddCount(json::Value& kind, std::string_view change, uint64_t count) {
  if (count == 0) return;
  json::Value entry;
  entry.Set("Count", static_cast<int64_t>(count));
  kind.Set(change, std::move(entry));
}

std::string Summarize(const Published& published) {
  json::Value tables;
  AddChange(tables, "ADD", published.created);
  AddChange(tables, "UPDATE", published.updated);
  AddChange(tables, "DELETE", published.deleted);
  json::Value partitions;
  AddCount(partitions, "ADD", published.partitions_created);
  AddCount(partitions, "UPDATE", published.partitions_updated);
  AddCount(partitions, "DELETE", published.partitions_deleted);
  json::Value summary;
  if (tables.is_object()) summary.Set("TABLE", std::move(tables));
  if (partitions.is_object()) summary.Set("PARTITION", std::move(partitions));
  return summary.is_object() ? json::Write(summary) : "";
}

GroupingOptions GroupingOf(const Definition& definition, const object::Location& target) {
  GroupingOptions options;
  const auto configuration = json::Parse(definition.configuration.value_or("{}"));
  const json::Value* grouping = configuration.ok() ? configuration->Find("Grouping") : nullptr;
  if (grouping == nullptr) return options;
  options.combine_compatible = grouping->StringOr("TableGroupingPolicy", "") == "CombineCompatibleSchemas";
  const int64_t level = grouping->IntOr("TableLevelConfiguration", 0);
  if (level > 0) {
    // Glue counts from the bucket, which is level 1.
    const int64_t include_level = 1 + std::ranges::count(target.key, '/');
    options.table_level = static_cast<uint32_t>(std::max<int64_t>(0, level - include_level));
  }
  return options;
}

std::string Describe(const std::vector<LeftOut>& left_out) {
  std::string text = fmt::format("{} file{} left out: ", left_out.size(), left_out.size() == 1 ? " was" : "s were");
  for (size_t i = 0; i < std::min(left_out.size(), kLeftOutShown); ++i) {
    text += fmt::format("{}{} ({})", i == 0 ? "" : "; ", left_out[i].url, left_out[i].reason);
  }
  if (left_out.size() > kLeftOutShown) text += "; …";
  return text;
}

}  // namespace

CrawlRunner::CrawlRunner(kv::Store& store, Definitions& definitions, catalog::Catalog& catalog, object::Store& objects,
                         const Clock& clock, MayCrawl may, size_t threads)
    : definitions_(&definitions),
      catalog_(&catalog),
      objects_(&objects),
      clock_(&clock),
      may_(std::move(may)),
      history_(store),
      pool_("crawl", threads, 10'000) {}

CrawlRunner::~CrawlRunner() {
  {
    std::lock_guard lock(mutex_);
    for (auto& [key, job] : jobs_) job->stop = true;
  }
  stop_asked_.notify_all();
  pool_.Stop();
}

Status CrawlRunner::Recover() {
  return history_.Recover("The lake was stopped while the crawl ran. Start the crawler again.", clock_->Now());
}

Result<std::string> CrawlRunner::Start(const Scope& scope, std::string_view crawler) {
  TARN_CHECK(definitions_->Get(scope, crawler));
  auto job = std::make_shared<Job>();
  job->scope = scope;
  job->crawler = std::string(crawler);
  job->crawl.id = RandomUuid();
  job->crawl.start_time = clock_->Now();
  TARN_CHECK(history_.Begin(scope, crawler, job->crawl));
  {
    std::lock_guard lock(mutex_);
    jobs_[{scope, job->crawler}] = job;
  }
  const std::string id = job->crawl.id;
  if (!pool_.TryPost([this, job] { Run(*job); })) {
    job->crawl.state = CrawlState::kFailed;
    job->crawl.end_time = clock_->Now();
    job->crawl.error = "Too many crawls are waiting.";
    TARN_CHECK(history_.End(scope, crawler, job->crawl));
    return Fail(kPoolFull, *job->crawl.error);
  }
  return id;
}

Status CrawlRunner::Stop(const Scope& scope, std::string_view crawler) {
  TARN_CHECK(definitions_->Get(scope, crawler));
  TARN_CHECK(history_.MarkStopping(scope, crawler));
  std::lock_guard lock(mutex_);
  const auto job = jobs_.find({scope, std::string(crawler)});
  if (job != jobs_.end()) job->second->stop = true;
  stop_asked_.notify_all();
  return Ok();
}

Result<Progress> CrawlRunner::GetProgress(const Scope& scope, std::string_view crawler) {
  Progress progress;
  TARN_TRY(const auto active, history_.Active(scope, crawler));
  if (active) {
    progress.state = active->stopping ? RunState::kStopping : RunState::kRunning;
    progress.elapsed_ms = (clock_->Now().micros - active->start_time.micros) / 1000;
  }
  TARN_TRY(auto crawls, history_.List(scope, crawler, 100));
  std::vector<double> seconds;
  for (const auto& crawl : crawls) {
    if (!crawl.end_time) continue;
    if (!progress.last) progress.last = crawl;
    seconds.push_back(static_cast<double>(crawl.end_time->micros - crawl.start_time.micros) / kMicrosPerSecond);
  }
  if (!seconds.empty()) {
    std::ranges::nth_element(seconds, seconds.begin() + static_cast<ptrdiff_t>(seconds.size() / 2));
    progress.median_runtime_seconds = seconds[seconds.size() / 2];
  }
  return progress;
}

Result<std::vector<Crawl>> CrawlRunner::History(const Scope& scope, std::string_view crawler, size_t limit) {
  return history_.List(scope, crawler, limit);
}

Status CrawlRunner::Forget(const Scope& scope, std::string_view crawler) { return history_.Forget(scope, crawler); }

// Clients that start a crawl look for RUNNING, or stop it again; AWS's crawls last long enough for both. Waits a moment
// before the work, unless a stop is asked for.
void CrawlRunner::LetBeSeen(Job& job) {
  std::unique_lock lock(mutex_);
  stop_asked_.wait_for(lock, kSeenFor, [&job] { return job.stop.load(); });
}

void CrawlRunner::Run(Job& job) {
  LetBeSeen(job);
  const auto published = CrawlTargets(job);
  job.crawl.end_time = clock_->Now();
  if (published.ok()) {
    job.crawl.state = job.stop ? CrawlState::kStopped : CrawlState::kCompleted;
    job.crawl.summary = Summarize(*published);
    job.crawl.tables_created = static_cast<int32_t>(published->created.size());
    job.crawl.tables_updated = static_cast<int32_t>(published->updated.size());
    job.crawl.tables_deleted = static_cast<int32_t>(published->deleted.size());
    if (!job.left_out.empty()) job.crawl.error = Describe(job.left_out);
  } else {
    job.crawl.state = CrawlState::kFailed;
    job.crawl.error = published.error().message;
  }
  {
    std::lock_guard lock(mutex_);
    jobs_.erase({job.scope, job.crawler});
  }
  if (const Status ended = history_.End(job.scope, job.crawler, job.crawl); !ended.ok()) {
    log::Fault("crawl", fmt::format("crawl {} of {}: {}", job.crawl.id, job.crawler, ended.error().message));
  }
}

Result<Published> CrawlRunner::CrawlTargets(Job& job) {
  TARN_TRY(const Definition definition, definitions_->Get(job.scope, job.crawler));
  if (const std::string names = UnsupportedTargets(definition.targets); !names.empty()) {
    return Fail(kInvalidInput, names + " cannot be crawled; S3Targets can.");
  }
  if (!definition.database) return Fail(kInvalidInput, "The crawler has no database to write to.");
  const auto database = catalog_->GetDatabase(job.scope, *definition.database);
  if (database.Is(catalog::kNoSuchDatabase)) {
    // As Glue: a crawler makes the database that it is told to fill.
    const Status made = catalog_->CreateDatabase(job.scope, {.name = *definition.database});
    if (!made.ok() && !made.Is(catalog::kAlreadyExists)) return made.error();
  } else if (!database.ok()) {
    return database.error();
  }
  Publisher publisher(*catalog_, job.scope, definition, clock_->Now());
  for (const S3Target& target : definition.targets.s3.value_or(std::vector<S3Target>())) {
    if (job.stop) break;
    TARN_CHECK(CrawlTarget(job, definition, target, publisher));
  }
  return publisher.published();
}

Status CrawlRunner::CrawlTarget(Job& job, const Definition& definition, const S3Target& target, Publisher& publisher) {
  TARN_TRY(object::Location location, object::ParseLocation(target.path.value_or("")));
  const object::Files files(*objects_, job.scope.account);
  // "s3://b/sales" names the folder, unless an object has that very name.
  if (!location.key.empty() && !location.key.ends_with('/') && !files.Head(location.bucket, location.key).ok()) {
    location.key += '/';
  }
  if (may_) TARN_CHECK(may_(job.scope, definition.role, location.Url()));
  TARN_TRY(const auto hints, CsvHintsOf(job.scope, definition));
  SampleOptions options;
  options.exclusions = target.exclusions.value_or(std::vector<std::string>());
  if (target.sample_size) options.files_per_folder = static_cast<uint32_t>(std::max(1, *target.sample_size));
  options.csv = hints;
  options.stopping = [&job] { return job.stop.load(); };
  auto sampled = SampleTarget(files, location, options);
  if (!sampled.ok()) {
    return Fail(*sampled.error().reason, fmt::format("{}: {}", location.Url(), sampled.error().message));
  }
  std::ranges::move(sampled->left_out, std::back_inserter(job.left_out));
  if (sampled->stopped) return Ok();
  const std::string base = "s3://" + location.bucket + "/" + location.key.substr(0, location.key.rfind('/') + 1);
  for (const FoundTable& found : FindTables(sampled->files, GroupingOf(definition, location))) {
    if (job.stop) return Ok();
    TARN_CHECK(publisher.Publish(found, base));
  }
  return publisher.Retire(base);
}

Result<std::optional<formats::CsvHints>> CrawlRunner::CsvHintsOf(const Scope& scope, const Definition& definition) {
  for (const std::string& name : definition.classifiers) {
    const auto classifier = definitions_->GetClassifier(scope, name);
    if (classifier.Is(kNoSuchClassifier)) continue;
    if (!classifier.ok()) return classifier.error();
    if (classifier->kind != ClassifierKind::kCsv) {
      return Fail(kInvalidInput,
                  fmt::format("Classifier {} is of a kind that is not run yet; CSV classifiers are.", name));
    }
    formats::CsvHints hints;
    if (classifier->delimiter && !classifier->delimiter->empty()) hints.delimiter = classifier->delimiter->front();
    if (classifier->quote && !classifier->quote->empty()) hints.quote = classifier->quote->front();
    if (classifier->contains_header == "PRESENT") hints.header = true;
    if (classifier->contains_header == "ABSENT") hints.header = false;
    hints.names = classifier->header.value_or(std::vector<std::string>());
    hints.allow_single_column = classifier->allow_single_column.value_or(false);
    return std::optional<formats::CsvHints>(std::move(hints));
  }
  return std::optional<formats::CsvHints>();
}

}  // namespace tarn::jobs::crawl
