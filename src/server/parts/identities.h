// Who there is in a lake, and what each may do: accounts with their users and roles, sessions, the organization above
// the accounts, shares between them, and the one authorizer of every call.
//
// Threads: any, once the lake is open.
#pragma once

#include <string>

#include "base/result.h"
#include "base/time.h"
#include "federation/issuers.h"
#include "iam/iam.h"
#include "identity/denials.h"
#include "identity/directory.h"
#include "identity/policy_authorizer.h"
#include "identity/sessions.h"
#include "kv/kv.h"
#include "organizations/organizations.h"
#include "ram/ram.h"
#include "server/options.h"
#include "server/sign_in/session_principals.h"

namespace tarn::server {

// Later members use earlier ones.
struct Identities {
  // All outlive it but the options.
  Identities(kv::Store& kv, const Clock& clock, const std::string& lake_key, const Options& options,
             identity::Denials& denials);

  // Makes the accounts that the options name where they are not there yet. Answers the file that root's credentials
  // were made in, "" when they were given. Errors: a sentence for the operator.
  Result<std::string> EnsureAccounts(const Options& options);

  identity::Directory directory;
  iam::Iam iam;
  identity::Sessions sessions;
  organizations::Organizations organizations;
  ram::Ram ram;
  SessionPrincipals session_principals;
  federation::Issuers issuers;
  identity::PolicyAuthorizer authorizer;
};

}  // namespace tarn::server
