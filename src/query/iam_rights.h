// What a query's caller may do by IAM: a statement runs with the rights of who started it, as on AWS. Lake Formation's
// part is enforce::Rights; what it opens (a governed table below a registered location) is asked for here by Glue's
// actions and lakeformation:GetDataAccess, other data by S3's.
//
// Invariants: an account's root, internal actors and a lake without an authorizer are not asked. Objects are asked for
// as S3 asks (enforce/bucket_checks.h, by the authorizer that S3 asks), once per folder
// ("arn:aws:s3:::bucket/folder/*") and again for each file that is opened. Errors: kNotAuthorized, worded as Athena
// words Glue's and S3's refusals; the authorizer's failures. Threads: any.
// https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "enforce/bucket_checks.h"
#include "engine/table.h"
#include "identity/authorize.h"
#include "identity/caller.h"
#include "object/store/store.h"

namespace tarn::query {

class IamRights {
 public:
  // `authorizer` may be null; all but the scope outlive it.
  IamRights(const identity::Authorizer* authorizer, object::Store& objects, const identity::Caller& caller, Scope scope)
      : authorizer_(authorizer), caller_(caller), scope_(std::move(scope)), buckets_(objects) {}

  bool asks() const { return authorizer_ != nullptr && !caller_.acts_for_account(); }

  // "glue:…" on the catalog, a database and a table ("*": all of the database's); empty names are left out.
  Status Glue(std::string_view action, std::string_view database = {}, std::string_view table = {}) const {
    return GlueIn(scope_, action, database, table);
  }
  // The same in another account's catalog, or another region's.
  Status GlueIn(const Scope& scope, std::string_view action, std::string_view database = {},
                std::string_view table = {}) const;
  // "s3:GetObject" … on all below the folder "s3://…"; an empty one asks for nothing.
  Status Below(std::string_view action, std::string_view folder) const;
  // … on one object.
  Status Object(std::string_view action, std::string_view url) const;
  // May list the folder.
  Status List(std::string_view folder) const;
  // "s3:CreateBucket".
  Status Bucket(std::string_view action, std::string_view bucket) const;
  // What S3 Tables asks (enforce/table_bucket_check.h).
  Status TableBucket(identity::Check check) const;

  // "athena:…" on a work group.
  Status Athena(std::string_view action, std::string_view workgroup) const;
  // "lakeformation:GetDataAccess": may have Lake Formation open what it grants.
  Status DataAccess() const;

  // Opens the files that the caller may get; those below the folders `exempt` ("s3://…") are not asked for.
  std::shared_ptr<engine::FileSource> Guarded(std::shared_ptr<engine::FileSource> inner,
                                              std::vector<std::string> exempt) const;

 private:
  Status Ask(identity::Check check, std::string_view service) const;
  Status AskS3(std::string_view action, std::string_view bucket, std::string_view key,
               std::map<std::string, std::string> context) const;

  const identity::Authorizer* const authorizer_;
  const identity::Caller& caller_;
  const Scope scope_;
  const enforce::BucketChecks buckets_;  // as the query finds them first
};

}  // namespace tarn::query
