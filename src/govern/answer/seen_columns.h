// A table's record without the columns that a caller does not see, for what Lake Formation itself tells of it. (What
// other doors show of a record, src/enforce/columns.h decides.)
#pragma once

#include "catalog/table.h"
#include "govern/access.h"

namespace tarn::govern {

void DropUnseen(const TableAccess& access, catalog::Table& table);

}  // namespace tarn::govern
