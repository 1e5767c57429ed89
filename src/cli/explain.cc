#include <fmt/format.h>

#include "cli/aws_client.h"
#include "cli/commands.h"
#include "json/json.h"

namespace tarn::cli {

// tarn explain-access PRINCIPAL ACTION RESOURCE [KEY=VALUE …] [--context KEY=VALUE]
int RunExplainAccess(const CommandLine& line) {
  if (line.words.size() < 3) {
    fmt::print(stderr, "tarn: tarn explain-access PRINCIPAL ACTION RESOURCE [KEY=VALUE …]\n");
    return 2;
  }
  std::vector<std::pair<std::string, std::string>> query = {
      {"principal", line.words[0]}, {"action", line.words[1]}, {"resource", line.words[2]}};
  std::string lines;
  for (size_t i = 3; i < line.words.size(); ++i) lines += line.words[i] + "\n";
  if (const auto context = line.flags.find("context"); context != line.flags.end()) lines += context->second;
  if (!lines.empty()) query.emplace_back("context", std::move(lines));
  auto target = FindTarget(line.flags, line.environment);
  if (!target.ok()) return Complain(target.error().message);
  const auto client = AwsClient::Make(std::move(*target));
  if (!client.ok()) return Complain(client.error().message);
  const auto told = CallAdmin(*client, "POST", "explain", std::move(query));
  if (!told.ok()) return Complain(told.error().message);
  fmt::print("{}: {}\n", told->BoolOr("allowed", false) ? "allowed" : "denied", told->StringOr("because", ""));
  if (const auto formation = told->StringOr("lakeFormation", ""); !formation.empty()) {
    fmt::print("Lake Formation {}\n", formation);
  }
  if (const json::Value* lines = told->Find("grants"); lines != nullptr && lines->is_array()) {
    for (const json::Value& line : *lines->AsArray()) {
      if (line.is_string()) fmt::print("  {}\n", *line.AsString());
    }
  }
  if (const auto policy = told->StringOr("policy", ""); !policy.empty()) fmt::print("policy: {}\n", policy);
  if (const int64_t statement = told->IntOr("statement", 0); statement > 0) {
    const auto sid = told->StringOr("sid", "");
    fmt::print("statement: {}{}\n", statement, sid.empty() ? "" : fmt::format(" ({})", sid));
  }
  return 0;
}

}  // namespace tarn::cli
