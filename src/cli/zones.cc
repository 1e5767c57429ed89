#include <fmt/format.h>

#include <array>
#include <utility>

#include "cli/aws_client.h"
#include "cli/commands.h"
#include "json/json.h"

namespace tarn::cli {
namespace {

using Query = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kUsage =
    "tarn: tarn zone list | show NAME | delete NAME\n"
    "      tarn zone set NAME --bucket B [--prefix P] [--format F] [--retention-days N] [--classification C] "
    "[--database D]\n";

// Flag and name in the request.
constexpr std::array<std::pair<const char*, const char*>, 6> kSettings = {{{"bucket", "bucket"},
                                                                           {"prefix", "prefix"},
                                                                           {"format", "format"},
                                                                           {"retention-days", "retentionDays"},
                                                                           {"classification", "classification"},
                                                                           {"database", "database"}}};

void Show(const json::Value& zone) {
  const json::Value* days = zone.Find("retentionDays");
  fmt::print("{}\ts3://{}/{}\tformat {}\tretention {}\tclassification {}\tdatabase {}\n", zone.StringOr("name", ""),
             zone.StringOr("bucket", ""), zone.StringOr("prefix", ""), zone.StringOr("format", "-"),
             days == nullptr ? "-" : fmt::format("{} days", zone.IntOr("retentionDays", 0)),
             zone.StringOr("classification", "-"), zone.StringOr("database", "-"));
}

int Finish(const Result<json::Value>& answer) {
  if (!answer.ok()) return Complain(answer.error().message);
  const json::Value* list = answer->Find("zones");
  if (list != nullptr && list->AsArray() != nullptr) {
    for (const json::Value& zone : *list->AsArray()) Show(zone);
  } else if (answer->Find("name") != nullptr) {
    Show(*answer);
  }
  return 0;
}

}  // namespace

// tarn zone [list | show NAME | set NAME … | delete NAME]
int RunZone(const CommandLine& line) {
  const std::string verb = line.words.empty() ? "list" : line.words[0];
  const bool named = verb == "show" || verb == "set" || verb == "delete";
  if ((!named && verb != "list") || line.words.size() > (named ? 2U : 1U) || (named && line.words.size() < 2)) {
    fmt::print(stderr, "{}", kUsage);
    return 2;
  }
  auto target = FindTarget(line.flags, line.environment);
  if (!target.ok()) return Complain(target.error().message);
  Query query = {{"region", target->region}};
  const auto client = AwsClient::Make(std::move(*target));
  if (!client.ok()) return Complain(client.error().message);
  if (named) query.emplace_back("name", line.words[1]);
  if (verb == "set") {
    for (const auto& [flag, name] : kSettings) {
      if (const auto found = line.flags.find(flag); found != line.flags.end()) query.emplace_back(name, found->second);
    }
    return Finish(CallAdmin(*client, "POST", "zones", std::move(query)));
  }
  return Finish(CallAdmin(*client, verb == "delete" ? "DELETE" : "GET", "zones", std::move(query)));
}

}  // namespace tarn::cli
