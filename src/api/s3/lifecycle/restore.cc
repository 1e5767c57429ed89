// RestoreObject: a readable copy of an archived version for some days.
#include "api/s3/errors.h"
#include "api/s3/lifecycle/storage_headers.h"
#include "api/s3/operations.h"
#include "api/s3/rules/request_rules.h"

namespace tarn::api::s3 {
namespace {

constexpr int32_t kDaysMax = 2'147'483'647 / 2;

struct Wanted {
  uint32_t days = 0;
  std::string tier;
};

int Speed(std::string_view tier) { return tier == "Expedited" ? 2 : tier == "Standard" ? 1 : 0; }

// `returns`: Intelligent-Tiering archived it, and it comes back for good.
Result<uint32_t> DaysOf(const gen::RestoreRequest& request, bool returns) {
  if (returns) {
    if (!request.days) return uint32_t{0};
    return Fail(object::kInvalidArgument, "Days must not be specified for an object in an archive access tier");
  }
  if (!request.days) return Fail(kMalformedXml, "Days are expected");
  if (*request.days < 1 || *request.days > kDaysMax) {
    return Fail(object::kInvalidArgument, "Restoration days should be at least 1");
  }
  return static_cast<uint32_t>(*request.days);
}

Result<Wanted> Parse(const gen::RestoreObjectRequest& in, bool returns) {
  if (!in.restore_request) return Fail(kMalformedXml, "a RestoreRequest is expected");
  const gen::RestoreRequest& request = *in.restore_request;
  if (request.type || request.select_parameters || request.output_location) {
    return Fail(kNotImplemented, "Restore requests of type SELECT are not implemented");
  }
  TARN_TRY(const uint32_t days, DaysOf(request, returns));
  Wanted wanted{.days = days, .tier = request.tier.value_or("Standard")};
  if (request.glacier_job_parameters && request.glacier_job_parameters->tier) {
    wanted.tier = *request.glacier_job_parameters->tier;
  }
  if (wanted.tier != "Expedited" && wanted.tier != "Standard" && wanted.tier != "Bulk") {
    return Fail(kMalformedXml, "unknown Tier");
  }
  return wanted;
}

Result<gen::RestoreObjectOutput> RestoreObject(S3Service& service, const Call& call,
                                               const gen::RestoreObjectRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  const std::string key = in.key.value_or("");
  const std::string version_id = in.version_id.value_or("");
  TARN_TRY(const object::Version version, service.FindVersion(call, bucket, key, version_id, /*with_content=*/false));
  const std::string& storage_class = version.attributes.storage_class;
  const object::AccessTier tier = version.attributes.tier;
  TARN_TRY(const Wanted wanted, Parse(in, object::ArchiveStatus(tier) != ""));
  if (!object::IsArchived(storage_class, tier)) {
    call.AddErrorField("StorageClass", std::string(object::ClassName(storage_class)));
    return Fail(object::kInvalidObjectState, "Restore is not allowed for the object's current storage class");
  }
  if ((storage_class == "DEEP_ARCHIVE" || tier == object::AccessTier::kDeepArchive) && wanted.tier == "Expedited") {
    return Fail(object::kInvalidArgument, "Retrieval option is not supported by this storage class");
  }
  const object::StorageTimes& times = service.parts().times;
  bool extended = false;
  const auto change = [&](const object::Version&, object::Attributes& attributes) -> Status {
    object::Restoration& restoration = attributes.restoration;
    const Timestamp now = service.store().clock().Now();
    const object::RestoreState state = object::StateOf(restoration, now);
    extended = state == object::RestoreState::kReady;
    if (state == object::RestoreState::kUnderWay && Speed(wanted.tier) <= Speed(restoration.tier)) {
      return Fail(kRestoreInProgress, "Object restore is already in progress");
    }
    restoration.tier = wanted.tier;
    restoration.days = wanted.days;
    if (extended) {
      restoration.until = times.Midnight(now, wanted.days);
      return Ok();
    }
    restoration.step = object::RestoreStep::kAsked;
    restoration.ready = times.Ready(now, wanted.tier);
    restoration.until = {};
    return Ok();
  };
  TARN_CHECK(service.store().AskRestore(bucket, key, version_id, change, OriginOf(call, bucket, "Post")));
  call.extras.success_status = extended ? 200 : 202;
  return gen::RestoreObjectOutput{};
}

}  // namespace

Rows RestoreRows(const Rules& rules) {
  return {
      protocol::Bind<&RestoreObject>("RestoreObject", "s3:RestoreObject",
                                     [checks = rules.checks](const Call& call, const gen::RestoreObjectRequest& in) {
                                       return checks(call, "s3:RestoreObject", in.bucket, in.key);
                                     })};
}

}  // namespace tarn::api::s3
