// The policy of temporary credentials that open some prefixes of buckets and nothing else.
#pragma once

#include <string>
#include <vector>

namespace tarn::policy {

struct BucketPrefix {
  std::string bucket;
  std::string key;  // without a final slash; empty: the whole bucket
};

// Reads, and writes if asked, below each prefix; lists them.
std::string PrefixPolicy(const std::vector<BucketPrefix>& prefixes, bool may_write);

}  // namespace tarn::policy
