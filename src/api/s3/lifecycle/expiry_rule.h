// One lifecycle rule that the lake itself keeps in a bucket's configuration, beside its owner's. Threads: any.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "object/store/store.h"

namespace tarn::api::s3 {

struct PlainExpiry {
  std::string prefix;
  uint32_t days = 0;
};
// Makes, replaces or removes (`days` 0) the one rule of that id, which expires objects of a prefix, and noncurrent
// versions as many days after they became so; the others stay as they are. Errors: those of a configuration that cannot
// be (too many rules), object's.
Status SetExpiryRule(object::Store& store, const std::string& bucket, const std::string& id, const PlainExpiry& expiry);

}  // namespace tarn::api::s3
