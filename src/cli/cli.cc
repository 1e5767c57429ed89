#include "cli/cli.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <set>

#include "base/version.h"
#include "cli/commands.h"

namespace tarn::cli {
namespace {

constexpr std::string_view kHelp =
    R"(tarn: a data lake in one program

  tarn serve --data DIR            run a lake (tarn serve --help lists its options)
  tarn sql "SELECT …"              ask a question   [--database D] [--format table|csv|json]
  tarn ls [s3://BUCKET/PREFIX]     buckets, or what a prefix holds   [--recursive]
  tarn cp FROM TO                  copy a file; one of the two is s3://BUCKET/KEY, "-" is stdin or stdout
  tarn status                      what the lake holds
  tarn doctor                      check this machine, the lake, and every object in it   [--config FILE of a stopped one]
  tarn migrate D.T [D.SNAPSHOT]    make a Hive table of Parquet files an Iceberg table, or one over its files
  tarn explain-access WHO DOES WHAT  may a principal (ARN) do an action on a resource (ARN), and what decides   [KEY=VALUE …]
  tarn zone list|show|set|delete   the lake's zones   [NAME --bucket B --prefix P --format F --retention-days N
                                   --classification C --database D]
  tarn ingest FILE… --table D.T    load CSV, JSON, Parquet, .xlsx and .ods files into an Iceberg table, each once   [--location
                                   s3://… --format F --sheet NAME]
  tarn copy FROM TO                copy a prefix of any S3 store, or a folder, to s3://BUCKET/PREFIX: what is there is left
                                   [--from-endpoint URL --from-region R --parallel N]
  tarn ingest-key create|set|list|delete  keys that may post JSON to /ingest/STREAM   [--stream S --expires 90d | ID]
                                   [--requests-per-second N --bytes-per-second N]
  tarn trail verify TRAIL          check the signed digests of a trail and every file that they name
  tarn backup DIR                  bring a backup of the running lake up to date; DIR is on the lake's machine
  tarn restore DIR --data NEW      make a lake from a backup   [--config FILE]
  tarn version                     print the version

All but serve, restore and version talk to a running lake: --endpoint URL (http://127.0.0.1:4566), --region NAME, and --data DIR
of a lake on this machine, whose root credentials are then used. Else the usual AWS_* variables tell who asks; AWS_CA_BUNDLE
names the certificates to trust over TLS.
)";

const std::set<std::string> kSwitches = {"recursive", "help"};
const std::set<std::string> kValues = {"endpoint",        "region",         "data",           "database",
                                       "format",          "config",         "context",        "bucket",
                                       "prefix",          "retention-days", "classification", "stream",
                                       "expires",         "table",          "location",       "sheet",
                                       "from-endpoint",   "from-region",    "parallel",       "requests-per-second",
                                       "bytes-per-second"};

std::optional<CommandLine> Parse(const std::vector<std::string>& arguments, std::string& problem) {
  CommandLine line;
  for (size_t i = 1; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (!word.starts_with("--")) {
      line.words.push_back(word);
      continue;
    }
    const size_t equals = word.find('=');
    const std::string name = word.substr(2, equals == std::string::npos ? std::string::npos : equals - 2);
    if (!kSwitches.contains(name) && !kValues.contains(name)) {
      problem = fmt::format("there is no option --{} (tarn help lists them)", name);
      return std::nullopt;
    }
    if (equals != std::string::npos) {
      line.flags[name] = word.substr(equals + 1);
    } else if (kSwitches.contains(name)) {
      line.flags[name] = "true";
    } else if (i + 1 < arguments.size()) {
      line.flags[name] = arguments[++i];
    } else {
      problem = fmt::format("--{} needs a value", name);
      return std::nullopt;
    }
  }
  return line;
}

int Dispatch(const std::string& verb, const CommandLine& line) {
  if (verb == "sql") return RunSql(line);
  if (verb == "ls") return RunList(line);
  if (verb == "cp") return RunCopy(line);
  if (verb == "status") return RunStatus(line);
  if (verb == "doctor") return RunDoctor(line);
  if (verb == "backup") return RunBackup(line);
  if (verb == "migrate") return RunMigrate(line);
  if (verb == "trail") return RunTrail(line);
  if (verb == "ingest") return RunIngest(line);
  if (verb == "copy") return RunCopyAll(line);
  if (verb == "ingest-key") return RunIngestKey(line);
  if (verb == "explain-access") return RunExplainAccess(line);
  if (verb == "zone") return RunZone(line);
  fmt::print(stderr, "tarn: there is no command '{}'\n\n{}", verb, kHelp);
  return 2;
}

}  // namespace

int Complain(const std::string& message) {
  fmt::print(stderr, "tarn: {}\n", message);
  return 1;
}

int Run(const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
        const VerifyStopped& verify_stopped) {
  const std::string verb = arguments.empty() ? "help" : arguments[0];
  if (verb == "version" || verb == "--version") {
    fmt::print("tarn {}\n", kVersion);
    return 0;
  }
  std::string problem;
  auto line = Parse(arguments, problem);
  if (!line) {
    fmt::print(stderr, "tarn: {}\n", problem);
    return 2;
  }
  if (verb == "help" || verb == "--help" || verb == "-h" || line->flags.contains("help")) {
    fmt::print("{}", kHelp);
    return 0;
  }
  for (const std::string& entry : environment) {
    const size_t equals = entry.find('=');
    if (equals != std::string::npos) line->environment[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
  // The authorities that AWS's tools are told to trust are ours, too; OpenSSL looks for them under this name.
  if (const auto& bundle = line->environment["AWS_CA_BUNDLE"]; !bundle.empty()) {
    ::setenv("SSL_CERT_FILE", bundle.c_str(), /*overwrite=*/0);
  }
  line->verify_stopped = [&] {
    const auto value = [&](const std::string& flag, const std::string& otherwise) {
      const auto found = line->flags.find(flag);
      return found == line->flags.end() ? otherwise : found->second;
    };
    return verify_stopped(value("data", "lake"), value("config", ""), environment);
  };
  return Dispatch(verb, *line);
}

}  // namespace tarn::cli
