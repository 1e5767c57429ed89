// Metrics reports that engines send of their scans and commits, kept with the table: the newest kReportsMax of each.
//
// They go when the table is dropped. A report is the JSON that was sent. Format: docs/format/catalog.md. Errors:
// kNoSuchDatabase, kNoSuchTable, kv's. Blocking. Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "kv/kv.h"

namespace tarn::catalog {

inline constexpr size_t kReportsMax = 100;
inline constexpr std::string_view kReports = "m";  // their kind of key (keys.h)

struct MetricsReport {
  Timestamp received;
  std::string json;
};

Status KeepReport(kv::Store& store, const Scope& scope, std::string_view database, std::string_view table,
                  const MetricsReport& report);
// Newest first.
Result<std::vector<MetricsReport>> ListReports(kv::Store& store, const Scope& scope, std::string_view database,
                                               std::string_view table, size_t limit = kReportsMax);

}  // namespace tarn::catalog
