// What who puts rows into Iceberg tables other than by SQL needs: files that are loaded, streams that are delivered.
//
// Rights are the caller's: IAM's for Glue's actions on catalog, database and table, Lake Formation's for the same, and
// s3:PutObject where the files go unless Lake Formation opens it. Errors: of Authorizer, kInsufficient and those of
// govern::Access. Threads: one at a time; made for one caller's work.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/scope.h"
#include "catalog/catalog.h"
#include "catalog/iceberg/tables.h"
#include "enforce/bucket_checks.h"
#include "enforce/rights.h"
#include "identity/authorize.h"

namespace tarn::enforce {

class TableWriter {
 public:
  // `access` may be null; all outlive it. `authorizer` is the one that S3 asks.
  TableWriter(catalog::Catalog& catalog, object::Store& objects, govern::Access* access,
              const identity::Authorizer& authorizer, const identity::Caller& caller, Scope scope)
      : catalog_(catalog),
        buckets_(std::make_shared<const BucketChecks>(objects)),
        access_(access),
        authorizer_(authorizer),
        caller_(caller),
        scope_(std::move(scope)),
        rights_(access, caller, scope_) {}

  Status May(std::string_view glue_action, std::string_view database, std::string_view table) const;
  // At `location` ("s3://…"); empty: the database's.
  Status MayCreate(std::string_view database, std::string_view table, std::string_view location) const;
  // The table's own folder is opened by rights on the table. What its metadata names elsewhere, anybody may have
  // written who commits to it: there the caller's rights on that place count.
  Status MayAppend(const catalog::IcebergTable& table) const;

 private:
  Status MayPut(std::string_view folder) const;

  catalog::Catalog& catalog_;
  std::shared_ptr<const BucketChecks> buckets_;
  govern::Access* access_;
  const identity::Authorizer& authorizer_;
  const identity::Caller& caller_;
  const Scope scope_;
  const Rights rights_;
};

}  // namespace tarn::enforce
