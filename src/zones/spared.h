// What the lifecycle rules of zones leave alone: everything that Iceberg tables lead to.
//
// A table's files belong to it for as long as a snapshot leads to them, however old they are; they go by snapshot
// expiry alone. Spared are the whole folders of tables and each file outside that metadata, any snapshot or statistics
// name (tables made by `tarn migrate` or add_files). Reads every manifest of every table of the bucket's account: for
// the daily run. Memory: one path for each file outside its table's folder. Errors: those of reading; the caller then
// lets nothing expire. Blocking. Threads: any.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/iceberg/tables.h"
#include "kv/kv.h"
#include "object/store/store.h"

namespace tarn::zones {

// Prefixes of keys of that bucket, sorted, none of which begins with another.
Result<std::vector<std::string>> SparedKeys(kv::Store& store, const catalog::Catalog& catalog,
                                            catalog::IcebergTables& tables, object::Store& objects,
                                            const object::Bucket& bucket);

}  // namespace tarn::zones
