// Multi-Region Access Points: made, shown, given policies, failed over from bucket to bucket, and removed.
//
// What AWS does in minutes is done when the answer is sent; the token that names the request tells that it succeeded.
#include "object/points/multi_region.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "api/protocol/codec.h"
#include "api/s3control/errors.h"
#include "api/s3control/gen/tables.h"
#include "api/s3control/s3control_service.h"
#include "base/hash.h"
#include "base/strings.h"
#include "object/errors.h"
#include "object/points/errors.h"
#include "policy/policy.h"

namespace tarn::api::s3control {
namespace {

using object::MultiRegionPoint;

constexpr int32_t kListMax = 1000;
constexpr std::string_view kSucceeded = "SUCCEEDED";
constexpr size_t kTokenDigits = 26;

std::string TokenArn(const Call& call, const std::string& account, std::string_view operation, std::string_view token) {
  return fmt::format("arn:aws:s3:{}:{}:async-request/mrap/{}/{}", call.scope.region, account, AsciiLower(operation),
                     token);
}

// The request of that client token; the same client token makes the same one.
object::AsyncRequest RequestOf(const std::string& account, const std::string& client_token,
                               const gen::AsyncOperation& operation) {
  object::AsyncRequest request{.account = account, .token = {}, .document = {}, .created = {}};
  const std::string& name = operation.operation.value_or("");
  request.token = "M" + Hex(Sha256(name + "/" + client_token)).substr(0, kTokenDigits);
  request.document = protocol::CanonicalJson(gen::kT_AsyncOperation, &operation);
  return request;
}

gen::MultiRegionAccessPointReport ReportOf(const MultiRegionPoint& point) {
  gen::MultiRegionAccessPointReport out;
  out.name = point.name;
  out.alias = point.alias;
  out.created_at = point.created;
  out.public_access_block = FromBlock(point.block);
  out.status = "READY";
  auto& regions = out.regions.emplace();
  for (const auto& route : point.routes) {
    regions.push_back({.bucket = route.bucket, .region = route.region, .bucket_account_id = route.account});
  }
  return out;
}

Result<MultiRegionPoint> PointOf(const S3ControlService& service, const Call& call,
                                 const std::optional<std::string>& account, const std::optional<std::string>& name) {
  call.AddErrorField("Name", name.value_or(""));
  return service.points().multi_region().Get(account.value_or(""), name.value_or(""));
}

// Routes are asked for by alias or ARN.
std::string AliasOf(const std::optional<std::string>& named) {
  const std::string& text = named.value_or("");
  return text.substr(text.find_last_of(":/") + 1);
}

Result<gen::CreateMultiRegionAccessPointResult> Create(S3ControlService& service, const Call& call,
                                                       const gen::CreateMultiRegionAccessPointRequest& in) {
  constexpr std::string_view kOperation = "CreateMultiRegionAccessPoint";
  const auto& details = *in.details;
  MultiRegionPoint wanted;
  wanted.account = in.account_id.value_or("");
  wanted.name = details.name.value_or("");
  wanted.block = ToBlock(details.public_access_block);
  gen::AsyncOperation operation;
  operation.operation = kOperation;
  operation.request_parameters.emplace().create_multi_region_access_point_request = details;
  auto& answers = operation.response_details.emplace().multi_region_access_point_details.emplace().regions.emplace();
  for (const gen::Region& region : details.regions.value_or(std::vector<gen::Region>())) {
    const std::string bucket = region.bucket.value_or("");
    wanted.routes.push_back({.bucket = bucket, .account = region.bucket_account_id.value_or(""), .region = {}});
    const auto found = service.store().GetBucket(bucket);
    if (found.ok()) answers.push_back({.name = found->owner.region, .request_status = std::string(kSucceeded)});
  }
  const object::AsyncRequest request = RequestOf(wanted.account, in.client_token.value_or(""), operation);
  const std::string account = wanted.account;
  TARN_CHECK(service.points().multi_region().Create(std::move(wanted), request));
  return gen::CreateMultiRegionAccessPointResult{.request_token_arn =
                                                     TokenArn(call, account, kOperation, request.token)};
}

Result<gen::DeleteMultiRegionAccessPointResult> Delete(S3ControlService& service, const Call& call,
                                                       const gen::DeleteMultiRegionAccessPointRequest& in) {
  constexpr std::string_view kOperation = "DeleteMultiRegionAccessPoint";
  const std::string account = in.account_id.value_or("");
  const std::string name = in.details->name.value_or("");
  call.AddErrorField("Name", name);
  gen::AsyncOperation operation;
  operation.operation = kOperation;
  operation.request_parameters.emplace().delete_multi_region_access_point_request = *in.details;
  const object::AsyncRequest request = RequestOf(account, in.client_token.value_or(""), operation);
  TARN_CHECK(service.points().multi_region().Delete(account, name, request));
  return gen::DeleteMultiRegionAccessPointResult{.request_token_arn =
                                                     TokenArn(call, account, kOperation, request.token)};
}

Result<gen::PutMultiRegionAccessPointPolicyResult> PutPolicy(S3ControlService& service, const Call& call,
                                                             const gen::PutMultiRegionAccessPointPolicyRequest& in) {
  constexpr std::string_view kOperation = "PutMultiRegionAccessPointPolicy";
  TARN_TRY(const MultiRegionPoint point, PointOf(service, call, in.account_id, in.details->name));
  const std::string text = in.details->policy.value_or("");
  TARN_TRY(const auto policy, policy::ParseBucketPolicy(text, point.arn()));
  TARN_TRY(const auto account, service.points().GetAccountBlock(point.account));
  if ((point.block.policies || (account && account->policies)) && policy->IsPublic()) {
    return PublicPolicyBlocked(call, "s3:PutMultiRegionAccessPointPolicy", point.arn());
  }
  gen::AsyncOperation operation;
  operation.operation = kOperation;
  operation.request_parameters.emplace().put_multi_region_access_point_policy_request = *in.details;
  const object::AsyncRequest request = RequestOf(point.account, in.client_token.value_or(""), operation);
  TARN_CHECK(service.points().multi_region().SetPolicy(point.account, point.name, text, request));
  return gen::PutMultiRegionAccessPointPolicyResult{.request_token_arn =
                                                        TokenArn(call, point.account, kOperation, request.token)};
}

Result<gen::DescribeMultiRegionAccessPointOperationResult> Describe(
    S3ControlService& service, const Call& call, const gen::DescribeMultiRegionAccessPointOperationRequest& in) {
  const std::string account = in.account_id.value_or("");
  const std::string arn = in.request_token_arn.value_or("");
  call.AddErrorField("RequestTokenARN", arn);
  TARN_TRY(const object::AsyncRequest request,
           service.points().multi_region().FindRequest(account, arn.substr(arn.rfind('/') + 1)));
  gen::AsyncOperation operation;
  TARN_CHECK(protocol::FromCanonicalJson(gen::kT_AsyncOperation, request.document, &operation));
  if (!arn.ends_with(fmt::format(":{}:async-request/mrap/{}/{}", account, AsciiLower(operation.operation.value_or("")),
                                 request.token))) {
    return Fail(object::kNoSuchAsyncRequest, "The specified async request does not exist");
  }
  operation.creation_time = request.created;
  operation.request_token_arn = arn;
  operation.request_status = kSucceeded;
  return gen::DescribeMultiRegionAccessPointOperationResult{.async_operation = std::move(operation)};
}

Result<gen::GetMultiRegionAccessPointResult> Get(S3ControlService& service, const Call& call,
                                                 const gen::GetMultiRegionAccessPointRequest& in) {
  TARN_TRY(const MultiRegionPoint point, PointOf(service, call, in.account_id, in.name));
  return gen::GetMultiRegionAccessPointResult{.access_point = ReportOf(point)};
}

Result<gen::ListMultiRegionAccessPointsResult> List(S3ControlService& service, const Call&,
                                                    const gen::ListMultiRegionAccessPointsRequest& in) {
  std::string after;
  if (in.next_token) {
    auto token = Unbase64(*in.next_token);
    if (!token) return Fail(object::kInvalidRequest, "Invalid nextToken");
    after = *std::move(token);
  }
  const int32_t asked = in.max_results.value_or(kListMax);
  TARN_TRY(const auto page, service.points().multi_region().List(in.account_id.value_or(""), after,
                                                                 static_cast<uint32_t>(asked > 0 ? asked : kListMax)));
  gen::ListMultiRegionAccessPointsResult out;
  auto& list = out.access_points.emplace();
  list.reserve(page.points.size());
  for (const MultiRegionPoint& point : page.points) list.push_back(ReportOf(point));
  if (page.truncated) out.next_token = Base64(page.points.back().name);
  return out;
}

Result<gen::GetMultiRegionAccessPointPolicyResult> GetPolicy(S3ControlService& service, const Call& call,
                                                             const gen::GetMultiRegionAccessPointPolicyRequest& in) {
  TARN_TRY(const MultiRegionPoint point, PointOf(service, call, in.account_id, in.name));
  if (!point.policy) return Fail(kNoSuchMultiRegionPolicy, "the point has no policy");
  gen::GetMultiRegionAccessPointPolicyResult out;
  out.policy.emplace().established.emplace().policy = point.policy;
  return out;
}

Result<gen::GetMultiRegionAccessPointPolicyStatusResult> GetPolicyStatus(
    S3ControlService& service, const Call& call, const gen::GetMultiRegionAccessPointPolicyStatusRequest& in) {
  TARN_TRY(const MultiRegionPoint point, PointOf(service, call, in.account_id, in.name));
  if (!point.policy) return Fail(kNoSuchMultiRegionPolicy, "the point has no policy");
  TARN_TRY(const auto policy, policy::ParseBucketPolicy(*point.policy, point.arn()));
  return gen::GetMultiRegionAccessPointPolicyStatusResult{.established =
                                                              gen::PolicyStatus{.is_public = policy->IsPublic()}};
}

Result<gen::GetMultiRegionAccessPointRoutesResult> GetRoutes(S3ControlService& service, const Call& call,
                                                             const gen::GetMultiRegionAccessPointRoutesRequest& in) {
  call.AddErrorField("Name", in.mrap.value_or(""));
  TARN_TRY(const MultiRegionPoint point, service.points().multi_region().FindAlias(AliasOf(in.mrap)));
  if (point.account != in.account_id) {
    return Fail(object::kNoSuchMultiRegionPoint, "The specified Multi-Region Access Point does not exist");
  }
  gen::GetMultiRegionAccessPointRoutesResult out;
  out.mrap = point.arn();
  auto& routes = out.routes.emplace();
  for (const auto& route : point.routes) {
    routes.push_back(
        {.bucket = route.bucket, .region = route.region, .traffic_dial_percentage = static_cast<int32_t>(route.dial)});
  }
  return out;
}

Result<gen::SubmitMultiRegionAccessPointRoutesResult> SubmitRoutes(
    S3ControlService& service, const Call& call, const gen::SubmitMultiRegionAccessPointRoutesRequest& in) {
  call.AddErrorField("Name", in.mrap.value_or(""));
  std::vector<MultiRegionPoint::Route> updates;
  for (const auto& update : *in.route_updates) {
    updates.push_back({.bucket = update.bucket.value_or(""),
                       .account = {},
                       .region = update.region.value_or(""),
                       .dial = static_cast<uint32_t>(update.traffic_dial_percentage.value_or(0))});
  }
  TARN_CHECK(service.points().multi_region().Turn(in.account_id.value_or(""), AliasOf(in.mrap), updates));
  return gen::SubmitMultiRegionAccessPointRoutesResult{};
}

// A policy names a point by its ARN, which holds the alias; one that is not there, by the name asked for.
auto OfMultiRegion(const S3ControlService& service, std::string_view action) {
  return [&service, action](const Call&, const auto& in) {
    std::string name;
    if constexpr (requires { in.details; }) {
      name = in.details->name.value_or("");
    } else {
      name = in.name.value_or("");
    }
    const std::string account = in.account_id.value_or("");
    const auto point = service.points().multi_region().Get(account, name);
    return Ask(action, point.ok() ? point->arn() : fmt::format("arn:aws:s3::{}:accesspoint/{}", account, name),
               in.account_id);
  };
}

auto OfRoutes(std::string_view action) {
  return [action](const Call&, const auto& in) {
    return Ask(action, fmt::format("arn:aws:s3::{}:accesspoint/{}", in.account_id.value_or(""), AliasOf(in.mrap)),
               in.account_id);
  };
}

}  // namespace

Rows MultiRegionRows(const S3ControlService& service) {
  using protocol::Bind;
  static constexpr std::string_view kDescribe = "s3:DescribeMultiRegionAccessPointOperation";
  static constexpr std::string_view kList = "s3:ListMultiRegionAccessPoints";
  const auto point = [&](std::string_view action) { return OfMultiRegion(service, action); };
  return {
      Bind<&Create>("CreateMultiRegionAccessPoint", "s3:CreateMultiRegionAccessPoint",
                    point("s3:CreateMultiRegionAccessPoint")),
      Bind<&Delete>("DeleteMultiRegionAccessPoint", "s3:DeleteMultiRegionAccessPoint",
                    point("s3:DeleteMultiRegionAccessPoint")),
      Bind<&PutPolicy>("PutMultiRegionAccessPointPolicy", "s3:PutMultiRegionAccessPointPolicy",
                       point("s3:PutMultiRegionAccessPointPolicy")),
      Bind<&Describe>(
          "DescribeMultiRegionAccessPointOperation", kDescribe,
          [](const Call&, const auto& in) { return Ask(kDescribe, in.request_token_arn.value_or(""), in.account_id); }),
      Bind<&Get>("GetMultiRegionAccessPoint", "s3:GetMultiRegionAccessPoint", point("s3:GetMultiRegionAccessPoint")),
      Bind<&List>("ListMultiRegionAccessPoints", kList,
                  [](const Call&, const auto& in) { return Ask(kList, "*", in.account_id); }),
      Bind<&GetPolicy>("GetMultiRegionAccessPointPolicy", "s3:GetMultiRegionAccessPointPolicy",
                       point("s3:GetMultiRegionAccessPointPolicy")),
      Bind<&GetPolicyStatus>("GetMultiRegionAccessPointPolicyStatus", "s3:GetMultiRegionAccessPointPolicyStatus",
                             point("s3:GetMultiRegionAccessPointPolicyStatus")),
      Bind<&GetRoutes>("GetMultiRegionAccessPointRoutes", "s3:GetMultiRegionAccessPointRoutes",
                       OfRoutes("s3:GetMultiRegionAccessPointRoutes")),
      Bind<&SubmitRoutes>("SubmitMultiRegionAccessPointRoutes", "s3:SubmitMultiRegionAccessPointRoutes",
                          OfRoutes("s3:SubmitMultiRegionAccessPointRoutes")),
  };
}

}  // namespace tarn::api::s3control
