// Any text compiles or is refused; what compiles answers for whole and leading values without contradicting itself.
#include <cstdint>
#include <cstdlib>

#include "catalog/partitions/partition_filter.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tarn::catalog;  // NOLINT
  static const std::vector<Column> kKeys{
      {"s", "string"}, {"i", "int"}, {"d", "decimal"}, {"day", "date"}, {"ts", "timestamp"}};
  static const std::vector<std::vector<std::string>> kRows{
      {"a", "1", "2.5", "2022-02-01", "2022-02-01 00:00:00"},
      {"two", "-7", "-1e9", "1999-12-31", "2022-03-01 21:00:12.3456789"},
      {std::string(kHiveNull), "0", "0", "2024-02-29", "2022-01-01 12:34:56.789"}};
  if (size > 4096) return 0;
  auto predicate = PartitionPredicate::Compile(std::string_view(reinterpret_cast<const char*>(data), size), kKeys);
  if (!predicate.ok()) return 0;
  for (const auto& row : kRows) {
    auto whole = predicate->Test(row);
    if (!whole.ok()) std::abort();  // every value fits its key
    for (size_t n = 0; n < row.size(); ++n) {
      auto leading = predicate->Test(std::span(row).first(n));
      if (!leading.ok()) std::abort();
      if (*leading != Truth::kUnknown && *leading != *whole) std::abort();
    }
  }
  return 0;
}
