// How access points and accounts' blocks are kept. Frozen: docs/format/object.md.
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

uint64_t ToBits(const PublicBlock& block) {
  return (block.acls ? kAcls : 0) | (block.ignored_acls ? kIgnoredAcls : 0) | (block.policies ? kPolicies : 0) |
         (block.public_buckets ? kPublicBuckets : 0);
}

PublicBlock FromBits(uint64_t bits) {
  return {.acls = (bits & kAcls) != 0,
          .ignored_acls = (bits & kIgnoredAcls) != 0,
          .policies = (bits & kPolicies) != 0,
          .public_buckets = (bits & kPublicBuckets) != 0};
}

}  // namespace

std::string Encode(const PublicBlock& block) { return RecordWriter().U64(1, ToBits(block)).Take(); }

Result<PublicBlock> DecodePublicBlock(std::string_view bytes) {
  RecordReader in(bytes);
  PublicBlock block;
  while (in.Next()) {
    if (in.tag() == 1) block = FromBits(in.u64());
  }
  if (in.corrupt()) return Fail(kCorruptRecord, "a stored block of public access is damaged");
  return block;
}

std::string Encode(const AccessPoint& point) {
  RecordWriter out;
  out.Str(1, point.owner.account).Str(2, point.owner.region).Str(3, point.name).Str(4, point.alias);
  out.Str(5, point.bucket).U64(6, point.bucket_id).Str(7, point.bucket_account).I64(8, point.created.micros);
  if (!point.vpc_id.empty()) out.Str(9, point.vpc_id);
  out.U64(10, ToBits(point.block));
  if (point.policy) out.Str(11, *point.policy);
  out.U64(12, point.revision);
  for (const auto& [key, value] : point.tags) out.Str(13, key).Str(14, value);
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
        point.block = FromBits(in.u64());
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
      default:
        break;
    }
  }
  if (in.corrupt() || point.name.empty()) return damaged;
  return point;
}

}  // namespace tarn::object
