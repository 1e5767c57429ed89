// Iam: an account's users, groups, roles, policies and what hangs on them, in kv; and what policies bind a caller.
//
// IAM is global in an account: nothing here has a region. Invariants: every change is durable before it is
// acknowledged, and whole; what PoliciesOf and the reading functions answer is the present state; secrets are sealed,
// passwords hashed. docs/format/identity.md tells the records. Errors: iam/errors.h, identity/errors.h (kDamaged),
// kv's. Threads: any; what changes blocks, PoliciesOf is memory-speed when nothing changed. Defined by
// https://docs.aws.amazon.com/IAM/latest/APIReference/
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "iam/errors.h"
#include "iam/last_used.h"
#include "iam/model.h"
#include "identity/directory.h"
#include "identity/principal_policies.h"
#include "identity/secret_box.h"
#include "kv/kv.h"

namespace tarn::iam {

class PolicyCache;
class Rows;

// Which user, group or role.
struct Ref {
  Kind kind = Kind::kUser;
  std::string account;
  std::string name;
};

// Reads "arn:aws:iam::ACCOUNT:user/path/NAME" (user, group, role; also an assumed role's session: its role). Nothing
// for other ARNs. The path is not looked at: names are unique.
std::optional<Ref> ParseArn(std::string_view arn);

struct ListOptions {
  std::string path_prefix = "/";
  std::string after;  // the marker of the page before
  size_t limit = 100;
};
// In order of names; `next` is what the following page comes after, empty at the end.
template <typename T>
struct Page {
  std::vector<T> items;
  std::string next;
};

class Iam : public identity::PolicySource {
 public:
  // All outlive it. `master_key` has 32 bytes.
  Iam(kv::Store& store, const Clock& clock, identity::Directory& directory, std::string master_key);
  ~Iam() override;

  // Looks at one snapshot, or changes the account in one transaction (whose closure may run again); what every
  // operation below and in iam/*.h is made of. `rows.txn()` may be used for rows of other modules.
  Status Read(const std::string& account, const std::function<Status(Rows&)>& body) const;
  Status Change(const std::string& account, const std::function<Status(Rows&)>& body);

  // Errors: kNoSuchEntity.
  Result<Entity> Find(const Ref& ref) const;
  Result<Entity> FindByArn(std::string_view arn) const;
  // `arn` or, in an account, its URL with or without "https://". Errors: kNoSuchEntity.
  Result<OidcProvider> FindOidcProvider(const std::string& arn) const;
  Result<SamlProvider> FindSamlProvider(const std::string& arn) const;
  // Of the account's own or of AWS's. Errors: kNoSuchEntity.
  Result<ManagedPolicy> FindPolicy(const std::string& arn) const;
  // The user's or role's Caller as it would sign (a role's as a session without a name); for simulations.
  Result<identity::Caller> CallerOf(std::string_view arn) const;

  Result<std::shared_ptr<const identity::PrincipalPolicies>> PoliciesOf(const identity::Caller& caller) override;
  // The same for groups too.
  Result<identity::PrincipalPolicies> PoliciesOf(const Ref& ref) const;

  // The last uses of access keys, roles and passwords.
  LastUsed& last_used() const { return *last_used_; }
  const identity::SecretBox& box() const { return box_; }
  const Clock& clock() const { return clock_; }
  identity::Directory& directory() const { return directory_; }

 private:
  // What binds the user or role of the ARN in the account; of that unique id where one is given.
  Result<std::shared_ptr<const identity::PrincipalPolicies>> FindPolicies(const std::string& account,
                                                                          std::string_view id, std::string_view arn);

  kv::Store& store_;
  const Clock& clock_;
  identity::Directory& directory_;
  const identity::SecretBox box_;
  const std::unique_ptr<LastUsed> last_used_;
  const std::unique_ptr<PolicyCache> cache_;
};

}  // namespace tarn::iam
