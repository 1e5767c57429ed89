// Zones over the lake's own requests, for its root only:
//
//   GET    /_tarn/zones[?name=N]   all zones, or one
//   POST   /_tarn/zones?name=N&bucket=B[&prefix=P][&format=F][&retentionDays=D][&classification=C][&database=D]
//          declares a zone, or replaces it as a whole
//   DELETE /_tarn/zones?name=N     takes it down; bucket, database and data stay
// Each with [&account=A][&region=R] for another account and region than the lake's first.
// Answers: {"zones": [...]} or one zone. Errors: those of zones/zones.h.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/scope.h"
#include "catalog/iceberg/tables.h"
#include "object/lifecycle/runner.h"
#include "zones/zones.h"

namespace tarn::server {

// A value of the request's query; empty: not given.
using QueryOf = std::function<std::string(std::string_view name)>;

Result<std::string> RunZones(zones::Zones& zones, const Scope& root, std::string_view method, const QueryOf& query);

// Zones whose retention of plain objects is a rule of the bucket's lifecycle configuration.
std::unique_ptr<zones::Zones> MakeZones(kv::Store& kv, catalog::Catalog& catalog, object::Store& objects,
                                        const Clock& clock);
// What the rules of zones spare in a bucket; everything when that cannot be told.
object::LifecycleRunner::Sparing SparedByZones(kv::Store& kv, const catalog::Catalog& catalog,
                                               catalog::IcebergTables& tables, object::Store& objects,
                                               const object::Bucket& bucket, const object::LifecycleRules& rules);

}  // namespace tarn::server
