// Every operation: its IAM action, its resource, its handler.
#include <fmt/format.h>

#include "api/s3/gen/operations.h"
#include "api/s3/rules/request_rules.h"
#include "api/s3/s3_service.h"

namespace tarn::api::s3 {
namespace {

using protocol::WorkClass;

// Whether a request names a version: those have actions of their own.
template <typename In>
bool NamesVersion(const In& in) {
  if constexpr (requires { in.version_id; }) {
    return in.version_id.has_value() && !in.version_id->empty();
  } else {
    return false;
  }
}

}  // namespace

S3Service::S3Service(object::Store& store) : store_(store), operations_(MakeOperations()) {}

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
  using S = S3Service;
  // The bucket as resource; `action` has static storage.
  const auto bucket = [this](std::string_view action) {
    return [this, action](const Call& call, const auto& in) { return BucketChecks(call, action, in.bucket, {}); };
  };
  const auto object = [this](std::string_view action) {
    return [this, action](const Call& call, const auto& in) {
      const std::string versioned =
          NamesVersion(in) && !action.ends_with("Version") ? std::string(action) + "Version" : std::string(action);
      return BucketChecks(call, versioned == "s3:GetObjectTaggingVersion"      ? "s3:GetObjectVersionTagging"
                                : versioned == "s3:PutObjectTaggingVersion"    ? "s3:PutObjectVersionTagging"
                                : versioned == "s3:DeleteObjectTaggingVersion" ? "s3:DeleteObjectVersionTagging"
                                : versioned == "s3:GetObjectAclVersion"        ? "s3:GetObjectVersionAcl"
                                : versioned == "s3:GetObjectAttributesVersion" ? "s3:GetObjectVersionAttributes"
                                                                               : std::string_view(versioned),
                          in.bucket, in.key);
    };
  };
  const auto new_bucket = [](const Call&, const gen::CreateBucketRequest& in) {
    return fmt::format("arn:aws:s3:::{}", in.bucket.value_or(""));
  };
  // DeleteObjects asks for each key itself; here only for the bucket's owner.
  const protocol::OperationOptions data{.work = WorkClass::kData};
  using protocol::Bind;
  return {
      Bind<&S::ListBuckets>("ListBuckets", "s3:ListAllMyBuckets", protocol::AnyResource),
      Bind<&S::CreateBucket>("CreateBucket", "s3:CreateBucket", new_bucket),
      Bind<&S::HeadBucket>("HeadBucket", "s3:ListBucket", bucket("s3:ListBucket")),
      Bind<&S::DeleteBucket>("DeleteBucket", "s3:DeleteBucket", bucket("s3:DeleteBucket"), data),
      Bind<&S::GetBucketLocation>("GetBucketLocation", "s3:GetBucketLocation", bucket("s3:GetBucketLocation")),

      Bind<&S::GetBucketVersioning>("GetBucketVersioning", "s3:GetBucketVersioning", bucket("s3:GetBucketVersioning")),
      Bind<&S::PutBucketVersioning>("PutBucketVersioning", "s3:PutBucketVersioning", bucket("s3:PutBucketVersioning")),
      Bind<&S::GetBucketTagging>("GetBucketTagging", "s3:GetBucketTagging", bucket("s3:GetBucketTagging")),
      Bind<&S::PutBucketTagging>("PutBucketTagging", "s3:PutBucketTagging", bucket("s3:PutBucketTagging")),
      Bind<&S::DeleteBucketTagging>("DeleteBucketTagging", "s3:PutBucketTagging", bucket("s3:PutBucketTagging")),
      Bind<&S::GetBucketEncryption>("GetBucketEncryption", "s3:GetEncryptionConfiguration",
                                    bucket("s3:GetEncryptionConfiguration")),
      Bind<&S::PutBucketEncryption>("PutBucketEncryption", "s3:PutEncryptionConfiguration",
                                    bucket("s3:PutEncryptionConfiguration")),
      Bind<&S::DeleteBucketEncryption>("DeleteBucketEncryption", "s3:PutEncryptionConfiguration",
                                       bucket("s3:PutEncryptionConfiguration")),
      Bind<&S::GetBucketLifecycleConfiguration>("GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration",
                                                bucket("s3:GetLifecycleConfiguration")),
      Bind<&S::PutBucketLifecycleConfiguration>("PutBucketLifecycleConfiguration", "s3:PutLifecycleConfiguration",
                                                bucket("s3:PutLifecycleConfiguration")),
      Bind<&S::DeleteBucketLifecycle>("DeleteBucketLifecycle", "s3:PutLifecycleConfiguration",
                                      bucket("s3:PutLifecycleConfiguration")),

      Bind<&S::GetBucketAcl>("GetBucketAcl", "s3:GetBucketAcl", bucket("s3:GetBucketAcl")),
      Bind<&S::GetObjectAcl>("GetObjectAcl", "s3:GetObjectAcl", object("s3:GetObjectAcl")),
      Bind<&S::GetBucketOwnershipControls>("GetBucketOwnershipControls", "s3:GetBucketOwnershipControls",
                                           bucket("s3:GetBucketOwnershipControls")),
      Bind<&S::GetPublicAccessBlock>("GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock",
                                     bucket("s3:GetBucketPublicAccessBlock")),
      Bind<&S::GetBucketPolicy>("GetBucketPolicy", "s3:GetBucketPolicy", bucket("s3:GetBucketPolicy")),
      Bind<&S::GetBucketPolicyStatus>("GetBucketPolicyStatus", "s3:GetBucketPolicyStatus",
                                      bucket("s3:GetBucketPolicyStatus")),
      Bind<&S::GetBucketCors>("GetBucketCors", "s3:GetBucketCORS", bucket("s3:GetBucketCORS")),
      Bind<&S::GetBucketWebsite>("GetBucketWebsite", "s3:GetBucketWebsite", bucket("s3:GetBucketWebsite")),
      Bind<&S::GetBucketReplication>("GetBucketReplication", "s3:GetReplicationConfiguration",
                                     bucket("s3:GetReplicationConfiguration")),
      Bind<&S::GetObjectLockConfiguration>("GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration",
                                           bucket("s3:GetBucketObjectLockConfiguration")),
      Bind<&S::GetBucketLogging>("GetBucketLogging", "s3:GetBucketLogging", bucket("s3:GetBucketLogging")),
      Bind<&S::GetBucketNotificationConfiguration>("GetBucketNotificationConfiguration", "s3:GetBucketNotification",
                                                   bucket("s3:GetBucketNotification")),
      Bind<&S::GetBucketRequestPayment>("GetBucketRequestPayment", "s3:GetBucketRequestPayment",
                                        bucket("s3:GetBucketRequestPayment")),
      Bind<&S::GetBucketAccelerateConfiguration>("GetBucketAccelerateConfiguration", "s3:GetAccelerateConfiguration",
                                                 bucket("s3:GetAccelerateConfiguration")),

      Bind<&S::PutObject>("PutObject", "s3:PutObject", object("s3:PutObject")),
      Bind<&S::GetObject>("GetObject", "s3:GetObject", object("s3:GetObject")),
      Bind<&S::HeadObject>("HeadObject", "s3:GetObject", object("s3:GetObject")),
      Bind<&S::DeleteObject>("DeleteObject", "s3:DeleteObject", object("s3:DeleteObject")),
      Bind<&S::DeleteObjects>("DeleteObjects", "s3:DeleteObject", bucket("s3:DeleteObject"), data),
      Bind<&S::CopyObject>("CopyObject", "s3:PutObject", &S::CopyRule),
      Bind<&S::GetObjectAttributes>("GetObjectAttributes", "s3:GetObjectAttributes", object("s3:GetObjectAttributes")),
      Bind<&S::GetObjectTagging>("GetObjectTagging", "s3:GetObjectTagging", object("s3:GetObjectTagging")),
      Bind<&S::PutObjectTagging>("PutObjectTagging", "s3:PutObjectTagging", object("s3:PutObjectTagging")),
      Bind<&S::DeleteObjectTagging>("DeleteObjectTagging", "s3:DeleteObjectTagging", object("s3:DeleteObjectTagging")),

      Bind<&S::CreateMultipartUpload>("CreateMultipartUpload", "s3:PutObject", object("s3:PutObject")),
      Bind<&S::UploadPart>("UploadPart", "s3:PutObject", object("s3:PutObject")),
      Bind<&S::UploadPartCopy>("UploadPartCopy", "s3:PutObject", &S::PartCopyRule),
      Bind<&S::CompleteMultipartUpload>("CompleteMultipartUpload", "s3:PutObject", object("s3:PutObject"), data),
      Bind<&S::AbortMultipartUpload>("AbortMultipartUpload", "s3:AbortMultipartUpload",
                                     object("s3:AbortMultipartUpload"), data),
      Bind<&S::ListParts>("ListParts", "s3:ListMultipartUploadParts", object("s3:ListMultipartUploadParts")),
      Bind<&S::ListMultipartUploads>("ListMultipartUploads", "s3:ListBucketMultipartUploads",
                                     bucket("s3:ListBucketMultipartUploads"), data),

      Bind<&S::ListObjects>("ListObjects", "s3:ListBucket", bucket("s3:ListBucket"), data),
      Bind<&S::ListObjectsV2>("ListObjectsV2", "s3:ListBucket", bucket("s3:ListBucket"), data),
      Bind<&S::ListObjectVersions>("ListObjectVersions", "s3:ListBucketVersions", bucket("s3:ListBucketVersions"),
                                   data),
  };
}

}  // namespace tarn::api::s3
