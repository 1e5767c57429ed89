#include "api/protocol/service.h"

#include "api/protocol/errors.h"

namespace tarn::api::protocol {

Task<Result<OwnAnswer>> Service::Answer(OwnRequest) {
  co_return Fail(kUnknownOperation, "the service answers nothing");
}

namespace internal {

Result<std::vector<identity::Check>> ToChecks(std::string_view action, std::vector<std::string> arns) {
  std::vector<identity::Check> checks;
  checks.reserve(arns.size());
  for (std::string& arn : arns) {
    checks.push_back({.action = std::string(action), .resource = std::move(arn), .owner = {}, .context = {}});
  }
  return checks;
}

}  // namespace internal
}  // namespace tarn::api::protocol
