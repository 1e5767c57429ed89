#include "object/points/access_points.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/random.h"
#include "base/strings.h"
#include "kv/pages.h"
#include "object/directory/names.h"
#include "object/errors.h"
#include "object/store/keys.h"
#include "object/store/store.h"

namespace tarn::object {
namespace {

constexpr std::string_view kLowerAlphanumeric = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr size_t kAliasRandom = 34;
constexpr size_t kAliasNameMax = 20;  // of the name, so that an alias is a bucket name of at most 63 characters
constexpr size_t kNameMin = 3;
constexpr size_t kNameMax = 50;
constexpr size_t kAccountDigits = 12;
constexpr size_t kTagsMax = 50;
constexpr size_t kPrefixBytesMax = 256;  // of all prefixes of a scope
constexpr std::string_view kPermissions[] = {"GetObject",    "GetObjectAttributes",        "ListMultipartUploadParts",
                                             "ListBucket",   "ListBucketMultipartUploads", "PutObject",
                                             "DeleteObject", "AbortMultipartUpload"};

Error NoSuchPoint() { return Fail(kNoSuchAccessPoint, "The specified accesspoint does not exist"); }

bool IsLowerOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

std::string MakeAlias(std::string_view name) {
  std::string alias(name.substr(0, kAliasNameMax));
  while (alias.ends_with('-')) alias.pop_back();
  return fmt::format("{}-{}{}", alias, RandomText(kAliasRandom, kLowerAlphanumeric), kAliasSuffix);
}

Result<AccessPoint> Load(kv::Txn& txn, const Scope& owner, std::string_view name) {
  TARN_TRY(const auto kept, txn.Get(PointKey(owner, name).bytes()));
  if (!kept) return NoSuchPoint();
  return DecodeAccessPoint(*kept);
}

Result<AccessPoint> LoadAlias(kv::Txn& txn, std::string_view alias) {
  TARN_TRY(const auto kept, txn.Get(PointAliasKey(alias).bytes()));
  if (!kept) return NoSuchPoint();
  kv::KeyReader reader(*kept);
  auto account = reader.Text();
  auto region = reader.Text();
  const auto name = reader.Text();
  if (!account || !region || !name) return Fail(kCorruptRecord, "a stored alias is damaged");
  return Load(txn, {.account = *std::move(account), .region = *std::move(region)}, *name);
}

// An alias leads only to a point of `owner`.
Result<AccessPoint> LoadEither(kv::Txn& txn, const Scope& owner, std::string_view name_or_alias) {
  if (!IsAlias(name_or_alias)) return Load(txn, owner, name_or_alias);
  TARN_TRY(AccessPoint point, LoadAlias(txn, name_or_alias));
  if (point.owner.account != owner.account || point.owner.region != owner.region) return NoSuchPoint();
  return point;
}

}  // namespace

std::string AccessPoint::arn() const {
  return fmt::format("arn:aws:{}:{}:{}:accesspoint/{}", IsDirectoryPoint(name) ? "s3express" : "s3", owner.region,
                     owner.account, name);
}

bool IsAlias(std::string_view bucket_name) { return bucket_name.ends_with(kAliasSuffix); }

bool SplitPointHost(std::string_view label, std::string_view& name, std::string_view& account) {
  if (label.size() < kNameMin + 1 + kAccountDigits) return false;
  const size_t dash = label.size() - kAccountDigits - 1;
  if (label[dash] != '-') return false;
  account = label.substr(dash + 1);
  name = label.substr(0, dash);
  return std::ranges::all_of(account, [](char c) { return c >= '0' && c <= '9'; });
}

Status CheckPointName(std::string_view name) {
  const Error invalid = Fail(kInvalidRequest, "Your Amazon S3 AccessPoint name is invalid");
  if (IsDirectoryPoint(name)) {
    const auto zone = ZoneOfPoint(name);
    if (!zone) return invalid;
    // "<base>" "--" "<zone>" "--xa-s3"
    name = name.substr(0, name.size() - kDirectoryPointSuffix.size() - zone->size() - 2);
  }
  const bool spelled = std::ranges::all_of(name, [](char c) { return IsLowerOrDigit(c) || c == '-' || c == '.'; });
  if (name.size() < kNameMin || name.size() > kNameMax || !spelled) {
    return Fail(kInvalidUri, "Couldn't parse the specified URI.");
  }
  const bool valid = name.find('.') == name.npos && name.front() != '-' && name.back() != '-' && !IsAlias(name) &&
                     !name.starts_with("xn--");
  return valid ? Ok() : invalid;
}

Status CheckScope(const PointScope& scope) {
  size_t bytes = 0;
  for (const std::string& prefix : scope.prefixes) bytes += prefix.size();
  if (bytes > kPrefixBytesMax) {
    return Fail(kInvalidRequest, "The total length of the prefixes of a scope must not be more than 256 bytes.");
  }
  for (const std::string& permission : scope.permissions) {
    if (std::ranges::find(kPermissions, permission) != std::end(kPermissions)) continue;
    return Fail(kInvalidRequest, fmt::format("{} is not a permission of access point scopes.", permission));
  }
  return Ok();
}

Status CheckNoAccessPoints(kv::Txn& txn, uint64_t bucket_id) {
  const kv::Key keys = BucketPointKeys(bucket_id);
  TARN_TRY(const auto first, txn.Scan(keys.bytes(), keys.End(), 1));
  if (first.empty()) return Ok();
  return Fail(kBucketHasAccessPoints,
              "The bucket you tried to delete has access points attached. Delete your access points before deleting "
              "your bucket.");
}

Result<AccessPoint> AccessPoints::Create(AccessPoint wanted) {
  TARN_CHECK(CheckPointName(wanted.name));
  TARN_CHECK(CheckTags(wanted.tags, kTagsMax));
  if (wanted.scope) TARN_CHECK(CheckScope(*wanted.scope));
  const bool directory = IsDirectoryPoint(wanted.name);
  wanted.alias = directory ? wanted.name : MakeAlias(wanted.name);
  wanted.created = clock_.Now();
  wanted.revision = RandomU64() | 1;
  TARN_CHECK(kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    const auto bucket = LoadBucket(txn, wanted.bucket);
    if (bucket.Is(kNoSuchBucket)) {
      return Fail(kInvalidRequest, "Amazon S3 AccessPoint can only be created for existing bucket");
    }
    if (!bucket.ok()) return bucket.error();
    if (bucket->owner.account != wanted.bucket_account) {
      return Fail(kInvalidRequest, "BucketAccountId parameter should be same as the AWS Account Id of bucket owner");
    }
    if (IsDirectoryBucket(bucket->name) != directory || ZoneOf(bucket->name) != ZoneOfPoint(wanted.name)) {
      return Fail(kInvalidRequest, "The access point and its bucket must be of the same kind and zone.");
    }
    const std::string key = PointKey(wanted.owner, wanted.name).Take();
    TARN_TRY(const auto present, txn.Get(key));
    if (present) {
      return Fail(kAccessPointOwnedByYou,
                  "Your previous request to create the named accesspoint succeeded and you already own it.");
    }
    TARN_TRY(const auto taken, txn.Get(PointAliasKey(wanted.alias).bytes()));
    if (taken) return Fail(kInvalidRequest, "The name of the access point is taken in its zone.");
    wanted.bucket_id = bucket->id;
    txn.Put(key, Encode(wanted));
    const std::string place = PointPlace(wanted.owner, wanted.name).Take();
    txn.Put(PointAliasKey(wanted.alias).bytes(), place);
    txn.Put(BucketPointKeys(bucket->id).Text(wanted.alias).bytes(), place);
    return Ok();
  }));
  return wanted;
}

Result<AccessPoint> AccessPoints::Get(const Scope& owner, std::string_view name_or_alias) {
  AccessPoint point;
  TARN_CHECK(kv::Read(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(point, LoadEither(txn, owner, name_or_alias));
    return Ok();
  }));
  return point;
}

Result<AccessPoint> AccessPoints::FindAlias(std::string_view alias) {
  AccessPoint point;
  TARN_CHECK(kv::Read(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(point, LoadAlias(txn, alias));
    return Ok();
  }));
  return point;
}

Status AccessPoints::Delete(const Scope& owner, std::string_view name) {
  return kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const AccessPoint point, LoadEither(txn, owner, name));
    txn.Delete(PointKey(owner, point.name).bytes());
    txn.Delete(PointAliasKey(point.alias).bytes());
    txn.Delete(BucketPointKeys(point.bucket_id).Text(point.alias).bytes());
    return Ok();
  });
}

Result<PointPage> AccessPoints::List(const Scope& owner, const PointQuery& query) {
  PointPage page;
  TARN_CHECK(kv::Read(kv_, [&](kv::Txn& txn) -> Status {
    const kv::Key within = PointKeys(owner);
    std::string begin = within.bytes();
    if (!query.start_after.empty()) begin = PointKey(owner, query.start_after).Take() + '\0';
    for (kv::Pages pages(std::move(begin), within.End(), 500); !pages.done();) {
      TARN_TRY(const auto rows, pages.Next(txn));
      for (const kv::KeyValue& row : rows) {
        TARN_TRY(AccessPoint point, DecodeAccessPoint(row.value));
        if (IsDirectoryPoint(point.name) != query.directory) continue;
        if (!query.bucket.empty() && point.bucket != query.bucket) continue;
        if (page.points.size() == query.max) {
          page.truncated = true;
          return Ok();
        }
        page.points.push_back(std::move(point));
      }
    }
    return Ok();
  }));
  return page;
}

Result<AccessPoint> AccessPoints::Change(const Scope& owner, std::string_view name_or_alias,
                                         const std::function<Status(AccessPoint&)>& change) {
  AccessPoint point;
  TARN_CHECK(kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(point, LoadEither(txn, owner, name_or_alias));
    TARN_CHECK(change(point));
    TARN_CHECK(CheckTags(point.tags, kTagsMax));
    if (point.scope) TARN_CHECK(CheckScope(*point.scope));
    point.revision = RandomU64() | 1;
    txn.Put(PointKey(owner, point.name).bytes(), Encode(point));
    return Ok();
  }));
  return point;
}

Result<std::optional<PublicBlock>> AccessPoints::GetAccountBlock(std::string_view account) {
  std::optional<std::string> kept;
  TARN_CHECK(kv::Read(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(kept, txn.Get(AccountBlockKey(account).bytes()));
    return Ok();
  }));
  if (!kept) return std::optional<PublicBlock>();
  TARN_TRY(const PublicBlock block, DecodePublicBlock(*kept));
  return std::optional(block);
}

Status AccessPoints::SetAccountBlock(std::string_view account, const std::optional<PublicBlock>& block) {
  return kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    const std::string key = AccountBlockKey(account).Take();
    if (block) {
      txn.Put(key, Encode(*block));
    } else {
      txn.Delete(key);
    }
    return Ok();
  });
}

}  // namespace tarn::object
