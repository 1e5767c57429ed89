#include "tables/expire.h"

#include <fmt/format.h>

#include "iceberg/errors.h"
#include "iceberg/upkeep/reachable.h"

namespace tarn::tables {
namespace {

// Each round lost means that a writer moved a reference meanwhile.
constexpr int kRoundsMax = 10;

// What expiry was chosen by holds still: every reference is where it was, and those that go are not made anew.
std::vector<iceberg::Requirement> RequirementsOf(const iceberg::TableMetadata& base) {
  std::vector<iceberg::Requirement> out = {{iceberg::RequirementKind::kTableUuid, base.table_uuid, {}, 0}};
  for (const auto& [name, ref] : base.refs) {
    out.push_back({iceberg::RequirementKind::kRefSnapshotId, name, ref.snapshot_id, 0});
  }
  return out;
}

struct Done {
  catalog::IcebergTable before;
  catalog::IcebergTable after;
  iceberg::Expiry expiry;
};

Result<Done> Commit(const UpkeepParts& parts, const TableName& table, const ExpireOptions& options) {
  for (int round = 1;; ++round) {
    Done done;
    TARN_TRY(done.before, parts.tables.Load(table.scope, table.database, table.name));
    const iceberg::TableMetadata& metadata = *done.before.metadata;
    const Timestamp now = parts.clock.Now();
    iceberg::Retention retention = iceberg::Retention::Of(metadata.properties, options.defaults);
    if (options.older_than) {
      retention.max_snapshot_age_ms = std::max<int64_t>(0, now.millis() - options.older_than->millis());
    }
    TARN_TRY(done.expiry, iceberg::SelectExpired(metadata, retention, now));
    if (done.expiry.empty()) {
      done.after = done.before;
      return done;
    }
    auto committed =
        parts.tables.Commit(table.scope, table.database, table.name, RequirementsOf(metadata), done.expiry.Updates());
    if (committed.ok()) {
      done.after = std::move(*committed);
      return done;
    }
    if (!committed.Is(iceberg::kCommitFailed) || round == kRoundsMax || Asked(options.stopping)) {
      return committed.error();
    }
  }
}

}  // namespace

Result<ExpireReport> ExpireSnapshots(const UpkeepParts& parts, const TableName& table, const ExpireOptions& options) {
  TARN_TRY(Done done, Commit(parts, table, options));
  ExpireReport report;
  if (done.expiry.empty()) return report;
  report.snapshots = std::move(done.expiry.snapshots);
  report.refs = std::move(done.expiry.refs);
  TARN_TRY(const iceberg::Unreachable files,
           iceberg::FindUnreachable(*done.before.metadata, *done.after.metadata, WholeReader(parts, table.scope)));
  // What others lead to goes last: a crash in between leaves no list that leads nowhere.
  report.content_bytes = files.content_bytes;
  TARN_TRY(report.content_files, DeleteFiles(parts.objects, table.scope, files.content_files, options.stopping));
  TARN_TRY(report.manifests, DeleteFiles(parts.objects, table.scope, files.manifests, options.stopping));
  TARN_TRY(report.manifest_lists, DeleteFiles(parts.objects, table.scope, files.manifest_lists, options.stopping));
  TARN_TRY(report.statistics, DeleteFiles(parts.objects, table.scope, files.statistics, options.stopping));
  return report;
}

}  // namespace tarn::tables
