#include "iam/account/account.h"

#include <algorithm>

#include "base/strings.h"
#include "iam/credentials/access_keys.h"
#include "iam/quotas.h"
#include "iam/records.h"

namespace tarn::iam {
namespace {

constexpr int64_t kReportKeptMicros = 4 * 3600 * kMicrosPerSecond;
constexpr std::string_view kReportHead =
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
    "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,"
    "access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,"
    "access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,"
    "cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

// As the report writes times: "2026-11-21T18:25:43+00:00".
std::string ReportTime(Timestamp time) {
  std::string text = FormatIso8601(time);
  text.pop_back();
  return text + "+00:00";
}

std::string Flag(bool value) { return value ? "true" : "false"; }

Status AddPassword(Rows& rows, const Entity& user, std::vector<std::string>& cells) {
  if (!user.login) {
    cells.insert(cells.end(), {"false", "N/A", "N/A", "N/A"});
    return Ok();
  }
  TARN_TRY(const auto used, rows.iam().last_used().Find(rows.txn(), user.Arn()));
  TARN_TRY(const AccountSettings settings, rows.Settings());
  const int64_t days = settings.password_policy ? settings.password_policy->max_age_days : 0;
  cells.insert(cells.end(), {"true", used ? ReportTime(used->time) : "no_information", ReportTime(user.login->changed),
                             days == 0 ? "N/A" : ReportTime(user.login->changed.Plus(days * kMicrosPerDay))});
  return Ok();
}

Status AddKeys(Rows& rows, const Entity& user, std::vector<std::string>& cells) {
  TARN_TRY(const auto keys, ListAccessKeys(rows, user.name));
  for (size_t i = 0; i < 2; ++i) {
    if (i >= keys.size()) {
      cells.insert(cells.end(), {"false", "N/A", "N/A", "N/A", "N/A"});
      continue;
    }
    TARN_TRY(const auto used, rows.iam().last_used().Find(rows.txn(), keys[i].id));
    cells.insert(cells.end(), {Flag(keys[i].active), ReportTime(keys[i].created), used ? ReportTime(used->time) : "N/A",
                               used ? used->region : "N/A", used ? used->service : "N/A"});
  }
  return Ok();
}

Result<std::string> ReportLine(Rows& rows, const Entity& user, bool has_mfa) {
  std::vector<std::string> cells = {user.name, user.Arn(), ReportTime(user.created)};
  TARN_CHECK(AddPassword(rows, user, cells));
  cells.push_back(Flag(has_mfa));
  TARN_CHECK(AddKeys(rows, user, cells));
  for (size_t i = 0; i < 2; ++i) {
    const bool present = i < user.signing_certificates.size();
    cells.push_back(Flag(present && user.signing_certificates[i].active));
    cells.push_back(present ? ReportTime(user.signing_certificates[i].uploaded) : "N/A");
  }
  return Join(cells, ",");
}

Result<std::string> RootLine(Rows& rows) {
  TARN_TRY(const auto account, rows.iam().directory().FindAccount(rows.account()));
  const bool has_key = account && !account->root_access_key_id.empty();
  const std::string created = ReportTime(account ? account->created : Timestamp{});
  return "<root_account>,arn:aws:iam::" + rows.account() + ":root," + created +
         ",not_supported,not_supported,not_supported,not_supported,false," + Flag(has_key) + "," +
         (has_key ? created : "N/A") + ",N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A";
}

}  // namespace

Result<std::map<std::string, int32_t>> Summarize(Rows& rows) {
  TARN_TRY(const auto users, rows.AllEntities(Kind::kUser));
  TARN_TRY(const auto groups, rows.AllEntities(Kind::kGroup));
  TARN_TRY(const auto roles, rows.AllEntities(Kind::kRole));
  TARN_TRY(const auto policies, rows.All<ManagedPolicy>());
  TARN_TRY(const auto profiles, rows.All<InstanceProfile>());
  TARN_TRY(const auto certificates, rows.All<ServerCertificate>());
  TARN_TRY(const auto devices, rows.All<MfaDevice>());
  TARN_TRY(const auto saml, rows.All<SamlProvider>());
  TARN_TRY(const auto oidc, rows.All<OidcProvider>());
  TARN_TRY(const AccountSettings settings, rows.Settings());
  size_t versions = 0;
  for (const ManagedPolicy& policy : policies) versions += policy.versions.size();
  const auto in_use = std::ranges::count_if(devices, [](const MfaDevice& device) { return !device.user.empty(); });
  TARN_TRY(const auto account, rows.iam().directory().FindAccount(rows.account()));
  const bool has_root_key = account && !account->root_access_key_id.empty();
  const auto n = [](size_t count) { return static_cast<int32_t>(count); };
  return std::map<std::string, int32_t>{
      {"AccessKeysPerUserQuota", n(quota::kAccessKeysPerUser)},
      {"AccountAccessKeysPresent", has_root_key ? 1 : 0},
      {"AccountMFAEnabled", 0},
      {"AccountPasswordPresent", 0},
      {"AccountSigningCertificatesPresent", 0},
      {"AssumeRolePolicySizeQuota", n(quota::kTrustPolicyChars)},
      {"AttachedPoliciesPerGroupQuota", n(quota::kAttachedPolicies)},
      {"AttachedPoliciesPerRoleQuota", n(quota::kAttachedPolicies)},
      {"AttachedPoliciesPerUserQuota", n(quota::kAttachedPolicies)},
      {"GlobalEndpointTokenVersion", n(static_cast<size_t>(settings.global_token_version))},
      {"GroupPolicySizeQuota", n(quota::kGroupPolicyChars)},
      {"Groups", n(groups.size())},
      {"GroupsPerUserQuota", n(quota::kGroupsPerUser)},
      {"GroupsQuota", n(quota::kGroups)},
      {"InstanceProfiles", n(profiles.size())},
      {"InstanceProfilesQuota", n(quota::kInstanceProfiles)},
      {"MFADevices", n(devices.size())},
      {"MFADevicesInUse", n(static_cast<size_t>(in_use))},
      {"Policies", n(policies.size())},
      {"PoliciesQuota", n(quota::kPolicies)},
      {"PolicySizeQuota", n(quota::kManagedPolicyChars)},
      {"PolicyVersionsInUse", n(versions)},
      {"PolicyVersionsInUseQuota", 10000},
      {"Providers", n(saml.size() + oidc.size())},
      {"RolePolicySizeQuota", n(quota::kRolePolicyChars)},
      {"Roles", n(roles.size())},
      {"RolesQuota", n(quota::kRoles)},
      {"ServerCertificates", n(certificates.size())},
      {"ServerCertificatesQuota", n(quota::kServerCertificates)},
      {"SigningCertificatesPerUserQuota", n(quota::kSigningCertificatesPerUser)},
      {"UserPolicySizeQuota", n(quota::kUserPolicyChars)},
      {"Users", n(users.size())},
      {"UsersQuota", n(quota::kUsers)},
      {"VersionsPerPolicyQuota", n(quota::kVersionsPerPolicy)},
  };
}

Result<bool> MakeReport(Rows& rows) {
  TARN_TRY(AccountSettings settings, rows.Settings());
  if (!settings.report.empty() && rows.now().micros - settings.report_made.micros < kReportKeptMicros) return false;
  TARN_TRY(const auto users, rows.AllEntities(Kind::kUser));
  TARN_TRY(const auto devices, rows.All<MfaDevice>());
  TARN_TRY(const std::string root, RootLine(rows));
  std::string report = std::string(kReportHead) + "\n" + root;
  for (const Entity& user : users) {
    const bool has_mfa = std::ranges::any_of(devices, [&](const MfaDevice& d) { return d.user == user.name; });
    TARN_TRY(const std::string line, ReportLine(rows, user, has_mfa));
    report += "\n" + line;
  }
  settings.report = std::move(report);
  settings.report_made = rows.now();
  rows.PutSettings(settings);
  return true;
}

Result<AccountSettings> ReportOf(Rows& rows) {
  TARN_TRY(AccountSettings settings, rows.Settings());
  if (settings.report.empty()) {
    return Fail(kReportNotPresent, "There is no credential report present. Please generate one first.");
  }
  return settings;
}

namespace {

// Of lower-case letters and digits, with single dashes between them; the model's pattern is none that RE2 knows.
bool IsAlias(std::string_view alias) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !alias.empty() && plain(alias.front()) && plain(alias.back()) && alias.find("--") == alias.npos &&
         std::ranges::all_of(alias, [&](char c) { return plain(c) || c == '-'; });
}

}  // namespace

Status SetAlias(Rows& rows, const std::string& alias) {
  if (!IsAlias(alias)) {
    return Fail(kValidation, "1 validation error detected: Value '" + alias +
                                 "' at 'accountAlias' failed to satisfy constraint: Member must satisfy regular "
                                 "expression pattern: ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$");
  }
  TARN_TRY(const auto owner, rows.txn().Get(AliasKey(alias)));
  if (owner && *owner != rows.account()) {
    return Fail(kAlreadyExists, "The account alias " + alias + " already exists.");
  }
  TARN_TRY(AccountSettings settings, rows.Settings());
  if (!settings.alias.empty()) rows.txn().Delete(AliasKey(settings.alias));
  settings.alias = alias;
  rows.txn().Put(AliasKey(alias), rows.account());
  rows.PutSettings(settings);
  return Ok();
}

Status DeleteAlias(Rows& rows, const std::string& alias) {
  TARN_TRY(AccountSettings settings, rows.Settings());
  if (settings.alias != alias) {
    return Fail(kNoSuchEntity, "The account alias " + alias + " cannot be found.");
  }
  rows.txn().Delete(AliasKey(alias));
  settings.alias.clear();
  rows.PutSettings(settings);
  return Ok();
}

}  // namespace tarn::iam
