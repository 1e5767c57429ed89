// Which catalog a request's CatalogId names: an account's own, or that of a table bucket (Amazon S3 Tables),
// "[<account>:]s3tablescatalog/<bucket>".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/protocol/call.h"
#include "base/result.h"
#include "base/scope.h"

namespace tarn::api::glue {

// What all table buckets' catalogs lie in; it holds no databases.
inline constexpr std::string_view kTableBucketsCatalog = "s3tablescatalog";

struct CatalogName {
  Scope owner;         // whose catalog it is
  std::string path;    // "", "s3tablescatalog" or "s3tablescatalog/<bucket>"
  std::string bucket;  // of the last of these
  bool is_own(const protocol::Call& call) const { return path.empty() && owner.account == call.scope.account; }
  // Where its databases are kept.
  Scope scope() const;
  // "catalog", in the ARNs of what lies in it "database/…", with the catalog's path between.
  std::string Resource(std::string_view kind, std::string_view rest = {}) const;
};

// Nothing: the caller's own. Whether a bucket is there is not looked at. Error kEntityNotFound for other forms.
Result<CatalogName> CatalogNameOf(const protocol::Call& call, const std::optional<std::string>& id);
Error CatalogNotFound(std::string_view id);

// The CatalogId that answers show.
std::string CatalogIdOf(const Scope& scope);

}  // namespace tarn::api::glue
