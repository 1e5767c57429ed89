// The functions of the Trino dialect that Tarn serves: argument shapes, result types and DuckDB texts.
//
// Nothing outside this list can be printed. A signature has one letter per argument: n numeric, i integer, s string,
// a array, m map, t date/time, b boolean, j json or string, v varbinary, d interval, f lambda, x anything; '?' after a
// letter makes that one optional, '*' repeats it. A result is a Trino type, or $i (type of argument i), $u (all
// arguments unified), $e0 (element), $k0/$v0 (key, value of a map), [r] (array of r), or {k,v} (map). A text is empty
// (same name), a name, or a template: {0} argument, {*} all, {1*} from the second on, {R} the result's DuckDB type,
// {E:message} an error (NULL inside TRY), {D} {O} {F} the places of DISTINCT, ORDER BY and FILTER/OVER of an aggregate.
// A leading '!' casts to the result type. A text "@name" is printed by code (print_special.cc).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sql/ast.h"

namespace tarn::sql {

enum class FunctionKind : uint8_t { kScalar, kAggregate, kWindow };

struct Function {
  std::string_view name;
  std::string_view signature;
  std::string_view result;
  std::string_view text;
  FunctionKind kind = FunctionKind::kScalar;
};

std::span<const Function> ScalarFunctions();
std::span<const Function> CollectionFunctions();
std::span<const Function> TimeFunctions();
std::span<const Function> AggregateFunctions();

// Null when there is none. A name with several signatures gives the one that fits the argument types.
const Function* FindFunction(std::string_view name, std::span<const Type> args);
// Any function of that name, for error messages and aggregate checks.
const Function* FindFunctionNamed(std::string_view name);
Type ResultType(const Function& function, std::span<const Type> args);
// Parameter types of the lambda that is argument `index` of a call with these argument types so far.
std::vector<Type> LambdaParameters(std::string_view function, size_t index, std::span<const Type> args);

}  // namespace tarn::sql
