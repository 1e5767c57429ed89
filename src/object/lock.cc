#include "object/lock.h"

#include "object/errors.h"

namespace tarn::object {
namespace {

constexpr int64_t kDaysPerYear = 365;

Error Locked() { return Fail(kObjectLocked, "Access Denied because object protected by object lock."); }

}  // namespace

bool Retains(const Lock& lock, Timestamp now) { return lock.mode != LockMode::kNone && lock.retain_until > now; }

Status CheckRemovable(const Lock& lock, Timestamp now, bool bypass_governance) {
  if (lock.legal_hold) return Locked();
  if (!Retains(lock, now)) return Ok();
  if (lock.mode == LockMode::kGovernance && bypass_governance) return Ok();
  return Locked();
}

Status CheckRetentionChange(const Lock& present, const Lock& next, Timestamp now, bool bypass_governance) {
  if (!Retains(present, now)) return Ok();
  if (present.mode == LockMode::kGovernance && bypass_governance) return Ok();
  if (next.mode != present.mode || next.retain_until < present.retain_until) return Locked();
  return Ok();
}

Result<Lock> LockOf(const Bucket& bucket, const Lock& asked, Timestamp now) {
  if (!bucket.object_lock) {
    if (asked == Lock{}) return asked;
    return Fail(kInvalidRequest, "Bucket is missing Object Lock Configuration");
  }
  Lock lock = asked;
  const DefaultRetention& by_default = bucket.default_retention;
  if (lock.mode == LockMode::kNone && by_default.mode != LockMode::kNone) {
    lock.mode = by_default.mode;
    const int64_t days = by_default.days > 0 ? by_default.days : by_default.years * kDaysPerYear;
    lock.retain_until = {now.micros + days * kMicrosPerDay};
  }
  return lock;
}

}  // namespace tarn::object
