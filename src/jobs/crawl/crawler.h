// What a crawler is told to do, what its runs leave, and the face of what runs it.
//
// Members that a client may leave out are optional and stay out. Only S3 and catalog targets can be crawled; the others
// are kept as given, and a run that has them fails with their names. Times are UTC microseconds.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"

namespace tarn::jobs::crawl {

struct S3Target {
  std::optional<std::string> path;                     // "s3://bucket/prefix/"
  std::optional<std::vector<std::string>> exclusions;  // glob patterns, relative to the path
  std::optional<std::string> connection_name;
  std::optional<int32_t> sample_size;  // files read a leaf folder; absent: all
  std::optional<std::string> event_queue_arn;
  std::optional<std::string> dlq_event_queue_arn;
};

struct CatalogTarget {
  std::string database;
  std::vector<std::string> tables;
  std::optional<std::string> connection_name;
  std::optional<std::string> event_queue_arn;
  std::optional<std::string> dlq_event_queue_arn;
};

struct JdbcTarget {
  std::optional<std::string> connection_name;
  std::optional<std::string> path;
  std::optional<std::vector<std::string>> exclusions;
  std::optional<std::vector<std::string>> additional_metadata;
};

struct MongoTarget {
  std::optional<std::string> connection_name;
  std::optional<std::string> path;
  std::optional<bool> scan_all;
};

struct DynamoTarget {
  std::optional<std::string> path;
  std::optional<bool> scan_all;
  std::optional<double> scan_rate;
};

struct DeltaTarget {
  std::optional<std::vector<std::string>> tables;
  std::optional<std::string> connection_name;
  std::optional<bool> write_manifest;
  std::optional<bool> create_native_table;
};

// Iceberg and Hudi.
struct LakeTarget {
  std::optional<std::vector<std::string>> paths;
  std::optional<std::string> connection_name;
  std::optional<std::vector<std::string>> exclusions;
  std::optional<int32_t> depth_max;
};

struct Targets {
  std::optional<std::vector<S3Target>> s3;
  std::optional<std::vector<CatalogTarget>> catalog;
  std::optional<std::vector<JdbcTarget>> jdbc;
  std::optional<std::vector<MongoTarget>> mongo;
  std::optional<std::vector<DynamoTarget>> dynamo;
  std::optional<std::vector<DeltaTarget>> delta;
  std::optional<std::vector<LakeTarget>> iceberg;
  std::optional<std::vector<LakeTarget>> hudi;
};

enum class ScheduleState : uint8_t { kScheduled, kNotScheduled };

struct Definition {
  std::string name;  // case-sensitive
  std::string role;
  Targets targets;
  std::optional<std::string> database;
  std::optional<std::string> description;
  std::optional<std::string> schedule;  // cron(…) or rate(…)
  ScheduleState schedule_state = ScheduleState::kNotScheduled;
  std::vector<std::string> classifiers;
  std::optional<std::string> table_prefix;
  std::string update_behavior = "UPDATE_IN_DATABASE";     // or LOG
  std::string delete_behavior = "DEPRECATE_IN_DATABASE";  // or LOG, DELETE_FROM_DATABASE
  std::string recrawl_behavior = "CRAWL_EVERYTHING";      // or CRAWL_NEW_FOLDERS_ONLY, CRAWL_EVENT_MODE
  std::string lineage = "DISABLE";
  std::optional<bool> lake_formation_credentials;
  std::optional<std::string> lake_formation_account;
  std::optional<std::string> configuration;  // JSON, checked
  std::optional<std::string> security_configuration;
  std::optional<std::string> catalog_id;
  std::map<std::string, std::string> tags;
  Timestamp create_time;
  Timestamp update_time;
  int64_t version = 1;
};

enum class ClassifierKind : uint8_t { kGrok, kXml, kJson, kCsv };

struct Classifier {
  std::string name;
  ClassifierKind kind = ClassifierKind::kCsv;
  Timestamp create_time;
  Timestamp update_time;
  int64_t version = 1;
  std::optional<std::string> classification;  // Grok, XML
  std::optional<std::string> grok_pattern;
  std::optional<std::string> custom_patterns;
  std::optional<std::string> row_tag;    // XML
  std::optional<std::string> json_path;  // JSON
  // CSV
  std::optional<std::string> delimiter;
  std::optional<std::string> quote;
  std::optional<std::string> contains_header;  // UNKNOWN, PRESENT, ABSENT
  std::optional<std::vector<std::string>> header;
  std::optional<bool> disable_value_trimming;
  std::optional<bool> allow_single_column;
  std::optional<bool> custom_types_configured;
  std::optional<std::vector<std::string>> custom_types;
  std::optional<std::string> serde;  // OpenCSVSerDe, LazySimpleSerDe, None
};

enum class RunState : uint8_t { kReady, kRunning, kStopping };
enum class CrawlState : uint8_t { kRunning, kCompleted, kFailed, kStopped };

// One crawl, past or present.
struct Crawl {
  std::string id;  // a UUID
  CrawlState state = CrawlState::kRunning;
  Timestamp start_time;
  std::optional<Timestamp> end_time;
  std::optional<std::string> error;
  std::string summary;  // JSON as Glue's console shows it; empty when nothing changed
  std::string log_group = "/aws-glue/crawlers";
  std::string log_stream;      // the crawler's name
  std::string message_prefix;  // the crawl's id
  double dpu_hours = 0;
  int32_t tables_created = 0;
  int32_t tables_updated = 0;
  int32_t tables_deleted = 0;
};

struct Progress {
  RunState state = RunState::kReady;
  int64_t elapsed_ms = 0;             // of the crawl under way, else 0
  std::optional<Crawl> last;          // the last crawl that ended
  double median_runtime_seconds = 0;  // of the crawls that ended
};

// What runs crawlers. Implemented by the crawl engine; asked by the API and by schedules.
// Threads: any; calls block on the store only.
class Runner {
 public:
  virtual ~Runner() = default;
  // Begins a crawl and returns its id; durable. Errors: crawl.CrawlerRunning (also while stopping),
  // crawl.NoSuchCrawler.
  virtual Result<std::string> Start(const Scope& scope, std::string_view crawler) = 0;
  // Asks the crawl under way to stop. Errors: crawl.CrawlerNotRunning, crawl.CrawlerStopping.
  virtual Status Stop(const Scope& scope, std::string_view crawler) = 0;
  virtual Result<Progress> GetProgress(const Scope& scope, std::string_view crawler) = 0;
  // Newest first, at most `limit`.
  virtual Result<std::vector<Crawl>> History(const Scope& scope, std::string_view crawler, size_t limit) = 0;
  // Forgets the crawls of a crawler that was deleted.
  virtual Status Forget(const Scope& scope, std::string_view crawler) = 0;
};

}  // namespace tarn::jobs::crawl
