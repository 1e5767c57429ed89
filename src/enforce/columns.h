// Which columns of a table a caller sees, and what its catalog record looks like then.
//
// Pure. A path is a column's name in lower case, "address.city" for a field of a struct. Who may not select at all but
// describe sees every column's name; who may select some columns sees no others.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/table.h"
#include "govern/access.h"

namespace tarn::enforce {

// What is said of this very path; null: nothing.
const govern::ColumnAccess* Find(const govern::TableAccess& access, std::string_view path);
// Something is said of a field below.
bool Divides(const govern::TableAccess& access, std::string_view path);
// Seen, in whole or in part.
bool Sees(const govern::TableAccess& access, std::string_view path);
bool SeesAllColumns(const govern::TableAccess& access);
// Rows or cells are hidden, or values masked.
bool Filters(const govern::TableAccess& access);
// The column's values are as they are, in every row.
bool SeesValues(const govern::TableAccess& access, std::string_view column);

// A Hive type as seen: "struct<city:string,zip:string>" → "struct<city:string>". No value: nothing of it is.
std::optional<std::string> SeenType(const govern::TableAccess& access, std::string_view path, std::string_view type);

// A property in which engines keep the schema once more, or say how much there is.
bool TellsMore(std::string_view key);

// One of the names, in lower case, stands in the text as a word of its own.
bool NamesAny(const std::vector<std::string>& names, std::string_view text);

// Takes out of the record what the caller does not see, statistics and copies of the schema among the properties too,
// and properties and comments that name a hidden column, or a field of one, or list the values of one.
void Restrict(const govern::TableAccess& access, catalog::Table& table);
void Restrict(const govern::TableAccess& access, catalog::StorageDescriptor& storage);

}  // namespace tarn::enforce
