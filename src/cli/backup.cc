#include <fmt/format.h>

#include <filesystem>

#include "cli/aws_client.h"
#include "cli/commands.h"
#include "json/json.h"

namespace tarn::cli {

std::string SizeText(uint64_t bytes) {
  constexpr std::string_view kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(kUnits); ++unit) value /= 1024;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

Result<json::Value> CallAdmin(const AwsClient& client, std::string method, std::string_view what,
                              std::vector<std::pair<std::string, std::string>> query) {
  AwsClient::S3Request request;
  request.method = std::move(method);
  request.path = fmt::format("/_tarn/{}", what);
  request.query = std::move(query);
  TARN_TRY(const auto response, client.S3(request));
  return json::Parse(response.body);
}

int RunBackup(const CommandLine& line) {
  if (line.words.size() != 1) {
    fmt::print(stderr, "tarn: tarn backup DIR\n");
    return 2;
  }
  auto target = FindTarget(line.flags, line.environment);
  if (!target.ok()) return Complain(target.error().message);
  const auto client = AwsClient::Make(std::move(*target));
  if (!client.ok()) return Complain(client.error().message);
  // The lake's working directory may be another one.
  const std::string directory = std::filesystem::absolute(line.words[0]);
  const auto report = CallAdmin(*client, "POST", "backup", {{"directory", directory}});
  if (!report.ok()) return Complain(report.error().message);
  const auto number = [&](std::string_view name) {
    const json::Value* found = report->Find(name);
    return found != nullptr && found->AsInt() != nullptr ? static_cast<uint64_t>(*found->AsInt()) : 0;
  };
  fmt::print("{} holds {} files of blobs, {}, and {} of streams, {}; {} new, {}\n", directory, number("files"),
             SizeText(number("bytes")), number("segments"), SizeText(number("segmentBytes")), number("copiedFiles"),
             SizeText(number("copiedBytes")));
  return 0;
}

}  // namespace tarn::cli
