// Book: one organization within one transaction. What its operations work on; not thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "kv/kv.h"
#include "organizations/model.h"

namespace tarn::organizations {

class Book {
 public:
  Book(kv::Txn& txn, Timestamp now, std::string asker) : txn_(txn), now_(now), asker_(std::move(asker)) {}

  // The organization that the asking account is in. Error kNotInUse.
  Status Open();
  // Begins a new one.
  void Found(Organization organization);

  Organization& organization() { return organization_; }
  const std::string& asker() const { return asker_; }
  bool AskerManages() const { return organization_.management == asker_; }
  // Whole seconds, as the service tells times.
  Timestamp now() const { return {now_.seconds() * kMicrosPerSecond}; }
  kv::Txn& txn() { return txn_; }

  // In the order of joining and making.
  Result<std::vector<Account>> Accounts();
  Result<std::vector<Unit>> Units();
  Result<std::vector<Policy>> Policies();  // without AWS's own
  Result<std::vector<Creation>> Creations();
  Result<std::optional<Account>> FindAccount(std::string_view id);
  Result<std::optional<Unit>> FindUnit(std::string_view id);
  Result<std::optional<Policy>> FindPolicy(std::string_view id);  // AWS's own too
  Result<std::optional<Creation>> FindCreation(std::string_view id);

  void PutOrganization();
  void Put(const Account& account);
  void Put(const Unit& unit);
  void Put(const Policy& policy);
  void Put(const Creation& creation);
  void Erase(const Account& account);  // with its attachments
  void Erase(const Unit& unit);
  void Erase(const Policy& policy);
  // The whole organization; its accounts are in none then.
  Status EraseAll();

  // Which account is in which organization.
  Result<std::string> OrganizationOf(std::string_view account);  // "": in none

  // A target is the root, a unit or an account.
  void Attach(std::string_view target, std::string_view policy);
  void Detach(std::string_view target, std::string_view policy);
  Result<std::vector<std::string>> AttachedTo(std::string_view target);  // ids of policies
  Result<std::vector<std::string>> TargetsOf(std::string_view policy);
  // What every new target gets.
  void AttachDefaults(std::string_view target);

  // From the root down to the unit or account itself. Empty: there is no such.
  Result<std::vector<std::string>> PathTo(std::string_view id);
  // Whether policies of the type can be attached and hold: it was enabled, or holds from birth.
  bool Enabled(std::string_view type) const;
  bool EnabledByName(std::string_view type) const;

 private:
  template <class T>
  Result<std::vector<T>> All(std::string_view table);
  template <class T>
  Result<std::optional<T>> Find(std::string_view table, std::string_view id);
  Status EraseRange(const std::string& begin, const std::string& end);

  kv::Txn& txn_;
  const Timestamp now_;
  const std::string asker_;
  Organization organization_;
};

// Handshakes are found by accounts outside the organization too.
Result<std::optional<Handshake>> FindHandshake(kv::Txn& txn, std::string_view id);
Result<std::vector<Handshake>> AllHandshakes(kv::Txn& txn);
void PutHandshake(kv::Txn& txn, const Handshake& handshake);

// Another after each change of any organization.
std::string VersionKey();

}  // namespace tarn::organizations
