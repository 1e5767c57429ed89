// What binds each principal, compiled. Internal to iam.
//
// Invariant: an account's entries are used only while the version of its IAM is the one that they were made at.
// Threads: any.
#pragma once

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/per_thread.h"
#include "iam/records.h"
#include "identity/principal_policies.h"

namespace tarn::iam {

class PolicyCache {
 public:
  using Value = std::shared_ptr<const identity::PrincipalPolicies>;

  // A user or role: its unique id, empty for a federated user, and its ARN.
  struct Name {
    std::string_view id;
    std::string_view arn;
  };

  // What this thread found for the principal while the store counted `as_of` hot commits; null: nothing.
  Value FindRecent(const std::string& account, uint64_t as_of, const Name& principal) const {
    const Recent* const recent = recent_.Find(principal.arn, as_of);
    return recent != nullptr && recent->id == principal.id && recent->account == account ? recent->value : nullptr;
  }
  // The value, as this thread is to use it.
  Value KeepRecent(const std::string& account, uint64_t as_of, const Name& principal, Value value) {
    Recent recent{.account = account, .id = std::string(principal.id), .value = CountedApart(std::move(value))};
    return recent_.Keep(principal.arn, as_of, std::move(recent)).value;
  }

  // Null when there is none of that version.
  Value Find(const std::string& account, std::string_view version, const Name& principal) const {
    const std::shared_lock lock(mutex_);
    const auto found = accounts_.find(account);
    if (found == accounts_.end() || found->second.version != version) return nullptr;
    const auto entry = found->second.entries.find(principal);
    return entry == found->second.entries.end() ? nullptr : entry->second;
  }

  void Put(const std::string& account, std::string_view version, const Name& principal, Value value) {
    const std::unique_lock lock(mutex_);
    Account& cached = accounts_[account];
    if (cached.version != version || cached.entries.size() >= kEntriesMax) {
      cached.entries.clear();
      cached.version = version;
    }
    cached.entries.insert_or_assign({std::string(principal.id), std::string(principal.arn)}, std::move(value));
  }

 private:
  static constexpr size_t kEntriesMax = 10'000;
  using Kept = std::pair<std::string, std::string>;  // as Name
  struct Hash {
    using is_transparent = void;
    size_t operator()(const Name& name) const {
      return std::hash<std::string_view>()(name.id) * 31 + std::hash<std::string_view>()(name.arn);
    }
    size_t operator()(const Kept& kept) const { return (*this)(Name{kept.first, kept.second}); }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const Kept& a, const Kept& b) const { return a == b; }
    bool operator()(const Name& a, const Kept& b) const { return a.id == b.first && a.arn == b.second; }
    bool operator()(const Kept& a, const Name& b) const { return (*this)(b, a); }
  };
  struct Recent {
    std::string account;
    std::string id;
    Value value;
  };
  struct Account {
    std::string version;
    std::unordered_map<Kept, Value, Hash, Equal> entries;
  };

  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, Account> accounts_;
  PerThread<std::string, Recent> recent_;  // by ARN
};

}  // namespace tarn::iam
