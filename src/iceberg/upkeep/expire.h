// Which snapshots and references a table no longer needs, by its own properties and those of its references.
//
// As the reference's ExpireSnapshots: a branch keeps its head, what is young enough of its ancestors and at least so
// many of them; a tag keeps its snapshot; `main` always stays, other references only while they are young enough; a
// snapshot that no reference leads to stays while it is young enough. Pure. Errors: Invalid when gc.enabled is false.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/metadata/update.h"

namespace tarn::iceberg {

struct Retention {
  int64_t max_snapshot_age_ms = int64_t{5} * 24 * 3600 * 1000;
  int32_t min_snapshots_to_keep = 1;
  int64_t max_ref_age_ms = std::numeric_limits<int64_t>::max();

  // history.expire.max-snapshot-age-ms, .min-snapshots-to-keep, .max-ref-age-ms; where those are not set, Athena's
  // vacuum_max_snapshot_age_seconds and vacuum_min_snapshots_to_keep; else `defaults`. What is no number, or is below
  // what can be meant, counts as not set.
  static Retention Of(const Properties& properties, const Retention& defaults);
  static Retention Of(const Properties& properties) { return Of(properties, Retention()); }
};

struct Expiry {
  std::vector<int64_t> snapshots;  // ascending
  std::vector<std::string> refs;
  bool empty() const { return snapshots.empty() && refs.empty(); }
  // remove-snapshot-ref of each, then remove-snapshots.
  std::vector<Update> Updates() const;
};

Result<Expiry> SelectExpired(const TableMetadata& table, const Retention& retention, Timestamp now);

// Error Invalid when the table says that its files are not its own to delete (gc.enabled = false).
Status CheckMayCollect(const TableMetadata& table);

}  // namespace tarn::iceberg
