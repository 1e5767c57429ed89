#include "jobs/maintain/run_log.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "base/strings.h"
#include "catalog/buckets/table_buckets.h"
#include "tables/system_log.h"

namespace tarn::jobs::maintain {
namespace {

const tables::SystemTable& RunsTable() {
  using Id = iceberg::TypeId;
  static const tables::SystemTable kTable{
      .name = "maintenance_runs",
      .comment = "What upkeep did to tables.",
      .columns = {{"run_id", Id::kString, ""},
                  {"started_at", Id::kTimestampTz, ""},
                  {"ended_at", Id::kTimestampTz, ""},
                  {"catalog", Id::kString, "empty: the account's own; else the table bucket's"},
                  {"database_name", Id::kString, ""},
                  {"table_name", Id::kString, ""},
                  {"operation", Id::kString, "compaction, manifests, expiry or orphans"},
                  {"status", Id::kString, "SUCCEEDED, YIELDED or FAILED"},
                  {"message", Id::kString, ""},
                  {"files_removed", Id::kLong, ""},
                  {"files_added", Id::kLong, ""},
                  {"delete_files_removed", Id::kLong, ""},
                  {"bytes_removed", Id::kLong, ""},
                  {"bytes_added", Id::kLong, ""},
                  {"snapshots_expired", Id::kLong, ""},
                  {"rows_rewritten", Id::kLong, ""},
                  {"groups_yielded", Id::kLong, ""}}};
  return kTable;
}

tables::SystemRow ToRow(const RunRow& row) {
  const auto bucket = catalog::TableBucketOf(row.table.scope);
  return {row.id,
          tables::SystemTime(row.started),
          tables::SystemTime(row.ended),
          bucket ? std::string(catalog::kTableBucketCatalogs) + *bucket : "",
          row.table.database,
          row.table.name,
          row.operation,
          row.status,
          row.message,
          std::to_string(row.files_removed),
          std::to_string(row.files_added),
          std::to_string(row.delete_files_removed),
          std::to_string(row.bytes_removed),
          std::to_string(row.bytes_added),
          std::to_string(row.snapshots_expired),
          std::to_string(row.rows_rewritten),
          std::to_string(row.groups_yielded)};
}

}  // namespace

void Count(const RunRow& row) {
  const std::string labels = fmt::format("operation=\"{}\",status=\"{}\"", row.operation, AsciiLower(row.status));
  metrics::GetCounter("tarn_upkeep_runs_total", labels).Add();
  const std::string of = fmt::format("operation=\"{}\"", row.operation);
  metrics::GetCounter("tarn_upkeep_files_removed_total", of).Add(row.files_removed + row.delete_files_removed);
  metrics::GetCounter("tarn_upkeep_files_added_total", of).Add(row.files_added);
  metrics::GetCounter("tarn_upkeep_bytes_removed_total", of).Add(row.bytes_removed);
  metrics::GetCounter("tarn_upkeep_bytes_added_total", of).Add(row.bytes_added);
  metrics::GetCounter("tarn_upkeep_snapshots_expired_total").Add(row.snapshots_expired);
  metrics::GetCounter("tarn_upkeep_groups_yielded_total").Add(row.groups_yielded);
  metrics::GetHistogram("tarn_upkeep_run_seconds", of)
      .Observe(static_cast<double>(row.ended.micros - row.started.micros) / kMicrosPerSecond);
  const std::string line =
      fmt::format("{} of {}: {}, {} files ({} bytes) to {} ({} bytes), {} snapshots gone {}", row.operation,
                  row.table.Text(), AsciiLower(row.status), row.files_removed, row.bytes_removed, row.files_added,
                  row.bytes_added, row.snapshots_expired, row.message);
  if (row.status == "FAILED") {
    log::Fault("upkeep", line);
  } else {
    log::Info("upkeep", line);
  }
}

Status Append(const tables::UpkeepParts& parts, const std::vector<RunRow>& rows) {
  std::map<Scope, std::vector<tables::SystemRow>> by_scope;
  for (const RunRow& row : rows) {
    if (EqualsIgnoreCase(row.table.database, tables::kSystemDatabase)) continue;
    by_scope[catalog::PlainScope(row.table.scope)].push_back(ToRow(row));
  }
  for (auto& [scope, of_scope] : by_scope) {
    TARN_CHECK(tables::AppendSystemRows(parts, scope, RunsTable(), std::move(of_scope)));
  }
  return Ok();
}

}  // namespace tarn::jobs::maintain
