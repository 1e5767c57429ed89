// The root account's access key: given in the environment, or made at first start and kept in DIR/root-credentials.
#pragma once

#include <string>

#include "base/result.h"
#include "identity/directory.h"

namespace tarn::server {

struct RootCredentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string file;  // where they are kept; empty when they were given
};

// Reads `directory`/root-credentials (mode 0600, the AWS CLI's ini form), making it durably when it is absent.
Result<RootCredentials> LoadRootCredentials(const std::string& directory);

// An account's root, signing with its key: who opens data for Lake Formation.
Result<identity::Caller> RootCallerOf(identity::Directory& directory, const std::string& account);

}  // namespace tarn::server
