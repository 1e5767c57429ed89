// What only directory buckets can: objects grow at their end, and change their key without moving a byte.
//
// Invariants: an append or a rename is one transaction, durable when it is acknowledged; whoever reads meanwhile sees
// the object as it was before or after. What was read of an object stays true: its bytes are never changed in place, an
// append adds an extent. Each append is a part of the object, of which it has at most kPartNumberMax.
// Nobody is authorised here. Units: bytes. Threads: any.
// Errors: kInvalidWriteOffset, kTooManyParts, kIdempotencyMismatch, kPreconditionFailed, kNoSuchKey,
// kConditionalConflict (the object was replaced while bytes for it came in), those of kv and blob.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "object/store/store.h"
#include "object/store/usage.h"

namespace tarn::object {

inline constexpr Reason kInvalidWriteOffset{"object.InvalidWriteOffset", Code::kInvalidArgument};
inline constexpr Reason kTooManyParts{"object.TooManyParts", Code::kInvalidArgument};
inline constexpr Reason kIdempotencyMismatch{"object.IdempotencyMismatch", Code::kInvalidArgument};

// A client's token keeps a rename from being done twice for so long.
inline constexpr int64_t kRenameTokenMicros = 3600 * kMicrosPerSecond;

// How the object at one end of a rename must be; an absent one meets no condition but if_none_match. Whole seconds.
struct RenameCondition {
  std::optional<std::string> if_match;       // an ETag without quotes, or "*"
  std::optional<std::string> if_none_match;  // the same
  std::optional<Timestamp> modified_since;
  std::optional<Timestamp> unmodified_since;
};

struct Renaming {
  std::string from;
  std::string to;
  RenameCondition source;
  RenameCondition destination;
  std::string token;   // empty: none
  std::string digest;  // of all that was asked: the same token with another one is refused
};

// An object after an append.
struct Appended {
  uint64_t size = 0;
  std::string etag;
  Checksum checksum;
  uint32_t parts = 0;
};

class DirectoryObjects {
 public:
  // All outlive it.
  DirectoryObjects(kv::Store& kv, blob::Store& blobs, const Clock& clock) : kv_(kv), blobs_(blobs), clock_(clock) {}

  // Adds `content` behind the `offset` bytes that the object has; at 0 makes the object if there is none, of
  // `object`'s headers. Content is encrypted as object.attributes.encryption says and has the checksum of the present
  // object's algorithm.
  Task<Result<Appended>> Append(const Bucket& bucket, std::string key, uint64_t offset, Content content,
                                NewObject object);

  // Gives an object another key; what had that key is gone. All that the object has stays, the time of its last
  // modification too. kIdempotencyMismatch; a repeated request whose token is known changes nothing.
  Status Rename(const Bucket& bucket, const Renaming& renaming);

 private:
  Status AppendInTxn(kv::Txn& txn, const Bucket& seen, const std::string& key, uint64_t offset, const Content& content,
                     const NewObject& object, uint32_t slot, Appended& result);
  Status RenameInTxn(kv::Txn& txn, const Bucket& seen, const Renaming& renaming, uint32_t slot);

  kv::Store& kv_;
  blob::Store& blobs_;
  const Clock& clock_;
  UsageSlots slots_;
};

}  // namespace tarn::object
