#include "tables/bloom.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "base/strings.h"

namespace tarn::tables {
namespace {

constexpr std::string_view kEnabled = "write.parquet.bloom-filter-enabled.column.";
constexpr std::string_view kRatio = "write.parquet.bloom-filter-fpp.column.";
constexpr std::string_view kRatioDefault = "write.parquet.bloom-filter-fpp.default";
constexpr std::string_view kBytesMax = "write.parquet.bloom-filter-max-bytes";
constexpr int64_t kRowGroupRows = 122'880;  // the writer's own
constexpr double kWriterRatio = 0.01;

std::optional<double> RatioOf(const std::string& text) {
  double ratio = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ratio);
  if (error != std::errc() || end != text.data() + text.size() || !(ratio > 0 && ratio < 1)) return std::nullopt;
  return ratio;
}

// How many different values a filter of that many bytes is for. Split block filters have a power of two of bytes, and
// eight bits of each value.
int64_t ValuesOf(int64_t bytes, double ratio) {
  const double bits_of_value = -8 / std::log(1 - std::pow(ratio, 1.0 / 8));
  const auto power = std::exp2(std::floor(std::log2(static_cast<double>(bytes))));
  return static_cast<int64_t>(power * 8 / bits_of_value);
}

}  // namespace

std::map<std::string, std::string> BloomOptions(const iceberg::Properties& properties) {
  bool said = false, wanted = false;
  std::optional<double> ratio;
  std::optional<int64_t> bytes_max;
  for (const auto& [key, value] : properties) {
    if (key.starts_with(kEnabled)) {
      said = true;
      wanted = wanted || EqualsIgnoreCase(value, "true");
    } else if (key.starts_with(kRatio) || key == kRatioDefault) {
      const auto given = RatioOf(value);
      if (given) ratio = std::min(*given, ratio.value_or(1));
    } else if (key == kBytesMax) {
      const auto given = ParseI64(value);
      if (given && *given > 0) bytes_max = given;
    }
  }
  std::map<std::string, std::string> options;
  if (said && !wanted) options["write_bloom_filter"] = "false";
  if (ratio) options["bloom_filter_false_positive_ratio"] = fmt::format("{}", *ratio);
  if (wanted) {
    int64_t values = kRowGroupRows;
    if (bytes_max) values = std::clamp<int64_t>(ValuesOf(*bytes_max, ratio.value_or(kWriterRatio)), 1, values);
    options["dictionary_size_limit"] = std::to_string(values);
  }
  return options;
}

}  // namespace tarn::tables
