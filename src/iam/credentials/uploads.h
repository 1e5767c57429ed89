// What users upload or are given besides access keys and passwords: SSH keys, signing certificates, credentials of one
// service.
//
// Each works within the transaction of `rows`. Errors: iam/errors.h, in IAM's words.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "iam/model.h"
#include "iam/rows.h"

namespace tarn::iam {

Result<SshKey> UploadSshKey(Rows& rows, const std::string& user, const std::string& body);
Result<SshKey> FindSshKey(Rows& rows, const std::string& user, const std::string& id);
Status SetSshKeyActive(Rows& rows, const std::string& user, const std::string& id, bool active);
Status DeleteSshKey(Rows& rows, const std::string& user, const std::string& id);
// MD5 of an RSA key's bytes: "c8:51:…".
std::string Fingerprint(const SshKey& key);
// The key as PEM. Errors: kUnrecognizedKeyEncoding for keys that are not RSA.
Result<std::string> SshKeyAsPem(const SshKey& key);

Result<SigningCertificate> UploadSigningCertificate(Rows& rows, const std::string& user, const std::string& body);
Status SetSigningCertificateActive(Rows& rows, const std::string& user, const std::string& id, bool active);
Status DeleteSigningCertificate(Rows& rows, const std::string& user, const std::string& id);

struct NewServiceCredential {
  ServiceCredential credential;
  std::string password;  // told once
};
// `days`: until it expires; nothing: never.
// Whether there are credentials for the service. Errors: kNoSuchEntity.
Status CheckCredentialService(const std::string& service);
Result<NewServiceCredential> CreateServiceCredential(Rows& rows, const std::string& user, const std::string& service,
                                                     const std::optional<int64_t>& days);
Result<NewServiceCredential> ResetServiceCredential(Rows& rows, const std::string& user, const std::string& id);
Status SetServiceCredentialActive(Rows& rows, const std::string& user, const std::string& id, bool active);
Status DeleteServiceCredential(Rows& rows, const std::string& user, const std::string& id);

}  // namespace tarn::iam
