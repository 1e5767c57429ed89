// Making and replacing a table inside somebody else's kv transaction, which may run several times. Private to catalog.
#pragma once

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "kv/kv.h"

namespace tarn::catalog {

// As Catalog::CreateTable; answers the record as stored. The name is checked by the caller.
Result<Table> CreateTableIn(kv::Txn& txn, const Scope& scope, Table table, Timestamp now);
// As Catalog::UpdateTable; answers the record as stored.
Result<Table> UpdateTableIn(kv::Txn& txn, const Scope& scope, Table table, const UpdateTableOptions& options,
                            Timestamp now);

}  // namespace tarn::catalog
