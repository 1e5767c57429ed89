// Ram: resource shares in kv, and who is reached by them.
//
// Invariants: a share belongs to one account and region; a principal outside of the owner's organization is reached
// when it has accepted its invitation; every change is durable before it is acknowledged. Errors: ram/errors.h, kv's.
// Threads: any; blocks. docs/format/organizations.md tells the records.
// Defined by https://docs.aws.amazon.com/ram/latest/APIReference/
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "kv/kv.h"
#include "organizations/organizations.h"
#include "ram/made_shares.h"
#include "ram/model.h"
#include "ram/shared_with.h"

namespace tarn::ram {

// Shares and invitations within one transaction. In order of making.
class Rows {
 public:
  Rows(kv::Txn& txn, Timestamp now) : txn_(txn), now_(now) {}
  kv::Txn& txn() { return txn_; }
  Timestamp now() const { return now_; }

  Result<std::vector<Share>> Shares();
  // Errors: kUnknownResource.
  Result<Share> Get(const std::string& arn);
  void Put(const Share& share);
  Result<std::vector<Invitation>> Invitations();
  // Errors: kNoSuchInvitation.
  Result<Invitation> GetInvitation(const std::string& arn);
  void Put(const Invitation& invitation);

  // Customer managed permissions, in order of making.
  Result<std::vector<Permission>> Permissions();
  Result<std::optional<Permission>> FindPermission(const std::string& arn);
  void Put(const Permission& permission);
  void Erase(const Permission& permission);
  Result<std::vector<Replacement>> Replacements();
  void Put(const Replacement& replacement);

 private:
  kv::Txn& txn_;
  const Timestamp now_;
};

class Ram : public SharedWith {
 public:
  // All outlive it.
  Ram(kv::Store& store, const Clock& clock, organizations::Organizations& organizations)
      : store_(store), clock_(clock), organizations_(organizations) {}

  // Before the first request. Without it there are the shares alone that are made here.
  void SetMadeShares(std::unique_ptr<MadeShares> made) { made_ = std::move(made); }

  Status Read(const std::function<Status(Rows&)>& body) const;
  Status Change(const std::function<Status(Rows&)>& body);
  // Those that `rows` has and those that another service keeps with the account or for it. In order of making.
  Result<std::vector<Share>> AllShares(Rows& rows, std::string_view account) const;

  // Adds to the share. What is there already is left. Errors: kMalformedArn, kInvalidParameter, kUnknownResource,
  // kNotPermitted.
  Status AddResources(Rows& rows, Share& share, const std::vector<std::string>& arns) const;
  Status AddPrincipals(Rows& rows, Share& share, const std::vector<std::string>& principals) const;
  // Answers an invitation of the account. Errors: kNoSuchInvitation, kAlreadyAccepted, kAlreadyRejected.
  Result<Invitation> Answer(Rows& rows, const std::string& account, const std::string& arn, bool accept) const;

  // Lets the organization's accounts be reached without invitations. Errors: kNotPermitted.
  Status EnableSharingWithOrganization(const std::string& account);

  // Whether the principal of a share is, or holds, that account.
  Result<bool> Reaches(const Association& principal, std::string_view account) const;
  Result<std::vector<SharedResource>> SharedWithAccount(std::string_view account) override;

 private:
  Result<bool> SharesFreely(const std::string& owner, std::string_view account) const;

  kv::Store& store_;
  const Clock& clock_;
  organizations::Organizations& organizations_;
  std::unique_ptr<MadeShares> made_;
};

}  // namespace tarn::ram
