// Policies of access points.
#include <utility>

#include "api/s3control/errors.h"
#include "api/s3control/s3control_service.h"
#include "object/errors.h"
#include "policy/policy.h"

namespace tarn::api::s3control {
namespace {

template <typename In>
Result<object::AccessPoint> PointOf(const S3ControlService& service, const Call& call, const In& in) {
  call.AddErrorField("AccessPointName", PointName(in.name));
  return service.points().Get(OwnerOf(call, in.account_id), PointName(in.name));
}

Result<gen::PutAccessPointPolicyResponse> PutPolicy(S3ControlService& service, const Call& call,
                                                    const gen::PutAccessPointPolicyRequest& in) {
  TARN_TRY(const object::AccessPoint point, PointOf(service, call, in));
  const std::string text = in.policy.value_or("");
  TARN_TRY(const auto policy, policy::ParseBucketPolicy(text, point.arn()));
  TARN_TRY(const auto account, service.points().GetAccountBlock(point.owner.account));
  if ((point.block.policies || (account && account->policies)) && policy->IsPublic()) {
    return PublicPolicyBlocked(call, "s3:PutAccessPointPolicy", point.arn());
  }
  TARN_CHECK(service.points().Change(point.owner, point.name, [&](object::AccessPoint& present) -> Status {
    present.policy = text;
    return Ok();
  }));
  return gen::PutAccessPointPolicyResponse{};
}

Result<gen::GetAccessPointPolicyResult> GetPolicy(S3ControlService& service, const Call& call,
                                                  const gen::GetAccessPointPolicyRequest& in) {
  TARN_TRY(object::AccessPoint point, PointOf(service, call, in));
  if (!point.policy) return Fail(kNoSuchPolicy, "the access point has no policy");
  return gen::GetAccessPointPolicyResult{.policy = std::move(point.policy)};
}

Result<gen::DeleteAccessPointPolicyResponse> DeletePolicy(S3ControlService& service, const Call& call,
                                                          const gen::DeleteAccessPointPolicyRequest& in) {
  TARN_TRY(const object::AccessPoint point, PointOf(service, call, in));
  TARN_CHECK(service.points().Change(point.owner, point.name, [](object::AccessPoint& present) -> Status {
    present.policy.reset();
    return Ok();
  }));
  call.extras.success_status = 204;
  return gen::DeleteAccessPointPolicyResponse{};
}

Result<gen::GetAccessPointPolicyStatusResult> GetPolicyStatus(S3ControlService& service, const Call& call,
                                                              const gen::GetAccessPointPolicyStatusRequest& in) {
  TARN_TRY(const object::AccessPoint point, PointOf(service, call, in));
  if (!point.policy) return Fail(kNoSuchPolicy, "the access point has no policy");
  TARN_TRY(const auto policy, policy::ParseBucketPolicy(*point.policy, point.arn()));
  return gen::GetAccessPointPolicyStatusResult{.policy_status = gen::PolicyStatus{.is_public = policy->IsPublic()}};
}

constexpr std::string_view kPut = "s3:PutAccessPointPolicy";
constexpr std::string_view kGet = "s3:GetAccessPointPolicy";
constexpr std::string_view kDelete = "s3:DeleteAccessPointPolicy";
constexpr std::string_view kStatus = "s3:GetAccessPointPolicyStatus";

}  // namespace

Rows PointPolicyRows() {
  using protocol::Bind;
  return {
      Bind<&PutPolicy>("PutAccessPointPolicy", kPut, OfPoint<kPut>),
      Bind<&GetPolicy>("GetAccessPointPolicy", kGet, OfPoint<kGet>),
      Bind<&DeletePolicy>("DeleteAccessPointPolicy", kDelete, OfPoint<kDelete>),
      Bind<&GetPolicyStatus>("GetAccessPointPolicyStatus", kStatus, OfPoint<kStatus>),
  };
}

}  // namespace tarn::api::s3control
