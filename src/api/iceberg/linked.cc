#include "api/iceberg/linked.h"

#include <utility>

#include "api/iceberg/warehouse.h"
#include "catalog/buckets/table_buckets.h"
#include "enforce/links.h"

namespace tarn::api::iceberg_rest {

Status FollowLink(Asked& asked) {
  if (catalog::TableBucketOf(asked.scope) || asked.table.empty()) return Ok();
  const auto found = asked.parts->catalog->GetTable(asked.scope, asked.name_space, asked.table);
  TARN_TRY(auto target, enforce::FollowLink(*asked.parts->catalog, asked.scope, asked.name_space, asked.table, found));
  if (!target) return Ok();
  TARN_CHECK(asked.May("glue:GetTable", asked.name_space, asked.table));
  asked.link = TablePath(asked, asked.table);
  asked.scope = std::move(target->scope);
  asked.name_space = std::move(target->database);
  asked.table = std::move(target->table);
  return Ok();
}

}  // namespace tarn::api::iceberg_rest
