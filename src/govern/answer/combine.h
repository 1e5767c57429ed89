// The algebra of grants: what several grants on one table show together.
//
// A source is one grant of SELECT: some columns, in some rows. A row is seen when any source admits it; a cell when any
// source that holds its column admits the row; a value is masked when no source shows it whole. Of sources that show
// the same rows with different masks, the one that shows most counts. Of sources of different rows, what all of them
// show: a value is never shown more than those say that admit its row. A column "a.b" beside a column a is seen, and a,
// by those alone who see all columns. Pure. Threads: any.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "govern/access.h"
#include "govern/model.h"

namespace tarn::govern {

struct Source {
  bool all_columns = false;          // all but `columns`
  std::vector<std::string> columns;  // lower case; "address.city" for a field
  std::string row_filter;            // empty: every row
  std::vector<MaskedColumn> masks;
};

struct NamedType {
  std::string name;  // lower case
  std::string type;  // Hive's
};

// Sets the members of `access` that are about columns and rows. No sources: nothing is seen.
void Combine(const std::vector<Source>& sources, const std::vector<NamedType>& columns, TableAccess& access);

}  // namespace tarn::govern
