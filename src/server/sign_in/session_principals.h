// What sessions ask of IAM: whether their role is there still, and what their managed policies say now.
//
// Threads: any; memory speed while the account's IAM does not change.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "iam/iam.h"
#include "identity/sessions.h"
#include "kv/kv.h"

namespace tarn::server {

class SessionPrincipals : public identity::SessionPrincipals {
 public:
  // Both outlive it; `store` holds what IAM and the directory of keys know.
  SessionPrincipals(iam::Iam& iam, const kv::Store& store) : iam_(iam), store_(store) {}
  std::optional<uint64_t> AsOf() const override { return store_.HotCommits(); }
  Result<std::optional<std::string>> RoleId(std::string_view role_arn) override;
  Result<std::shared_ptr<const policy::Document>> ManagedPolicy(std::string_view policy_arn) override;

 private:
  struct Role {
    identity::Caller caller;                                   // who asks for its policies
    std::shared_ptr<const identity::PrincipalPolicies> as_of;  // another one after each change of the account's IAM
    std::optional<std::string> id;
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::shared_ptr<const Role> Find(std::string_view role_arn);
  struct Policy {
    std::string text;
    std::shared_ptr<const policy::Document> document;
  };
  iam::Iam& iam_;
  const kv::Store& store_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const Role>, Hash, std::equal_to<>> roles_;
  std::unordered_map<std::string, Policy> policies_;
};

}  // namespace tarn::server
