// Tables leave and move: drop, unregister, rename.
#include <fmt/format.h>

#include "api/iceberg/exchange.h"
#include "base/strings.h"
#include "catalog/errors.h"

namespace tarn::api::iceberg_rest {
namespace {

Result<Answer> DropTable(const Asked& asked) {
  TARN_CHECK(asked.May("glue:DeleteTable", asked.name_space, asked.table));
  const auto purge = asked.query.find("purgeRequested");
  if (purge != asked.query.end() && EqualsIgnoreCase(purge->second, "true")) {
    return Fail(kUnsupportedOperation, "purging a table's files is not served: drop it, then remove its location");
  }
  TARN_CHECK(Worded(asked.parts->tables->Drop(asked.scope, asked.name_space, asked.table, asked.also), asked.name_space,
                    asked.table));
  return Answer{.status = 204};
}

Result<Answer> RenameTable(const Asked& asked) {
  TARN_TRY(const json::Value body, asked.Json());
  TARN_TRY(const Identifier from, IdentifierOf(body, "source"));
  TARN_TRY(const Identifier to, IdentifierOf(body, "destination"));
  TARN_CHECK(asked.May("glue:UpdateTable", from.name_space, from.name));
  TARN_CHECK(asked.May("glue:CreateTable", to.name_space, to.name));
  const Status renamed =
      asked.parts->tables->Rename(asked.scope, from.name_space, from.name, to.name_space, to.name, asked.also);
  if (renamed.Is(catalog::kNoSuchDatabase) && asked.parts->catalog->GetDatabase(asked.scope, from.name_space).ok()) {
    return WordedFor(renamed.error(), to.name_space, {});
  }
  TARN_CHECK(Worded(renamed, from.name_space, from.name));
  return Answer{.status = 204};
}

}  // namespace

std::vector<Route> TableNameRoutes() {
  return {
      {"DropTable", "DELETE", "/v1/{prefix}/namespaces/{namespace}/tables/{table}", &DropTable, true},
      {"RenameTable", "POST", "/v1/{prefix}/tables/rename", &RenameTable, true},
  };
}

}  // namespace tarn::api::iceberg_rest
