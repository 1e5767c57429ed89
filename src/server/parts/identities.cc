#include "server/parts/identities.h"

#include "server/secrets/master_key.h"
#include "server/secrets/root_credentials.h"

namespace tarn::server {

Identities::Identities(kv::Store& kv, const Clock& clock, const std::string& lake_key, const Options& options,
                       identity::Denials& denials)
    : directory(kv, clock, DeriveKey(lake_key, "identity")),
      iam(kv, clock, directory, DeriveKey(lake_key, "iam")),
      sessions(directory, clock, DeriveKey(lake_key, "sessions")),
      organizations(kv, clock, directory, iam),
      ram(kv, clock, organizations),
      session_principals(iam, kv),
      issuers(clock, options.issuers),
      authorizer(&iam, &organizations, &denials) {
  iam.last_used().Start();
  sessions.SetPrincipals(&session_principals);
}

Result<std::string> Identities::EnsureAccounts(const Options& options) {
  RootCredentials root{options.root_access_key_id, options.root_secret_access_key, ""};
  if (root.access_key_id.empty()) {
    TARN_TRY(root, LoadRootCredentials(options.data));
  }
  TARN_CHECK(directory.EnsureAccount({options.account, "root", root.access_key_id, root.secret_access_key}));
  for (const AccountOptions& each : options.accounts) {
    TARN_CHECK(directory.EnsureAccount({each.id, each.name, each.access_key_id, each.secret_access_key}));
  }
  return root.file;
}

}  // namespace tarn::server
