// Splits a statement into tokens with positions.
//
// Two string rules: Trino's ('' is the only escape, "x" is an identifier) and Hive's (backslash escapes, "x" is a
// string, `x` an identifier). Never fails: what is no token becomes kBad, an unclosed quote too, and the parser says
// so.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sql/ast.h"

namespace tarn::sql {

enum class TokenKind : uint8_t {
  kWord,        // unquoted; text as written, upper = upper case
  kQuotedWord,  // "x" or `x`; text unquoted
  kString,      // text unescaped
  kBinary,      // X'..'; text = the hex digits without blanks
  kInteger,
  kDecimal,
  kDouble,
  kSymbol,  // ( ) [ ] , . ; + - * / % || = <> != < <= > >= ? -> => : | ^ $
  kBad,
  kEnd,
};

enum class StringRule : uint8_t { kTrino, kHive };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;
  std::string upper;  // kWord only
  Position pos;
  size_t offset = 0;  // byte range in the statement
  size_t end = 0;
};

// The last token is always kEnd.
std::vector<Token> Tokenize(std::string_view text, StringRule rule);

}  // namespace tarn::sql
