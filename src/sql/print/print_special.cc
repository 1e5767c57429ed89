#include <fmt/format.h>

#include "base/strings.h"
#include "sql/errors.h"
#include "sql/internal/failure.h"
#include "sql/internal/printer.h"

namespace tarn::sql {

std::string Printer::SpecialText(std::string_view name, const Expr& expr) {
  if (name == "mod") {
    bool exact = expr.type.IsInteger() || expr.type.Is(TypeKind::kDecimal);
    return "(" + Text(*expr.args[0]) + " % " + (exact ? NonZero(*expr.args[1]) : Text(*expr.args[1])) + ")";
  }
  if (name == "greatest") return GreatestText(expr);
  if (name == "typeof") return QuoteLiteral(ToTrino(expr.args[0]->type));
  if (name == "concat") return ConcatText(expr.args, expr.type);
  if (name == "substr") return SubstrText(expr);
  if (name == "format") return FormatText(expr);
  if (name == "regexp_replace") return RegexpReplaceText(expr);
  if (name == "zip")
    return "list_transform(list_zip(" + ListText(expr.args, ", ") + "), lambda tarn_e: " + [&] {
      std::string fields = "struct_pack(";
      for (size_t i = 0; i < expr.args.size(); ++i) {
        fields += fmt::format("{}\"field{}\" := struct_extract(tarn_e, {})", i > 0 ? ", " : "", i, i + 1);
      }
      return fields + "))";
    }();
  if (name == "zip_with") return ZipWithText(expr);
  if (name == "reduce") return ReduceText(expr);
  if (name == "map_filter" || name == "transform_keys" || name == "transform_values") return MapLambdaText(name, expr);
  if (name == "now") {
    Expr current;
    current.kind = ExprKind::kCurrent;
    current.name = "current_timestamp";
    return CurrentText(current);
  }
  if (name == "date_add") return DateAddText(expr);
  if (name == "extract") return ExtractText(expr);
  if (name == "at_timezone") return ZonedText(Text(*expr.args[0]), expr.args[0]->type, Text(*expr.args[1]));
  if (name == "to_iso8601") {
    std::string value = Text(*expr.args[0]);
    if (expr.args[0]->type.Is(TypeKind::kDate)) return "strftime(" + value + ", '%Y-%m-%d')";
    if (expr.args[0]->type.Is(TypeKind::kTimestampTz))
      return "strftime(timezone('UTC', " + value + "), '%Y-%m-%dT%H:%M:%S.%gZ')";
    return "strftime(" + value + ", '%Y-%m-%dT%H:%M:%S.%g')";
  }
  return DateFormatText(name, expr);
}

// NULL when any argument is, unlike DuckDB's.
std::string Printer::GreatestText(const Expr& expr) {
  Names values;
  for (const ExprPtr& arg : expr.args) values.push_back(Text(*arg));
  return LetAll(std::move(values), [&](const Names& names) {
    std::string nulls;
    for (size_t i = 0; i < names.size(); ++i) {
      ExprKind kind = expr.args[i]->kind;
      bool literal = kind == ExprKind::kInteger || kind == ExprKind::kString || kind == ExprKind::kDecimal;
      if (!literal) nulls += (nulls.empty() ? "" : " OR ") + names[i] + " IS NULL";
    }
    std::string call = expr.name + "(" + Join(names, ", ") + ")";
    return nulls.empty() ? call : "(CASE WHEN " + nulls + " THEN NULL ELSE " + call + " END)";
  });
}

std::string Printer::SubstrText(const Expr& expr) {
  bool plain_start =
      expr.args[1]->kind == ExprKind::kInteger && expr.args[1]->text.find_first_not_of('0') != std::string::npos;
  bool plain_length = expr.args.size() < 3 || expr.args[2]->kind == ExprKind::kInteger;
  if (plain_start && plain_length) return "substr(" + ListText(expr.args, ", ") + ")";
  Names values;
  for (const ExprPtr& arg : expr.args) values.push_back(Text(*arg));
  return LetAll(std::move(values), [](const Names& names) {
    return (names.size() < 3 ? "tarn_substr(" : "tarn_substr_length(") + Join(names, ", ") + ")";
  });
}

// Java's replacement $1 and ${name} is RE2's \1; a backslash there quotes.
std::string Printer::RegexpReplaceText(const Expr& expr) {
  const Expr& replacement = *expr.args[2];
  std::string text;
  if (replacement.kind == ExprKind::kString) {
    std::string converted;
    for (size_t i = 0; i < replacement.text.size(); ++i) {
      char c = replacement.text[i];
      bool more = i + 1 < replacement.text.size();
      if (c == '$' && more && replacement.text[i + 1] >= '0' && replacement.text[i + 1] <= '9')
        converted += '\\';
      else if (c == '\\' && more && replacement.text[i + 1] == '\\')
        converted += "\\\\", ++i;
      else if (c == '\\' && more)
        converted += replacement.text[++i];
      else
        converted += c;
    }
    text = QuoteLiteral(converted);
  } else {
    text = "regexp_replace(" + Text(replacement) + ", '\\$([0-9])', '\\\\\\1', 'g')";
  }
  return "regexp_replace(" + Text(*expr.args[0]) + ", " + Text(*expr.args[1]) + ", " + text + ", 'g')";
}

// Java's format as far as DuckDB's printf has the same letters.
std::string Printer::FormatText(const Expr& expr) {
  std::string out = "printf(" + Text(*expr.args[0]);
  for (size_t i = 1; i < expr.args.size(); ++i) {
    const Type& type = expr.args[i]->type;
    bool plain = type.IsNumeric() || type.IsString();
    std::string text = Text(*expr.args[i]);
    if (type.Is(TypeKind::kDecimal)) text = "CAST(" + text + " AS DOUBLE)";
    out += ", " + (plain ? text : CastText(type, VarcharType(), text, false));
  }
  return out + ")";
}

std::string Printer::DateAddText(const Expr& expr) {
  if (expr.args[0]->kind != ExprKind::kString) {
    ThrowAt(kNotSupported, "NOT_SUPPORTED", expr.args[0]->pos, "date_add needs a literal unit");
  }
  static constexpr std::string_view kUnits[] = {"millisecond", "second", "minute",  "hour", "day",
                                                "week",        "month",  "quarter", "year"};
  std::string unit = AsciiLower(expr.args[0]->text);
  for (std::string_view known : kUnits) {
    if (unit != known) continue;
    bool date = expr.type.Is(TypeKind::kDate);
    if (date && (known == "millisecond" || known == "second" || known == "minute" || known == "hour")) break;
    std::string count = Text(*expr.args[1]);
    bool small = known != "millisecond" && known != "second" && known != "minute" && known != "hour";
    if (small) count = "CAST(" + count + " AS INTEGER)";
    std::string sum = "(" + Text(*expr.args[2]) + " + to_" + std::string(known) + "s(" + count + "))";
    if (known == "millisecond") sum = "(" + Text(*expr.args[2]) + " + to_milliseconds(" + count + "))";
    return date ? "CAST(" + sum + " AS DATE)" : sum;
  }
  ThrowAt(kTypeMismatch, "INVALID_FUNCTION_ARGUMENT", expr.args[0]->pos,
          fmt::format("'{}' is not a valid {} field", expr.args[0]->text, ToTrino(expr.type)));
}

std::string Printer::ExtractText(const Expr& expr) {
  std::string value = Text(*expr.args[0]);
  static constexpr std::pair<std::string_view, std::string_view> kParts[] = {
      {"year", "year"},
      {"quarter", "quarter"},
      {"month", "month"},
      {"week", "weekofyear"},
      {"day", "day"},
      {"day_of_month", "day"},
      {"day_of_week", "isodow"},
      {"dow", "isodow"},
      {"day_of_year", "dayofyear"},
      {"doy", "dayofyear"},
      {"year_of_week", "isoyear"},
      {"yow", "isoyear"},
      {"hour", "hour"},
      {"minute", "minute"},
      {"second", "second"},
  };
  for (auto& [field, function] : kParts) {
    if (field == expr.text) return std::string(function) + "(" + value + ")";
  }
  return "CAST(0 AS BIGINT)";  // timezone_hour, timezone_minute: the session is in UTC
}

std::string Printer::DateFormatText(std::string_view name, const Expr& expr) {
  const Expr& format = *expr.args[1];
  bool mysql = name == "date_parse" || name == "date_format";
  std::string text;
  if (format.kind == ExprKind::kString) {
    std::string converted;
    bool ok = mysql ? FormatFromMysql(format.text, &converted) : FormatFromJoda(format.text, &converted);
    if (!ok) {
      ThrowAt(kNotSupported, "INVALID_FUNCTION_ARGUMENT", format.pos,
              fmt::format("{} does not serve the format '{}'", name, format.text));
    }
    text = QuoteLiteral(converted);
  } else if (mysql) {
    text = "tarn_mysql_format(" + Text(format) + ")";
  } else {
    ThrowAt(kNotSupported, "NOT_SUPPORTED", format.pos, fmt::format("{} needs a literal format", name));
  }
  std::string value = Text(*expr.args[0]);
  if (name == "date_parse") return "strptime(" + value + ", " + text + ")";
  if (name == "parse_datetime") {
    bool zone = text.find("%z") != std::string::npos;
    if (zone) value = "regexp_replace(" + value + ", 'Z$', '+0000')";
    return zone ? "strptime(" + value + ", " + text + ")" : "timezone('UTC', strptime(" + value + ", " + text + "))";
  }
  if (expr.args[0]->type.Is(TypeKind::kTimestampTz)) value = "timezone('UTC', " + value + ")";
  return "strftime(" + value + ", " + text + ")";
}

// Works on the map's entries; the lambda's parameters read the entry's halves.
std::string Printer::MapLambdaText(std::string_view name, const Expr& expr) {
  const Expr& lambda = *expr.args[1];
  std::string entry = FreshVariable();
  lambda_texts_.emplace_back(lambda.names[0], "struct_extract(" + entry + ", 'key')");
  lambda_texts_.emplace_back(lambda.names[1], "struct_extract(" + entry + ", 'value')");
  std::string body = Text(*lambda.args[0]);
  lambda_texts_.resize(lambda_texts_.size() - 2);
  std::string entries = "map_entries(" + Text(*expr.args[0]) + ")";
  if (name == "map_filter") return "map_from_entries(list_filter(" + entries + ", lambda " + entry + ": " + body + "))";
  std::string key = name == "transform_keys" ? body : "struct_extract(" + entry + ", 'key')";
  std::string value = name == "transform_values" ? body : "struct_extract(" + entry + ", 'value')";
  return "map_from_entries(list_transform(" + entries + ", lambda " + entry + ": struct_pack(\"k\" := " + key +
         ", \"v\" := " + value + ")))";
}

// DuckDB folds only within one type, so state and element travel as one struct.
std::string Printer::ReduceText(const Expr& expr) {
  const Expr& step = *expr.args[2];
  const Expr& output = *expr.args[3];
  const Type& array = expr.args[0]->type;
  std::string state = ToDuckDb(step.type.Is(TypeKind::kUnknown) ? expr.args[1]->type : step.type);
  std::string element = ToDuckDb(array.args.empty() ? Type{} : array.args[0]);
  std::string sum = FreshVariable();
  std::string next = FreshVariable();
  std::string each = FreshVariable();
  auto pack = [&](const std::string& s, const std::string& e) {
    return "struct_pack(s := CAST(" + s + " AS " + state + "), e := CAST(" + e + " AS " + element + "))";
  };
  lambda_texts_.emplace_back(step.names[0], "struct_extract(" + sum + ", 's')");
  lambda_texts_.emplace_back(step.names[1], "struct_extract(" + next + ", 'e')");
  std::string body = Text(*step.args[0]);
  lambda_texts_.resize(lambda_texts_.size() - 2);
  std::string folded = "struct_extract(list_reduce(list_transform(" + Text(*expr.args[0]) + ", lambda " + each + ": " +
                       pack("NULL", each) + "), lambda " + sum + ", " + next + ": " + pack(body, "NULL") + ", " +
                       pack(Text(*expr.args[1]), "NULL") + "), 's')";
  bool identity = output.args[0]->kind == ExprKind::kIdentifier && output.args[0]->name == output.names[0];
  return identity ? folded : "list_transform([" + folded + "], " + Text(output) + ")[1]";
}

std::string Printer::ZipWithText(const Expr& expr) {
  const Expr& lambda = *expr.args[2];
  std::string pair = FreshVariable();
  lambda_texts_.emplace_back(lambda.names[0], "struct_extract(" + pair + ", 1)");
  lambda_texts_.emplace_back(lambda.names[1], "struct_extract(" + pair + ", 2)");
  std::string body = Text(*lambda.args[0]);
  lambda_texts_.resize(lambda_texts_.size() - 2);
  return "list_transform(list_zip(" + Text(*expr.args[0]) + ", " + Text(*expr.args[1]) + "), lambda " + pair + ": " +
         body + ")";
}

bool FormatFromMysql(std::string_view format, std::string* out) {
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%' || i + 1 == format.size()) {
      *out += format[i];
      continue;
    }
    char c = format[++i];
    switch (c) {
      case 'i':
        *out += "%M";
        break;
      case 's':
      case 'S':
        *out += "%S";
        break;
      case 'M':
        *out += "%B";
        break;
      case 'W':
        *out += "%A";
        break;
      case 'e':
        *out += "%-d";
        break;
      case 'c':
        *out += "%-m";
        break;
      case 'k':
        *out += "%-H";
        break;
      case 'h':
      case 'I':
        *out += "%I";
        break;
      case 'l':
        *out += "%-I";
        break;
      case 'r':
        *out += "%I:%M:%S %p";
        break;
      case 'T':
        *out += "%H:%M:%S";
        break;
      case 'v':
        *out += "%V";
        break;
      case 'x':
        *out += "%G";
        break;
      case 'Y':
      case 'y':
      case 'm':
      case 'd':
      case 'H':
      case 'p':
      case 'f':
      case 'j':
      case 'a':
      case 'b':
      case '%':
        *out += '%', *out += c;
        break;
      case 'D':
      case 'U':
      case 'u':
      case 'V':
      case 'w':
      case 'X':
        return false;
      default:
        *out += c;
    }
  }
  return true;
}

namespace {

std::string_view JodaLetter(char letter, size_t count) {
  switch (letter) {
    case 'y':
    case 'Y':
      return count == 2 ? "%y" : "%Y";
    case 'x':
      return "%G";
    case 'w':
      return "%V";
    case 'e':
      return "%u";
    case 'E':
      return count >= 4 ? "%A" : "%a";
    case 'D':
      return "%j";
    case 'M':
      return count >= 4 ? "%B" : count == 3 ? "%b" : count == 2 ? "%m" : "%-m";
    case 'd':
      return count >= 2 ? "%d" : "%-d";
    case 'a':
      return "%p";
    case 'h':
      return count >= 2 ? "%I" : "%-I";
    case 'H':
      return count >= 2 ? "%H" : "%-H";
    case 'm':
      return count >= 2 ? "%M" : "%-M";
    case 's':
      return count >= 2 ? "%S" : "%-S";
    case 'S':
      return count == 3 ? "%g" : count == 6 ? "%f" : "";
    case 'Z':
      return "%z";
    default:
      return "";
  }
}

}  // namespace

bool FormatFromJoda(std::string_view format, std::string* out) {
  for (size_t i = 0; i < format.size();) {
    char c = format[i];
    if (c == '\'') {
      size_t close = format.find('\'', i + 1);
      if (close == std::string_view::npos) return false;
      *out += close == i + 1 ? "'" : std::string(format.substr(i + 1, close - i - 1));
      i = close + 1;
      continue;
    }
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    size_t end = i;
    while (end < format.size() && format[end] == c) ++end;
    if (letter) {
      std::string_view converted = JodaLetter(c, end - i);
      if (converted.empty()) return false;
      *out += converted;
    } else {
      for (size_t k = i; k < end; ++k) *out += c == '%' ? "%%" : std::string(1, c);
    }
    i = end;
  }
  return true;
}

std::string JsonPath(std::string_view path) {
  std::string out;
  for (size_t i = 0; i < path.size(); ++i) {
    bool quoted = path[i] == '[' && i + 1 < path.size() && (path[i + 1] == '"' || path[i + 1] == '\'');
    size_t close = quoted ? path.find(path[i + 1], i + 2) : std::string_view::npos;
    if (!quoted || close == std::string_view::npos) {
      out += path[i];
      continue;
    }
    out += ".\"" + std::string(path.substr(i + 2, close - i - 2)) + "\"";
    i = close + 1;  // past the ']'
  }
  return out;
}

}  // namespace tarn::sql
