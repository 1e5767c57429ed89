// Instance profiles, server certificates, service-linked roles.
//
// Each works within the transaction of `rows`. Errors: iam/errors.h, in IAM's words.
#pragma once

#include <string>

#include "base/result.h"
#include "iam/model.h"
#include "iam/rows.h"

namespace tarn::iam {

Result<InstanceProfile> CreateProfile(Rows& rows, const std::string& name, const std::string& path, Tags tags);
Result<InstanceProfile> GetProfile(Rows& rows, const std::string& name);
Status DeleteProfile(Rows& rows, const std::string& name);
Status AddRoleToProfile(Rows& rows, const std::string& profile, const std::string& role);
Status RemoveRoleFromProfile(Rows& rows, const std::string& profile, const std::string& role);

struct NewCertificate {
  std::string name;
  std::string path = "/";
  std::string body;
  std::string chain;
  std::string private_key;
  Tags tags;
};
Result<ServerCertificate> UploadCertificate(Rows& rows, const NewCertificate& made);
Result<ServerCertificate> GetCertificate(Rows& rows, const std::string& name);
Status RenameCertificate(Rows& rows, const std::string& name, const std::string& new_name, const std::string& new_path);
Status DeleteCertificate(Rows& rows, const std::string& name);

// "batch.amazonaws.com" → role AWSServiceRoleForBatch with its policy. Errors: kInvalidInput for a name that is taken,
// a suffix that the service has none of.
Result<Entity> CreateServiceRole(Rows& rows, const std::string& service, const std::string& suffix,
                                 const std::string& description);
// Tells the task's id; the role is gone with the transaction.
Result<std::string> DeleteServiceRole(Rows& rows, const std::string& name);
// Errors: kNoSuchEntity.
Status FindDeletionTask(Rows& rows, const std::string& id);

}  // namespace tarn::iam
