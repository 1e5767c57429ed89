#include "api/s3/lock/lock_headers.h"

#include <fmt/format.h>

#include <span>

#include "api/s3/access/access.h"
#include "api/s3/errors.h"

namespace tarn::api::s3 {
namespace {

Error Invalid(const Call& call, std::string_view name, std::string value, std::string message) {
  call.AddErrorField("ArgumentName", std::string(name));
  call.AddErrorField("ArgumentValue", std::move(value));
  return Fail(object::kInvalidArgument, std::move(message));
}

}  // namespace

std::string LockModeName(object::LockMode mode) {
  return mode == object::LockMode::kCompliance ? "COMPLIANCE" : "GOVERNANCE";
}

std::optional<object::LockMode> ParseLockMode(const std::string& text) {
  if (text == "GOVERNANCE") return object::LockMode::kGovernance;
  if (text == "COMPLIANCE") return object::LockMode::kCompliance;
  return std::nullopt;
}

Result<object::Lock> ParseLock(const Call& call, const object::Bucket& bucket, const LockHeaders& headers) {
  object::Lock lock;
  if (headers.event_hold) return Fail(kNotImplemented, "Object Lock event holds are not implemented");
  if (!headers.mode && !headers.retain_until && !headers.legal_hold) return lock;
  if (headers.mode.has_value() != headers.retain_until.has_value()) {
    call.AddErrorField("ArgumentName", headers.mode ? "x-amz-object-lock-retain-until-date" : "x-amz-object-lock-mode");
    return Fail(object::kInvalidArgument,
                "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied");
  }
  if (headers.mode) {
    const auto mode = ParseLockMode(*headers.mode);
    if (!mode) return Invalid(call, "x-amz-object-lock-mode", *headers.mode, "Unknown wormMode directive.");
    if (*headers.retain_until <= call.now) {
      return Invalid(call, "x-amz-object-lock-retain-until-date",
                     call.Header("x-amz-object-lock-retain-until-date").value_or(""),
                     "The retain until date must be in the future!");
    }
    lock.mode = *mode;
    lock.retain_until = *headers.retain_until;
  }
  if (headers.legal_hold) {
    if (*headers.legal_hold != "ON" && *headers.legal_hold != "OFF") {
      return Invalid(call, "x-amz-object-lock-legal-hold", *headers.legal_hold,
                     "Legal Hold must be either of 'ON' or 'OFF'");
    }
    lock.legal_hold = *headers.legal_hold == "ON";
    lock.legal_hold_told = true;
  }
  if (!bucket.object_lock) return Fail(object::kInvalidRequest, "Bucket is missing ObjectLockConfiguration");
  return lock;
}

Status CheckLockedBody(const object::Bucket& bucket, const object::Lock& lock, bool has_digest) {
  const bool locked = lock != object::Lock{} || bucket.default_retention.mode != object::LockMode::kNone;
  if (!locked || has_digest) return Ok();
  return Fail(object::kInvalidRequest,
              "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock "
              "parameters");
}

Result<bool> BypassesGovernance(const S3Service& service, const Call& call, const object::Bucket& bucket,
                                const std::string& key, const std::optional<bool>& asked) {
  if (!asked.value_or(false)) return false;
  TARN_TRY(const identity::Check check,
           MakeCheck(service, call, bucket, {.action = "s3:BypassGovernanceRetention", .key = key}));
  TARN_CHECK(call.Allow(std::span(&check, 1)));
  return true;
}

VisibleLock MaySeeLock(const S3Service& service, const Call& call, const object::Bucket& bucket,
                       const object::Version& version) {
  const object::Lock& lock = version.attributes.lock;
  const auto may = [&](std::string_view action) {
    return May(service, call, bucket, {.action = std::string(action), .key = version.key});
  };
  return {.retention = lock.mode != object::LockMode::kNone && may("s3:GetObjectRetention"),
          .legal_hold = lock.legal_hold_told && may("s3:GetObjectLegalHold")};
}

}  // namespace tarn::api::s3
