// Patterns of the policy language: '*' is any run, '?' any one character (of UTF-8), "${key}" a value of the request.
//
// Invariants: what a variable stands for is text, never a wildcard; ${*}, ${?} and ${$} are those characters. A
// variable that the request has not makes the pattern match nothing, unless it names a default: ${key, 'default'}.
// Cost: constant patterns match without allocating, in the product of the two lengths at worst. Threads: any.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tarn::policy {

// What a wildcard may cross.
enum class GlobRule : uint8_t {
  kLiteral,   // nothing is a wildcard: StringEquals
  kText,      // anything: StringLike, actions
  kResource,  // ':' of an ARN's first five segments only at the end of a segment: Resource
  kArn,       // never a ':' of the first five segments: ArnLike
};

// Finds a variable's value; nothing when the request has none or several.
using VariableSource = std::function<std::optional<std::string>(std::string_view key)>;

class Glob {
 public:
  struct Options {
    GlobRule rule = GlobRule::kText;
    bool variables = false;
    bool ignore_case = false;  // ASCII
  };
  Glob(std::string_view pattern, Options options);
  explicit Glob(std::string_view pattern) : Glob(pattern, Options{}) {}

  bool has_variables() const { return !variables_.empty(); }
  // `source` is asked only when the pattern has variables.
  bool Match(std::string_view text, const VariableSource& source) const;
  // Of a pattern without variables.
  bool Match(std::string_view text) const;

 private:
  // Bytes, or one of the marks below.
  using Codes = std::u16string;
  struct Variable {
    size_t at;  // in codes_
    std::string key;
    std::optional<std::string> otherwise;
  };
  enum class Shape : uint8_t { kExact, kPrefix, kGeneral, kSegmented };

  void Compile(std::string_view pattern);
  void AddWildcard(std::string_view pattern, size_t at, int colons);
  bool AddVariable(std::string_view pattern, size_t& at);
  void Classify();
  bool MatchCodes(const Codes& codes, std::string_view text) const;

  Options options_;
  Shape shape_ = Shape::kGeneral;
  std::string prefix_;  // the bytes before the first wildcard or variable; all of an exact pattern
  Codes codes_;
  std::vector<Variable> variables_;
};

// Calls `use` with the key of each variable in a text.
void ForEachVariable(std::string_view text, const std::function<void(std::string_view key)>& use);

}  // namespace tarn::policy
