#include "query/projection.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "query/date_pattern.h"
#include "query/errors.h"
#include "query/statement/hive_table.h"

namespace tarn::query {
namespace {

constexpr size_t kPartitionsMax = 1'000'000;
constexpr int64_t kCandidatesMax = 10'000'000;
constexpr int64_t kDigitsMax = 100;
// Of dates' units: thousands of years in months.
constexpr int64_t kStepMax = 1'000'000;

using Uses = std::span<const sql::PartitionPredicate>;

// The properties of one column.
struct Column {
  const catalog::Table& table;
  size_t key;
  const std::string& name() const { return table.partition_keys[key].name; }
  const std::string* Find(std::string_view property) const {
    return catalog::Find(table.parameters, fmt::format("projection.{}.{}", name(), property));
  }
  Error Invalid(std::string_view why) const {
    return Fail(kUserError, fmt::format("INVALID_TABLE_PROPERTY: Table {}.{} is configured for partition projection, "
                                        "but column {} is not: {}",
                                        table.database, table.name, name(), why));
  }
  Result<std::string> Required(std::string_view property) const {
    const std::string* found = Find(property);
    if (found == nullptr || found->empty()) {
      return Invalid(fmt::format("projection.{}.{} is missing", name(), property));
    }
    return *found;
  }
  Result<int64_t> Number(std::string_view property, int64_t otherwise, int64_t most = INT64_MAX) const {
    const std::string* found = Find(property);
    if (found == nullptr) return otherwise;
    const auto number = ParseI64(Trim(*found));
    if (!number || *number < 1) return Invalid(fmt::format("projection.{}.{} is no positive number", name(), property));
    if (*number > most) return Invalid(fmt::format("projection.{}.{} is more than {}", name(), property, most));
    return *number;
  }
  Result<std::pair<std::string, std::string>> Range() const {
    TARN_TRY(const std::string text, Required("range"));
    const auto ends = Split(text, ',');
    if (ends.size() != 2) return Invalid(fmt::format("projection.{}.range must be two values", name()));
    return std::pair(std::string(Trim(ends[0])), std::string(Trim(ends[1])));
  }
};

// The values that every use pins the column to; nothing when one does not.
std::optional<std::vector<std::string>> Pinned(Uses uses, size_t key) {
  if (uses.empty()) return std::nullopt;
  std::vector<std::string> values;
  for (const sql::PartitionPredicate& use : uses) {
    std::vector<std::string> own = use.PinnedValues(key);
    if (own.empty()) return std::nullopt;
    std::ranges::move(own, std::back_inserter(values));
  }
  std::ranges::sort(values);
  values.erase(std::ranges::unique(values).begin(), values.end());
  return values;
}

Result<std::vector<std::string>> Enumerated(const Column& column) {
  TARN_TRY(const std::string text, column.Required("values"));
  std::vector<std::string> values;
  // One that is named twice is one partition.
  for (const std::string_view value : Split(text, ',')) {
    if (std::ranges::find(values, value) == values.end()) values.emplace_back(value);
  }
  return values;
}

Result<std::vector<std::string>> Integers(const Column& column, const std::optional<std::vector<std::string>>& pinned) {
  TARN_TRY(const auto range, column.Range());
  const auto first = ParseI64(range.first);
  const auto last = ParseI64(range.second);
  if (!first || !last) return column.Invalid("the ends of an integer's range must be integers");
  if (*first > *last) return column.Invalid("the range is empty");
  TARN_TRY(const int64_t interval, column.Number("interval", 1));
  TARN_TRY(const int64_t digits, column.Number("digits", 1, kDigitsMax));
  const auto text = [&](int64_t value) { return fmt::format("{:0{}}", value, digits); };
  const uint64_t span = static_cast<uint64_t>(*last) - static_cast<uint64_t>(*first);
  std::vector<std::string> values;
  if (pinned) {
    for (const std::string& each : *pinned) {
      const auto value = ParseI64(each);
      const bool inside = value && *value >= *first && *value <= *last;
      const uint64_t step = inside ? static_cast<uint64_t>(*value) - static_cast<uint64_t>(*first) : 1;
      if (inside && step % static_cast<uint64_t>(interval) == 0) values.push_back(text(*value));
    }
    return values;
  }
  const uint64_t steps = span / static_cast<uint64_t>(interval);
  if (steps >= kCandidatesMax) {
    return column.Invalid("the range has too many values for a query that does not say which");
  }
  values.reserve(steps + 1);
  for (uint64_t step = 0; step <= steps; ++step) {
    values.push_back(
        text(static_cast<int64_t>(static_cast<uint64_t>(*first) + step * static_cast<uint64_t>(interval))));
  }
  return values;
}

// "2020-01-01", "NOW", "NOW-3YEARS".
Result<Timestamp> BoundOf(const Column& column, const DatePattern& pattern, const std::string& text, Timestamp now) {
  if (AsciiUpper(text.substr(0, 3)) != "NOW") {
    const auto parsed = pattern.Parse(text);
    if (!parsed) return column.Invalid(fmt::format("{} is not a date of the column's format", text));
    return *parsed;
  }
  const std::string_view rest = Trim(std::string_view(text).substr(3));
  Timestamp bound = now;
  if (!rest.empty()) {
    const std::string_view by = Trim(rest.substr(1));
    const size_t unit_at = std::min(by.find_first_not_of("0123456789"), by.size());
    const auto amount = ParseI64(by.substr(0, unit_at));
    const auto unit = DateUnitOf(Trim(by.substr(unit_at)));
    if ((rest[0] != '+' && rest[0] != '-') || !amount || *amount > kStepMax || !unit) {
      return column.Invalid(fmt::format("{} is not a date relative to NOW", text));
    }
    bound = AddUnits(now, *unit, rest[0] == '-' ? -*amount : *amount);
  }
  // As precise as the format.
  return pattern.Parse(pattern.Format(bound)).value_or(bound);
}

Result<std::vector<std::string>> Dates(const Column& column, Timestamp now) {
  TARN_TRY(const std::string format, column.Required("format"));
  const auto pattern = DatePattern::Compile(format);
  if (!pattern) return column.Invalid(fmt::format("the format {} is not served", format));
  TARN_TRY(const auto range, column.Range());
  TARN_TRY(const Timestamp first, BoundOf(column, *pattern, range.first, now));
  TARN_TRY(const Timestamp last, BoundOf(column, *pattern, range.second, now));
  const std::string* named = column.Find("interval.unit");
  // Only days and months say by themselves how far apart they are.
  std::optional<DateUnit> unit = pattern->unit();
  if (unit != DateUnit::kDay && unit != DateUnit::kMonth) unit.reset();
  if (named != nullptr) unit = DateUnitOf(Trim(*named));
  if (!unit) return column.Invalid("its format needs an interval.unit");
  TARN_TRY(const int64_t interval, column.Number("interval", 1, kStepMax));
  std::vector<std::string> values;
  Timestamp before{INT64_MIN};
  for (int64_t step = 0;; ++step) {
    const Timestamp at = AddUnits(first, *unit, step * interval);
    // Years end with the last that a date can name.
    if (at.micros > last.micros || at.micros <= before.micros) return values;
    if (step >= kCandidatesMax) return column.Invalid("the range has too many values");
    before = at;
    std::string value = pattern->Format(at);
    // Steps finer than the format come to the same partition.
    if (values.empty() || values.back() != value) values.push_back(std::move(value));
  }
}

Result<std::vector<std::string>> ValuesOf(const Column& column, Uses uses, Timestamp now) {
  TARN_TRY(const std::string type, column.Required("type"));
  const auto pinned = Pinned(uses, column.key);
  const std::string kind = AsciiLower(Trim(type));
  if (kind == "integer") return Integers(column, pinned);
  if (kind == "enum" || kind == "date") {
    TARN_TRY(std::vector<std::string> values, kind == "enum" ? Enumerated(column) : Dates(column, now));
    const std::string declared = AsciiLower(column.table.partition_keys[column.key].type.value_or("string"));
    if (!pinned || (declared != "string" && !declared.starts_with("varchar"))) return values;
    std::erase_if(values, [&](const std::string& value) { return !std::ranges::binary_search(*pinned, value); });
    return values;
  }
  if (kind != "injected") return column.Invalid(fmt::format("{} is no type of projection", type));
  if (pinned) return *pinned;
  return Fail(kUserError, fmt::format("CONSTRAINT_VIOLATION: For the injected projected partition column {}, the WHERE "
                                      "clause must contain only static equality conditions, and at least one such "
                                      "condition must be present.",
                                      column.name()));
}

// The folder of a partition: the template with its values, or as Hive would have it.
Result<std::string> LocationOf(const catalog::Table& table, const std::vector<std::string>& values) {
  const std::string* pattern = catalog::Find(table.parameters, "storage.location.template");
  if (pattern == nullptr) {
    std::string base(table.location());
    while (base.ends_with('/')) base.pop_back();
    return base + "/" + PartitionPath(table.partition_keys, values) + "/";
  }
  std::string location;
  size_t at = 0;
  while (true) {
    const size_t open = pattern->find("${", at);
    location.append(*pattern, at, open - at);
    if (open == std::string::npos) return location;
    const size_t close = pattern->find('}', open);
    const std::string name = close == std::string::npos ? "" : AsciiLower(pattern->substr(open + 2, close - open - 2));
    const auto key =
        std::ranges::find(table.partition_keys, name, [](const auto& each) { return AsciiLower(each.name); });
    if (key == table.partition_keys.end()) {
      return Fail(kUserError, fmt::format("INVALID_TABLE_PROPERTY: the storage.location.template of table {}.{} names "
                                          "no partition column: {}",
                                          table.database, table.name, *pattern));
    }
    location += values[static_cast<size_t>(key - table.partition_keys.begin())];
    at = close + 1;
  }
}

class Product {
 public:
  Product(const catalog::Table& table, Uses uses, std::vector<std::vector<std::string>> columns)
      : table_(table), uses_(uses), columns_(std::move(columns)), values_(columns_.size()) {}

  Result<std::vector<catalog::Partition>> Take() {
    TARN_CHECK(Add(0));
    return std::move(partitions_);
  }

 private:
  Status Add(size_t key) {
    if (key == columns_.size()) return AddOne();
    for (const std::string& value : columns_[key]) {
      values_[key] = value;
      TARN_CHECK(Add(key + 1));
    }
    return Ok();
  }
  Status AddOne() {
    if (!uses_.empty() && std::ranges::none_of(uses_, [&](const auto& use) { return use.MayMatch(values_); })) {
      return Ok();
    }
    if (partitions_.size() == kPartitionsMax) {
      return Fail(kUserError, fmt::format("GENERIC_USER_ERROR: the query needs more than {} projected partitions of "
                                          "table {}.{}",
                                          kPartitionsMax, table_.database, table_.name));
    }
    catalog::Partition& partition = partitions_.emplace_back();
    partition.values = values_;
    TARN_TRY(partition.storage.emplace().location, LocationOf(table_, values_));
    return Ok();
  }

  const catalog::Table& table_;
  const Uses uses_;
  const std::vector<std::vector<std::string>> columns_;
  std::vector<std::string> values_;
  std::vector<catalog::Partition> partitions_;
};

}  // namespace

bool IsProjected(const catalog::Table& table) {
  const std::string* enabled = catalog::Find(table.parameters, "projection.enabled");
  return enabled != nullptr && EqualsIgnoreCase(*enabled, "true") && !table.partition_keys.empty();
}

Result<std::vector<catalog::Partition>> ProjectPartitions(const catalog::Table& table, Uses uses, Timestamp now) {
  std::vector<std::vector<std::string>> columns;
  uint64_t product = 1;
  for (size_t key = 0; key < table.partition_keys.size(); ++key) {
    TARN_TRY(auto values, ValuesOf(Column{table, key}, uses, now));
    product *= std::max<uint64_t>(1, values.size());
    if (product > static_cast<uint64_t>(kCandidatesMax)) {
      return Fail(kUserError,
                  fmt::format("GENERIC_USER_ERROR: the projection of table {}.{} has too many partitions for "
                              "a query that does not say which",
                              table.database, table.name));
    }
    columns.push_back(std::move(values));
  }
  return Product(table, uses, std::move(columns)).Take();
}

}  // namespace tarn::query
