// Scope: the account and region that own a persistent resource.
#pragma once

#include <compare>
#include <string>

namespace tarn {

struct Scope {
  std::string account;  // 12 digits
  std::string region;   // "us-east-1"
  auto operator<=>(const Scope&) const = default;
};

}  // namespace tarn
