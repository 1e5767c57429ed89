// Multi-Region Access Points: one name for several buckets, one in each region. A request through it goes to one of
// the buckets whose dial is on, the caller's region's if that is among them.
//
// Invariants: a name is unique within its account, an alias in the lake and never used again; the buckets are those it
// was made with; at least one dial is on. What was asked for is done when the call returns, and is kept with it for
// kRequestDays, so that the same client token asks for nothing twice. A bucket may be deleted: requests that would go
// there find none. Errors: object/points/errors.h, kInvalidRequest. Nobody is authorised here and policies are opaque.
// Threads: any; blocks on kv commits, reads are memory speed. Defined by
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiRegionAccessPoints.html; kept: docs/format/object.md
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "kv/kv.h"
#include "object/points/public_block.h"

namespace tarn::object {

struct AccessPoint;

inline constexpr uint32_t kDialOn = 100;
inline constexpr int64_t kRequestDays = 14;

struct MultiRegionPoint {
  // A bucket that it leads to.
  struct Route {
    std::string bucket;
    std::string account;  // the bucket's owner
    std::string region;
    uint32_t dial = kDialOn;  // kDialOn or 0
    bool operator==(const Route&) const = default;
  };
  std::string account;
  std::string name;
  std::string alias;  // "<13 letters and digits>.mrap", a bucket's name to clients
  std::vector<Route> routes;
  PublicBlock block = kAllBlocked;
  std::optional<std::string> policy;
  Timestamp created;
  uint64_t revision = 0;  // another one after every change: the key of caches

  std::string arn() const;  // holds the alias, not the name
  // As the access point that a request from `region` comes through: its bucket is the one that is chosen.
  AccessPoint Through(std::string_view region) const;
};

// What was asked for, as the wire face wants it back.
struct AsyncRequest {
  std::string account;
  std::string token;     // the last part of its ARN
  std::string document;  // opaque; another one under the same token is kIdempotency
  Timestamp created;
};

struct MultiRegionPage {
  std::vector<MultiRegionPoint> points;
  bool truncated = false;
};

class MultiRegionPoints {
 public:
  // Both outlive it.
  MultiRegionPoints(kv::Store& kv, const Clock& clock) : kv_(kv), clock_(clock) {}

  // Makes `wanted` (account, name, block, and of each route bucket and account, which may be empty: the point's).
  Status Create(MultiRegionPoint wanted, AsyncRequest request);
  Status Delete(std::string_view account, std::string_view name, AsyncRequest request);
  Status SetPolicy(std::string_view account, std::string_view name, std::string policy, AsyncRequest request);
  // kNoSuchAsyncRequest.
  Result<AsyncRequest> FindRequest(std::string_view account, std::string_view token);

  Result<MultiRegionPoint> Get(std::string_view account, std::string_view name);
  Result<MultiRegionPoint> FindAlias(std::string_view alias);
  Result<MultiRegionPage> List(std::string_view account, std::string_view start_after, uint32_t max);
  // Turns dials: each update names a bucket, a region or both (empty: not said). kInvalidRequest when none fits or
  // nothing would stay on.
  Status Turn(std::string_view account, std::string_view alias, const std::vector<MultiRegionPoint::Route>& updates);

 private:
  // Runs `change` with the request kept in the same transaction; nothing when that request was done before.
  Status Once(AsyncRequest request, const std::function<Status(kv::Txn&)>& change);

  kv::Store& kv_;
  const Clock& clock_;
};

inline constexpr std::string_view kMultiRegionSuffix = ".mrap";
bool IsMultiRegionAlias(std::string_view bucket_name);

std::string Encode(const MultiRegionPoint& point);
Result<MultiRegionPoint> DecodeMultiRegionPoint(std::string_view bytes);
std::string Encode(const AsyncRequest& request);
Result<AsyncRequest> DecodeAsyncRequest(std::string_view bytes);

}  // namespace tarn::object
