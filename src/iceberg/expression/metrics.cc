// Expressions against what is known of a file's or a manifest's values.
#include <algorithm>
#include <cmath>

#include "iceberg/expression/expression.h"

namespace tarn::iceberg {
namespace {

bool IsNan(const Value& value) {
  const auto* single = value.As<float>();
  const auto* number = value.As<double>();
  return (single != nullptr && std::isnan(*single)) || (number != nullptr && std::isnan(*number));
}

// What is known of one column's values in a set of rows. Bounds that are NaN (old writers') count as unknown.
struct Known {
  std::optional<bool> has_nulls;
  std::optional<bool> has_values;  // any that is not null
  std::optional<bool> has_nans;
  std::optional<bool> all_nan;  // of those that are not null
  std::optional<Value> lower;
  std::optional<Value> upper;

  bool only_nulls() const { return has_values == false; }
  bool no_nulls() const { return has_nulls == false; }
};

std::optional<Value> Bound(const Type& type, const std::string* bytes) {
  if (bytes == nullptr || type.id() == TypeId::kGeometry || type.id() == TypeId::kGeography || !type.is_primitive()) {
    return std::nullopt;
  }
  auto value = ValueFromBytes(type, *bytes);
  if (!value.ok() || IsNan(*value)) return std::nullopt;
  return std::move(*value);
}

Known OfColumn(const Term& term, const DataFile& file) {
  Known known;
  const int32_t id = term.field_id;
  const int64_t* values = FindColumn(file.value_counts, id);
  const int64_t* nulls = FindColumn(file.null_counts, id);
  const int64_t* nans = FindColumn(file.nan_counts, id);
  if (nulls != nullptr) known.has_nulls = *nulls > 0;
  if (nulls != nullptr && values != nullptr) known.has_values = *values > *nulls;
  if (nans != nullptr) known.has_nans = *nans > 0;
  if (nans != nullptr && values != nullptr) known.all_nan = *nans >= *values - (nulls == nullptr ? 0 : *nulls);
  known.lower = Bound(term.source, FindColumn(file.lower_bounds, id));
  known.upper = Bound(term.source, FindColumn(file.upper_bounds, id));
  return known;
}

Known OfSummary(const Term& term, const FieldSummary& summary) {
  Known known;
  known.has_nulls = summary.contains_null;
  known.has_nans = summary.contains_nan;
  known.lower = Bound(term.source, summary.lower_bound ? &*summary.lower_bound : nullptr);
  known.upper = Bound(term.source, summary.upper_bound ? &*summary.upper_bound : nullptr);
  // Without bounds there is nothing but nulls and NaNs.
  if (!summary.lower_bound && summary.contains_nan) {
    known.has_values = summary.contains_nan;
    known.all_nan = true;
  }
  return known;
}

// Cuts both to the prefix's length: bounds may be cut themselves.
std::strong_ordering ComparePrefix(const Value& bound, const std::string& prefix) {
  return bound.As<std::string>()->substr(0, prefix.size()) <=> prefix;
}

bool InRange(const Type& type, const Known& known, const Value& value) {
  return !(known.lower && CompareValues(type, *known.lower, value) > 0) &&
         !(known.upper && CompareValues(type, *known.upper, value) < 0);
}

bool MayMatchComparison(const Expression& e, const Known& known) {
  const Type& type = e.term.source;
  const Value& value = e.values[0];
  switch (e.op) {
    case Op::kLt:
      return !(known.lower && CompareValues(type, *known.lower, value) >= 0);
    case Op::kLtEq:
      return !(known.lower && CompareValues(type, *known.lower, value) > 0);
    case Op::kGt:
      return !(known.upper && CompareValues(type, *known.upper, value) <= 0);
    case Op::kGtEq:
      return !(known.upper && CompareValues(type, *known.upper, value) < 0);
    case Op::kEq:
      return InRange(type, known, value);
    case Op::kIn:
      return std::any_of(e.values.begin(), e.values.end(),
                         [&](const Value& each) { return InRange(type, known, each); });
    default: {
      const std::string& prefix = *value.As<std::string>();
      return !(known.lower && ComparePrefix(*known.lower, prefix) > 0) &&
             !(known.upper && ComparePrefix(*known.upper, prefix) < 0);
    }
  }
}

bool MayMatchKnown(const Expression& e, const Known& known) {
  if (e.term.transform) return true;
  switch (e.op) {
    case Op::kIsNull:
      return !known.no_nulls();
    case Op::kNotNull:
      return !known.only_nulls();
    case Op::kIsNan:
      return known.has_nans != false && !known.only_nulls();
    case Op::kNotNan:
      return !(known.all_nan == true && known.no_nulls() && known.has_values == true);
    case Op::kNotEq:
    case Op::kNotIn:
      return true;
    case Op::kNotStartsWith: {
      // All of them start so only if both bounds do and there are no nulls.
      const std::string& prefix = *e.values[0].As<std::string>();
      const bool all = known.no_nulls() && known.lower && known.upper &&
                       known.lower->As<std::string>()->size() >= prefix.size() &&
                       known.upper->As<std::string>()->size() >= prefix.size() &&
                       ComparePrefix(*known.lower, prefix) == 0 && ComparePrefix(*known.upper, prefix) == 0;
      return !all;
    }
    default:
      if (known.only_nulls() || known.all_nan == true) return false;
      return MayMatchComparison(e, known);
  }
}

bool MustMatchKnown(const Expression& e, const Known& known) {
  if (e.term.transform) return false;
  const Type& type = e.term.source;
  const bool floating = type.id() == TypeId::kFloat || type.id() == TypeId::kDouble;
  switch (e.op) {
    case Op::kIsNull:
      return known.only_nulls();
    case Op::kNotNull:
      return known.no_nulls();
    case Op::kIsNan:
      return known.all_nan == true && known.no_nulls() && known.has_values == true;
    case Op::kNotNan:
      return known.has_nans == false || known.only_nulls();
    case Op::kNotEq:
    case Op::kNotIn:
      if (known.only_nulls() || known.all_nan == true) return true;
      return known.lower && known.upper && std::none_of(e.values.begin(), e.values.end(), [&](const Value& each) {
               return InRange(type, known, each);
             });
    case Op::kNotStartsWith:
    case Op::kStartsWith:
      return e.op == Op::kNotStartsWith && known.only_nulls();
    default:
      break;
  }
  // A null or a NaN would not match.
  if (!known.no_nulls() || (floating && known.has_nans != false)) return false;
  const auto below = [&](const Value& value) {
    return known.upper ? CompareValues(type, *known.upper, value) <=> 0 : std::strong_ordering::greater;
  };
  const auto above = [&](const Value& value) {
    return known.lower ? CompareValues(type, *known.lower, value) <=> 0 : std::strong_ordering::less;
  };
  switch (e.op) {
    case Op::kLt:
      return below(e.values[0]) < 0;
    case Op::kLtEq:
      return below(e.values[0]) <= 0;
    case Op::kGt:
      return above(e.values[0]) > 0;
    case Op::kGtEq:
      return above(e.values[0]) >= 0;
    default:
      // One value in all rows, and it is wanted. Cut bounds of texts and bytes say nothing of that.
      if (!known.lower || !known.upper || type.id() == TypeId::kString || type.id() == TypeId::kBinary) return false;
      return CompareValues(type, *known.lower, *known.upper) == 0 &&
             std::any_of(e.values.begin(), e.values.end(),
                         [&](const Value& each) { return CompareValues(type, *known.lower, each) == 0; });
  }
}

}  // namespace

bool MayMatch(const Expression& expression, const DataFile& file) {
  switch (expression.op) {
    case Op::kTrue:
      return true;
    case Op::kFalse:
      return false;
    case Op::kAnd:
      return MayMatch(expression.children[0], file) && MayMatch(expression.children[1], file);
    case Op::kOr:
      return MayMatch(expression.children[0], file) || MayMatch(expression.children[1], file);
    default:
      return file.record_count != 0 && MayMatchKnown(expression, OfColumn(expression.term, file));
  }
}

bool MustMatch(const Expression& expression, const DataFile& file) {
  switch (expression.op) {
    case Op::kTrue:
      return true;
    case Op::kFalse:
      return false;
    case Op::kAnd:
      return MustMatch(expression.children[0], file) && MustMatch(expression.children[1], file);
    case Op::kOr:
      return MustMatch(expression.children[0], file) || MustMatch(expression.children[1], file);
    default:
      return file.record_count == 0 || MustMatchKnown(expression, OfColumn(expression.term, file));
  }
}

bool MayMatch(const Expression& projected, const ManifestFile& manifest, const Type& partition_type) {
  switch (projected.op) {
    case Op::kTrue:
      return true;
    case Op::kFalse:
      return false;
    case Op::kAnd:
      return MayMatch(projected.children[0], manifest, partition_type) &&
             MayMatch(projected.children[1], manifest, partition_type);
    case Op::kOr:
      return MayMatch(projected.children[0], manifest, partition_type) ||
             MayMatch(projected.children[1], manifest, partition_type);
    default:
      break;
  }
  const auto& fields = partition_type.fields();
  if (manifest.partitions.size() != fields.size()) return true;  // not summarized
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].id == projected.term.field_id) {
      return MayMatchKnown(projected, OfSummary(projected.term, manifest.partitions[i]));
    }
  }
  return true;
}

}  // namespace tarn::iceberg
