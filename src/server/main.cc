// tarn: the one binary. `tarn serve` runs a lake, `tarn keys` changes its master key; the other verbs are its command
// line client.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "cli/cli.h"
#include "server/care/admin.h"
#include "server/care/offline.h"
#include "server/secrets/master_key.h"
#include "server/serve.h"

extern "C" {
// What jemalloc reads at the start: what is freed goes back to the system within a second, also when nobody calls.
extern const char* const malloc_conf;
const char* const malloc_conf = "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0";
}

namespace {

// The report on a stopped lake, as /_tarn/verify would answer it.
tarn::Result<std::string> VerifyStopped(const std::string& data, const std::string& config,
                                        const std::vector<std::string>& environment) {
  std::vector<std::string> arguments = {"--data", data};
  if (!config.empty()) arguments.insert(arguments.end(), {"--config", config});
  TARN_TRY(const auto parsed, tarn::server::ParseOptions(arguments, environment));
  TARN_TRY(const auto report, tarn::server::VerifyStopped(parsed.options));
  return tarn::server::ToJson(report);
}

}  // namespace

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
  if (!arguments.empty() && arguments[0] == "restore") {
    arguments.erase(arguments.begin());
    return tarn::server::Restore(arguments, environment);
  }
  return tarn::cli::Run(arguments, environment, VerifyStopped);
}
