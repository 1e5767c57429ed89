// The catalog that a statement is about, as its caller may see it: the account's own (enforce/catalog_view.h), or a
// table bucket's, whose namespaces and tables are for those who may read them in a SELECT (lake.h).
//
// Errors: the catalog's; kNoSuchDatabase and kNoSuchTable for what the caller may not know of. Threads: the job's.
#pragma once

#include <string>

#include "catalog/catalog.h"
#include "query/statement/job.h"

namespace tarn::query {

Result<catalog::Database> SeenDatabase(const Job& job, const std::string& name);
Result<catalog::Page<catalog::Database>> SeenDatabases(const Job& job, const catalog::ListOptions& options);
Result<catalog::Table> SeenTable(const Job& job, const std::string& database, const std::string& name);
Result<catalog::Page<catalog::Table>> SeenTables(const Job& job, const std::string& database,
                                                 const catalog::ListOptions& options);
// What the caller may do with a table of that scope: the account's own, another account's, or a table bucket's.
Result<govern::TableAccess> AccessIn(const Job& job, const Scope& scope, const std::string& database,
                                     const std::string& table);

}  // namespace tarn::query
