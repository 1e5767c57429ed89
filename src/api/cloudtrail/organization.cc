// The organization that an account is in, as far as trails know it: who administers them for its management account.
#include <algorithm>

#include "api/cloudtrail/cloudtrail_service.h"
#include "api/cloudtrail/errors.h"
#include "organizations/errors.h"

namespace tarn::api::cloudtrail {
namespace {

using ::tarn::organizations::Book;
using ::tarn::organizations::Who;

constexpr const char* kService = "cloudtrail.amazonaws.com";
constexpr size_t kDelegatedMax = 3;

// Whether CloudTrail may work in the organization at all. Errors: kNotAllFeatures, kNoServiceAccess.
Status CheckService(Book& book) {
  if (!book.organization().all_features) {
    return Fail(kNotAllFeatures, "AWS Organizations is not configured to support all features in your organization.");
  }
  if (book.organization().services.contains(kService)) return Ok();
  return Fail(kNoServiceAccess, "Trusted access to your organization is not enabled for CloudTrail.");
}

// In CloudTrail's words. Errors: kNoOrganization, `not_manager`.
Status Told(Status done, const Reason& not_manager) {
  if (done.Is(::tarn::organizations::kNotInUse)) {
    return Fail(kNoOrganization,
                "The request could not be processed because your account is not a member of an organization.");
  }
  if (!done.Is(::tarn::organizations::kAccessDenied)) return done;
  return Fail(not_manager, "You must be the management account of your organization to do this.");
}

}  // namespace

Status CloudTrailService::CheckOrganizationTrail(const protocol::Call& call) {
  TARN_CHECK(Told(parts_.organizations.Read(call.scope.account, Who::kManagement, CheckService), kNotMaster));
  return Fail(kNotSupported, "Trails of a whole organization are not supported.");
}

Result<gen::RegisterOrganizationDelegatedAdminResponse> CloudTrailService::RegisterOrganizationDelegatedAdmin(
    const protocol::Call& call, const gen::RegisterOrganizationDelegatedAdminRequest& in) {
  const auto change = [&](Book& book) -> Status {
    TARN_CHECK(CheckService(book));
    if (*in.member_account_id == book.organization().management) {
      return Fail(kManagementDelegated, "You cannot register the management account as a delegated administrator.");
    }
    TARN_TRY(auto account, book.FindAccount(*in.member_account_id));
    if (!account) return Fail(kNoSuchAccount, "The specified account is not a member of your organization.");
    if (account->delegated.contains(kService)) {
      return Fail(kRegistered, "The specified account is already a delegated administrator for CloudTrail.");
    }
    TARN_TRY(const auto all, book.Accounts());
    const auto delegated =
        std::ranges::count_if(all, [](const auto& each) { return each.delegated.contains(kService); });
    if (static_cast<size_t>(delegated) >= kDelegatedMax) {
      return Fail(kTooManyDelegated,
                  "Your organization has the maximum number of CloudTrail delegated administrators.");
    }
    account->delegated.emplace(kService, book.now());
    book.Put(*account);
    return Ok();
  };
  TARN_CHECK(Told(parts_.organizations.Change(call.scope.account, Who::kManagement, change), kNotManagement));
  return gen::RegisterOrganizationDelegatedAdminResponse{};
}

Result<gen::DeregisterOrganizationDelegatedAdminResponse> CloudTrailService::DeregisterOrganizationDelegatedAdmin(
    const protocol::Call& call, const gen::DeregisterOrganizationDelegatedAdminRequest& in) {
  const auto change = [&](Book& book) -> Status {
    TARN_CHECK(CheckService(book));
    TARN_TRY(auto account, book.FindAccount(*in.delegated_admin_account_id));
    if (!account) return Fail(kNoSuchAccount, "The specified account is not a member of your organization.");
    if (account->delegated.erase(kService) == 0) {
      return Fail(kNotRegistered, "The specified account is not a delegated administrator for CloudTrail.");
    }
    book.Put(*account);
    return Ok();
  };
  TARN_CHECK(Told(parts_.organizations.Change(call.scope.account, Who::kManagement, change), kNotManagement));
  return gen::DeregisterOrganizationDelegatedAdminResponse{};
}

}  // namespace tarn::api::cloudtrail
