// Every operation of operations.txt with its IAM action and its resource.
#include "api/cloudtrail/gen/operations.h"

#include "api/cloudtrail/cloudtrail_service.h"
#include "api/cloudtrail/error_rows.h"
#include "api/cloudtrail/trail_names.h"

namespace tarn::api::cloudtrail {
namespace {

template <typename In>
Result<std::string> ByName(const protocol::Call& call, const In& in) {
  return TrailArnOf(call, in.name);
}
template <typename In>
Result<std::string> ByTrailName(const protocol::Call& call, const In& in) {
  return TrailArnOf(call, in.trail_name);
}
template <typename In>
std::string ByResourceId(const protocol::Call&, const In& in) {
  return in.resource_id.value_or("*");
}
std::vector<std::string> ByResourceIds(const protocol::Call&, const gen::ListTagsRequest& in) {
  return in.resource_id_list.value_or(std::vector<std::string>{});
}

}  // namespace

using protocol::AnyResource;
using protocol::Bind;
using Own = CloudTrailService;

const protocol::ServiceDesc& CloudTrailService::model() const { return gen::kService; }

std::span<const protocol::ErrorRow> CloudTrailService::errors() const { return ErrorRows(); }

std::span<const protocol::Operation> CloudTrailService::operations() const {
  static const protocol::Operation kOperations[] = {
      Bind<&Own::LookupEvents>("LookupEvents", "cloudtrail:LookupEvents", AnyResource),
      Bind<&Own::CreateTrail>("CreateTrail", "cloudtrail:CreateTrail", ByName<gen::CreateTrailRequest>),
      Bind<&Own::DeleteTrail>("DeleteTrail", "cloudtrail:DeleteTrail", ByName<gen::DeleteTrailRequest>),
      Bind<&Own::DescribeTrails>("DescribeTrails", "cloudtrail:DescribeTrails", AnyResource),
      Bind<&Own::GetTrail>("GetTrail", "cloudtrail:GetTrail", ByName<gen::GetTrailRequest>),
      Bind<&Own::GetTrailStatus>("GetTrailStatus", "cloudtrail:GetTrailStatus", ByName<gen::GetTrailStatusRequest>),
      Bind<&Own::ListTrails>("ListTrails", "cloudtrail:ListTrails", AnyResource),
      Bind<&Own::StartLogging>("StartLogging", "cloudtrail:StartLogging", ByName<gen::StartLoggingRequest>),
      Bind<&Own::StopLogging>("StopLogging", "cloudtrail:StopLogging", ByName<gen::StopLoggingRequest>),
      Bind<&Own::UpdateTrail>("UpdateTrail", "cloudtrail:UpdateTrail", ByName<gen::UpdateTrailRequest>),
      Bind<&Own::GetEventSelectors>("GetEventSelectors", "cloudtrail:GetEventSelectors",
                                    ByTrailName<gen::GetEventSelectorsRequest>),
      Bind<&Own::GetInsightSelectors>("GetInsightSelectors", "cloudtrail:GetInsightSelectors",
                                      ByTrailName<gen::GetInsightSelectorsRequest>),
      Bind<&Own::PutEventSelectors>("PutEventSelectors", "cloudtrail:PutEventSelectors",
                                    ByTrailName<gen::PutEventSelectorsRequest>),
      Bind<&Own::PutInsightSelectors>("PutInsightSelectors", "cloudtrail:PutInsightSelectors",
                                      ByTrailName<gen::PutInsightSelectorsRequest>),
      Bind<&Own::AddTags>("AddTags", "cloudtrail:AddTags", ByResourceId<gen::AddTagsRequest>),
      Bind<&Own::ListTags>("ListTags", "cloudtrail:ListTags", ByResourceIds),
      Bind<&Own::RemoveTags>("RemoveTags", "cloudtrail:RemoveTags", ByResourceId<gen::RemoveTagsRequest>),
      Bind<&Own::ListPublicKeys>("ListPublicKeys", "cloudtrail:ListPublicKeys", AnyResource),
      Bind<&Own::DeregisterOrganizationDelegatedAdmin>("DeregisterOrganizationDelegatedAdmin",
                                                       "cloudtrail:DeregisterOrganizationDelegatedAdmin", AnyResource),
      Bind<&Own::GetEventDataStore>("GetEventDataStore", "cloudtrail:GetEventDataStore", AnyResource),
      Bind<&Own::ListEventDataStores>("ListEventDataStores", "cloudtrail:ListEventDataStores", AnyResource),
      Bind<&Own::RegisterOrganizationDelegatedAdmin>("RegisterOrganizationDelegatedAdmin",
                                                     "cloudtrail:RegisterOrganizationDelegatedAdmin", AnyResource),
  };
  return kOperations;
}

}  // namespace tarn::api::cloudtrail
