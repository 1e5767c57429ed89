#include "catalog/table.h"

#include "base/strings.h"

namespace tarn::catalog {

const std::string* Find(const std::optional<Parameters>& parameters, std::string_view key) {
  if (!parameters) return nullptr;
  auto found = parameters->find(std::string(key));
  return found == parameters->end() ? nullptr : &found->second;
}

bool Table::IsIceberg() const {
  const std::string* type = Find(parameters, "table_type");
  return type != nullptr && EqualsIgnoreCase(*type, "ICEBERG");
}

bool Table::IsIcebergView() const {
  const std::string* type = Find(parameters, "table_type");
  return type != nullptr && IsView() && EqualsIgnoreCase(*type, "ICEBERG-VIEW");
}

const std::vector<Column>& Table::columns() const {
  static const std::vector<Column> kNone;
  return storage && storage->columns ? *storage->columns : kNone;
}

std::string_view Table::location() const {
  return storage && storage->location ? std::string_view(*storage->location) : std::string_view();
}

std::string_view Partition::location() const {
  return storage && storage->location ? std::string_view(*storage->location) : std::string_view();
}

}  // namespace tarn::catalog
