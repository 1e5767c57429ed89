// Access reports (service last accessed details), and which policies open a service.
#include "api/iam/convert.h"
#include "api/iam/rules.h"
#include "iam/account/access_report.h"

namespace tarn::api::iam {
namespace {

using domain::AccessReport;
using Type = Subject::Type;

constexpr std::string_view kCompleted = "COMPLETED";

std::string OwnerTypeOf(domain::Kind kind) {
  switch (kind) {
    case domain::Kind::kUser:
      return "USER";
    case domain::Kind::kGroup:
      return "GROUP";
    case domain::Kind::kRole:
      return "ROLE";
  }
  return {};
}

Result<gen::GenerateServiceLastAccessedDetailsResponse> GenerateServiceLastAccessedDetails(
    IamService& service, const protocol::Call& call, const gen::GenerateServiceLastAccessedDetailsRequest& in) {
  gen::GenerateServiceLastAccessedDetailsResponse out;
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(out.job_id, domain::BeginAccessReport(rows, *in.arn, Text(in.granularity) == "ACTION_LEVEL"));
    return Ok();
  }));
  return out;
}

gen::ServiceLastAccessed ToWire(const domain::ServiceUse& use) {
  gen::ServiceLastAccessed out;
  out.service_name = use.name;
  out.service_namespace = use.service;
  out.total_authenticated_entities = static_cast<int32_t>(use.entities);
  if (use.last) {
    out.last_authenticated = use.last->time;
    out.last_authenticated_entity = use.last_entity;
    out.last_authenticated_region = use.last->region;
  }
  return out;
}

Result<gen::GetServiceLastAccessedDetailsResponse> GetServiceLastAccessedDetails(
    IamService& service, const protocol::Call& call, const gen::GetServiceLastAccessedDetailsRequest& in) {
  gen::GetServiceLastAccessedDetailsResponse out;
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const AccessReport report, domain::FindAccessReport(rows, *in.job_id));
    out.job_status = kCompleted;
    out.job_type = report.of_actions ? "ACTION_LEVEL" : "SERVICE_LEVEL";
    out.job_creation_date = report.made;
    out.job_completion_date = report.made;
    TARN_TRY(const auto uses, domain::ServicesOf(rows, report));
    std::vector<gen::ServiceLastAccessed> all;
    all.reserve(uses.size());
    for (const domain::ServiceUse& use : uses) all.push_back(ToWire(use));
    TARN_TRY(out.services_last_accessed, Slice(std::move(all), in, out));
    return Ok();
  }));
  return out;
}

Result<gen::GetServiceLastAccessedDetailsWithEntitiesResponse> GetServiceLastAccessedDetailsWithEntities(
    IamService& service, const protocol::Call& call, const gen::GetServiceLastAccessedDetailsWithEntitiesRequest& in) {
  gen::GetServiceLastAccessedDetailsWithEntitiesResponse out;
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const AccessReport report, domain::FindAccessReport(rows, *in.job_id));
    out.job_status = kCompleted;
    out.job_creation_date = report.made;
    out.job_completion_date = report.made;
    TARN_TRY(const auto uses, domain::EntitiesOf(rows, report, *in.service_namespace));
    std::vector<gen::EntityDetails> all;
    all.reserve(uses.size());
    for (const domain::EntityUse& use : uses) {
      gen::EntityDetails& details = all.emplace_back();
      gen::EntityInfo& info = details.entity_info.emplace();
      info.arn = use.entity.Arn();
      info.name = use.entity.name;
      info.type = OwnerTypeOf(use.entity.kind);
      info.id = use.entity.id;
      info.path = use.entity.path;
      if (use.last) details.last_authenticated = use.last->time;
    }
    TARN_TRY(out.entity_details_list, Slice(std::move(all), in, out));
    return Ok();
  }));
  return out;
}

Result<gen::ListPoliciesGrantingServiceAccessResponse> ListPoliciesGrantingServiceAccess(
    IamService& service, const protocol::Call& call, const gen::ListPoliciesGrantingServiceAccessRequest& in) {
  gen::ListPoliciesGrantingServiceAccessResponse out;
  out.policies_granting_service_access.emplace();
  out.is_truncated = false;
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    for (const std::string& name : *in.service_namespaces) {
      TARN_TRY(const auto granting, domain::PoliciesGranting(rows, *in.arn, name));
      gen::ListPoliciesGrantingServiceAccessEntry& entry = out.policies_granting_service_access->emplace_back();
      entry.service_namespace = name;
      entry.policies.emplace();
      for (const domain::GrantingPolicy& policy : granting) {
        gen::PolicyGrantingServiceAccess& told = entry.policies->emplace_back();
        told.policy_name = policy.name;
        told.policy_type = policy.arn.empty() ? "INLINE" : "MANAGED";
        if (!policy.arn.empty()) told.policy_arn = policy.arn;
        if (policy.arn.empty() || policy.kind == domain::Kind::kGroup) {
          told.entity_type = OwnerTypeOf(policy.kind);
          told.entity_name = policy.entity;
        }
      }
    }
    return Ok();
  }));
  return out;
}

// What the report or the list is about.
constexpr auto kOfArn = [](const protocol::Call&, const auto& in) { return *in.arn; };

}  // namespace

Operations AccessReportOperations() {
  using protocol::Bind;
  return {
      Bind<&GenerateServiceLastAccessedDetails>("GenerateServiceLastAccessedDetails",
                                                "iam:GenerateServiceLastAccessedDetails", kOfArn),
      IamBind<&GetServiceLastAccessedDetails, Type::kNone>("GetServiceLastAccessedDetails"),
      IamBind<&GetServiceLastAccessedDetailsWithEntities, Type::kNone>("GetServiceLastAccessedDetailsWithEntities"),
      Bind<&ListPoliciesGrantingServiceAccess>("ListPoliciesGrantingServiceAccess",
                                               "iam:ListPoliciesGrantingServiceAccess", kOfArn),
  };
}

}  // namespace tarn::api::iam
