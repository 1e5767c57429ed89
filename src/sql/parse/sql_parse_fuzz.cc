// Any text: parsing, type reading and planning never crash, and refusals say why.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sql/analyze.h"
#include "sql/statement.h"

namespace {

using namespace tarn::sql;

// Every name is a table of the same few columns.
class AnyTable : public CatalogView {
 public:
  tarn::Result<std::optional<TableInfo>> FindTable(const TableName& name) const override {
    TableInfo info;
    info.catalog = name.catalog;
    info.database = name.database;
    info.table = name.table;
    info.columns = {{"a", MakeType(TypeKind::kBigint)},
                    {"b", VarcharType()},
                    {"arr", ArrayType(MakeType(TypeKind::kInteger))},
                    {"m", MapType(VarcharType(), ArrayType(VarcharType()))},
                    {"dt", VarcharType()}};
    info.partition_keys = {"dt"};
    return std::optional<TableInfo>(std::move(info));
  }
  tarn::Result<bool> DatabaseExists(const std::string&, const std::string&) const override { return true; }
  tarn::Result<bool> CatalogExists(const std::string&) const override { return true; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto statement = Parse(text);
  if (!statement.ok() && statement.error().message.empty()) __builtin_trap();
  (void)ParseHiveType(text).ok();
  (void)ParseTrinoType(text).ok();
  (void)ParseDuckDbType(text).ok();
  if (!statement.ok()) return 0;
  auto* query = statement->As<QueryStatement>();
  if (query == nullptr) return 0;
  auto plan = PlanQuery(*query->query, AnyTable(), AnalyzeContext{});
  if (!plan.ok() && plan.error().message.empty()) __builtin_trap();
  if (!plan.ok()) return 0;
  for (const TableUse& use : plan->tables) (void)use.partitions.MayMatch({"2024-01-01"});
  return 0;
}
