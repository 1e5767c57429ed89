#include <fmt/format.h>

#include <utility>

#include "base/strings.h"
#include "cli/aws_client.h"
#include "cli/commands.h"
#include "json/json.h"

namespace tarn::cli {
namespace {

constexpr std::string_view kUsage =
    "tarn: tarn ingest-key create --stream S[,S…] [--expires 90d|12h|30m] [limits]\n"
    "      tarn ingest-key set ID [limits]\n"
    "      tarn ingest-key list | delete ID\n"
    "limits: --requests-per-second N|none  --bytes-per-second N[K|M|G]|none\n";

using Query = std::vector<std::pair<std::string, std::string>>;

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

// "1048576", "512K", "5M", "1G" or "none" as the request says it.
std::optional<std::string> LimitOf(std::string_view text) {
  if (text == "none") return "none";
  uint64_t unit = 1;
  for (const auto& [letter, bytes] : {std::pair{'K', 10}, std::pair{'M', 20}, std::pair{'G', 30}}) {
    if (text.ends_with(letter)) unit = uint64_t{1} << bytes;
  }
  if (unit > 1) text.remove_suffix(1);
  constexpr uint64_t kMax = 1'000'000'000'000;
  const auto count = ParseU64(text);
  if (!count || *count == 0 || *count > kMax / unit) return std::nullopt;
  return std::to_string(*count * unit);
}

// Adds the limits that the flags name; false when one is none.
bool AddLimits(const CommandLine& line, Query& query) {
  for (const char* name : {"requests-per-second", "bytes-per-second"}) {
    const auto found = line.flags.find(name);
    if (found == line.flags.end()) continue;
    auto limit = LimitOf(found->second);
    if (!limit) return false;
    query.emplace_back(name, std::move(*limit));
  }
  return true;
}

void Show(const json::Value& key) {
  std::string streams;
  if (const json::Value* named = key.Find("streams"); named != nullptr && named->AsArray() != nullptr) {
    for (const json::Value& stream : *named->AsArray()) {
      if (stream.AsString() != nullptr) streams += (streams.empty() ? "" : ",") + *stream.AsString();
    }
  }
  const auto limit = [&key](std::string_view name) {
    return key.Find(name) == nullptr ? std::string("-") : std::to_string(key.IntOr(name, 0));
  };
  fmt::print("{}\tstreams {}\tcreated {}\texpires {}\trequests/s {}\tbytes/s {}\n", key.StringOr("id", ""), streams,
             key.StringOr("created", ""), key.StringOr("expires", "-"), limit("requestsPerSecond"),
             limit("bytesPerSecond"));
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
  } else if (answer->Find("id") != nullptr) {
    Show(*answer);
  }
  return 0;
}

}  // namespace

// tarn ingest-key create --stream S[,S…] [--expires TIME] [limits] | set ID [limits] | list | delete ID
int RunIngestKey(const CommandLine& line) {
  const std::string verb = line.words.empty() ? "list" : line.words[0];
  const auto flag = [&](const char* name) {
    const auto found = line.flags.find(name);
    return found == line.flags.end() ? std::string() : found->second;
  };
  const bool fits = (verb == "list" && line.words.size() <= 1) ||
                    ((verb == "delete" || verb == "set") && line.words.size() == 2) ||
                    (verb == "create" && line.words.size() == 1 && !flag("stream").empty());
  const auto seconds = SecondsOf(flag("expires"));
  Query query;
  const bool limits_fit = AddLimits(line, query);
  if (!fits || !limits_fit || (verb == "set" && query.empty()) || (!flag("expires").empty() && !seconds)) {
    fmt::print(stderr, "{}", kUsage);
    return 2;
  }
  auto target = FindTarget(line.flags, line.environment);
  if (!target.ok()) return Complain(target.error().message);
  query.emplace_back("region", target->region);
  const auto client = AwsClient::Make(std::move(*target));
  if (!client.ok()) return Complain(client.error().message);
  if (verb == "create") {
    query.emplace_back("streams", flag("stream"));
    if (seconds) query.emplace_back("seconds", std::to_string(*seconds));
    return Finish(CallAdmin(*client, "POST", "ingest-keys", std::move(query)));
  }
  if (verb == "delete" || verb == "set") {
    query.emplace_back("id", line.words[1]);
    return Finish(CallAdmin(*client, verb == "set" ? "PUT" : "DELETE", "ingest-keys", std::move(query)));
  }
  return Finish(CallAdmin(*client, "GET", "ingest-keys", std::move(query)));
}

}  // namespace tarn::cli
