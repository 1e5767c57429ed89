// POST /_tarn/upkeep?database=D&table=T[&catalog=s3tablescatalog/B]: upkeep of one Iceberg table, now, as its policy
// allows; answers what was done, as JSON. Without a table: a round over all of them, whose work is not told.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/scope.h"
#include "catalog/buckets/table_buckets.h"
#include "jobs/maintain/maintainer.h"

namespace tarn::server {

struct UpkeepRequest {
  std::string catalog;
  std::string database;
  std::string table;
};

Result<std::string> RunUpkeep(jobs::maintain::Maintainer& maintainer, const catalog::TableBuckets& buckets,
                              const Scope& scope, const UpkeepRequest& request);

// POST /_tarn/migrate?table=D.T[&snapshot=D.S][&catalog=…]: a Hive table of Parquet files becomes an Iceberg table in
// place, or gets an Iceberg table over its files beside it (tables/migrate.h).
struct MigrateRequest {
  std::string catalog;
  std::string table;
  std::string snapshot;
};
Result<std::string> RunMigrate(const jobs::maintain::Maintainer& maintainer, const catalog::TableBuckets& buckets,
                               const Scope& scope, const MigrateRequest& request);

}  // namespace tarn::server
