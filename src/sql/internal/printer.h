// Prints an analyzed tree as DuckDB SQL; its methods lie in print_*.cc by part of the grammar.
//
// Every column is printed qualified by its relation's unique alias, so DuckDB's own name rules never decide.
// Texts nest without regard to precedence: each compound expression stands in parentheses.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sql/analyze.h"
#include "sql/internal/functions.h"

namespace tarn::sql {

class Printer {
 public:
  Printer(const Plan& plan, const AnalyzeContext& context, const PrintOptions& options, bool shallow = false)
      : plan_(plan), context_(context), options_(options), shallow_(shallow) {}

  std::string TopQuery(const Query& query);
  std::string QueryInto(const Query& query, const std::vector<TableColumn>& target);
  std::string Text(const Expr& expr);

 private:
  using Names = std::vector<std::string>;

  // print_query.cc
  std::string QueryText(const Query& query, const Names& names);
  std::string WithText(const Query& query);
  std::string BodyText(const Body& body, const Names& names);
  std::string SelectText(const Select& select, const Names& names);
  std::string ItemsText(const Select& select, const Names& names);
  std::string ValuesText(const Body& body, const Names& names);
  std::string GroupByText(const Select& select);
  std::string GroupKey(const Expr& expr);
  std::string SortText(const std::vector<SortItem>& items);
  std::string RelationText(const Relation& relation);
  std::string TableText(const Relation& relation);
  std::string UnnestText(const Relation& relation);
  std::string JoinText(const Relation& relation);
  std::string SubqueryText(const Query& query);

  // print_expr.cc
  std::string CastExprText(const Expr& expr);
  std::string LiteralText(const Expr& expr);
  std::string TypedText(const Expr& expr);
  std::string IntervalText(const Expr& expr);
  std::string ReferenceText(const ColumnRef& ref);
  std::string IdentifierText(const Expr& expr);
  std::string ArithmeticText(const Expr& expr);
  std::string TemporalText(const Expr& expr, const std::string& a, const std::string& b);
  std::string ConcatText(const std::vector<ExprPtr>& args, const Type& type);
  std::string CompareText(const Expr& expr);
  std::string LikeText(const Expr& expr);
  std::string InText(const Expr& expr);
  std::string CaseText(const Expr& expr);
  std::string LambdaText(const Expr& expr);
  std::string RowText(const Expr& expr);
  std::string SubscriptText(const Expr& expr);
  std::string CurrentText(const Expr& expr);
  std::string ZonedText(const std::string& value, const Type& type, const std::string& zone);
  std::string NonZero(const Expr& divisor);
  std::string ErrorText(std::string_view message);
  std::string ListText(const std::vector<ExprPtr>& args, std::string_view separator, size_t from = 0);

  // print_cast.cc
  std::string CastText(const Type& from, const Type& to, const std::string& text, bool attempt);
  std::string CastToVarchar(const Type& from, const Type& to, const std::string& text, bool attempt);
  std::string CastToInteger(const Type& from, const Type& to, const std::string& text, bool attempt);
  std::string CastNested(const Type& from, const Type& to, const std::string& text, bool attempt);
  std::string CastRow(const Type& from, const Type& to, const std::string& text, bool attempt);
  static bool PlainCast(const Type& from, const Type& to);

  // print_call.cc, print_special.cc
  std::string CallText(const Expr& expr);
  std::string DefaultCall(std::string_view name, const Expr& expr);
  std::string FillTemplate(std::string_view text, const Expr& expr, const Type& result);
  std::string FillPart(std::string_view part, const Expr& expr, const Names& args, const Type& result);
  std::string AggregateTail(const Expr& expr);
  std::string WindowText(const Window& window);
  std::string SpecialText(std::string_view name, const Expr& expr);
  std::string SubstrText(const Expr& expr);
  std::string RegexpReplaceText(const Expr& expr);
  std::string DateAddText(const Expr& expr);
  std::string DateFormatText(std::string_view name, const Expr& expr);
  std::string ExtractText(const Expr& expr);
  std::string MapLambdaText(std::string_view name, const Expr& expr);
  std::string ReduceText(const Expr& expr);
  std::string ZipWithText(const Expr& expr);
  std::string GreatestText(const Expr& expr);
  std::string FormatText(const Expr& expr);
  // body(variable) with `value` computed once.
  template <typename Body>
  std::string Let(const std::string& value, Body body);
  std::string LetAll(Names values, const std::function<std::string(const Names&)>& body);
  std::string FreshVariable();

  const Plan& plan_;
  const AnalyzeContext& context_;
  const PrintOptions& options_;
  bool shallow_;
  int try_depth_ = 0;
  int variables_ = 0;
  std::vector<std::pair<std::string, std::string>> lambda_texts_;  // parameter → what it is printed as
};

// Whether a text is bound to a variable rather than repeated: long ones, and those that macros expand again. Without
// this, nesting would double the text at each level.
inline constexpr size_t kRepeatedTextMax = 100;
inline bool Costly(std::string_view text) {
  return text.size() > kRepeatedTextMax || text.find("tarn_") != std::string_view::npos;
}

template <typename Body>
std::string Printer::Let(const std::string& value, Body body) {
  if (!Costly(value)) return body(value);
  std::string variable = FreshVariable();
  return "list_transform([" + value + "], lambda " + variable + ": " + body(variable) + ")[1]";
}

// MySQL's (date_parse, date_format) and Joda's format letters as DuckDB's; false for a letter DuckDB has no match for.
bool FormatFromMysql(std::string_view format, std::string* out);
bool FormatFromJoda(std::string_view format, std::string* out);
// Trino's JSON path as DuckDB's: $["a"] and $['a'] become $."a".
std::string JsonPath(std::string_view path);

}  // namespace tarn::sql
