// Amazon resource names, taken apart: "arn:partition:service:region:account:resource". Threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tarn {

struct Arn {
  std::string partition;
  std::string service;
  std::string region;    // may be empty
  std::string account;   // may be empty
  std::string resource;  // all of the rest, its colons and slashes too

  // Nothing for a text that has not all six parts.
  static std::optional<Arn> Parse(std::string_view text);
};

}  // namespace tarn
