// What a client is told first: where files are, what is served, how long an Idempotency-Key is remembered.
#include <fmt/format.h>

#include <algorithm>

#include "api/iceberg/exchange.h"
#include "api/iceberg/idempotency.h"
#include "api/iceberg/warehouse.h"

namespace tarn::api::iceberg_rest {

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

Result<Answer> GetConfig(const Asked& asked) {
  Asked meant = asked;
  if (const auto warehouse = asked.query.find("warehouse"); warehouse != asked.query.end()) {
    TARN_TRY(meant.scope, WarehouseScope(asked, warehouse->second));
  }
  json::Array endpoints;
  for (const Route& route : Routes()) {
    if (!route.declared || !CheckServed(meant, route).ok()) continue;
    endpoints.emplace_back(fmt::format("{} {}", route.method, route.path));
  }
  json::Object overrides;
  if (std::string prefix = PrefixOf(meant); !prefix.empty()) overrides.emplace_back("prefix", std::move(prefix));
  return Answer{.body = json::Write(json::Object{{"defaults", FileAccessOf(meant)},
                                                 {"overrides", std::move(overrides)},
                                                 {"idempotency-key-lifetime", kKeyLifetimeText},
                                                 {"endpoints", std::move(endpoints)}})};
}

}  // namespace tarn::api::iceberg_rest
