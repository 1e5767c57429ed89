// Which partitions of a table are wanted: the filter that a listing takes, and the one compiled from Glue's
// expressions.
//
// A filter may be asked about the leading values of a partition only; it then answers kUnknown unless those values
// alone decide. A listing uses this to skip whole ranges of partitions without reading them. Threads: a filter is
// immutable and may be asked from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/table.h"

namespace tarn::catalog {

enum class Truth : uint8_t { kFalse, kTrue, kUnknown };

class PartitionFilter {
 public:
  virtual ~PartitionFilter() = default;
  // `leading` are the first values of a partition, in the order of the table's partition keys. With all values given,
  // kUnknown (SQL's NULL) counts as not wanted.
  virtual Result<Truth> Test(std::span<const std::string> leading) const = 0;
};

struct PartitionExpression;

// GetPartitions' expression language: comparisons of a partition key with literals (=, <>, !=, <, <=, >, >=, IN,
// BETWEEN, LIKE, IS NULL and their NOT forms), joined by AND, OR, NOT and parentheses; typed by the key's declared
// type. Errors: catalog.InvalidInput for text that is no such expression, an unknown column, or a literal that the
// key's type cannot hold; catalog.InvalidState when a stored value is not of the key's type.
class PartitionPredicate : public PartitionFilter {
 public:
  // A blank text accepts every partition.
  static Result<PartitionPredicate> Compile(std::string_view text, const std::vector<Column>& partition_keys);

  PartitionPredicate(PartitionPredicate&&) noexcept;
  PartitionPredicate& operator=(PartitionPredicate&&) noexcept;
  ~PartitionPredicate() override;

  bool accepts_all() const { return root_ == nullptr; }
  Result<Truth> Test(std::span<const std::string> leading) const override;
  // The same for a whole partition.
  Result<bool> Matches(const std::vector<std::string>& values) const;

 private:
  explicit PartitionPredicate(std::unique_ptr<PartitionExpression> root);
  std::unique_ptr<PartitionExpression> root_;
};

}  // namespace tarn::catalog
