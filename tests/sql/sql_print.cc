// Reads statements from standard input, prints for each what sql/ makes of it as one line of JSON.
//
// Input: blocks ended by a line "----". A block "setup db.table\nQUERY" declares a table with the query's columns, a
// block "view db.name\nQUERY" a view, "query\nQUERY" asks for the plan, "macros" for the macro statements.
#include <cstdio>
#include <iostream>
#include <map>
#include <string>

#include "base/strings.h"
#include "sql/analyze.h"
#include "sql/macros.h"
#include "sql/statement.h"

namespace tarn::sql {
namespace {

std::string Json(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\', out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char buffer[8];
      std::snprintf(buffer, sizeof buffer, "\\u%04x", static_cast<unsigned>(c));
      out += buffer;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

class ScriptCatalog : public CatalogView {
 public:
  Result<std::optional<TableInfo>> FindTable(const TableName& name) const override {
    auto found = tables.find(name.database + "." + name.table);
    if (name.catalog != "awsdatacatalog" || found == tables.end()) return std::optional<TableInfo>{};
    return std::optional<TableInfo>(found->second);
  }
  Result<bool> DatabaseExists(const std::string&, const std::string& database) const override {
    for (const auto& [key, info] : tables) {
      if (info.database == database) return true;
    }
    return database == "default";
  }
  Result<bool> CatalogExists(const std::string& catalog) const override { return catalog == "awsdatacatalog"; }

  std::map<std::string, TableInfo> tables;
};

class Script {
 public:
  std::string Run(const std::string& block) {
    size_t line = block.find('\n');
    std::string head = block.substr(0, line);
    std::string body = line == std::string::npos ? "" : block.substr(line + 1);
    if (head == "macros") return Macros();
    std::vector<std::string_view> words = Split(head, ' ');
    auto parsed = Parse(body);
    if (!parsed.ok()) return Failed(parsed.error());
    auto* query = parsed->As<QueryStatement>();
    if (query == nullptr) return "{\"ok\": true, \"statement\": " + Json(SubstatementType(*parsed)) + "}";
    AnalyzeContext context;
    context.now = FromCivil(2026, 11, 21, 5, 38, 7);
    context.user = "tester";
    auto plan = PlanQuery(*query->query, catalog_, context);
    if (!plan.ok()) return Failed(plan.error());
    if (words[0] == "setup" || words[0] == "view")
      Declare(std::string(words[1]), *plan, words[0] == "view" ? body : "");
    return Planned(*plan);
  }

 private:
  static std::string Failed(const Error& error) {
    return "{\"ok\": false, \"reason\": " + Json(error.reason->name) + ", \"error\": " + Json(error.message) + "}";
  }

  static std::string Macros() {
    std::string out = "{\"ok\": true, \"macros\": [";
    bool first = true;
    for (std::string_view macro : MacroStatements()) {
      out += (first ? "" : ", ") + Json(macro);
      first = false;
    }
    return out + "]}";
  }

  void Declare(const std::string& name, const Plan& plan, const std::string& view_sql) {
    TableInfo info;
    size_t dot = name.find('.');
    info.catalog = "awsdatacatalog";
    info.database = name.substr(0, dot);
    info.table = name.substr(dot + 1);
    for (const OutputColumn& column : plan.columns) info.columns.push_back({column.name, column.type});
    info.hidden_columns.push_back({"$path", VarcharType()});
    if (!view_sql.empty()) {
      info.kind = TableInfo::kView;
      info.view_sql = view_sql;
      info.view_database = "default";
    }
    catalog_.tables[name] = std::move(info);
  }

  static std::string Planned(const Plan& plan) {
    std::string out = "{\"ok\": true, \"sql\": " + Json(plan.duckdb) + ", \"columns\": [";
    for (size_t i = 0; i < plan.columns.size(); ++i) {
      out += (i > 0 ? ", [" : "[") + Json(plan.columns[i].name) + ", " + Json(ToTrino(plan.columns[i].type)) + "]";
    }
    out += "], \"tables\": [";
    for (size_t i = 0; i < plan.tables.size(); ++i) {
      out += (i > 0 ? ", " : "") + Json(plan.tables[i].info.database + "." + plan.tables[i].info.table);
    }
    return out + "]}";
  }

  ScriptCatalog catalog_;
};

}  // namespace
}  // namespace tarn::sql

int main() {
  tarn::sql::Script script;
  std::string block;
  std::string line;
  while (std::getline(std::cin, line)) {
    if (line != "----") {
      block += (block.empty() ? "" : "\n") + line;
      continue;
    }
    std::cout << script.Run(block) << std::endl;
    block.clear();
  }
  return 0;
}
