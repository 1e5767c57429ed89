// Views of Iceberg's own format (made over REST by Spark, Trino, PyIceberg …) as SQL reads them.
#pragma once

#include "base/result.h"
#include "catalog/table.h"
#include "object/files.h"
#include "query/lake/lake.h"

namespace tarn::query {

// The query of the present version, of the dialect nearest to Athena's: athena, trino, presto, else spark. Names in it
// mean what they do in the account's own catalog, whatever its writer calls that catalog. Empty for a record that does
// not say where the view's metadata is.
// Errors: sql::kNotSupported when the view has no such dialect, object's, iceberg's.
Result<ViewDefinition> ReadIcebergView(const object::Files& files, const catalog::Table& view);

}  // namespace tarn::query
