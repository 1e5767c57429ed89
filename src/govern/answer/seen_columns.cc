#include "govern/answer/seen_columns.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/strings.h"

namespace tarn::govern {

void DropUnseen(const TableAccess& access, catalog::Table& table) {
  if (!access.governed || !access.Has(Permission::kSelect) || access.all_columns) return;
  const auto is_hidden = [&](const catalog::Column& column) {
    const std::string name = AsciiLower(column.name);
    return std::ranges::none_of(access.columns, [&](const ColumnAccess& seen) {
      return seen.name == name || seen.name.starts_with(name + ".");
    });
  };
  if (table.storage && table.storage->columns) std::erase_if(*table.storage->columns, is_hidden);
  std::erase_if(table.partition_keys, is_hidden);
}

}  // namespace tarn::govern
