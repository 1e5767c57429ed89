// What a bucket's policy says of a delivery into it.
#pragma once

#include <memory>

#include "base/result.h"
#include "identity/authorize.h"
#include "object/store.h"

namespace tarn::delivery {

// Null for a bucket without a policy: its account's principals may by their own.
Result<std::shared_ptr<const identity::Guard>> MakeBucketGuard(object::Store& objects, const object::Bucket& bucket);

}  // namespace tarn::delivery
