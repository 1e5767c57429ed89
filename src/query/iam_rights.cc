#include "query/iam_rights.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/random.h"
#include "object/files.h"
#include "query/errors.h"

namespace tarn::query {
namespace {

class GuardedSource : public engine::FileSource {
 public:
  GuardedSource(std::shared_ptr<engine::FileSource> inner, std::vector<std::string> exempt, const IamRights& rights)
      : inner_(std::move(inner)), exempt_(std::move(exempt)), rights_(rights) {}

  Result<std::unique_ptr<engine::OpenFile>> Open(const engine::File& file) override {
    const bool is_exempt = std::ranges::any_of(exempt_, [&](const auto& each) { return file.path.starts_with(each); });
    if (!is_exempt) TARN_CHECK(rights_.Object("s3:GetObject", file.path));
    return inner_->Open(file);
  }

 private:
  const std::shared_ptr<engine::FileSource> inner_;
  const std::vector<std::string> exempt_;
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

Status IamRights::GlueIn(const Scope& scope, std::string_view action, std::string_view database,
                         std::string_view table) const {
  // A root has the rights of its own account.
  if (!asks() && (authorizer_ == nullptr || scope.account == caller_.account)) return Ok();
  const auto ask = [&](const std::string& resource) {
    identity::Check check{.action = std::string(action),
                          .resource = fmt::format("arn:aws:glue:{}:{}:{}", scope.region, scope.account, resource),
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

Status IamRights::AskS3(std::string_view action, std::string_view bucket, std::string_view key,
                        std::map<std::string, std::string> context) const {
  TARN_TRY(identity::Check check, buckets_.Of(action, bucket, key, std::move(context)));
  return Ask(std::move(check), "Amazon S3");
}

Status IamRights::Below(std::string_view action, std::string_view folder) const {
  if (!asks() || folder.empty()) return Ok();
  TARN_TRY(object::Location at, object::ParseLocation(folder));
  if (!at.key.empty() && !at.key.ends_with('/')) at.key += '/';
  return AskS3(action, at.bucket, at.key + "*", {});
}

Status IamRights::Object(std::string_view action, std::string_view url) const {
  if (!asks() || url.empty()) return Ok();
  TARN_TRY(const object::Location at, object::ParseLocation(url));
  return AskS3(action, at.bucket, at.key, {});
}

Status IamRights::List(std::string_view folder) const {
  if (!asks() || folder.empty()) return Ok();
  TARN_TRY(object::Location at, object::ParseLocation(folder));
  if (!at.key.empty() && !at.key.ends_with('/')) at.key += '/';
  return AskS3("s3:ListBucket", at.bucket, {}, {{"s3:prefix", at.key}});
}

Status IamRights::Bucket(std::string_view action, std::string_view bucket) const {
  if (!asks()) return Ok();
  return AskS3(action, bucket, {}, {});
}

std::shared_ptr<engine::FileSource> IamRights::Guarded(std::shared_ptr<engine::FileSource> inner,
                                                       std::vector<std::string> exempt) const {
  if (!asks()) return inner;
  std::erase(exempt, "");
  for (std::string& folder : exempt) {
    if (!folder.ends_with('/')) folder += '/';
  }
  return std::make_shared<GuardedSource>(std::move(inner), std::move(exempt), *this);
}

}  // namespace tarn::query
