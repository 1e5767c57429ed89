#include "identity/policy_guard.h"

#include "identity/principal.h"
#include "policy/combine.h"

namespace tarn::identity {

Result<Guard::Ruling> PolicyGuard::Judge(const Caller& caller, const Check& check,
                                         const policy::Context& context) const {
  const AsPrincipal principal(caller);
  Ruling ruling;
  ruling.must_allow = must_allow_;
  for (const auto& document : documents_) {
    const policy::Decision decision = document->Evaluate(
        {.principal = principal.get(), .action = check.action, .resource = check.resource, .context = context});
    ruling.decision = policy::Join(ruling.decision, decision);
  }
  return ruling;
}

}  // namespace tarn::identity
