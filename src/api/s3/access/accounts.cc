#include "api/s3/access/accounts.h"

#include "api/s3/access/acl.h"
#include "api/s3/rules/request_rules.h"

namespace tarn::api::s3 {

Status Accounts::Refresh() {
  if (!source_) return Ok();
  TARN_TRY(const auto accounts, source_());
  const std::lock_guard lock(mutex_);
  for (const identity::AccountInfo& account : accounts) {
    Known& known = known_[account.id];
    if (known.canonical_id.empty()) known.canonical_id = CanonicalId(account.id);
    known.name = account.name;
  }
  return Ok();
}

std::optional<std::string> Accounts::FindKnown(std::string_view canonical_id) {
  const std::lock_guard lock(mutex_);
  for (const auto& [account, known] : known_) {
    if (known.canonical_id == canonical_id) return account;
  }
  return std::nullopt;
}

Result<std::optional<std::string>> Accounts::Find(std::string_view canonical_id) {
  if (canonical_id == kAnonymousCanonicalId) return std::optional(std::string(kAnonymousOwner));
  if (auto found = FindKnown(canonical_id)) return found;
  TARN_CHECK(Refresh());
  return FindKnown(canonical_id);
}

gen::Owner Accounts::Owner(std::string_view account) {
  if (display_names_) return Named(account);
  if (account == kAnonymousOwner) return {.display_name = {}, .id = std::string(kAnonymousCanonicalId)};
  return OwnerOf(account);
}

gen::Owner Accounts::Named(std::string_view account) {
  if (account == kAnonymousOwner) return {.display_name = {}, .id = std::string(kAnonymousCanonicalId)};
  gen::Owner owner = OwnerOf(account);
  const auto name_of = [&]() -> std::optional<std::string> {
    const std::lock_guard lock(mutex_);
    const auto known = known_.find(account);
    return known == known_.end() ? std::nullopt : std::optional(known->second.name);
  };
  owner.display_name = name_of();
  if (!owner.display_name && Refresh().ok()) owner.display_name = name_of();
  return owner;
}

}  // namespace tarn::api::s3
