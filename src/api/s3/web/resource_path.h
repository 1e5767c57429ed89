// The bucket and key that a request's path names, for requests that are decoded by no operation.
#pragma once

#include <string>

#include "api/protocol/call.h"

namespace tarn::api::s3 {

struct Resource {
  std::string bucket;
  std::string key;  // decoded; empty for the bucket itself
};
Resource ResourceOf(const protocol::Call& call);

}  // namespace tarn::api::s3
