// Object lock: what a version's lock forbids, and how a lock may change.
//
// Invariants: a version under a legal hold, or retained in compliance mode until a time that has not come, is removed
// by nobody; one retained in governance mode only by a caller who may bypass it. KeyVersions asks before it removes
// anything, so that no path gets around it. Locks protect versions: hiding one behind a delete marker is always
// allowed. Units: times are UTC microseconds since 1970; a day has 86,400 seconds, a year 365 days, also where
// lifecycle days are shortened. Errors: kObjectLocked. Threads: any.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "object/attributes.h"
#include "object/bucket.h"

namespace tarn::object {

// Whether the retention is in force.
bool Retains(const Lock& lock, Timestamp now);
Status CheckRemovable(const Lock& lock, Timestamp now, bool bypass_governance);
// Whether the retention of `present` may become that of `next` (mode kNone: none). Legal holds do not matter here.
Status CheckRetentionChange(const Lock& present, const Lock& next, Timestamp now, bool bypass_governance);

// The lock of a new version: `asked`, or the bucket's default retention from `now` where `asked` has no mode.
// kInvalidRequest for any lock in a bucket without object lock.
Result<Lock> LockOf(const Bucket& bucket, const Lock& asked, Timestamp now);

}  // namespace tarn::object
