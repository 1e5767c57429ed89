#include "policy/match/condition.h"

#include <algorithm>
#include <iterator>

#include "base/hash.h"
#include "base/strings.h"

namespace tarn::policy {
namespace {

struct Named {
  std::string_view name;
  Comparison comparison;
  bool negated;
};
constexpr Named kOperators[] = {
    {"StringEquals", Comparison::kString, false},
    {"StringNotEquals", Comparison::kString, true},
    {"StringEqualsIgnoreCase", Comparison::kStringIgnoreCase, false},
    {"StringNotEqualsIgnoreCase", Comparison::kStringIgnoreCase, true},
    {"StringLike", Comparison::kStringLike, false},
    {"StringNotLike", Comparison::kStringLike, true},
    {"NumericEquals", Comparison::kNumberEqual, false},
    {"NumericNotEquals", Comparison::kNumberEqual, true},
    {"NumericLessThan", Comparison::kNumberLess, false},
    {"NumericLessThanEquals", Comparison::kNumberLessEqual, false},
    {"NumericGreaterThan", Comparison::kNumberGreater, false},
    {"NumericGreaterThanEquals", Comparison::kNumberGreaterEqual, false},
    {"DateEquals", Comparison::kDateEqual, false},
    {"DateNotEquals", Comparison::kDateEqual, true},
    {"DateLessThan", Comparison::kDateLess, false},
    {"DateLessThanEquals", Comparison::kDateLessEqual, false},
    {"DateGreaterThan", Comparison::kDateGreater, false},
    {"DateGreaterThanEquals", Comparison::kDateGreaterEqual, false},
    {"Bool", Comparison::kBool, false},
    {"BinaryEquals", Comparison::kBinary, false},
    {"IpAddress", Comparison::kAddress, false},
    {"NotIpAddress", Comparison::kAddress, true},
    {"ArnEquals", Comparison::kArn, false},
    {"ArnLike", Comparison::kArn, false},
    {"ArnNotEquals", Comparison::kArn, true},
    {"ArnNotLike", Comparison::kArn, true},
    {"Null", Comparison::kNull, false},
};

std::string_view TypeOf(PrincipalKind kind) {
  switch (kind) {
    case PrincipalKind::kAnonymous:
      return "Anonymous";
    case PrincipalKind::kAccountRoot:
      return "Account";
    case PrincipalKind::kUser:
      return "User";
    case PrincipalKind::kAssumedRole:
      return "AssumedRole";
    case PrincipalKind::kFederated:
      return "FederatedUser";
    case PrincipalKind::kService:
      return {};
  }
  return {};
}

constexpr std::string_view kPrincipalKeys[] = {
    "aws:principalarn",         "aws:principalaccount", "aws:principaltype", "aws:principalisawsservice",
    "aws:principalservicename", "aws:userid",           "aws:username"};

// Empty: the principal has no such key.
std::string_view PrincipalValue(const Principal& principal, std::string_view key) {
  const bool anonymous = principal.kind == PrincipalKind::kAnonymous;
  if (key == "aws:principalarn") {
    const bool role = principal.kind == PrincipalKind::kAssumedRole && !principal.role_arn.empty();
    return role ? principal.role_arn : principal.arn;
  }
  if (key == "aws:principalaccount") return principal.account;
  if (key == "aws:principaltype") return TypeOf(principal.kind);
  if (key == "aws:principalisawsservice") return principal.kind == PrincipalKind::kService ? "true" : "false";
  if (key == "aws:principalservicename") return principal.service;
  if (key == "aws:federatedprovider") return principal.provider;
  if (key == "aws:userid") return anonymous ? "anonymous" : principal.user_id;
  if (key == "aws:username" && principal.kind == PrincipalKind::kUser) {
    return principal.arn.substr(principal.arn.rfind('/') + 1);
  }
  return {};
}

bool Ordered(Comparison comparison, auto value, auto operand) {
  switch (comparison) {
    case Comparison::kNumberLess:
    case Comparison::kDateLess:
      return value < operand;
    case Comparison::kNumberLessEqual:
    case Comparison::kDateLessEqual:
      return value <= operand;
    case Comparison::kNumberGreater:
    case Comparison::kDateGreater:
      return value > operand;
    case Comparison::kNumberGreaterEqual:
    case Comparison::kDateGreaterEqual:
      return value >= operand;
    default:
      return value == operand;
  }
}

}  // namespace

std::optional<Operator> ParseOperator(std::string_view name) {
  Operator op{};
  if (name.starts_with("ForAllValues:")) {
    op.quantifier = Quantifier::kForAllValues;
  } else if (name.starts_with("ForAnyValue:")) {
    op.quantifier = Quantifier::kForAnyValue;
  }
  if (op.quantifier != Quantifier::kNone) name.remove_prefix(name.find(':') + 1);
  if (name.ends_with("IfExists")) {
    op.if_exists = true;
    name.remove_suffix(std::string_view("IfExists").size());
  }
  const auto found = std::ranges::find(kOperators, name, &Named::name);
  if (found == std::end(kOperators)) return std::nullopt;
  op.comparison = found->comparison;
  op.negated = found->negated;
  if (op.comparison == Comparison::kNull && op.if_exists) return std::nullopt;
  return op;
}

std::string NormalizeKey(std::string_view key) {
  const size_t slash = std::min(key.find('/'), key.size());
  return AsciiLower(key.substr(0, slash)) + std::string(key.substr(slash));
}

bool IsPrincipalKey(std::string_view key) { return std::ranges::find(kPrincipalKeys, key) != std::end(kPrincipalKeys); }

bool FindValue(const Request& request, std::string_view key, std::vector<std::string>& values) {
  if (request.context.Find(key, values)) return true;
  const std::string_view own = PrincipalValue(request.principal, key);
  if (own.empty()) return false;
  values.emplace_back(own);
  return true;
}

VariableSource VariablesOf(const Request& request) {
  return [&request](std::string_view key) -> std::optional<std::string> {
    std::vector<std::string> values;
    if (!FindValue(request, NormalizeKey(key), values) || values.size() != 1) return std::nullopt;
    return std::move(values.front());
  };
}

bool Condition::Compile(bool variables) {
  operands_.clear();
  bool all = true;
  for (const std::string& value : values_) all &= AddOperand(value, variables);
  return all;
}

bool Condition::AddOperand(const std::string& value, bool variables) {
  const auto add = [this](auto parsed) {
    if (!parsed) return false;
    operands_.emplace_back(*std::move(parsed));
    return true;
  };
  switch (op_.comparison) {
    case Comparison::kString:
      operands_.emplace_back(Glob(value, {GlobRule::kLiteral, variables, false}));
      return true;
    case Comparison::kStringIgnoreCase:
      operands_.emplace_back(Glob(value, {GlobRule::kLiteral, variables, true}));
      return true;
    case Comparison::kStringLike:
      operands_.emplace_back(Glob(value, {GlobRule::kText, variables, false}));
      return true;
    case Comparison::kArn:
      operands_.emplace_back(Glob(value, {GlobRule::kArn, variables, false}));
      return true;
    case Comparison::kNumberEqual:
    case Comparison::kNumberLess:
    case Comparison::kNumberLessEqual:
    case Comparison::kNumberGreater:
    case Comparison::kNumberGreaterEqual:
      return add(ParseNumber(value));
    case Comparison::kDateEqual:
    case Comparison::kDateLess:
    case Comparison::kDateLessEqual:
    case Comparison::kDateGreater:
    case Comparison::kDateGreaterEqual:
      return add(ParseDate(value));
    case Comparison::kBool:
    case Comparison::kNull:
      return add(ParseBool(value));
    case Comparison::kBinary:
      return add(Unbase64(value));
    case Comparison::kAddress:
      return add(ParseRange(value));
  }
  return false;
}

template <typename Test>
bool Condition::AnyOperand(Test test) const {
  return std::ranges::any_of(operands_, test);
}

// Whether the request's value matches one of the policy's, negation aside. A value of the wrong kind matches none.
bool Condition::Matches(const std::string& value, const VariableSource& source) const {
  switch (op_.comparison) {
    case Comparison::kString:
    case Comparison::kStringIgnoreCase:
    case Comparison::kStringLike:
    case Comparison::kArn:
      return AnyOperand([&](const Operand& o) { return std::get<Glob>(o).Match(value, source); });
    case Comparison::kBool: {
      const auto truth = ParseBool(value);
      return truth && AnyOperand([&](const Operand& o) { return std::get<bool>(o) == *truth; });
    }
    case Comparison::kBinary:
      return AnyOperand([&](const Operand& o) { return std::get<std::string>(o) == value; });
    case Comparison::kAddress: {
      const auto address = ParseAddress(value);
      return address && AnyOperand([&](const Operand& o) { return std::get<Range>(o).Contains(*address); });
    }
    case Comparison::kNull:
      return false;
    case Comparison::kNumberEqual:
    case Comparison::kNumberLess:
    case Comparison::kNumberLessEqual:
    case Comparison::kNumberGreater:
    case Comparison::kNumberGreaterEqual: {
      const auto number = ParseNumber(value);
      return number &&
             AnyOperand([&](const Operand& o) { return Ordered(op_.comparison, *number, std::get<double>(o)); });
    }
    default: {
      const auto date = ParseDate(value);
      return date &&
             AnyOperand([&](const Operand& o) { return Ordered(op_.comparison, *date, std::get<Timestamp>(o)); });
    }
  }
}

bool Condition::Holds(const Request& request) const {
  std::vector<std::string> values;
  const bool present = FindValue(request, key_, values);
  if (op_.comparison == Comparison::kNull) {
    const bool missing = !present || values.empty();
    return AnyOperand([&](const Operand& o) { return std::get<bool>(o) == missing; });
  }
  if (!present && op_.if_exists) return true;
  const VariableSource source = VariablesOf(request);
  const auto fits = [&](const std::string& value) { return Matches(value, source) != op_.negated; };
  switch (op_.quantifier) {
    case Quantifier::kForAllValues:
      // A lone empty text counts as no value.
      if (values.size() == 1 && values.front().empty()) return true;
      return std::ranges::all_of(values, fits);
    case Quantifier::kForAnyValue:
      return std::ranges::any_of(values, fits);
    case Quantifier::kNone:
      break;
  }
  const bool any = std::ranges::any_of(values, [&](const std::string& value) { return Matches(value, source); });
  return any != op_.negated;
}

}  // namespace tarn::policy
