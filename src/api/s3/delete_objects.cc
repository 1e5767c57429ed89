// DeleteObject and DeleteObjects.
#include <fmt/format.h>

#include "api/s3/access/access.h"
#include "api/s3/directory/directory.h"
#include "api/s3/lock/lock_headers.h"
#include "api/s3/rules/request_rules.h"
#include "api/s3/s3_service.h"

namespace tarn::api::s3 {
namespace {

constexpr size_t kDeleteMax = 1'000;

std::optional<std::string> Unquoted(const std::optional<std::string>& etag) {
  return etag ? std::optional(UnquoteEtag(*etag)) : std::nullopt;
}

// The code that one key's failure has inside the list of a 200.
std::string_view CodeOf(const S3Service& service, const Error& error) {
  for (const protocol::ErrorRow& row : service.errors()) {
    if (row.reason == error.reason) return row.code;
  }
  return "InternalError";
}

}  // namespace

Result<gen::DeleteObjectOutput> S3Service::DeleteObject(const Call& call, const gen::DeleteObjectRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  if ((in.if_match_last_modified_time || in.if_match_size) && !IsDirectory(bucket)) {
    call.AddErrorField("Header",
                       in.if_match_last_modified_time ? "x-amz-if-match-last-modified-time" : "x-amz-if-match-size");
    return Fail(kNotImplemented, "A header you provided implies functionality that is not implemented");
  }
  TARN_TRY(const bool bypass,
           BypassesGovernance(*this, call, bucket, in.key.value_or(""), in.bypass_governance_retention));
  object::Deletion deletion{.key = in.key.value_or(""),
                            .version_id = in.version_id.value_or(""),
                            .if_match = Unquoted(in.if_match),
                            .bypass_governance = bypass,
                            .origin = OriginOf(call, bucket, "Delete")};
  TARN_CHECK(CheckDeletion(*this, bucket, in.if_match_last_modified_time, in.if_match_size, deletion));
  auto deleted = store_.Delete(bucket, deletion);
  if (!deleted.ok()) {
    if (deleted.Is(object::kInvalidVersionId)) return BadVersionId(call, deletion.version_id);
    if (deleted.Is(object::kNoSuchKey)) call.AddErrorField("Key", in.key.value_or(""));
    NoteCondition(call, deleted.error(), {.if_match = Unquoted(in.if_match)});
    return deleted.error();
  }
  gen::DeleteObjectOutput out;
  if (deleted->delete_marker) out.delete_marker = true;
  if (!deleted->version_id.empty()) out.version_id = deleted->version_id;
  return out;
}

namespace {

// Lets a request in whose keys are judged one by one.
class KeyByKey : public identity::Guard {
 public:
  Result<Ruling> Judge(const identity::Caller&, const identity::Check&, const policy::Context&) const override {
    return Ruling{.decision = {.effect = policy::Effect::kAllow, .match = policy::Match::kEveryone}};
  }
};

}  // namespace

Result<std::vector<identity::Check>> S3Service::DeleteObjectsRule(const Call& call,
                                                                  const gen::DeleteObjectsRequest& in) {
  TARN_TRY(auto checks, BucketChecks(call, "s3:DeleteObject", in.bucket, {}));
  checks.front().guard = std::make_shared<KeyByKey>();
  // The policies of those who signed are asked of every key alone.
  if (!call.caller.anonymous()) checks.clear();
  return checks;
}

Result<gen::DeleteObjectsOutput> S3Service::DeleteObjects(const Call& call, const gen::DeleteObjectsRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  if (!in.delete_ || !in.delete_->objects || in.delete_->objects->empty() || in.delete_->objects->size() > kDeleteMax) {
    return Fail(kMalformedXml, "between 1 and 1000 objects are expected");
  }
  const bool quiet = in.delete_->quiet.value_or(false);
  gen::DeleteObjectsOutput out;
  const auto refuse = [&](const gen::ObjectIdentifier& object, std::string_view code, std::string message) {
    if (!out.errors) out.errors.emplace();
    out.errors->push_back(
        {.key = object.key, .version_id = object.version_id, .code = std::string(code), .message = std::move(message)});
  };
  TARN_TRY(const identity::Check first, MakeCheck(*this, call, bucket, {.action = "s3:DeleteObject"}));
  std::vector<object::Deletion> deletions;
  std::vector<const gen::ObjectIdentifier*> asked;  // the request's rows behind `deletions`
  for (const gen::ObjectIdentifier& object : *in.delete_->objects) {
    const std::string key = object.key.value_or("");
    const std::string version = object.version_id.value_or("");
    const auto check = MakeCheck(
        *this, call, bucket,
        {.action = version.empty() ? "s3:DeleteObject" : "s3:DeleteObjectVersion", .key = key, .version_id = version},
        &first);
    if (!check.ok() || !call.Allow(std::span(&*check, 1)).ok()) {
      refuse(object, "AccessDenied", "Access Denied");
    } else if ((object.last_modified_time || object.size) && !IsDirectory(bucket)) {
      refuse(object, "NotImplemented", "LastModifiedTime and Size are for directory buckets");
    } else {
      const auto bypass = BypassesGovernance(*this, call, bucket, key, in.bypass_governance_retention);
      if (!bypass.ok()) {
        refuse(object, "AccessDenied", "Access Denied");
        continue;
      }
      object::Deletion deletion{.key = key,
                                .version_id = version,
                                .if_match = Unquoted(object.e_tag),
                                .bypass_governance = *bypass,
                                .origin = OriginOf(call, bucket, "Delete")};
      const Status holds = CheckDeletion(*this, bucket, object.last_modified_time, object.size, deletion);
      if (!holds.ok()) {
        refuse(object, CodeOf(*this, holds.error()), holds.error().message);
        continue;
      }
      deletions.push_back(std::move(deletion));
      asked.push_back(&object);
    }
  }
  // Who did not sign, and may delete none of them, is told no more.
  if (deletions.empty() && call.caller.anonymous()) {
    return Fail(object::kAccessDenied, "Access Denied");
  }
  TARN_TRY(auto results, store_.DeleteMany(bucket, deletions));
  for (size_t i = 0; i < results.size(); ++i) {
    if (results[i].Is(object::kInvalidVersionId)) {
      refuse(*asked[i], "NoSuchVersion", "The specified version does not exist.");
      continue;
    }
    if (!results[i].ok()) {
      refuse(*asked[i], CodeOf(*this, results[i].error()), results[i].error().message);
      continue;
    }
    if (quiet) continue;
    gen::DeletedObject done{.key = deletions[i].key, .version_id = asked[i]->version_id};
    if (results[i]->delete_marker) {
      done.delete_marker = true;
      done.delete_marker_version_id = results[i]->version_id;
    }
    if (!out.deleted) out.deleted.emplace();
    out.deleted->push_back(std::move(done));
  }
  return out;
}

}  // namespace tarn::api::s3
