#include "delivery/output/prefix.h"

#include <fmt/format.h>

#include <utility>

#include "delivery/errors.h"

namespace tarn::delivery {
namespace {

constexpr std::string_view kFolderPattern = "yyyy/MM/dd/HH/";
constexpr size_t kKeyBytesMax = 1024;

}  // namespace

Result<Prefix> Prefix::Parse(std::string_view text) {
  Prefix prefix;
  prefix.text_ = std::string(text);
  for (size_t at = 0; at < text.size();) {
    const size_t begin = text.find("!{", at);
    if (begin != at) {
      prefix.parts_.push_back({Part::Kind::kText, std::string(text.substr(at, begin - at))});
      if (begin == std::string_view::npos) break;
    }
    const size_t end = text.find('}', begin);
    const std::string_view expression = text.substr(begin + 2, end == std::string_view::npos ? end : end - begin - 2);
    const size_t colon = expression.find(':');
    if (end == std::string_view::npos || colon == std::string_view::npos || colon + 1 == expression.size()) {
      return Fail(kInvalid,
                  fmt::format("The prefix {} has an expression that is not of the form !{{namespace:value}}", text));
    }
    const std::string_view space = expression.substr(0, colon);
    std::string value(expression.substr(colon + 1));
    if (space == "timestamp") {
      TARN_CHECK(FormatJavaTime(value, Timestamp{}, "UTC"));
      prefix.parts_.push_back({Part::Kind::kTime, std::move(value)});
      prefix.places_files_ = true;
    } else if (space == "firehose" && value == "random-string") {
      prefix.parts_.push_back({Part::Kind::kRandom, {}});
    } else if (space == "firehose" && value == "error-output-type") {
      prefix.parts_.push_back({Part::Kind::kErrorType, {}});
      prefix.names_error_type_ = true;
    } else if (space == "partitionKeyFromQuery") {
      prefix.partition_keys_.push_back(value);
      prefix.parts_.push_back({Part::Kind::kPartition, std::move(value)});
      prefix.places_files_ = true;
    } else {
      return Fail(kInvalid,
                  fmt::format("The prefix {} has the expression {}, which is not supported", text, expression));
    }
    prefix.has_expressions_ = true;
    at = end + 1;
  }
  return prefix;
}

Result<std::string> Prefix::Expand(const NameFacts& facts) const {
  std::string out;
  for (const Part& part : parts_) {
    switch (part.kind) {
      case Part::Kind::kText:
        out += part.text;
        break;
      case Part::Kind::kTime: {
        TARN_TRY(const std::string time, FormatJavaTime(part.text, facts.arrived, facts.time_zone));
        out += time;
        break;
      }
      case Part::Kind::kRandom:
        out += facts.random();
        break;
      case Part::Kind::kErrorType:
        out += facts.error_type;
        break;
      case Part::Kind::kPartition: {
        const auto* values = facts.partition;
        const auto found =
            values == nullptr ? std::map<std::string, std::string>::const_iterator() : values->find(part.text);
        if (values == nullptr || found == values->end() || found->second.empty()) {
          return Fail(kBadRecord, fmt::format("partitionKeys values must not be null or empty: {}", part.text));
        }
        out += found->second;
        break;
      }
    }
  }
  if (out.size() > kKeyBytesMax - 200) return Fail(kBadRecord, "The prefix is too long for an object's key.");
  return out;
}

Result<std::string> Prefix::Render(const NameFacts& facts) const {
  TARN_TRY(std::string folder, Expand(facts));
  if (places_files_) return folder;
  TARN_TRY(const std::string time, FormatJavaTime(kFolderPattern, facts.arrived, facts.time_zone));
  return folder + time;
}

Result<std::string> Prefix::RenderError(const NameFacts& facts) const {
  TARN_TRY(std::string folder, Expand(facts));
  if (!names_error_type_) folder += facts.error_type + "/";
  if (places_files_) return folder;
  TARN_TRY(const std::string time, FormatJavaTime(kFolderPattern, facts.arrived, facts.time_zone));
  return folder + time;
}

std::string FileName(std::string_view stream, uint64_t version, Timestamp arrived, std::string_view time_zone,
                     std::string_view id, std::string_view extension) {
  const auto time = FormatJavaTime("yyyy-MM-dd-HH-mm-ss", arrived, time_zone);
  return fmt::format("{}-{}-{}-{}{}", stream, version, time.ok() ? *time : std::string("0"), id, extension);
}

}  // namespace tarn::delivery
