#include <algorithm>

#include "base/strings.h"
#include "sql/errors.h"
#include "sql/internal/analyzer.h"
#include "sql/internal/functions.h"

namespace tarn::sql {

namespace {

size_t Width(const Select& select) {
  size_t width = 0;
  for (const SelectItem& item : select.items) {
    width += item.expr->kind == ExprKind::kStar ? item.expr->expanded.size() : 1;
  }
  return width;
}

const ColumnRef* StarColumnAt(const Select& select, size_t position) {
  for (const SelectItem& item : select.items) {
    size_t width = item.expr->kind == ExprKind::kStar ? item.expr->expanded.size() : 1;
    if (position <= width) return item.expr->kind == ExprKind::kStar ? &item.expr->expanded[position - 1] : nullptr;
    position -= width;
  }
  return nullptr;
}

}  // namespace

QueryShape Analyzer::AnalyzeSelect(Select* select, const Scope* outer, std::vector<SortItem>* order_by) {
  Scope scope{outer, {}};
  if (select->from) scope.fields = AnalyzeRelation(select->from.get(), outer, outer);
  windows_ = &select->windows;
  for (NamedWindow& named : select->windows) AnalyzeWindow(named.window.get(), scope);
  if (select->where) {
    Analyze(select->where.get(), scope);
    CheckNoAggregates(*select->where, "WHERE");
    RequireBoolean(*select->where, "WHERE");
    CollectConditions(*select->where, scope.fields, true);
  }
  QueryShape shape;
  AnalyzeItems(select, scope, &shape);
  SelectState state;
  AnalyzeGroupBy(select, scope, &state);
  if (select->having) {
    Analyze(select->having.get(), scope);
    RequireBoolean(*select->having, "HAVING");
  }
  if (order_by != nullptr) AnalyzeSelectOrder(order_by, select, scope, shape);
  state.aggregated = select->has_group_by || select->having;
  for (const SelectItem& item : select->items) {
    state.aggregated = state.aggregated || ContainsAggregate(*item.expr);
    state.windowed = state.windowed || ContainsWindow(*item.expr);
  }
  if (state.aggregated) CheckGrouped(*select, order_by, state);
  // A condition on the output does not pass a window function; through a group it does, but only keys pass unchanged.
  if (state.windowed) shape.origins.assign(shape.origins.size(), Origin{});
  select->output_names = shape.names;
  select->output_types = shape.types;
  return shape;
}

void Analyzer::AnalyzeItems(Select* select, const Scope& scope, QueryShape* shape) {
  for (SelectItem& item : select->items) {
    if (item.expr->kind == ExprKind::kStar) {
      ExpandStar(&item, scope, select, shape);
      continue;
    }
    Type type = Analyze(item.expr.get(), scope);
    std::string name = item.alias;
    const Expr& expr = *item.expr;
    bool named = expr.kind == ExprKind::kIdentifier || expr.kind == ExprKind::kDereference;
    if (!item.has_alias && named) name = expr.name;
    Origin origin;
    if (expr.ref) {
      for (const Field& field : scope.fields) {
        bool same = field.ref.relation == expr.ref->relation && field.ref.column == expr.ref->column;
        if (same && !field.nullable_side) origin = field.origin;
      }
    }
    shape->names.push_back(std::move(name));
    shape->types.push_back(std::move(type));
    shape->origins.push_back(std::move(origin));
  }
}

void Analyzer::ExpandStar(SelectItem* item, const Scope& scope, Select* select, QueryShape* shape) {
  const std::vector<std::string>& path = item->expr->names;
  if (!select->from) {
    ThrowAt(kSyntaxError, "COLUMN_NOT_FOUND", item->pos, "SELECT * not allowed in queries without FROM clause");
  }
  for (const Field& field : scope.fields) {
    if (field.hidden) continue;
    if (!path.empty()) {
      bool match = field.qualifier == path.back();
      if (path.size() > 1) match = match && field.database == path[path.size() - 2];
      if (path.size() > 2) match = match && field.catalog == path[path.size() - 3];
      if (!match) continue;
    }
    if (field.origin.use >= 0) UseField(field, nullptr);
    item->expr->expanded.push_back(field.ref);
    shape->names.push_back(field.name);
    shape->types.push_back(field.type);
    shape->origins.push_back(field.nullable_side ? Origin{} : field.origin);
  }
  if (item->expr->expanded.empty()) {
    ThrowAt(kTableNotFound, "TABLE_NOT_FOUND", item->pos,
            path.empty() ? "SELECT * not allowed from relation that has no columns"
                         : fmt::format("Unable to resolve reference {}", Join(path, ".")));
  }
}

// The select item at a 1-based position of the expanded list; null for a column of a star.
const Expr* Analyzer::ItemAt(const Select& select, size_t position) const {
  for (const SelectItem& item : select.items) {
    size_t width = item.expr->kind == ExprKind::kStar ? item.expr->expanded.size() : 1;
    if (position <= width) return item.expr->kind == ExprKind::kStar ? nullptr : item.expr.get();
    position -= width;
  }
  return nullptr;
}

void Analyzer::AnalyzeGroupingExpr(Expr* expr, Select* select, const Scope& scope, SelectState* state) {
  if (expr->kind == ExprKind::kInteger) {
    size_t position = std::stoul(expr->text.substr(0, 9));
    if (position < 1 || position > Width(*select)) {
      ThrowAt(kSyntaxError, "INVALID_COLUMN_REFERENCE", expr->pos,
              fmt::format("GROUP BY position {} is not in select list", position));
    }
    if (const ColumnRef* column = StarColumnAt(*select, position)) {
      expr->kind = ExprKind::kIdentifier;
      expr->ref = *column;
      expr->name = column->column;
    } else {
      expr->stands_for = ItemAt(*select, position);
      expr->type = expr->stands_for->type;
    }
  } else {
    Analyze(expr, scope);
  }
  const Expr& meant = expr->stands_for ? *expr->stands_for : *expr;
  if (ContainsAggregate(meant) || ContainsWindow(meant)) {
    ThrowAt(kSyntaxError, "EXPRESSION_NOT_SCALAR", expr->pos,
            "GROUP BY clause cannot contain aggregations, window functions or grouping operations");
  }
  state->grouping.push_back(&meant);
}

void Analyzer::AnalyzeGroupBy(Select* select, const Scope& scope, SelectState* state) {
  for (GroupingElement& element : select->group_by) {
    for (auto& set : element.sets) {
      for (ExprPtr& expr : set) AnalyzeGroupingExpr(expr.get(), select, scope, state);
    }
  }
}

// The output column that a name alone in ORDER BY means; -1 for none.
int32_t Analyzer::OutputNamed(const Expr& expr, const Select& select, const QueryShape& shape) const {
  if (expr.kind != ExprKind::kIdentifier) return -1;
  int32_t found = -1;
  for (size_t i = 0; i < shape.names.size(); ++i) {
    if (shape.names[i] != expr.name) continue;
    auto text = [&](size_t position) {
      const Expr* item = ItemAt(select, position + 1);
      if (item != nullptr) return ExprText(*item);
      const ColumnRef* column = StarColumnAt(select, position + 1);
      return QuoteIdentifier(column->relation) + "." + QuoteIdentifier(column->column);
    };
    if (found >= 0 && text(static_cast<size_t>(found)) != text(i)) {
      ThrowAt(kAmbiguousName, "AMBIGUOUS_NAME", expr.pos, fmt::format("Column '{}' is ambiguous", expr.name));
    }
    if (found < 0) found = static_cast<int32_t>(i);
  }
  return found;
}

// ORDER BY sees the output's names first, then the columns of FROM.
void Analyzer::AnalyzeSelectOrder(std::vector<SortItem>* order_by, Select* select, const Scope& scope,
                                  const QueryShape& shape) {
  for (SortItem& item : *order_by) {
    if (item.expr->kind == ExprKind::kInteger) {
      size_t position = std::stoul(item.expr->text.substr(0, 9));
      if (position < 1 || position > shape.names.size()) {
        ThrowAt(kSyntaxError, "INVALID_COLUMN_REFERENCE", item.expr->pos,
                fmt::format("ORDER BY position {} is not in select list", position));
      }
      item.output_index = static_cast<int32_t>(position) - 1;
      continue;
    }
    item.output_index = OutputNamed(*item.expr, *select, shape);
    if (item.output_index >= 0) continue;
    SubstituteAliases(&item.expr, *select);
    Analyze(item.expr.get(), scope);
    if (select->distinct) item.output_index = DistinctOutput(*item.expr, *select, shape);
  }
}

// What SELECT DISTINCT is ordered by must be one of its columns.
int32_t Analyzer::DistinctOutput(const Expr& expr, const Select& select, const QueryShape& shape) const {
  std::string wanted = ExprText(expr);
  for (size_t i = 0; i < shape.names.size(); ++i) {
    const Expr* item = ItemAt(select, i + 1);
    const ColumnRef* column = item == nullptr ? StarColumnAt(select, i + 1) : nullptr;
    bool same = item != nullptr
                    ? ExprText(*item) == wanted
                    : expr.ref && expr.ref->relation == column->relation && expr.ref->column == column->column;
    if (same) return static_cast<int32_t>(i);
  }
  ThrowAt(kSyntaxError, "EXPRESSION_NOT_IN_DISTINCT", expr.pos,
          "For SELECT DISTINCT, ORDER BY expressions must appear in select list");
}

// Makes every name in *expr that is an output alias stand for its select item.
void Analyzer::SubstituteAliases(ExprPtr* expr, const Select& select) {
  Expr& node = **expr;
  if (node.kind == ExprKind::kIdentifier) {
    const SelectItem* found = nullptr;
    for (const SelectItem& item : select.items) {
      if (!item.has_alias || item.alias != node.name) continue;
      bool different = found && ExprText(*found->expr) != ExprText(*item.expr);
      if (different) {
        ThrowAt(kAmbiguousName, "AMBIGUOUS_NAME", node.pos, fmt::format("Column '{}' is ambiguous", node.name));
      }
      found = &item;
    }
    if (found) {
      node.stands_for = found->expr.get();
      node.type = found->expr->type;
    }
    return;
  }
  if (node.kind == ExprKind::kDereference || node.query) return;
  for (ExprPtr& arg : node.args) SubstituteAliases(&arg, select);
}

void Analyzer::CheckNoAggregates(const Expr& expr, std::string_view clause) {
  if (ContainsAggregate(expr) || ContainsWindow(expr)) {
    ThrowAt(kSyntaxError, "EXPRESSION_NOT_SCALAR", expr.pos,
            fmt::format("{} clause cannot contain aggregations, window functions or grouping operations", clause));
  }
}

void Analyzer::RequireBoolean(const Expr& expr, std::string_view clause) {
  if (expr.type.Is(TypeKind::kBoolean) || expr.type.Is(TypeKind::kUnknown)) return;
  ThrowAt(kTypeMismatch, "TYPE_MISMATCH", expr.pos,
          fmt::format("{} clause must evaluate to a boolean: actual type {}", clause, ToTrino(expr.type)));
}

void Analyzer::CheckGrouped(const Select& select, const std::vector<SortItem>* order_by, const SelectState& state) {
  for (const SelectItem& item : select.items) {
    if (item.expr->kind != ExprKind::kStar) {
      CheckGroupedExpr(*item.expr, state);
      continue;
    }
    for (const ColumnRef& column : item.expr->expanded) {
      Expr reference;
      reference.kind = ExprKind::kIdentifier;
      reference.pos = item.pos;
      reference.name = column.column;
      reference.ref = column;
      CheckGroupedExpr(reference, state);
    }
  }
  if (select.having) CheckGroupedExpr(*select.having, state);
  if (order_by == nullptr) return;
  for (const SortItem& item : *order_by) {
    if (item.output_index < 0) CheckGroupedExpr(*item.expr, state);
  }
}

void Analyzer::CheckGroupedExpr(const Expr& expr, const SelectState& state) {
  if (expr.stands_for) return CheckGroupedExpr(*expr.stands_for, state);
  bool leaf = expr.args.empty() && !expr.ref && !expr.window;
  if (leaf) return;  // literals, subqueries
  for (const Expr* group : state.grouping) {
    if (group->kind == expr.kind && group->name == expr.name && ExprText(*group) == ExprText(expr)) return;
  }
  if (expr.ref) {
    ThrowAt(kSyntaxError, "EXPRESSION_NOT_AGGREGATE", expr.pos,
            fmt::format("'{}' must be an aggregate expression or appear in GROUP BY clause",
                        expr.kind == ExprKind::kDereference && expr.args[0]->kind == ExprKind::kIdentifier
                            ? expr.args[0]->name + "." + expr.name
                            : expr.name));
  }
  if (IsAggregateCall(expr) && !expr.has_window) return;
  for (const ExprPtr& arg : expr.args) CheckGroupedExpr(*arg, state);
  if (!expr.window) return;
  for (const ExprPtr& key : expr.window->partition_by) CheckGroupedExpr(*key, state);
  for (const SortItem& item : expr.window->order_by) CheckGroupedExpr(*item.expr, state);
}

bool IsAggregateCall(const Expr& expr) {
  if (expr.kind != ExprKind::kCall) return false;
  const Function* function = FindFunctionNamed(expr.name);
  return function != nullptr && function->kind == FunctionKind::kAggregate;
}

bool ContainsAggregate(const Expr& expr) {
  if (expr.stands_for) return ContainsAggregate(*expr.stands_for);
  if (IsAggregateCall(expr) && !expr.has_window) return true;
  if (std::any_of(expr.args.begin(), expr.args.end(), [](auto& arg) { return ContainsAggregate(*arg); })) return true;
  if (!expr.window) return false;
  auto in = [](const ExprPtr& key) { return ContainsAggregate(*key); };
  if (std::any_of(expr.window->partition_by.begin(), expr.window->partition_by.end(), in)) return true;
  return std::any_of(expr.window->order_by.begin(), expr.window->order_by.end(),
                     [](const SortItem& item) { return ContainsAggregate(*item.expr); });
}

bool ContainsWindow(const Expr& expr) {
  if (expr.stands_for) return ContainsWindow(*expr.stands_for);
  if (expr.has_window) return true;
  return std::any_of(expr.args.begin(), expr.args.end(), [](auto& arg) { return ContainsWindow(*arg); });
}

}  // namespace tarn::sql
