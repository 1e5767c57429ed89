// Access points: making, showing, listing and removing them.
#include <fmt/format.h>

#include <utility>

#include "api/s3control/errors.h"
#include "api/s3control/s3control_service.h"
#include "base/hash.h"
#include "object/directory/names.h"
#include "object/errors.h"

namespace tarn::api::s3control {
namespace {

constexpr int32_t kListMax = 1000;

Error NoScope() {
  return Fail(object::kInvalidRequest, "Scope is only supported for access points attached to directory buckets.");
}

// A directory bucket's point has none: it is named itself.
std::optional<std::string> AliasOf(const object::AccessPoint& point) {
  if (object::IsDirectoryPoint(point.name)) return std::nullopt;
  return point.alias;
}

object::PointScope ScopeOf(const gen::Scope& in) {
  return {.prefixes = in.prefixes.value_or(std::vector<std::string>()),
          .permissions = in.permissions.value_or(std::vector<std::string>())};
}

std::optional<gen::VpcConfiguration> VpcOf(const object::AccessPoint& point) {
  if (point.vpc_id.empty()) return std::nullopt;
  return gen::VpcConfiguration{.vpc_id = point.vpc_id};
}

Result<gen::CreateAccessPointResult> Create(S3ControlService& service, const Call& call,
                                            const gen::CreateAccessPointRequest& in) {
  TARN_CHECK(object::CheckPointName(in.name.value_or("")));
  if (in.scope && !object::IsDirectoryPoint(*in.name)) return NoScope();
  object::AccessPoint wanted{.owner = OwnerOf(call, in.account_id),
                             .name = in.name.value_or(""),
                             .bucket = in.bucket.value_or(""),
                             .bucket_account = in.bucket_account_id.value_or(in.account_id.value_or("")),
                             .block = ToBlock(in.public_access_block_configuration)};
  if (in.scope) wanted.scope = ScopeOf(*in.scope);
  if (in.vpc_configuration) wanted.vpc_id = in.vpc_configuration->vpc_id.value_or("");
  if (in.tags) {
    for (const gen::Tag& tag : *in.tags) wanted.tags.emplace_back(tag.key.value_or(""), tag.value.value_or(""));
    if (!wanted.tags.empty()) {
      TARN_CHECK(call.Allow(PointAction("s3:TagResource", in.name), wanted.arn(), wanted.owner.account));
    }
  }
  call.AddErrorField("AccessPointName", wanted.name);
  TARN_TRY(const object::AccessPoint made, service.points().Create(std::move(wanted)));
  return gen::CreateAccessPointResult{.access_point_arn = made.arn(), .alias = AliasOf(made)};
}

Result<gen::GetAccessPointResult> Get(S3ControlService& service, const Call& call,
                                      const gen::GetAccessPointRequest& in) {
  call.AddErrorField("AccessPointName", PointName(in.name));
  TARN_TRY(const object::AccessPoint point, service.points().Get(OwnerOf(call, in.account_id), PointName(in.name)));
  gen::GetAccessPointResult out;
  out.name = point.name;
  out.bucket = point.bucket;
  out.network_origin = std::string(point.network_origin());
  out.vpc_configuration = VpcOf(point);
  out.public_access_block_configuration = FromBlock(point.block);
  out.creation_date = point.created;
  out.alias = AliasOf(point);
  out.access_point_arn = point.arn();
  out.bucket_account_id = point.bucket_account;
  if (object::IsDirectoryPoint(point.name)) return out;
  // The names that AWS gives; the lake answers to each of them where a name service leads there.
  auto& endpoints = out.endpoints.emplace();
  const std::string domain = fmt::format("{}.amazonaws.com", point.owner.region);
  endpoints["ipv4"] = "s3-accesspoint." + domain;
  endpoints["fips"] = "s3-accesspoint-fips." + domain;
  endpoints["dualstack"] = "s3-accesspoint.dualstack." + domain;
  endpoints["fips_dualstack"] = "s3-accesspoint-fips.dualstack." + domain;
  return out;
}

Result<gen::DeleteAccessPointResponse> Delete(S3ControlService& service, const Call& call,
                                              const gen::DeleteAccessPointRequest& in) {
  call.AddErrorField("AccessPointName", PointName(in.name));
  TARN_CHECK(service.points().Delete(OwnerOf(call, in.account_id), PointName(in.name)));
  call.extras.success_status = 204;
  return gen::DeleteAccessPointResponse{};
}

gen::AccessPoint RowOf(const object::AccessPoint& point) {
  gen::AccessPoint row;
  row.name = point.name;
  row.network_origin = std::string(point.network_origin());
  row.vpc_configuration = VpcOf(point);
  row.bucket = point.bucket;
  row.access_point_arn = point.arn();
  row.alias = AliasOf(point);
  row.bucket_account_id = point.bucket_account;
  return row;
}

// One page of either listing.
template <typename Out, typename In>
Result<Out> ListPage(const S3ControlService& service, const Call& call, const In& in, object::PointQuery query) {
  const int32_t asked = in.max_results.value_or(kListMax);
  query.max = static_cast<uint32_t>(asked > 0 ? asked : kListMax);
  if (in.next_token) {
    auto token = Unbase64(*in.next_token);
    if (!token) return Fail(object::kInvalidRequest, "Invalid nextToken");
    query.start_after = *std::move(token);
  }
  TARN_TRY(const object::PointPage page, service.points().List(OwnerOf(call, in.account_id), query));
  Out out;
  auto& list = out.access_point_list.emplace();
  list.reserve(page.points.size());
  for (const object::AccessPoint& point : page.points) list.push_back(RowOf(point));
  if (page.truncated) out.next_token = Base64(page.points.back().name);
  return out;
}

Result<gen::ListAccessPointsResult> List(S3ControlService& service, const Call& call,
                                         const gen::ListAccessPointsRequest& in) {
  if (in.data_source_id || (in.data_source_type && *in.data_source_type != "S3" && *in.data_source_type != "ALL")) {
    return Fail(kNotImplemented, "Access points to other sources than buckets are not implemented.");
  }
  return ListPage<gen::ListAccessPointsResult>(service, call, in,
                                               {.bucket = in.bucket.value_or(""), .start_after = {}});
}

Result<gen::ListAccessPointsForDirectoryBucketsResult> ListOfDirectories(
    S3ControlService& service, const Call& call, const gen::ListAccessPointsForDirectoryBucketsRequest& in) {
  return ListPage<gen::ListAccessPointsForDirectoryBucketsResult>(
      service, call, in, {.bucket = in.directory_bucket.value_or(""), .directory = true, .start_after = {}});
}

// Scopes belong to access points of directory buckets alone.
Result<object::AccessPoint> ScopedPoint(const S3ControlService& service, const Call& call,
                                        const std::optional<std::string>& account,
                                        const std::optional<std::string>& name) {
  call.AddErrorField("AccessPointName", PointName(name));
  TARN_TRY(object::AccessPoint point, service.points().Get(OwnerOf(call, account), PointName(name)));
  if (!object::IsDirectoryPoint(point.name)) return NoScope();
  return point;
}

Status SetScope(const S3ControlService& service, const object::AccessPoint& point,
                const std::optional<object::PointScope>& scope) {
  TARN_CHECK(service.points().Change(point.owner, point.name, [&](object::AccessPoint& present) -> Status {
    present.scope = scope;
    return Ok();
  }));
  return Ok();
}

Result<gen::PutAccessPointScopeResponse> PutScope(S3ControlService& service, const Call& call,
                                                  const gen::PutAccessPointScopeRequest& in) {
  TARN_TRY(const object::AccessPoint point, ScopedPoint(service, call, in.account_id, in.name));
  TARN_CHECK(SetScope(service, point, ScopeOf(in.scope.value_or(gen::Scope()))));
  return gen::PutAccessPointScopeResponse{};
}

Result<gen::GetAccessPointScopeResult> GetScope(S3ControlService& service, const Call& call,
                                                const gen::GetAccessPointScopeRequest& in) {
  TARN_TRY(const object::AccessPoint point, ScopedPoint(service, call, in.account_id, in.name));
  gen::GetAccessPointScopeResult out;
  auto& scope = out.scope.emplace();
  if (!point.scope) return out;
  scope.prefixes = point.scope->prefixes;
  scope.permissions = point.scope->permissions;
  return out;
}

Result<gen::DeleteAccessPointScopeResponse> DeleteScope(S3ControlService& service, const Call& call,
                                                        const gen::DeleteAccessPointScopeRequest& in) {
  TARN_TRY(const object::AccessPoint point, ScopedPoint(service, call, in.account_id, in.name));
  TARN_CHECK(SetScope(service, point, std::nullopt));
  call.extras.success_status = 204;
  return gen::DeleteAccessPointScopeResponse{};
}

constexpr std::string_view kCreate = "s3:CreateAccessPoint";
constexpr std::string_view kGet = "s3:GetAccessPoint";
constexpr std::string_view kDelete = "s3:DeleteAccessPoint";
constexpr std::string_view kList = "s3:ListAccessPoints";
constexpr std::string_view kListOfDirectories = "s3express:ListAccessPointsForDirectoryBuckets";
constexpr std::string_view kPutScope = "s3:PutAccessPointScope";
constexpr std::string_view kGetScope = "s3:GetAccessPointScope";
constexpr std::string_view kDeleteScope = "s3:DeleteAccessPointScope";

}  // namespace

Rows AccessPointRows() {
  using protocol::Bind;
  return {
      Bind<&Create>("CreateAccessPoint", kCreate, OfPoint<kCreate>),
      Bind<&Get>("GetAccessPoint", kGet, OfPoint<kGet>),
      Bind<&Delete>("DeleteAccessPoint", kDelete, OfPoint<kDelete>),
      Bind<&List>("ListAccessPoints", kList,
                  [](const Call&, const auto& in) { return Ask(kList, "*", in.account_id); }),
      Bind<&ListOfDirectories>("ListAccessPointsForDirectoryBuckets", kListOfDirectories,
                               [](const Call&, const auto& in) { return Ask(kListOfDirectories, "*", in.account_id); }),
      Bind<&PutScope>("PutAccessPointScope", kPutScope, OfPoint<kPutScope>),
      Bind<&GetScope>("GetAccessPointScope", kGetScope, OfPoint<kGetScope>),
      Bind<&DeleteScope>("DeleteAccessPointScope", kDeleteScope, OfPoint<kDeleteScope>),
  };
}

}  // namespace tarn::api::s3control
