#include "api/s3control/gen/operations.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "api/protocol/errors.h"
#include "api/s3control/errors.h"
#include "api/s3control/s3control_service.h"
#include "kv/kv.h"
#include "object/directory/names.h"
#include "object/errors.h"
#include "object/points/errors.h"
#include "policy/errors.h"

namespace tarn::api::s3control {
namespace {

constexpr protocol::ErrorRow kErrors[] = {
    {&object::kNoSuchAccessPoint, "NoSuchAccessPoint", 404, "The specified accesspoint does not exist"},
    {&object::kAccessPointOwnedByYou, "AccessPointAlreadyOwnedByYou", 409},
    {&object::kNoSuchBucket, "NoSuchBucket", 404},
    {&object::kInvalidUri, "InvalidURI", 400},
    {&object::kInvalidRequest, "InvalidRequest", 400},
    {&object::kInvalidTag, "InvalidTag", 400},
    {&object::kTooManyTags, "InvalidRequest", 400},
    {&object::kCorruptRecord, "InternalError", 500, "We encountered an internal error. Please try again."},
    {&object::kConflict, "OperationAborted", 409,
     "A conflicting conditional operation is currently in progress against this resource. Please try again."},
    {&kv::kFull, "InsufficientStorage", 507, "The lake's disk is full."},
    {&kPoolFull, "SlowDown", 503, "Please reduce your request rate."},
    {&policy::kMalformed, "MalformedPolicy", 400},
    {&policy::kTooLarge, "InvalidRequest", 400},
    {&protocol::kMissingAuthentication, "AccessDenied", 403, "Access Denied"},
    {&kNoPublicAccessBlock, "NoSuchPublicAccessBlockConfiguration", 404,
     "The public access block configuration was not found"},
    {&kNoSuchPolicy, "NoSuchAccessPointPolicy", 404, "The specified accesspoint policy does not exist"},
    {&object::kNoSuchMultiRegionPoint, "NoSuchMultiRegionAccessPoint", 404,
     "The specified Multi-Region Access Point does not exist"},
    {&kNoSuchMultiRegionPolicy, "NoSuchMultiRegionAccessPointPolicy", 404,
     "The specified Multi-Region Access Point does not have a policy"},
    {&object::kNoSuchAsyncRequest, "NoSuchAsyncRequest", 404, "The specified async request does not exist"},
    {&object::kIdempotency, "IdempotencyException", 400},
    {&kNoSuchResource, "NoSuchResource", 404, "The specified resource doesn't exist."},
    {&kMalformedXml, "MalformedXML", 400,
     "The XML you provided was not well-formed or did not validate against our published schema"},
    {&kPublicPolicyBlocked, "AccessDenied", 403},
    {&kNotImplemented, "NotImplemented", 501},
};

Rows AllRows(const S3ControlService& service) {
  Rows rows;
  for (Rows more :
       {PublicAccessRows(), AccessPointRows(), PointPolicyRows(), TagRows(service), MultiRegionRows(service)}) {
    rows.insert(rows.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  return rows;
}

}  // namespace

S3ControlService::S3ControlService(object::Store& store, object::AccessPoints& points)
    : store_(store), points_(points), operations_(AllRows(*this)) {}

const protocol::ServiceDesc& S3ControlService::model() const { return gen::kService; }

std::span<const protocol::ErrorRow> S3ControlService::errors() const { return kErrors; }

Scope OwnerOf(const Call& call, const std::optional<std::string>& account) {
  return {.account = account.value_or(""), .region = call.scope.region};
}

std::vector<identity::Check> Ask(std::string_view action, std::string resource,
                                 const std::optional<std::string>& account) {
  std::vector<identity::Check> checks(1);
  checks[0].action = action;
  checks[0].resource = std::move(resource);
  checks[0].owner = account.value_or("");
  return checks;
}

object::PublicBlock ToBlock(const std::optional<gen::PublicAccessBlockConfiguration>& wanted) {
  if (!wanted) return object::kAllBlocked;
  // All is blocked where nothing is said; of a configuration, what it does not name is open.
  return {.acls = wanted->block_public_acls.value_or(false),
          .ignored_acls = wanted->ignore_public_acls.value_or(false),
          .policies = wanted->block_public_policy.value_or(false),
          .public_buckets = wanted->restrict_public_buckets.value_or(false)};
}

gen::PublicAccessBlockConfiguration FromBlock(const object::PublicBlock& block) {
  return {.block_public_acls = block.acls,
          .ignore_public_acls = block.ignored_acls,
          .block_public_policy = block.policies,
          .restrict_public_buckets = block.public_buckets};
}

Error PublicPolicyBlocked(const Call& call, std::string_view action, const std::string& resource) {
  return Fail(kPublicPolicyBlocked,
              fmt::format("User: {} is not authorized to perform: {} on resource: \"{}\" because public policies are "
                          "blocked by the BlockPublicPolicy block public access setting.",
                          call.caller.arn, action, resource));
}

std::string PointName(const std::optional<std::string>& name) {
  constexpr std::string_view kKind = ":accesspoint/";
  if (!name) return {};
  const size_t at = name->starts_with("arn:") ? name->find(kKind) : name->npos;
  return at == name->npos ? *name : name->substr(at + kKind.size());
}

std::string PointArn(const Call& call, const std::optional<std::string>& account,
                     const std::optional<std::string>& name) {
  return object::AccessPoint{.owner = OwnerOf(call, account), .name = PointName(name)}.arn();
}

std::string PointAction(std::string_view action, const std::optional<std::string>& name) {
  if (!object::IsDirectoryPoint(PointName(name))) return std::string(action);
  return fmt::format("s3express{}", action.substr(action.find(':')));
}

}  // namespace tarn::api::s3control
