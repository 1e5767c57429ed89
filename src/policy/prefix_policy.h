// The policy of temporary credentials that open some prefixes of buckets and nothing else.
#pragma once

#include <string>
#include <vector>

namespace tarn::policy {

struct BucketPrefix {
  std::string bucket;
  std::string key;  // without a final slash; empty: the whole bucket
};

// What else than to read.
struct PrefixRights {
  bool writes = false;
  bool deletes = false;
};

// Reads below each prefix, writes and deletes if asked; lists them.
std::string PrefixPolicy(const std::vector<BucketPrefix>& prefixes, const PrefixRights& rights);

}  // namespace tarn::policy
