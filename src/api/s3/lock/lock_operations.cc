// The operations of object lock: a bucket's configuration, and the retention and legal hold of versions.
#include <fmt/format.h>

#include "api/s3/errors.h"
#include "api/s3/lock/lock_headers.h"
#include "api/s3/operations.h"
#include "api/s3/rules/request_rules.h"
#include "object/lock.h"

namespace tarn::api::s3 {
namespace {

constexpr int32_t kDaysMax = 36'500;
constexpr int32_t kYearsMax = 100;

Error MissingConfiguration() { return Fail(object::kInvalidRequest, "Bucket is missing Object Lock Configuration"); }

Result<object::DefaultRetention> RetentionOf(const Call& call, const gen::DefaultRetention& in) {
  if (in.default_event_hold) return Fail(kNotImplemented, "Object Lock event holds are not implemented");
  const auto mode = ParseLockMode(in.mode.value_or(""));
  if (!mode || in.days.has_value() == in.years.has_value()) {
    return Fail(kMalformedXml, "a default retention has a mode, and either days or years");
  }
  const int32_t period = in.days ? *in.days : *in.years;
  if (period <= 0 || period > (in.days ? kDaysMax : kYearsMax)) {
    call.AddErrorField("ArgumentName", in.days ? "Days" : "Years");
    return Fail(object::kInvalidArgument, period <= 0 ? "Default retention period must be a positive integer value."
                                                      : "Default retention period too large.");
  }
  return object::DefaultRetention{.mode = *mode,
                                  .days = static_cast<uint32_t>(in.days.value_or(0)),
                                  .years = static_cast<uint32_t>(in.years.value_or(0))};
}

Result<gen::PutObjectLockConfigurationOutput> PutObjectLockConfiguration(
    S3Service& service, const Call& call, const gen::PutObjectLockConfigurationRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  if (!in.object_lock_configuration) return Fail(kMissingRequestBody, "a configuration is expected");
  if (in.object_lock_configuration->object_lock_enabled != "Enabled") {
    return Fail(kMalformedXml, "ObjectLockEnabled must be Enabled");
  }
  object::DefaultRetention retention;
  if (const auto& rule = in.object_lock_configuration->rule) {
    if (!rule->default_retention) return Fail(kMalformedXml, "a rule has a default retention");
    TARN_TRY(retention, RetentionOf(call, *rule->default_retention));
  }
  TARN_CHECK(service.store().SetObjectLock(bucket.name, retention));
  return gen::PutObjectLockConfigurationOutput{};
}

Result<gen::GetObjectLockConfigurationOutput> GetObjectLockConfiguration(
    S3Service& service, const Call& call, const gen::GetObjectLockConfigurationRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  if (!bucket.object_lock) {
    call.AddErrorField("BucketName", bucket.name);
    return Fail(kNoSuchObjectLock, "Object Lock configuration does not exist for this bucket");
  }
  gen::GetObjectLockConfigurationOutput out;
  gen::ObjectLockConfiguration& configuration = out.object_lock_configuration.emplace();
  configuration.object_lock_enabled = "Enabled";
  if (const object::DefaultRetention& retention = bucket.default_retention; retention.mode != object::LockMode::kNone) {
    gen::DefaultRetention& told = configuration.rule.emplace().default_retention.emplace();
    told.mode = LockModeName(retention.mode);
    if (retention.days > 0) told.days = static_cast<int32_t>(retention.days);
    if (retention.years > 0) told.years = static_cast<int32_t>(retention.years);
  }
  return out;
}

// When California's clocks change: on the `nth` Sunday of the month, at `hour` UTC.
Timestamp SundayOf(int year, int month, int nth, int hour) {
  const int first = ToCivil(FromCivil(year, month, 1)).weekday;
  return FromCivil(year, month, 1 + (7 - first) % 7 + (nth - 1) * 7, hour);
}

// "Tue Dec 31 16:00:00 PST 2019": the date as S3 tells it here, by California's clocks.
std::string PacificDate(Timestamp time) {
  constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr int64_t kHour = 3'600 * kMicrosPerSecond;
  const int year = ToCivil(time).year;
  const bool summer = time >= SundayOf(year, 3, 2, 10) && time < SundayOf(year, 11, 1, 9);
  const CivilTime civil = ToCivil(time.Plus(summer ? -7 * kHour : -8 * kHour));
  return fmt::format("{} {} {:02} {:02}:{:02}:{:02} {} {}", kDays[civil.weekday], kMonths[civil.month - 1], civil.day,
                     civil.hour, civil.minute, civil.second, summer ? "PDT" : "PST", civil.year);
}

// The retention that a document asks for; mode kNone for an empty one, which removes it.
Result<object::Lock> ParseRetention(const Call& call, const std::optional<gen::ObjectLockRetention>& in) {
  if (!in) return Fail(kMalformedXml, "a Retention is expected");
  if (in->event_hold || in->event_hold_duration) {
    return Fail(kNotImplemented, "Object Lock event holds are not implemented");
  }
  object::Lock lock;
  if (!in->mode && !in->retain_until_date) return lock;
  const auto mode = ParseLockMode(in->mode.value_or(""));
  if (!mode || !in->retain_until_date) return Fail(kMalformedXml, "a retention has a mode and a date");
  if (*in->retain_until_date <= call.now) {
    return BadArgument(call, "RetainUntilDate", PacificDate(*in->retain_until_date),
                       "The retain until date must be in the future!");
  }
  lock.mode = *mode;
  lock.retain_until = *in->retain_until_date;
  return lock;
}

// Changes the lock of the version that a request names.
template <typename In>
Status ChangeLock(S3Service& service, const Call& call, const object::Bucket& bucket, const In& in,
                  const object::Store::AttributeChange& change) {
  const std::string key = in.key.value_or("");
  const std::string version_id = in.version_id.value_or("");
  TARN_CHECK(service.FindVersion(call, bucket, key, version_id, /*with_content=*/false));
  TARN_CHECK(service.store().ChangeAttributes(bucket, key, version_id, change));
  return Ok();
}

Result<gen::PutObjectRetentionOutput> PutObjectRetention(S3Service& service, const Call& call,
                                                         const gen::PutObjectRetentionRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  TARN_TRY(const object::Lock asked, ParseRetention(call, in.retention));
  if (!bucket.object_lock) return MissingConfiguration();
  TARN_TRY(const bool bypass,
           BypassesGovernance(service, call, bucket, in.key.value_or(""), in.bypass_governance_retention));
  TARN_CHECK(
      ChangeLock(service, call, bucket, in, [&](const object::Version&, object::Attributes& attributes) -> Status {
        TARN_CHECK(object::CheckRetentionChange(attributes.lock, asked, service.store().clock().Now(), bypass));
        attributes.lock.mode = asked.mode;
        attributes.lock.retain_until = asked.retain_until;
        return Ok();
      }));
  return gen::PutObjectRetentionOutput{};
}

Result<gen::GetObjectRetentionOutput> GetObjectRetention(S3Service& service, const Call& call,
                                                         const gen::GetObjectRetentionRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  TARN_TRY(const object::Version version,
           service.FindVersion(call, bucket, in.key.value_or(""), in.version_id.value_or(""), false));
  if (!bucket.object_lock) return MissingConfiguration();
  const object::Lock& lock = version.attributes.lock;
  if (lock.mode == object::LockMode::kNone) return Fail(kNoSuchLock, "the version has no retention");
  gen::GetObjectRetentionOutput out;
  gen::ObjectLockRetention& told = out.retention.emplace();
  told.mode = LockModeName(lock.mode);
  told.retain_until_date = lock.retain_until;
  return out;
}

Result<gen::PutObjectLegalHoldOutput> PutObjectLegalHold(S3Service& service, const Call& call,
                                                         const gen::PutObjectLegalHoldRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  const std::string status = in.legal_hold ? in.legal_hold->status.value_or("") : "";
  if (status != "ON" && status != "OFF") return Fail(kMalformedXml, "a legal hold is ON or OFF");
  if (!bucket.object_lock) return MissingConfiguration();
  TARN_CHECK(
      ChangeLock(service, call, bucket, in, [&](const object::Version&, object::Attributes& attributes) -> Status {
        attributes.lock.legal_hold = status == "ON";
        attributes.lock.legal_hold_told = true;
        return Ok();
      }));
  return gen::PutObjectLegalHoldOutput{};
}

Result<gen::GetObjectLegalHoldOutput> GetObjectLegalHold(S3Service& service, const Call& call,
                                                         const gen::GetObjectLegalHoldRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  TARN_TRY(const object::Version version,
           service.FindVersion(call, bucket, in.key.value_or(""), in.version_id.value_or(""), false));
  if (!bucket.object_lock) return MissingConfiguration();
  if (!version.attributes.lock.legal_hold_told) return Fail(kNoSuchLock, "the version has no legal hold");
  gen::GetObjectLegalHoldOutput out;
  out.legal_hold.emplace().status = version.attributes.lock.legal_hold ? "ON" : "OFF";
  return out;
}

}  // namespace

Rows LockRows(const Rules& rules) {
  using protocol::Bind;
  // These actions are the same for versions.
  const auto object = [checks = rules.checks](std::string_view action) {
    return [checks, action](const Call& call, const auto& in) { return checks(call, action, in.bucket, in.key); };
  };
  return {
      Bind<&PutObjectLockConfiguration>("PutObjectLockConfiguration", "s3:PutBucketObjectLockConfiguration",
                                        rules.Bucket("s3:PutBucketObjectLockConfiguration")),
      Bind<&GetObjectLockConfiguration>("GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration",
                                        rules.Bucket("s3:GetBucketObjectLockConfiguration")),
      Bind<&PutObjectRetention>("PutObjectRetention", "s3:PutObjectRetention", object("s3:PutObjectRetention")),
      Bind<&GetObjectRetention>("GetObjectRetention", "s3:GetObjectRetention", object("s3:GetObjectRetention")),
      Bind<&PutObjectLegalHold>("PutObjectLegalHold", "s3:PutObjectLegalHold", object("s3:PutObjectLegalHold")),
      Bind<&GetObjectLegalHold>("GetObjectLegalHold", "s3:GetObjectLegalHold", object("s3:GetObjectLegalHold")),
  };
}

}  // namespace tarn::api::s3
