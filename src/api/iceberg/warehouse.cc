#include "api/iceberg/warehouse.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "catalog/buckets/table_buckets.h"

namespace tarn::api::iceberg_rest {
namespace {

// "prod", "my-catalog": what clients that cannot leave the name out give to a server of one catalog. What names
// something else by its form (an account, an ARN, a table bucket's catalog) does not pass.
bool IsPlainName(std::string_view name) {
  const bool all_digits = std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
  return !all_digits && std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' ||
           c == '.';
  });
}

}  // namespace

Result<Scope> WarehouseScope(const Asked& asked, std::string_view warehouse) {
  if (warehouse.empty() || warehouse == asked.scope.account || IsPlainName(warehouse)) return asked.scope;
  auto scope = asked.parts->buckets->CatalogScope(asked.scope, warehouse);
  if (scope.ok() || scope.error().reason->code == Code::kInternal) return scope;
  return Fail(kNoSuchWarehouse,
              fmt::format("Warehouse does not exist: {}; leave it out for the account's own catalog", warehouse));
}

bool IsServedIn(const Scope& scope, const Route& route) {
  if (!catalog::TableBucketOf(scope)) return true;
  constexpr std::array<std::string_view, 3> kAbsent = {"RegisterTable", "UnregisterTable", "UpdateProperties"};
  return std::ranges::find(kAbsent, route.operation) == kAbsent.end() &&
         route.operation.find("View") == std::string_view::npos;
}

std::string PrefixOf(const Scope& scope) {
  const auto bucket = catalog::TableBucketOf(scope);
  return bucket ? PercentEncode(catalog::TableBucketArn(scope, *bucket)) : "";
}

Status CheckNames(const Scope& scope, std::string_view name_space, std::string_view table) {
  if (!catalog::TableBucketOf(scope)) return Ok();
  if (!catalog::IsTableBucketNamespace(name_space)) {
    return Fail(kBadRequest, "a namespace of a table bucket has one level of lower-case letters, digits and '_'");
  }
  if (!table.empty() && !catalog::IsTableBucketTable(table)) {
    return Fail(kBadRequest, "a table of a table bucket is named by lower-case letters, digits and '_'");
  }
  return Ok();
}

}  // namespace tarn::api::iceberg_rest
