#include "ram/ram.h"

#include <algorithm>
#include <utility>

#include "base/random.h"
#include "base/strings.h"
#include "kv/key.h"
#include "organizations/errors.h"
#include "ram/errors.h"

namespace tarn::ram {
namespace {

using organizations::Book;
using organizations::Who;

constexpr std::string_view kSpace = "R";
constexpr size_t kPage = 1000;
constexpr const char* kService = "ram.amazonaws.com";

std::string RowKey(std::string_view table, std::string_view arn) {
  return kv::Key(kSpace).Text(table).Text(arn).Take();
}

template <class T>
Result<std::vector<T>> All(kv::Txn& txn, std::string_view table) {
  kv::Key prefix(kSpace);
  prefix.Text(table);
  std::vector<T> all;
  std::string begin = prefix.bytes();
  const std::string end = prefix.End();
  while (true) {
    TARN_TRY(const auto rows, txn.Scan(begin, end, kPage));
    all.reserve(all.size() + rows.size());
    for (const kv::KeyValue& row : rows) {
      auto read = DecodeRecord<T>(row.value);
      if (!read) return Fail(kDamaged, "a row of RAM is damaged");
      all.push_back(std::move(*read));
    }
    if (rows.size() < kPage) return all;
    begin = rows.back().key + '\0';
  }
}

bool IsAccount(std::string_view text) {
  return text.size() == 12 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// The account that an account id or an ARN of IAM stands for; "" for organizations and services.
std::string_view AccountOf(std::string_view principal) {
  if (IsAccount(principal)) return principal;
  const auto parts = Split(principal, ':');
  return parts.size() == 6 && parts[2] == "iam" && IsAccount(parts[4]) ? parts[4] : std::string_view();
}

bool IsService(std::string_view text) {
  constexpr std::string_view kDomain = ".amazonaws.com";
  if (!text.ends_with(kDomain) || text.size() == kDomain.size()) return false;
  return std::ranges::all_of(
      text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'; });
}

bool IsIam(std::string_view text) {
  const auto parts = Split(text, ':');
  if (parts.size() != 6 || parts[0] != "arn" || parts[2] != "iam" || !parts[3].empty() || !IsAccount(parts[4])) {
    return false;
  }
  const std::string_view name = parts[5];
  return name == "root" || (name.starts_with("role/") && name.size() > 5) ||
         (name.starts_with("user/") && name.size() > 5);
}

}  // namespace

Result<std::vector<Share>> Rows::Shares() {
  TARN_TRY(auto all, All<Share>(txn_, "share"));
  std::ranges::stable_sort(all, {}, [](const Share& share) { return share.created; });
  return all;
}

Result<Share> Rows::Get(const std::string& arn) {
  TARN_TRY(const auto row, txn_.Get(RowKey("share", arn)));
  if (!row) return Fail(kUnknownResource, "ResourceShare " + arn + " could not be found.");
  auto read = DecodeRecord<Share>(*row);
  if (!read) return Fail(kDamaged, "a row of RAM is damaged");
  return std::move(*read);
}

void Rows::Put(const Share& share) { txn_.Put(RowKey("share", share.arn), EncodeRecord(share)); }

Result<std::vector<Invitation>> Rows::Invitations() {
  TARN_TRY(auto all, All<Invitation>(txn_, "invitation"));
  std::ranges::stable_sort(all, {}, [](const Invitation& each) { return each.made; });
  return all;
}

Result<Invitation> Rows::GetInvitation(const std::string& arn) {
  TARN_TRY(const auto row, txn_.Get(RowKey("invitation", arn)));
  if (!row) return Fail(kNoSuchInvitation, "ResourceShareInvitation " + arn + " could not be found.");
  auto read = DecodeRecord<Invitation>(*row);
  if (!read) return Fail(kDamaged, "a row of RAM is damaged");
  return std::move(*read);
}

void Rows::Put(const Invitation& invitation) {
  txn_.Put(RowKey("invitation", invitation.arn), EncodeRecord(invitation));
}

Result<std::vector<Permission>> Rows::Permissions() {
  TARN_TRY(auto all, All<Permission>(txn_, "permission"));
  std::ranges::stable_sort(all, {}, [](const Permission& each) { return each.created; });
  return all;
}

Result<std::optional<Permission>> Rows::FindPermission(const std::string& arn) {
  TARN_TRY(const auto row, txn_.Get(RowKey("permission", arn)));
  if (!row) return std::optional<Permission>();
  auto read = DecodeRecord<Permission>(*row);
  if (!read) return Fail(kDamaged, "a row of RAM is damaged");
  return read;
}

void Rows::Put(const Permission& permission) {
  txn_.Put(RowKey("permission", permission.arn), EncodeRecord(permission));
}

void Rows::Erase(const Permission& permission) { txn_.Delete(RowKey("permission", permission.arn)); }

Result<std::vector<Replacement>> Rows::Replacements() {
  TARN_TRY(auto all, All<Replacement>(txn_, "replacement"));
  std::ranges::stable_sort(all, {}, [](const Replacement& each) { return each.made; });
  return all;
}

void Rows::Put(const Replacement& replacement) {
  txn_.Put(RowKey("replacement", replacement.id), EncodeRecord(replacement));
}

Result<std::vector<Share>> Ram::AllShares(Rows& rows, std::string_view account) const {
  TARN_TRY(auto all, rows.Shares());
  if (made_ == nullptr) return all;
  TARN_TRY(auto made, made_->MadeSharesOf(account));
  for (Share& share : made) {
    for (Association& principal : share.principals) {
      const std::string_view grantee = AccountOf(principal.entity);
      if (grantee.empty()) continue;
      TARN_TRY(const bool free, SharesFreely(share.owner, grantee));
      principal.external = !free;
    }
  }
  all.insert(all.end(), made.begin(), made.end());
  std::ranges::stable_sort(all, {}, [](const Share& share) { return share.created; });
  return all;
}

Status Ram::Read(const std::function<Status(Rows&)>& body) const {
  return kv::Read(store_, [&](kv::Txn& txn) -> Status {
    Rows rows(txn, clock_.Now());
    return body(rows);
  });
}

Status Ram::Change(const std::function<Status(Rows&)>& body) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Rows rows(txn, clock_.Now());
    return body(rows);
  });
}

Status Ram::AddResources(Rows& rows, Share& share, const std::vector<std::string>& arns) const {
  for (const std::string& arn : arns) {
    const auto parts = Split(arn, ':');
    if (parts.size() < 6 || parts[0] != "arn" || parts[5].empty()) {
      return Fail(kMalformedArn, "The specified resource ARN " + arn + " is not valid. Verify the ARN and try again.");
    }
    const ResourceType* const type = TypeOf(arn);
    if (type == nullptr) return Fail(kMalformedArn, "You cannot share the selected resource type.");
    if (!parts[4].empty() && parts[4] != share.owner) {
      return Fail(kNotPermitted, "You cannot share resources that you do not own.");
    }
    share.permissions.emplace(type->name, type->PermissionArn());
    const auto held = std::ranges::find(share.resources, arn, &Association::entity);
    if (held != share.resources.end()) {
      held->status = "ASSOCIATED";
      held->updated = rows.now();
      continue;
    }
    share.resources.push_back({arn, "ASSOCIATED", false, rows.now(), rows.now()});
  }
  return Ok();
}

Result<bool> Ram::SharesFreely(const std::string& owner, std::string_view account) const {
  bool free = false;
  const Status read = organizations_.Read(owner, Who::kMember, [&](Book& book) -> Status {
    TARN_TRY(const auto member, book.FindAccount(account));
    free = member.has_value() && book.organization().services.contains(kService);
    return Ok();
  });
  if (!read.ok() && !read.Is(organizations::kNotInUse)) return read.error();
  return free;
}

namespace {

// An organization or unit that the owner is in. Errors: kUnknownResource.
Status CheckOrganization(const organizations::Organizations& organizations, const Share& share,
                         const std::string& principal) {
  const auto parts = Split(principal, ':');
  const auto names = Split(parts[5], '/');
  const bool unit = names[0] == "ou";
  bool known = false;
  const Status read = organizations.Read(share.owner, Who::kMember, [&](Book& book) -> Status {
    if (!unit) {
      known = book.organization().Arn() == principal;
    } else if (names.size() == 3) {
      TARN_TRY(const auto found, book.FindUnit(names[2]));
      known = found && found->Arn(book.organization()) == principal;
    }
    return Ok();
  });
  if (!read.ok() && !read.Is(organizations::kNotInUse)) return read.error();
  if (known) return Ok();
  if (!unit) return Fail(kUnknownResource, "Organization " + std::string(names.back()) + " could not be found.");
  return Fail(kUnknownResource,
              "OrganizationalUnit " + std::string(names.back()) + " in unknown organization could not be found.");
}

bool IsOrganization(std::string_view principal) {
  const auto parts = Split(principal, ':');
  return parts.size() == 6 && parts[0] == "arn" && parts[2] == "organizations" && IsAccount(parts[4]) &&
         (parts[5].starts_with("organization/") || parts[5].starts_with("ou/"));
}

}  // namespace

Status Ram::AddPrincipals(Rows& rows, Share& share, const std::vector<std::string>& principals) const {
  for (const std::string& principal : principals) {
    bool invited = false;
    bool external = false;
    if (IsOrganization(principal)) {
      TARN_CHECK(CheckOrganization(organizations_, share, principal));
    } else if (IsAccount(principal) || IsIam(principal)) {
      const std::string account(AccountOf(principal));
      if (account != share.owner) {
        TARN_TRY(const bool free, SharesFreely(share.owner, account));
        external = !free;
        invited = !free;
      }
    } else if (!IsService(principal)) {
      return Fail(kInvalidParameter, "Principal ID " + principal + " is malformed. Verify the ID and try again.");
    }
    if (external && !share.allows_external) {
      return Fail(kNotPermitted,
                  "The resource you are attempting to share can only be shared within your AWS "
                  "Organization. This error may also occur if you have not enabled sharing with your AWS "
                  "organization, or that onboarding process is still in progress.");
    }
    const auto held = std::ranges::find(share.principals, principal, &Association::entity);
    if (held != share.principals.end() && held->status != "DISASSOCIATED") continue;
    if (held != share.principals.end()) share.principals.erase(held);
    share.principals.push_back({principal, invited ? "ASSOCIATING" : "ASSOCIATED", external, rows.now(), rows.now()});
    if (!invited) continue;
    const size_t name = share.arn.find(":resource-share/");
    rows.Put(Invitation{.arn = share.arn.substr(0, name) + ":resource-share-invitation/" + RandomUuid(),
                        .share = share.arn,
                        .share_name = share.name,
                        .sender = share.owner,
                        .receiver = std::string(AccountOf(principal)),
                        .status = "PENDING",
                        .made = rows.now()});
  }
  return Ok();
}

Result<Invitation> Ram::Answer(Rows& rows, const std::string& account, const std::string& arn, bool accept) const {
  TARN_TRY(Invitation invitation, rows.GetInvitation(arn));
  if (invitation.receiver != account) {
    return Fail(kNoSuchInvitation, "ResourceShareInvitation " + arn + " could not be found.");
  }
  if (invitation.status == "ACCEPTED") {
    return Fail(kAlreadyAccepted, "ResourceShareInvitation " + arn + " was already accepted.");
  }
  if (invitation.status == "REJECTED") {
    return Fail(kAlreadyRejected, "ResourceShareInvitation " + arn + " was already rejected.");
  }
  invitation.status = accept ? "ACCEPTED" : "REJECTED";
  rows.Put(invitation);
  auto share = rows.Get(invitation.share);
  if (share.ok()) {
    for (Association& principal : share->principals) {
      if (AccountOf(principal.entity) != account || principal.status != "ASSOCIATING") continue;
      principal.status = accept ? "ASSOCIATED" : "DISASSOCIATED";
      principal.updated = rows.now();
    }
    rows.Put(*share);
  }
  return invitation;
}

Status Ram::EnableSharingWithOrganization(const std::string& account) {
  Status changed = organizations_.Change(account, Who::kManagement, [&](Book& book) -> Status {
    book.organization().services.emplace(kService, book.now());
    book.PutOrganization();
    return Ok();
  });
  if (changed.ok() || (!changed.Is(organizations::kNotInUse) && !changed.Is(organizations::kAccessDenied))) {
    return changed;
  }
  return Fail(kNotPermitted,
              "Unable to enable sharing with AWS Organizations. Received AccessDeniedException from AWSOrganizations "
              "with the following error message: You don't have permissions to access this resource.");
}

Result<bool> Ram::Reaches(const Association& principal, std::string_view account) const {
  if (!principal.active()) return false;
  if (AccountOf(principal.entity) == account) return true;
  if (!IsOrganization(principal.entity)) return false;
  bool inside = false;
  const Status read = organizations_.Read(std::string(account), Who::kMember, [&](Book& book) -> Status {
    if (book.organization().Arn() == principal.entity) {
      inside = true;
      return Ok();
    }
    TARN_TRY(const auto path, book.PathTo(account));
    for (const std::string& level : path) {
      inside = inside || (level.starts_with("ou-") && principal.entity.ends_with("/" + level));
    }
    return Ok();
  });
  if (!read.ok() && !read.Is(organizations::kNotInUse)) return read.error();
  return inside;
}

Result<std::vector<SharedResource>> Ram::SharedWithAccount(std::string_view account) {
  std::vector<Share> shares;
  std::vector<Permission> permissions;
  TARN_CHECK(Read([&](Rows& rows) -> Status {
    TARN_TRY(shares, rows.Shares());
    TARN_TRY(permissions, rows.Permissions());
    return Ok();
  }));
  std::vector<SharedResource> found;
  for (const Share& share : shares) {
    if (share.deleted || share.owner == account) continue;
    bool reached = false;
    for (const Association& principal : share.principals) {
      TARN_TRY(const bool here, Reaches(principal, account));
      reached = reached || here;
    }
    if (!reached) continue;
    for (const Association& resource : share.resources) {
      if (!resource.active()) continue;
      const ResourceType* const type = TypeOf(resource.entity);
      const std::string type_name(type != nullptr ? type->name : std::string_view());
      const auto permission = share.permissions.find(type_name);
      SharedResource shared{
          .arn = resource.entity, .owner = share.owner, .share = share.arn, .permission = {}, .policy = {}};
      if (permission != share.permissions.end()) shared.permission = permission->second;
      const auto managed = std::ranges::find(permissions, shared.permission, &Permission::arn);
      const auto version = share.versions.find(type_name);
      if (managed != permissions.end() && version != share.versions.end()) {
        const PermissionVersion* const used = managed->Version(version->second);
        if (used == nullptr) return Fail(kDamaged, "a share's permission is not there");
        shared.policy = used->policy;
      }
      found.push_back(std::move(shared));
    }
  }
  return found;
}

}  // namespace tarn::ram
