// Rows: one account's IAM within one transaction. What the operations of iam/*.h work on; not thread-safe.
//
// Names are found as they were given (the case of letters counts); two that differ in case alone cannot both be there.
// Put and Erase keep the index rows: who has a policy, who is in a group, which profiles a role is in.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "iam/iam.h"
#include "iam/model.h"
#include "kv/key.h"
#include "kv/kv.h"

namespace tarn::iam {

// Someone that a policy is attached to or bounds.
struct PolicyUse {
  Kind kind = Kind::kUser;
  std::string name;
  bool as_boundary = false;
};

class Rows {
 public:
  Rows(const Iam& iam, kv::Txn& txn, std::string account, bool writes)
      : iam_(iam), txn_(txn), account_(std::move(account)), writes_(writes), now_(iam.clock().Now()) {}

  const Iam& iam() const { return iam_; }
  kv::Txn& txn() { return txn_; }
  const std::string& account() const { return account_; }
  // When the transaction began, in whole seconds as IAM tells times.
  Timestamp now() const { return {now_.seconds() * kMicrosPerSecond}; }

  // T is one of the structs of model.h with a name. `any_case` finds the one whose name a new one would clash with.
  template <class T>
  Result<std::optional<T>> Find(std::string_view name, bool any_case = false);
  template <class T>
  Result<Page<T>> List(const ListOptions& options);
  template <class T>
  Result<std::vector<T>> All();
  // To replace a row, erase what was there first.
  template <class T>
  void Put(const T& row);
  template <class T>
  void Erase(const T& row);

  Result<std::optional<Entity>> FindEntity(Kind kind, std::string_view name, bool any_case = false);
  // Errors: kNoSuchEntity "The user with name … cannot be found."
  Result<Entity> Get(Kind kind, const std::string& name);
  Result<Page<Entity>> ListEntities(Kind kind, const ListOptions& options);
  Result<std::vector<Entity>> AllEntities(Kind kind);
  // `before`: as it was; null for a new one.
  void PutEntity(const Entity& entity, const Entity* before);
  void EraseEntity(const Entity& entity);

  Result<std::vector<PolicyUse>> UsesOf(const std::string& policy_arn);
  // Names of users.
  Result<std::vector<std::string>> MembersOf(const std::string& group);
  // Names of instance profiles.
  Result<std::vector<std::string>> ProfilesOf(const std::string& role);

  Result<AccountSettings> Settings();
  void PutSettings(const AccountSettings& settings);

 private:
  Result<std::optional<std::string>> Read(const std::string& key) {
    return writes_ ? txn_.Get(key) : txn_.PeekGet(key);
  }
  Result<std::vector<kv::KeyValue>> Scan(const std::string& begin, const std::string& end, size_t limit) {
    return writes_ ? txn_.Scan(begin, end, limit) : txn_.PeekScan(begin, end, limit);
  }
  template <class T>
  Result<std::optional<T>> FindRow(std::string_view table, std::string_view name, bool any_case);
  template <class T>
  Result<Page<T>> ListRows(std::string_view table, const ListOptions& options);
  template <class T>
  Result<std::vector<T>> AllRows(std::string_view table);
  Result<std::vector<std::string>> LastTexts(const kv::Key& prefix);
  void Index(const Entity& entity, bool present);

  const Iam& iam_;
  kv::Txn& txn_;
  const std::string account_;
  const bool writes_;
  const Timestamp now_;
};

}  // namespace tarn::iam
