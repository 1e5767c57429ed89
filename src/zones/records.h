// The tags of zones' records in kv: frozen, see docs/format/catalog.md.
#pragma once

#include "base/record_fields.h"
#include "zones/zones.h"

namespace tarn::zones {

template <class V>
void VisitFields(V&& visit, ZoneEffect& e) {
  visit(1, e.bucket);
  visit(2, e.database);
}

template <class V>
void VisitFields(V&& visit, Zone& z) {
  visit(1, z.name);
  visit(2, z.bucket);
  visit(3, z.prefix);
  visit(4, z.format);
  visit(5, z.retention_days);
  visit(6, z.classification);
  visit(7, z.database);
  visit(8, z.created);
  visit(9, z.updated);
  visit(10, z.effects);
  visit(11, z.leaving);
}

}  // namespace tarn::zones
