#include "api/glue/crawling/crawler_shapes.h"

#include "api/glue/convert.h"

namespace tarn::api::glue {
namespace {

namespace crawl = jobs::crawl;

template <typename To, typename From, typename Convert>
std::optional<std::vector<To>> Each(const std::optional<std::vector<From>>& in, Convert convert) {
  if (!in) return std::nullopt;
  std::vector<To> out;
  out.reserve(in->size());
  for (const From& item : *in) out.push_back(convert(item));
  return out;
}

template <typename Wire>
std::optional<std::vector<crawl::LakeTarget>> LakeFromWire(const std::optional<std::vector<Wire>>& in) {
  return Each<crawl::LakeTarget>(in, [](const Wire& t) {
    return crawl::LakeTarget{t.paths, t.connection_name, t.exclusions, t.maximum_traversal_depth};
  });
}

template <typename Wire>
std::optional<std::vector<Wire>> LakeToWire(const std::optional<std::vector<crawl::LakeTarget>>& in) {
  return Each<Wire>(in, [](const crawl::LakeTarget& t) {
    return Wire{.paths = t.paths,
                .connection_name = t.connection_name,
                .exclusions = t.exclusions,
                .maximum_traversal_depth = t.depth_max};
  });
}

std::string_view NameOf(crawl::RunState state) {
  switch (state) {
    case crawl::RunState::kReady:
      return "READY";
    case crawl::RunState::kRunning:
      return "RUNNING";
    case crawl::RunState::kStopping:
      return "STOPPING";
  }
  return "READY";
}

std::string_view NameOf(crawl::CrawlState state) {
  switch (state) {
    case crawl::CrawlState::kRunning:
      return "RUNNING";
    case crawl::CrawlState::kCompleted:
      return "COMPLETED";
    case crawl::CrawlState::kFailed:
      return "FAILED";
    case crawl::CrawlState::kStopped:
      return "STOPPED";
  }
  return "RUNNING";
}

gen::LastCrawlInfo LastToWire(const crawl::Crawl& in) {
  gen::LastCrawlInfo out;
  out.status = in.state == crawl::CrawlState::kCompleted ? "SUCCEEDED"
               : in.state == crawl::CrawlState::kStopped ? "CANCELLED"
                                                         : "FAILED";
  out.error_message = in.error;
  out.log_group = in.log_group;
  out.log_stream = in.log_stream;
  out.message_prefix = in.message_prefix;
  out.start_time = in.start_time;
  return out;
}

}  // namespace

crawl::Targets FromWire(const gen::CrawlerTargets& in) {
  crawl::Targets out;
  out.s3 = Each<crawl::S3Target>(in.s3_targets, [](const gen::S3Target& t) {
    return crawl::S3Target{t.path,        t.exclusions,      t.connection_name,
                           t.sample_size, t.event_queue_arn, t.dlq_event_queue_arn};
  });
  out.catalog = Each<crawl::CatalogTarget>(in.catalog_targets, [](const gen::CatalogTarget& t) {
    return crawl::CatalogTarget{Text(t.database_name), Items(t.tables), t.connection_name, t.event_queue_arn,
                                t.dlq_event_queue_arn};
  });
  out.jdbc = Each<crawl::JdbcTarget>(in.jdbc_targets, [](const gen::JdbcTarget& t) {
    return crawl::JdbcTarget{t.connection_name, t.path, t.exclusions, t.enable_additional_metadata};
  });
  out.mongo = Each<crawl::MongoTarget>(in.mongo_db_targets, [](const gen::MongoDBTarget& t) {
    return crawl::MongoTarget{t.connection_name, t.path, t.scan_all};
  });
  out.dynamo = Each<crawl::DynamoTarget>(in.dynamo_db_targets, [](const gen::DynamoDBTarget& t) {
    return crawl::DynamoTarget{t.path, t.scan_all, t.scan_rate};
  });
  out.delta = Each<crawl::DeltaTarget>(in.delta_targets, [](const gen::DeltaTarget& t) {
    return crawl::DeltaTarget{t.delta_tables, t.connection_name, t.write_manifest, t.create_native_delta_table};
  });
  out.iceberg = LakeFromWire(in.iceberg_targets);
  out.hudi = LakeFromWire(in.hudi_targets);
  return out;
}

gen::CrawlerTargets ToWire(const crawl::Targets& in) {
  gen::CrawlerTargets out;
  out.s3_targets = Each<gen::S3Target>(in.s3, [](const crawl::S3Target& t) {
    return gen::S3Target{.path = t.path,
                         .exclusions = t.exclusions,
                         .connection_name = t.connection_name,
                         .sample_size = t.sample_size,
                         .event_queue_arn = t.event_queue_arn,
                         .dlq_event_queue_arn = t.dlq_event_queue_arn};
  });
  out.catalog_targets = Each<gen::CatalogTarget>(in.catalog, [](const crawl::CatalogTarget& t) {
    return gen::CatalogTarget{.database_name = t.database,
                              .tables = t.tables,
                              .connection_name = t.connection_name,
                              .event_queue_arn = t.event_queue_arn,
                              .dlq_event_queue_arn = t.dlq_event_queue_arn};
  });
  out.jdbc_targets = Each<gen::JdbcTarget>(in.jdbc, [](const crawl::JdbcTarget& t) {
    return gen::JdbcTarget{.connection_name = t.connection_name,
                           .path = t.path,
                           .exclusions = t.exclusions,
                           .enable_additional_metadata = t.additional_metadata};
  });
  out.mongo_db_targets = Each<gen::MongoDBTarget>(in.mongo, [](const crawl::MongoTarget& t) {
    return gen::MongoDBTarget{.connection_name = t.connection_name, .path = t.path, .scan_all = t.scan_all};
  });
  out.dynamo_db_targets = Each<gen::DynamoDBTarget>(in.dynamo, [](const crawl::DynamoTarget& t) {
    return gen::DynamoDBTarget{.path = t.path, .scan_all = t.scan_all, .scan_rate = t.scan_rate};
  });
  out.delta_targets = Each<gen::DeltaTarget>(in.delta, [](const crawl::DeltaTarget& t) {
    return gen::DeltaTarget{.delta_tables = t.tables,
                            .connection_name = t.connection_name,
                            .write_manifest = t.write_manifest,
                            .create_native_delta_table = t.create_native_table};
  });
  out.iceberg_targets = LakeToWire<gen::IcebergTarget>(in.iceberg);
  out.hudi_targets = LakeToWire<gen::HudiTarget>(in.hudi);
  return out;
}

gen::Crawler ToWire(const crawl::Definition& in, const crawl::Progress& progress) {
  gen::Crawler out;
  out.name = in.name;
  out.role = in.role;
  out.targets = ToWire(in.targets);
  out.database_name = in.database;
  out.description = in.description;
  out.classifiers = in.classifiers;
  out.recrawl_policy = gen::RecrawlPolicy{.recrawl_behavior = in.recrawl_behavior};
  out.schema_change_policy =
      gen::SchemaChangePolicy{.update_behavior = in.update_behavior, .delete_behavior = in.delete_behavior};
  out.lineage_configuration = gen::LineageConfiguration{.crawler_lineage_settings = in.lineage};
  out.state = std::string(NameOf(progress.state));
  out.table_prefix = in.table_prefix;
  if (in.schedule) {
    const bool scheduled = in.schedule_state == crawl::ScheduleState::kScheduled;
    out.schedule =
        gen::Schedule{.schedule_expression = in.schedule, .state = scheduled ? "SCHEDULED" : "NOT_SCHEDULED"};
  }
  out.crawl_elapsed_time = progress.elapsed_ms;
  out.creation_time = in.create_time;
  out.last_updated = in.update_time;
  if (progress.last) out.last_crawl = LastToWire(*progress.last);
  out.version = in.version;
  out.configuration = in.configuration;
  out.crawler_security_configuration = in.security_configuration;
  if (in.lake_formation_credentials) {
    out.lake_formation_configuration = gen::LakeFormationConfiguration{
        .use_lake_formation_credentials = in.lake_formation_credentials, .account_id = in.lake_formation_account};
  }
  out.catalog_id = in.catalog_id;
  return out;
}

gen::CrawlerHistory ToWire(const crawl::Crawl& in) {
  gen::CrawlerHistory out;
  out.crawl_id = in.id;
  out.state = std::string(NameOf(in.state));
  out.start_time = in.start_time;
  out.end_time = in.end_time;
  if (!in.summary.empty()) out.summary = in.summary;
  out.error_message = in.error;
  out.log_group = in.log_group;
  out.log_stream = in.log_stream;
  out.message_prefix = in.message_prefix;
  out.dpu_hour = in.dpu_hours;
  return out;
}

}  // namespace tarn::api::glue
