// An Iceberg table's metadata as a caller sees it who does not see all of the table.
//
// What is left: the present schema's seen columns (where rows or cells are hidden, without their defaults, which are
// values), partition and sort fields of them, the current snapshot of every branch without its counts. Histories,
// statistics, properties that name columns and comments that name hidden ones are gone. Such metadata is for reading
// through the server: its manifests are not the caller's to open. Errors: kInsufficient when nothing is seen.
#pragma once

#include "base/result.h"
#include "govern/access.h"
#include "iceberg/metadata/table_metadata.h"

namespace tarn::enforce {

Result<iceberg::SchemaPtr> SeenSchema(const govern::TableAccess& access, const iceberg::Schema& schema);
Result<iceberg::TableMetadata> SeenMetadata(const govern::TableAccess& access, const iceberg::TableMetadata& metadata);

}  // namespace tarn::enforce
