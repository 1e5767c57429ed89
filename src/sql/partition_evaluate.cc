#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/strings.h"
#include "base/time.h"
#include "sql/internal/partition_node.h"
#include "sql/internal/printer.h"

namespace tarn::sql {
namespace {

constexpr std::string_view kHiveNull = "__HIVE_DEFAULT_PARTITION__";

using Value = PartitionValue;
template <typename T>
bool Holds(const Value& value) {
  return std::holds_alternative<T>(value);
}
Value Maybe() { return PartitionMaybe{}; }

int64_t DayOf(Timestamp time) {
  int64_t day = time.micros / kMicrosPerDay;
  return time.micros % kMicrosPerDay < 0 ? day - 1 : day;
}

Value ParseDate(std::string_view text) {
  int year = 0;
  int month = 0;
  int day = 0;
  char rest = 0;
  std::string copy(Trim(text));
  if (std::sscanf(copy.c_str(), "%d-%d-%d%c", &year, &month, &day, &rest) != 3) return Maybe();
  if (month < 1 || month > 12 || day < 1 || day > 31) return Maybe();
  return PartitionDate{DayOf(FromCivil(year, month, day))};
}

Value ParseTime(std::string_view text) {
  std::string copy(Trim(text));
  for (char& c : copy) {
    if (c == 'T') c = ' ';
  }
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, used = 0;
  double s = 0;
  int count = std::sscanf(copy.c_str(), "%d-%d-%d%n %d:%d%n:%lf%n", &y, &mo, &d, &used, &h, &mi, &used, &s, &used);
  bool whole = (count == 3 || count == 5 || count == 6) && static_cast<size_t>(used) == copy.size();
  if (!whole || mo < 1 || mo > 12 || d < 1 || d > 31) return Maybe();
  return PartitionTime{FromCivil(y, mo, d, h, mi, 0).micros + std::llround(s * 1e6)};
}

Value ParseDouble(const std::string& text) {
  char* end = nullptr;
  double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0') return Maybe();
  return value;
}

Value Parse(const std::string& text, const Type& type) {
  if (text == kHiveNull) return PartitionNull{};
  if (type.IsString()) return text;
  if (type.IsInteger()) {
    auto value = ParseI64(text);
    return value ? Value(*value) : Maybe();
  }
  if (type.IsNumeric()) return ParseDouble(text);
  if (type.Is(TypeKind::kDate)) return ParseDate(text);
  if (type.Is(TypeKind::kTimestamp)) return ParseTime(text);
  if (type.Is(TypeKind::kBoolean)) {
    if (EqualsIgnoreCase(text, "true")) return true;
    if (EqualsIgnoreCase(text, "false")) return false;
  }
  return Maybe();
}

// -1, 0, 1, or nothing when the two cannot be compared here.
std::optional<int> CompareValues(const Value& a, const Value& b) {
  auto sign = [](auto x, auto y) { return x < y ? -1 : x > y ? 1 : 0; };
  if (Holds<int64_t>(a) && Holds<int64_t>(b)) return sign(std::get<int64_t>(a), std::get<int64_t>(b));
  auto number = [](const Value& v) -> std::optional<double> {
    if (Holds<int64_t>(v)) return static_cast<double>(std::get<int64_t>(v));
    if (Holds<double>(v)) return std::get<double>(v);
    return std::nullopt;
  };
  auto x = number(a);
  auto y = number(b);
  if (x && y) return sign(*x, *y);
  if (Holds<std::string>(a) && Holds<std::string>(b)) return sign(std::get<std::string>(a), std::get<std::string>(b));
  if (Holds<bool>(a) && Holds<bool>(b)) return sign(std::get<bool>(a), std::get<bool>(b));
  auto micros = [](const Value& v) -> std::optional<int64_t> {
    if (Holds<PartitionDate>(v)) return std::get<PartitionDate>(v).days * kMicrosPerDay;
    if (Holds<PartitionTime>(v)) return std::get<PartitionTime>(v).micros;
    return std::nullopt;
  };
  auto s = micros(a);
  auto t = micros(b);
  if (s && t) return sign(*s, *t);
  return std::nullopt;
}

Value Compare(const std::string& op, const Value& a, const Value& b) {
  auto order = CompareValues(a, b);
  if (!order) return Maybe();
  if (op == "=") return *order == 0;
  if (op == "<>") return *order != 0;
  if (op == "<") return *order < 0;
  if (op == "<=") return *order <= 0;
  if (op == ">") return *order > 0;
  return *order >= 0;
}

// `ends` is what decides at once: false for AND, true for OR.
Value Combine(const PartitionNode& node, const std::vector<std::string>* values, bool ends) {
  bool maybe = false;
  bool null = false;
  for (const auto& arg : node.args) {
    Value value = EvaluatePartitionNode(*arg, values);
    if (Holds<PartitionNull>(value))
      null = true;
    else if (!Holds<bool>(value))
      maybe = true;
    else if (std::get<bool>(value) == ends)
      return ends;
  }
  if (maybe) return Maybe();
  if (null) return PartitionNull{};
  return !ends;
}

bool Like(std::string_view text, std::string_view pattern, char escape) {
  size_t t = 0, p = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    bool escaped = p < pattern.size() && escape != 0 && pattern[p] == escape && p + 1 < pattern.size();
    char want = escaped ? pattern[p + 1] : p < pattern.size() ? pattern[p] : '\0';
    if (p < pattern.size() && !escaped && want == '%') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && ((!escaped && want == '_') || want == text[t])) {
      p += escaped ? 2 : 1;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '%') ++p;
  return p == pattern.size();
}

Timestamp TimeOf(const Value& value) {
  if (Holds<PartitionDate>(value)) return {std::get<PartitionDate>(value).days * kMicrosPerDay};
  return {std::get<PartitionTime>(value).micros};
}
bool IsTime(const Value& value) { return Holds<PartitionDate>(value) || Holds<PartitionTime>(value); }

Timestamp AddMonths(Timestamp time, int64_t months) {
  CivilTime c = ToCivil(time);
  int64_t total = c.year * 12LL + (c.month - 1) + months;
  int64_t year = total >= 0 ? total / 12 : -((-total + 11) / 12);
  int month = static_cast<int>(total - year * 12) + 1;
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  int last = kDays[month - 1] + (month == 2 && leap ? 1 : 0);
  int64_t of_day = time.micros - DayOf(time) * kMicrosPerDay;
  return FromCivil(static_cast<int>(year), month, std::min(c.day, last)).Plus(of_day);
}

Value AddSpan(const Value& value, const PartitionSpan& span, int sign) {
  if (span.months > 120000 || span.months < -120000) return Maybe();
  Timestamp sum = AddMonths(TimeOf(value), sign * span.months).Plus(sign * span.micros);
  if (Holds<PartitionDate>(value)) return PartitionDate{DayOf(sum)};
  return PartitionTime{sum.micros};
}

Value Arithmetic(const std::string& op, const Value& a, const Value& b) {
  bool minus = op == "-";
  if (IsTime(a) && Holds<PartitionSpan>(b) && (op == "+" || minus))
    return AddSpan(a, std::get<PartitionSpan>(b), minus ? -1 : 1);
  if (Holds<PartitionSpan>(a) && IsTime(b) && op == "+") return AddSpan(b, std::get<PartitionSpan>(a), 1);
  if (!Holds<int64_t>(a) || !Holds<int64_t>(b)) return Maybe();
  int64_t x = std::get<int64_t>(a);
  int64_t y = std::get<int64_t>(b);
  int64_t out = 0;
  if (op == "+" && !__builtin_add_overflow(x, y, &out)) return out;
  if (op == "-" && !__builtin_sub_overflow(x, y, &out)) return out;
  if (op == "*" && !__builtin_mul_overflow(x, y, &out)) return out;
  if (y == 0 || y == -1) return Maybe();
  if (op == "/") return x / y;
  if (op == "%") return x % y;
  return Maybe();
}

// The letters of DuckDB's strftime that dates in partition values use.
Value FormatTime(const Value& value, std::string_view format) {
  Timestamp time = TimeOf(value);
  CivilTime c = ToCivil(time);
  std::string out;
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      out += format[i];
      continue;
    }
    bool bare = i + 1 < format.size() && format[i + 1] == '-';
    i += bare ? 2 : 1;
    auto number = [&](int n) { out += bare ? std::to_string(n) : fmt::format("{:02}", n); };
    switch (i < format.size() ? format[i] : '\0') {
      case 'Y':
        out += fmt::format("{:04}", c.year);
        break;
      case 'y':
        out += fmt::format("{:02}", c.year % 100);
        break;
      case 'm':
        number(c.month);
        break;
      case 'd':
        number(c.day);
        break;
      case 'H':
        number(c.hour);
        break;
      case 'M':
        number(c.minute);
        break;
      case 'S':
        number(c.second);
        break;
      case '%':
        out += '%';
        break;
      default:
        return Maybe();
    }
  }
  return out;
}

Value ReadTime(const std::string& text, std::string_view format) {
  int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0;
  size_t at = 0;
  auto number = [&](size_t digits, int* out) {
    size_t from = at;
    while (at < text.size() && at - from < digits && text[at] >= '0' && text[at] <= '9') ++at;
    if (at == from) return false;
    *out = std::atoi(text.substr(from, at - from).c_str());
    return true;
  };
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      if (at >= text.size() || text[at++] != format[i]) return Maybe();
      continue;
    }
    if (i + 1 < format.size() && format[i + 1] == '-') ++i;
    bool ok = false;
    switch (++i < format.size() ? format[i] : '\0') {
      case 'Y':
        ok = number(4, &year);
        break;
      case 'm':
        ok = number(2, &month);
        break;
      case 'd':
        ok = number(2, &day);
        break;
      case 'H':
        ok = number(2, &hour);
        break;
      case 'M':
        ok = number(2, &minute);
        break;
      case 'S':
        ok = number(2, &second);
        break;
      default:
        break;
    }
    if (!ok) return Maybe();
  }
  if (at != text.size() || month < 1 || month > 12 || day < 1 || day > 31) return Maybe();
  return PartitionTime{FromCivil(year, month, day, hour, minute, second).micros};
}

std::string TextOf(const Value& value) {
  if (Holds<int64_t>(value)) return std::to_string(std::get<int64_t>(value));
  if (Holds<bool>(value)) return std::get<bool>(value) ? "true" : "false";
  if (Holds<std::string>(value)) return std::get<std::string>(value);
  return std::get<std::string>(FormatTime(value, "%Y-%m-%d"));
}

Value Cast(const Value& value, const Type& to) {
  if (to.IsString()) {
    bool text = Holds<int64_t>(value) || Holds<bool>(value) || Holds<std::string>(value) || Holds<PartitionDate>(value);
    if (!text || to.Is(TypeKind::kChar) || to.length > 0) return Maybe();
    return TextOf(value);
  }
  if (Holds<std::string>(value)) {
    const std::string& text = std::get<std::string>(value);
    return text == kHiveNull ? Maybe() : Parse(text, to);
  }
  if (to.IsInteger() && Holds<int64_t>(value)) return value;
  if (to.Is(TypeKind::kDouble) && Holds<int64_t>(value)) return static_cast<double>(std::get<int64_t>(value));
  if (to.Is(TypeKind::kDate) && IsTime(value)) return PartitionDate{DayOf(TimeOf(value))};
  if ((to.Is(TypeKind::kTimestamp) || to.Is(TypeKind::kTimestampTz)) && IsTime(value))
    return PartitionTime{TimeOf(value).micros};
  return Maybe();
}

Value Truncate(const std::string& unit, const Value& value) {
  Timestamp time = TimeOf(value);
  CivilTime c = ToCivil(time);
  Timestamp out;
  if (unit == "year")
    out = FromCivil(c.year, 1, 1);
  else if (unit == "month")
    out = FromCivil(c.year, c.month, 1);
  else if (unit == "day")
    out = FromCivil(c.year, c.month, c.day);
  else if (unit == "hour")
    out = FromCivil(c.year, c.month, c.day, c.hour);
  else
    return Maybe();
  if (Holds<PartitionDate>(value)) return PartitionDate{DayOf(out)};
  return PartitionTime{out.micros};
}

Value Substr(const std::vector<Value>& args) {
  const std::string& text = std::get<std::string>(args[0]);
  if (!Holds<int64_t>(args[1]) || (args.size() > 2 && !Holds<int64_t>(args[2]))) return Maybe();
  for (char c : text) {
    if (c & 0x80) return Maybe();
  }
  int64_t start = std::get<int64_t>(args[1]);
  if (start < 1) return Maybe();
  if (start > static_cast<int64_t>(text.size())) return std::string();
  size_t length =
      args.size() > 2 ? static_cast<size_t>(std::max<int64_t>(0, std::get<int64_t>(args[2]))) : std::string::npos;
  return text.substr(static_cast<size_t>(start - 1), length);
}

Value TimeFunction(const std::string& name, const std::vector<Value>& args) {
  CivilTime c = ToCivil(TimeOf(args[0]));
  if (name == "year") return static_cast<int64_t>(c.year);
  if (name == "month") return static_cast<int64_t>(c.month);
  if (name == "day" || name == "day_of_month") return static_cast<int64_t>(c.day);
  if (name == "hour") return static_cast<int64_t>(c.hour);
  if (name == "date") return PartitionDate{DayOf(TimeOf(args[0]))};
  std::string format;
  bool text = args.size() == 2 && Holds<std::string>(args[1]);
  if (name == "date_format" && text && FormatFromMysql(std::get<std::string>(args[1]), &format))
    return FormatTime(args[0], format);
  if (name == "format_datetime" && text && FormatFromJoda(std::get<std::string>(args[1]), &format))
    return FormatTime(args[0], format);
  return Maybe();
}

Value DateAdd(const std::vector<Value>& args) {
  bool fits = args.size() == 3 && Holds<std::string>(args[0]) && Holds<int64_t>(args[1]) && IsTime(args[2]);
  if (!fits) return Maybe();
  const std::string& unit = std::get<std::string>(args[0]);
  int64_t n = std::get<int64_t>(args[1]);
  if (n > 1'000'000 || n < -1'000'000) return Maybe();
  if (unit == "month") return AddSpan(args[2], {n, 0}, 1);
  if (unit == "year") return AddSpan(args[2], {n * 12, 0}, 1);
  if (unit == "day") return AddSpan(args[2], {0, n * kMicrosPerDay}, 1);
  if (unit == "week") return AddSpan(args[2], {0, n * 7 * kMicrosPerDay}, 1);
  if (unit == "hour" && Holds<PartitionTime>(args[2])) return AddSpan(args[2], {0, n * 3600 * kMicrosPerSecond}, 1);
  return Maybe();
}

Value Apply(const PartitionNode& node, const std::vector<Value>& args) {
  const std::string& name = node.name;
  if (name == "not") return Holds<bool>(args[0]) ? Value(!std::get<bool>(args[0])) : Maybe();
  if (name == "cast") return Cast(args[0], node.type);
  if (name == "+" || name == "-" || name == "*" || name == "/" || name == "%")
    return Arithmetic(name, args[0], args[1]);
  if (name == "||" || name == "concat") {
    std::string out;
    for (const Value& arg : args) {
      if (!Holds<std::string>(arg)) return Maybe();
      out += std::get<std::string>(arg);
    }
    return out;
  }
  if (name == "like") {
    bool texts = Holds<std::string>(args[0]) && Holds<std::string>(args[1]);
    if (!texts) return Maybe();
    char escape = 0;
    if (args.size() > 2 && Holds<std::string>(args[2]) && std::get<std::string>(args[2]).size() == 1)
      escape = std::get<std::string>(args[2])[0];
    bool ascii = true;
    for (char c : std::get<std::string>(args[0])) ascii = ascii && !(c & 0x80);
    return ascii ? Value(Like(std::get<std::string>(args[0]), std::get<std::string>(args[1]), escape)) : Maybe();
  }
  if (name == "date_add") return DateAdd(args);
  if (!args.empty() && IsTime(args[0])) return TimeFunction(name, args);
  if (args.empty() || !Holds<std::string>(args[0])) return Maybe();
  const std::string& text = std::get<std::string>(args[0]);
  if (name == "lower") return AsciiLower(text);
  if (name == "upper") return AsciiUpper(text);
  if (name == "trim") return std::string(Trim(text));
  if (name == "substr" || name == "substring") return Substr(args);
  if (name == "date" || name == "from_iso8601_date") return ParseDate(text);
  if (name == "date_trunc" && args.size() == 2 && IsTime(args[1])) return Truncate(text, args[1]);
  std::string format;
  bool parse = args.size() == 2 && Holds<std::string>(args[1]);
  if (name == "date_parse" && parse && FormatFromMysql(std::get<std::string>(args[1]), &format))
    return ReadTime(text, format);
  return Maybe();
}

// Whether a NULL argument makes the result NULL; coalesce and its like do not.
bool IsStrict(std::string_view name) {
  static constexpr std::string_view kStrict[] = {"=",
                                                 "<>",
                                                 "<",
                                                 "<=",
                                                 ">",
                                                 ">=",
                                                 "not",
                                                 "cast",
                                                 "+",
                                                 "-",
                                                 "*",
                                                 "/",
                                                 "%",
                                                 "||",
                                                 "like",
                                                 "lower",
                                                 "upper",
                                                 "trim",
                                                 "substr",
                                                 "date",
                                                 "year",
                                                 "month",
                                                 "day",
                                                 "hour",
                                                 "concat",
                                                 "substring",
                                                 "date_add",
                                                 "date_trunc",
                                                 "date_parse",
                                                 "date_format",
                                                 "format_datetime",
                                                 "day_of_month"};
  return std::find(std::begin(kStrict), std::end(kStrict), name) != std::end(kStrict);
}

Value EvaluateIn(const PartitionNode& node, const std::vector<std::string>* values) {
  Value left = EvaluatePartitionNode(*node.args[0], values);
  if (Holds<PartitionMaybe>(left) || Holds<PartitionNull>(left)) return left;
  bool maybe = false;
  bool null = false;
  for (size_t i = 1; i < node.args.size(); ++i) {
    Value item = EvaluatePartitionNode(*node.args[i], values);
    if (Holds<PartitionNull>(item)) {
      null = true;
      continue;
    }
    Value equal = Compare("=", left, item);
    if (!Holds<bool>(equal))
      maybe = true;
    else if (std::get<bool>(equal))
      return true;
  }
  if (maybe) return Maybe();
  if (null) return PartitionNull{};
  return false;
}

}  // namespace

PartitionValue EvaluatePartitionNode(const PartitionNode& node, const std::vector<std::string>* values) {
  switch (node.kind) {
    case PartitionNode::kUnknown:
      return Maybe();
    case PartitionNode::kValue:
      return node.value;
    case PartitionNode::kKey:
      if (values == nullptr || node.index >= values->size()) return Maybe();
      return Parse((*values)[node.index], node.type);
    case PartitionNode::kCall:
      break;
  }
  if (node.name == "and") return Combine(node, values, false);
  if (node.name == "or") return Combine(node, values, true);
  if (node.name == "in") return EvaluateIn(node, values);
  std::vector<Value> args;
  bool null = false;
  bool maybe = false;
  for (const auto& arg : node.args) {
    args.push_back(EvaluatePartitionNode(*arg, values));
    null = null || Holds<PartitionNull>(args.back());
    maybe = maybe || Holds<PartitionMaybe>(args.back());
  }
  if (node.name == "isnull") return maybe ? Maybe() : Value(null);
  if (maybe) return Maybe();
  if (null) return IsStrict(node.name) ? Value(PartitionNull{}) : Maybe();
  bool compares = node.name == "=" || node.name == "<>" || node.name == "<" || node.name == "<=" || node.name == ">" ||
                  node.name == ">=";
  if (compares) return Compare(node.name, args[0], args[1]);
  return Apply(node, args);
}

bool RejectsNull(const PartitionNode& node) {
  std::vector<std::string> nulls(64, std::string(kHiveNull));
  PartitionValue result = EvaluatePartitionNode(node, &nulls);
  if (Holds<PartitionNull>(result)) return true;
  const bool* decided = std::get_if<bool>(&result);
  return decided != nullptr && !*decided;
}

}  // namespace tarn::sql
