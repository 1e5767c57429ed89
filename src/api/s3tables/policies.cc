// Policies of table buckets and of tables.
#include "api/s3tables/s3tables_service.h"
#include "policy/policy.h"

namespace tarn::api::s3tables {
namespace {

constexpr std::string_view kNone = "The specified resource policy does not exist.";

// A policy may name any resource; it is asked about its own bucket or table alone.
Status CheckPolicy(const std::optional<std::string>& text) {
  TARN_CHECK(policy::Document::Parse(text.value_or(""), policy::ParseOptions()));
  return Ok();
}

Result<gen::PutTableBucketPolicyResponse> PutOfBucket(S3TablesService& service, const Call&,
                                                      const gen::PutTableBucketPolicyRequest& in) {
  TARN_TRY(const BucketName name, ParseArn(in.table_bucket_arn.value_or("")));
  TARN_CHECK(CheckPolicy(in.resource_policy));
  TARN_CHECK(service.parts().buckets.Change(name.owner, name.name, [&](catalog::TableBucket& bucket) -> Status {
    bucket.policy = in.resource_policy;
    return Ok();
  }));
  return gen::PutTableBucketPolicyResponse{};
}

Result<gen::GetTableBucketPolicyResponse> GetOfBucket(S3TablesService& service, const Call&,
                                                      const gen::GetTableBucketPolicyRequest& in) {
  TARN_TRY(const BucketName name, ParseArn(in.table_bucket_arn.value_or("")));
  TARN_TRY(catalog::TableBucket bucket, service.parts().buckets.Get(name.owner, name.name));
  if (!bucket.policy) return Fail(kNotFound, std::string(kNone));
  return gen::GetTableBucketPolicyResponse{.resource_policy = std::move(bucket.policy)};
}

Result<gen::DeleteTableBucketPolicyResponse> DeleteOfBucket(S3TablesService& service, const Call&,
                                                            const gen::DeleteTableBucketPolicyRequest& in) {
  TARN_TRY(const BucketName name, ParseArn(in.table_bucket_arn.value_or("")));
  TARN_CHECK(service.parts().buckets.Change(name.owner, name.name, [](catalog::TableBucket& bucket) -> Status {
    bucket.policy.reset();
    return Ok();
  }));
  return gen::DeleteTableBucketPolicyResponse{};
}

Result<gen::PutTablePolicyResponse> PutOfTable(S3TablesService& service, const Call&,
                                               const gen::PutTablePolicyRequest& in) {
  TARN_TRY(const FoundTable found, FindTable(service, in.table_bucket_arn, in.namespace_, in.name));
  TARN_CHECK(CheckPolicy(in.resource_policy));
  TARN_CHECK(service.parts().buckets.ChangeSettings(found.bucket.scope(), found.table,
                                                    [&](catalog::TableSettings& settings) -> Status {
                                                      settings.policy = in.resource_policy;
                                                      return Ok();
                                                    }));
  return gen::PutTablePolicyResponse{};
}

Result<gen::GetTablePolicyResponse> GetOfTable(S3TablesService& service, const Call&,
                                               const gen::GetTablePolicyRequest& in) {
  TARN_TRY(const FoundTable found, FindTable(service, in.table_bucket_arn, in.namespace_, in.name));
  TARN_TRY(auto settings, service.parts().buckets.GetSettings(found.bucket.scope(), found.table));
  if (!settings.policy) return Fail(kNotFound, std::string(kNone));
  return gen::GetTablePolicyResponse{.resource_policy = std::move(settings.policy)};
}

Result<gen::DeleteTablePolicyResponse> DeleteOfTable(S3TablesService& service, const Call&,
                                                     const gen::DeleteTablePolicyRequest& in) {
  TARN_TRY(const FoundTable found, FindTable(service, in.table_bucket_arn, in.namespace_, in.name));
  TARN_CHECK(service.parts().buckets.ChangeSettings(found.bucket.scope(), found.table,
                                                    [](catalog::TableSettings& settings) -> Status {
                                                      settings.policy.reset();
                                                      return Ok();
                                                    }));
  return gen::DeleteTablePolicyResponse{};
}

}  // namespace

Rows PolicyRows(const S3TablesService&) {
  using protocol::Bind;
  const auto owner = [](std::string_view action) {
    return [action](const Call&, const auto& in) { return AskOwner(action, in.table_bucket_arn); };
  };
  return {
      Bind<&PutOfBucket>("PutTableBucketPolicy", "s3tables:PutTableBucketPolicy",
                         owner("s3tables:PutTableBucketPolicy")),
      Bind<&GetOfBucket>("GetTableBucketPolicy", "s3tables:GetTableBucketPolicy",
                         owner("s3tables:GetTableBucketPolicy")),
      Bind<&DeleteOfBucket>("DeleteTableBucketPolicy", "s3tables:DeleteTableBucketPolicy",
                            owner("s3tables:DeleteTableBucketPolicy")),
      Bind<&PutOfTable>("PutTablePolicy", "s3tables:PutTablePolicy", owner("s3tables:PutTablePolicy")),
      Bind<&GetOfTable>("GetTablePolicy", "s3tables:GetTablePolicy", owner("s3tables:GetTablePolicy")),
      Bind<&DeleteOfTable>("DeleteTablePolicy", "s3tables:DeleteTablePolicy", owner("s3tables:DeleteTablePolicy")),
  };
}

}  // namespace tarn::api::s3tables
