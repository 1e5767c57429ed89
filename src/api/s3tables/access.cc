// Who may: ARNs taken apart, what they name found, and what the policies of buckets and tables say.
#include <fmt/format.h>

#include <utility>

#include "api/s3tables/s3tables_service.h"
#include "base/strings.h"
#include "catalog/errors.h"
#include "enforce/table_bucket_check.h"

namespace tarn::api::s3tables {
namespace {

using identity::Check;

Check BareCheck(std::string_view action, std::string resource, const std::string& owner) {
  Check check;
  check.action = action;
  check.resource = std::move(resource);
  check.owner = owner;
  return check;
}

Error TableNotFound() { return Fail(kNotFound, "The specified table does not exist."); }

}  // namespace

Result<BucketName> ParseArn(std::string_view arn, std::string* table) {
  constexpr std::string_view kBucket = "bucket/";
  constexpr std::string_view kTable = "/table/";
  const auto parts = Split(arn, ':');
  if (parts.size() != 6 || parts[0] != "arn" || parts[2] != "s3tables" || !parts[5].starts_with(kBucket) ||
      parts[4].size() != 12) {
    return Fail(kBadRequest, fmt::format("The specified ARN is not valid: {}", arn));
  }
  BucketName bucket{.owner = {.account = std::string(parts[4]), .region = std::string(parts[3])}, .name = {}};
  std::string_view rest = parts[5].substr(kBucket.size());
  if (const size_t at = rest.find(kTable); at != rest.npos) {
    if (table != nullptr) *table = rest.substr(at + kTable.size());
    rest = rest.substr(0, at);
  }
  bucket.name = rest;
  return bucket;
}

Result<FoundTable> FindTable(const S3TablesService& service, const std::optional<std::string>& bucket_arn,
                             const std::optional<std::string>& name_space, const std::optional<std::string>& name) {
  FoundTable found;
  TARN_TRY(found.bucket, ParseArn(bucket_arn.value_or("")));
  TARN_CHECK(service.parts().buckets.Get(found.bucket.owner, found.bucket.name));
  TARN_TRY(found.table,
           service.parts().catalog.GetTable(found.bucket.scope(), name_space.value_or(""), name.value_or("")));
  return found;
}

Result<FoundTable> FindTable(const S3TablesService& service, std::string_view table_arn) {
  FoundTable found;
  std::string uid;
  TARN_TRY(found.bucket, ParseArn(table_arn, &uid));
  TARN_CHECK(service.parts().buckets.Get(found.bucket.owner, found.bucket.name));
  const Scope scope = found.bucket.scope();
  catalog::ListOptions databases;
  while (true) {
    TARN_TRY(const auto page, service.parts().catalog.ListDatabases(scope, databases));
    for (const catalog::Database& database : page.items) {
      catalog::ListOptions one;
      one.limit = 1;
      TARN_TRY(auto tables,
               service.parts().catalog.ListTables(scope, database.name, one,
                                                  [&uid](const catalog::Table& table) { return table.uid == uid; }));
      if (tables.items.empty()) continue;
      found.table = std::move(tables.items.front());
      return found;
    }
    if (page.next.empty()) return TableNotFound();
    databases.after = page.next;
  }
}

std::vector<Check> AskBucket(const S3TablesService& service, const Call&, std::string_view action,
                             const std::optional<std::string>& bucket_arn) {
  const auto name = ParseArn(bucket_arn.value_or(""));
  // What cannot be found is refused by the handler, in its own words.
  if (!name.ok()) return {BareCheck(action, "*", "")};
  return {enforce::TableBucketCheck(service.parts().buckets, service.parts().catalog, name->scope(), action)};
}

std::vector<Check> AskTable(const S3TablesService& service, const Call&, std::string_view action,
                            const std::optional<std::string>& bucket_arn, const std::optional<std::string>& name_space,
                            const std::optional<std::string>& name) {
  const auto bucket = ParseArn(bucket_arn.value_or(""));
  if (!bucket.ok()) return {BareCheck(action, "*", "")};
  return {enforce::TableBucketCheck(service.parts().buckets, service.parts().catalog, bucket->scope(), action,
                                    name_space.value_or(""), name.value_or("*"))};
}

std::vector<Check> AskOwner(std::string_view action, const std::optional<std::string>& bucket_arn) {
  const auto name = ParseArn(bucket_arn.value_or(""));
  if (!name.ok()) return {BareCheck(action, "*", "")};
  return {BareCheck(action, name->arn(), name->owner.account)};
}

}  // namespace tarn::api::s3tables
