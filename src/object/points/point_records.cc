// How access points, Multi-Region Access Points and accounts' blocks are kept. Frozen: docs/format/object.md.
#include <utility>

#include "base/record.h"
#include "object/errors.h"
#include "object/points/access_points.h"

namespace tarn::object {
namespace {

constexpr uint64_t kAcls = 1;
constexpr uint64_t kIgnoredAcls = 2;
constexpr uint64_t kPolicies = 4;
constexpr uint64_t kPublicBuckets = 8;

}  // namespace

uint64_t PublicBlock::ToBits() const {
  return (acls ? kAcls : 0) | (ignored_acls ? kIgnoredAcls : 0) | (policies ? kPolicies : 0) |
         (public_buckets ? kPublicBuckets : 0);
}

PublicBlock PublicBlock::FromBits(uint64_t bits) {
  return {.acls = (bits & kAcls) != 0,
          .ignored_acls = (bits & kIgnoredAcls) != 0,
          .policies = (bits & kPolicies) != 0,
          .public_buckets = (bits & kPublicBuckets) != 0};
}

std::string Encode(const PublicBlock& block) { return RecordWriter().U64(1, block.ToBits()).Take(); }

Result<PublicBlock> DecodePublicBlock(std::string_view bytes) {
  RecordReader in(bytes);
  PublicBlock block;
  while (in.Next()) {
    if (in.tag() == 1) block = PublicBlock::FromBits(in.u64());
  }
  if (in.corrupt()) return Fail(kCorruptRecord, "a stored block of public access is damaged");
  return block;
}

std::string Encode(const AccessPoint& point) {
  RecordWriter out;
  out.Str(1, point.owner.account).Str(2, point.owner.region).Str(3, point.name).Str(4, point.alias);
  out.Str(5, point.bucket).U64(6, point.bucket_id).Str(7, point.bucket_account).I64(8, point.created.micros);
  if (!point.vpc_id.empty()) out.Str(9, point.vpc_id);
  out.U64(10, point.block.ToBits());
  if (point.policy) out.Str(11, *point.policy);
  out.U64(12, point.revision);
  for (const auto& [key, value] : point.tags) out.Str(13, key).Str(14, value);
  if (point.scope) {
    out.Bool(15, true);
    for (const std::string& prefix : point.scope->prefixes) out.Str(16, prefix);
    for (const std::string& permission : point.scope->permissions) out.Str(17, permission);
  }
  return out.Take();
}

Result<AccessPoint> DecodeAccessPoint(std::string_view bytes) {
  AccessPoint point;
  std::string* const texts[] = {&point.owner.account, &point.owner.region, &point.name, &point.alias, &point.bucket};
  RecordReader in(bytes);
  const Error damaged = Fail(kCorruptRecord, "a stored access point is damaged");
  while (in.Next()) {
    switch (in.tag()) {
      case 1:
      case 2:
      case 3:
      case 4:
      case 5:
        *texts[in.tag() - 1] = in.str();
        break;
      case 6:
        point.bucket_id = in.u64();
        break;
      case 7:
        point.bucket_account = in.str();
        break;
      case 8:
        point.created.micros = in.i64();
        break;
      case 9:
        point.vpc_id = in.str();
        break;
      case 10:
        point.block = PublicBlock::FromBits(in.u64());
        break;
      case 11:
        point.policy = in.str();
        break;
      case 12:
        point.revision = in.u64();
        break;
      case 13:
        point.tags.emplace_back(in.str(), std::string());
        break;
      case 14:
        if (point.tags.empty()) return damaged;
        point.tags.back().second = in.str();
        break;
      case 15:
        point.scope.emplace();
        break;
      case 16:
      case 17:
        if (!point.scope) return damaged;
        (in.tag() == 16 ? point.scope->prefixes : point.scope->permissions).emplace_back(in.str());
        break;
      default:
        break;
    }
  }
  if (in.corrupt() || point.name.empty()) return damaged;
  return point;
}

std::string Encode(const MultiRegionPoint& point) {
  RecordWriter out;
  out.Str(1, point.account).Str(2, point.name).Str(3, point.alias).I64(4, point.created.micros);
  out.U64(5, point.block.ToBits()).U64(6, point.revision);
  if (point.policy) out.Str(7, *point.policy);
  for (const auto& route : point.routes) {
    out.Str(8, route.bucket).Str(9, route.account).Str(10, route.region).U64(11, route.dial);
  }
  return out.Take();
}

Result<MultiRegionPoint> DecodeMultiRegionPoint(std::string_view bytes) {
  MultiRegionPoint point;
  RecordReader in(bytes);
  const Error damaged = Fail(kCorruptRecord, "a stored Multi-Region Access Point is damaged");
  while (in.Next()) {
    if (in.tag() > 8 && in.tag() <= 11 && point.routes.empty()) return damaged;
    switch (in.tag()) {
      case 1:
        point.account = in.str();
        break;
      case 2:
        point.name = in.str();
        break;
      case 3:
        point.alias = in.str();
        break;
      case 4:
        point.created.micros = in.i64();
        break;
      case 5:
        point.block = PublicBlock::FromBits(in.u64());
        break;
      case 6:
        point.revision = in.u64();
        break;
      case 7:
        point.policy = in.str();
        break;
      case 8:
        point.routes.push_back({.bucket = in.str(), .account = {}, .region = {}});
        break;
      case 9:
        point.routes.back().account = in.str();
        break;
      case 10:
        point.routes.back().region = in.str();
        break;
      case 11:
        point.routes.back().dial = static_cast<uint32_t>(in.u64());
        break;
      default:
        break;
    }
  }
  if (in.corrupt() || point.name.empty() || point.routes.empty()) return damaged;
  return point;
}

std::string Encode(const AsyncRequest& request) {
  return RecordWriter()
      .Str(1, request.account)
      .Str(2, request.token)
      .Str(3, request.document)
      .I64(4, request.created.micros)
      .Take();
}

Result<AsyncRequest> DecodeAsyncRequest(std::string_view bytes) {
  AsyncRequest request;
  std::string* const texts[] = {&request.account, &request.token, &request.document};
  RecordReader in(bytes);
  while (in.Next()) {
    if (in.tag() >= 1 && in.tag() <= 3) *texts[in.tag() - 1] = in.str();
    if (in.tag() == 4) request.created.micros = in.i64();
  }
  if (in.corrupt() || request.token.empty()) return Fail(kCorruptRecord, "a stored request is damaged");
  return request;
}

}  // namespace tarn::object
