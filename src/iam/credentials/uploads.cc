#include "iam/credentials/uploads.h"

#include <algorithm>

#include "base/hash.h"
#include "base/random.h"
#include "base/strings.h"
#include "iam/credentials/x509.h"
#include "iam/quotas.h"

namespace tarn::iam {
namespace {

constexpr size_t kSecretBytes = 30;
constexpr size_t kIdChars = 16;
constexpr std::string_view kIdAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

Error Exceeds(std::string_view what, size_t limit) {
  return Fail(kLimitExceeded, "Cannot exceed quota for " + std::string(what) + ": " + std::to_string(limit));
}

// Runs `change` on the item of that id in the user's list and keeps the user; `missing` when there is none.
template <class T>
Status ChangeItem(Rows& rows, const std::string& user, std::vector<T> Entity::* list, const std::string& id,
                  const Error& missing, const std::function<void(std::vector<T>&, size_t)>& change) {
  TARN_TRY(const Entity before, rows.Get(Kind::kUser, user));
  Entity entity = before;
  std::vector<T>& items = entity.*list;
  const auto found = std::ranges::find(items, id, &T::id);
  if (found == items.end()) return missing;
  change(items, static_cast<size_t>(found - items.begin()));
  rows.PutEntity(entity, &before);
  return Ok();
}

template <class T>
Status EraseItem(Rows& rows, const std::string& user, std::vector<T> Entity::* list, const std::string& id,
                 const Error& missing) {
  return ChangeItem<T>(rows, user, list, id, missing, [](std::vector<T>& items, size_t at) {
    items.erase(items.begin() + static_cast<ptrdiff_t>(at));
  });
}

template <class T>
Status SetItemActive(Rows& rows, const std::string& user, std::vector<T> Entity::* list, const std::string& id,
                     const Error& missing, bool active) {
  return ChangeItem<T>(rows, user, list, id, missing,
                       [&](std::vector<T>& items, size_t at) { items[at].active = active; });
}

Error NoSshKey(const std::string& id) {
  return Fail(kNoSuchEntity, "The Public Key with id " + id + " cannot be found.");
}
Error NoCertificate(const std::string& id) {
  return Fail(kNoSuchEntity, "The Certificate with id " + id + " cannot be found.");
}
Error NoCredential(const std::string& id) { return Fail(kNoSuchEntity, "No such credential " + id + " exists"); }

bool IsCredentialService(const std::string& service) {
  constexpr std::string_view kServices[] = {"codecommit.amazonaws.com", "cassandra.amazonaws.com",
                                            "bedrock.amazonaws.com"};
  return std::ranges::find(kServices, service) != std::end(kServices);
}

std::string SealName(const ServiceCredential& credential) { return "service " + credential.id; }

}  // namespace

Result<SshKey> UploadSshKey(Rows& rows, const std::string& user, const std::string& body) {
  TARN_TRY(const Entity before, rows.Get(Kind::kUser, user));
  TARN_TRY(const std::string bytes, SshKeyBytes(body));
  for (const SshKey& present : before.ssh_keys) {
    TARN_TRY(const std::string theirs, SshKeyBytes(present.body));
    if (theirs == bytes) return Fail(kDuplicatePublicKey, "The specified SSH Public key already exists.");
  }
  if (before.ssh_keys.size() >= quota::kSshKeysPerUser) {
    return Exceeds("SSHPublicKeysPerUser", quota::kSshKeysPerUser);
  }
  Entity entity = before;
  SshKey& key = entity.ssh_keys.emplace_back();
  key.id = "APKA" + RandomText(kIdChars, kIdAlphabet);
  key.body = body;
  key.uploaded = rows.now();
  rows.PutEntity(entity, &before);
  return key;
}

Result<SshKey> FindSshKey(Rows& rows, const std::string& user, const std::string& id) {
  TARN_TRY(const Entity entity, rows.Get(Kind::kUser, user));
  const auto found = std::ranges::find(entity.ssh_keys, id, &SshKey::id);
  if (found == entity.ssh_keys.end()) return NoSshKey(id);
  return *found;
}

Status SetSshKeyActive(Rows& rows, const std::string& user, const std::string& id, bool active) {
  return SetItemActive(rows, user, &Entity::ssh_keys, id, NoSshKey(id), active);
}

Status DeleteSshKey(Rows& rows, const std::string& user, const std::string& id) {
  return EraseItem(rows, user, &Entity::ssh_keys, id, NoSshKey(id));
}

std::string Fingerprint(const SshKey& key) {
  const auto bytes = SshKeyBytes(key.body);
  const std::string hex = Hex(Md5(bytes.ok() ? *bytes : key.body));
  std::string out;
  for (size_t i = 0; i < hex.size(); i += 2) out += (i > 0 ? ":" : "") + hex.substr(i, 2);
  return out;
}

Result<std::string> SshKeyAsPem(const SshKey& key) {
  TARN_TRY(const std::string bytes, SshKeyBytes(key.body));
  return RsaPem(bytes);
}

Result<SigningCertificate> UploadSigningCertificate(Rows& rows, const std::string& user, const std::string& body) {
  TARN_TRY(const Entity before, rows.Get(Kind::kUser, user));
  TARN_TRY(const Timestamp expiry, ExpiryOf(body));
  if (expiry < rows.now()) return Fail(kInvalidCertificate, "The certificate has expired.");
  if (std::ranges::find(before.signing_certificates, body, &SigningCertificate::body) !=
      before.signing_certificates.end()) {
    return Fail(kDuplicateCertificate, "The specified certificate already exists.");
  }
  if (before.signing_certificates.size() >= quota::kSigningCertificatesPerUser) {
    return Exceeds("CertificatesPerUser", quota::kSigningCertificatesPerUser);
  }
  Entity entity = before;
  SigningCertificate& certificate = entity.signing_certificates.emplace_back();
  certificate.id = RandomText(32, kIdAlphabet);
  certificate.body = body;
  certificate.uploaded = rows.now();
  rows.PutEntity(entity, &before);
  return certificate;
}

Status SetSigningCertificateActive(Rows& rows, const std::string& user, const std::string& id, bool active) {
  return SetItemActive(rows, user, &Entity::signing_certificates, id, NoCertificate(id), active);
}

Status DeleteSigningCertificate(Rows& rows, const std::string& user, const std::string& id) {
  return EraseItem(rows, user, &Entity::signing_certificates, id, NoCertificate(id));
}

Status CheckCredentialService(const std::string& service) {
  if (IsCredentialService(service)) return Ok();
  return Fail(kNoSuchEntity, "No such service " + service + " is supported for Service Specific Credentials");
}

Result<NewServiceCredential> CreateServiceCredential(Rows& rows, const std::string& user, const std::string& service,
                                                     const std::optional<int64_t>& days) {
  TARN_TRY(const Entity before, rows.Get(Kind::kUser, user));
  TARN_CHECK(CheckCredentialService(service));
  const auto of_service = std::ranges::count(before.service_credentials, service, &ServiceCredential::service);
  if (static_cast<size_t>(of_service) >= quota::kServiceCredentialsPerUser) {
    return Exceeds("ServiceSpecificCredentialsPerUser", quota::kServiceCredentialsPerUser);
  }
  NewServiceCredential made;
  ServiceCredential& credential = made.credential;
  credential.id = "ACCA" + RandomText(kIdChars, kIdAlphabet);
  credential.service = service;
  credential.login = before.name + (of_service > 0 ? "+" + std::to_string(of_service) : "") + "-at-" + rows.account();
  credential.created = rows.now();
  if (days) credential.expires = Timestamp{rows.now().micros + *days * kMicrosPerDay};
  made.password = Base64(RandomBytes(kSecretBytes));
  credential.sealed = rows.iam().box().Seal(SealName(credential), made.password);
  Entity entity = before;
  entity.service_credentials.push_back(credential);
  rows.PutEntity(entity, &before);
  return made;
}

Result<NewServiceCredential> ResetServiceCredential(Rows& rows, const std::string& user, const std::string& id) {
  NewServiceCredential made;
  made.password = Base64(RandomBytes(kSecretBytes));
  TARN_CHECK(ChangeItem<ServiceCredential>(rows, user, &Entity::service_credentials, id, NoCredential(id),
                                           [&](std::vector<ServiceCredential>& items, size_t at) {
                                             items[at].sealed =
                                                 rows.iam().box().Seal(SealName(items[at]), made.password);
                                             made.credential = items[at];
                                           }));
  return made;
}

Status SetServiceCredentialActive(Rows& rows, const std::string& user, const std::string& id, bool active) {
  return SetItemActive(rows, user, &Entity::service_credentials, id, NoCredential(id), active);
}

Status DeleteServiceCredential(Rows& rows, const std::string& user, const std::string& id) {
  return EraseItem(rows, user, &Entity::service_credentials, id, NoCredential(id));
}

}  // namespace tarn::iam
