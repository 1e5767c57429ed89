// The tags of this module's records in kv: frozen, see docs/format/ingest.md.
#pragma once

#include "base/record_fields.h"
#include "ingest/keys.h"

namespace tarn::ingest {

template <class V>
void VisitFields(V&& visit, IngestKey& k) {
  visit(1, k.id);
  visit(2, k.account);
  visit(3, k.region);
  visit(4, k.streams);
  visit(5, k.secret_sha256);
  visit(6, k.created);
  visit(7, k.expires);
  visit(8, k.limits.requests);
  visit(9, k.limits.bytes);
}

}  // namespace tarn::ingest
