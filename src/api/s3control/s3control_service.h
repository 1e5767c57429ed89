// The wire face of S3 Control: handlers are free functions, joined with their IAM actions in operations.cc.
//
// Whose resources a request is about is what its header x-amz-account-id says; the rules check that the caller may.
// Threads: any.
// Defined by https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_AWS_S3_Control.html
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/protocol/service.h"
#include "api/s3control/gen/shapes.h"
#include "object/points/access_points.h"
#include "object/store/store.h"

namespace tarn::api::s3control {

using protocol::Call;
using Rows = std::vector<protocol::Operation>;

class S3ControlService : public protocol::Service {
 public:
  // Both outlive the service.
  S3ControlService(object::Store& store, object::AccessPoints& points);

  const protocol::ServiceDesc& model() const override;
  std::span<const protocol::Operation> operations() const override { return operations_; }
  std::span<const protocol::ErrorRow> errors() const override;

  object::Store& store() const { return store_; }
  object::AccessPoints& points() const { return points_; }

 private:
  object::Store& store_;
  object::AccessPoints& points_;
  const Rows operations_;
};

// The owner of the access points that a request means: its account and the endpoint's region.
Scope OwnerOf(const Call& call, const std::optional<std::string>& account);
// The check that `action` is allowed on a resource of that account.
std::vector<identity::Check> Ask(std::string_view action, std::string resource,
                                 const std::optional<std::string>& account);
// The access point's ARN. A client may name it by its alias or its ARN.
std::string PointArn(const Call& call, const std::optional<std::string>& account,
                     const std::optional<std::string>& name);
// "s3express:GetAccessPoint" instead of "s3:GetAccessPoint" for a point of a directory bucket.
std::string PointAction(std::string_view action, const std::optional<std::string>& name);
// The rule of an operation on one access point.
template <std::string_view const& action>
inline constexpr auto OfPoint = [](const Call& call, const auto& in) {
  return Ask(PointAction(action, in.name), PointArn(call, in.account_id, in.name), in.account_id);
};
// The name within such an ARN, else `name` as it is.
std::string PointName(const std::optional<std::string>& name);

// What a request says of a block; what it leaves out, or all of it, stays blocked.
object::PublicBlock ToBlock(const std::optional<gen::PublicAccessBlockConfiguration>& wanted);
gen::PublicAccessBlockConfiguration FromBlock(const object::PublicBlock& block);
// The refusal of a public policy where public policies are blocked.
Error PublicPolicyBlocked(const Call& call, std::string_view action, const std::string& resource);

Rows PublicAccessRows();
Rows AccessPointRows();
Rows PointPolicyRows();
Rows TagRows(const S3ControlService& service);
Rows MultiRegionRows(const S3ControlService& service);

}  // namespace tarn::api::s3control
