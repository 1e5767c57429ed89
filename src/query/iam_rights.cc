#include "query/iam_rights.h"

#include <fmt/format.h>

#include <utility>

#include "base/random.h"
#include "identity/policy_guard.h"
#include "object/errors.h"
#include "object/files.h"
#include "policy/policy.h"
#include "query/errors.h"

namespace tarn::query {
namespace {

constexpr std::string_view kPolicyDocument = "policy";

class GuardedSource : public engine::FileSource {
 public:
  GuardedSource(std::shared_ptr<engine::FileSource> inner, std::string exempt, const IamRights& rights)
      : inner_(std::move(inner)), exempt_(std::move(exempt)), rights_(rights) {}

  Result<std::unique_ptr<engine::OpenFile>> Open(const engine::File& file) override {
    if (exempt_.empty() || !file.path.starts_with(exempt_)) TARN_CHECK(rights_.Object("s3:GetObject", file.path));
    return inner_->Open(file);
  }

 private:
  const std::shared_ptr<engine::FileSource> inner_;
  const std::string exempt_;
  const IamRights& rights_;
};

}  // namespace

Status IamRights::Ask(identity::Check check, std::string_view service) const {
  // Athena asks on behalf of the caller.
  constexpr const char* kVia = "athena.amazonaws.com";
  check.context["aws:ViaAWSService"] = "true";
  check.context["aws:CalledViaFirst"] = kVia;
  check.context["aws:CalledViaLast"] = kVia;
  check.sets["aws:CalledVia"] = {kVia};
  const bool s3 = service == "Amazon S3";
  Status asked = authorizer_->Authorize(caller_, {&check, 1});
  if (asked.ok() || !asked.Is(identity::kAccessDenied)) return asked;
  return Fail(kNotAuthorized,
              fmt::format("{}{} (Service: {}; Status Code: {}; Error Code: {}; Request ID: {}; Proxy: null)",
                          s3 ? "PERMISSION_DENIED: Access denied: " : "", asked.error().message, service,
                          s3 ? 403 : 400, s3 ? "AccessDenied" : "AccessDeniedException", RandomUuid()));
}

Status IamRights::Glue(std::string_view action, std::string_view database, std::string_view table) const {
  if (!asks()) return Ok();
  const auto ask = [&](const std::string& resource) {
    identity::Check check{.action = std::string(action),
                          .resource = fmt::format("arn:aws:glue:{}:{}:{}", scope_.region, scope_.account, resource),
                          .owner = {},
                          .context = {}};
    return Ask(std::move(check), "AmazonDataCatalog");
  };
  // What the call is about first: its name is the one that a refusal tells.
  if (!table.empty()) TARN_CHECK(ask(fmt::format("table/{}/{}", database, table)));
  if (!database.empty()) TARN_CHECK(ask(fmt::format("database/{}", database)));
  return ask("catalog");
}

Status IamRights::TableBucket(identity::Check check) const {
  return asks() ? Ask(std::move(check), "Amazon S3") : Ok();
}

Status IamRights::Athena(std::string_view action, std::string_view workgroup) const {
  if (!asks()) return Ok();
  identity::Check check{
      .action = std::string(action),
      .resource = fmt::format("arn:aws:athena:{}:{}:workgroup/{}", scope_.region, scope_.account, workgroup),
      .owner = {},
      .context = {}};
  return Ask(std::move(check), "AmazonAthena");
}

Status IamRights::DataAccess() const {
  if (!asks()) return Ok();
  identity::Check check{.action = "lakeformation:GetDataAccess", .resource = "*", .owner = {}, .context = {}};
  return Ask(std::move(check), "AWSLakeFormation");
}

Result<IamRights::Known> IamRights::BucketOf(const std::string& name) const {
  {
    std::scoped_lock lock(mutex_);
    if (const auto found = buckets_.find(name); found != buckets_.end()) return found->second;
  }
  Known known;
  const auto bucket = objects_.GetBucket(name);
  if (bucket.ok()) {
    known.owner = bucket->owner.account;
    if (bucket->Has(kPolicyDocument)) {
      TARN_TRY(const std::string text, objects_.GetDocument(*bucket, kPolicyDocument));
      TARN_TRY(auto document, policy::ParseBucketPolicy(text, "arn:aws:s3:::" + bucket->name));
      auto guard = std::make_shared<identity::PolicyGuard>();
      guard->Add(std::move(document));
      known.guard = std::move(guard);
    }
  } else if (!bucket.Is(object::kNoSuchBucket)) {
    return bucket.error();
  }
  std::scoped_lock lock(mutex_);
  return buckets_.emplace(name, std::move(known)).first->second;
}

Status IamRights::AskS3(std::string_view action, const std::string& bucket, std::string resource,
                        std::map<std::string, std::string> context) const {
  TARN_TRY(Known known, BucketOf(bucket));
  identity::Check check{
      .action = std::string(action), .resource = std::move(resource), .owner = {}, .context = std::move(context)};
  if (!known.owner.empty()) check.owner = std::move(known.owner);
  check.guard = std::move(known.guard);
  return Ask(std::move(check), "Amazon S3");
}

Status IamRights::Below(std::string_view action, std::string_view folder) const {
  if (!asks() || folder.empty()) return Ok();
  TARN_TRY(object::Location at, object::ParseLocation(folder));
  if (!at.key.empty() && !at.key.ends_with('/')) at.key += '/';
  return AskS3(action, at.bucket, fmt::format("arn:aws:s3:::{}/{}*", at.bucket, at.key), {});
}

Status IamRights::Object(std::string_view action, std::string_view url) const {
  if (!asks() || url.empty()) return Ok();
  TARN_TRY(const object::Location at, object::ParseLocation(url));
  return AskS3(action, at.bucket, fmt::format("arn:aws:s3:::{}/{}", at.bucket, at.key), {});
}

Status IamRights::List(std::string_view folder) const {
  if (!asks() || folder.empty()) return Ok();
  TARN_TRY(object::Location at, object::ParseLocation(folder));
  if (!at.key.empty() && !at.key.ends_with('/')) at.key += '/';
  return AskS3("s3:ListBucket", at.bucket, "arn:aws:s3:::" + at.bucket, {{"s3:prefix", at.key}});
}

Status IamRights::Bucket(std::string_view action, std::string_view bucket) const {
  if (!asks()) return Ok();
  return AskS3(action, std::string(bucket), fmt::format("arn:aws:s3:::{}", bucket), {});
}

std::shared_ptr<engine::FileSource> IamRights::Guarded(std::shared_ptr<engine::FileSource> inner,
                                                       std::string exempt) const {
  if (!asks()) return inner;
  if (!exempt.empty() && !exempt.ends_with('/')) exempt += '/';
  return std::make_shared<GuardedSource>(std::move(inner), std::move(exempt), *this);
}

}  // namespace tarn::query
