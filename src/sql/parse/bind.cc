#include <functional>

#include "sql/errors.h"
#include "sql/internal/failure.h"
#include "sql/statement.h"

namespace tarn::sql {
namespace {

// Calls `visit` on every expression slot of a query; a slot may be replaced.
class Slots {
 public:
  explicit Slots(std::function<void(ExprPtr&)> visit) : visit_(std::move(visit)) {}

  void Change(Statement& statement) {
    if (auto* s = statement.As<Delete>()) One(&s->where);
    if (auto* s = statement.As<Optimize>()) One(&s->where);
    if (auto* s = statement.As<UpdateRows>()) {
      for (Assignment& assignment : s->set) One(&assignment.value);
      One(&s->where);
    }
    if (auto* s = statement.As<Merge>()) {
      Relation(s->source.get());
      One(&s->on);
      for (MergeCase& branch : s->cases) {
        One(&branch.condition);
        for (Assignment& assignment : branch.set) One(&assignment.value);
        for (ExprPtr& value : branch.values) One(&value);
      }
    }
  }

  void Query(sql::Query* query) {
    if (query == nullptr) return;
    for (CommonTable& table : query->with) Query(table.query.get());
    Body(query->body.get());
    Sorts(&query->order_by);
    One(&query->offset);
    One(&query->limit);
  }

 private:
  void One(ExprPtr* slot) {
    if (!*slot) return;
    visit_(*slot);
    Expr* expr = slot->get();
    for (ExprPtr& arg : expr->args) One(&arg);
    One(&expr->filter);
    Sorts(&expr->order_by);
    if (expr->window) Window(expr->window.get());
    Query(expr->query.get());
  }
  void Sorts(std::vector<SortItem>* items) {
    for (SortItem& item : *items) One(&item.expr);
  }
  void Window(sql::Window* window) {
    for (ExprPtr& key : window->partition_by) One(&key);
    Sorts(&window->order_by);
    One(&window->start.offset);
    One(&window->end.offset);
  }
  void Relation(sql::Relation* relation) {
    if (relation == nullptr) return;
    One(&relation->as_of);
    One(&relation->sample_percent);
    for (ExprPtr& expr : relation->unnest) One(&expr);
    Query(relation->query.get());
    Relation(relation->left.get());
    Relation(relation->right.get());
    One(&relation->on);
  }
  void Body(sql::Body* body) {
    if (body == nullptr) return;
    for (ExprPtr& row : body->rows) One(&row);
    Query(body->query.get());
    Body(body->left.get());
    Body(body->right.get());
    if (!body->select) return;
    for (SelectItem& item : body->select->items) One(&item.expr);
    Relation(body->select->from.get());
    One(&body->select->where);
    for (GroupingElement& element : body->select->group_by) {
      for (auto& set : element.sets) {
        for (ExprPtr& key : set) One(&key);
      }
    }
    One(&body->select->having);
    for (NamedWindow& named : body->select->windows) Window(named.window.get());
  }

  std::function<void(ExprPtr&)> visit_;
};

bool IsConstant(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kIdentifier:
    case ExprKind::kDereference:
    case ExprKind::kStar:
    case ExprKind::kParameter:
    case ExprKind::kSubquery:
    case ExprKind::kExists:
    case ExprKind::kInQuery:
    case ExprKind::kQuantified:
    case ExprKind::kLambda:
      return false;
    default:
      break;
  }
  for (const ExprPtr& arg : expr.args) {
    if (!IsConstant(*arg)) return false;
  }
  return true;
}

Query* QueryOf(Statement& statement) {
  if (auto* s = statement.As<QueryStatement>()) return s->query.get();
  if (auto* s = statement.As<CreateTableAs>()) return s->query.get();
  if (auto* s = statement.As<InsertInto>()) return s->query.get();
  if (auto* s = statement.As<Unload>()) return s->query.get();
  if (auto* s = statement.As<CreateView>()) return s->query.get();
  if (auto* s = statement.As<Explain>()) return QueryOf(*s->statement);
  return nullptr;
}

}  // namespace

Status BindParameters(Statement& statement, const std::vector<std::string>& values) {
  if (static_cast<size_t>(statement.parameter_count) != values.size()) {
    return Fail(
        kInvalidParameters,
        fmt::format("INVALID_PARAMETER_USAGE: line 1:1: Incorrect number of parameters: expected {} but found {}",
                    statement.parameter_count, values.size()));
  }
  for (size_t i = 0; i < values.size(); ++i) {
    TARN_TRY(ExprPtr value, ParseExpression(values[i]));
    if (!IsConstant(*value)) {
      return Fail(
          kInvalidParameters,
          fmt::format("INVALID_PARAMETER_USAGE: line 1:1: Parameter {} is not a constant: {}", i + 1, values[i]));
    }
  }
  try {
    Slots slots([&](ExprPtr& slot) {
      if (slot->kind != ExprKind::kParameter) return;
      Position pos = slot->pos;
      auto parsed = ParseExpression(values[static_cast<size_t>(slot->index)]);
      if (!parsed.ok()) throw Failure{parsed.error()};
      slot = std::move(parsed).value();
      slot->pos = pos;
    });
    slots.Query(QueryOf(statement));
    slots.Change(statement);
  } catch (Failure& failure) {
    return std::move(failure.error);
  }
  statement.parameter_count = 0;
  return Ok();
}

}  // namespace tarn::sql
