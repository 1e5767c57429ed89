#include "sql/internal/functions.h"

#include <array>
#include <string>
#include <unordered_map>
#include <vector>

namespace tarn::sql {
namespace {

using Index = std::unordered_map<std::string_view, std::vector<const Function*>>;

const Index& AllFunctions() {
  static const Index index = [] {
    Index all;
    for (auto list : {ScalarFunctions(), CollectionFunctions(), TimeFunctions(), AggregateFunctions()}) {
      for (const Function& f : list) all[f.name].push_back(&f);
    }
    return all;
  }();
  return index;
}

bool Fits(char letter, const Type& type) {
  if (type.Is(TypeKind::kUnknown)) return true;
  switch (letter) {
    case 'n':
      return type.IsNumeric();
    case 'i':
      return type.IsInteger();
    case 's':
      return type.IsString();
    case 'a':
      return type.Is(TypeKind::kArray);
    case 'm':
      return type.Is(TypeKind::kMap);
    case 't':
      return type.IsTemporal();
    case 'b':
      return type.Is(TypeKind::kBoolean);
    case 'j':
      return type.Is(TypeKind::kJson) || type.IsString();
    case 'v':
      return type.Is(TypeKind::kVarbinary);
    case 'd':
      return type.IsInterval();
    default:
      return true;
  }
}

bool FitsAll(std::string_view signature, std::span<const Type> args) {
  size_t next = 0;
  for (size_t i = 0; i < signature.size(); ++i) {
    char letter = signature[i];
    char mark = i + 1 < signature.size() ? signature[i + 1] : ' ';
    if (mark == '*') {
      for (; next < args.size(); ++next) {
        if (!Fits(letter, args[next])) return false;
      }
      return true;
    }
    if (next == args.size()) {
      if (mark != '?') return false;
    } else if (!Fits(letter, args[next++])) {
      return false;
    }
    if (mark == '?') ++i;
  }
  return next == args.size();
}

Type Unified(std::span<const Type> args) {
  Type result;
  for (const Type& arg : args) {
    Type both;
    if (UnifyTypes(result, arg, &both)) result = both;
  }
  return result;
}

Type Argument(const Type& type, size_t index) { return index < type.args.size() ? type.args[index] : Type{}; }

// decimal(p, s) → decimal(p - s + min(s, 1), 0), as ceil, floor and round make it.
Type WithoutScale(const Type& type) {
  if (!type.Is(TypeKind::kDecimal)) return type;
  return DecimalType(std::min(38, type.length - type.scale + std::min(type.scale, 1)), 0);
}

Type EntryRow(const Type& key, const Type& value) {
  Type row = MakeType(TypeKind::kRow);
  row.names = {"", ""};
  row.args = {key, value};
  return row;
}

Type NamedRule(std::string_view rule, std::span<const Type> args) {
  const Type first = args.empty() ? Type{} : args[0];
  if (rule == "$u") return Unified(args);
  if (rule == "$if") return Unified(args.subspan(1));
  if (rule == "$ceil" || rule == "$round") return WithoutScale(first);
  if (rule == "$seq") return MakeType(TypeKind::kBigint);
  if (rule == "$entry") return EntryRow(Argument(first, 0), Argument(first, 1));
  if (rule == "$fromentries") return MapType(Argument(Argument(first, 0), 0), Argument(Argument(first, 0), 1));
  if (rule == "$zip") {
    Type row = MakeType(TypeKind::kRow);
    for (const Type& arg : args) {
      row.names.emplace_back();
      row.args.push_back(Argument(arg, 0));
    }
    return row;
  }
  if (rule == "$sum") {
    if (first.IsInteger()) return MakeType(TypeKind::kBigint);
    if (first.Is(TypeKind::kDecimal)) return DecimalType(38, first.scale);
    return first;
  }
  if (rule == "$avg") {
    if (first.Is(TypeKind::kDecimal) || first.Is(TypeKind::kReal)) return first;
    return MakeType(TypeKind::kDouble);
  }
  return {};
}

// "{k,v}" split at its top-level comma.
size_t MiddleComma(std::string_view text) {
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[' || text[i] == '{' || text[i] == '(') ++depth;
    if (text[i] == ']' || text[i] == '}' || text[i] == ')') --depth;
    if (text[i] == ',' && depth == 0) return i;
  }
  return 0;
}

Type ApplyRule(std::string_view rule, std::span<const Type> args) {
  if (rule.starts_with('[')) return ArrayType(ApplyRule(rule.substr(1, rule.size() - 2), args));
  if (rule.starts_with('{')) {
    std::string_view inside = rule.substr(1, rule.size() - 2);
    size_t comma = MiddleComma(inside);
    return MapType(ApplyRule(inside.substr(0, comma), args), ApplyRule(inside.substr(comma + 1), args));
  }
  if (!rule.starts_with('$')) {
    auto type = ParseTrinoType(rule);
    return type.ok() ? *type : Type{};
  }
  auto at = [&](char digit) {
    size_t index = static_cast<size_t>(digit - '0');
    return index < args.size() ? args[index] : Type{};
  };
  if (rule.size() == 2 && rule[1] >= '0' && rule[1] <= '9') return at(rule[1]);
  if (rule.size() == 3 && (rule[1] == 'e' || rule[1] == 'k')) return Argument(at(rule[2]), 0);
  if (rule.size() == 3 && rule[1] == 'v') return Argument(at(rule[2]), 1);
  if (rule.starts_with("$lambda")) return at(rule[7]);  // a lambda argument's type is its body's
  return NamedRule(rule, args);
}

}  // namespace

const Function* FindFunctionNamed(std::string_view name) {
  auto found = AllFunctions().find(name);
  return found == AllFunctions().end() ? nullptr : found->second.front();
}

const Function* FindFunction(std::string_view name, std::span<const Type> args) {
  auto found = AllFunctions().find(name);
  if (found == AllFunctions().end()) return nullptr;
  for (const Function* function : found->second) {
    if (FitsAll(function->signature, args)) return function;
  }
  return nullptr;
}

Type ResultType(const Function& function, std::span<const Type> args) { return ApplyRule(function.result, args); }

std::vector<Type> LambdaParameters(std::string_view function, size_t index, std::span<const Type> args) {
  auto element = [&](size_t i) { return i < args.size() ? Argument(args[i], 0) : Type{}; };
  if (function == "reduce") {
    Type state = args.size() > 1 ? args[1] : Type{};
    if (index == 2) return {state, element(0)};
    return {args.size() > 2 && !args[2].Is(TypeKind::kUnknown) ? args[2] : state};
  }
  if (function == "zip_with") return {element(0), element(1)};
  if (function == "map_filter" || function == "transform_keys" || function == "transform_values") {
    return {element(0), args.empty() ? Type{} : Argument(args[0], 1)};
  }
  return {element(0)};
}

}  // namespace tarn::sql
