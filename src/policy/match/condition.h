// One condition: an operator over a key and the values that the policy names.
//
// Rules (IAM, "condition operators", "multi-valued context keys"): the values of a key are alternatives; a negated
// operator holds when its positive twin does not; a key that the request lacks makes a positive operator false, a
// negated or …IfExists one true, ForAllValues true and ForAnyValue false. Threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "policy/match/glob.h"
#include "policy/match/value.h"
#include "policy/policy.h"

namespace tarn::policy {

enum class Comparison : uint8_t {
  kString,
  kStringIgnoreCase,
  kStringLike,
  kNumberEqual,
  kNumberLess,
  kNumberLessEqual,
  kNumberGreater,
  kNumberGreaterEqual,
  kDateEqual,
  kDateLess,
  kDateLessEqual,
  kDateGreater,
  kDateGreaterEqual,
  kBool,
  kBinary,
  kAddress,
  kArn,
  kNull,
};

enum class Quantifier : uint8_t { kNone, kForAllValues, kForAnyValue };

struct Operator {
  Comparison comparison;
  bool negated = false;
  bool if_exists = false;
  Quantifier quantifier = Quantifier::kNone;
};
// "ForAnyValue:StringNotLikeIfExists"; the names are exact, nothing for others.
std::optional<Operator> ParseOperator(std::string_view name);

// The name of a condition key as contexts are asked for it: lower case up to a '/'.
std::string NormalizeKey(std::string_view key);
// What contexts are asked for to learn whether the principal has a permissions boundary: a name that no policy can use.
inline constexpr std::string_view kBoundedKey = "has a permissions boundary";
// Whether a Principal answers the key.
bool IsPrincipalKey(std::string_view normalized_key);
// The value of a key, from the context or the principal; false when the request lacks it.
bool FindValue(const Request& request, std::string_view normalized_key, std::vector<std::string>& values);
// The values that "${…}" stands for in a request.
VariableSource VariablesOf(const Request& request);

class Condition {
 public:
  Condition(Operator op, std::string key, std::vector<std::string> values)
      : op_(op), name_(std::move(key)), key_(NormalizeKey(name_)), values_(std::move(values)) {}
  // Reads the values as the operator needs them; false when one is no such value, which then matches nothing.
  // `variables`: "${…}" is one.
  bool Compile(bool variables);
  bool Holds(const Request& request) const;

  const Operator& op() const { return op_; }
  const std::string& name() const { return name_; }                   // of the key, as written
  const std::string& key() const { return key_; }                     // normalized
  const std::vector<std::string>& values() const { return values_; }  // as written

 private:
  using Operand = std::variant<Glob, double, Timestamp, bool, std::string, Range>;
  bool AddOperand(const std::string& value, bool variables);
  bool Matches(const std::string& value, const VariableSource& source) const;
  template <typename Test>
  bool AnyOperand(Test test) const;

  Operator op_;
  std::string name_;
  std::string key_;
  std::vector<std::string> values_;
  std::vector<Operand> operands_;
};

}  // namespace tarn::policy
