// Every operation: its IAM action, its resource, its handler.
#include "api/s3/operations.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "api/s3/access/access.h"
#include "api/s3/access/anonymous.h"
#include "api/s3/access/context.h"
#include "api/s3/directory/directory.h"
#include "api/s3/gen/operations.h"
#include "api/s3/metrics/metrics_configurations.h"
#include "api/s3/rules/request_rules.h"
#include "api/s3/web/cors/cors_cache.h"

namespace tarn::api::s3 {
namespace {

using S = S3Service;
using protocol::Bind;

std::vector<identity::Check> NewBucket(const Call& call, const gen::CreateBucketRequest& in) {
  const std::string name = in.bucket.value_or("");
  const bool directory = object::IsDirectoryBucket(name);
  std::vector<identity::Check> checks(1);
  checks[0].action = directory ? "s3express:CreateBucket" : "s3:CreateBucket";
  checks[0].resource = directory ? object::DirectoryArn(call.scope, name) : fmt::format("arn:aws:s3:::{}", name);
  return checks;
}

// S3 has ended BitTorrent: no object has a torrent.
Result<gen::GetObjectTorrentOutput> GetObjectTorrent(S3Service& service, const Call& call,
                                                     const gen::GetObjectTorrentRequest& in) {
  if (const auto bucket = service.BucketOf(call, in); !bucket.ok()) return bucket.error();
  call.AddErrorField("Key", in.key.value_or(""));
  return Fail(object::kNoSuchKey, "The specified key does not exist.");
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
  };
}

// What cannot be changed yet.
Rows FixedRows(const Rules& rules) {
  return {
      Bind<&S::GetBucketReplication>("GetBucketReplication", "s3:GetReplicationConfiguration",
                                     rules.Bucket("s3:GetReplicationConfiguration")),
      Bind<&GetObjectTorrent>("GetObjectTorrent", "s3:GetObjectTorrent", rules.Object("s3:GetObjectTorrent")),
  };
}

// Objects, uploads, listings.
Rows ObjectRows(const Rules& rules) {
  return {
      Bind<&S::PutObject>("PutObject", "s3:PutObject", rules.NewObject()),
      Bind<&S::GetObject>("GetObject", "s3:GetObject", rules.Object("s3:GetObject")),
      Bind<&S::HeadObject>("HeadObject", "s3:GetObject", rules.Object("s3:GetObject")),
      Bind<&S::DeleteObject>("DeleteObject", "s3:DeleteObject", rules.Object("s3:DeleteObject")),
      Bind<&S::DeleteObjects>("DeleteObjects", "s3:DeleteObject", &S::DeleteObjectsRule, kData),
      Bind<&S::CopyObject>("CopyObject", "s3:PutObject", &S::CopyRule),
      Bind<&S::GetObjectAttributes>("GetObjectAttributes", "s3:GetObjectAttributes",
                                    rules.Object("s3:GetObjectAttributes")),
      Bind<&S::GetObjectTagging>("GetObjectTagging", "s3:GetObjectTagging", rules.Object("s3:GetObjectTagging")),
      Bind<&S::PutObjectTagging>("PutObjectTagging", "s3:PutObjectTagging", rules.Object("s3:PutObjectTagging")),
      Bind<&S::DeleteObjectTagging>("DeleteObjectTagging", "s3:DeleteObjectTagging",
                                    rules.Object("s3:DeleteObjectTagging")),
      Bind<&S::CreateMultipartUpload>("CreateMultipartUpload", "s3:PutObject", rules.NewObject()),
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

void AskForWritten(const Written& written, std::vector<identity::Check>& checks) {
  const auto ask = [&](std::string_view action) {
    identity::Check check = checks.front();
    check.action = action;
    checks.push_back(std::move(check));
  };
  const std::string owner_id = CanonicalId(checks.front().owner.value_or(""));
  if (written.acl.any() && !IsBucketOwnersFullControl(written.acl, owner_id)) ask("s3:PutObjectAcl");
  if (written.tags) ask("s3:PutObjectTagging");
  if (written.retention) ask("s3:PutObjectRetention");
  if (written.legal_hold) ask("s3:PutObjectLegalHold");
}

void TellTags(const std::vector<gen::Tag>& tags, bool of_object, std::vector<identity::Check>& checks) {
  for (const gen::Tag& tag : tags) {
    std::string key(of_object ? kRequestObjectTag : kRequestTag);
    key += tag.key.value_or("");
    for (identity::Check& check : checks) check.context.emplace(key, tag.value.value_or(""));
  }
}

void TellRetention(const Call& call, const gen::ObjectLockRetention& retention, std::vector<identity::Check>& checks) {
  for (identity::Check& check : checks) {
    if (retention.mode) check.context.emplace("s3:object-lock-mode", *retention.mode);
    if (!retention.retain_until_date) continue;
    check.context.emplace("s3:object-lock-retain-until-date", FormatIso8601(*retention.retain_until_date));
    check.context.emplace("s3:object-lock-remaining-retention-days",
                          std::to_string(DaysUntil(*retention.retain_until_date, call.now)));
  }
}

void TellLegalHold(const gen::ObjectLockLegalHold& hold, std::vector<identity::Check>& checks) {
  for (identity::Check& check : checks) {
    if (hold.status) check.context.emplace("s3:object-lock-legal-hold", *hold.status);
  }
}

S3Service::S3Service(Parts parts)
    : store_(parts.store),
      parts_(std::move(parts)),
      access_(new Access{{parts_.accounts, parts_.legacy_bucket_defaults}, BucketAccessCache(store_), {}}),
      operations_(MakeOperations()),
      cors_(std::make_unique<CorsCache>()) {}

S3Service::~S3Service() = default;

const protocol::ServiceDesc& S3Service::model() const { return gen::kService; }

Result<std::vector<identity::Check>> S3Service::BucketChecks(const Call& call, std::string_view action,
                                                             const std::optional<std::string>& bucket,
                                                             const std::optional<std::string>& key) const {
  TARN_TRY(const object::Bucket found, FindBucket(call, bucket));
  TARN_TRY(auto check, MakeCheck(*this, call, found, {.action = std::string(action), .key = key}));
  std::vector<identity::Check> checks;
  checks.push_back(std::move(check));
  return checks;
}

std::vector<protocol::Operation> S3Service::MakeOperations() {
  const Rules rules{[this](const Call& call, std::string_view action, const std::optional<std::string>& bucket,
                           const std::optional<std::string>& key) { return BucketChecks(call, action, bucket, key); }};
  Rows rows = BucketRows(rules);
  const std::vector<Rows> features{
      FixedRows(rules),         ObjectRows(rules),     AclRows(rules),     PolicyRows(rules),
      AccessSettingRows(rules), EventRows(rules),      LoggingRows(rules), EncryptionRows(rules),
      LifecycleRows(rules),     LockRows(rules),       RestoreRows(rules), TieringRows(rules),
      WebRows(rules),           AnnotationRows(rules), MetricsRows(rules), DirectoryRows(rules),
  };
  for (Rows more : features) {
    rows.insert(rows.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  RefuseAnonymous(rows);
  return rows;
}

}  // namespace tarn::api::s3
