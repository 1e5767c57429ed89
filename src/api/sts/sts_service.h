// STS's wire face: who am I, and temporary credentials of roles, users and federated users.
//
// Threads: any; handlers block, AssumeRoleWithWebIdentity on the network too.
#pragma once

#include "api/protocol/service.h"
#include "api/sts/gen/shapes.h"
#include "api/sts/session_request.h"
#include "api/sts/trust.h"
#include "federation/issuers.h"
#include "iam/iam.h"
#include "identity/sessions.h"
#include "organizations/organizations.h"

namespace tarn::api::sts {

// All outlive the service.
struct Parts {
  ::tarn::iam::Iam& iam;
  identity::Sessions& sessions;
  federation::Issuers& issuers;
  ::tarn::organizations::Organizations* organizations = nullptr;  // null: there are none
  // AWS lets no account's root assume a role; in a lake the root's are the keys that everybody begins with.
  bool root_assumes_roles = true;
};

#define TARN_STS_HANDLER(Operation) \
  Result<gen::Operation##Response> Operation(const protocol::Call& call, const gen::Operation##Request& in)

class StsService : public protocol::Service {
 public:
  explicit StsService(const Parts& parts) : parts_(parts) {}

  TARN_STS_HANDLER(AssumeRole);
  TARN_STS_HANDLER(AssumeRoleWithSAML);
  TARN_STS_HANDLER(AssumeRoleWithWebIdentity);
  TARN_STS_HANDLER(AssumeRoot);
  TARN_STS_HANDLER(DecodeAuthorizationMessage);
  TARN_STS_HANDLER(GetAccessKeyInfo);
  TARN_STS_HANDLER(GetCallerIdentity);
  TARN_STS_HANDLER(GetFederationToken);
  TARN_STS_HANDLER(GetSessionToken);
  TARN_STS_HANDLER(GetWebIdentityToken);

  const protocol::ServiceDesc& model() const override;
  std::span<const protocol::Operation> operations() const override;
  std::span<const protocol::ErrorRow> errors() const override;

 private:
  // The role that may be assumed by the caller with this request; authorised. Errors: kAccessDenied, kValidation.
  Result<::tarn::iam::Entity> Admit(const protocol::Call& call, const gen::AssumeRoleRequest& in,
                                    const SessionRequest& request, bool mfa);
  Result<TrustContext> ContextOf(const protocol::Call& call, const gen::AssumeRoleRequest& in,
                                 const SessionRequest& request, bool mfa);
  Result<bool> MayAssumeRoot(const identity::Caller& caller, const std::string& target, std::string_view feature) const;
  // Whether the one time password proves the device. Errors: kAccessDenied.
  Result<bool> CheckMfa(const protocol::Call& call, const std::optional<std::string>& serial,
                        const std::optional<std::string>& code);

  const Parts parts_;
};

#undef TARN_STS_HANDLER

// The caller that a role's session is.
identity::Caller SessionOf(const ::tarn::iam::Entity& role, const std::string& name);

}  // namespace tarn::api::sts
