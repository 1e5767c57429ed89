#include "cli/cli.h"

#include <fmt/format.h>

#include <cstdio>

#include "base/version.h"

namespace tarn::cli {
namespace {

constexpr std::string_view kHelp =
    "tarn: a data lake in one program\n"
    "\n"
    "  tarn serve --data DIR   run a lake (tarn serve --help lists its options)\n"
    "  tarn version            print the version\n";

}  // namespace

int Run(const std::vector<std::string>& arguments, const std::vector<std::string>&) {
  const std::string verb = arguments.empty() ? "help" : arguments[0];
  if (verb == "version" || verb == "--version") {
    fmt::print("tarn {}\n", kVersion);
    return 0;
  }
  if (verb == "help" || verb == "--help" || verb == "-h") {
    fmt::print("{}", kHelp);
    return 0;
  }
  fmt::print(stderr, "tarn: there is no command '{}'\n\n{}", verb, kHelp);
  return 2;
}

}  // namespace tarn::cli
