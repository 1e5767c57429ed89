// Access points: further names of buckets, with a policy and a block of public access of their own; and what accounts
// block for all of their buckets.
//
// Invariants: a name is unique within its account and region, an alias in the lake; a bucket with access points is not
// deleted. A directory bucket's point has no alias but its name, "<base>--<zone id>--xa-s3", which is unique in the
// lake. Nobody is authorised here and policies are opaque.
// Errors: object/errors.h (kNoSuchAccessPoint, kAccessPointOwnedByYou, kInvalidRequest, kTooManyTags …).
// Threads: any; blocks on kv commits, reads are memory speed.
// Defined by https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points.html; kept: docs/format/object.md
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "kv/kv.h"
#include "object/bucket.h"
#include "object/points/multi_region.h"
#include "object/points/public_block.h"

namespace tarn::object {

// What may be reached through a point of a directory bucket; what is empty limits nothing.
struct PointScope {
  std::vector<std::string> prefixes;     // of keys
  std::vector<std::string> permissions;  // "GetObject"
  bool operator==(const PointScope&) const = default;
};

struct AccessPoint {
  Scope owner;
  std::string name;
  std::string alias;  // "<name>-<random>-s3alias", a bucket's name to clients
  std::string bucket;
  uint64_t bucket_id = 0;
  std::string bucket_account;
  std::string vpc_id;  // empty: reached from the internet
  PublicBlock block = kAllBlocked;
  std::optional<std::string> policy;
  Tags tags;
  std::optional<PointScope> scope;
  Timestamp created;
  uint64_t revision = 0;  // another one after every change: the key of caches

  std::string arn() const;
  std::string_view network_origin() const { return vpc_id.empty() ? "Internet" : "VPC"; }
};

struct PointQuery {
  std::string bucket;      // empty: of all
  bool directory = false;  // of directory buckets, else of the others
  std::string start_after;
  uint32_t max = 1000;
};
struct PointPage {
  std::vector<AccessPoint> points;
  bool truncated = false;
};

class AccessPoints {
 public:
  // Both outlive it.
  AccessPoints(kv::Store& kv, const Clock& clock) : kv_(kv), clock_(clock), multi_region_(kv, clock) {}

  // Makes `wanted` (owner, name, bucket, bucket_account, vpc_id, block, tags, scope): kInvalidUri, kInvalidRequest when
  // there is no such bucket of that account, kAccessPointOwnedByYou.
  Result<AccessPoint> Create(AccessPoint wanted);
  // By name or by alias.
  Result<AccessPoint> Get(const Scope& owner, std::string_view name_or_alias);
  Result<AccessPoint> FindAlias(std::string_view alias);
  Status Delete(const Scope& owner, std::string_view name);
  Result<PointPage> List(const Scope& owner, const PointQuery& query);
  // Lets `change` edit policy, tags and scope in one transaction; it may run several times.
  Result<AccessPoint> Change(const Scope& owner, std::string_view name_or_alias,
                             const std::function<Status(AccessPoint&)>& change);

  // What the account blocks; nothing when it never said.
  Result<std::optional<PublicBlock>> GetAccountBlock(std::string_view account);
  Status SetAccountBlock(std::string_view account, const std::optional<PublicBlock>& block);

  MultiRegionPoints& multi_region() { return multi_region_; }

 private:
  kv::Store& kv_;
  const Clock& clock_;
  MultiRegionPoints multi_region_;
};

inline constexpr std::string_view kAliasSuffix = "-s3alias";
bool IsAlias(std::string_view bucket_name);
// Splits the bucket name that SDKs make of an ARN in a host, "<name>-<account>"; false when it is none.
bool SplitPointHost(std::string_view label, std::string_view& name, std::string_view& account);
// kInvalidUri, kInvalidRequest.
Status CheckPointName(std::string_view name);
// Whether it names operations of AWS's list, and prefixes of 256 bytes at most: kInvalidRequest.
Status CheckScope(const PointScope& scope);
// For Store::DeleteBucket: kBucketHasAccessPoints when some lead to the bucket.
Status CheckNoAccessPoints(kv::Txn& txn, uint64_t bucket_id);

std::string Encode(const AccessPoint& point);
Result<AccessPoint> DecodeAccessPoint(std::string_view bytes);

}  // namespace tarn::object
