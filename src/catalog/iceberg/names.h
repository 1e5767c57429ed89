// What tables and views of Iceberg share: one space of names, and where their files lie when nobody says.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/scope.h"
#include "catalog/catalog.h"

namespace tarn::object {
class Store;
}  // namespace tarn::object

namespace tarn::catalog {

// kAlreadyExists in the words of the specification's clients: `present` has the name that a table (or view) wants.
Error NameTaken(const Table& present, bool for_view, std::string_view database, std::string_view name);

// "s3://…" without a slash at the end: below the database's location, else in the account's own warehouse bucket, which
// is made when it is first needed.
Result<std::string> DefaultLocation(const Catalog& catalog, object::Store& objects, const Scope& scope,
                                    std::string_view database, std::string_view name);

// Where the tables of a namespace without a location lie: a folder of that bucket. `database`: its name in the catalog.
std::string DefaultNamespaceLocation(const Scope& scope, std::string_view database);
// Makes the account's own warehouse bucket when `location` lies in it and it is not there yet.
Status EnsureWarehouse(object::Store& objects, const Scope& scope, std::string_view location);

// The folder for metadata files of a table or view at `location`: the place of its own, unless that is on a storage
// that the lake does not hold ("file:/tmp/t", "gs://b/t"). Those may be locations of data, which clients write and read
// by themselves; the metadata then lies at the default location.
bool IsForeign(std::string_view location);

// "…/metadata/00003-<uuid>.metadata.json" taken from a record's parameters; empty when it has none.
std::string MetadataLocationOf(const Table& record);

// Renames or moves a record that was loaded before. kAlreadyExists in the clients' words when the name is taken.
Status RenameRecord(Catalog& catalog, const Scope& scope, Table record, std::string_view to_database,
                    std::string_view to_name, const Alongside& also);

}  // namespace tarn::catalog
