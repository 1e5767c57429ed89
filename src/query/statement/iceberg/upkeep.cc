// OPTIMIZE and VACUUM of Iceberg tables.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/strings.h"
#include "query/errors.h"
#include "query/lake/access.h"
#include "query/statement/iceberg/change.h"
#include "query/statement/iceberg/filter.h"
#include "query/statement/iceberg/table.h"
#include "query/statement/iceberg/write.h"
#include "query/statement/job.h"
#include "tables/upkeep/compact.h"
#include "tables/upkeep/expire.h"
#include "tables/upkeep/orphans.h"

namespace tarn::query {
namespace {

tables::UpkeepParts PartsOf(Job& job) {
  Services& services = job.services;
  return {services.catalog,
          services.iceberg.tables,
          services.iceberg.snapshots,
          services.iceberg.manifests,
          services.iceberg.planner,
          services.objects,
          services.clock,
          &services.pool,
          [&job](const std::string& path, tables::Touch how) {
            return MayTouch(job.catalog.rights(), job.iam, path, how);
          }};
}

// By the table's optimize_rewrite_* properties, Athena's defaults where they say nothing.
iceberg::CompactLimits LimitsOf(const iceberg::Properties& properties) {
  const auto number = [&](const char* key) -> std::optional<int64_t> {
    const auto found = properties.find(key);
    return found == properties.end() ? std::nullopt : ParseI64(found->second);
  };
  iceberg::CompactLimits limits;
  limits.files_min =
      static_cast<size_t>(std::max<int64_t>(1, number("optimize_rewrite_data_file_threshold").value_or(5)));
  limits.deletes_min =
      static_cast<size_t>(std::max<int64_t>(1, number("optimize_rewrite_delete_file_threshold").value_or(2)));
  const auto target = static_cast<double>(number("write.target-file-size-bytes").value_or(int64_t{512} << 20));
  if (const auto bytes = number("optimize_rewrite_min_data_file_size_bytes")) {
    limits.small_ratio = static_cast<double>(*bytes) / target;
  }
  if (const auto bytes = number("optimize_rewrite_max_data_file_size_bytes")) {
    limits.large_ratio = static_cast<double>(*bytes) / target;
  }
  return limits;
}

}  // namespace

Status RunOptimize(Job& job, sql::Optimize& optimize) {
  TARN_TRY(const catalog::IcebergTable table, TargetOf(job, optimize.table, "OPTIMIZE"));
  const FileFilter filter = FilterOf(optimize.where.get(), table.metadata->schema(), table.record.name);
  // As in Athena, the condition names partitions: what cannot find files exactly names no files at all.
  for (const int32_t id : iceberg::FieldIds(filter.filter)) {
    const auto& fields = table.metadata->spec().fields;
    const bool partitions = std::any_of(fields.begin(), fields.end(), [&](const iceberg::PartitionField& field) {
      return field.source_id() == id && field.transform.kind != iceberg::TransformKind::kVoid;
    });
    if (!partitions) {
      return Fail(kUserError, fmt::format("NOT_SUPPORTED: Unexpected FilterNode found in plan; probably connector was "
                                          "not able to handle provided WHERE expression: {} is no partition column",
                                          table.metadata->schema().NameOf(id)));
    }
  }
  if (!filter.exact) {
    return Fail(
        kUserError,
        "NOT_SUPPORTED: Unexpected FilterNode found in plan; probably connector was not able to handle provided "
        "WHERE expression");
  }
  tables::CompactOptions options;
  options.limits = LimitsOf(table.metadata->properties);
  options.filter = filter.filter;
  options.stopping = [&job] { return job.cancelled(); };
  options.summary = SummaryOf(job);
  const tables::TableName name{job.scope, table.record.database, table.record.name};
  const auto done = tables::Compact(PartsOf(job), name, options);
  if (!done.ok()) return IcebergError(done.error(), name.database, name.name);
  if (job.cancelled()) return Fail(engine::kCancelled, "the query was cancelled");
  job.execution.statistics.output_rows = static_cast<int64_t>(done->rows);
  return job.WriteText({}, {});
}

Status RunVacuum(Job& job, const sql::Vacuum& vacuum) {
  TARN_TRY(const catalog::IcebergTable table, TargetOf(job, vacuum.table, "VACUUM"));
  const tables::TableName name{job.scope, table.record.database, table.record.name};
  tables::ExpireOptions expire;
  expire.stopping = [&job] { return job.cancelled(); };
  const auto expired = tables::ExpireSnapshots(PartsOf(job), name, expire);
  if (!expired.ok()) return IcebergError(expired.error(), name.database, name.name);
  tables::OrphanOptions orphans;
  orphans.stopping = expire.stopping;
  const auto removed = tables::RemoveOrphans(PartsOf(job), name, orphans);
  if (!removed.ok()) return IcebergError(removed.error(), name.database, name.name);
  return job.WriteText({}, {});
}

}  // namespace tarn::query
