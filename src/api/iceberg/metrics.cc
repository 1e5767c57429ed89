// Metrics reports of engines' scans and commits: checked, and not kept. Nobody vouches for them, and what somebody
// asked of a table is not for its other readers.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "api/iceberg/exchange.h"
#include "catalog/catalog.h"
#include "catalog/errors.h"

namespace tarn::api::iceberg_rest {
namespace {

constexpr size_t kReportBytesMax = size_t{256} << 10;
constexpr std::array<std::string_view, 7> kOfScans{
    "table-name", "snapshot-id", "filter", "schema-id", "projected-field-ids", "projected-field-names", "metrics"};
constexpr std::array<std::string_view, 5> kOfCommits{"table-name", "snapshot-id", "sequence-number", "operation",
                                                     "metrics"};

template <size_t N>
Status Holds(const json::Value& body, const std::array<std::string_view, N>& members) {
  for (const std::string_view member : members) {
    if (body.Find(member) == nullptr) return Fail(kBadRequest, fmt::format("Cannot parse missing member: {}", member));
  }
  return Ok();
}

Result<Answer> ReportMetrics(const Asked& asked) {
  TARN_CHECK(asked.May("glue:GetTable", asked.name_space, asked.table));
  TARN_TRY(const json::Value body, asked.Json());
  TARN_TRY(const std::string type, TextOf(body, "report-type"));
  if (type == "scan-report") {
    TARN_CHECK(Holds(body, kOfScans));
  } else if (type == "commit-report") {
    TARN_CHECK(Holds(body, kOfCommits));
  } else {
    return Fail(kBadRequest, fmt::format("Invalid report type: {}", type));
  }
  if (asked.body.size() > kReportBytesMax) return Fail(kBadRequest, "a metrics report is at most 256 KiB");
  TARN_CHECK(Worded(asked.parts->catalog->GetTable(asked.scope, asked.name_space, asked.table), asked.name_space,
                    asked.table));
  return Answer{.status = 204};
}

}  // namespace

std::vector<Route> MetricsRoutes() {
  return {
      {"ReportMetrics", "POST", "/v1/{prefix}/namespaces/{namespace}/tables/{table}/metrics", &ReportMetrics},
  };
}

}  // namespace tarn::api::iceberg_rest
