// What the S3 Tables API, Iceberg REST, Glue and SQL ask by IAM before they touch a table bucket: S3 Tables' own
// actions on the bucket or the table, with the policies of both.
//
// Threads: any; reads the catalog. Defined by
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-setting-up.html
#pragma once

#include <string_view>

#include "base/scope.h"
#include "catalog/buckets/table_buckets.h"
#include "catalog/catalog.h"
#include "identity/authorize.h"

namespace tarn::enforce {

// `scope` is a table bucket's (catalog::TableBucketScope), `table` "*" any of its tables. A bucket or table that is not
// there has no policy, and its check is on the bucket or on "<bucket>/table/*".
identity::Check TableBucketCheck(const catalog::TableBuckets& buckets, const catalog::Catalog& catalog,
                                 const Scope& scope, std::string_view action, std::string_view database = {},
                                 std::string_view table = {});

// The S3 Tables action that a Glue action is in a table bucket; the action itself when there is none: no policy on
// table buckets allows that.
std::string_view TableBucketAction(std::string_view glue_action);

}  // namespace tarn::enforce
