#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

#include "base/strings.h"
#include "cli/commands.h"
#include "cli/ingest/file_load.h"

namespace tarn::cli {
namespace {

constexpr std::string_view kUsage =
    "tarn: usage: tarn ingest FILE… --table DATABASE.TABLE [--location s3://BUCKET/PREFIX]\n"
    "             [--format csv|json|parquet|xlsx|ods] [--sheet NAME]\n";

std::string FlagOf(const CommandLine& line, const char* name) {
  const auto found = line.flags.find(name);
  return found == line.flags.end() ? std::string() : found->second;
}

// One line that is written over on a terminal, one line a step elsewhere.
void Show(const std::string& path, uint64_t done, uint64_t all) {
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  fmt::print(stderr, "{}{}: {} of {} rows{}", terminal ? "\r" : "", path, done, all,
             terminal && done < all ? "" : "\n");
  std::fflush(stderr);
}

void Tell(const std::string& path, const LoadOptions& options, const LoadReport& report) {
  if (report.loaded_before) {
    fmt::print("{}: loaded before ({} rows), skipped\n", path, report.rows);
    return;
  }
  if (report.table_made) {
    fmt::print("{} was made:\n", options.table);
    for (const tabular::LocalColumn& column : report.columns) {
      fmt::print("  {} {}\n", column.name, AsciiLower(column.type));
    }
  }
  if (report.error_cells > 0) {
    fmt::print("{}: {} cells with errors are NULL\n", path, report.error_cells);
  }
  fmt::print("{}: {} rows loaded into {}{}\n", path, report.rows - report.rows_before, options.table,
             report.rows_before > 0 ? fmt::format(", {} were there", report.rows_before) : "");
}

}  // namespace

// tarn ingest FILE… --table D.T
int RunIngest(const CommandLine& line) {
  LoadOptions options{.table = FlagOf(line, "table"),
                      .location = FlagOf(line, "location"),
                      .format = FlagOf(line, "format"),
                      .sheet = FlagOf(line, "sheet")};
  const size_t dot = options.table.find('.');
  if (line.words.empty() || dot == std::string::npos || dot == 0 || dot + 1 == options.table.size()) {
    fmt::print(stderr, "{}", kUsage);
    return 2;
  }
  auto target = FindTarget(line.flags, line.environment);
  if (!target.ok()) return Complain(target.error().message);
  const auto client = AwsClient::Make(std::move(*target));
  if (!client.ok()) return Complain(client.error().message);
  int code = 0;
  for (const std::string& path : line.words) {
    const auto report = LoadFile(*client, path, options, [&](uint64_t done, uint64_t all) { Show(path, done, all); });
    if (report.ok()) {
      Tell(path, options, *report);
    } else {
      code = Complain(report.error().message);
    }
    std::fflush(stdout);
  }
  return code;
}

}  // namespace tarn::cli
