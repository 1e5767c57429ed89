// A master key that an external KMS keeps: DIR/master-key.kms holds it sealed, the KMS opens it at each start.
//
// The KMS is anything with AWS KMS's API (GenerateDataKey, Decrypt) at a URL, its key any symmetric one there; requests
// are signed with SigV4. Errors: kBadMasterKey with sentences for the operator; http's kConnect. Threads: any; calls
// block.
#pragma once

#include <map>
#include <string>

#include "base/result.h"

namespace tarn::server {

struct MasterKms {
  std::string url;  // "https://kms.eu-west-1.amazonaws.com"; empty: none
  std::string key;  // id, ARN or alias
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;
  std::string region;
};

// What the environment says: <prefix> (the URL) and <prefix>_KEY, and the credentials:
// TARN_MASTER_KEY_KMS_ACCESS_KEY_ID, …_SECRET_ACCESS_KEY, …_SESSION_TOKEN, …_REGION, else the AWS_… of the same names.
MasterKms MasterKmsOf(std::map<std::string, std::string> environment, const std::string& prefix);

struct SealedMasterKey {
  std::string plaintext;  // 32 bytes
  std::string text;       // of DIR/master-key.kms
};
// A fresh master key under the KMS key.
Result<SealedMasterKey> MakeSealedMasterKey(const MasterKms& kms);
// The master key of such a text.
Result<std::string> OpenSealedMasterKey(const MasterKms& kms, const std::string& text);

}  // namespace tarn::server
