// Shares that another service of the lake makes and keeps (Lake Formation's cross-account grants): seen in RAM, changed
// there alone.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "ram/model.h"

namespace tarn::ram {

class MadeShares {
 public:
  virtual ~MadeShares() = default;
  // The shares whose owner or principal the account is. Blocks. Errors: failures of reading.
  virtual Result<std::vector<Share>> MadeSharesOf(std::string_view account) = 0;
};

}  // namespace tarn::ram
