// Object lock in the headers of requests that write objects and of answers about them.
//
// Errors: InvalidArgument for values, InvalidRequest where the bucket has no object lock.
#pragma once

#include <optional>
#include <string>

#include "api/s3/s3_service.h"
#include "object/attributes.h"

namespace tarn::api::s3 {

struct LockHeaders {
  const std::optional<std::string>& mode;
  const std::optional<Timestamp>& retain_until;
  const std::optional<std::string>& legal_hold;
  bool event_hold = false;
};

// What a write asks for, checked; the operation's rule asked whether the caller may. kNotImplemented for event holds.
Result<object::Lock> ParseLock(const Call& call, const object::Bucket& bucket, const LockHeaders& headers);

template <typename In>
Result<object::Lock> LockOf(const Call& call, const object::Bucket& bucket, const In& in) {
  return ParseLock(call, bucket,
                   {.mode = in.object_lock_mode,
                    .retain_until = in.object_lock_retain_until_date,
                    .legal_hold = in.object_lock_legal_hold_status,
                    .event_hold = in.object_lock_event_hold || in.object_lock_event_hold_duration_days ||
                                  in.object_lock_event_hold_duration_years});
}

// A body that will be locked must come with a digest: kInvalidRequest.
Status CheckLockedBody(const object::Bucket& bucket, const object::Lock& lock, bool has_digest);

// Whether the request asks to bypass governance and may; kAccessDenied when it may not.
Result<bool> BypassesGovernance(const S3Service& service, const Call& call, const object::Bucket& bucket,
                                const std::string& key, const std::optional<bool>& asked);

std::string LockModeName(object::LockMode mode);
std::optional<object::LockMode> ParseLockMode(const std::string& text);

// What of `version`'s lock the caller may see.
struct VisibleLock {
  bool retention = false;
  bool legal_hold = false;
};
VisibleLock MaySeeLock(const S3Service& service, const Call& call, const object::Bucket& bucket,
                       const object::Version& version);

template <typename Out>
void TellLock(const S3Service& service, const Call& call, const object::Bucket& bucket, const object::Version& version,
              Out& out) {
  const object::Lock& lock = version.attributes.lock;
  const VisibleLock visible = MaySeeLock(service, call, bucket, version);
  if (visible.retention) {
    out.object_lock_mode = LockModeName(lock.mode);
    out.object_lock_retain_until_date = lock.retain_until;
  }
  if (visible.legal_hold) out.object_lock_legal_hold_status = lock.legal_hold ? "ON" : "OFF";
}

}  // namespace tarn::api::s3
