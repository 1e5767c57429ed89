// What web identities and SAML assertions have in common: a provider vouches for somebody whom a role's trust policy
// may let in.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "api/sts/sts_service.h"
#include "api/sts/trust.h"

namespace tarn::api::sts {

// Somebody, as his provider says.
struct Federated {
  std::string_view action;  // "sts:AssumeRoleWithSAML"
  std::string provider_arn;
  std::map<std::string, std::string> tags;
  std::vector<std::string> transitive_tags;
  std::string source_identity;
  std::map<std::string, std::string> conditions;  // that the session keeps; lower-case keys
};

// What may name a session, and be a source identity: [a-zA-Z_0-9+=,.@-]{2,64}.
bool IsSessionName(std::string_view name);

Error NotAuthorized(const Federated& somebody);

// Whether what the provider says of the session may be said: the source identity's form, the tags, and what they and
// the request's policies take together; the request then has the tags. Errors: kInvalidIdentityToken, TakeTags'.
Status TakeProvided(const Federated& somebody, SessionRequest& request);

// The role, when its trust policy lets him in and no resource control policy keeps him out. Errors: kAccessDenied.
Result<::tarn::iam::Entity> AdmitFederated(const Parts& parts, const protocol::Call& call, const std::string& role_arn,
                                           const TrustContext& context, const Federated& somebody);

// The role's session under that name, for `seconds`. Errors: kMalformedPolicy.
Result<identity::TemporaryCredentials> IssueFederated(const Parts& parts, const ::tarn::iam::Entity& role,
                                                      const std::string& session, const SessionRequest& request,
                                                      const Federated& somebody, int64_t seconds);

}  // namespace tarn::api::sts
