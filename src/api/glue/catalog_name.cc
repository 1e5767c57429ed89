#include "api/glue/catalog_name.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/glue/errors.h"
#include "catalog/buckets/table_buckets.h"

namespace tarn::api::glue {
namespace {

bool IsAccount(std::string_view id) {
  constexpr size_t kDigits = 12;
  return id.size() == kDigits && std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Scope CatalogName::scope() const { return bucket.empty() ? owner : catalog::TableBucketScope(owner, bucket); }

std::string CatalogName::Resource(std::string_view kind, std::string_view rest) const {
  std::string resource(kind);
  if (!path.empty()) resource += "/" + path;
  if (!rest.empty()) resource.append("/").append(rest);
  return resource;
}

Error CatalogNotFound(std::string_view id) { return Fail(kEntityNotFound, fmt::format("Catalog {} not found.", id)); }

Result<CatalogName> CatalogNameOf(const protocol::Call& call, const std::optional<std::string>& id) {
  CatalogName name{.owner = call.scope, .path = {}, .bucket = {}};
  if (!id || *id == call.scope.account) return name;
  std::string_view rest = *id;
  const size_t colon = rest.find(':');
  const std::string_view account = rest.substr(0, colon);
  if (IsAccount(account)) {
    name.owner.account = account;
    if (colon == std::string_view::npos) return name;
    rest.remove_prefix(colon + 1);
  }
  const bool is_bucket = rest.starts_with(catalog::kTableBucketCatalogs);
  if (is_bucket) name.bucket = rest.substr(catalog::kTableBucketCatalogs.size());
  const bool is_named = !name.bucket.empty() && name.bucket.find('/') == std::string::npos;
  if (is_bucket ? !is_named : rest != kTableBucketsCatalog) return CatalogNotFound(*id);
  name.path = rest;
  return name;
}

std::string CatalogIdOf(const Scope& scope) {
  const auto bucket = catalog::TableBucketOf(scope);
  return bucket ? fmt::format("{}:{}{}", scope.account, catalog::kTableBucketCatalogs, *bucket) : scope.account;
}

}  // namespace tarn::api::glue
