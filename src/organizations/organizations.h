// Organizations: accounts in a tree of units, bound by control policies. In kv; global in the lake.
//
// Invariants: an account is in one organization at most; one whose account was created here is a real account of the
// lake's directory; every change is durable before it is acknowledged; what ControlsOf answers is the present state,
// compiled once and kept until a change. Errors: organizations/errors.h, kv's. Threads: any; what changes blocks,
// ControlsOf is memory-speed when nothing changed. docs/format/organizations.md tells the records.
// Defined by https://docs.aws.amazon.com/organizations/latest/APIReference/
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/per_thread.h"
#include "base/result.h"
#include "base/time.h"
#include "iam/iam.h"
#include "identity/directory.h"
#include "identity/principal_policies.h"
#include "kv/kv.h"
#include "organizations/book.h"

namespace tarn::organizations {

// Who may do something with an organization.
enum class Who : uint8_t {
  kMember,         // every account in it
  kAdministrator,  // its management account and delegated administrators
  kManagement,
};

struct AccountRequest {
  std::string name;
  std::string email;
  std::string role;  // of the management account's users in the new account
  Tags tags;
};

class Organizations : public identity::ControlSource {
 public:
  // All outlive it.
  Organizations(kv::Store& store, const Clock& clock, identity::Directory& directory, iam::Iam& iam);

  // Looks at one snapshot of the organization that `account` is in, or changes it in one transaction (whose closure may
  // run again). Errors: kNotInUse, kAccessDenied.
  Status Read(const std::string& account, Who who, const std::function<Status(Book&)>& body) const;
  Status Change(const std::string& account, Who who, const std::function<Status(Book&)>& body);
  // The same without an organization at hand, for what makes or enters one.
  Status Look(const std::string& account, const std::function<Status(Book&)>& body) const;
  Status Begin(const std::string& account, const std::function<Status(Book&)>& body);

  // Makes an account of the lake in the organization, with a role that the management account may assume. A request
  // that fails is told in what it returns.
  Result<Creation> CreateAccount(const std::string& management, const AccountRequest& request);
  // The name of an account of the lake; "" when there is none.
  Result<std::string> NameOf(const std::string& account) const;

  Result<std::shared_ptr<const identity::ControlPolicies>> ControlsOf(std::string_view account) override;

 private:
  Result<std::string> FreeAccountId() const;
  // From what all threads share.
  Result<std::shared_ptr<const identity::ControlPolicies>> FindControls(std::string_view account);

  kv::Store& store_;
  const Clock& clock_;
  identity::Directory& directory_;
  iam::Iam& iam_;

  std::mutex mutex_;
  std::string version_;
  std::unordered_map<std::string, std::shared_ptr<const identity::ControlPolicies>> controls_;
  PerThread<std::string, std::shared_ptr<const identity::ControlPolicies>> recent_;  // by the store's HotCommits
};

// "o-", "r-", "ou-", … and so many lower-case letters and digits.
std::string NewId(std::string_view prefix, size_t count);

}  // namespace tarn::organizations
