#include <fmt/format.h>

#include "base/strings.h"
#include "sql/errors.h"
#include "sql/internal/analyzer.h"
#include "sql/internal/printer.h"

namespace tarn::sql {

std::string Printer::TopQuery(const Query& query) {
  Names names;
  for (const OutputColumn& column : plan_.columns) names.push_back(column.name);
  return QueryText(query, names);
}

std::string Printer::QueryInto(const Query& query, const std::vector<TableColumn>& target) {
  Names names;
  std::string out = "SELECT ";
  for (size_t i = 0; i < target.size(); ++i) {
    names.push_back(fmt::format("_col{}", i));
    if (i > 0) out += ", ";
    out += CastText(plan_.columns[i].type, target[i].type, QuoteIdentifier(names[i]), false) + " AS " +
           QuoteIdentifier(target[i].name);
  }
  return out + " FROM (" + QueryText(query, names) + ") AS tarn_insert";
}

std::string Printer::SubqueryText(const Query& query) {
  if (shallow_) return fmt::format("(query {})", static_cast<const void*>(&query));
  return "(" + QueryText(query, PrintedNames(query.output_names)) + ")";
}

std::string Printer::WithText(const Query& query) {
  if (query.with.empty()) return "";
  std::string out = query.recursive ? "WITH RECURSIVE " : "WITH ";
  bool first = true;
  for (const CommonTable& table : query.with) {
    if (!first) out += ", ";
    first = false;
    Names names = PrintedNames(table.column_aliases.empty() ? table.query->output_names : table.column_aliases);
    out += QuoteIdentifier(table.name) + "(";
    for (size_t i = 0; i < names.size(); ++i) out += (i > 0 ? ", " : "") + QuoteIdentifier(names[i]);
    out += ") AS (" + QueryText(*table.query, names) + ")";
  }
  return out + " ";
}

std::string Printer::QueryText(const Query& query, const Names& names) {
  if (query.with_ties) {
    ThrowAt(kNotSupported, "NOT_SUPPORTED", query.pos, "FETCH FIRST ... WITH TIES is not served");
  }
  std::string out = WithText(query) + BodyText(*query.body, names);
  if (!query.order_by.empty()) out += " ORDER BY " + SortText(query.order_by);
  if (query.limit) out += " LIMIT " + Text(*query.limit);
  if (query.offset) out += " OFFSET " + Text(*query.offset);
  return out;
}

std::string Printer::BodyText(const Body& body, const Names& names) {
  switch (body.kind) {
    case Body::kSelect:
      return SelectText(*body.select, names);
    case Body::kValues:
      return ValuesText(body, names);
    case Body::kQuery:
      return "(" + QueryText(*body.query, names) + ")";
    case Body::kTable: {
      std::string out = "SELECT ";
      const Relation& table = *body.table;
      for (size_t i = 0; i < table.printed_columns.size(); ++i) {
        if (i > 0) out += ", ";
        out += ReferenceText({table.printed_alias, table.printed_columns[i], ""}) + " AS " + QuoteIdentifier(names[i]);
      }
      return out + " FROM " + RelationText(table);
    }
    case Body::kSetOperation:
      break;
  }
  std::string op = AsciiUpper(body.op) + (body.all ? " ALL" : "");
  auto side = [&](const Body& part) {
    std::string text = BodyText(part, names);
    bool bare = part.kind == Body::kQuery || (part.kind == Body::kSelect && body.op == "union");
    return bare ? text : "(" + text + ")";
  };
  return side(*body.left) + " " + op + " " + side(*body.right);
}

std::string Printer::ValuesText(const Body& body, const Names& names) {
  std::string out = "SELECT * FROM (VALUES ";
  for (size_t r = 0; r < body.rows.size(); ++r) {
    const Expr& row = *body.rows[r];
    if (r > 0) out += ", ";
    bool tuple = row.kind == ExprKind::kRow;
    out += "(";
    for (size_t i = 0; i < body.output_types.size(); ++i) {
      const Expr& value = tuple ? *row.args[i] : row;
      if (i > 0) out += ", ";
      std::string text = Text(value);
      // NULLs alone have no type in DuckDB; Trino's is decided over all rows.
      bool typed = value.type.Is(TypeKind::kUnknown) && !body.output_types[i].Is(TypeKind::kUnknown);
      out += typed ? "CAST(" + text + " AS " + ToDuckDb(body.output_types[i]) + ")" : text;
    }
    out += ")";
  }
  out += ") AS tarn_values(";
  for (size_t i = 0; i < names.size(); ++i) out += (i > 0 ? ", " : "") + QuoteIdentifier(names[i]);
  return out + ")";
}

std::string Printer::ItemsText(const Select& select, const Names& names) {
  std::string out;
  size_t next = 0;
  auto add = [&](const std::string& text) {
    if (next > 0) out += ", ";
    out += text + " AS " + QuoteIdentifier(names[next++]);
  };
  for (const SelectItem& item : select.items) {
    if (item.expr->kind != ExprKind::kStar) {
      add(Text(*item.expr));
      continue;
    }
    for (const ColumnRef& column : item.expr->expanded) add(ReferenceText(column));
  }
  return out;
}

std::string Printer::SelectText(const Select& select, const Names& names) {
  std::string out = select.distinct ? "SELECT DISTINCT " : "SELECT ";
  out += ItemsText(select, names);
  if (select.from) out += " FROM " + RelationText(*select.from);
  if (select.where) out += " WHERE " + Text(*select.where);
  if (select.has_group_by) out += " GROUP BY " + GroupByText(select);
  if (select.having) out += " HAVING " + Text(*select.having);
  bool first = true;
  for (const NamedWindow& named : select.windows) {
    out += first ? " WINDOW " : ", ";
    first = false;
    out += QuoteIdentifier(named.name) + " AS " + WindowText(*named.window);
  }
  return out;
}

// A bare number would be an ordinal to DuckDB.
std::string Printer::GroupKey(const Expr& expr) {
  const Expr& meant = expr.stands_for ? *expr.stands_for : expr;
  std::string text = Text(meant);
  return meant.kind == ExprKind::kInteger ? "CAST(" + text + " AS BIGINT)" : text;
}

std::string Printer::GroupByText(const Select& select) {
  std::string out;
  for (const GroupingElement& element : select.group_by) {
    if (!out.empty()) out += ", ";
    std::string sets;
    for (const auto& set : element.sets) {
      std::string keys;
      for (const ExprPtr& expr : set) keys += (keys.empty() ? "" : ", ") + GroupKey(*expr);
      bool bare = set.size() == 1 || element.kind == GroupingElement::kSimple;
      if (!sets.empty()) sets += ", ";
      sets += bare && !set.empty() ? keys : "(" + keys + ")";
    }
    switch (element.kind) {
      case GroupingElement::kSimple:
        out += sets;
        break;
      case GroupingElement::kRollup:
        out += "ROLLUP (" + sets + ")";
        break;
      case GroupingElement::kCube:
        out += "CUBE (" + sets + ")";
        break;
      case GroupingElement::kSets:
        out += "GROUPING SETS (" + sets + ")";
        break;
    }
  }
  return out;
}

std::string Printer::SortText(const std::vector<SortItem>& items) {
  std::string out;
  for (const SortItem& item : items) {
    if (!out.empty()) out += ", ";
    out += item.output_index >= 0 ? std::to_string(item.output_index + 1) : Text(*item.expr);
    out += item.descending ? " DESC" : " ASC";
    out += item.nulls_first.value_or(false) ? " NULLS FIRST" : " NULLS LAST";
  }
  return out;
}

std::string Printer::RelationText(const Relation& relation) {
  std::string out;
  switch (relation.kind) {
    case RelationKind::kJoin:
      return JoinText(relation);
    case RelationKind::kUnnest:
      return UnnestText(relation);
    case RelationKind::kTable:
      out = TableText(relation);
      break;
    case RelationKind::kSubquery:
    case RelationKind::kValues:
      out = (relation.lateral ? "LATERAL (" : "(") + QueryText(*relation.query, relation.printed_columns) + ")";
      break;
  }
  out += " AS " + QuoteIdentifier(relation.printed_alias);
  if (relation.sample_percent) {
    out += " TABLESAMPLE " + Text(*relation.sample_percent) + " PERCENT (" + AsciiUpper(relation.sample_method) + ")";
  }
  return out;
}

std::string Printer::TableText(const Relation& relation) {
  if (relation.use < 0) return QuoteIdentifier(relation.table.table);
  const TableUse& use = plan_.tables[static_cast<size_t>(relation.use)];
  if (options_.table_text) return options_.table_text(use);
  const std::string& table = use.info.engine_table.empty() ? use.info.table : use.info.engine_table;
  return "\"lake\"." + QuoteIdentifier(use.info.database) + "." + QuoteIdentifier(table);
}

// Lists side by side, the shorter ones filled with NULL, as both Trino and DuckDB do.
std::string Printer::UnnestText(const Relation& relation) {
  Names lists;
  std::string longest;
  for (const ExprPtr& expr : relation.unnest) {
    std::string text = Text(*expr);
    if (expr->type.Is(TypeKind::kMap)) {
      lists.push_back("map_keys(" + text + ")");
      lists.push_back("map_values(" + text + ")");
    } else if (expr->type.Is(TypeKind::kArray) && expr->type.args[0].Is(TypeKind::kRow)) {
      const Type& row = expr->type.args[0];
      for (size_t i = 0; i < row.args.size(); ++i) {
        std::string field = row.names[i].empty() ? fmt::format("field{}", i) : row.names[i];
        lists.push_back("list_transform(" + text + ", lambda tarn_e: struct_extract(tarn_e, " + QuoteLiteral(field) +
                        "))");
      }
    } else {
      lists.push_back(text);
    }
    std::string length = "coalesce(len(" + lists.back() + "), 0)";
    longest = longest.empty() ? length : "greatest(" + longest + ", " + length + ")";
  }
  if (relation.with_ordinality) lists.push_back("range(1, " + longest + " + 1)");
  std::string out = "LATERAL (SELECT ";
  for (size_t i = 0; i < lists.size(); ++i) {
    if (i > 0) out += ", ";
    out += "unnest(" + lists[i] + ") AS " + QuoteIdentifier(relation.printed_columns[i]);
  }
  return out + ") AS " + QuoteIdentifier(relation.printed_alias);
}

std::string Printer::JoinText(const Relation& relation) {
  static constexpr std::string_view kWords[] = {" CROSS JOIN ", " INNER JOIN ", " LEFT JOIN ", " RIGHT JOIN ",
                                                " FULL JOIN "};
  bool cross = relation.join == JoinKind::kCross || !relation.on;
  std::string_view word = cross ? kWords[0] : kWords[static_cast<size_t>(relation.join)];
  std::string out = "(" + RelationText(*relation.left) + std::string(word) + RelationText(*relation.right);
  if (!cross) out += " ON " + Text(*relation.on);
  return out + ")";
}

}  // namespace tarn::sql
