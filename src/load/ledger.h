// What of which file a table has. Format: docs/format/ingest.md. Errors: kDamaged, kv's. Threads: as the transaction's.
#pragma once

#include <string>
#include <string_view>

#include "base/record_fields.h"
#include "base/result.h"
#include "base/time.h"
#include "kv/kv.h"

namespace tarn::load {

struct Loaded {
  uint64_t rows = 0;
  bool complete = false;
  std::string file;  // the name that it was loaded by last
  Timestamp changed;
};

template <class V>
void VisitFields(V&& visit, Loaded& l) {
  visit(1, l.rows);
  visit(2, l.complete);
  visit(3, l.file);
  visit(4, l.changed);
}

// Of nothing loaded: no rows.
Result<Loaded> FindLoaded(kv::Txn& txn, std::string_view table_uuid, std::string_view source);
void PutLoaded(kv::Txn& txn, std::string_view table_uuid, std::string_view source, const Loaded& loaded);

}  // namespace tarn::load
