// Accounts: making, moving and closing them.
#include <algorithm>

#include "api/organizations/convert.h"

namespace tarn::api::organizations {

using domain::Book;
using domain::Who;

namespace {

constexpr size_t kAccountsPage = 100;
constexpr size_t kPage = 20;
constexpr const char* kAccessRole = "OrganizationAccountAccessRole";

std::string NameOfAccount(const gen::Account& account) { return *account.id; }

}  // namespace

Result<gen::CreateAccountResponse> OrganizationsService::CreateAccount(const protocol::Call& call,
                                                                       const gen::CreateAccountRequest& in) {
  TARN_TRY(domain::Tags tags, ReadTags(call, in.tags));
  TARN_TRY(const auto creation,
           organizations_.CreateAccount(call.caller.account, {.name = *in.account_name,
                                                              .email = *in.email,
                                                              .role = in.role_name.value_or(kAccessRole),
                                                              .tags = std::move(tags)}));
  gen::CreateAccountResponse out;
  out.create_account_status = ToWire(creation);
  return out;
}

Result<gen::DescribeCreateAccountStatusResponse> OrganizationsService::DescribeCreateAccountStatus(
    const protocol::Call& call, const gen::DescribeCreateAccountStatusRequest& in) {
  gen::DescribeCreateAccountStatusResponse out;
  TARN_CHECK(organizations_.Read(call.caller.account, Who::kAdministrator, [&](Book& book) -> Status {
    TARN_TRY(const auto creation, book.FindCreation(*in.create_account_request_id));
    if (!creation) {
      return Fail(domain::kNoSuchRequest,
                  "We can't find an create account request with the CreateAccountRequestId that you specified.");
    }
    out.create_account_status = ToWire(*creation);
    return Ok();
  }));
  return out;
}

Result<gen::ListCreateAccountStatusResponse> OrganizationsService::ListCreateAccountStatus(
    const protocol::Call& call, const gen::ListCreateAccountStatusRequest& in) {
  gen::ListCreateAccountStatusResponse out;
  TARN_CHECK(organizations_.Read(call.caller.account, Who::kAdministrator, [&](Book& book) -> Status {
    TARN_TRY(const auto creations, book.Creations());
    std::vector<gen::CreateAccountStatus> all;
    for (const auto& creation : creations) {
      gen::CreateAccountStatus status = ToWire(creation);
      const bool asked =
          !in.states || in.states->empty() || std::ranges::find(*in.states, *status.state) != in.states->end();
      if (asked) all.push_back(std::move(status));
    }
    const auto name = [](const gen::CreateAccountStatus& each) { return *each.id; };
    TARN_TRY(out.create_account_statuses, PageOf(call, std::move(all), in, kPage, name, out.next_token));
    return Ok();
  }));
  return out;
}

Result<gen::DescribeAccountResponse> OrganizationsService::DescribeAccount(const protocol::Call& call,
                                                                           const gen::DescribeAccountRequest& in) {
  gen::DescribeAccountResponse out;
  TARN_CHECK(organizations_.Read(call.caller.account, Who::kAdministrator, [&](Book& book) -> Status {
    TARN_TRY(const auto account, GetAccount(book, *in.account_id));
    out.account = ToWire(book.organization(), account);
    return Ok();
  }));
  return out;
}

Result<gen::ListAccountsResponse> OrganizationsService::ListAccounts(const protocol::Call& call,
                                                                     const gen::ListAccountsRequest& in) {
  gen::ListAccountsResponse out;
  TARN_CHECK(organizations_.Read(call.caller.account, Who::kAdministrator, [&](Book& book) -> Status {
    TARN_TRY(const auto accounts, book.Accounts());
    std::vector<gen::Account> all;
    for (const auto& account : accounts) all.push_back(ToWire(book.organization(), account));
    TARN_TRY(out.accounts, PageOf(call, std::move(all), in, kAccountsPage, NameOfAccount, out.next_token));
    return Ok();
  }));
  return out;
}

Result<gen::ListAccountsForParentResponse> OrganizationsService::ListAccountsForParent(
    const protocol::Call& call, const gen::ListAccountsForParentRequest& in) {
  gen::ListAccountsForParentResponse out;
  TARN_CHECK(organizations_.Read(call.caller.account, Who::kAdministrator, [&](Book& book) -> Status {
    TARN_TRY(const bool known, IsParent(book, *in.parent_id));
    if (!known) return NoSuchParent();
    TARN_TRY(const auto accounts, book.Accounts());
    std::vector<gen::Account> all;
    for (const auto& account : accounts) {
      if (account.parent == *in.parent_id) all.push_back(ToWire(book.organization(), account));
    }
    TARN_TRY(out.accounts, PageOf(call, std::move(all), in, kPage, NameOfAccount, out.next_token));
    return Ok();
  }));
  return out;
}

Result<gen::MoveAccountResponse> OrganizationsService::MoveAccount(const protocol::Call& call,
                                                                   const gen::MoveAccountRequest& in) {
  TARN_CHECK(organizations_.Change(call.caller.account, Who::kManagement, [&](Book& book) -> Status {
    TARN_TRY(auto account, GetAccount(book, *in.account_id));
    TARN_TRY(const bool source, IsParent(book, *in.source_parent_id));
    if (!source || account.parent != *in.source_parent_id) {
      return Fail(domain::kNoSuchSource, "We can't find a source root or OU with the ParentId that you specified.");
    }
    TARN_TRY(const bool destination, IsParent(book, *in.destination_parent_id));
    if (!destination) {
      return Fail(domain::kNoSuchDestination,
                  "We can't find the destination container (a root or OU) with the ParentId that you specified.");
    }
    if (account.parent == *in.destination_parent_id) {
      return Fail(domain::kDuplicateAccount, "That account is already present in the specified destination.");
    }
    account.parent = *in.destination_parent_id;
    book.Put(account);
    return Ok();
  }));
  return gen::MoveAccountResponse{};
}

Result<gen::CloseAccountResponse> OrganizationsService::CloseAccount(const protocol::Call& call,
                                                                     const gen::CloseAccountRequest& in) {
  TARN_CHECK(organizations_.Change(call.caller.account, Who::kManagement, [&](Book& book) -> Status {
    TARN_TRY(auto account, GetAccount(book, *in.account_id));
    if (account.id == book.organization().management) {
      return Constraint(call, "CANNOT_CLOSE_MANAGEMENT_ACCOUNT",
                        "You attempted to close the management account. To close the management account for the "
                        "organization, you must first either remove or close all member accounts in the organization.");
    }
    if (account.closed) return Fail(domain::kAlreadyClosed, "The provided account is already closed.");
    account.closed = true;
    book.Put(account);
    return Ok();
  }));
  return gen::CloseAccountResponse{};
}

Result<gen::RemoveAccountFromOrganizationResponse> OrganizationsService::RemoveAccountFromOrganization(
    const protocol::Call& call, const gen::RemoveAccountFromOrganizationRequest& in) {
  TARN_CHECK(organizations_.Change(call.caller.account, Who::kManagement, [&](Book& book) -> Status {
    TARN_TRY(const auto account, GetAccount(book, *in.account_id));
    if (account.id == book.organization().management) {
      return Fail(domain::kMasterCannotLeave, "You cannot remove the management account from the organization.");
    }
    if (!account.delegated.empty()) {
      return Constraint(call, "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG",
                        "You attempted to remove an account from the organization that is registered as a delegated "
                        "administrator for a service integrated with your organization.");
    }
    book.Erase(account);
    return Ok();
  }));
  return gen::RemoveAccountFromOrganizationResponse{};
}

}  // namespace tarn::api::organizations
