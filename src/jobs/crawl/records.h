// The tags of crawler records in kv: frozen once written, see docs/format/catalog.md.
#pragma once

#include "base/record_fields.h"
#include "jobs/crawl/crawler.h"

namespace tarn::jobs::crawl {

template <class V>
void VisitFields(V&& visit, S3Target& t) {
  visit(1, t.path);
  visit(2, t.exclusions);
  visit(3, t.connection_name);
  visit(4, t.sample_size);
  visit(5, t.event_queue_arn);
  visit(6, t.dlq_event_queue_arn);
}

template <class V>
void VisitFields(V&& visit, CatalogTarget& t) {
  visit(1, t.database);
  visit(2, t.tables);
  visit(3, t.connection_name);
  visit(4, t.event_queue_arn);
  visit(5, t.dlq_event_queue_arn);
}

template <class V>
void VisitFields(V&& visit, JdbcTarget& t) {
  visit(1, t.connection_name);
  visit(2, t.path);
  visit(3, t.exclusions);
  visit(4, t.additional_metadata);
}

template <class V>
void VisitFields(V&& visit, MongoTarget& t) {
  visit(1, t.connection_name);
  visit(2, t.path);
  visit(3, t.scan_all);
}

template <class V>
void VisitFields(V&& visit, DynamoTarget& t) {
  visit(1, t.path);
  visit(2, t.scan_all);
  visit(3, t.scan_rate);
}

template <class V>
void VisitFields(V&& visit, DeltaTarget& t) {
  visit(1, t.tables);
  visit(2, t.connection_name);
  visit(3, t.write_manifest);
  visit(4, t.create_native_table);
}

template <class V>
void VisitFields(V&& visit, LakeTarget& t) {
  visit(1, t.paths);
  visit(2, t.connection_name);
  visit(3, t.exclusions);
  visit(4, t.depth_max);
}

template <class V>
void VisitFields(V&& visit, Targets& t) {
  visit(1, t.s3);
  visit(2, t.catalog);
  visit(3, t.jdbc);
  visit(4, t.mongo);
  visit(5, t.dynamo);
  visit(6, t.delta);
  visit(7, t.iceberg);
  visit(8, t.hudi);
}

template <class V>
void VisitFields(V&& visit, Definition& d) {
  visit(1, d.name);
  visit(2, d.role);
  visit(3, d.targets);
  visit(4, d.database);
  visit(5, d.description);
  visit(6, d.schedule);
  visit(7, d.schedule_state);
  visit(8, d.classifiers);
  visit(9, d.table_prefix);
  visit(10, d.update_behavior);
  visit(11, d.delete_behavior);
  visit(12, d.recrawl_behavior);
  visit(13, d.lineage);
  visit(14, d.lake_formation_credentials);
  visit(15, d.lake_formation_account);
  visit(16, d.configuration);
  visit(17, d.security_configuration);
  visit(18, d.catalog_id);
  visit(19, d.tags);
  visit(20, d.create_time);
  visit(21, d.update_time);
  visit(22, d.version);
}

template <class V>
void VisitFields(V&& visit, Classifier& c) {
  visit(1, c.name);
  visit(2, c.kind);
  visit(3, c.create_time);
  visit(4, c.update_time);
  visit(5, c.version);
  visit(6, c.classification);
  visit(7, c.grok_pattern);
  visit(8, c.custom_patterns);
  visit(9, c.row_tag);
  visit(10, c.json_path);
  visit(11, c.delimiter);
  visit(12, c.quote);
  visit(13, c.contains_header);
  visit(14, c.header);
  visit(15, c.disable_value_trimming);
  visit(16, c.allow_single_column);
  visit(17, c.custom_types_configured);
  visit(18, c.custom_types);
  visit(19, c.serde);
}

template <class V>
void VisitFields(V&& visit, Crawl& c) {
  visit(1, c.id);
  visit(2, c.state);
  visit(3, c.start_time);
  visit(4, c.end_time);
  visit(5, c.error);
  visit(6, c.summary);
  visit(7, c.log_group);
  visit(8, c.log_stream);
  visit(9, c.message_prefix);
  visit(10, c.dpu_hours);
  visit(11, c.tables_created);
  visit(12, c.tables_updated);
  visit(13, c.tables_deleted);
}

}  // namespace tarn::jobs::crawl
