#include <algorithm>

#include "sql/errors.h"
#include "sql/internal/analyzer.h"

namespace tarn::sql {

QueryShape Analyzer::AnalyzeQuery(Query* query, const Scope* outer) {
  if (++depth_ > kTreeDepthMax)
    Throw(kParseError, "STACK_OVERFLOW: statement is too large (stack overflow during analysis)");
  size_t with_before = with_.size();
  const std::vector<NamedWindow>* windows_before = windows_;
  AnalyzeWith(query, outer);
  QueryShape shape = AnalyzeBody(query->body.get(), outer, &query->order_by);
  bool select = query->body->kind == Body::kSelect;
  if (!select) AnalyzeOutputOrder(&query->order_by, shape);
  if (query->limit || query->offset) {
    for (Origin& origin : shape.origins) origin = {};  // conditions do not pass a LIMIT
  }
  if (query->with_ties && query->order_by.empty()) {
    ThrowAt(kSyntaxError, "MISSING_ORDER_BY", query->pos, "FETCH FIRST WITH TIES clause requires ORDER BY");
  }
  for (const ExprPtr* bound : {&query->offset, &query->limit}) {
    if (*bound && (*bound)->kind == ExprKind::kParameter) {
      ThrowAt(kInvalidParameters, "INVALID_PARAMETER_USAGE", (*bound)->pos,
              "Incorrect number of parameters: expected more");
    }
  }
  with_.resize(with_before);
  windows_ = windows_before;
  query->output_names = shape.names;
  query->output_types = shape.types;
  --depth_;
  return shape;
}

void Analyzer::AnalyzeWith(Query* query, const Scope* outer) {
  std::vector<std::string> seen;
  for (CommonTable& table : query->with) {
    if (std::find(seen.begin(), seen.end(), table.name) != seen.end()) {
      ThrowAt(kSyntaxError, "DUPLICATE_NAMED_QUERY", table.pos,
              fmt::format("WITH query name '{}' specified more than once", table.name));
    }
    seen.push_back(table.name);
    WithTable entry;
    if (query->recursive && table.query->body->kind == Body::kSetOperation) {
      entry = DeclareRecursive(&table, outer);
    } else {
      QueryShape shape = AnalyzeQuery(table.query.get(), outer);
      entry.name = table.name;
      entry.names = shape.names;
      entry.types = shape.types;
    }
    if (!table.column_aliases.empty()) {
      if (table.column_aliases.size() != entry.types.size()) {
        ThrowAt(kSyntaxError, "MISMATCHED_COLUMN_ALIASES", table.pos,
                fmt::format("WITH query has {} columns but {} column aliases provided", entry.types.size(),
                            table.column_aliases.size()));
      }
      entry.names = table.column_aliases;
    }
    if (entry.printed.empty()) entry.printed = FreshAlias(table.name);
    table.name = entry.printed;
    with_.push_back(std::move(entry));
  }
}

// The first branch gives the types; the second sees the table under its name.
Analyzer::WithTable Analyzer::DeclareRecursive(CommonTable* table, const Scope* outer) {
  Body* body = table->query->body.get();
  QueryShape anchor = AnalyzeBody(body->left.get(), outer, nullptr);
  WithTable entry;
  entry.name = table->name;
  entry.printed = FreshAlias(table->name);
  entry.names = table->column_aliases.empty() ? anchor.names : table->column_aliases;
  entry.types = anchor.types;
  if (entry.names.size() != entry.types.size()) {
    ThrowAt(kSyntaxError, "MISMATCHED_COLUMN_ALIASES", table->pos, "WITH query has a different number of columns");
  }
  with_.push_back(entry);
  QueryShape step = AnalyzeBody(body->right.get(), outer, nullptr);
  with_.pop_back();
  if (step.types.size() != anchor.types.size()) {
    ThrowAt(kTypeMismatch, "TYPE_MISMATCH", body->pos,
            "base and step relations of recursion have different number of fields");
  }
  body->output_names = anchor.names;
  body->output_types = anchor.types;
  table->query->output_names = anchor.names;
  table->query->output_types = anchor.types;
  return entry;
}

QueryShape Analyzer::AnalyzeBody(Body* body, const Scope* outer, std::vector<SortItem>* order_by) {
  QueryShape shape;
  switch (body->kind) {
    case Body::kSelect:
      shape = AnalyzeSelect(body->select.get(), outer, order_by);
      break;
    case Body::kValues:
      shape = AnalyzeValues(body, outer);
      break;
    case Body::kTable: {
      for (Field& field : AnalyzeTable(body->table.get())) {
        if (field.hidden) continue;
        if (field.origin.use >= 0) UseField(field, nullptr);
        shape.names.push_back(field.name);
        shape.types.push_back(field.type);
        shape.origins.push_back(field.origin);
      }
      break;
    }
    case Body::kQuery:
      shape = AnalyzeQuery(body->query.get(), outer);
      break;
    case Body::kSetOperation:
      shape = AnalyzeSetOperation(body, outer);
      break;
  }
  body->output_names = shape.names;
  body->output_types = shape.types;
  return shape;
}

QueryShape Analyzer::AnalyzeSetOperation(Body* body, const Scope* outer) {
  QueryShape left = AnalyzeBody(body->left.get(), outer, nullptr);
  QueryShape right = AnalyzeBody(body->right.get(), outer, nullptr);
  if (left.types.size() != right.types.size()) {
    ThrowAt(kTypeMismatch, "TYPE_MISMATCH", body->pos,
            fmt::format("{} query has different number of fields: {}, {}", body->op, left.types.size(),
                        right.types.size()));
  }
  for (size_t i = 0; i < left.types.size(); ++i) {
    Type both;
    if (!UnifyTypes(left.types[i], right.types[i], &both)) {
      ThrowAt(kTypeMismatch, "TYPE_MISMATCH", body->pos,
              fmt::format("column {} in {} query has incompatible types: {}, {}", i + 1, body->op,
                          ToTrino(left.types[i]), ToTrino(right.types[i])));
    }
    left.types[i] = both;
  }
  left.origins.assign(left.types.size(), Origin{});
  return left;
}

QueryShape Analyzer::AnalyzeValues(Body* body, const Scope* outer) {
  QueryShape shape;
  Scope scope{outer, {}};
  for (size_t r = 0; r < body->rows.size(); ++r) {
    Expr* row = body->rows[r].get();
    bool tuple = row->kind == ExprKind::kRow;
    size_t width = tuple ? row->args.size() : 1;
    if (r == 0) shape.types.resize(width);
    if (width != shape.types.size()) {
      ThrowAt(kTypeMismatch, "TYPE_MISMATCH", row->pos,
              fmt::format("Values rows have mismatched sizes: {} vs {}", shape.types.size(), width));
    }
    Analyze(row, scope);
    for (size_t i = 0; i < width; ++i) {
      const Type& type = tuple ? row->args[i]->type : row->type;
      Type both;
      if (!UnifyTypes(shape.types[i], type, &both)) {
        ThrowAt(kTypeMismatch, "TYPE_MISMATCH", row->pos,
                fmt::format("Values rows have mismatched types: {} vs {}", ToTrino(shape.types[i]), ToTrino(type)));
      }
      shape.types[i] = both;
    }
  }
  shape.names.resize(shape.types.size());
  shape.origins.resize(shape.types.size());
  return shape;
}

// ORDER BY of a set operation or VALUES: only its output columns can be named.
void Analyzer::AnalyzeOutputOrder(std::vector<SortItem>* order_by, const QueryShape& shape) {
  Scope scope;
  for (size_t i = 0; i < shape.names.size(); ++i) {
    Field field;
    field.name = shape.names[i];
    field.type = shape.types[i];
    field.ref.column = shape.names[i];
    scope.fields.push_back(std::move(field));
  }
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
    Analyze(item.expr.get(), scope);
    for (size_t i = 0; i < shape.names.size() && item.expr->kind == ExprKind::kIdentifier; ++i) {
      if (shape.names[i] == item.expr->name) item.output_index = static_cast<int32_t>(i);
    }
  }
}

}  // namespace tarn::sql
