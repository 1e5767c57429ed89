// Who may do what in S3: the checks that rules and handlers ask, and the guard behind them.
//
// A bucket that enforces its owner and has no policy costs nothing here: only its account's principals may act, and
// the authoriser knows them. Else the guard judges: an explicit deny of the bucket policy wins (but the owner's root
// keeps the policy itself in hand), then an allow of the policy or of an access list. What another account's object
// allows, only that object's list says. Keys that do not exist are told to those only who may list.
// Threads: any; guards one at a time.
// Defined by https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-s3-evaluates-access-control.html
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/s3/access/accounts.h"
#include "api/s3/access/bucket_access.h"
#include "api/s3/access/grants.h"
#include "api/s3/errors.h"
#include "api/s3/points/points.h"
#include "api/s3/s3_service.h"

namespace tarn::api::s3 {

// What the service keeps for all its calls.
struct Access {
  Accounts accounts;
  BucketAccessCache buckets;
  PointPolicies points;
};

// What a request wants of a bucket (no key) or of an object in it.
struct Wish {
  std::string action;
  std::optional<std::string> key;
  std::string version_id;                      // empty: the newest
  std::map<std::string, std::string> context;  // condition keys that the request's head does not tell
};

// The check of one wish, with the guard when the bucket needs one. `like` is a check of the same call and bucket whose
// guard is used again. kAccessDenied when the bucket's requester pays and this one did not agree to.
Result<identity::Check> MakeCheck(const S3Service& service, const Call& call, const object::Bucket& bucket, Wish wish,
                                  const identity::Check* like = nullptr);
// Whether the caller may; errors of reading count as no.
bool May(const S3Service& service, const Call& call, const object::Bucket& bucket, Wish wish);

// What is answered about a key or version that is not there: `missing` to callers who may list, else kAccessDenied.
Error Missing(const S3Service& service, const Call& call, const object::Bucket& bucket, const std::string& key,
              Error missing);

// The account that owns a version or upload of the bucket.
inline const std::string& OwningAccount(const object::Bucket& bucket, const object::Attributes& attributes) {
  return attributes.owner.empty() ? bucket.owner.account : attributes.owner;
}

// The owners that a listing of one bucket shows.
class ListedOwners {
 public:
  ListedOwners(const S3Service& service, const object::Bucket& bucket)
      : accounts_(service.access().accounts), bucket_(bucket), bucket_owner_(accounts_.Owner(bucket.owner.account)) {}
  // `account` as records have it: empty for the bucket's owner.
  gen::Owner Of(const std::string& account) const {
    return account.empty() || !TakesAcls(bucket_) ? bucket_owner_ : accounts_.Owner(account);
  }

 private:
  Accounts& accounts_;
  const object::Bucket& bucket_;
  const gen::Owner bucket_owner_;
};

// Sets who owns an object about to be written and its access list. Errors: kAclNotSupported, kAccessDenied (public
// lists are blocked), those of ReadAcl.
Status SetAccess(const S3Service& service, const Call& call, const object::Bucket& bucket, const AskedAcl& asked,
                 object::Attributes& attributes);
template <typename In>
Status SetAccess(const S3Service& service, const Call& call, const object::Bucket& bucket, const In& in,
                 object::Attributes& attributes) {
  return SetAccess(service, call, bucket, AskedAclOf(call, in), attributes);
}

// What is blocked of public access: by the bucket, for its whole account, or through the access point that led to it.
Result<PublicAccessBlock> EffectiveBlock(const S3Service& service, const object::Bucket& bucket,
                                         const BucketAccess& access);

// AccessDenied with the words that S3 has for a block: "… because public policies are blocked by …".
Error Blocked(const Call& call, const object::Bucket& bucket, std::string_view action, std::string_view why);
inline constexpr std::string_view kPublicAclsBlocked =
    "public access control lists (ACLs) are blocked by the BlockPublicAcls block public access setting";
inline constexpr std::string_view kPublicPoliciesBlocked =
    "public policies are blocked by the BlockPublicPolicy block public access setting";

}  // namespace tarn::api::s3
