// Query engines outside the lake that filter rows and columns by themselves: which of them are believed.
// https://docs.aws.amazon.com/lake-formation/latest/dg/how-vending-works.html
#pragma once

#include "base/result.h"
#include "base/scope.h"
#include "identity/caller.h"

namespace tarn::govern {

class Engines {
 public:
  virtual ~Engines() = default;
  // Whether the data lake settings of `scope` trust the caller's session to filter. Threads: any.
  virtual Result<bool> IsTrustedEngine(const identity::Caller& caller, const Scope& scope) = 0;
};

}  // namespace tarn::govern
