// A scan's plan, or a part of one, as text that the client carries: plan tasks hold no state here. Private to
// api/iceberg.
//
// A token is base64 of 16 bytes of seal and the work, sealed with a key of the lake: it survives a restart, and says
// nothing that its caller could not have asked. It ends a day after the plan was made.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace tarn::api::iceberg_rest {

// Of all the entries in the order of the snapshot's manifests (of an incremental scan: of the appends' manifests),
// those from entry `first_entry` of manifest `first` to before entry `last_entry` of manifest `last`.
struct WorkPart {
  int64_t first = 0;
  int64_t last = INT64_MAX;
  int64_t first_entry = 0;
  int64_t last_entry = INT64_MAX;
};

struct ScanWork {
  std::string table;    // its UUID, or its location when it has none
  int64_t expires = 0;  // seconds since 1970
  std::optional<int64_t> snapshot_id;
  std::optional<int64_t> appended_after;
  int32_t schema_id = 0;
  std::string filter;  // the REST catalog's JSON; empty: none
  bool case_sensitive = true;
  std::vector<int32_t> stats_fields;  // whose statistics are sent
  WorkPart part;

  // The same for all parts of a plan.
  std::string Key() const;
  std::string Seal(std::string_view sealing_key) const;
  // Nothing unless it was sealed with that key and has not ended.
  static std::optional<ScanWork> Open(std::string_view sealing_key, std::string_view token, Timestamp now);
};

}  // namespace tarn::api::iceberg_rest
