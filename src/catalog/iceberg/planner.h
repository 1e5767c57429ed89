// Plans scans of Iceberg tables: which data files, with which deletes, and what is left of the filter. The one planner
// behind SQL, REST scan planning and upkeep.
//
// Memory: manifests are streamed through the cache of Manifests; only the table's delete files are held. Reading what
// delete files hold is the reader's; deletion vectors come from Manifests::ReadVector.
// Errors: kNoSuchSnapshot, kNotAncestor; object's and iceberg's. Blocking; never on an I/O thread. Threads: any.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "catalog/iceberg/manifests.h"
#include "iceberg/expression/expression.h"
#include "iceberg/manifest/reader.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/scan/scan.h"

namespace tarn::catalog {

inline constexpr Reason kNoSuchSnapshot{"catalog.NoSuchSnapshot", Code::kNotFound};
// An incremental scan from a snapshot that the end does not descend from.
inline constexpr Reason kNotAncestor{"catalog.NotAncestor", Code::kInvalidArgument};

// Which state of a table: at most one of them; none is the current snapshot.
struct ScanPoint {
  std::optional<int64_t> snapshot_id;
  std::string ref;  // a branch or a tag
  std::optional<int64_t> timestamp_ms;
};

// What a point names. A branch and the current state are read with the table's schema, others with their snapshot's.
struct ScanState {
  iceberg::SnapshotPtr snapshot;  // null: the table has no rows yet
  iceberg::SchemaPtr schema;      // bind the filter to it
};
// Error kNoSuchSnapshot.
Result<ScanState> StateAt(const iceberg::TableMetadata& metadata, const ScanPoint& point);

struct ScanRequest {
  ScanState state;
  // Only what was appended after this snapshot (exclusive), an ancestor of the state's; other changes are left out.
  std::optional<int64_t> appended_after;
  iceberg::Expression filter;  // bound to the state's schema
  // What planned files need of the statistics, beyond what the filter looks at.
  iceberg::ManifestColumns columns = {false, false, true, {}};
  MayOpen may_open = nullptr;  // of manifests; what they name is the reader's to ask for
};

struct PlannedFile {
  iceberg::ManifestEntry entry;  // the data file and its numbers
  // In no order; a deletion vector stands alone among position deletes. Shared with the whole plan.
  std::vector<std::shared_ptr<const iceberg::DeleteFile>> deletes;
  iceberg::Expression residual;  // to be tested on the file's rows
};
// Called by one thread at a time, in any order of files. An error ends the plan and becomes its result.
using PlannedSink = std::function<Status(PlannedFile&& file)>;

class Planner {
 public:
  explicit Planner(Manifests& manifests) : manifests_(manifests) {}

  Status Plan(const Scope& scope, const std::shared_ptr<const iceberg::TableMetadata>& metadata,
              const ScanRequest& request, const PlannedSink& sink);

  // The two halves of Plan, for callers who split the work: the data manifests that may matter, and pieces of them
  // planned by a scan that knows the deletes.
  struct Prepared {
    std::shared_ptr<const iceberg::TableMetadata> metadata;
    std::shared_ptr<const iceberg::Scan> scan;
    std::vector<ManifestFiles> lists;                // own the manifests below
    std::vector<const iceberg::ManifestFile*> data;  // in the lists' order
    bool incremental = false;
    std::vector<int64_t> appended_in;  // incremental: only files that these snapshots added; ascending
  };
  struct Piece {
    const iceberg::ManifestFile* manifest = nullptr;
    iceberg::EntryRange entries = {};
  };
  Result<Prepared> Prepare(const Scope& scope, const std::shared_ptr<const iceberg::TableMetadata>& metadata,
                           const ScanRequest& request);
  // One piece of a manifest at most.
  Status PlanPieces(const Scope& scope, const Prepared& prepared, const std::vector<Piece>& pieces,
                    const PlannedSink& sink);

 private:
  Manifests& manifests_;
};

}  // namespace tarn::catalog
