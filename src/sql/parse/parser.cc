#include "sql/internal/parser.h"

#include <algorithm>

#include "base/strings.h"
#include "sql/errors.h"

namespace tarn::sql {
namespace {

// Trino's reserved words: no identifiers unless quoted.
constexpr std::string_view kReserved[] = {
    "ALTER",        "AND",        "AS",        "BETWEEN",        "BY",           "CASE",         "CAST",
    "CONSTRAINT",   "CREATE",     "CROSS",     "CUBE",           "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP",
    "CURRENT_USER", "DEALLOCATE", "DELETE",    "DESCRIBE",       "DISTINCT",     "DROP",         "ELSE",
    "END",          "ESCAPE",     "EXCEPT",    "EXECUTE",        "EXISTS",       "EXTRACT",      "FALSE",
    "FOR",          "FROM",       "FULL",      "GROUP",          "GROUPING",     "HAVING",       "IN",
    "INNER",        "INSERT",     "INTERSECT", "INTO",           "IS",           "JOIN",         "LEFT",
    "LIKE",         "LISTAGG",    "LOCALTIME", "LOCALTIMESTAMP", "NATURAL",      "NORMALIZE",    "NOT",
    "NULL",         "ON",         "OR",        "ORDER",          "OUTER",        "PREPARE",      "RECURSIVE",
    "RIGHT",        "ROLLUP",     "SELECT",    "SKIP",           "TABLE",        "THEN",         "TRIM",
    "TRUE",         "UESCAPE",    "UNION",     "UNNEST",         "USING",        "VALUES",       "WHEN",
    "WHERE",        "WITH",
};

bool IsReserved(std::string_view upper) {
  return std::binary_search(std::begin(kReserved), std::end(kReserved), upper);
}

}  // namespace

Parser::Parser(std::string_view text) : text_(text), tokens_(Tokenize(text, StringRule::kTrino)) {}

Parser::DepthGuard::DepthGuard(Parser* parser) : parser_(parser) {
  if (++parser_->depth_ > kTreeDepthMax) {
    --parser_->depth_;
    Throw(kParseError, "STACK_OVERFLOW: statement is too large (stack overflow while parsing)");
  }
}

const Token& Parser::Peek(size_t ahead) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }

const Token& Parser::Next() {
  const Token& token = Peek();
  if (at_ + 1 < tokens_.size()) ++at_;
  return token;
}

bool Parser::IsWord(std::string_view upper, size_t ahead) const {
  const Token& token = Peek(ahead);
  return token.kind == TokenKind::kWord && token.upper == upper;
}

bool Parser::IsSymbol(std::string_view symbol, size_t ahead) const {
  const Token& token = Peek(ahead);
  return token.kind == TokenKind::kSymbol && token.text == symbol;
}

void Parser::Expected(std::string_view what) {
  if (expected_at_ != at_) expected_.clear();
  expected_at_ = at_;
  expected_.insert(std::string(what));
}

bool Parser::AcceptWord(std::string_view upper) {
  if (IsWord(upper)) {
    Next();
    return true;
  }
  Expected(fmt::format("'{}'", upper));
  return false;
}

bool Parser::AcceptWords(std::string_view first, std::string_view second) {
  if (!IsWord(first) || !IsWord(second, 1)) return false;
  Next();
  Next();
  return true;
}

bool Parser::AcceptWords(std::string_view first, std::string_view second, std::string_view third) {
  if (!IsWord(third, 2)) return false;
  if (!AcceptWords(first, second)) return false;
  Next();
  return true;
}

bool Parser::AcceptSymbol(std::string_view symbol) {
  if (IsSymbol(symbol)) {
    Next();
    return true;
  }
  Expected(fmt::format("'{}'", symbol));
  return false;
}

void Parser::ExpectWord(std::string_view upper) {
  if (!AcceptWord(upper)) FailHere();
}

void Parser::ExpectSymbol(std::string_view symbol) {
  if (!AcceptSymbol(symbol)) FailHere();
}

void Parser::ExpectEnd() {
  while (IsSymbol(";")) Next();
  if (Peek().kind == TokenKind::kEnd) return;
  Expected("<EOF>");
  FailHere();
}

void Parser::FailHere() {
  const Token& token = Peek();
  std::string found = token.kind == TokenKind::kEnd ? "<EOF>" : Slice(token.offset, token.end);
  std::string message = fmt::format("line {}:{}: mismatched input '{}'", token.pos.line, token.pos.column, found);
  if (expected_at_ == at_ && !expected_.empty()) {
    message += ". Expecting: ";
    bool first = true;
    for (const std::string& what : expected_) {
      if (!first) message += ", ";
      message += what;
      first = false;
    }
  }
  Throw(kParseError, std::move(message));
}

// Reads the statement again by Hive's string rules; only while no string has been passed.
void Parser::SwitchToHive() {
  size_t offset = Peek().offset;
  tokens_ = Tokenize(text_, StringRule::kHive);
  at_ = 0;
  while (at_ + 1 < tokens_.size() && tokens_[at_].offset < offset) ++at_;
}

bool Parser::IsIdentifier(size_t ahead) const {
  const Token& token = Peek(ahead);
  if (token.kind == TokenKind::kQuotedWord) return true;
  return token.kind == TokenKind::kWord && !IsReserved(token.upper);
}

Identifier Parser::ParseIdentifier() {
  if (!IsIdentifier()) {
    Expected("<identifier>");
    FailHere();
  }
  const Token& token = Next();
  return {AsciiLower(token.text), token.pos, token.kind == TokenKind::kQuotedWord};
}

// Athena takes `x` in DDL only.
void Parser::RefuseBackquote() const {
  const Token& token = Peek();
  if (token.kind != TokenKind::kQuotedWord || text_[token.offset] != '`') return;
  Throw(kParseError,
        fmt::format("line {}:{}: backquoted identifiers are not supported; use double quotes to quote identifiers",
                    token.pos.line, token.pos.column));
}

TableName Parser::ParseTableName() {
  TableName name;
  name.pos = Peek().pos;
  std::vector<std::string> parts{ParseName()};
  while (AcceptSymbol(".")) parts.push_back(ParseName());
  // `db.table` in one pair of backticks is one identifier in Hive; Athena splits it as well.
  if (parts.size() > 3)
    Throw(kParseError,
          fmt::format("line {}:{}: Too many dots in table name: {}", name.pos.line, name.pos.column, Join(parts, ".")));
  name.table = parts.back();
  if (parts.size() > 1) name.database = parts[parts.size() - 2];
  if (parts.size() > 2) name.catalog = parts[0];
  return name;
}

std::string Parser::ParseString() {
  if (Peek().kind != TokenKind::kString) {
    Expected("<string>");
    FailHere();
  }
  return Next().text;
}

int64_t Parser::ParseInteger() {
  auto value = Peek().kind == TokenKind::kInteger ? ParseI64(Peek().text) : std::nullopt;
  if (!value) {
    Expected("<integer>");
    FailHere();
  }
  Next();
  return *value;
}

std::string Parser::Slice(size_t from, size_t to) const { return std::string(text_.substr(from, to - from)); }

// The text from the current token to the end, without the final ';'; leaves the parser at the end.
std::string Parser::RestOfText() {
  size_t from = Peek().offset;
  at_ = tokens_.size() - 1;
  size_t last = at_;
  while (last > 0 && tokens_[last - 1].kind == TokenKind::kSymbol && tokens_[last - 1].text == ";") --last;
  size_t to = last > 0 ? tokens_[last - 1].end : from;
  return to > from ? Slice(from, to) : "";
}

ExprPtr Parser::ParseWholeExpression() {
  ExprPtr expr = ParseExpr();
  ExpectEnd();
  return expr;
}

Result<Statement> Parse(std::string_view text) {
  try {
    return Parser(text).ParseStatement();
  } catch (Failure& failure) {
    return std::move(failure.error);
  }
}

Result<ExprPtr> ParseExpression(std::string_view text) {
  try {
    return Parser(text).ParseWholeExpression();
  } catch (Failure& failure) {
    return std::move(failure.error);
  }
}

}  // namespace tarn::sql
