// The resource shares that Lake Formation's grants to other accounts make.
#pragma once

#include <string_view>
#include <vector>

#include "govern/governor.h"
#include "ram/made_shares.h"

namespace tarn::server {

class FormationShares : public ram::MadeShares {
 public:
  // Outlives it.
  explicit FormationShares(govern::Governor& governor) : governor_(governor) {}

  // One share for each account, region and grantee: "LakeFormation-V4-…".
  Result<std::vector<ram::Share>> MadeSharesOf(std::string_view account) override;

 private:
  govern::Governor& governor_;
};

}  // namespace tarn::server
