#include "tables/upkeep/expire.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "iceberg/upkeep/reachable.h"

namespace tarn::tables {
namespace {

struct Done {
  iceberg::TableMetadata before;
  iceberg::Expiry expiry;
};

Result<iceberg::Expiry> Select(const UpkeepParts& parts, const ExpireOptions& options,
                               const iceberg::TableMetadata& metadata) {
  const Timestamp now = parts.clock.Now();
  iceberg::Retention retention = iceberg::Retention::Of(metadata.properties, options.defaults);
  if (options.older_than) {
    retention.max_snapshot_age_ms = std::max<int64_t>(0, now.millis() - options.older_than->millis());
  }
  return iceberg::SelectExpired(metadata, retention, now);
}

}  // namespace

Result<ExpireReport> ExpireSnapshots(const UpkeepParts& parts, const TableName& table, const ExpireOptions& options) {
  TARN_TRY(const auto present, parts.tables.Load(table.scope, table.database, table.name));
  const Reach reach(parts, present.record);
  TARN_CHECK(reach.MayWrite(*present.metadata));
  TARN_TRY(const auto first, Select(parts, options, *present.metadata));
  ExpireReport report;
  if (first.empty()) return report;
  // Chosen from the very metadata that it replaces: a reference made meanwhile keeps its snapshot.
  const auto done = std::make_shared<Done>();
  TARN_TRY(const auto after,
           parts.tables.Edit(
               table.scope, table.database, table.name,
               [&parts, &options, done](const iceberg::TableMetadata& head) -> Result<std::vector<iceberg::Update>> {
                 TARN_TRY(done->expiry, Select(parts, options, head));
                 done->before = head;
                 return done->expiry.Updates();
               }));
  report.snapshots = std::move(done->expiry.snapshots);
  report.refs = std::move(done->expiry.refs);
  TARN_TRY(iceberg::Unreachable files,
           iceberg::FindUnreachable(done->before, *after.metadata, WholeReader(parts, table.scope, &reach)));
  for (auto* gone : {&files.content_files, &files.manifests, &files.manifest_lists, &files.statistics}) {
    reach.KeepElsewhere(*gone);
  }
  // What others lead to goes last: a crash in between leaves no list that leads nowhere.
  report.content_bytes = files.content_bytes;
  TARN_TRY(report.content_files, DeleteFiles(parts.objects, table.scope, files.content_files, options.stopping));
  TARN_TRY(report.manifests, DeleteFiles(parts.objects, table.scope, files.manifests, options.stopping));
  TARN_TRY(report.manifest_lists, DeleteFiles(parts.objects, table.scope, files.manifest_lists, options.stopping));
  TARN_TRY(report.statistics, DeleteFiles(parts.objects, table.scope, files.statistics, options.stopping));
  return report;
}

}  // namespace tarn::tables
