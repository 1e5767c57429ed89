#include "api/organizations/convert.h"

namespace tarn::api::organizations {
namespace {

constexpr size_t kTagsMax = 50;
constexpr std::string_view kEnabled = "ENABLED";

gen::PolicyTypeSummary TypeOf(std::string type) {
  gen::PolicyTypeSummary summary;
  summary.type = std::move(type);
  summary.status = kEnabled;
  return summary;
}

}  // namespace

gen::Organization ToWire(const domain::Organization& organization) {
  gen::Organization out;
  out.id = organization.id;
  out.arn = organization.Arn();
  out.feature_set = organization.all_features ? "ALL" : "CONSOLIDATED_BILLING";
  out.master_account_arn = domain::AccountArn(organization, organization.management);
  out.master_account_id = organization.management;
  out.master_account_email = organization.email;
  out.available_policy_types.emplace();
  if (organization.all_features) out.available_policy_types->push_back(TypeOf(std::string(domain::kServiceControl)));
  return out;
}

gen::Root RootToWire(const domain::Organization& organization) {
  gen::Root out;
  out.id = organization.root_id;
  out.arn = organization.RootArn();
  out.name = "Root";
  out.policy_types.emplace();
  for (const std::string& type : organization.types) out.policy_types->push_back(TypeOf(type));
  return out;
}

gen::Account ToWire(const domain::Organization& organization, const domain::Account& account) {
  gen::Account out;
  out.id = account.id;
  out.arn = domain::AccountArn(organization, account.id);
  out.email = account.email;
  out.name = account.name;
  out.status = account.closed ? "SUSPENDED" : "ACTIVE";
  out.state = *out.status;
  out.joined_method = account.invited ? "INVITED" : "CREATED";
  out.joined_timestamp = account.joined;
  return out;
}

gen::OrganizationalUnit ToWire(const domain::Organization& organization, const domain::Unit& unit) {
  gen::OrganizationalUnit out;
  out.id = unit.id;
  out.arn = unit.Arn(organization);
  out.name = unit.name;
  return out;
}

gen::PolicySummary SummaryOf(const domain::Organization& organization, const domain::Policy& policy) {
  gen::PolicySummary out;
  out.id = policy.id;
  out.arn = policy.Arn(organization);
  out.name = policy.name;
  out.description = policy.description;
  out.type = policy.type;
  out.aws_managed = policy.aws_managed();
  return out;
}

gen::Policy ToWire(const domain::Organization& organization, const domain::Policy& policy) {
  gen::Policy out;
  out.policy_summary = SummaryOf(organization, policy);
  out.content = policy.content;
  return out;
}

gen::CreateAccountStatus ToWire(const domain::Creation& creation) {
  gen::CreateAccountStatus out;
  out.id = creation.id;
  out.account_name = creation.name;
  out.state = creation.failure.empty() ? "SUCCEEDED" : "FAILED";
  out.requested_timestamp = creation.requested;
  out.completed_timestamp = creation.completed;
  if (!creation.account.empty()) out.account_id = creation.account;
  if (!creation.failure.empty()) out.failure_reason = creation.failure;
  return out;
}

std::vector<gen::Tag> ToWire(const domain::Tags& tags) {
  std::vector<gen::Tag> out;
  for (const auto& [key, value] : tags) {
    gen::Tag tag;
    tag.key = key;
    tag.value = value;
    out.push_back(std::move(tag));
  }
  return out;
}

Result<domain::Tags> ReadTags(const protocol::Call& call, const std::optional<std::vector<gen::Tag>>& tags) {
  domain::Tags read;
  if (!tags) return read;
  for (const gen::Tag& tag : *tags) {
    if (!read.emplace(*tag.key, *tag.value).second) {
      return InvalidInput(call, "DUPLICATE_TAG_KEY",
                          "Tag keys must be unique among the tags attached to the same entity.");
    }
  }
  if (read.size() > kTagsMax) {
    return Constraint(call, "MAX_TAG_LIMIT_EXCEEDED", "You have exceeded the number of tags allowed on this resource.");
  }
  return read;
}

Error InvalidInput(const protocol::Call& call, std::string reason, std::string message) {
  call.AddErrorField("Reason", std::move(reason));
  return Fail(domain::kInvalidInput, std::move(message));
}

Error Constraint(const protocol::Call& call, std::string reason, std::string message) {
  call.AddErrorField("Reason", std::move(reason));
  return Fail(domain::kConstraint, std::move(message));
}

namespace {

constexpr std::string_view kPolicyTypes[] = {
    "SERVICE_CONTROL_POLICY",
    "RESOURCE_CONTROL_POLICY",
    "TAG_POLICY",
    "BACKUP_POLICY",
    "AISERVICES_OPT_OUT_POLICY",
    "CHATBOT_POLICY",
    "DECLARATIVE_POLICY_EC2",
    "SECURITYHUB_POLICY",
    "SECURITYHUB_CSPM_POLICY",
    "INSPECTOR_POLICY",
    "UPGRADE_ROLLOUT_POLICY",
    "BEDROCK_POLICY",
    "S3_POLICY",
    "NETWORK_SECURITY_DIRECTOR_POLICY",
    "GUARDDUTY_POLICY",
};

// `prefix`, then so many lower-case letters and digits, for units with a dash between two runs of them.
bool HasForm(std::string_view id, std::string_view prefix, size_t least, size_t most) {
  if (!id.starts_with(prefix)) return false;
  id.remove_prefix(prefix.size());
  return id.size() >= least && id.size() <= most && std::ranges::all_of(id, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
         });
}

}  // namespace

Status CheckPolicyType(const protocol::Call& call, const std::string& type) {
  if (std::ranges::find(kPolicyTypes, type) != std::end(kPolicyTypes)) return Ok();
  return InvalidInput(call, "INVALID_ENUM_POLICY_TYPE", "You specified an invalid value.");
}

Status CheckPolicyId(const protocol::Call& call, const std::string& id) {
  if (HasForm(id, "p-", 8, 128)) return Ok();
  return InvalidInput(call, "INVALID_PATTERN", "You specified an invalid value.");
}

Status CheckTargetId(const protocol::Call& call, const std::string& id, bool taggable) {
  const bool account = id.size() == 12 && std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; });
  if (account || HasForm(id, "r-", 4, 32) || HasForm(id, "ou-", 13, 68)) return Ok();
  if (!taggable) return InvalidInput(call, "INVALID_PATTERN_TARGET_ID", "You specified an invalid value.");
  if (HasForm(id, "p-", 8, 128) || HasForm(id, "rp-", 4, 128)) return Ok();
  return InvalidInput(call, "INVALID_PATTERN", "You provided a value that does not match the required pattern.");
}

Error NoSuchAccount() { return Fail(domain::kNoSuchAccount, "You specified an account that doesn't exist."); }
Error NoSuchUnit() { return Fail(domain::kNoSuchUnit, "You specified an organizational unit that doesn't exist."); }
Error NoSuchParent() { return Fail(domain::kNoSuchParent, "You specified parent that doesn't exist."); }

Result<domain::Account> GetAccount(domain::Book& book, const std::string& id) {
  TARN_TRY(auto account, book.FindAccount(id));
  if (!account) return NoSuchAccount();
  return std::move(*account);
}

Result<domain::Unit> GetUnit(domain::Book& book, const std::string& id) {
  TARN_TRY(auto unit, book.FindUnit(id));
  if (!unit) return NoSuchUnit();
  return std::move(*unit);
}

Result<bool> IsParent(domain::Book& book, const std::string& id) {
  if (id == book.organization().root_id) return true;
  TARN_TRY(const auto unit, book.FindUnit(id));
  return unit.has_value();
}

}  // namespace tarn::api::organizations
