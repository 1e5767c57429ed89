// Predicates over a table's columns, bound to its schema: parsed from the REST catalog's JSON, tested against rows,
// partition tuples and files' statistics.
//
// There is no "not": it is pushed into the predicates when an expression is made. Values are of their term's type.
// Three-valued logic ends in "no match": a null matches IsNull, NotEq, NotIn and NotStartsWith as the reference has it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest/manifest.h"
#include "iceberg/schema/partition.h"
#include "iceberg/schema/schema.h"
#include "json/json.h"

namespace tarn::iceberg {

enum class Op : uint8_t {
  kTrue,
  kFalse,
  kAnd,
  kOr,
  kIsNull,
  kNotNull,
  kIsNan,
  kNotNan,
  kLt,
  kLtEq,
  kGt,
  kGtEq,
  kEq,
  kNotEq,
  kStartsWith,
  kNotStartsWith,
  kIn,
  kNotIn,
};

struct Term {
  int32_t field_id = 0;
  Type source;                         // the column's type
  std::optional<Transform> transform;  // of the column, e.g. bucket[16](id)
  Type type;                           // of the values
  bool operator==(const Term&) const = default;
};

struct Expression {
  Op op = Op::kTrue;
  Term term;                         // of predicates
  Values values;                     // one; any number for kIn, kNotIn; none for null and NaN tests
  std::vector<Expression> children;  // two of kAnd, kOr

  bool is_true() const { return op == Op::kTrue; }
  bool is_false() const { return op == Op::kFalse; }
  bool operator==(const Expression&) const = default;
};

inline Expression AlwaysTrue() { return {}; }
inline Expression AlwaysFalse() { return {Op::kFalse, {}, {}, {}}; }
// Simplify constants; Not negates every predicate within.
Expression And(Expression a, Expression b);
Expression Or(Expression a, Expression b);
Expression Not(const Expression& expression);
// A predicate on a column; error Invalid when there is no such column, or a value is not of its type.
Result<Expression> Predicate(const Schema& schema, Op op, std::string_view column, Values values = {},
                             bool case_sensitive = true);

// The REST catalog's form, "not", "literal" and transform terms included. Error Invalid.
Result<Expression> ExpressionFromJson(const json::Value& json, const Schema& schema, bool case_sensitive = true);
void WriteExpression(json::Writer& out, const Expression& expression, const Schema& schema);
// The columns that it reads, ascending.
std::vector<int32_t> FieldIds(const Expression& expression);

// Does a row match? `row` gives a column's value (of a partition expression: a partition field's).
using RowValues = std::function<Value(int32_t field_id)>;
bool Matches(const Expression& expression, const RowValues& row);

// False only when no row of the file can match, by its counts and bounds.
bool MayMatch(const Expression& expression, const DataFile& file);
// True only when every row of the file must match.
bool MustMatch(const Expression& expression, const DataFile& file);

// The expression over partition fields (by their ids) that holds for the partition of every row that matches.
Expression ProjectInclusive(const Expression& expression, const PartitionSpec& spec);
// The one that holds only for partitions all of whose rows match.
Expression ProjectStrict(const Expression& expression, const PartitionSpec& spec);
// False only when no file of the manifest can match. `projected`: ProjectInclusive by the manifest's spec.
bool MayMatch(const Expression& projected, const ManifestFile& manifest, const Type& partition_type);
// What is left to test on the rows of a file of that partition.
Expression Residual(const Expression& expression, const PartitionSpec& spec, const Type& partition_type,
                    const Values& partition);

}  // namespace tarn::iceberg
