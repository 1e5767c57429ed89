#include <fmt/format.h>

#include "api/iceberg/exchange.h"

namespace tarn::api::iceberg_rest {

const std::vector<Route>& Routes() {
  static const std::vector<Route> kRoutes = [] {
    std::vector<Route> routes{{"GET", "/v1/config", &GetConfig, false},
                              {"POST", "/v1/oauth/tokens", &PostToken, false}};
    routes.insert(routes.end(), NamespaceRoutes().begin(), NamespaceRoutes().end());
    routes.insert(routes.end(), TableRoutes().begin(), TableRoutes().end());
    routes.insert(routes.end(), ScanRoutes().begin(), ScanRoutes().end());
    return routes;
  }();
  return kRoutes;
}

Result<Answer> GetConfig(const Asked& asked) {
  if (const auto warehouse = asked.query.find("warehouse");
      warehouse != asked.query.end() && !warehouse->second.empty() && warehouse->second != asked.scope.account) {
    return Fail(kBadRequest,
                fmt::format("there is no warehouse {}: leave it out for the account's own catalog", warehouse->second));
  }
  json::Array endpoints;
  for (const Route& route : Routes()) {
    if (route.declared) endpoints.emplace_back(fmt::format("{} {}", route.method, route.path));
  }
  return Answer{
      .body = json::Write(json::Object{
          {"defaults", FileAccessOf(asked)}, {"overrides", json::Object{}}, {"endpoints", std::move(endpoints)}})};
}

}  // namespace tarn::api::iceberg_rest
