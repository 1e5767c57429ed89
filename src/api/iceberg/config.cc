// What a client is told first: where files are, what is served, how long an Idempotency-Key is remembered.
#include <fmt/format.h>

#include <algorithm>

#include "api/iceberg/exchange.h"
#include "api/iceberg/idempotency.h"

namespace tarn::api::iceberg_rest {
namespace {

// "prod", "my-catalog", "s3://bucket/folder": what clients that cannot leave the name out give to a server of one
// catalog. What names something else by its form (an account, an ARN, a table bucket's catalog) does not pass.
bool IsPlainName(std::string_view name) {
  const bool all_digits = std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
  return !all_digits && std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' ||
           c == '.';
  });
}

}  // namespace

const std::vector<Route>& Routes() {
  static const std::vector<Route> kRoutes = [] {
    std::vector<Route> routes;
    routes.push_back({.operation = "GetConfig", .method = "GET", .path = "/v1/config", .run = &GetConfig});
    routes.push_back({.operation = "GetToken", .method = "POST", .path = "/v1/oauth/tokens", .run = &PostToken});
    for (Route& route : routes) route.declared = false;
    for (const auto& family : {&NamespaceRoutes, &TableRoutes, &TableNameRoutes, &ViewRoutes, &FunctionRoutes,
                               &MetricsRoutes, &ScanRoutes, &CredentialRoutes, &SignRoutes, &TransactionRoutes}) {
      std::ranges::move(family(), std::back_inserter(routes));
    }
    return routes;
  }();
  return kRoutes;
}

Status CheckWarehouse(const Asked& asked, std::string_view warehouse) {
  if (warehouse.empty() || warehouse == asked.scope.account || IsPlainName(warehouse)) return Ok();
  return Fail(kNoSuchWarehouse,
              fmt::format("Warehouse does not exist: {}; leave it out for the account's own catalog", warehouse));
}

Result<Answer> GetConfig(const Asked& asked) {
  if (const auto warehouse = asked.query.find("warehouse"); warehouse != asked.query.end()) {
    TARN_CHECK(CheckWarehouse(asked, warehouse->second));
  }
  json::Array endpoints;
  for (const Route& route : Routes()) {
    if (route.declared) endpoints.emplace_back(fmt::format("{} {}", route.method, route.path));
  }
  return Answer{.body = json::Write(json::Object{{"defaults", FileAccessOf(asked)},
                                                 {"overrides", json::Object{}},
                                                 {"idempotency-key-lifetime", kKeyLifetimeText},
                                                 {"endpoints", std::move(endpoints)}})};
}

}  // namespace tarn::api::iceberg_rest
