#include "object/points/multi_region.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/random.h"
#include "kv/pages.h"
#include "object/errors.h"
#include "object/points/access_points.h"
#include "object/points/errors.h"
#include "object/store/keys.h"
#include "object/store/store.h"

namespace tarn::object {
namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kLettersAndDigits = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr size_t kAliasRest = 12;  // after the first letter
constexpr size_t kRoutesMax = 20;
constexpr size_t kPage = 500;

Error NoSuchPoint() { return Fail(kNoSuchMultiRegionPoint, "The specified Multi-Region Access Point does not exist"); }

std::string MakeAlias() {
  return RandomText(1, kLetters) + RandomText(kAliasRest, kLettersAndDigits) + std::string(kMultiRegionSuffix);
}

Result<MultiRegionPoint> Load(kv::Txn& txn, std::string_view account, std::string_view name) {
  TARN_TRY(const auto kept, txn.Get(MultiRegionKey(account, name).bytes()));
  if (!kept) return NoSuchPoint();
  return DecodeMultiRegionPoint(*kept);
}

Result<MultiRegionPoint> LoadAlias(kv::Txn& txn, std::string_view alias) {
  TARN_TRY(const auto kept, txn.Get(MultiRegionAliasKey(alias).bytes()));
  if (!kept) return NoSuchPoint();
  kv::KeyReader reader(*kept);
  const auto account = reader.Text();
  const auto name = reader.Text();
  if (!account || !name) return Fail(kCorruptRecord, "a stored alias is damaged");
  return Load(txn, *account, *name);
}

void Save(kv::Txn& txn, MultiRegionPoint& point) {
  point.revision = RandomU64() | 1;
  txn.Put(MultiRegionKey(point.account, point.name).bytes(), Encode(point));
}

// Finds each bucket's region; one bucket a region.
Status Resolve(kv::Txn& txn, MultiRegionPoint& point) {
  if (point.routes.empty() || point.routes.size() > kRoutesMax) {
    return Fail(kInvalidRequest, fmt::format("A Multi-Region Access Point takes 1 to {} buckets", kRoutesMax));
  }
  std::set<std::string> regions;
  for (MultiRegionPoint::Route& route : point.routes) {
    if (route.account.empty()) route.account = point.account;
    const auto bucket = LoadBucket(txn, route.bucket);
    if (bucket.Is(kNoSuchBucket)) {
      return Fail(kInvalidRequest, "Amazon S3 AccessPoint can only be created for existing bucket");
    }
    if (!bucket.ok()) return bucket.error();
    if (bucket->owner.account != route.account) {
      return Fail(kInvalidRequest, "BucketAccountId parameter should be same as the AWS Account Id of bucket owner");
    }
    route.region = bucket->owner.region;
    route.dial = kDialOn;
    if (!regions.insert(route.region).second) {
      return Fail(
          kInvalidRequest,
          fmt::format("A Multi-Region Access Point takes one bucket of a Region; {} has several", route.region));
    }
  }
  return Ok();
}

// Forgets what was asked for long ago.
Status Prune(kv::Txn& txn, std::string_view account, Timestamp now) {
  const kv::Key within = AsyncRequestKeys(account);
  for (kv::Pages pages(within, kPage); !pages.done();) {
    TARN_TRY(const auto rows, pages.Next(txn));
    for (const kv::KeyValue& row : rows) {
      TARN_TRY(const AsyncRequest request, DecodeAsyncRequest(row.value));
      if (request.created.micros + kRequestDays * kMicrosPerDay < now.micros) txn.Delete(row.key);
    }
  }
  return Ok();
}

}  // namespace

std::string MultiRegionPoint::arn() const { return fmt::format("arn:aws:s3::{}:accesspoint/{}", account, alias); }

AccessPoint MultiRegionPoint::Through(std::string_view region) const {
  const auto is_on = [](const Route& route) { return route.dial > 0; };
  auto chosen =
      std::ranges::find_if(routes, [&](const Route& route) { return is_on(route) && route.region == region; });
  if (chosen == routes.end()) chosen = std::ranges::find_if(routes, is_on);
  AccessPoint point;
  point.owner = {.account = account, .region = {}};
  point.name = alias;
  point.alias = alias;
  point.bucket = chosen->bucket;
  point.bucket_account = chosen->account;
  point.block = block;
  point.policy = policy;
  point.created = created;
  point.revision = revision;
  return point;
}

bool IsMultiRegionAlias(std::string_view bucket_name) { return bucket_name.ends_with(kMultiRegionSuffix); }

Status MultiRegionPoints::Once(AsyncRequest request, const std::function<Status(kv::Txn&)>& change) {
  request.created = clock_.Now();
  return kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    const std::string key = AsyncRequestKeys(request.account).Text(request.token).Take();
    TARN_TRY(const auto present, txn.Get(key));
    if (present) {
      TARN_TRY(const AsyncRequest before, DecodeAsyncRequest(*present));
      if (before.document == request.document) return Ok();
      return Fail(kIdempotency, "The client token was used for a request with other parameters.");
    }
    TARN_CHECK(change(txn));
    TARN_CHECK(Prune(txn, request.account, request.created));
    txn.Put(key, Encode(request));
    return Ok();
  });
}

Status MultiRegionPoints::Create(MultiRegionPoint wanted, AsyncRequest request) {
  if (!CheckPointName(wanted.name).ok()) {
    return Fail(kInvalidRequest, "The name of the Multi-Region Access Point is invalid");
  }
  wanted.alias = MakeAlias();
  wanted.created = clock_.Now();
  return Once(std::move(request), [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto present, txn.Get(MultiRegionKey(wanted.account, wanted.name).bytes()));
    if (present) {
      return Fail(kInvalidRequest,
                  fmt::format("The Multi-Region Access Point {} already exists in this account", wanted.name));
    }
    TARN_CHECK(Resolve(txn, wanted));
    Save(txn, wanted);
    txn.Put(MultiRegionAliasKey(wanted.alias).bytes(), kv::Key(wanted.account).Text(wanted.name).Take());
    return Ok();
  });
}

Status MultiRegionPoints::Delete(std::string_view account, std::string_view name, AsyncRequest request) {
  return Once(std::move(request), [&](kv::Txn& txn) -> Status {
    TARN_TRY(const MultiRegionPoint point, Load(txn, account, name));
    txn.Delete(MultiRegionKey(account, name).bytes());
    txn.Delete(MultiRegionAliasKey(point.alias).bytes());
    return Ok();
  });
}

Status MultiRegionPoints::SetPolicy(std::string_view account, std::string_view name, std::string policy,
                                    AsyncRequest request) {
  return Once(std::move(request), [&](kv::Txn& txn) -> Status {
    TARN_TRY(MultiRegionPoint point, Load(txn, account, name));
    point.policy = policy;
    Save(txn, point);
    return Ok();
  });
}

Result<AsyncRequest> MultiRegionPoints::FindRequest(std::string_view account, std::string_view token) {
  AsyncRequest request;
  TARN_CHECK(kv::Read(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto kept, txn.Get(AsyncRequestKeys(account).Text(token).bytes()));
    if (!kept) return Fail(kNoSuchAsyncRequest, "The specified async request does not exist");
    TARN_TRY(request, DecodeAsyncRequest(*kept));
    return Ok();
  }));
  return request;
}

Result<MultiRegionPoint> MultiRegionPoints::Get(std::string_view account, std::string_view name) {
  MultiRegionPoint point;
  TARN_CHECK(kv::Read(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(point, Load(txn, account, name));
    return Ok();
  }));
  return point;
}

Result<MultiRegionPoint> MultiRegionPoints::FindAlias(std::string_view alias) {
  MultiRegionPoint point;
  TARN_CHECK(kv::Read(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(point, LoadAlias(txn, alias));
    return Ok();
  }));
  return point;
}

Result<MultiRegionPage> MultiRegionPoints::List(std::string_view account, std::string_view start_after, uint32_t max) {
  MultiRegionPage page;
  TARN_CHECK(kv::Read(kv_, [&](kv::Txn& txn) -> Status {
    const kv::Key within = MultiRegionKeys(account);
    std::string begin = within.bytes();
    if (!start_after.empty()) begin = MultiRegionKey(account, start_after).Take() + '\0';
    TARN_TRY(const auto rows, txn.Scan(begin, within.End(), static_cast<size_t>(max) + 1));
    for (const kv::KeyValue& row : rows) {
      if (page.points.size() == max) {
        page.truncated = true;
        break;
      }
      TARN_TRY(MultiRegionPoint point, DecodeMultiRegionPoint(row.value));
      page.points.push_back(std::move(point));
    }
    return Ok();
  }));
  return page;
}

Status MultiRegionPoints::Turn(std::string_view account, std::string_view alias,
                               const std::vector<MultiRegionPoint::Route>& updates) {
  return kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(MultiRegionPoint point, LoadAlias(txn, alias));
    if (point.account != account) return NoSuchPoint();
    for (const MultiRegionPoint::Route& update : updates) {
      const auto route = std::ranges::find_if(point.routes, [&](const MultiRegionPoint::Route& each) {
        return (update.bucket.empty() || each.bucket == update.bucket) &&
               (update.region.empty() || each.region == update.region);
      });
      if (route == point.routes.end() || (update.bucket.empty() && update.region.empty())) {
        return Fail(kInvalidRequest, "A route names a bucket or a Region of the Multi-Region Access Point");
      }
      if (update.dial != 0 && update.dial != kDialOn) {
        return Fail(kInvalidRequest, "TrafficDialPercentage is 0 or 100");
      }
      route->dial = update.dial;
    }
    if (std::ranges::none_of(point.routes, [](const auto& route) { return route.dial > 0; })) {
      return Fail(kInvalidRequest, "At least one Region of a Multi-Region Access Point must be active");
    }
    Save(txn, point);
    return Ok();
  });
}

}  // namespace tarn::object
