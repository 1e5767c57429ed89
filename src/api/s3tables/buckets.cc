// Table buckets: made, shown, listed, removed; their encryption, storage class and metrics settings.
#include <utility>

#include "api/s3tables/s3tables_service.h"
#include "base/hash.h"

namespace tarn::api::s3tables {
namespace {

constexpr int32_t kListMax = 1000;

// The lake encrypts everything it keeps; keys of KMS for tables are not served.
Status CheckEncryption(const std::optional<gen::EncryptionConfiguration>& wanted) {
  if (!wanted) return Ok();
  if (wanted->sse_algorithm == "AES256" && !wanted->kms_key_arn) return Ok();
  if (wanted->sse_algorithm == "AES256") {
    return Fail(kBadRequest, "A KMS key cannot be given with the algorithm AES256.");
  }
  return Fail(kNotSupported, "Encryption of tables under KMS keys (sseAlgorithm aws:kms) is not implemented.");
}

Result<gen::CreateTableBucketResponse> Create(S3TablesService& service, const Call& call,
                                              const gen::CreateTableBucketRequest& in) {
  TARN_CHECK(CheckEncryption(in.encryption_configuration));
  catalog::TableBucket bucket;
  bucket.name = in.name.value_or("");
  if (in.encryption_configuration) bucket.sse_algorithm = in.encryption_configuration->sse_algorithm;
  if (in.storage_class_configuration) bucket.storage_class = in.storage_class_configuration->storage_class;
  if (in.tags) bucket.tags = *in.tags;
  TARN_CHECK(service.parts().buckets.Create(call.scope, std::move(bucket)));
  return gen::CreateTableBucketResponse{.arn = catalog::TableBucketArn(call.scope, in.name.value_or(""))};
}

Result<gen::GetTableBucketResponse> Get(S3TablesService& service, const Call&, const gen::GetTableBucketRequest& in) {
  TARN_TRY(const BucketName name, ParseArn(in.table_bucket_arn.value_or("")));
  TARN_TRY(const catalog::TableBucket bucket, service.parts().buckets.Get(name.owner, name.name));
  return gen::GetTableBucketResponse{.arn = name.arn(),
                                     .name = bucket.name,
                                     .owner_account_id = name.owner.account,
                                     .created_at = bucket.created,
                                     .table_bucket_id = bucket.id,
                                     .type = "customer"};
}

Result<gen::ListTableBucketsResponse> List(S3TablesService& service, const Call& call,
                                           const gen::ListTableBucketsRequest& in) {
  gen::ListTableBucketsResponse out;
  auto& list = out.table_buckets.emplace();
  if (in.type && *in.type != "customer") return out;
  std::string after;
  if (in.continuation_token) {
    auto token = Unbase64(*in.continuation_token);
    if (!token) return Fail(kBadRequest, "The specified continuation token is not valid.");
    after = *std::move(token);
  }
  const auto limit = static_cast<size_t>(in.max_buckets.value_or(kListMax));
  TARN_TRY(const auto page, service.parts().buckets.List(call.scope, in.prefix.value_or(""), after, limit));
  for (const catalog::TableBucket& bucket : page.buckets) {
    list.push_back({.arn = catalog::TableBucketArn(call.scope, bucket.name),
                    .name = bucket.name,
                    .owner_account_id = call.scope.account,
                    .created_at = bucket.created,
                    .table_bucket_id = bucket.id,
                    .type = "customer"});
  }
  if (page.truncated) out.continuation_token = Base64(page.buckets.back().name);
  return out;
}

Result<gen::DeleteTableBucketResponse> Delete(S3TablesService& service, const Call&,
                                              const gen::DeleteTableBucketRequest& in) {
  TARN_TRY(const BucketName name, ParseArn(in.table_bucket_arn.value_or("")));
  TARN_CHECK(service.parts().buckets.Delete(name.owner, name.name));
  return gen::DeleteTableBucketResponse{};
}

Result<gen::PutTableBucketEncryptionResponse> PutEncryption(S3TablesService& service, const Call&,
                                                            const gen::PutTableBucketEncryptionRequest& in) {
  TARN_TRY(const BucketName name, ParseArn(in.table_bucket_arn.value_or("")));
  TARN_CHECK(CheckEncryption(in.encryption_configuration));
  TARN_CHECK(service.parts().buckets.Change(name.owner, name.name, [&](catalog::TableBucket& bucket) -> Status {
    bucket.sse_algorithm = in.encryption_configuration->sse_algorithm;
    return Ok();
  }));
  return gen::PutTableBucketEncryptionResponse{};
}

Result<gen::GetTableBucketEncryptionResponse> GetEncryption(S3TablesService& service, const Call&,
                                                            const gen::GetTableBucketEncryptionRequest& in) {
  TARN_TRY(const BucketName name, ParseArn(in.table_bucket_arn.value_or("")));
  TARN_TRY(const catalog::TableBucket bucket, service.parts().buckets.Get(name.owner, name.name));
  if (!bucket.sse_algorithm) return Fail(kNotFound, "The specified encryption configuration does not exist.");
  gen::GetTableBucketEncryptionResponse out;
  out.encryption_configuration.emplace().sse_algorithm = bucket.sse_algorithm;
  return out;
}

Result<gen::DeleteTableBucketEncryptionResponse> DeleteEncryption(S3TablesService& service, const Call&,
                                                                  const gen::DeleteTableBucketEncryptionRequest& in) {
  TARN_TRY(const BucketName name, ParseArn(in.table_bucket_arn.value_or("")));
  TARN_CHECK(service.parts().buckets.Change(name.owner, name.name, [](catalog::TableBucket& bucket) -> Status {
    bucket.sse_algorithm.reset();
    return Ok();
  }));
  return gen::DeleteTableBucketEncryptionResponse{};
}

Result<gen::PutTableBucketStorageClassResponse> PutStorageClass(S3TablesService& service, const Call&,
                                                                const gen::PutTableBucketStorageClassRequest& in) {
  TARN_TRY(const BucketName name, ParseArn(in.table_bucket_arn.value_or("")));
  TARN_CHECK(service.parts().buckets.Change(name.owner, name.name, [&](catalog::TableBucket& bucket) -> Status {
    bucket.storage_class = in.storage_class_configuration->storage_class;
    return Ok();
  }));
  return gen::PutTableBucketStorageClassResponse{};
}

Result<gen::GetTableBucketStorageClassResponse> GetStorageClass(S3TablesService& service, const Call&,
                                                                const gen::GetTableBucketStorageClassRequest& in) {
  TARN_TRY(const BucketName name, ParseArn(in.table_bucket_arn.value_or("")));
  TARN_TRY(const catalog::TableBucket bucket, service.parts().buckets.Get(name.owner, name.name));
  gen::GetTableBucketStorageClassResponse out;
  out.storage_class_configuration.emplace().storage_class = bucket.storage_class.value_or("STANDARD");
  return out;
}

// Kept; requests to tables are counted as those to their S3 buckets.
template <typename Out, bool on>
constexpr auto SetMetrics = [](S3TablesService& service, const Call&, const auto& in) -> Result<Out> {
  TARN_TRY(const BucketName name, ParseArn(in.table_bucket_arn.value_or("")));
  TARN_CHECK(service.parts().buckets.Change(name.owner, name.name, [](catalog::TableBucket& bucket) -> Status {
    bucket.metrics = on;
    return Ok();
  }));
  return Out{};
};
Result<gen::PutTableBucketMetricsConfigurationResponse> PutMetrics(
    S3TablesService& service, const Call& call, const gen::PutTableBucketMetricsConfigurationRequest& in) {
  return SetMetrics<gen::PutTableBucketMetricsConfigurationResponse, true>(service, call, in);
}
Result<gen::DeleteTableBucketMetricsConfigurationResponse> DeleteMetrics(
    S3TablesService& service, const Call& call, const gen::DeleteTableBucketMetricsConfigurationRequest& in) {
  return SetMetrics<gen::DeleteTableBucketMetricsConfigurationResponse, false>(service, call, in);
}

Result<gen::GetTableBucketMetricsConfigurationResponse> GetMetrics(
    S3TablesService& service, const Call&, const gen::GetTableBucketMetricsConfigurationRequest& in) {
  TARN_TRY(const BucketName name, ParseArn(in.table_bucket_arn.value_or("")));
  TARN_TRY(const catalog::TableBucket bucket, service.parts().buckets.Get(name.owner, name.name));
  if (!bucket.metrics) return Fail(kNotFound, "The specified metrics configuration does not exist.");
  return gen::GetTableBucketMetricsConfigurationResponse{.table_bucket_arn = name.arn(), .id = bucket.id};
}

}  // namespace

Rows BucketRows(const S3TablesService& service) {
  using protocol::Bind;
  const auto on = [&service](std::string_view action) {
    return [&service, action](const Call& call, const auto& in) {
      return AskBucket(service, call, action, in.table_bucket_arn);
    };
  };
  const auto of_account = [](std::string_view name) {
    return [name](const Call& call, const auto&) {
      return "arn:aws:s3tables:" + call.scope.region + ":" + call.scope.account + ":bucket/" + std::string(name);
    };
  };
  return {
      Bind<&Create>("CreateTableBucket", "s3tables:CreateTableBucket", of_account("*")),
      Bind<&Get>("GetTableBucket", "s3tables:GetTableBucket", on("s3tables:GetTableBucket")),
      Bind<&List>("ListTableBuckets", "s3tables:ListTableBuckets", of_account("*")),
      Bind<&Delete>("DeleteTableBucket", "s3tables:DeleteTableBucket", on("s3tables:DeleteTableBucket")),
      Bind<&PutEncryption>("PutTableBucketEncryption", "s3tables:PutTableBucketEncryption",
                           on("s3tables:PutTableBucketEncryption")),
      Bind<&GetEncryption>("GetTableBucketEncryption", "s3tables:GetTableBucketEncryption",
                           on("s3tables:GetTableBucketEncryption")),
      Bind<&DeleteEncryption>("DeleteTableBucketEncryption", "s3tables:PutTableBucketEncryption",
                              on("s3tables:PutTableBucketEncryption")),
      Bind<&PutStorageClass>("PutTableBucketStorageClass", "s3tables:PutTableBucketStorageClass",
                             on("s3tables:PutTableBucketStorageClass")),
      Bind<&GetStorageClass>("GetTableBucketStorageClass", "s3tables:GetTableBucketStorageClass",
                             on("s3tables:GetTableBucketStorageClass")),
      Bind<&PutMetrics>("PutTableBucketMetricsConfiguration", "s3tables:PutTableBucketMetricsConfiguration",
                        on("s3tables:PutTableBucketMetricsConfiguration")),
      Bind<&GetMetrics>("GetTableBucketMetricsConfiguration", "s3tables:GetTableBucketMetricsConfiguration",
                        on("s3tables:GetTableBucketMetricsConfiguration")),
      Bind<&DeleteMetrics>("DeleteTableBucketMetricsConfiguration", "s3tables:DeleteTableBucketMetricsConfiguration",
                           on("s3tables:DeleteTableBucketMetricsConfiguration")),
  };
}

}  // namespace tarn::api::s3tables
