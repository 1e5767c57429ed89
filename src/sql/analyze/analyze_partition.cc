#include <algorithm>
#include <set>

#include "base/strings.h"
#include "sql/internal/analyzer.h"

namespace tarn::sql {
namespace {

using NodePtr = std::shared_ptr<PartitionNode>;

NodePtr MakeCall(std::string name, std::vector<NodePtr> args) {
  auto node = std::make_shared<PartitionNode>();
  node->kind = PartitionNode::kCall;
  node->name = std::move(name);
  for (NodePtr& arg : args) node->args.push_back(std::move(arg));
  return node;
}

NodePtr MakeValue(PartitionValue value) {
  auto node = std::make_shared<PartitionNode>();
  node->kind = PartitionNode::kValue;
  node->value = std::move(value);
  return node;
}

bool MentionsKey(const PartitionNode& node) {
  if (node.kind == PartitionNode::kKey) return true;
  return std::any_of(node.args.begin(), node.args.end(), [](const auto& arg) { return MentionsKey(*arg); });
}

NodePtr SpanOf(const Expr& expr) {
  auto count = ParseI64(expr.text);
  if (!count || !expr.name2.empty() || *count > 1'000'000 || *count < -1'000'000) return nullptr;
  int64_t n = expr.op == "-" ? -*count : *count;
  PartitionSpan span;
  if (expr.name == "year")
    span.months = 12 * n;
  else if (expr.name == "month")
    span.months = n;
  else if (expr.name == "week")
    span.micros = 7 * n * kMicrosPerDay;
  else if (expr.name == "day")
    span.micros = n * kMicrosPerDay;
  else if (expr.name == "hour")
    span.micros = n * 3600 * kMicrosPerSecond;
  else if (expr.name == "minute")
    span.micros = n * 60 * kMicrosPerSecond;
  else
    span.micros = n * kMicrosPerSecond;
  return MakeValue(span);
}

}  // namespace

// Splits a condition at its ANDs and keeps for each table use what may speak about its partitions.
void Analyzer::CollectConditions(const Expr& condition, const std::vector<Field>& fields, bool from_where) {
  if (condition.kind == ExprKind::kAnd) {
    for (const ExprPtr& arg : condition.args) CollectConditions(*arg, fields, from_where);
    return;
  }
  std::set<int32_t> uses;
  std::set<int32_t> nullable;
  for (const Field& field : fields) {
    if (field.origin.use < 0) continue;
    if (plan_->tables[static_cast<size_t>(field.origin.use)].info.partition_keys.empty()) continue;
    uses.insert(field.origin.use);
    if (field.nullable_side) nullable.insert(field.origin.use);
  }
  for (int32_t use : uses) {
    NodePtr node = ToNode(condition, use, fields);
    if (!MentionsKey(*node)) continue;
    // Rows that an outer join fills with NULL must not come to pass because their partner was pruned.
    if (from_where && nullable.contains(use) && !RejectsNull(*node)) continue;
    conditions_[use].push_back(std::move(node));
  }
}

std::shared_ptr<PartitionNode> Analyzer::ConstantNode(const Expr& expr) const {
  switch (expr.kind) {
    case ExprKind::kNull:
      return MakeValue(PartitionNull{});
    case ExprKind::kBoolean:
      return MakeValue(expr.text == "true");
    case ExprKind::kInteger: {
      auto value = ParseI64(expr.text);
      return value ? MakeValue(*value) : nullptr;
    }
    case ExprKind::kDecimal:
    case ExprKind::kDouble:
      return MakeValue(std::strtod(expr.text.c_str(), nullptr));
    case ExprKind::kString:
      return MakeValue(expr.text);
    case ExprKind::kInterval:
      return SpanOf(expr);
    case ExprKind::kTyped: {
      bool known = expr.type.Is(TypeKind::kDate) || expr.type.Is(TypeKind::kTimestamp) || expr.type.IsString() ||
                   expr.type.IsInteger();
      if (!known) return nullptr;
      NodePtr cast = MakeCall("cast", {MakeValue(expr.text)});
      cast->type = expr.type;
      return cast;
    }
    case ExprKind::kCurrent: {
      int64_t micros = context_.now.micros;
      int64_t days = micros / kMicrosPerDay - (micros % kMicrosPerDay < 0 ? 1 : 0);
      if (expr.name == "current_date") return MakeValue(PartitionDate{days});
      if (expr.name == "current_timestamp" || expr.name == "localtimestamp") return MakeValue(PartitionTime{micros});
      return nullptr;
    }
    default:
      return nullptr;
  }
}

std::shared_ptr<PartitionNode> Analyzer::ToNode(const Expr& expr, int32_t use, const std::vector<Field>& fields) const {
  auto unknown = std::make_shared<PartitionNode>();
  const TableInfo& info = plan_->tables[static_cast<size_t>(use)].info;
  if (expr.stands_for) return unknown;
  if (expr.ref) {
    for (const Field& field : fields) {
      bool same =
          field.ref.relation == expr.ref->relation && field.ref.column == expr.ref->column && field.ref.other.empty();
      if (!same || field.origin.use != use) continue;
      auto key = std::find(info.partition_keys.begin(), info.partition_keys.end(), field.origin.column);
      if (key == info.partition_keys.end()) return unknown;
      unknown->kind = PartitionNode::kKey;
      unknown->index = static_cast<size_t>(key - info.partition_keys.begin());
      unknown->name = *key;
      unknown->type = field.type;
      return unknown;
    }
    return unknown;
  }
  if (NodePtr constant = ConstantNode(expr)) return constant;
  std::vector<NodePtr> args;
  for (const ExprPtr& arg : expr.args) args.push_back(ToNode(*arg, use, fields));
  auto negate = [&expr](NodePtr node) { return expr.negated ? MakeCall("not", {std::move(node)}) : node; };
  switch (expr.kind) {
    case ExprKind::kAnd:
      return MakeCall("and", std::move(args));
    case ExprKind::kOr:
      return MakeCall("or", std::move(args));
    case ExprKind::kNot:
      return MakeCall("not", std::move(args));
    case ExprKind::kIsNull:
      return negate(MakeCall("isnull", std::move(args)));
    case ExprKind::kIn:
      return negate(MakeCall("in", std::move(args)));
    case ExprKind::kLike:
      return negate(MakeCall("like", std::move(args)));
    case ExprKind::kBetween:
      return negate(MakeCall("and", {MakeCall(">=", {args[0], args[1]}), MakeCall("<=", {args[0], args[2]})}));
    case ExprKind::kCompare:
      return expr.op.starts_with("is") ? unknown : MakeCall(expr.op, std::move(args));
    case ExprKind::kBinaryOp:
      return MakeCall(expr.op, std::move(args));
    case ExprKind::kUnary:
      return expr.op == "-" ? MakeCall("-", {MakeValue(int64_t{0}), args[0]}) : args[0];
    case ExprKind::kCast: {
      NodePtr cast = MakeCall("cast", std::move(args));
      cast->type = expr.cast_type;
      return cast;
    }
    case ExprKind::kCall:
      if (expr.name == "now") return MakeValue(PartitionTime{context_.now.micros});
      return MakeCall(expr.name, std::move(args));
    default:
      return unknown;
  }
}

void Analyzer::FinishPartitions() {
  for (auto& [use, nodes] : conditions_) {
    NodePtr root = nodes.size() == 1 ? nodes[0] : MakeCall("and", nodes);
    plan_->tables[static_cast<size_t>(use)].partitions = PartitionPredicate(std::move(root));
  }
}

}  // namespace tarn::sql
