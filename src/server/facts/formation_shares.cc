#include "server/facts/formation_shares.h"

#include <algorithm>
#include <map>
#include <string>

#include "base/hash.h"
#include "base/strings.h"
#include "govern/cross_account.h"

namespace tarn::server {
namespace {

constexpr size_t kNameChars = 10;

// As AWS RAM names a resource share's id: made of what the share is for, so that it stays.
std::string IdOf(const std::string& digest) {
  std::string hex = Hex(digest.substr(0, 16));
  for (const size_t place : {size_t{8}, size_t{13}, size_t{18}, size_t{23}}) hex.insert(place, 1, '-');
  return hex;
}

std::string NameOf(const std::string& digest, const std::string& version) {
  return "LakeFormation-V" + version + "-" + AsciiUpper(Hex(digest.substr(16))).substr(0, kNameChars);
}

// What Lake Formation's shares say of a type of resources.
std::string PermissionFor(std::string_view type, bool by_tags) {
  const std::string prefix = "arn:aws:ram::aws:permission/";
  if (type == "glue:Database") return prefix + "AWSRAMLFEnabledGlueDatabaseReadWrite";
  if (type == "glue:Table") return prefix + "AWSRAMLFEnabledGlueTableReadWrite";
  return prefix + (by_tags ? "AWSRAMPermissionLFTagGlueDatabaseReadWriteForCatalog"
                           : "AWSRAMPermissionGlueDatabaseReadWriteForCatalog");
}

void Add(const govern::CrossAccountGrant& grant, ram::Share& share) {
  share.created = share.resources.empty() ? grant.updated : std::min(share.created, grant.updated);
  share.updated = std::max(share.updated, grant.updated);
  share.principals.front().created = share.created;
  share.principals.front().updated = share.updated;
  const auto held = std::ranges::find(share.resources, grant.resource, &ram::Association::entity);
  if (held == share.resources.end()) {
    share.resources.push_back({grant.resource, "ASSOCIATED", false, grant.updated, grant.updated});
  } else {
    held->updated = std::max(held->updated, grant.updated);
  }
  const ram::ResourceType* const type = ram::TypeOf(grant.resource);
  if (type != nullptr) {
    share.permissions[std::string(type->name)] = PermissionFor(type->name, grant.kind == govern::Kind::kTagPolicy);
  }
}

}  // namespace

Result<std::vector<ram::Share>> FormationShares::MadeSharesOf(std::string_view account) {
  TARN_TRY(const auto grants, governor_.CrossAccountGrants());
  std::map<std::string, ram::Share> shares;  // by owner, region and principal
  for (const govern::CrossAccountGrant& grant : grants) {
    const std::string grantee = govern::AccountOf(grant.principal);
    // Whom an organization's share reaches is told by who is in it.
    if (grant.owner.account != account && !grantee.empty() && grantee != account) continue;
    const std::string who = grant.owner.account + " " + grant.owner.region + " " + grant.principal;
    ram::Share& share = shares[who];
    if (share.arn.empty()) {
      const std::string digest = Sha256("LakeFormation " + who);
      share.arn = "arn:aws:ram:" + grant.owner.region + ":" + grant.owner.account + ":resource-share/" + IdOf(digest);
      share.owner = grant.owner.account;
      share.name = NameOf(digest, grant.version);
      share.principals.push_back({grant.principal, "ASSOCIATED", false, grant.updated, grant.updated});
    }
    Add(grant, share);
  }
  std::vector<ram::Share> all;
  all.reserve(shares.size());
  for (auto& [who, share] : shares) all.push_back(std::move(share));
  return all;
}

}  // namespace tarn::server
