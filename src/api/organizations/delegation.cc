// Services that work in all of an organization, and the accounts that administer them.
#include <algorithm>

#include "api/organizations/convert.h"

namespace tarn::api::organizations {

using domain::Book;
using domain::Who;

namespace {

constexpr size_t kPage = 20;

// Services that know organizations, without ".amazonaws.com".
constexpr std::string_view kServices[] = {
    "access-analyzer",
    "account",
    "agreement-management",
    "apprunner",
    "aws-artifact-account-sync",
    "auditmanager",
    "backup",
    "backup-policies",
    "billing-cost-management",
    "cloudtrail",
    "compute-optimizer",
    "config",
    "config-multiaccountsetup",
    "controltower",
    "cost-optimization-hub.bcm",
    "datazone",
    "detective",
    "devops-guru",
    "ds",
    "ec2",
    "fms",
    "guardduty",
    "malware-protection.guardduty",
    "health",
    "iam",
    "inspector2",
    "ipam",
    "lakeformation",
    "license-manager",
    "license-manager.member-account",
    "license-manager-linux-subscriptions",
    "license-management.marketplace",
    "macie",
    "mgn",
    "networkmanager",
    "notifications",
    "observabilityadmin",
    "q",
    "quicksight",
    "ram",
    "reachabilityanalyzer.networkinsights",
    "reporting.trustedadvisor",
    "resource-explorer-2",
    "resiliencehub",
    "security-ir",
    "securityhub",
    "securitylake",
    "servicecatalog",
    "servicequotas",
    "ssm",
    "ssm-quicksetup",
    "sso",
    "stacksets.cloudformation",
    "member.org.stacksets.cloudformation",
    "storage-lens.s3",
    "tagpolicies.tag",
    "vpc-reachability-analyzer",
    "wellarchitected",
};

Status CheckService(const protocol::Call& call, const std::string& principal) {
  constexpr std::string_view kDomain = ".amazonaws.com";
  std::string_view name = principal;
  if (name.ends_with(kDomain)) {
    name.remove_suffix(kDomain.size());
    if (std::ranges::find(kServices, name) != std::end(kServices)) return Ok();
  }
  return InvalidInput(call, "UNRECOGNIZED_SERVICE_PRINCIPAL", "You specified an unrecognized service principal.");
}

Error NotRegistered() {
  return Fail(domain::kNotRegistered,
              "The provided account is not a registered delegated administrator for your organization.");
}

// Errors: kNoSuchAccount, kConstraint for the management account.
Result<domain::Account> GetMember(const protocol::Call& call, Book& book, const std::string& id) {
  if (id == book.organization().management) {
    return Constraint(call, "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR",
                      "You cannot register master account/yourself as delegated administrator for your organization.");
  }
  return GetAccount(book, id);
}

}  // namespace

Result<gen::EnableAWSServiceAccessResponse> OrganizationsService::EnableAWSServiceAccess(
    const protocol::Call& call, const gen::EnableAWSServiceAccessRequest& in) {
  TARN_CHECK(organizations_.Change(call.caller.account, Who::kManagement, [&](Book& book) -> Status {
    TARN_CHECK(CheckService(call, *in.service_principal));
    book.organization().services.emplace(*in.service_principal, book.now());
    book.PutOrganization();
    return Ok();
  }));
  return gen::EnableAWSServiceAccessResponse{};
}

Result<gen::DisableAWSServiceAccessResponse> OrganizationsService::DisableAWSServiceAccess(
    const protocol::Call& call, const gen::DisableAWSServiceAccessRequest& in) {
  TARN_CHECK(organizations_.Change(call.caller.account, Who::kManagement, [&](Book& book) -> Status {
    TARN_CHECK(CheckService(call, *in.service_principal));
    book.organization().services.erase(*in.service_principal);
    book.PutOrganization();
    return Ok();
  }));
  return gen::DisableAWSServiceAccessResponse{};
}

Result<gen::ListAWSServiceAccessForOrganizationResponse> OrganizationsService::ListAWSServiceAccessForOrganization(
    const protocol::Call& call, const gen::ListAWSServiceAccessForOrganizationRequest& in) {
  gen::ListAWSServiceAccessForOrganizationResponse out;
  TARN_CHECK(organizations_.Read(call.caller.account, Who::kAdministrator, [&](Book& book) -> Status {
    std::vector<gen::EnabledServicePrincipal> all;
    for (const auto& [principal, since] : book.organization().services) {
      gen::EnabledServicePrincipal enabled;
      enabled.service_principal = principal;
      enabled.date_enabled = since;
      all.push_back(std::move(enabled));
    }
    const auto name = [](const gen::EnabledServicePrincipal& each) { return *each.service_principal; };
    TARN_TRY(out.enabled_service_principals, PageOf(call, std::move(all), in, kPage, name, out.next_token));
    return Ok();
  }));
  return out;
}

Result<gen::RegisterDelegatedAdministratorResponse> OrganizationsService::RegisterDelegatedAdministrator(
    const protocol::Call& call, const gen::RegisterDelegatedAdministratorRequest& in) {
  TARN_CHECK(organizations_.Change(call.caller.account, Who::kManagement, [&](Book& book) -> Status {
    TARN_TRY(auto account, GetMember(call, book, *in.account_id));
    TARN_CHECK(CheckService(call, *in.service_principal));
    if (!account.delegated.emplace(*in.service_principal, book.now()).second) {
      return Fail(domain::kAlreadyRegistered,
                  "The provided account is already a delegated administrator for your organization.");
    }
    book.Put(account);
    return Ok();
  }));
  return gen::RegisterDelegatedAdministratorResponse{};
}

Result<gen::DeregisterDelegatedAdministratorResponse> OrganizationsService::DeregisterDelegatedAdministrator(
    const protocol::Call& call, const gen::DeregisterDelegatedAdministratorRequest& in) {
  TARN_CHECK(organizations_.Change(call.caller.account, Who::kManagement, [&](Book& book) -> Status {
    TARN_TRY(auto account, GetMember(call, book, *in.account_id));
    if (account.delegated.empty()) return NotRegistered();
    if (account.delegated.erase(*in.service_principal) == 0) {
      return InvalidInput(call, "UNRECOGNIZED_SERVICE_PRINCIPAL", "You specified an unrecognized service principal.");
    }
    book.Put(account);
    return Ok();
  }));
  return gen::DeregisterDelegatedAdministratorResponse{};
}

Result<gen::ListDelegatedAdministratorsResponse> OrganizationsService::ListDelegatedAdministrators(
    const protocol::Call& call, const gen::ListDelegatedAdministratorsRequest& in) {
  gen::ListDelegatedAdministratorsResponse out;
  TARN_CHECK(organizations_.Read(call.caller.account, Who::kAdministrator, [&](Book& book) -> Status {
    if (in.service_principal) TARN_CHECK(CheckService(call, *in.service_principal));
    TARN_TRY(const auto accounts, book.Accounts());
    std::vector<gen::DelegatedAdministrator> all;
    for (const auto& account : accounts) {
      auto since = account.delegated.begin();
      if (in.service_principal) since = account.delegated.find(*in.service_principal);
      if (since == account.delegated.end()) continue;
      const gen::Account plain = ToWire(book.organization(), account);
      gen::DelegatedAdministrator admin;
      admin.id = plain.id;
      admin.arn = plain.arn;
      admin.email = plain.email;
      admin.name = plain.name;
      admin.status = plain.status;
      admin.state = plain.state;
      admin.joined_method = plain.joined_method;
      admin.joined_timestamp = plain.joined_timestamp;
      admin.delegation_enabled_date = since->second;
      all.push_back(std::move(admin));
    }
    const auto name = [](const gen::DelegatedAdministrator& each) { return *each.id; };
    TARN_TRY(out.delegated_administrators, PageOf(call, std::move(all), in, kPage, name, out.next_token));
    return Ok();
  }));
  return out;
}

Result<gen::ListDelegatedServicesForAccountResponse> OrganizationsService::ListDelegatedServicesForAccount(
    const protocol::Call& call, const gen::ListDelegatedServicesForAccountRequest& in) {
  gen::ListDelegatedServicesForAccountResponse out;
  TARN_CHECK(organizations_.Read(call.caller.account, Who::kAdministrator, [&](Book& book) -> Status {
    TARN_TRY(const auto account, book.FindAccount(*in.account_id));
    if (!account) return NoSuchAccount();
    if (account->delegated.empty()) return NotRegistered();
    std::vector<gen::DelegatedService> all;
    for (const auto& [principal, since] : account->delegated) {
      gen::DelegatedService service;
      service.service_principal = principal;
      service.delegation_enabled_date = since;
      all.push_back(std::move(service));
    }
    const auto name = [](const gen::DelegatedService& each) { return *each.service_principal; };
    TARN_TRY(out.delegated_services, PageOf(call, std::move(all), in, kPage, name, out.next_token));
    return Ok();
  }));
  return out;
}

}  // namespace tarn::api::organizations
