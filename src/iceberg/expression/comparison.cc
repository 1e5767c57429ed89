#include "iceberg/expression/comparison.h"

#include <algorithm>
#include <iterator>

namespace tarn::iceberg {
namespace {

struct Relation {
  Op op;
  Op negated;
  Op exchanged;
  std::string_view sign;  // "": no comparison
};
constexpr Relation kRelations[] = {
    {Op::kEq, Op::kNotEq, Op::kEq, "="},
    {Op::kNotEq, Op::kEq, Op::kNotEq, "<>"},
    {Op::kLt, Op::kGtEq, Op::kGt, "<"},
    {Op::kLtEq, Op::kGt, Op::kGtEq, "<="},
    {Op::kGt, Op::kLtEq, Op::kLt, ">"},
    {Op::kGtEq, Op::kLt, Op::kLtEq, ">="},
    {Op::kIsNull, Op::kNotNull, Op::kIsNull, ""},
    {Op::kNotNull, Op::kIsNull, Op::kNotNull, ""},
    {Op::kIsNan, Op::kNotNan, Op::kIsNan, ""},
    {Op::kNotNan, Op::kIsNan, Op::kNotNan, ""},
    {Op::kStartsWith, Op::kNotStartsWith, Op::kStartsWith, ""},
    {Op::kNotStartsWith, Op::kStartsWith, Op::kNotStartsWith, ""},
    {Op::kIn, Op::kNotIn, Op::kIn, ""},
    {Op::kNotIn, Op::kIn, Op::kNotIn, ""},
};

const Relation* Find(Op op) {
  const auto* found = std::ranges::find(kRelations, op, &Relation::op);
  return found == std::end(kRelations) ? nullptr : found;
}

}  // namespace

std::optional<Op> ComparisonOf(std::string_view sign) {
  if (sign.empty()) return std::nullopt;
  if (sign == "!=") return Op::kNotEq;
  const auto* found = std::ranges::find(kRelations, sign, &Relation::sign);
  return found == std::end(kRelations) ? std::nullopt : std::optional(found->op);
}

Op SidesExchanged(Op op) {
  const Relation* relation = Find(op);
  return relation == nullptr ? op : relation->exchanged;
}

Op Negated(Op op) {
  const Relation* relation = Find(op);
  return relation == nullptr ? op : relation->negated;
}

}  // namespace tarn::iceberg
