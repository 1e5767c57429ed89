#include "sql/partition.h"

#include <fmt/format.h>

#include "sql/internal/partition_node.h"

namespace tarn::sql {
namespace {

bool IsConstant(const PartitionNode& node) { return node.kind == PartitionNode::kValue; }

const std::string* StringOf(const PartitionNode& node) {
  return IsConstant(node) ? std::get_if<std::string>(&node.value) : nullptr;
}

// Adds the strings that `node` allows for the key; false when it does not pin it.
bool Pinned(const PartitionNode& node, size_t key, std::vector<std::string>* out) {
  if (node.kind != PartitionNode::kCall) return false;
  auto is_key = [key](const PartitionNode& n) {
    return n.kind == PartitionNode::kKey && n.index == key && n.type.Is(TypeKind::kVarchar);
  };
  if (node.name == "and") {
    for (const auto& arg : node.args) {
      if (Pinned(*arg, key, out)) return true;
    }
    return false;
  }
  if (node.name == "or") {
    for (const auto& arg : node.args) {
      if (!Pinned(*arg, key, out)) return false;
    }
    return true;
  }
  if (node.name == "=") {
    for (size_t side = 0; side < 2; ++side) {
      const std::string* value = StringOf(*node.args[1 - side]);
      if (!is_key(*node.args[side]) || value == nullptr) continue;
      out->push_back(*value);
      return true;
    }
    return false;
  }
  if (node.name != "in" || !is_key(*node.args[0])) return false;
  for (size_t i = 1; i < node.args.size(); ++i) {
    const std::string* value = StringOf(*node.args[i]);
    if (value == nullptr) return false;
    out->push_back(*value);
  }
  return true;
}

std::string TextOf(const PartitionNode& node) {
  switch (node.kind) {
    case PartitionNode::kUnknown:
      return "?";
    case PartitionNode::kKey:
      return node.name;
    case PartitionNode::kValue:
      break;
    case PartitionNode::kCall: {
      std::string out = node.name + "(";
      for (size_t i = 0; i < node.args.size(); ++i) out += (i > 0 ? ", " : "") + TextOf(*node.args[i]);
      return out + ")";
    }
  }
  struct Show {
    std::string operator()(PartitionMaybe) const { return "?"; }
    std::string operator()(PartitionNull) const { return "NULL"; }
    std::string operator()(bool b) const { return b ? "true" : "false"; }
    std::string operator()(int64_t i) const { return std::to_string(i); }
    std::string operator()(double d) const { return fmt::format("{}", d); }
    std::string operator()(const std::string& s) const { return "'" + s + "'"; }
    std::string operator()(PartitionDate d) const { return fmt::format("day {}", d.days); }
    std::string operator()(PartitionTime t) const { return fmt::format("time {}us", t.micros); }
    std::string operator()(PartitionSpan s) const { return fmt::format("span {}m {}us", s.months, s.micros); }
  };
  return std::visit(Show{}, node.value);
}

}  // namespace

PartitionPredicate::PartitionPredicate() = default;
PartitionPredicate::PartitionPredicate(std::shared_ptr<const PartitionNode> root) : root_(std::move(root)) {}

bool PartitionPredicate::MayMatch(const std::vector<std::string>& values) const {
  if (root_ == nullptr) return true;
  PartitionValue result = EvaluatePartitionNode(*root_, &values);
  if (std::holds_alternative<PartitionNull>(result)) return false;
  const bool* decided = std::get_if<bool>(&result);
  return decided == nullptr || *decided;
}

std::vector<std::string> PartitionPredicate::PinnedValues(size_t key) const {
  std::vector<std::string> values;
  if (root_ == nullptr || !Pinned(*root_, key, &values)) return {};
  return values;
}

std::string PartitionPredicate::ToString() const { return root_ == nullptr ? "true" : TextOf(*root_); }

}  // namespace tarn::sql
