#include "enforce/table_bucket_check.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "identity/policy_guard.h"
#include "policy/policy.h"

namespace tarn::enforce {
namespace {

// A policy was checked when it was put.
void AddPolicy(const std::optional<std::string>& text, identity::PolicyGuard& guard) {
  if (!text) return;
  auto document = policy::Document::Parse(*text, policy::ParseOptions());
  if (document.ok()) guard.Add(*std::move(document));
}

}  // namespace

identity::Check TableBucketCheck(const catalog::TableBuckets& buckets, const catalog::Catalog& catalog,
                                 const Scope& scope, std::string_view action, std::string_view database,
                                 std::string_view table) {
  const Scope owner = catalog::PlainScope(scope);
  const std::string name = catalog::TableBucketOf(scope).value_or("");
  identity::Check check;
  check.action = action;
  check.resource = catalog::TableBucketArn(owner, name);
  check.owner = owner.account;
  if (!database.empty()) check.context["s3tables:namespace"] = database;
  if (!table.empty() && table != "*") check.context["s3tables:tableName"] = table;
  auto guard = std::make_shared<identity::PolicyGuard>();
  const auto bucket = buckets.Get(owner, name);
  if (bucket.ok()) AddPolicy(bucket->policy, *guard);
  // A table that is about to be made is its bucket's affair.
  if (!table.empty() && action != "s3tables:CreateTable") {
    const auto record = catalog.GetTable(scope, database, table);
    check.resource += "/table/" + (record.ok() ? record->uid : "*");
    if (record.ok()) {
      const auto settings = buckets.GetSettings(scope, *record);
      if (settings.ok()) AddPolicy(settings->policy, *guard);
    }
  }
  check.guard = std::move(guard);
  return check;
}

std::string_view TableBucketAction(std::string_view glue_action) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 15> kActions = {
      {{"glue:GetCatalog", "s3tables:GetTableBucket"},
       {"glue:GetDatabases", "s3tables:ListNamespaces"},
       {"glue:GetDatabase", "s3tables:GetNamespace"},
       {"glue:CreateDatabase", "s3tables:CreateNamespace"},
       {"glue:DeleteDatabase", "s3tables:DeleteNamespace"},
       {"glue:GetTables", "s3tables:ListTables"},
       {"glue:GetTable", "s3tables:GetTableMetadataLocation"},
       {"glue:GetTableVersion", "s3tables:GetTableMetadataLocation"},
       {"glue:GetTableVersions", "s3tables:GetTableMetadataLocation"},
       {"glue:GetPartitions", "s3tables:GetTableMetadataLocation"},
       {"glue:GetPartitionIndexes", "s3tables:GetTableMetadataLocation"},
       {"glue:CreateTable", "s3tables:CreateTable"},
       {"glue:UpdateTable", "s3tables:UpdateTableMetadataLocation"},
       {"glue:DeleteTable", "s3tables:DeleteTable"},
       {"glue:BatchDeleteTable", "s3tables:DeleteTable"}}};
  const auto found = std::ranges::find(kActions, glue_action, [](const auto& pair) { return pair.first; });
  return found == kActions.end() ? glue_action : found->second;
}

}  // namespace tarn::enforce
