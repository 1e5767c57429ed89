#include "api/iceberg/warehouse.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "catalog/buckets/table_buckets.h"

namespace tarn::api::iceberg_rest {
namespace {

bool IsDigits(std::string_view name) {
  return std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

bool IsAccount(std::string_view name) {
  constexpr size_t kDigits = 12;
  return name.size() == kDigits && IsDigits(name);
}

// "prod", "my-catalog": what clients that cannot leave the name out give to a server of one catalog. What names
// something else by its form (an account, an ARN, a table bucket's catalog) does not pass.
bool IsPlainName(std::string_view name) {
  return !IsDigits(name) && std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' ||
           c == '.';
  });
}

}  // namespace

Result<Scope> WarehouseScope(const Asked& asked, std::string_view warehouse) {
  if (warehouse.empty() || warehouse == asked.scope.account || IsPlainName(warehouse)) return asked.scope;
  if (IsAccount(warehouse)) return Scope{.account = std::string(warehouse), .region = asked.scope.region};
  auto scope = asked.parts->buckets->CatalogScope(asked.scope, warehouse);
  if (scope.ok() || scope.error().reason->code == Code::kInternal) return scope;
  return Fail(kNoSuchWarehouse,
              fmt::format("Warehouse does not exist: {}; leave it out for the account's own catalog", warehouse));
}

bool IsOthers(const Asked& asked) {
  return !catalog::TableBucketOf(asked.scope) && asked.scope.account != asked.caller.account;
}

Status CheckServed(const Asked& asked, const Route& route) {
  if (IsOthers(asked) && route.mutates) {
    return Fail(kUnsupportedOperation,
                fmt::format("{} is not served in another account's catalog, which is read alone", route.operation));
  }
  if (!catalog::TableBucketOf(asked.scope)) return Ok();
  constexpr std::array<std::string_view, 3> kAbsent = {"RegisterTable", "UnregisterTable", "UpdateProperties"};
  const bool is_absent = std::ranges::find(kAbsent, route.operation) != kAbsent.end() ||
                         route.operation.find("View") != std::string_view::npos;
  if (!is_absent) return Ok();
  return Fail(kUnsupportedOperation, fmt::format("{} is not served in table buckets", route.operation));
}

std::string PrefixOf(const Asked& asked) {
  if (IsOthers(asked)) return asked.scope.account;
  const auto bucket = catalog::TableBucketOf(asked.scope);
  return bucket ? PercentEncode(catalog::TableBucketArn(asked.scope, *bucket)) : "";
}

std::string TablePath(const Asked& asked, std::string_view table) {
  if (!asked.link.empty()) return asked.link;
  std::string prefix = PrefixOf(asked);
  if (!prefix.empty()) prefix += "/";
  return fmt::format("v1/{}namespaces/{}/tables/{}", prefix, PercentEncode(asked.name_space), PercentEncode(table));
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
