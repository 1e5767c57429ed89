// The patterns by which GetTables and GetUserDefinedFunctions choose names: regular expressions over the whole name, in
// which a "*" that repeats nothing stands for any run of characters, as clients used to Hive's globs write it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tarn::api::glue {

class NamePattern {
 public:
  // An empty text accepts every name. Errors: glue.InvalidInput for a broken expression.
  static Result<NamePattern> Compile(std::string_view text);
  NamePattern(NamePattern&&) noexcept;
  NamePattern& operator=(NamePattern&&) noexcept;
  ~NamePattern();

  bool Matches(std::string_view name) const;

 private:
  struct State;
  explicit NamePattern(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;  // null: every name
};

// The regular expression that a pattern means.
std::string GlobsToRegex(std::string_view text);

}  // namespace tarn::api::glue
