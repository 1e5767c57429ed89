// The tags of the catalog's records in kv: frozen once written, see docs/format/catalog.md.
#pragma once

#include "base/record_fields.h"
#include "catalog/documents.h"
#include "catalog/table.h"

namespace tarn::catalog {

template <class V>
void VisitFields(V&& visit, Column& c) {
  visit(1, c.name);
  visit(2, c.type);
  visit(3, c.comment);
  visit(4, c.parameters);
}

template <class V>
void VisitFields(V&& visit, SerDe& s) {
  visit(1, s.name);
  visit(2, s.library);
  visit(3, s.parameters);
}

template <class V>
void VisitFields(V&& visit, SortColumn& s) {
  visit(1, s.column);
  visit(2, s.order);
}

template <class V>
void VisitFields(V&& visit, SkewedInfo& s) {
  visit(1, s.column_names);
  visit(2, s.column_values);
  visit(3, s.value_locations);
}

template <class V>
void VisitFields(V&& visit, SchemaReference& s) {
  visit(1, s.has_schema_id);
  visit(2, s.schema_arn);
  visit(3, s.schema_name);
  visit(4, s.registry_name);
  visit(5, s.version_id);
  visit(6, s.version_number);
}

template <class V>
void VisitFields(V&& visit, StorageDescriptor& s) {
  visit(1, s.columns);
  visit(2, s.location);
  visit(3, s.additional_locations);
  visit(4, s.input_format);
  visit(5, s.output_format);
  visit(6, s.compressed);
  visit(7, s.number_of_buckets);
  visit(8, s.serde);
  visit(9, s.bucket_columns);
  visit(10, s.sort_columns);
  visit(11, s.parameters);
  visit(12, s.skewed);
  visit(13, s.stored_as_sub_directories);
  visit(14, s.schema_reference);
}

template <class V>
void VisitFields(V&& visit, Target& t) {
  visit(1, t.catalog_id);
  visit(2, t.database);
  visit(3, t.name);
  visit(4, t.region);
}

template <class V>
void VisitFields(V&& visit, PrincipalPermissions& p) {
  visit(1, p.principal);
  visit(2, p.permissions);
}

template <class V>
void VisitFields(V&& visit, Database& d) {
  visit(1, d.uid);
  visit(2, d.name);
  visit(3, d.description);
  visit(4, d.location);
  visit(5, d.parameters);
  visit(6, d.default_permissions);
  visit(7, d.target);
  visit(8, d.create_time);
  visit(9, d.tags);
  visit(10, d.shown_name);
  visit(11, d.creator);
}

template <class V>
void VisitFields(V&& visit, Table& t) {
  visit(1, t.uid);
  visit(2, t.name);
  visit(3, t.database);
  visit(4, t.version);
  visit(5, t.description);
  visit(6, t.owner);
  visit(7, t.created_by);
  visit(8, t.create_time);
  visit(9, t.update_time);
  visit(10, t.last_access_time);
  visit(11, t.last_analyzed_time);
  visit(12, t.retention);
  visit(13, t.storage);
  visit(14, t.partition_keys);
  visit(15, t.view_original_text);
  visit(16, t.view_expanded_text);
  visit(17, t.table_type);
  visit(18, t.parameters);
  visit(19, t.target);
  visit(20, t.tags);
  visit(21, t.shown_name);
  visit(22, t.creator);
  visit(23, t.default_permissions);
}

// The values are in the key.
template <class V>
void VisitFields(V&& visit, Partition& p) {
  visit(1, p.create_time);
  visit(2, p.last_access_time);
  visit(3, p.last_analyzed_time);
  visit(4, p.storage);
  visit(5, p.parameters);
}

template <class V>
void VisitFields(V&& visit, ResourceUri& r) {
  visit(1, r.type);
  visit(2, r.uri);
}

template <class V>
void VisitFields(V&& visit, Function& f) {
  visit(1, f.name);
  visit(2, f.database);
  visit(3, f.class_name);
  visit(4, f.owner_name);
  visit(5, f.owner_type);
  visit(6, f.function_type);
  visit(7, f.resource_uris);
  visit(8, f.create_time);
}

template <class V>
void VisitFields(V&& visit, PartitionIndex& i) {
  visit(1, i.name);
  visit(2, i.keys);
}

template <class V>
void VisitFields(V&& visit, Document& d) {
  visit(1, d.name);
  visit(2, d.text);
  visit(3, d.create_time);
  visit(4, d.update_time);
  visit(5, d.tags);
}

template <class V>
void VisitFields(V&& visit, ColumnStatistics& s) {
  visit(1, s.column);
  visit(2, s.column_type);
  visit(3, s.analyzed_time);
  visit(4, s.data);
}

}  // namespace tarn::catalog
