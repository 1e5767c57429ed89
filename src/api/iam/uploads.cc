// SSH keys, signing certificates and credentials of one service.
#include "iam/credentials/uploads.h"

#include "api/iam/convert.h"
#include "api/iam/rules.h"

namespace tarn::api::iam {
namespace {

using domain::Entity;
using domain::Kind;
using Type = Subject::Type;

gen::SSHPublicKey ToKey(const std::string& user, const domain::SshKey& key) {
  gen::SSHPublicKey out;
  out.user_name = user;
  out.ssh_public_key_id = key.id;
  out.fingerprint = domain::Fingerprint(key);
  out.ssh_public_key_body = key.body;
  out.status = StatusOf(key.active);
  out.upload_date = key.uploaded;
  return out;
}

Result<gen::UploadSSHPublicKeyResponse> UploadSSHPublicKey(IamService& service, const protocol::Call& call,
                                                           const gen::UploadSSHPublicKeyRequest& in) {
  gen::UploadSSHPublicKeyResponse out;
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const auto key, domain::UploadSshKey(rows, *in.user_name, *in.ssh_public_key_body));
    out.ssh_public_key = ToKey(*in.user_name, key);
    return Ok();
  }));
  return out;
}

Result<gen::GetSSHPublicKeyResponse> GetSSHPublicKey(IamService& service, const protocol::Call& call,
                                                     const gen::GetSSHPublicKeyRequest& in) {
  gen::GetSSHPublicKeyResponse out;
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const auto key, domain::FindSshKey(rows, *in.user_name, *in.ssh_public_key_id));
    out.ssh_public_key = ToKey(*in.user_name, key);
    if (Text(in.encoding) == "PEM") {
      TARN_TRY(out.ssh_public_key->ssh_public_key_body, domain::SshKeyAsPem(key));
    }
    return Ok();
  }));
  return out;
}

Result<gen::ListSSHPublicKeysResponse> ListSSHPublicKeys(IamService& service, const protocol::Call& call,
                                                         const gen::ListSSHPublicKeysRequest& in) {
  TARN_TRY(const std::string user, UserNameOf(call, in.user_name));
  gen::ListSSHPublicKeysResponse out;
  out.ssh_public_keys.emplace();
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(Entity entity, rows.Get(Kind::kUser, user));
    TARN_TRY(const auto page, Slice(std::move(entity.ssh_keys), in, out));
    for (const domain::SshKey& key : page) {
      gen::SSHPublicKeyMetadata& told = out.ssh_public_keys->emplace_back();
      told.user_name = user;
      told.ssh_public_key_id = key.id;
      told.status = StatusOf(key.active);
      told.upload_date = key.uploaded;
    }
    return Ok();
  }));
  return out;
}

Result<gen::UpdateSSHPublicKeyResponse> UpdateSSHPublicKey(IamService& service, const protocol::Call& call,
                                                           const gen::UpdateSSHPublicKeyRequest& in) {
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) {
    return domain::SetSshKeyActive(rows, *in.user_name, *in.ssh_public_key_id, *in.status == "Active");
  }));
  return gen::UpdateSSHPublicKeyResponse{};
}

Result<gen::DeleteSSHPublicKeyResponse> DeleteSSHPublicKey(IamService& service, const protocol::Call& call,
                                                           const gen::DeleteSSHPublicKeyRequest& in) {
  TARN_CHECK(service.Change(
      call, [&](domain::Rows& rows) { return domain::DeleteSshKey(rows, *in.user_name, *in.ssh_public_key_id); }));
  return gen::DeleteSSHPublicKeyResponse{};
}

gen::SigningCertificate ToCertificate(const std::string& user, const domain::SigningCertificate& certificate) {
  gen::SigningCertificate out;
  out.user_name = user;
  out.certificate_id = certificate.id;
  out.certificate_body = certificate.body;
  out.status = StatusOf(certificate.active);
  out.upload_date = certificate.uploaded;
  return out;
}

Result<gen::UploadSigningCertificateResponse> UploadSigningCertificate(IamService& service, const protocol::Call& call,
                                                                       const gen::UploadSigningCertificateRequest& in) {
  TARN_TRY(const std::string user, UserNameOf(call, in.user_name));
  gen::UploadSigningCertificateResponse out;
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const auto made, domain::UploadSigningCertificate(rows, user, *in.certificate_body));
    out.certificate = ToCertificate(user, made);
    return Ok();
  }));
  return out;
}

Result<gen::ListSigningCertificatesResponse> ListSigningCertificates(IamService& service, const protocol::Call& call,
                                                                     const gen::ListSigningCertificatesRequest& in) {
  TARN_TRY(const std::string user, UserNameOf(call, in.user_name));
  gen::ListSigningCertificatesResponse out;
  out.certificates.emplace();
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(Entity entity, rows.Get(Kind::kUser, user));
    TARN_TRY(const auto page, Slice(std::move(entity.signing_certificates), in, out));
    for (const auto& certificate : page) out.certificates->push_back(ToCertificate(user, certificate));
    return Ok();
  }));
  return out;
}

Result<gen::UpdateSigningCertificateResponse> UpdateSigningCertificate(IamService& service, const protocol::Call& call,
                                                                       const gen::UpdateSigningCertificateRequest& in) {
  TARN_TRY(const std::string user, UserNameOf(call, in.user_name));
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) {
    return domain::SetSigningCertificateActive(rows, user, *in.certificate_id, *in.status == "Active");
  }));
  return gen::UpdateSigningCertificateResponse{};
}

Result<gen::DeleteSigningCertificateResponse> DeleteSigningCertificate(IamService& service, const protocol::Call& call,
                                                                       const gen::DeleteSigningCertificateRequest& in) {
  TARN_TRY(const std::string user, UserNameOf(call, in.user_name));
  TARN_CHECK(service.Change(
      call, [&](domain::Rows& rows) { return domain::DeleteSigningCertificate(rows, user, *in.certificate_id); }));
  return gen::DeleteSigningCertificateResponse{};
}

// Bedrock's credentials have an alias and a secret, the others' a user name and a password.
bool HasAlias(const domain::ServiceCredential& credential) { return credential.service == "bedrock.amazonaws.com"; }

gen::ServiceSpecificCredential ToCredential(const std::string& user, const domain::NewServiceCredential& made) {
  gen::ServiceSpecificCredential out;
  out.create_date = made.credential.created;
  out.expiration_date = made.credential.expires;
  out.service_name = made.credential.service;
  if (HasAlias(made.credential)) {
    out.service_credential_alias = made.credential.login;
    out.service_credential_secret = made.password;
  } else {
    out.service_user_name = made.credential.login;
    out.service_password = made.password;
  }
  out.service_specific_credential_id = made.credential.id;
  out.user_name = user;
  out.status = StatusOf(made.credential.active);
  return out;
}

Result<gen::CreateServiceSpecificCredentialResponse> CreateServiceSpecificCredential(
    IamService& service, const protocol::Call& call, const gen::CreateServiceSpecificCredentialRequest& in) {
  gen::CreateServiceSpecificCredentialResponse out;
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const auto made,
             domain::CreateServiceCredential(rows, *in.user_name, *in.service_name, in.credential_age_days));
    out.service_specific_credential = ToCredential(*in.user_name, made);
    return Ok();
  }));
  return out;
}

Result<gen::ResetServiceSpecificCredentialResponse> ResetServiceSpecificCredential(
    IamService& service, const protocol::Call& call, const gen::ResetServiceSpecificCredentialRequest& in) {
  TARN_TRY(const std::string user, UserNameOf(call, in.user_name));
  gen::ResetServiceSpecificCredentialResponse out;
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const auto made, domain::ResetServiceCredential(rows, user, *in.service_specific_credential_id));
    out.service_specific_credential = ToCredential(user, made);
    return Ok();
  }));
  return out;
}

Result<gen::ListServiceSpecificCredentialsResponse> ListServiceSpecificCredentials(
    IamService& service, const protocol::Call& call, const gen::ListServiceSpecificCredentialsRequest& in) {
  gen::ListServiceSpecificCredentialsResponse out;
  out.service_specific_credentials.emplace();
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    std::vector<Entity> users;
    if (in.all_users.value_or(false)) {
      TARN_TRY(users, rows.AllEntities(Kind::kUser));
    } else {
      TARN_TRY(const std::string name, UserNameOf(call, in.user_name));
      TARN_TRY(users.emplace_back(), rows.Get(Kind::kUser, name));
    }
    if (in.service_name) TARN_CHECK(domain::CheckCredentialService(*in.service_name));
    std::vector<gen::ServiceSpecificCredentialMetadata> all;
    for (const Entity& user : users) {
      for (const auto& credential : user.service_credentials) {
        if (in.service_name && *in.service_name != credential.service) continue;
        gen::ServiceSpecificCredentialMetadata& told = all.emplace_back();
        told.user_name = user.name;
        told.status = StatusOf(credential.active);
        (HasAlias(credential) ? told.service_credential_alias : told.service_user_name) = credential.login;
        told.create_date = credential.created;
        told.expiration_date = credential.expires;
        told.service_specific_credential_id = credential.id;
        told.service_name = credential.service;
      }
    }
    TARN_TRY(out.service_specific_credentials, Slice(std::move(all), in, out));
    // Told only of lists that have more.
    if (!out.marker) out.is_truncated.reset();
    return Ok();
  }));
  return out;
}

Result<gen::UpdateServiceSpecificCredentialResponse> UpdateServiceSpecificCredential(
    IamService& service, const protocol::Call& call, const gen::UpdateServiceSpecificCredentialRequest& in) {
  TARN_TRY(const std::string user, UserNameOf(call, in.user_name));
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) {
    return domain::SetServiceCredentialActive(rows, user, *in.service_specific_credential_id, *in.status == "Active");
  }));
  return gen::UpdateServiceSpecificCredentialResponse{};
}

Result<gen::DeleteServiceSpecificCredentialResponse> DeleteServiceSpecificCredential(
    IamService& service, const protocol::Call& call, const gen::DeleteServiceSpecificCredentialRequest& in) {
  TARN_TRY(const std::string user, UserNameOf(call, in.user_name));
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) {
    return domain::DeleteServiceCredential(rows, user, *in.service_specific_credential_id);
  }));
  return gen::DeleteServiceSpecificCredentialResponse{};
}

}  // namespace

Operations UploadOperations() {
  return {
      IamBind<&UploadSSHPublicKey, Type::kUser>("UploadSSHPublicKey"),
      IamBind<&GetSSHPublicKey, Type::kUser>("GetSSHPublicKey"),
      IamBind<&ListSSHPublicKeys, Type::kUser>("ListSSHPublicKeys"),
      IamBind<&UpdateSSHPublicKey, Type::kUser>("UpdateSSHPublicKey"),
      IamBind<&DeleteSSHPublicKey, Type::kUser>("DeleteSSHPublicKey"),
      IamBind<&UploadSigningCertificate, Type::kUser>("UploadSigningCertificate"),
      IamBind<&ListSigningCertificates, Type::kUser>("ListSigningCertificates"),
      IamBind<&UpdateSigningCertificate, Type::kUser>("UpdateSigningCertificate"),
      IamBind<&DeleteSigningCertificate, Type::kUser>("DeleteSigningCertificate"),
      IamBind<&CreateServiceSpecificCredential, Type::kUser>("CreateServiceSpecificCredential"),
      IamBind<&ResetServiceSpecificCredential, Type::kUser>("ResetServiceSpecificCredential"),
      IamBind<&ListServiceSpecificCredentials, Type::kNone>("ListServiceSpecificCredentials"),
      IamBind<&UpdateServiceSpecificCredential, Type::kUser>("UpdateServiceSpecificCredential"),
      IamBind<&DeleteServiceSpecificCredential, Type::kUser>("DeleteServiceSpecificCredential"),
  };
}

}  // namespace tarn::api::iam
