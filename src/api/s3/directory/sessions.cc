// CreateSession: credentials of five minutes for one directory bucket, to read or to read and write.
//
// They are a session of the caller (identity/sessions.h) under a policy that names that bucket, and so may never do
// more than he may; their token goes in x-amz-s3session-token.
#include "identity/sessions.h"

#include <fmt/format.h>

#include <utility>

#include "api/s3/access/access.h"
#include "api/s3/directory/directory.h"
#include "api/s3/directory/settings.h"
#include "api/s3/encryption/encryption.h"
#include "api/s3/rules/request_rules.h"

namespace tarn::api::s3 {
namespace {

constexpr int64_t kSessionSeconds = 300;

bool IsSession(const Call& call) {
  return call.caller.facts && call.caller.facts->conditions.contains(std::string(identity::kDirectorySession));
}

// What such a session may: in its bucket what its mode says, and with KMS what the caller may. One that was made
// through an access point (its ARN, else empty) works through that alone.
std::string PolicyFor(const std::string& arn, const std::string& point, std::string_view mode) {
  const std::string through =
      point.empty() ? std::string() : fmt::format(R"("s3express:DataAccessPointArn":"{}")", point);
  const auto when = [](std::string_view equals) {
    return equals.empty() ? std::string() : fmt::format(R"(,"Condition":{{"StringEquals":{{{}}}}})", equals);
  };
  const std::string reads = fmt::format(
      R"({{"Effect":"Allow","Action":"s3express:CreateSession","Resource":"{}"{}}},)"
      R"({{"Effect":"Allow","Action":["s3express:Get*","s3express:List*"],"Resource":"{}"}})",
      arn, when(R"("s3express:SessionMode":"ReadOnly")" + (through.empty() ? through : "," + through)), arn);
  const std::string all =
      fmt::format(R"({{"Effect":"Allow","Action":"s3express:*","Resource":"{}"{}}})", arn, when(through));
  return fmt::format(
      R"({{"Version":"2012-10-17","Statement":[{},{{"Effect":"Allow","Action":["kms:Decrypt","kms:GenerateDataKey"],"Resource":"*"}}]}})",
      mode == "ReadOnly" ? reads : all);
}

Status CheckMode(const Call& call, const std::optional<std::string>& mode) {
  if (!mode || *mode == "ReadOnly" || *mode == "ReadWrite") return Ok();
  return BadArgument(call, "x-amz-create-session-mode", *mode, "The session mode is ReadOnly or ReadWrite.");
}

std::string ActionFor(const std::optional<std::string>& mode) {
  return mode ? "s3:CreateSession " + *mode : std::string("s3:CreateSession");
}

// Where the bucket is; nothing when it is still to be made. SDKs that were given an endpoint ask for a session before
// they make a directory bucket.
Result<std::optional<object::Bucket>> FindSessionBucket(const S3Service& service, const Call& call,
                                                        const std::string& name) {
  auto bucket = service.FindBucket(call, name);
  if (bucket.Is(object::kNoSuchBucket) && object::ZoneOf(name)) return std::optional<object::Bucket>();
  if (!bucket.ok()) return bucket.error();
  if (!IsDirectory(*bucket)) {
    return Fail(kNotImplemented, "CreateSession is only supported for directory buckets.");
  }
  return std::optional(std::move(bucket).value());
}

Result<gen::CreateSessionOutput> CreateSession(S3Service& service, const Call& call,
                                               const gen::CreateSessionRequest& in) {
  TARN_CHECK(CheckMode(call, in.session_mode));
  const std::string name = in.bucket.value_or("");
  TARN_TRY(const auto bucket, FindSessionBucket(service, call, name));
  if (IsSession(call) || service.parts().sessions == nullptr) {
    return Fail(object::kAccessDenied, "a session makes no sessions");
  }
  std::string mode = in.session_mode.value_or("ReadWrite");
  if (bucket) {
    TARN_CHECK(CheckSessionEncryption(service.store(), call, *bucket, in));
    TARN_TRY(const identity::Check check, MakeCheck(service, call, *bucket, {.action = ActionFor(in.session_mode)}));
    mode = check.context.at(std::string(object::kSessionModeKey));
  }
  const std::string arn = bucket ? object::BucketArn(*bucket) : object::DirectoryArn(call.scope, name);
  const std::string point = bucket && bucket->point != nullptr ? bucket->point->arn() : std::string();
  const identity::SessionSpec spec{
      .name = "s3express",
      .policy = PolicyFor(arn, point, mode),
      .seconds = kSessionSeconds,
      .conditions = {{std::string(identity::kDirectorySession), name}, {std::string(object::kSessionModeKey), mode}}};
  TARN_TRY(const identity::TemporaryCredentials made, service.parts().sessions->Issue(call.caller, spec));
  gen::CreateSessionOutput out;
  out.server_side_encryption = "AES256";
  if (bucket) {
    TARN_TRY(const object::DefaultEncryption encryption, service.store().GetDefaultEncryption(*bucket));
    out.server_side_encryption = AlgorithmText(encryption.kind);
    if (encryption.kind != object::EncryptionKind::kS3) {
      out.ssekms_key_id = encryption.key;
      out.bucket_key_enabled = true;
    }
  }
  out.credentials = gen::SessionCredentials{.access_key_id = made.access_key_id,
                                            .secret_access_key = made.secret_access_key,
                                            .session_token = made.session_token,
                                            .expiration = made.expires};
  return out;
}

}  // namespace

Rows SessionRows(const Rules& rules) {
  // A bucket that is still to be made needs the right to make it.
  const auto rule = [checks = rules.checks](
                        const Call& call, const gen::CreateSessionRequest& in) -> Result<std::vector<identity::Check>> {
    TARN_CHECK(CheckMode(call, in.session_mode));
    auto asked = checks(call, ActionFor(in.session_mode), in.bucket, {});
    if (!asked.Is(object::kNoSuchBucket) || !object::ZoneOf(in.bucket.value_or(""))) return asked;
    std::vector<identity::Check> making(1);
    making[0].action = "s3express:CreateBucket";
    making[0].resource = object::DirectoryArn(call.scope, *in.bucket);
    making[0].owner = call.scope.account;
    return making;
  };
  return {protocol::Bind<&CreateSession>("CreateSession", "s3express:CreateSession", rule)};
}

}  // namespace tarn::api::s3
