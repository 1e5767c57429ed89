#include "server/care/upkeep_route.h"

#include <utility>

#include "catalog/errors.h"
#include "json/json.h"
#include "tables/upkeep/migrate.h"

namespace tarn::server {
namespace {

json::Value Number(uint64_t value) { return static_cast<int64_t>(value); }

json::Value ToJson(const jobs::maintain::RunRow& row) {
  return json::Object{{"operation", row.operation},
                      {"status", row.status},
                      {"message", row.message},
                      {"filesRemoved", Number(row.files_removed)},
                      {"filesAdded", Number(row.files_added)},
                      {"deleteFilesRemoved", Number(row.delete_files_removed)},
                      {"bytesRemoved", Number(row.bytes_removed)},
                      {"bytesAdded", Number(row.bytes_added)},
                      {"snapshotsExpired", Number(row.snapshots_expired)},
                      {"rowsRewritten", Number(row.rows_rewritten)},
                      {"groupsYielded", Number(row.groups_yielded)},
                      {"seconds", static_cast<double>(row.ended.micros - row.started.micros) / kMicrosPerSecond}};
}

Result<std::pair<std::string, std::string>> SplitName(const std::string& name) {
  const size_t dot = name.find('.');
  if (dot == std::string::npos || dot == 0 || dot + 1 == name.size()) {
    return Fail(catalog::kInvalidInput, "a table is named DATABASE.TABLE, not '" + name + "'");
  }
  return std::pair(name.substr(0, dot), name.substr(dot + 1));
}

}  // namespace

Result<std::string> RunMigrate(const jobs::maintain::Maintainer& maintainer, const catalog::TableBuckets& buckets,
                               const Scope& scope, const MigrateRequest& request) {
  TARN_TRY(const Scope catalog, buckets.CatalogScope(scope, request.catalog));
  TARN_TRY(const auto name, SplitName(request.table));
  tables::MigrateOptions options;
  if (!request.snapshot.empty()) {
    TARN_TRY(const auto snapshot, SplitName(request.snapshot));
    options.snapshot_database = snapshot.first;
    options.snapshot_name = snapshot.second;
  }
  TARN_TRY(const auto report, tables::Migrate(maintainer.parts(), {catalog, name.first, name.second}, options));
  return json::Write(json::Object{{"files", Number(report.files)},
                                  {"rows", Number(report.rows)},
                                  {"bytes", Number(report.bytes)},
                                  {"partitions", Number(report.partitions)},
                                  {"metadataLocation", report.metadata_location}});
}

Result<std::string> RunUpkeep(jobs::maintain::Maintainer& maintainer, const catalog::TableBuckets& buckets,
                              const Scope& scope, const UpkeepRequest& request) {
  if (request.table.empty()) {
    TARN_CHECK(maintainer.RunAll());
    return json::Write(json::Object{});
  }
  TARN_TRY(const Scope catalog, buckets.CatalogScope(scope, request.catalog));
  TARN_TRY(const auto rows, maintainer.RunTable({catalog, request.database, request.table}));
  json::Array runs;
  for (const auto& row : rows) runs.push_back(ToJson(row));
  return json::Write(json::Object{{"runs", std::move(runs)}});
}

}  // namespace tarn::server
