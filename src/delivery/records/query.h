// jq programs over records, in a sandbox: no environment, no files, no further inputs, a bounded time.
//
// Errors: kInvalid (a program that does not compile), kBadRecord (it fails or takes too long). Threads: one at a time.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tarn::delivery {

class Query {
 public:
  static Result<std::unique_ptr<Query>> Compile(const std::string& program);
  ~Query();

  // Of a JSON text: the first output, an object, its values as texts (null and nested ones as JSON).
  Result<std::map<std::string, std::string>> Run(std::string_view json);

 private:
  struct State;
  explicit Query(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tarn::delivery
