#include <algorithm>
#include <set>

#include "sql/errors.h"
#include "sql/internal/analyzer.h"
#include "sql/statement.h"

namespace tarn::sql {

std::string Analyzer::FreshAlias(const std::string& wanted) {
  int& used = aliases_[wanted];
  return used++ == 0 ? wanted : fmt::format("{}_{}", wanted, used) + "_";
}

// Unique within the relation; what cannot be named gets a name too.
std::vector<std::string> PrintedNames(const std::vector<std::string>& names) {
  std::vector<std::string> printed;
  std::set<std::string> taken;
  for (size_t i = 0; i < names.size(); ++i) {
    std::string name = names[i].empty() ? fmt::format("_col{}", i) : names[i];
    while (!taken.insert(name).second) name = fmt::format("{}_{}_", name, i);
    printed.push_back(std::move(name));
  }
  return printed;
}

TableName Analyzer::Complete(const TableName& name) const {
  TableName full = name;
  if (full.catalog.empty()) full.catalog = context_.catalog;
  if (full.database.empty()) full.database = context_.database;
  return full;
}

std::vector<Field> Analyzer::AnalyzeRelation(Relation* relation, const Scope* outer, const Scope* lateral) {
  if (relation->sample_percent) {
    Scope scope{outer, {}};
    Analyze(relation->sample_percent.get(), scope);
  }
  switch (relation->kind) {
    case RelationKind::kTable:
      return ApplyAlias(relation, AnalyzeTable(relation));
    case RelationKind::kSubquery:
    case RelationKind::kValues:
      return ApplyAlias(relation, AnalyzeSubquery(relation, outer, lateral));
    case RelationKind::kUnnest:
      return ApplyAlias(relation, AnalyzeUnnest(relation, lateral));
    case RelationKind::kJoin:
      return AnalyzeJoin(relation, outer, lateral);
  }
  return {};
}

std::vector<Field> Analyzer::FieldsOf(Relation* relation, const QueryShape& shape) {
  std::vector<Field> fields;
  std::vector<std::string> printed = PrintedNames(shape.names);
  for (size_t i = 0; i < shape.types.size(); ++i) {
    Field field;
    field.name = shape.names[i];
    field.type = shape.types[i];
    field.origin = shape.origins.empty() ? Origin{} : shape.origins[i];
    field.ref.column = printed[i];
    relation->printed_columns.push_back(printed[i]);
    relation->column_types.push_back(field.type);
    fields.push_back(std::move(field));
  }
  return fields;
}

std::vector<Field> Analyzer::AnalyzeTable(Relation* relation) {
  const TableName& name = relation->table;
  if (name.catalog.empty() && name.database.empty()) {
    for (size_t i = with_.size(); i-- > 0;) {
      if (with_[i].name != name.table) continue;
      QueryShape shape{with_[i].names, with_[i].types, {}};
      std::vector<Field> fields = FieldsOf(relation, shape);
      relation->table.table = with_[i].printed;
      relation->printed_alias = FreshAlias(relation->alias.empty() ? with_[i].name : relation->alias);
      for (Field& field : fields) field.qualifier = with_[i].name, field.ref.relation = relation->printed_alias;
      return fields;
    }
  }
  return AnalyzeCatalogTable(relation);
}

Result<std::optional<TableInfo>> CatalogView::FindVersion(const TableName&, const std::string&, ExprPtr) const {
  return Fail(kNotSupported, "NOT_SUPPORTED: This connector does not support versioned tables");
}

std::vector<Field> Analyzer::AnalyzeCatalogTable(Relation* relation) {
  TableName full = Complete(relation->table);
  auto found = relation->time_travel.empty()
                   ? catalog_.FindTable(full)
                   : catalog_.FindVersion(full, relation->time_travel, std::move(relation->as_of));
  if (!found.ok()) throw Failure{found.error()};
  if (!found->has_value()) {
    auto catalog = catalog_.CatalogExists(full.catalog);
    if (!catalog.ok()) throw Failure{catalog.error()};
    if (!*catalog) {
      ThrowAt(kCatalogNotFound, "CATALOG_NOT_FOUND", relation->pos,
              fmt::format("Catalog '{}' does not exist", full.catalog));
    }
    auto database = catalog_.DatabaseExists(full.catalog, full.database);
    if (!database.ok()) throw Failure{database.error()};
    if (!*database) {
      ThrowAt(kSchemaNotFound, "SCHEMA_NOT_FOUND", relation->pos,
              fmt::format("Schema '{}' does not exist", full.database));
    }
    ThrowAt(kTableNotFound, "TABLE_NOT_FOUND", relation->pos,
            fmt::format("Table '{}.{}.{}' does not exist", full.catalog, full.database, full.table));
  }
  const TableInfo& info = **found;
  if (info.kind == TableInfo::kView) return AnalyzeView(relation, info);
  TableUse use;
  use.info = info;
  use.pos = relation->pos;
  use.via_view = view_depth_ > 0;
  use.index = static_cast<int32_t>(plan_->tables.size());
  relation->use = use.index;
  relation->printed_alias = FreshAlias(relation->alias.empty() ? info.table : relation->alias);
  std::vector<Field> fields;
  auto add = [&](const TableColumn& column, bool hidden) {
    Field field;
    field.catalog = info.catalog;
    field.database = info.database;
    field.qualifier = full.table;
    field.name = column.name;
    field.type = column.type;
    field.hidden = hidden;
    field.origin = {use.index, column.name};
    field.ref = {relation->printed_alias, column.name, ""};
    if (!hidden) {
      relation->printed_columns.push_back(column.name);
      relation->column_types.push_back(column.type);
    }
    fields.push_back(std::move(field));
  };
  for (const TableColumn& column : info.columns) add(column, false);
  for (const TableColumn& column : info.hidden_columns) add(column, true);
  plan_->tables.push_back(std::move(use));
  return fields;
}

// A view is its query, read in the view's own database; names of the statement mean nothing in it.
std::vector<Field> Analyzer::AnalyzeView(Relation* relation, const TableInfo& info) {
  if (++view_depth_ > 16) {
    ThrowAt(kSyntaxError, "VIEW_IS_RECURSIVE", relation->pos,
            fmt::format("Statement stored in view {}.{} is recursive or nested too deeply", info.database, info.table));
  }
  auto parsed = Parse(info.view_sql);
  if (!parsed.ok() || parsed->As<QueryStatement>() == nullptr) {
    ThrowAt(kSyntaxError, "INVALID_VIEW", relation->pos,
            fmt::format("Failed parsing stored view '{}.{}.{}'{}", info.catalog, info.database, info.table,
                        parsed.ok() ? "" : ": " + parsed.error().message));
  }
  relation->kind = RelationKind::kSubquery;
  relation->query = std::move(parsed->As<QueryStatement>()->query);
  AnalyzeContext outside = context_;
  std::vector<WithTable> with_outside = std::move(with_);
  with_.clear();
  context_.catalog = info.view_catalog.empty() ? info.catalog : info.view_catalog;
  context_.database = info.view_database.empty() ? info.database : info.view_database;
  QueryShape shape;
  try {
    shape = AnalyzeQuery(relation->query.get(), nullptr);
  } catch (Failure& failure) {
    ThrowAt(kSyntaxError, "INVALID_VIEW", relation->pos,
            fmt::format("Failed analyzing stored view '{}.{}.{}': {}", info.catalog, info.database, info.table,
                        failure.error.message));
  }
  context_ = std::move(outside);
  with_ = std::move(with_outside);
  --view_depth_;
  // Its columns are those of its making: what is below it has others now, or shows this reader others.
  if (!info.columns.empty() && info.columns.size() != shape.names.size()) {
    ThrowAt(kSyntaxError, "VIEW_IS_STALE", relation->pos,
            fmt::format("View '{}.{}.{}' is stale or in invalid state: column count mismatch", info.catalog,
                        info.database, info.table));
  }
  // The catalog's column names count, when it knows them.
  for (size_t i = 0; i < shape.names.size() && i < info.columns.size(); ++i) shape.names[i] = info.columns[i].name;
  plan_->views.push_back(info);
  relation->printed_alias = FreshAlias(relation->alias.empty() ? info.table : relation->alias);
  std::vector<Field> fields = FieldsOf(relation, shape);
  for (Field& field : fields) {
    field.catalog = info.catalog;
    field.database = info.database;
    field.qualifier = info.table;
    field.ref.relation = relation->printed_alias;
  }
  return fields;
}

std::vector<Field> Analyzer::AnalyzeSubquery(Relation* relation, const Scope* outer, const Scope* lateral) {
  QueryShape shape = AnalyzeQuery(relation->query.get(), relation->lateral ? lateral : outer);
  relation->printed_alias = FreshAlias(relation->alias.empty() ? "tarn_q" : relation->alias);
  std::vector<Field> fields = FieldsOf(relation, shape);
  for (Field& field : fields) field.ref.relation = relation->printed_alias;
  return fields;
}

// Each array gives a column (its row type one per field), each map two.
std::vector<Field> Analyzer::AnalyzeUnnest(Relation* relation, const Scope* lateral) {
  Scope empty;
  QueryShape shape;
  auto add = [&](const std::string& name, Type type) {
    shape.names.push_back(name);
    shape.types.push_back(std::move(type));
  };
  for (ExprPtr& expr : relation->unnest) {
    Type type = Analyze(expr.get(), lateral ? *lateral : empty);
    if (type.Is(TypeKind::kMap)) {
      add("", type.args[0]);
      add("", type.args[1]);
    } else if (type.Is(TypeKind::kArray) && type.args[0].Is(TypeKind::kRow)) {
      for (size_t i = 0; i < type.args[0].args.size(); ++i) add(type.args[0].names[i], type.args[0].args[i]);
    } else if (type.Is(TypeKind::kArray)) {
      add("", type.args[0]);
    } else if (type.Is(TypeKind::kUnknown)) {
      add("", type);
    } else {
      ThrowAt(kTypeMismatch, "TYPE_MISMATCH", expr->pos, fmt::format("Cannot unnest type: {}", ToTrino(type)));
    }
  }
  if (relation->with_ordinality) add("", MakeType(TypeKind::kBigint));
  relation->printed_alias = FreshAlias(relation->alias.empty() ? "tarn_u" : relation->alias);
  std::vector<Field> fields = FieldsOf(relation, shape);
  for (Field& field : fields) field.ref.relation = relation->printed_alias;
  return fields;
}

std::vector<Field> Analyzer::ApplyAlias(Relation* relation, std::vector<Field> fields) {
  size_t visible = static_cast<size_t>(std::count_if(fields.begin(), fields.end(), [](auto& f) { return !f.hidden; }));
  if (!relation->column_aliases.empty() && relation->column_aliases.size() != visible) {
    ThrowAt(kSyntaxError, "MISMATCHED_COLUMN_ALIASES", relation->pos,
            fmt::format("Column alias list has {} entries but '{}' has {} columns available",
                        relation->column_aliases.size(), relation->alias, visible));
  }
  if (relation->alias.empty()) return fields;
  size_t next = 0;
  for (Field& field : fields) {
    field.catalog.clear();
    field.database.clear();
    field.qualifier = relation->alias;
    if (!relation->column_aliases.empty() && !field.hidden) field.name = relation->column_aliases[next++];
  }
  return fields;
}

namespace {

bool ReadsLeft(const Relation& relation) { return relation.kind == RelationKind::kUnnest || relation.lateral; }

void MarkNullable(std::vector<Field>* fields) {
  for (Field& field : *fields) field.nullable_side = true;
}

}  // namespace

std::vector<Field> Analyzer::AnalyzeJoin(Relation* relation, const Scope* outer, const Scope* lateral) {
  std::vector<Field> left = AnalyzeRelation(relation->left.get(), outer, lateral);
  Scope left_scope{ReadsLeft(*relation->right) && lateral ? lateral : outer, left};
  std::vector<Field> right = AnalyzeRelation(relation->right.get(), outer, &left_scope);
  std::vector<Field> all;
  if (relation->natural) {
    for (const Field& l : left) {
      bool shared = std::any_of(right.begin(), right.end(), [&](auto& r) { return r.name == l.name && !r.hidden; });
      if (shared && !l.hidden && !l.name.empty()) relation->using_columns.push_back({l.name, relation->pos, false});
    }
  }
  std::vector<Field> plain = left;
  plain.insert(plain.end(), right.begin(), right.end());
  if (relation->on) {
    Scope scope{outer, plain};
    Analyze(relation->on.get(), scope);
    CheckNoAggregates(*relation->on, "JOIN");
    RequireBoolean(*relation->on, "JOIN ON");
    if (relation->join == JoinKind::kInner) CollectConditions(*relation->on, plain, false);
    if (relation->join == JoinKind::kLeft) CollectConditions(*relation->on, right, false);
    if (relation->join == JoinKind::kRight) CollectConditions(*relation->on, left, false);
  }
  if (relation->join == JoinKind::kRight || relation->join == JoinKind::kFull) MarkNullable(&left);
  if (relation->join == JoinKind::kLeft || relation->join == JoinKind::kFull) MarkNullable(&right);
  if (!relation->using_columns.empty()) {
    JoinUsing(relation, &left, &right, &all);
  }
  all.insert(all.end(), left.begin(), left.end());
  all.insert(all.end(), right.begin(), right.end());
  return all;
}

// The USING columns come first and once, as Trino has it.
void Analyzer::JoinUsing(Relation* relation, std::vector<Field>* left, std::vector<Field>* right,
                         std::vector<Field>* out) {
  auto take = [&](std::vector<Field>* side, const Identifier& name, std::string_view which) {
    Field found;
    int count = 0;
    for (auto field = side->begin(); field != side->end(); ++field) {
      if (field->name == name.name && !field->hidden) found = *field, ++count;
    }
    if (count != 1) {
      ThrowAt(count == 0 ? kColumnNotFound : kAmbiguousName, count == 0 ? "COLUMN_NOT_FOUND" : "AMBIGUOUS_NAME",
              name.pos,
              count == 0 ? fmt::format("Column '{}' is missing from {} side of join", name.name, which)
                         : fmt::format("Column '{}' is ambiguous", name.name));
    }
    if (found.origin.use >= 0) UseField(found, nullptr);
    std::erase_if(*side, [&](const Field& f) { return f.name == name.name && !f.hidden; });
    return found;
  };
  for (Identifier& name : relation->using_columns) {
    Field l = take(left, name, "left");
    Field r = take(right, name, "right");
    Type both;
    if (!UnifyTypes(l.type, r.type, &both)) {
      ThrowAt(kTypeMismatch, "TYPE_MISMATCH", name.pos,
              fmt::format("Column types of left and right side of USING are different: {} vs {}", ToTrino(l.type),
                          ToTrino(r.type)));
    }
    // The condition is printed as an ON of both refs.
    auto make = [&](const Field& field) {
      auto expr = std::make_unique<Expr>();
      expr->kind = ExprKind::kIdentifier;
      expr->pos = name.pos;
      expr->name = field.name;
      expr->ref = field.ref;
      expr->type = field.type;
      return expr;
    };
    auto equal = std::make_unique<Expr>();
    equal->kind = ExprKind::kCompare;
    equal->op = "=";
    equal->args.push_back(make(l));
    equal->args.push_back(make(r));
    if (!relation->on) {
      relation->on = std::make_unique<Expr>();
      relation->on->kind = ExprKind::kAnd;
    }
    relation->on->args.push_back(std::move(equal));
    Field merged = relation->join == JoinKind::kRight ? r : l;
    if (relation->join == JoinKind::kFull) {
      merged.ref.other = QuoteIdentifier(r.ref.relation) + "." + QuoteIdentifier(r.ref.column);
      merged.origin = {};
    }
    merged.type = both;
    merged.qualifier.clear();
    merged.catalog.clear();
    merged.database.clear();
    merged.in_using = true;
    out->push_back(std::move(merged));
  }
}

}  // namespace tarn::sql
