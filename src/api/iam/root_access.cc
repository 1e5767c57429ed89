// Centralized root access: what an organization's management account has switched on for its member accounts. Sessions
// are STS's (AssumeRoot).
#include <algorithm>
#include <utility>

#include "api/iam/convert.h"
#include "api/iam/rules.h"
#include "iam/errors.h"
#include "organizations/errors.h"

namespace tarn::api::iam {
namespace {

using organizations::Book;
using organizations::Who;
using Type = Subject::Type;

constexpr std::string_view kIam = "iam.amazonaws.com";
const std::string kCredentials = "RootCredentialsManagement";
const std::string kSessions = "RootSessions";

Error NoOrganization() {
  return Fail(domain::kNoOrganization,
              "The request was rejected because no organization is associated with your account.");
}

// Errors: kNotAllFeatures, kNotAdministrator, kNotManagement, kNoServiceAccess.
Status CheckAsker(Book& book, bool changes) {
  if (!book.organization().all_features) {
    return Fail(domain::kNotAllFeatures,
                "The request was rejected because your organization does not have All features enabled.");
  }
  if (!book.AskerManages()) {
    TARN_TRY(const auto account, book.FindAccount(book.asker()));
    if (!account || !account->delegated.contains(std::string(kIam))) {
      return Fail(domain::kNotAdministrator,
                  "The request was rejected because the account making the request is not the management account or "
                  "delegated administrator account for centralized root access.");
    }
    if (changes) {
      return Fail(domain::kNotManagement,
                  "The request was rejected because the account making the request is not the management account for "
                  "the organization.");
    }
  }
  if (book.organization().services.contains(std::string(kIam))) return Ok();
  return Fail(domain::kNoServiceAccess,
              "The request was rejected because trusted access is not enabled for IAM in AWS Organizations.");
}

template <class Out>
Result<Out> Told(Status read, const organizations::Organization& organization) {
  if (read.Is(organizations::kNotInUse)) return NoOrganization();
  TARN_CHECK(std::move(read));
  Out out;
  out.organization_id = organization.id;
  out.enabled_features = organization.root_access;
  return out;
}

template <class Out>
Result<Out> Switch(IamService& service, const protocol::Call& call, const std::string& feature, bool on) {
  if (service.organizations() == nullptr) return NoOrganization();
  organizations::Organization after;
  Status changed = service.organizations()->Change(call.caller.account, Who::kMember, [&](Book& book) -> Status {
    TARN_CHECK(CheckAsker(book, true));
    std::vector<std::string>& features = book.organization().root_access;
    std::erase(features, feature);
    if (on) features.push_back(feature);
    std::ranges::sort(features);
    book.PutOrganization();
    after = book.organization();
    return Ok();
  });
  return Told<Out>(std::move(changed), after);
}

Result<gen::EnableOrganizationsRootCredentialsManagementResponse> EnableOrganizationsRootCredentialsManagement(
    IamService& service, const protocol::Call& call, const gen::EnableOrganizationsRootCredentialsManagementRequest&) {
  return Switch<gen::EnableOrganizationsRootCredentialsManagementResponse>(service, call, kCredentials, true);
}

Result<gen::DisableOrganizationsRootCredentialsManagementResponse> DisableOrganizationsRootCredentialsManagement(
    IamService& service, const protocol::Call& call, const gen::DisableOrganizationsRootCredentialsManagementRequest&) {
  return Switch<gen::DisableOrganizationsRootCredentialsManagementResponse>(service, call, kCredentials, false);
}

Result<gen::EnableOrganizationsRootSessionsResponse> EnableOrganizationsRootSessions(
    IamService& service, const protocol::Call& call, const gen::EnableOrganizationsRootSessionsRequest&) {
  return Switch<gen::EnableOrganizationsRootSessionsResponse>(service, call, kSessions, true);
}

Result<gen::DisableOrganizationsRootSessionsResponse> DisableOrganizationsRootSessions(
    IamService& service, const protocol::Call& call, const gen::DisableOrganizationsRootSessionsRequest&) {
  return Switch<gen::DisableOrganizationsRootSessionsResponse>(service, call, kSessions, false);
}

Result<gen::ListOrganizationsFeaturesResponse> ListOrganizationsFeatures(IamService& service,
                                                                         const protocol::Call& call,
                                                                         const gen::ListOrganizationsFeaturesRequest&) {
  if (service.organizations() == nullptr) return NoOrganization();
  organizations::Organization found;
  Status read = service.organizations()->Read(call.caller.account, Who::kMember, [&](Book& book) -> Status {
    TARN_CHECK(CheckAsker(book, false));
    found = book.organization();
    return Ok();
  });
  return Told<gen::ListOrganizationsFeaturesResponse>(std::move(read), found);
}

}  // namespace

Operations RootAccessOperations() {
  return {
      IamBind<&EnableOrganizationsRootCredentialsManagement, Type::kNone>(
          "EnableOrganizationsRootCredentialsManagement"),
      IamBind<&DisableOrganizationsRootCredentialsManagement, Type::kNone>(
          "DisableOrganizationsRootCredentialsManagement"),
      IamBind<&EnableOrganizationsRootSessions, Type::kNone>("EnableOrganizationsRootSessions"),
      IamBind<&DisableOrganizationsRootSessions, Type::kNone>("DisableOrganizationsRootSessions"),
      IamBind<&ListOrganizationsFeatures, Type::kNone>("ListOrganizationsFeatures"),
  };
}

}  // namespace tarn::api::iam
