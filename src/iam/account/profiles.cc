#include "iam/account/profiles.h"

#include <algorithm>

#include "base/random.h"
#include "base/strings.h"
#include "iam/account/service_roles.h"
#include "iam/credentials/x509.h"
#include "iam/entities/entities.h"
#include "iam/quotas.h"
#include "iam/records.h"

namespace tarn::iam {
namespace {

Error Exceeds(std::string_view what, size_t limit) {
  return Fail(kLimitExceeded, "Cannot exceed quota for " + std::string(what) + ": " + std::to_string(limit));
}

std::string SealName(const ServerCertificate& certificate) { return "certificate " + certificate.id; }

}  // namespace

Result<InstanceProfile> CreateProfile(Rows& rows, const std::string& name, const std::string& path, Tags tags) {
  TARN_TRY(const auto present, rows.Find<InstanceProfile>(name, true));
  if (present) return Fail(kAlreadyExists, "Instance Profile " + name + " already exists.");
  TARN_TRY(const auto all, rows.All<InstanceProfile>());
  if (all.size() >= quota::kInstanceProfiles) {
    return Exceeds("InstanceProfilesPerAccount", quota::kInstanceProfiles);
  }
  InstanceProfile profile;
  profile.account = rows.account();
  profile.name = name;
  profile.path = path;
  profile.id = NewId("AIPA");
  profile.created = rows.now();
  profile.tags = std::move(tags);
  rows.Put(profile);
  return profile;
}

Result<InstanceProfile> GetProfile(Rows& rows, const std::string& name) {
  TARN_TRY(auto found, rows.Find<InstanceProfile>(name));
  if (!found) return Fail(kNoSuchEntity, "Instance Profile " + name + " cannot be found.");
  return *std::move(found);
}

Status DeleteProfile(Rows& rows, const std::string& name) {
  TARN_TRY(const InstanceProfile profile, GetProfile(rows, name));
  if (!profile.role.empty()) {
    return Fail(kDeleteConflict, "Cannot delete entity, must remove roles from instance profile first.");
  }
  rows.Erase(profile);
  return Ok();
}

Status AddRoleToProfile(Rows& rows, const std::string& profile, const std::string& role) {
  TARN_TRY(InstanceProfile changed, GetProfile(rows, profile));
  TARN_TRY(const Entity added, rows.Get(Kind::kRole, role));
  TARN_CHECK(CheckModifiable(added));
  if (!changed.role.empty()) return Exceeds("InstanceSessionsPerInstanceProfile", 1);
  changed.role = added.name;
  rows.Put(changed);
  return Ok();
}

Status RemoveRoleFromProfile(Rows& rows, const std::string& profile, const std::string& role) {
  TARN_TRY(InstanceProfile changed, GetProfile(rows, profile));
  TARN_TRY(const Entity removed, rows.Get(Kind::kRole, role));
  TARN_CHECK(CheckModifiable(removed));
  if (changed.role != removed.name) {
    return Fail(kNoSuchEntity, "The role with name " + role + " cannot be found in instance profile " + profile + ".");
  }
  rows.Erase(changed);
  changed.role.clear();
  rows.Put(changed);
  return Ok();
}

Result<ServerCertificate> UploadCertificate(Rows& rows, const NewCertificate& made) {
  TARN_TRY(const Timestamp expires, ExpiryOf(made.body));
  TARN_CHECK(CheckKeyPair(made.body, made.private_key));
  if (!made.chain.empty()) TARN_CHECK(CheckChain(made.chain));
  TARN_TRY(const auto present, rows.Find<ServerCertificate>(made.name, true));
  if (present) return Fail(kAlreadyExists, "The Server Certificate with name " + made.name + " already exists.");
  TARN_TRY(const auto all, rows.All<ServerCertificate>());
  if (all.size() >= quota::kServerCertificates) {
    return Exceeds("ServerCertificatesPerAccount", quota::kServerCertificates);
  }
  ServerCertificate certificate;
  certificate.account = rows.account();
  certificate.name = made.name;
  certificate.path = made.path;
  certificate.id = NewId("ASCA");
  certificate.body = made.body;
  certificate.chain = made.chain;
  certificate.sealed_key = rows.iam().box().Seal(SealName(certificate), made.private_key);
  certificate.uploaded = rows.now();
  certificate.expires = expires;
  certificate.tags = made.tags;
  rows.Put(certificate);
  return certificate;
}

Result<ServerCertificate> GetCertificate(Rows& rows, const std::string& name) {
  TARN_TRY(auto found, rows.Find<ServerCertificate>(name));
  if (!found) return Fail(kNoSuchEntity, "The Server Certificate with name " + name + " cannot be found.");
  return *std::move(found);
}

Status RenameCertificate(Rows& rows, const std::string& name, const std::string& new_name,
                         const std::string& new_path) {
  TARN_TRY(const ServerCertificate before, GetCertificate(rows, name));
  ServerCertificate certificate = before;
  if (!new_path.empty()) certificate.path = new_path;
  if (!new_name.empty() && new_name != name) {
    TARN_TRY(const auto present, rows.Find<ServerCertificate>(new_name, true));
    if (present && !EqualsIgnoreCase(name, new_name)) {
      return Fail(kAlreadyExists, "The Server Certificate with name " + new_name + " already exists.");
    }
    certificate.name = new_name;
    rows.Erase(before);
  }
  rows.Put(certificate);
  return Ok();
}

Status DeleteCertificate(Rows& rows, const std::string& name) {
  TARN_TRY(const ServerCertificate certificate, GetCertificate(rows, name));
  rows.Erase(certificate);
  return Ok();
}

Result<Entity> CreateServiceRole(Rows& rows, const std::string& service, const std::string& suffix,
                                 const std::string& description) {
  const ServiceRole* const known = FindServiceRole(service);
  if (known == nullptr) return Fail(kAccessDenied, "Cannot find Service Linked Role template for " + service);
  if (!known->takes_suffix && !suffix.empty()) {
    return Fail(kInvalidInput, "Custom suffix is not allowed for " + service);
  }
  const std::string name = "AWSServiceRoleFor" + std::string(known->name) + (suffix.empty() ? "" : "_" + suffix);
  TARN_TRY(const auto present, rows.FindEntity(Kind::kRole, name, true));
  if (present) {
    return Fail(kInvalidInput,
                "Service role name " + name + " has been taken in this account, please try a different suffix.");
  }
  NewEntity made;
  made.kind = Kind::kRole;
  made.name = name;
  made.path = "/aws-service-role/" + service + "/";
  made.description = description.empty() ? std::string(known->description) : description;
  made.trust = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":")" + service +
               R"("},"Action":"sts:AssumeRole"}]})";
  TARN_TRY(Entity role, CreateEntity(rows, std::move(made)));
  const Entity before = role;
  role.service = service;
  role.attached.push_back("arn:aws:iam::aws:policy/aws-service-role/" + std::string(known->policy));
  rows.PutEntity(role, &before);
  return role;
}

Result<std::string> DeleteServiceRole(Rows& rows, const std::string& name) {
  TARN_TRY(const Entity role, rows.Get(Kind::kRole, name));
  if (role.service.empty()) {
    return Fail(kInvalidInput, "The role " + name + " is not a service-linked role.");
  }
  rows.EraseEntity(role);
  rows.iam().last_used().Forget(rows.txn(), role.Arn());
  TARN_CHECK(rows.iam().last_used().ForgetServices(rows.txn(), role.id));
  const std::string task = "task" + role.path + role.name + "/" + RandomUuid();
  rows.txn().Put(RowKey(rows.account(), "dt", task), role.Arn());
  return task;
}

Status FindDeletionTask(Rows& rows, const std::string& id) {
  TARN_TRY(const auto found, rows.txn().PeekGet(RowKey(rows.account(), "dt", id)));
  return found ? Ok() : Status(Fail(kNoSuchEntity, "Deletion task " + id + " cannot be found."));
}

}  // namespace tarn::iam
