#include <algorithm>
#include <utility>

#include "engine/table_format.h"

namespace tarn::engine {
namespace {

void Append(Condition::Op op, Condition part, std::vector<Condition>& parts) {
  if (part.op == op) {
    for (Condition& child : part.children) Append(op, std::move(child), parts);
  } else if (std::find(parts.begin(), parts.end(), part) == parts.end()) {
    parts.push_back(std::move(part));
  }
}

Condition Combine(Condition::Op op, Condition a, Condition b) {
  Condition all{.op = op};
  Append(op, std::move(a), all.children);
  Append(op, std::move(b), all.children);
  if (all.children.size() == 1) return Condition(std::move(all.children[0]));
  return all;
}

}  // namespace

Condition And(Condition a, Condition b) {
  if (a.is_true()) return b;
  if (b.is_true()) return a;
  return Combine(Condition::Op::kAnd, std::move(a), std::move(b));
}

Condition Or(Condition a, Condition b) {
  if (a.is_true() || b.is_true()) return {};
  return Combine(Condition::Op::kOr, std::move(a), std::move(b));
}

}  // namespace tarn::engine
