#include <fmt/format.h>

#include <utility>

#include "base/strings.h"
#include "cli/aws_client.h"
#include "cli/commands.h"
#include "json/json.h"

namespace tarn::cli {
namespace {

constexpr std::string_view kUsage =
    "tarn: tarn ingest-key create --stream S[,S…] [--expires 90d|12h|30m]\n"
    "      tarn ingest-key list | delete ID\n";

// "90d", "12h", "30m" or "45s" in seconds.
std::optional<uint64_t> SecondsOf(std::string_view text) {
  if (text.empty()) return std::nullopt;
  constexpr std::pair<char, uint64_t> kUnits[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86'400}};
  constexpr uint64_t kMax = 1'000'000'000;
  for (const auto& [letter, seconds] : kUnits) {
    if (text.back() != letter) continue;
    const auto count = ParseU64(text.substr(0, text.size() - 1));
    if (!count || *count > kMax) return std::nullopt;
    return *count * seconds;
  }
  return std::nullopt;
}

void Show(const json::Value& key) {
  std::string streams;
  if (const json::Value* named = key.Find("streams"); named != nullptr && named->AsArray() != nullptr) {
    for (const json::Value& stream : *named->AsArray()) {
      if (stream.AsString() != nullptr) streams += (streams.empty() ? "" : ",") + *stream.AsString();
    }
  }
  fmt::print("{}\tstreams {}\tcreated {}\texpires {}\n", key.StringOr("id", ""), streams, key.StringOr("created", ""),
             key.StringOr("expires", "-"));
}

int Finish(const Result<json::Value>& answer) {
  if (!answer.ok()) return Complain(answer.error().message);
  const json::Value* list = answer->Find("keys");
  if (list != nullptr && list->AsArray() != nullptr) {
    for (const json::Value& key : *list->AsArray()) Show(key);
  } else if (const std::string_view text = answer->StringOr("key", ""); !text.empty()) {
    // The key alone on the output, so that scripts can keep it; it is not shown again.
    fmt::print("{}\n", text);
    fmt::print(stderr, "key {} was made; its text is shown this once\n", answer->StringOr("id", ""));
  }
  return 0;
}

}  // namespace

// tarn ingest-key create --stream S[,S…] [--expires TIME] | list | delete ID
int RunIngestKey(const CommandLine& line) {
  const std::string verb = line.words.empty() ? "list" : line.words[0];
  const auto flag = [&](const char* name) {
    const auto found = line.flags.find(name);
    return found == line.flags.end() ? std::string() : found->second;
  };
  const bool fits = (verb == "list" && line.words.size() <= 1) || (verb == "delete" && line.words.size() == 2) ||
                    (verb == "create" && line.words.size() == 1 && !flag("stream").empty());
  const auto seconds = SecondsOf(flag("expires"));
  if (!fits || (!flag("expires").empty() && !seconds)) {
    fmt::print(stderr, "{}", kUsage);
    return 2;
  }
  auto target = FindTarget(line.flags, line.environment);
  if (!target.ok()) return Complain(target.error().message);
  std::vector<std::pair<std::string, std::string>> query = {{"region", target->region}};
  const auto client = AwsClient::Make(std::move(*target));
  if (!client.ok()) return Complain(client.error().message);
  if (verb == "create") {
    query.emplace_back("streams", flag("stream"));
    if (seconds) query.emplace_back("seconds", std::to_string(*seconds));
    return Finish(CallAdmin(*client, "POST", "ingest-keys", std::move(query)));
  }
  if (verb == "delete") {
    query.emplace_back("id", line.words[1]);
    return Finish(CallAdmin(*client, "DELETE", "ingest-keys", std::move(query)));
  }
  return Finish(CallAdmin(*client, "GET", "ingest-keys", std::move(query)));
}

}  // namespace tarn::cli
