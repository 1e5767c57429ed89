// BucketGuard: what one bucket's policy, access lists and block of public access say in one call. See access.h.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/s3/access/bucket_access.h"
#include "api/s3/s3_service.h"
#include "identity/authorize.h"

namespace tarn::api::s3 {

class BucketGuard : public identity::Guard {
 public:
  // The call and service outlive the guard. `writes_object`: the call makes a new object, so that what is asked of its
  // list and tags is part of the writing.
  BucketGuard(const S3Service& service, const Call& call, object::Bucket bucket,
              std::shared_ptr<const BucketAccess> access, const PublicAccessBlock& block, bool writes_object)
      : service_(service),
        call_(call),
        bucket_(std::move(bucket)),
        access_(std::move(access)),
        block_(block),
        writes_object_(writes_object) {}

  Result<Ruling> Judge(const identity::Caller& caller, const identity::Check& check,
                       const policy::Context& context) const override;
  Result<policy::Decision> JudgeRefused(const identity::Caller& caller, const identity::Check& check,
                                        const policy::Context& context) const override;
  bool FindKey(const identity::Check& check, std::string_view key, std::vector<std::string>& values) const override;

  // The account that owns what the action is about: an existing object's owner, else the bucket's.
  std::string OwnerFor(const identity::Check& check) const;

 protected:
  // What a policy says of the check as one on `resource`.
  policy::Decision Ask(const policy::Document& policy, const std::string& resource, const identity::Caller& caller,
                       const identity::Check& check, const policy::Context& context) const;
  // The object's key; empty for the bucket.
  std::string Key(const identity::Check& check) const;
  const Call& call() const { return call_; }

 private:
  // The version that the check is about, null when there is none (or a delete marker); read once.
  const object::Version* Object(const identity::Check& check) const;
  bool IsOfObject(const identity::Check& check) const;
  policy::Decision AskPolicy(const identity::Caller& caller, const identity::Check& check,
                             const policy::Context& context) const;
  bool CountsAllow(const identity::Caller& caller, const identity::Check& check) const;
  // How the lists name the caller; kNone when they do not allow it.
  Result<policy::Match> AllowedByAcl(const identity::Caller& caller, const identity::Check& check) const;
  bool IsOwnUpload(const identity::Caller& caller, const identity::Check& check) const;
  bool MayList(const identity::Caller& caller, const identity::Check& check) const;

  struct Found {
    std::string key;
    std::string version_id;
    std::optional<object::Version> version;
  };

  const S3Service& service_;
  const Call& call_;
  const object::Bucket bucket_;
  const std::shared_ptr<const BucketAccess> access_;
  const PublicAccessBlock block_;
  const bool writes_object_;
  mutable std::optional<Found> found_;
};

}  // namespace tarn::api::s3
