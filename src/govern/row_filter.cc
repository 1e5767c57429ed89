#include "govern/row_filter.h"

#include <fmt/core.h>

#include <string>

#include "base/strings.h"
#include "govern/errors.h"
#include "sql/analyze.h"
#include "sql/statement.h"
#include "sql/type.h"

namespace tarn::govern {
namespace {

constexpr std::string_view kTable = "t";

// The one table that a filter may read.
class OneTable : public sql::CatalogView {
 public:
  explicit OneTable(const catalog::Table& table) {
    info_.catalog = "awsdatacatalog";
    info_.database = "default";
    info_.table = kTable;
    for (const auto* columns : {&table.columns(), &table.partition_keys}) {
      for (const catalog::Column& column : *columns) {
        auto type = sql::ParseHiveType(column.type.value_or("string"));
        info_.columns.push_back({AsciiLower(column.name), type.ok() ? std::move(*type) : sql::Type{}});
      }
    }
  }
  Result<std::optional<sql::TableInfo>> FindTable(const sql::TableName&) const override { return std::optional(info_); }
  Result<bool> DatabaseExists(const std::string&, const std::string&) const override { return true; }
  Result<bool> CatalogExists(const std::string&) const override { return true; }

 private:
  sql::TableInfo info_;
};

Error Refused(std::string_view text, std::string_view why) {
  return Fail(kInvalidInput, fmt::format("Invalid row filter expression \"{}\": {}", text, why));
}

}  // namespace

Status CheckRowFilter(const catalog::Table& table, std::string_view text) {
  auto expression = sql::ParseExpression(text);
  if (!expression.ok()) return Refused(text, expression.error().message);
  // Alone it is one expression: nothing in it closes the parenthesis.
  auto statement = sql::Parse(fmt::format("SELECT 1 FROM {} WHERE ({}\n)", kTable, text));
  if (!statement.ok()) return Refused(text, statement.error().message);
  auto* query = statement->As<sql::QueryStatement>();
  if (query == nullptr || statement->parameter_count != 0) return Refused(text, "it is no condition");
  const OneTable view(table);
  auto plan = sql::PlanQuery(*query->query, view, {});
  if (!plan.ok()) return Refused(text, plan.error().message);
  if (plan->tables.size() != 1) return Refused(text, "a filter reads no other rows");
  return Ok();
}

}  // namespace tarn::govern
