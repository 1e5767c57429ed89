// Namespaces of a table bucket: the databases of its catalog.
#include <utility>

#include "api/s3tables/s3tables_service.h"
#include "base/hash.h"
#include "catalog/errors.h"
#include "govern/principal.h"

namespace tarn::api::s3tables {
namespace {

constexpr int32_t kListMax = 1000;
Result<gen::CreateNamespaceResponse> Create(S3TablesService& service, const Call& call,
                                            const gen::CreateNamespaceRequest& in) {
  TARN_TRY(const BucketName bucket, ParseArn(in.table_bucket_arn.value_or("")));
  TARN_CHECK(service.parts().buckets.Get(bucket.owner, bucket.name));
  const std::string name = in.namespace_->front();
  if (!catalog::IsTableBucketNamespace(name)) {
    return Fail(kBadRequest, "The specified namespace name is not valid.");
  }
  catalog::Database database;
  database.name = name;
  database.creator = govern::PrincipalOf(call.caller);
  if (const Status made = service.parts().catalog.CreateDatabase(bucket.scope(), std::move(database)); !made.ok()) {
    if (!made.Is(catalog::kAlreadyExists)) return made.error();
    return Fail(kConflict, "A namespace with an identical name already exists in the bucket.");
  }
  return gen::CreateNamespaceResponse{.table_bucket_arn = bucket.arn(), .namespace_ = in.namespace_};
}

Result<gen::GetNamespaceResponse> Get(S3TablesService& service, const Call&, const gen::GetNamespaceRequest& in) {
  TARN_TRY(const BucketName name, ParseArn(in.table_bucket_arn.value_or("")));
  TARN_TRY(const catalog::TableBucket bucket, service.parts().buckets.Get(name.owner, name.name));
  TARN_TRY(const auto found, service.parts().catalog.GetDatabase(name.scope(), in.namespace_.value_or("")));
  gen::GetNamespaceResponse out;
  out.namespace_ = {found.name};
  out.created_at = found.create_time;
  out.created_by = name.owner.account;
  out.owner_account_id = name.owner.account;
  out.namespace_id = found.uid;
  out.table_bucket_id = bucket.id;
  return out;
}

Result<gen::ListNamespacesResponse> List(S3TablesService& service, const Call&, const gen::ListNamespacesRequest& in) {
  TARN_TRY(const BucketName name, ParseArn(in.table_bucket_arn.value_or("")));
  TARN_TRY(const catalog::TableBucket bucket, service.parts().buckets.Get(name.owner, name.name));
  gen::ListNamespacesResponse out;
  auto& list = out.namespaces.emplace();
  catalog::ListOptions options;
  if (in.continuation_token) {
    auto token = Unbase64(*in.continuation_token);
    if (!token) return Fail(kBadRequest, "The specified continuation token is not valid.");
    options.after = *std::move(token);
  }
  const auto max = static_cast<size_t>(in.max_namespaces.value_or(kListMax));
  const std::string prefix = in.prefix.value_or("");
  while (true) {
    options.limit = max - list.size();
    TARN_TRY(const auto page, service.parts().catalog.ListDatabases(name.scope(), options));
    for (const catalog::Database& database : page.items) {
      if (!database.name.starts_with(prefix)) continue;
      list.push_back({.namespace_ = std::vector<std::string>{database.name},
                      .created_at = database.create_time,
                      .created_by = name.owner.account,
                      .owner_account_id = name.owner.account,
                      .namespace_id = database.uid,
                      .table_bucket_id = bucket.id});
    }
    if (page.next.empty()) return out;
    options.after = page.next;
    if (list.size() < max) continue;
    out.continuation_token = Base64(page.next);
    return out;
  }
}

Result<gen::DeleteNamespaceResponse> Delete(S3TablesService& service, const Call&,
                                            const gen::DeleteNamespaceRequest& in) {
  TARN_TRY(const BucketName bucket, ParseArn(in.table_bucket_arn.value_or("")));
  TARN_CHECK(service.parts().buckets.Get(bucket.owner, bucket.name));
  const std::string name = in.namespace_.value_or("");
  catalog::ListOptions one;
  one.limit = 1;
  TARN_TRY(const auto tables, service.parts().catalog.ListTables(bucket.scope(), name, one));
  if (!tables.items.empty()) return Fail(kConflict, "The namespace that you tried to delete is not empty.");
  TARN_CHECK(service.parts().catalog.DeleteDatabase(bucket.scope(), name));
  return gen::DeleteNamespaceResponse{};
}

}  // namespace

Rows NamespaceRows(const S3TablesService& service) {
  using protocol::Bind;
  const auto on = [&service](std::string_view action) {
    return [&service, action](const Call& call, const auto& in) {
      return AskBucket(service, call, action, in.table_bucket_arn);
    };
  };
  return {
      Bind<&Create>("CreateNamespace", "s3tables:CreateNamespace", on("s3tables:CreateNamespace")),
      Bind<&Get>("GetNamespace", "s3tables:GetNamespace", on("s3tables:GetNamespace")),
      Bind<&List>("ListNamespaces", "s3tables:ListNamespaces", on("s3tables:ListNamespaces")),
      Bind<&Delete>("DeleteNamespace", "s3tables:DeleteNamespace", on("s3tables:DeleteNamespace")),
  };
}

}  // namespace tarn::api::s3tables
