#include <fmt/format.h>

#include "base/strings.h"
#include "sql/internal/printer.h"

namespace tarn::sql {

// Whether DuckDB's own cast does what Trino's does.
bool Printer::PlainCast(const Type& from, const Type& to) {
  if (from == to || from.Is(TypeKind::kUnknown)) return true;
  if (to.IsString()) {
    bool same_text = from.IsInteger() || from.Is(TypeKind::kDecimal) || from.Is(TypeKind::kDate) ||
                     from.Is(TypeKind::kUuid) || from.Is(TypeKind::kBoolean) || from.IsString();
    return same_text && to.length == 0 && !to.Is(TypeKind::kChar);
  }
  if (to.IsInteger()) return from.IsInteger() || from.Is(TypeKind::kBoolean) || from.Is(TypeKind::kDecimal);
  if (to.Is(TypeKind::kJson)) return false;
  if (from.Is(TypeKind::kJson)) return !to.IsString();
  if (to.Is(TypeKind::kArray)) return from.Is(TypeKind::kArray) && PlainCast(from.args[0], to.args[0]);
  if (to.Is(TypeKind::kMap)) {
    return from.Is(TypeKind::kMap) && PlainCast(from.args[0], to.args[0]) && PlainCast(from.args[1], to.args[1]);
  }
  if (to.Is(TypeKind::kRow)) return false;
  return true;
}

std::string Printer::CastText(const Type& from, const Type& to, const std::string& text, bool attempt) {
  std::string word = attempt ? "TRY_CAST(" : "CAST(";
  if (PlainCast(from, to)) return word + text + " AS " + ToDuckDb(to) + ")";
  if (to.Is(TypeKind::kJson)) return "to_json(" + text + ")";
  if (to.IsString()) return CastToVarchar(from, to, text, attempt);
  if (to.IsInteger()) return CastToInteger(from, to, text, attempt);
  if (to.Is(TypeKind::kArray) || to.Is(TypeKind::kMap) || to.Is(TypeKind::kRow))
    return CastNested(from, to, text, attempt);
  return word + text + " AS " + ToDuckDb(to) + ")";
}

std::string Printer::CastToVarchar(const Type& from, const Type& to, const std::string& text, bool attempt) {
  std::string out;
  switch (from.kind) {
    case TypeKind::kDouble:
    case TypeKind::kReal:
      out = Let(text, [&](const std::string& value) {
        return (from.Is(TypeKind::kDouble) ? "tarn_double_text(" : "tarn_real_text(") + value + ")";
      });
      break;
    case TypeKind::kTimestamp:
      out = "strftime(" + text + ", '%Y-%m-%d %H:%M:%S.%g')";
      break;
    case TypeKind::kTimestampTz:
      out = "strftime(timezone('UTC', " + text + "), '%Y-%m-%d %H:%M:%S.%g UTC')";
      break;
    case TypeKind::kTime:
      out = "strftime(CAST('2000-01-01' AS DATE) + " + text + ", '%H:%M:%S.%g')";
      break;
    case TypeKind::kJson:
      out = "(" + text + " ->> '$')";
      break;
    default:
      out = (attempt ? "TRY_CAST(" : "CAST(") + text + " AS VARCHAR)";
  }
  if (to.Is(TypeKind::kChar)) {
    return fmt::format("rpad({}, {}, ' ')", out, to.length == 0 ? 1 : to.length);
  }
  return to.length == 0 ? out : fmt::format("substr({}, 1, {})", out, to.length);
}

std::string Printer::CastToInteger(const Type& from, const Type& to, const std::string& text, bool attempt) {
  std::string word = attempt ? "TRY_CAST(" : "CAST(";
  std::string target = " AS " + ToDuckDb(to) + ")";
  if (from.IsString()) {
    // DuckDB would read '1.6' and '1e3' too.
    return Let(text, [&](const std::string& value) {
      std::string refused = "''";
      if (!attempt && try_depth_ == 0) {
        refused = "error(concat('INVALID_CAST_ARGUMENT: Cannot cast ''', " + value + ", ''' to " +
                  AsciiUpper(ToHive(to)) + "'))";
      }
      return word + "CASE WHEN regexp_full_match(" + value + ", '\\s*[+-]?[0-9]+\\s*') THEN " + value + " WHEN " +
             value + " IS NOT NULL THEN " + refused + " END" + target;
    });
  }
  if (from.Is(TypeKind::kDouble) || from.Is(TypeKind::kReal)) return word + "round(" + text + ")" + target;
  return word + text + target;
}

std::string Printer::CastNested(const Type& from, const Type& to, const std::string& text, bool attempt) {
  if (from.Is(TypeKind::kArray) && to.Is(TypeKind::kArray)) {
    std::string variable = FreshVariable();
    return "list_transform(" + text + ", lambda " + variable + ": " +
           CastText(from.args[0], to.args[0], variable, attempt) + ")";
  }
  if (from.Is(TypeKind::kRow) && to.Is(TypeKind::kRow)) return CastRow(from, to, text, attempt);
  if (from.Is(TypeKind::kMap) && to.Is(TypeKind::kMap)) {
    return Let(text, [&](const std::string& map) {
      std::string key = FreshVariable();
      std::string value = FreshVariable();
      return "map(list_transform(map_keys(" + map + "), lambda " + key + ": " +
             CastText(from.args[0], to.args[0], key, attempt) + "), list_transform(map_values(" + map + "), lambda " +
             value + ": " + CastText(from.args[1], to.args[1], value, attempt) + "))";
    });
  }
  return (attempt ? "TRY_CAST(" : "CAST(") + text + " AS " + ToDuckDb(to) + ")";
}

// By position: DuckDB's own struct cast goes by name.
std::string Printer::CastRow(const Type& from, const Type& to, const std::string& text, bool attempt) {
  if (from.args.size() != to.args.size()) return (attempt ? "TRY_CAST(" : "CAST(") + text + " AS " + ToDuckDb(to) + ")";
  return Let(text, [&](const std::string& row) {
    std::string out = "(CASE WHEN " + row + " IS NOT NULL THEN struct_pack(";
    for (size_t i = 0; i < to.args.size(); ++i) {
      auto name = [i](const Type& type) { return type.names[i].empty() ? fmt::format("field{}", i) : type.names[i]; };
      if (i > 0) out += ", ";
      std::string field = "struct_extract(" + row + ", " + QuoteLiteral(name(from)) + ")";
      out += QuoteIdentifier(name(to)) + " := " + CastText(from.args[i], to.args[i], field, attempt);
    }
    return out + ") END)";
  });
}

}  // namespace tarn::sql
