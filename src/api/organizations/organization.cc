// The organization itself: making and ending it, its root, what is enabled in it.
#include <algorithm>

#include "api/organizations/convert.h"

namespace tarn::api::organizations {

using domain::Book;
using domain::Who;

namespace {

// Accounts of a lake have no e-mail address of their own.
constexpr const char* kManagementEmail = "master@example.com";

Error AlreadyInOrganization() {
  return Fail(domain::kAlreadyInOrganization, "The provided account is already a member of an organization.");
}

}  // namespace

Result<gen::CreateOrganizationResponse> OrganizationsService::CreateOrganization(
    const protocol::Call& call, const gen::CreateOrganizationRequest& in) {
  const std::string& account = call.caller.account;
  TARN_TRY(const std::string name, organizations_.NameOf(account));
  gen::CreateOrganizationResponse out;
  TARN_CHECK(organizations_.Begin(account, [&](Book& book) -> Status {
    TARN_TRY(const std::string present, book.OrganizationOf(account));
    if (!present.empty()) return AlreadyInOrganization();
    domain::Organization made;
    made.id = domain::NewId("o-", 10);
    made.root_id = domain::NewId("r-", 4);
    made.management = account;
    made.email = kManagementEmail;
    made.all_features = in.feature_set.value_or("ALL") == "ALL";
    made.service_control_at_birth = made.all_features;
    made.created = book.now();
    book.Found(made);
    domain::Account first;
    first.id = account;
    first.name = name;
    first.email = kManagementEmail;
    first.parent = made.root_id;
    first.invited = true;
    first.joined = call.now;
    book.Put(first);
    book.AttachDefaults(made.root_id);
    book.AttachDefaults(account);
    out.organization = ToWire(made);
    return Ok();
  }));
  return out;
}

Result<gen::DescribeOrganizationResponse> OrganizationsService::DescribeOrganization(
    const protocol::Call& call, const gen::DescribeOrganizationRequest&) {
  gen::DescribeOrganizationResponse out;
  TARN_CHECK(organizations_.Read(call.caller.account, Who::kMember, [&](Book& book) -> Status {
    out.organization = ToWire(book.organization());
    return Ok();
  }));
  return out;
}

Result<gen::DeleteOrganizationResponse> OrganizationsService::DeleteOrganization(
    const protocol::Call& call, const gen::DeleteOrganizationRequest&) {
  TARN_CHECK(organizations_.Change(call.caller.account, Who::kManagement, [&](Book& book) -> Status {
    TARN_TRY(const auto accounts, book.Accounts());
    TARN_TRY(const auto units, book.Units());
    if (accounts.size() > 1 || !units.empty()) {
      return Fail(domain::kNotEmpty,
                  "To delete an organization you must first remove all member accounts (except the master).");
    }
    return book.EraseAll();
  }));
  return gen::DeleteOrganizationResponse{};
}

Result<gen::LeaveOrganizationResponse> OrganizationsService::LeaveOrganization(const protocol::Call& call,
                                                                               const gen::LeaveOrganizationRequest&) {
  TARN_CHECK(organizations_.Change(call.caller.account, Who::kMember, [&](Book& book) -> Status {
    if (book.AskerManages()) {
      return Fail(domain::kMasterCannotLeave,
                  "You can't remove a management account from an organization. If you want the management account to "
                  "become a member account in another organization, you must first delete the current organization of "
                  "the management account.");
    }
    TARN_TRY(const auto account, GetAccount(book, book.asker()));
    book.Erase(account);
    return Ok();
  }));
  return gen::LeaveOrganizationResponse{};
}

Result<gen::ListRootsResponse> OrganizationsService::ListRoots(const protocol::Call& call,
                                                               const gen::ListRootsRequest&) {
  gen::ListRootsResponse out;
  TARN_CHECK(organizations_.Read(call.caller.account, Who::kAdministrator, [&](Book& book) -> Status {
    out.roots = {RootToWire(book.organization())};
    return Ok();
  }));
  return out;
}

Result<gen::EnablePolicyTypeResponse> OrganizationsService::EnablePolicyType(const protocol::Call& call,
                                                                             const gen::EnablePolicyTypeRequest& in) {
  TARN_CHECK(CheckPolicyType(call, *in.policy_type));
  gen::EnablePolicyTypeResponse out;
  TARN_CHECK(organizations_.Change(call.caller.account, Who::kManagement, [&](Book& book) -> Status {
    domain::Organization& organization = book.organization();
    if (*in.root_id != organization.root_id) {
      return Fail(domain::kNoSuchRoot, "You specified a root that doesn't exist.");
    }
    if (!organization.all_features) {
      return Fail(
          domain::kTypeNotAvailable,
          "You can't use the specified policy type with the feature set currently enabled for this organization.");
    }
    if (book.EnabledByName(*in.policy_type)) {
      return Fail(domain::kTypeEnabled, "The specified policy type is already enabled.");
    }
    organization.types.push_back(*in.policy_type);
    if (*in.policy_type == domain::kServiceControl) organization.service_control_at_birth = false;
    book.PutOrganization();
    if (const auto full = domain::FullAccessOf(*in.policy_type); !full.empty()) {
      book.Attach(organization.root_id, full);
      TARN_TRY(const auto accounts, book.Accounts());
      TARN_TRY(const auto units, book.Units());
      for (const auto& account : accounts) book.Attach(account.id, full);
      for (const auto& unit : units) book.Attach(unit.id, full);
    }
    out.root = RootToWire(organization);
    return Ok();
  }));
  return out;
}

Result<gen::DisablePolicyTypeResponse> OrganizationsService::DisablePolicyType(
    const protocol::Call& call, const gen::DisablePolicyTypeRequest& in) {
  TARN_CHECK(CheckPolicyType(call, *in.policy_type));
  gen::DisablePolicyTypeResponse out;
  TARN_CHECK(organizations_.Change(call.caller.account, Who::kManagement, [&](Book& book) -> Status {
    domain::Organization& organization = book.organization();
    if (*in.root_id != organization.root_id) {
      return Fail(domain::kNoSuchRoot, "You specified a root that doesn't exist.");
    }
    if (!book.EnabledByName(*in.policy_type)) {
      return Fail(domain::kTypeNotEnabled, "This operation can be performed only for enabled policy types.");
    }
    std::erase(organization.types, *in.policy_type);
    book.PutOrganization();
    // What was attached is so no longer.
    TARN_TRY(const auto policies, book.Policies());
    for (const domain::Policy& policy : policies) {
      if (policy.type != *in.policy_type) continue;
      TARN_TRY(const auto targets, book.TargetsOf(policy.id));
      for (const std::string& target : targets) book.Detach(target, policy.id);
    }
    out.root = RootToWire(organization);
    return Ok();
  }));
  return out;
}

Result<gen::PutResourcePolicyResponse> OrganizationsService::PutResourcePolicy(
    const protocol::Call& call, const gen::PutResourcePolicyRequest& in) {
  gen::PutResourcePolicyResponse out;
  TARN_TRY(const domain::Tags tags, ReadTags(call, in.tags));
  TARN_CHECK(organizations_.Change(call.caller.account, Who::kManagement, [&](Book& book) -> Status {
    domain::Organization& organization = book.organization();
    if (organization.resource_policy.empty()) {
      organization.resource_policy_id = domain::NewId("rp-", 12);
      organization.resource_policy_tags = tags;
    } else if (!tags.empty()) {
      return InvalidInput(call, "INVALID_PARAMETER", "Tags can only be specified when a resource policy is created.");
    }
    organization.resource_policy = *in.content;
    book.PutOrganization();
    out.resource_policy.emplace();
    out.resource_policy->resource_policy_summary.emplace();
    out.resource_policy->resource_policy_summary->id = organization.resource_policy_id;
    out.resource_policy->resource_policy_summary->arn = organization.ResourcePolicyArn();
    out.resource_policy->content = organization.resource_policy;
    return Ok();
  }));
  return out;
}

namespace {

Error NoResourcePolicy() {
  return Fail(domain::kNoSuchResourcePolicy,
              "We can't find a resource policy request with the parameter that you "
              "specified.");
}

}  // namespace

Result<gen::DescribeResourcePolicyResponse> OrganizationsService::DescribeResourcePolicy(
    const protocol::Call& call, const gen::DescribeResourcePolicyRequest&) {
  gen::DescribeResourcePolicyResponse out;
  TARN_CHECK(organizations_.Read(call.caller.account, Who::kAdministrator, [&](Book& book) -> Status {
    const domain::Organization& organization = book.organization();
    if (organization.resource_policy.empty()) return NoResourcePolicy();
    out.resource_policy.emplace();
    out.resource_policy->resource_policy_summary.emplace();
    out.resource_policy->resource_policy_summary->id = organization.resource_policy_id;
    out.resource_policy->resource_policy_summary->arn = organization.ResourcePolicyArn();
    out.resource_policy->content = organization.resource_policy;
    return Ok();
  }));
  return out;
}

Result<gen::DeleteResourcePolicyResponse> OrganizationsService::DeleteResourcePolicy(
    const protocol::Call& call, const gen::DeleteResourcePolicyRequest&) {
  TARN_CHECK(organizations_.Change(call.caller.account, Who::kManagement, [&](Book& book) -> Status {
    domain::Organization& organization = book.organization();
    if (organization.resource_policy.empty()) return NoResourcePolicy();
    organization.resource_policy.clear();
    organization.resource_policy_tags.clear();
    book.PutOrganization();
    return Ok();
  }));
  return gen::DeleteResourcePolicyResponse{};
}

}  // namespace tarn::api::organizations
