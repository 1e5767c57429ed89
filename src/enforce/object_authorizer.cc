#include "enforce/object_authorizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "enforce/object_veil.h"
#include "identity/check_context.h"

namespace tarn::enforce {
namespace {

using govern::Permission;
using govern::TableAccess;

constexpr std::string_view kS3Arn = "arn:aws:s3:::";

bool Deletes(std::string_view action) { return action.starts_with("s3:Delete"); }

bool Reads(std::string_view action) { return action.starts_with("s3:Get") || action.starts_with("s3:List"); }

// Has the lake itself delete or copy all of a bucket's objects, or tell of them.
bool ReachesAll(std::string_view action) {
  constexpr std::array<std::string_view, 5> kActions = {"s3:PutLifecycleConfiguration",
                                                        "s3:PutReplicationConfiguration", "s3:PutBucketNotification",
                                                        "s3:PutBucketLogging", "s3:PutInventoryConfiguration"};
  return std::ranges::find(kActions, action) != kActions.end();
}

// The root of the bucket's account, and the lake's own actors.
bool IsUnbound(const identity::Caller& caller, const std::optional<std::string>& owner) {
  return (caller.is_root() && owner == caller.account) || caller.type == identity::PrincipalType::kService;
}

// It reads one object, or asks whether there is one.
bool IsOfOneKey(const identity::Check& check) {
  return check.action.starts_with("s3:GetObject") || check.context.contains(std::string(identity::kOfOneKey));
}

// The object, or the prefix of a listing, that the check is about; empty: neither.
std::string UriOf(const identity::Check& check) {
  const std::string_view resource = std::string_view(check.resource).substr(kS3Arn.size());
  if (resource.find('/') != std::string_view::npos) return fmt::format("s3://{}", resource);
  if (!check.action.starts_with("s3:ListBucket")) return "";
  const auto prefix = check.context.find("s3:prefix");
  if (prefix == check.context.end() || prefix->second.empty()) return "";
  return fmt::format("s3://{}/{}", resource, prefix->second);
}

// A check of a directory bucket names the bucket alone: what it is about, as other buckets' checks say it.
std::optional<identity::Check> OfDirectoryBucket(const identity::Check& check) {
  constexpr std::string_view kBucket = ":bucket/";
  const auto operation = check.context.find("s3express:operation");
  const size_t bucket = check.resource.find(kBucket);
  if (operation == check.context.end() || bucket == check.resource.npos) return std::nullopt;
  identity::Check same{.action = operation->second, .resource = std::string(kS3Arn), .owner = check.owner};
  same.resource += std::string_view(check.resource).substr(bucket + kBucket.size());
  if (const auto key = check.context.find("s3express:object"); key != check.context.end()) {
    same.resource += "/" + key->second;
  }
  same.context = check.context;
  return same;
}

}  // namespace

Status ObjectAuthorizer::Authorize(const identity::Caller& caller, std::span<const identity::Check> checks) const {
  TARN_CHECK(inner_.Authorize(caller, checks));
  for (const identity::Check& check : checks) {
    if (check.resource.starts_with(kS3Arn)) TARN_CHECK(CheckObject(caller, check));
    if (const auto same = OfDirectoryBucket(check)) TARN_CHECK(CheckObject(caller, *same));
  }
  return Ok();
}

Status ObjectAuthorizer::CheckObject(const identity::Caller& caller, const identity::Check& check) const {
  if (IsUnbound(caller, check.owner)) return Ok();
  const std::string uri = UriOf(check);
  bool may = true;
  if (!uri.empty()) {
    TARN_TRY(may, May(caller, check, uri));
  } else if (ReachesAll(check.action)) {
    TARN_TRY(const auto claims, access_.OfPlace(caller, fmt::format("s3://{}/", check.resource.substr(kS3Arn.size()))));
    may = !claims.registered || claims.data_access;
  }
  if (may) return Ok();
  return Fail(
      identity::kAccessDenied,
      fmt::format("User: {} is not authorized to perform: {} on resource: \"{}\" because Lake Formation governs "
                  "the location",
                  caller.arn.empty() ? "anonymous" : caller.arn, check.action, check.resource));
}

Result<std::unique_ptr<object::KeyVeil>> ObjectAuthorizer::VeilOf(const identity::Caller& caller,
                                                                  const object::Bucket& bucket,
                                                                  std::string_view prefix) const {
  if (IsUnbound(caller, bucket.owner.account)) return std::unique_ptr<object::KeyVeil>();
  const std::string_view folder = prefix.substr(0, prefix.rfind('/') + 1);
  TARN_TRY(const auto claims, access_.OfPlace(caller, fmt::format("s3://{}/{}", bucket.name, folder)));
  if (!claims.registered) return std::unique_ptr<object::KeyVeil>();
  TARN_TRY(auto places, places_.Present());
  return std::unique_ptr<object::KeyVeil>(
      std::make_unique<ObjectVeil>(access_, std::move(places), caller, bucket.name));
}

Result<bool> ObjectAuthorizer::May(const identity::Caller& caller, const identity::Check& check,
                                   const std::string& uri) const {
  TARN_TRY(const auto location, access_.OfLocation(caller, uri));
  if (!location || location->hybrid) return true;
  if (caller.is_root() && caller.account == location->account) return true;
  TARN_TRY(const auto places, places_.Present());
  // A folder is asked for by its name without the slash, as an object that is not there (S3A does): by its readers.
  const std::vector<catalog::TablePlace> tables = places->Around(IsOfOneKey(check) ? uri + "/" : uri);
  bool governed = false;
  for (const catalog::TablePlace& place : tables) {
    TARN_TRY(const TableAccess access, access_.OfTable(caller, place.scope, place.database, place.table));
    if (!access.governed) continue;
    governed = true;
    if (!access.whole()) return false;
    if (Reads(check.action) || location->data_access) continue;
    if (!access.Has(Deletes(check.action) ? Permission::kDelete : Permission::kInsert)) return false;
  }
  return governed || !tables.empty() || location->data_access;
}

}  // namespace tarn::enforce
