#include "sql/internal/lexer.h"

#include "base/strings.h"
#include "base/utf8.h"

namespace tarn::sql {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

class Lexer {
 public:
  Lexer(std::string_view text, StringRule rule) : text_(text), rule_(rule) {}

  std::vector<Token> Run() {
    std::vector<Token> tokens;
    for (;;) {
      SkipBlanks();
      Token token;
      token.pos = pos_;
      token.offset = at_;
      if (at_ < text_.size()) Read(&token);
      token.end = at_;
      if (token.kind == TokenKind::kWord) token.upper = AsciiUpper(token.text);
      tokens.push_back(std::move(token));
      if (tokens.back().kind == TokenKind::kEnd) return tokens;
    }
  }

 private:
  char Peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void Advance() {
    char c = text_[at_++];
    if (c == '\n') {
      ++pos_.line;
      pos_.column = 1;
    } else if ((c & 0xC0) != 0x80) {
      ++pos_.column;
    }
  }

  void SkipBlanks() {
    while (at_ < text_.size()) {
      char c = Peek();
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v') {
        Advance();
      } else if (c == '-' && Peek(1) == '-') {
        while (at_ < text_.size() && Peek() != '\n') Advance();
      } else if (c == '/' && Peek(1) == '*') {
        size_t close = text_.find("*/", at_ + 2);
        size_t stop = close == std::string_view::npos ? text_.size() : close + 2;
        while (at_ < stop) Advance();
      } else if (text_.substr(at_).starts_with("\xC2\xA0") || text_.substr(at_).starts_with("\xEF\xBB\xBF")) {
        Advance();  // no-break space, byte order mark
        while (at_ < text_.size() && (Peek() & 0xC0) == 0x80) Advance();
      } else {
        return;
      }
    }
  }

  void Read(Token* token) {
    char c = Peek();
    if ((c == 'x' || c == 'X') && Peek(1) == '\'') return Binary(token);
    if (IsLetter(c) || (c & 0x80)) return Word(token);
    if (IsDigit(c) || (c == '.' && IsDigit(Peek(1)))) return Number(token);
    if (c == '\'') return Quoted(token, c, TokenKind::kString);
    if (c == '"') return Quoted(token, c, rule_ == StringRule::kHive ? TokenKind::kString : TokenKind::kQuotedWord);
    if (c == '`') return Quoted(token, c, TokenKind::kQuotedWord);
    Symbol(token);
  }

  void Word(Token* token) {
    size_t from = at_;
    // Trino's identifiers also take '@' and ':' no more; Hive's may begin with a digit (see Number).
    while (at_ < text_.size() && (IsLetter(Peek()) || IsDigit(Peek()) || (Peek() & 0x80))) Advance();
    token->kind = TokenKind::kWord;
    token->text = std::string(text_.substr(from, at_ - from));
  }

  void Number(Token* token) {
    size_t from = at_;
    token->kind = TokenKind::kInteger;
    while (IsDigit(Peek())) Advance();
    if (Peek() == '.' && !(IsLetter(Peek(1)) && !(Peek(1) == 'e' || Peek(1) == 'E'))) {
      token->kind = TokenKind::kDecimal;
      Advance();
      while (IsDigit(Peek())) Advance();
    }
    size_t sign = (Peek(1) == '+' || Peek(1) == '-') ? 1 : 0;
    if ((Peek() == 'e' || Peek() == 'E') && IsDigit(Peek(1 + sign))) {
      token->kind = TokenKind::kDouble;
      for (size_t i = 0; i <= sign; ++i) Advance();
      while (IsDigit(Peek())) Advance();
    }
    if (IsLetter(Peek())) {  // 2024_sales: a name in Hive DDL, an error elsewhere
      while (IsLetter(Peek()) || IsDigit(Peek())) Advance();
      token->kind = rule_ == StringRule::kHive ? TokenKind::kWord : TokenKind::kBad;
    }
    token->text = std::string(text_.substr(from, at_ - from));
  }

  void Binary(Token* token) {
    size_t from = at_;
    Advance();
    Advance();
    while (at_ < text_.size() && Peek() != '\'') {
      if (IsHex(Peek()))
        token->text += Peek();
      else if (Peek() != ' ')
        token->kind = TokenKind::kBad;
      Advance();
    }
    bool bad = token->kind == TokenKind::kBad || at_ >= text_.size() || token->text.size() % 2 != 0;
    if (at_ < text_.size()) Advance();
    token->kind = bad ? TokenKind::kBad : TokenKind::kBinary;
    if (bad)
      token->text = std::string(text_.substr(from, at_ - from));
    else
      token->text = AsciiUpper(token->text);
  }

  void Quoted(Token* token, char quote, TokenKind kind) {
    size_t from = at_;
    bool escapes = rule_ == StringRule::kHive && quote != '`';
    token->kind = kind;
    Advance();
    while (at_ < text_.size()) {
      char c = Peek();
      if (escapes && c == '\\' && at_ + 1 < text_.size()) {
        Escape(&token->text);
        continue;
      }
      if (c == quote) {
        Advance();
        if (Peek() != quote) return;
        c = quote;
      }
      token->text += c;
      Advance();
    }
    token->kind = TokenKind::kBad;  // never closed
    token->text = std::string(text_.substr(from, 1));
  }

  // Hive's escapes: \ooo octal, \uXXXX, \n and friends; \% and \_ keep their backslash, others lose it.
  void Escape(std::string* out) {
    Advance();
    char c = Peek();
    bool octal = c >= '0' && c <= '3' && Peek(1) >= '0' && Peek(1) <= '7' && Peek(2) >= '0' && Peek(2) <= '7';
    if (octal) {
      AppendUtf8(*out, static_cast<uint32_t>((c - '0') * 64 + (Peek(1) - '0') * 8 + (Peek(2) - '0')));
      for (int i = 0; i < 3; ++i) Advance();
      return;
    }
    if (c == 'u' && IsHex(Peek(1)) && IsHex(Peek(2)) && IsHex(Peek(3)) && IsHex(Peek(4))) {
      uint32_t code = static_cast<uint32_t>(std::stoul(std::string(text_.substr(at_ + 1, 4)), nullptr, 16));
      AppendUtf8(*out, code);
      for (int i = 0; i < 5; ++i) Advance();
      return;
    }
    switch (c) {
      case '0':
        *out += '\0';
        break;
      case 'n':
        *out += '\n';
        break;
      case 't':
        *out += '\t';
        break;
      case 'r':
        *out += '\r';
        break;
      case 'b':
        *out += '\b';
        break;
      case 'Z':
        *out += '\x1a';
        break;
      case '%':
      case '_':
        *out += '\\', *out += c;
        break;
      default:
        *out += c;
    }
    Advance();
  }

  void Symbol(Token* token) {
    static constexpr std::string_view kTwo[] = {"||", "<>", "!=", "<=", ">=", "->", "=>"};
    token->kind = TokenKind::kSymbol;
    for (std::string_view two : kTwo) {
      if (text_.substr(at_).starts_with(two)) {
        Advance();
        Advance();
        token->text = std::string(two);
        return;
      }
    }
    token->text = std::string(1, Peek());
    if (std::string_view("()[],.;+-*/%=<>?:|^$").find(Peek()) == std::string_view::npos) token->kind = TokenKind::kBad;
    Advance();
  }

  std::string_view text_;
  StringRule rule_;
  size_t at_ = 0;
  Position pos_;
};

}  // namespace

std::vector<Token> Tokenize(std::string_view text, StringRule rule) { return Lexer(text, rule).Run(); }

}  // namespace tarn::sql
