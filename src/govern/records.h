// The tags of governance's records in kv: frozen once written, see docs/format/govern.md.
#pragma once

#include "base/record_fields.h"
#include "govern/model.h"

namespace tarn::govern {

template <class V>
void VisitFields(V&& visit, TagValues& t) {
  visit(1, t.key);
  visit(2, t.values);
}

template <class V>
void VisitFields(V&& visit, Resource& r) {
  visit(1, r.kind);
  visit(2, r.database);
  visit(3, r.table);
  visit(4, r.all_columns);
  visit(5, r.columns);
  visit(6, r.name);
  visit(7, r.location);
  visit(8, r.values);
  visit(9, r.of_tables);
  visit(10, r.expression);
}

template <class V>
void VisitFields(V&& visit, Grant& g) {
  visit(1, g.resource);
  visit(2, g.database_uid);
  visit(3, g.table_uid);
  visit(4, g.principal);
  visit(5, g.permissions);
  visit(6, g.grantable);
  visit(7, g.updated);
  visit(8, g.updated_by);
}

template <class V>
void VisitFields(V&& visit, PrincipalGrant& p) {
  visit(1, p.principal);
  visit(2, p.permissions);
}

template <class V>
void VisitFields(V&& visit, Defaults& d) {
  visit(1, d.since);
  visit(2, d.database);
  visit(3, d.table);
}

template <class V>
void VisitFields(V&& visit, Settings& s) {
  visit(1, s.admins);
  visit(2, s.read_only_admins);
  visit(3, s.database_defaults);
  visit(4, s.table_defaults);
  visit(5, s.parameters);
  visit(6, s.trusted_owners);
  visit(7, s.external_filtering);
  visit(8, s.full_table_external_access);
  visit(9, s.external_filtering_allow_list);
  visit(10, s.authorized_session_tags);
  visit(11, s.history);
}

template <class V>
void VisitFields(V&& visit, DataLocation& l) {
  visit(1, l.arn);
  visit(2, l.role_arn);
  visit(3, l.with_federation);
  visit(4, l.hybrid);
  visit(5, l.privileged);
  visit(6, l.expected_owner);
  visit(7, l.modified);
}

template <class V>
void VisitFields(V&& visit, Filter& f) {
  visit(1, f.table_uid);
  visit(2, f.database);
  visit(3, f.table);
  visit(4, f.name);
  visit(5, f.row_filter);
  visit(6, f.all_rows_wildcard);
  visit(7, f.all_columns);
  visit(8, f.columns);
  visit(9, f.version);
}

template <class V>
void VisitFields(V&& visit, Tag& t) {
  visit(1, t.key);
  visit(2, t.values);
}

template <class V>
void VisitFields(V&& visit, Assigned& a) {
  visit(1, a.uid);
  visit(2, a.column);
  visit(3, a.tags);
}

template <class V>
void VisitFields(V&& visit, TagExpression& e) {
  visit(1, e.name);
  visit(2, e.description);
  visit(3, e.expression);
}

template <class V>
void VisitFields(V&& visit, OptIn& o) {
  visit(1, o.resource);
  visit(2, o.database_uid);
  visit(3, o.table_uid);
  visit(4, o.principal);
  visit(5, o.modified);
  visit(6, o.updated_by);
}

}  // namespace tarn::govern
