// What S3 is asked for a caller who reaches objects by another door: SQL, Iceberg REST, loads, deliveries. The check is
// as S3's own: the bucket's owner and the bucket's policy have their word.
//
// Invariants: a bucket is read once per instance, which lives as long as the caller's work. A bucket that is not there
// has no owner and no policy. In a directory bucket reading asks for a ReadOnly session. Access lists are not asked: a
// bucket of the lake's own account is read here, whose objects are that account's. Errors: the store's, policy's.
// Threads: any.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "identity/authorize.h"
#include "object/store/store.h"

namespace tarn::enforce {

class Rights;

// What the bucket's policy says, parsed anew; null for a bucket without one.
Result<std::shared_ptr<const identity::Guard>> PolicyOf(object::Store& objects, const object::Bucket& bucket);

class BucketChecks {
 public:
  // The store outlives it.
  explicit BucketChecks(object::Store& objects) : objects_(objects) {}

  // Of `action` on the bucket; with a key on an object, "folder/*" for all below a folder.
  Result<identity::Check> Of(std::string_view action, std::string_view bucket, std::string_view key = {},
                             std::map<std::string, std::string> context = {}) const;
  // On "s3://bucket/key", below it when it ends in a slash.
  Result<identity::Check> At(std::string_view action, std::string_view uri) const;
  // What a caller is asked for whom the lake writes a new table's metadata below `location`: s3:PutObject. Nothing
  // where Lake Formation decides, and where the place is the default one (empty) or none of the lake's.
  Result<std::optional<identity::Check>> ToWriteBelow(const Rights& rights, std::string_view location) const;

 private:
  struct Known {
    std::optional<object::Bucket> bucket;
    std::shared_ptr<const identity::Guard> guard;
  };
  Result<Known> Find(const std::string& bucket) const;

  object::Store& objects_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, Known> known_;
};

}  // namespace tarn::enforce
