// Every operation: its IAM action, its resource, its handler.
#include "api/s3/operations.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "api/s3/gen/operations.h"
#include "api/s3/rules/request_rules.h"
#include "api/s3/web/cors/cors_cache.h"

namespace tarn::api::s3 {
namespace {

using S = S3Service;
using protocol::Bind;

std::string NewBucket(const Call&, const gen::CreateBucketRequest& in) {
  return fmt::format("arn:aws:s3:::{}", in.bucket.value_or(""));
}

// Buckets and what can be set on them.
Rows BucketRows(const Rules& rules) {
  return {
      Bind<&S::ListBuckets>("ListBuckets", "s3:ListAllMyBuckets", protocol::AnyResource),
      Bind<&S::CreateBucket>("CreateBucket", "s3:CreateBucket", NewBucket),
      Bind<&S::HeadBucket>("HeadBucket", "s3:ListBucket", rules.Bucket("s3:ListBucket")),
      Bind<&S::DeleteBucket>("DeleteBucket", "s3:DeleteBucket", rules.Bucket("s3:DeleteBucket"), kData),
      Bind<&S::GetBucketLocation>("GetBucketLocation", "s3:GetBucketLocation", rules.Bucket("s3:GetBucketLocation")),
      Bind<&S::GetBucketVersioning>("GetBucketVersioning", "s3:GetBucketVersioning",
                                    rules.Bucket("s3:GetBucketVersioning")),
      Bind<&S::PutBucketVersioning>("PutBucketVersioning", "s3:PutBucketVersioning",
                                    rules.Bucket("s3:PutBucketVersioning")),
      Bind<&S::GetBucketTagging>("GetBucketTagging", "s3:GetBucketTagging", rules.Bucket("s3:GetBucketTagging")),
      Bind<&S::PutBucketTagging>("PutBucketTagging", "s3:PutBucketTagging", rules.Bucket("s3:PutBucketTagging")),
      Bind<&S::DeleteBucketTagging>("DeleteBucketTagging", "s3:PutBucketTagging", rules.Bucket("s3:PutBucketTagging")),
      Bind<&S::GetBucketLifecycleConfiguration>("GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration",
                                                rules.Bucket("s3:GetLifecycleConfiguration")),
      Bind<&S::PutBucketLifecycleConfiguration>("PutBucketLifecycleConfiguration", "s3:PutLifecycleConfiguration",
                                                rules.Bucket("s3:PutLifecycleConfiguration")),
      Bind<&S::DeleteBucketLifecycle>("DeleteBucketLifecycle", "s3:PutLifecycleConfiguration",
                                      rules.Bucket("s3:PutLifecycleConfiguration")),
  };
}

// What cannot be changed yet.
Rows FixedRows(const Rules& rules) {
  return {
      Bind<&S::GetBucketAcl>("GetBucketAcl", "s3:GetBucketAcl", rules.Bucket("s3:GetBucketAcl")),
      Bind<&S::GetObjectAcl>("GetObjectAcl", "s3:GetObjectAcl", rules.Object("s3:GetObjectAcl")),
      Bind<&S::GetBucketOwnershipControls>("GetBucketOwnershipControls", "s3:GetBucketOwnershipControls",
                                           rules.Bucket("s3:GetBucketOwnershipControls")),
      Bind<&S::GetPublicAccessBlock>("GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock",
                                     rules.Bucket("s3:GetBucketPublicAccessBlock")),
      Bind<&S::GetBucketPolicy>("GetBucketPolicy", "s3:GetBucketPolicy", rules.Bucket("s3:GetBucketPolicy")),
      Bind<&S::GetBucketPolicyStatus>("GetBucketPolicyStatus", "s3:GetBucketPolicyStatus",
                                      rules.Bucket("s3:GetBucketPolicyStatus")),
      Bind<&S::GetBucketReplication>("GetBucketReplication", "s3:GetReplicationConfiguration",
                                     rules.Bucket("s3:GetReplicationConfiguration")),
      Bind<&S::GetBucketLogging>("GetBucketLogging", "s3:GetBucketLogging", rules.Bucket("s3:GetBucketLogging")),
      Bind<&S::GetBucketRequestPayment>("GetBucketRequestPayment", "s3:GetBucketRequestPayment",
                                        rules.Bucket("s3:GetBucketRequestPayment")),
  };
}

// Objects, uploads, listings.
Rows ObjectRows(const Rules& rules) {
  return {
      Bind<&S::PutObject>("PutObject", "s3:PutObject", rules.Object("s3:PutObject")),
      Bind<&S::GetObject>("GetObject", "s3:GetObject", rules.Object("s3:GetObject")),
      Bind<&S::HeadObject>("HeadObject", "s3:GetObject", rules.Object("s3:GetObject")),
      Bind<&S::DeleteObject>("DeleteObject", "s3:DeleteObject", rules.Object("s3:DeleteObject")),
      Bind<&S::DeleteObjects>("DeleteObjects", "s3:DeleteObject", rules.Bucket("s3:DeleteObject"), kData),
      Bind<&S::CopyObject>("CopyObject", "s3:PutObject", &S::CopyRule),
      Bind<&S::GetObjectAttributes>("GetObjectAttributes", "s3:GetObjectAttributes",
                                    rules.Object("s3:GetObjectAttributes")),
      Bind<&S::GetObjectTagging>("GetObjectTagging", "s3:GetObjectTagging", rules.Object("s3:GetObjectTagging")),
      Bind<&S::PutObjectTagging>("PutObjectTagging", "s3:PutObjectTagging", rules.Object("s3:PutObjectTagging")),
      Bind<&S::DeleteObjectTagging>("DeleteObjectTagging", "s3:DeleteObjectTagging",
                                    rules.Object("s3:DeleteObjectTagging")),
      Bind<&S::CreateMultipartUpload>("CreateMultipartUpload", "s3:PutObject", rules.Object("s3:PutObject")),
      Bind<&S::UploadPart>("UploadPart", "s3:PutObject", rules.Object("s3:PutObject")),
      Bind<&S::UploadPartCopy>("UploadPartCopy", "s3:PutObject", &S::PartCopyRule),
      Bind<&S::CompleteMultipartUpload>("CompleteMultipartUpload", "s3:PutObject", rules.Object("s3:PutObject"), kData),
      Bind<&S::AbortMultipartUpload>("AbortMultipartUpload", "s3:AbortMultipartUpload",
                                     rules.Object("s3:AbortMultipartUpload"), kData),
      Bind<&S::ListParts>("ListParts", "s3:ListMultipartUploadParts", rules.Object("s3:ListMultipartUploadParts")),
      Bind<&S::ListMultipartUploads>("ListMultipartUploads", "s3:ListBucketMultipartUploads",
                                     rules.Bucket("s3:ListBucketMultipartUploads"), kData),
      Bind<&S::ListObjects>("ListObjects", "s3:ListBucket", rules.Bucket("s3:ListBucket"), kData),
      Bind<&S::ListObjectsV2>("ListObjectsV2", "s3:ListBucket", rules.Bucket("s3:ListBucket"), kData),
      Bind<&S::ListObjectVersions>("ListObjectVersions", "s3:ListBucketVersions", rules.Bucket("s3:ListBucketVersions"),
                                   kData),
  };
}

}  // namespace

std::string VersionAction(std::string_view action) {
  constexpr std::string_view kObject = "Object";
  std::string named(action);
  return named.insert(named.find(kObject) + kObject.size(), "Version");
}

S3Service::S3Service(Parts parts)
    : store_(parts.store), parts_(parts), operations_(MakeOperations()), cors_(std::make_unique<CorsCache>()) {}
S3Service::~S3Service() = default;

const protocol::ServiceDesc& S3Service::model() const { return gen::kService; }

Result<std::vector<identity::Check>> S3Service::BucketChecks(const Call& call, std::string_view action,
                                                             const std::optional<std::string>& bucket,
                                                             const std::optional<std::string>& key) const {
  TARN_TRY(const object::Bucket found, FindBucket(call, bucket));
  identity::Check check{.action = std::string(action),
                        .resource = key ? fmt::format("arn:aws:s3:::{}/{}", found.name, *key)
                                        : fmt::format("arn:aws:s3:::{}", found.name),
                        .owner = found.owner.account,
                        .context = {}};
  for (const std::string_view parameter : {"prefix", "delimiter", "max-keys"}) {
    if (auto value = call.Query(parameter)) check.context.emplace(fmt::format("s3:{}", parameter), *std::move(value));
  }
  return std::vector<identity::Check>{std::move(check)};
}

std::vector<protocol::Operation> S3Service::MakeOperations() {
  const Rules rules{[this](const Call& call, std::string_view action, const std::optional<std::string>& bucket,
                           const std::optional<std::string>& key) { return BucketChecks(call, action, bucket, key); }};
  Rows rows = BucketRows(rules);
  const std::vector<Rows> features{FixedRows(rules), ObjectRows(rules),  EventRows(rules), EncryptionRows(rules),
                                   LockRows(rules),  RestoreRows(rules), WebRows(rules)};
  for (Rows more : features) {
    rows.insert(rows.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  return rows;
}

}  // namespace tarn::api::s3
