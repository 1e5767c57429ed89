#include "catalog/partitions/partition_filter.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "catalog/errors.h"
#include "catalog/partitions/partition_value.h"

namespace tarn::catalog {

// One node of a compiled expression. Literals are kept in the order-preserving form of their key's kind.
struct PartitionExpression {
  enum class Kind : uint8_t { kAnd, kOr, kNot, kCompare, kIn, kBetween, kLike, kIsNull };
  enum class Order : uint8_t { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };

  Kind kind = Kind::kAnd;
  Order order = Order::kEqual;
  size_t key = 0;  // which partition key
  ValueKind value_kind = ValueKind::kText;
  std::vector<std::string> literals;
  std::vector<std::unique_ptr<PartitionExpression>> children;
};

namespace {

using Expression = PartitionExpression;
using Node = std::unique_ptr<Expression>;

constexpr size_t kDepthMax = 200;

struct Token {
  enum class Kind : uint8_t { kEnd, kWord, kQuotedName, kText, kNumber, kSymbol };
  Kind kind = Kind::kEnd;
  std::string text;  // words as written, texts unescaped
  bool Is(std::string_view symbol) const { return kind == Kind::kSymbol && text == symbol; }
  bool IsWord(std::string_view word) const { return kind == Kind::kWord && EqualsIgnoreCase(text, word); }
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNameStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0; }
bool IsNamePart(char c) { return IsNameStart(c) || IsDigit(c) || c == '-' || c == '.' || c == '$'; }
bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Reads a quoted run from `text` at `i`, a doubled quote standing for one; nothing when it never closes.
std::optional<std::string> ReadQuoted(std::string_view text, size_t& i) {
  const char quote = text[i++];
  std::string out;
  while (i < text.size()) {
    if (text[i] != quote) {
      out += text[i++];
    } else if (i + 1 < text.size() && text[i + 1] == quote) {
      out += quote;
      i += 2;
    } else {
      ++i;
      return out;
    }
  }
  return std::nullopt;
}

size_t NumberEnd(std::string_view text, size_t i) {
  if (text[i] == '-' || text[i] == '+') ++i;
  while (i < text.size() && (IsDigit(text[i]) || text[i] == '.')) ++i;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    size_t power = i + 1;
    if (power < text.size() && (text[power] == '-' || text[power] == '+')) ++power;
    if (power < text.size() && IsDigit(text[power])) {
      while (power < text.size() && IsDigit(text[power])) ++power;
      i = power;
    }
  }
  return i;
}

bool StartsNumber(std::string_view text, size_t i) {
  if (text[i] == '-' || text[i] == '+') ++i;
  if (i < text.size() && text[i] == '.') ++i;
  return i < text.size() && IsDigit(text[i]);
}

std::optional<std::vector<Token>> Tokenize(std::string_view text) {
  std::vector<Token> out;
  size_t i = 0;
  while (i < text.size()) {
    const char c = text[i];
    if (IsSpace(c)) {
      ++i;
    } else if (c == '\'' || c == '"' || c == '`') {
      std::optional<std::string> quoted = ReadQuoted(text, i);
      if (!quoted) return std::nullopt;
      out.push_back({c == '\'' ? Token::Kind::kText : Token::Kind::kQuotedName, std::move(*quoted)});
    } else if (StartsNumber(text, i)) {
      const size_t end = NumberEnd(text, i);
      out.push_back({Token::Kind::kNumber, std::string(text.substr(i, end - i))});
      i = end;
    } else if (IsNameStart(c)) {
      size_t end = i + 1;
      while (end < text.size() && IsNamePart(text[end])) ++end;
      out.push_back({Token::Kind::kWord, std::string(text.substr(i, end - i))});
      i = end;
    } else {
      static constexpr std::string_view kPairs[] = {"<>", "!=", "<=", ">=", "=="};
      const std::string_view two = text.substr(i, 2);
      const bool pair = std::ranges::find(kPairs, two) != std::end(kPairs);
      if (!pair && std::string_view("()=<>,").find(c) == std::string_view::npos) return std::nullopt;
      out.push_back({Token::Kind::kSymbol, pair ? std::string(two) : std::string(1, c)});
      i += pair ? 2 : 1;
    }
    // "(OR)" stands for "OR".
    const size_t n = out.size();
    if (n >= 3 && out[n - 1].Is(")") && out[n - 3].Is("(") && (out[n - 2].IsWord("and") || out[n - 2].IsWord("or"))) {
      out.pop_back();
      out.erase(out.end() - 2);
    }
  }
  return out;
}

// Recursive descent over the tokens. `Unsupported` carries no detail: Glue names the whole text.
class Parser {
 public:
  Parser(std::string_view text, std::vector<Token> tokens, const std::vector<Column>& keys)
      : text_(text), tokens_(std::move(tokens)), keys_(keys) {}

  Result<Node> Run() {
    TARN_TRY(Node root, Or());
    if (at_ != tokens_.size()) return Unsupported();
    return root;
  }

 private:
  Error Unsupported() const { return Fail(kInvalidInput, fmt::format("Unsupported expression '{}'", text_)); }

  const Token& Peek(size_t ahead = 0) const {
    static const Token kEnd;
    return at_ + ahead < tokens_.size() ? tokens_[at_ + ahead] : kEnd;
  }
  bool TakeWord(std::string_view word) {
    if (!Peek().IsWord(word)) return false;
    ++at_;
    return true;
  }
  bool TakeSymbol(std::string_view symbol) {
    if (!Peek().Is(symbol)) return false;
    ++at_;
    return true;
  }

  Result<Node> Chain(Expression::Kind kind, std::string_view word, Result<Node> (Parser::*next)()) {
    TARN_TRY(Node first, (this->*next)());
    if (!Peek().IsWord(word)) return first;
    auto node = std::make_unique<Expression>();
    node->kind = kind;
    node->children.push_back(std::move(first));
    while (TakeWord(word)) {
      TARN_TRY(Node more, (this->*next)());
      node->children.push_back(std::move(more));
    }
    return node;
  }
  Result<Node> Or() { return Chain(Expression::Kind::kOr, "or", &Parser::And); }
  Result<Node> And() { return Chain(Expression::Kind::kAnd, "and", &Parser::Not); }

  Result<Node> Not() {
    if (++depth_ > kDepthMax) return Unsupported();
    Result<Node> out = NotInner();
    --depth_;
    return out;
  }
  Result<Node> NotInner() {
    if (TakeWord("not")) {
      TARN_TRY(Node inner, Not());
      return Negate(std::move(inner));
    }
    // "(" opens an operand, as in "(a) = 1", or an expression, as in "(a = 1)": try the first, then the second.
    const size_t start = at_;
    std::optional<Token> left = Operand();
    if (left && IsOperator()) return Comparison(*left);
    at_ = start;
    if (!TakeSymbol("(")) return Unsupported();
    TARN_TRY(Node inner, Or());
    if (!TakeSymbol(")")) return Unsupported();
    return inner;
  }

  static Node Negate(Node inner) {
    auto node = std::make_unique<Expression>();
    node->kind = Expression::Kind::kNot;
    node->children.push_back(std::move(inner));
    return node;
  }

  bool IsOperator() const {
    const Token& token = Peek();
    if (token.kind == Token::Kind::kSymbol) return token.text != "(" && token.text != ")" && token.text != ",";
    return token.IsWord("is") || token.IsWord("in") || token.IsWord("not") || token.IsWord("between") ||
           token.IsWord("like");
  }

  // A name or a literal, in any number of parentheses.
  std::optional<Token> Operand() {
    size_t parentheses = 0;
    while (TakeSymbol("(")) ++parentheses;
    const Token& token = Peek();
    if (token.kind == Token::Kind::kEnd || token.kind == Token::Kind::kSymbol) return std::nullopt;
    Token out = token;
    ++at_;
    // DATE '2020-01-01' and TIMESTAMP '…' are the text that follows.
    if ((out.IsWord("date") || out.IsWord("timestamp")) && Peek().kind == Token::Kind::kText) out = tokens_[at_++];
    for (; parentheses > 0; --parentheses) {
      if (!TakeSymbol(")")) return std::nullopt;
    }
    return out;
  }

  static bool IsName(const Token& token) {
    return token.kind == Token::Kind::kWord || token.kind == Token::Kind::kQuotedName;
  }

  // Resolves `name` to a partition key and its kind.
  Status Bind(const Token& name, Expression& node) const {
    auto found = std::ranges::find_if(keys_, [&](const Column& key) { return EqualsIgnoreCase(key.name, name.text); });
    if (found == keys_.end()) return Fail(kInvalidInput, "Invalid partition expression!");
    const std::string type = found->type.value_or("string");
    std::optional<ValueKind> kind = KindOfType(type);
    if (!kind) return Fail(kInvalidInput, fmt::format("Unknown type : '{}'", type));
    node.key = static_cast<size_t>(found - keys_.begin());
    node.value_kind = *kind;
    return Ok();
  }

  Status AddLiteral(const Token& literal, Expression& node) const {
    if (IsName(literal)) return Unsupported();
    std::optional<std::string> ordered = Ordered(node.value_kind, literal.text);
    if (!ordered) return Fail(kInvalidInput, NotOfKind(node.value_kind, literal.text));
    node.literals.push_back(std::move(*ordered));
    return Ok();
  }

  Result<Node> Comparison(const Token& left) {
    if (Peek().kind == Token::Kind::kSymbol) return Ordering(left);
    if (!IsName(left)) return Unsupported();
    auto node = std::make_unique<Expression>();
    if (TakeWord("is")) {
      const bool negated = TakeWord("not");
      if (!TakeWord("null")) return Unsupported();
      node->kind = Expression::Kind::kIsNull;
      TARN_CHECK(Bind(left, *node));
      return negated ? Negate(std::move(node)) : std::move(node);
    }
    const bool negated = TakeWord("not");
    TARN_CHECK(Bind(left, *node));
    if (TakeWord("in")) {
      TARN_CHECK(InList(*node));
    } else if (TakeWord("between")) {
      TARN_CHECK(Between(*node));
    } else if (TakeWord("like")) {
      TARN_CHECK(LikePattern(*node));
    } else {
      return Unsupported();
    }
    return negated ? Negate(std::move(node)) : std::move(node);
  }

  Result<Node> Ordering(const Token& left) {
    using Order = Expression::Order;
    static constexpr std::pair<std::string_view, Order> kOrders[] = {
        {"=", Order::kEqual}, {"==", Order::kEqual},  {"<>", Order::kNotEqual},  {"!=", Order::kNotEqual},
        {"<", Order::kLess},  {">", Order::kGreater}, {"<=", Order::kLessEqual}, {">=", Order::kGreaterEqual},
    };
    auto node = std::make_unique<Expression>();
    node->kind = Expression::Kind::kCompare;
    const std::string& symbol = Peek().text;
    auto order = std::ranges::find_if(kOrders, [&](const auto& entry) { return entry.first == symbol; });
    if (order == std::end(kOrders)) return Unsupported();
    node->order = order->second;
    ++at_;
    std::optional<Token> right = Operand();
    if (!right || IsName(left) == IsName(*right)) return Unsupported();
    const bool flipped = IsName(*right);
    TARN_CHECK(Bind(flipped ? *right : left, *node));
    TARN_CHECK(AddLiteral(flipped ? left : *right, *node));
    if (flipped) {
      switch (node->order) {
        case Order::kLess:
          node->order = Order::kGreater;
          break;
        case Order::kGreater:
          node->order = Order::kLess;
          break;
        case Order::kLessEqual:
          node->order = Order::kGreaterEqual;
          break;
        case Order::kGreaterEqual:
          node->order = Order::kLessEqual;
          break;
        case Order::kEqual:
        case Order::kNotEqual:
          break;
      }
    }
    return node;
  }

  Status InList(Expression& node) {
    node.kind = Expression::Kind::kIn;
    if (!TakeSymbol("(")) return Unsupported();
    do {
      std::optional<Token> literal = Operand();
      if (!literal) return Unsupported();
      TARN_CHECK(AddLiteral(*literal, node));
    } while (TakeSymbol(","));
    if (!TakeSymbol(")")) return Unsupported();
    return Ok();
  }

  Status Between(Expression& node) {
    node.kind = Expression::Kind::kBetween;
    std::optional<Token> low = Operand();
    if (!low || !TakeWord("and")) return Unsupported();
    std::optional<Token> high = Operand();
    if (!high) return Unsupported();
    TARN_CHECK(AddLiteral(*low, node));
    return AddLiteral(*high, node);
  }

  Status LikePattern(Expression& node) {
    node.kind = Expression::Kind::kLike;
    std::optional<Token> pattern = Operand();
    if (!pattern || IsName(*pattern)) return Unsupported();
    if (node.value_kind != ValueKind::kText) {
      return Fail(kInvalidInput,
                  fmt::format("{} data type doesn't support operation 'LIKE'", KindName(node.value_kind)));
    }
    node.literals.push_back(pattern->text);
    return Ok();
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  const std::vector<Column>& keys_;
  size_t at_ = 0;
  size_t depth_ = 0;
};

Truth ToTruth(bool value) { return value ? Truth::kTrue : Truth::kFalse; }

bool Holds(const Expression& node, const std::string& value) {
  const auto& literals = node.literals;
  switch (node.kind) {
    case Expression::Kind::kIn:
      return std::ranges::find(literals, value) != literals.end();
    case Expression::Kind::kBetween:
      return literals[0] <= value && value <= literals[1];
    case Expression::Kind::kLike:
      return Like(value, literals[0]);
    default:
      break;
  }
  const int order = value.compare(literals[0]);
  switch (node.order) {
    case Expression::Order::kEqual:
      return order == 0;
    case Expression::Order::kNotEqual:
      return order != 0;
    case Expression::Order::kLess:
      return order < 0;
    case Expression::Order::kLessEqual:
      return order <= 0;
    case Expression::Order::kGreater:
      return order > 0;
    case Expression::Order::kGreaterEqual:
      return order >= 0;
  }
  return false;
}

Result<Truth> Evaluate(const Expression& node, std::span<const std::string> values);

// AND when `dominant` is false, OR when it is true: one dominant child decides.
Result<Truth> EvaluateChain(const Expression& node, std::span<const std::string> values, Truth dominant) {
  Truth out = dominant == Truth::kFalse ? Truth::kTrue : Truth::kFalse;
  for (const auto& child : node.children) {
    TARN_TRY(Truth truth, Evaluate(*child, values));
    if (truth == dominant) return dominant;
    if (truth == Truth::kUnknown) out = Truth::kUnknown;
  }
  return out;
}

Result<Truth> Evaluate(const Expression& node, std::span<const std::string> values) {
  switch (node.kind) {
    case Expression::Kind::kAnd:
      return EvaluateChain(node, values, Truth::kFalse);
    case Expression::Kind::kOr:
      return EvaluateChain(node, values, Truth::kTrue);
    case Expression::Kind::kNot: {
      TARN_TRY(Truth inner, Evaluate(*node.children.front(), values));
      if (inner == Truth::kUnknown) return inner;
      return ToTruth(inner == Truth::kFalse);
    }
    default:
      break;
  }
  if (node.key >= values.size()) return Truth::kUnknown;
  const std::string& value = values[node.key];
  const bool null = value == kHiveNull;
  if (node.kind == Expression::Kind::kIsNull) return ToTruth(null);
  if (null) return Truth::kUnknown;
  if (node.value_kind == ValueKind::kText) return ToTruth(Holds(node, value));
  std::optional<std::string> ordered = Ordered(node.value_kind, value);
  if (!ordered) return Fail(kInvalidState, NotOfKind(node.value_kind, value));
  return ToTruth(Holds(node, *ordered));
}

}  // namespace

PartitionPredicate::PartitionPredicate(std::unique_ptr<PartitionExpression> root) : root_(std::move(root)) {}
PartitionPredicate::PartitionPredicate(PartitionPredicate&&) noexcept = default;
PartitionPredicate& PartitionPredicate::operator=(PartitionPredicate&&) noexcept = default;
PartitionPredicate::~PartitionPredicate() = default;

Result<PartitionPredicate> PartitionPredicate::Compile(std::string_view text,
                                                       const std::vector<Column>& partition_keys) {
  if (Trim(text).empty()) return PartitionPredicate(nullptr);
  std::optional<std::vector<Token>> tokens = Tokenize(text);
  if (!tokens) return Fail(kInvalidInput, fmt::format("Unsupported expression '{}'", text));
  TARN_TRY(Node root, Parser(text, std::move(*tokens), partition_keys).Run());
  return PartitionPredicate(std::move(root));
}

Result<Truth> PartitionPredicate::Test(std::span<const std::string> leading) const {
  if (root_ == nullptr) return Truth::kTrue;
  return Evaluate(*root_, leading);
}

Result<bool> PartitionPredicate::Matches(const std::vector<std::string>& values) const {
  TARN_TRY(Truth truth, Test(values));
  return truth == Truth::kTrue;
}

}  // namespace tarn::catalog
