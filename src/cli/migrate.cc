#include <fmt/format.h>

#include "cli/aws_client.h"
#include "cli/commands.h"
#include "json/json.h"

namespace tarn::cli {

// tarn migrate DATABASE.TABLE [DATABASE.SNAPSHOT]
int RunMigrate(const CommandLine& line) {
  if (line.words.empty() || line.words.size() > 2) {
    fmt::print(stderr, "tarn: tarn migrate DATABASE.TABLE [DATABASE.SNAPSHOT]\n");
    return 2;
  }
  auto target = FindTarget(line.flags, line.environment);
  if (!target.ok()) return Complain(target.error().message);
  const auto client = AwsClient::Make(std::move(*target));
  if (!client.ok()) return Complain(client.error().message);
  std::vector<std::pair<std::string, std::string>> query = {{"table", line.words[0]}};
  if (line.words.size() == 2) query.emplace_back("snapshot", line.words[1]);
  const auto report = CallAdmin(*client, "POST", "migrate", std::move(query));
  if (!report.ok()) return Complain(report.error().message);
  fmt::print("{} is an Iceberg table over {} files with {} rows, {}\n", line.words.back(), report->IntOr("files", 0),
             report->IntOr("rows", 0), SizeText(static_cast<uint64_t>(report->IntOr("bytes", 0))));
  return 0;
}

}  // namespace tarn::cli
