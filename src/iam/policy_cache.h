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

#include "identity/principal_policies.h"

namespace tarn::iam {

class PolicyCache {
 public:
  using Value = std::shared_ptr<const identity::PrincipalPolicies>;

  // Null when there is none of that version. `principal` is a user's or role's id and ARN.
  Value Find(const std::string& account, std::string_view version, const std::string& principal) const {
    const std::shared_lock lock(mutex_);
    const auto found = accounts_.find(account);
    if (found == accounts_.end() || found->second.version != version) return nullptr;
    const auto entry = found->second.entries.find(principal);
    return entry == found->second.entries.end() ? nullptr : entry->second;
  }

  void Put(const std::string& account, std::string_view version, const std::string& principal, Value value) {
    const std::unique_lock lock(mutex_);
    Account& cached = accounts_[account];
    if (cached.version != version || cached.entries.size() >= kEntriesMax) {
      cached.entries.clear();
      cached.version = version;
    }
    cached.entries[principal] = std::move(value);
  }

 private:
  static constexpr size_t kEntriesMax = 10'000;
  struct Account {
    std::string version;
    std::unordered_map<std::string, Value> entries;
  };
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, Account> accounts_;
};

}  // namespace tarn::iam
