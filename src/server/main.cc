// tarn: the one binary. `tarn serve` runs a lake, `tarn keys` changes its master key; the other verbs are its command
// line client.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "cli/cli.h"
#include "server/master_key.h"
#include "server/serve.h"

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
  if (!arguments.empty() && arguments[0] == "serve") {
    arguments.erase(arguments.begin());
    return tarn::server::Serve(arguments, environment);
  }
  if (!arguments.empty() && arguments[0] == "keys") {
    arguments.erase(arguments.begin());
    return tarn::server::RunKeys(arguments, environment);
  }
  return tarn::cli::Run(arguments, environment);
}
