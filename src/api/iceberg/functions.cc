// Functions: list and load. The specification has no way to create one, and nothing else in the lake makes functions of
// Iceberg's kind (Glue's user-defined functions are Hive's, classes in jars): there are none.
#include <fmt/format.h>

#include "api/iceberg/exchange.h"
#include "catalog/errors.h"

namespace tarn::api::iceberg_rest {
namespace {

Result<Answer> ListFunctions(const Asked& asked) {
  TARN_CHECK(asked.May("glue:GetUserDefinedFunctions", asked.name_space));
  TARN_CHECK(asked.PageAsked());
  TARN_CHECK(Worded(asked.parts->catalog->GetDatabase(asked.scope, asked.name_space), asked.name_space));
  return Answer{.body = json::Write(json::Object{{"identifiers", json::Array{}}})};
}

Result<Answer> LoadFunction(const Asked& asked) {
  TARN_CHECK(asked.May("glue:GetUserDefinedFunction", asked.name_space));
  TARN_CHECK(Worded(asked.parts->catalog->GetDatabase(asked.scope, asked.name_space), asked.name_space));
  return Fail(kNoSuchFunction, fmt::format("Function does not exist: {}", asked.Named()));
}

}  // namespace

std::vector<Route> FunctionRoutes() {
  return {
      {"ListFunctions", "GET", "/v1/{prefix}/namespaces/{namespace}/functions", &ListFunctions},
      {"LoadFunction", "GET", "/v1/{prefix}/namespaces/{namespace}/functions/{function}", &LoadFunction},
  };
}

}  // namespace tarn::api::iceberg_rest
