// The account: its alias, counts, credential report and preferences.
#include "iam/account/account.h"

#include "api/iam/convert.h"
#include "api/iam/rules.h"
#include "base/random.h"

namespace tarn::api::iam {
namespace {

using domain::AccountSettings;
using Type = Subject::Type;

Result<gen::CreateAccountAliasResponse> CreateAccountAlias(IamService& service, const protocol::Call& call,
                                                           const gen::CreateAccountAliasRequest& in) {
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) { return domain::SetAlias(rows, *in.account_alias); }));
  return gen::CreateAccountAliasResponse{};
}

Result<gen::DeleteAccountAliasResponse> DeleteAccountAlias(IamService& service, const protocol::Call& call,
                                                           const gen::DeleteAccountAliasRequest& in) {
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) { return domain::DeleteAlias(rows, *in.account_alias); }));
  return gen::DeleteAccountAliasResponse{};
}

Result<gen::ListAccountAliasesResponse> ListAccountAliases(IamService& service, const protocol::Call& call,
                                                           const gen::ListAccountAliasesRequest& in) {
  gen::ListAccountAliasesResponse out;
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const AccountSettings settings, rows.Settings());
    std::vector<std::string> aliases;
    if (!settings.alias.empty()) aliases.push_back(settings.alias);
    TARN_TRY(out.account_aliases, Slice(std::move(aliases), in, out));
    return Ok();
  }));
  return out;
}

Result<gen::GetAccountSummaryResponse> GetAccountSummary(IamService& service, const protocol::Call& call,
                                                         const gen::GetAccountSummaryRequest&) {
  gen::GetAccountSummaryResponse out;
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(out.summary_map, domain::Summarize(rows));
    return Ok();
  }));
  return out;
}

Result<gen::GenerateCredentialReportResponse> GenerateCredentialReport(IamService& service, const protocol::Call& call,
                                                                       const gen::GenerateCredentialReportRequest&) {
  gen::GenerateCredentialReportResponse out;
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) -> Status {
    // The first request starts one, the next finds it done.
    TARN_TRY(const bool made, domain::MakeReport(rows));
    out.state = made ? "STARTED" : "COMPLETE";
    if (made) out.description = "No report exists. Starting a new report generation task";
    return Ok();
  }));
  return out;
}

Result<gen::GetCredentialReportResponse> GetCredentialReport(IamService& service, const protocol::Call& call,
                                                             const gen::GetCredentialReportRequest&) {
  gen::GetCredentialReportResponse out;
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const AccountSettings settings, domain::ReportOf(rows));
    out.content = settings.report;
    out.report_format = "text/csv";
    out.generated_time = settings.report_made;
    return Ok();
  }));
  return out;
}

Result<gen::SetSecurityTokenServicePreferencesResponse> SetSecurityTokenServicePreferences(
    IamService& service, const protocol::Call& call, const gen::SetSecurityTokenServicePreferencesRequest& in) {
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(AccountSettings settings, rows.Settings());
    settings.global_token_version = *in.global_endpoint_token_version == "v2Token" ? 2 : 1;
    rows.PutSettings(settings);
    return Ok();
  }));
  return gen::SetSecurityTokenServicePreferencesResponse{};
}

}  // namespace

Operations AccountOperations() {
  return {
      IamBind<&CreateAccountAlias, Type::kNone>("CreateAccountAlias"),
      IamBind<&DeleteAccountAlias, Type::kNone>("DeleteAccountAlias"),
      IamBind<&ListAccountAliases, Type::kNone>("ListAccountAliases"),
      IamBind<&GetAccountSummary, Type::kNone>("GetAccountSummary"),
      IamBind<&GenerateCredentialReport, Type::kNone>("GenerateCredentialReport"),
      IamBind<&GetCredentialReport, Type::kNone>("GetCredentialReport"),
      IamBind<&SetSecurityTokenServicePreferences, Type::kNone>("SetSecurityTokenServicePreferences"),
  };
}

}  // namespace tarn::api::iam
