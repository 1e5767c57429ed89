// What others share with an account: the lookup for those who enforce cross-account grants.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tarn::ram {

struct SharedResource {
  std::string arn;         // as it was shared: a Glue catalog, database or table, …
  std::string owner;       // account
  std::string share;       // ARN of the resource share
  std::string permission;  // ARN of the RAM permission that goes with it
  std::string policy;      // what a customer managed permission says; empty: one of AWS's
};

class SharedWith {
 public:
  virtual ~SharedWith() = default;
  // Everything that others share with the account in force: it was invited and accepted, or it is reached through its
  // organization. Blocks. Errors: failures of reading.
  virtual Result<std::vector<SharedResource>> SharedWithAccount(std::string_view account) = 0;
};

}  // namespace tarn::ram
