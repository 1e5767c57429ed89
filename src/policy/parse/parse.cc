#include "policy/parse/parse.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "policy/errors.h"
#include "policy/parse/faults.h"

namespace tarn::policy {
namespace {

using Kind = ParseOptions::Kind;
using json::Value;

constexpr size_t kRawBytesMax = 1 << 20;
constexpr int kDepthMax = 16;
constexpr std::string_view kSpaces = " \t\r\n";

bool HasRepeatedKeys(const Value& value) {
  if (const auto* array = value.AsArray()) return std::ranges::any_of(*array, HasRepeatedKeys);
  const auto* object = value.AsObject();
  if (object == nullptr) return false;
  std::set<std::string_view> seen;
  return std::ranges::any_of(
      *object, [&](const auto& member) { return !seen.insert(member.first).second || HasRepeatedKeys(member.second); });
}

// A text, or a list of them; nothing for other values.
std::optional<std::vector<std::string>> Texts(const Value& value) {
  if (const auto* text = value.AsString()) return std::vector<std::string>{*text};
  const auto* array = value.AsArray();
  if (array == nullptr) return std::nullopt;
  std::vector<std::string> texts;
  for (const Value& item : *array) {
    const auto* text = item.AsString();
    if (text == nullptr) return std::nullopt;
    texts.push_back(*text);
  }
  return texts;
}

// What a condition may compare with: texts, and numbers and booleans without their quotes.
std::optional<std::string> Scalar(const Value& value) {
  if (const auto* text = value.AsString()) return *text;
  if (value.is_number() || value.is_bool()) return json::Write(value);
  return std::nullopt;
}

std::optional<std::vector<std::string>> Scalars(const Value& value) {
  std::vector<std::string> texts;
  const auto* array = value.AsArray();
  const json::Array one = array != nullptr ? json::Array{} : json::Array{value};
  for (const Value& item : array != nullptr ? *array : one) {
    auto text = Scalar(item);
    if (!text) return std::nullopt;
    texts.push_back(*std::move(text));
  }
  return texts;
}

std::optional<PrincipalName> PrincipalNameOf(std::string_view key) {
  if (key == "AWS") return PrincipalName::kAws;
  if (key == "CanonicalUser") return PrincipalName::kCanonicalUser;
  if (key == "Federated") return PrincipalName::kFederated;
  if (key == "Service") return PrincipalName::kService;
  return std::nullopt;
}

class Reader {
 public:
  Reader(const ParseOptions& options, AnyVersion any) : options_(options), any_version_(any) {}

  Result<Parsed> Read(std::string_view text) {
    if (!text.starts_with('{')) return Bad(IsSpace(text) ? Fault::kLeadingSpace : Fault::kFirstByte);
    auto document = json::Parse(text, {.bytes = kRawBytesMax, .depth = kDepthMax});
    if (document.Is(json::kTooLarge) && text.size() > kRawBytesMax) return TooLarge();
    if (!document.ok() || HasRepeatedKeys(*document)) return Bad(Fault::kJson);
    if (of_identity()) TARN_CHECK(CheckIdentityForm(*document, any_version_));
    Parsed parsed;
    TARN_TRY(parsed.statements, Statements(*document));
    parsed.normalized = Normalize(*document);
    if (Size(text, parsed) > options_.max_bytes) return TooLarge();
    return parsed;
  }

 private:
  static bool IsSpace(std::string_view text) { return !text.empty() && kSpaces.find(text[0]) != text.npos; }
  // IAM counts what is no white space; other services the text as they give it back.
  size_t Size(std::string_view text, const Parsed& parsed) const {
    if (options_.kind == Kind::kResource) return parsed.normalized.size();
    return static_cast<size_t>(std::ranges::count_if(text, [](char c) { return kSpaces.find(c) == kSpaces.npos; }));
  }
  bool of_identity() const { return options_.kind == Kind::kIdentity || options_.kind == Kind::kServiceControl; }
  Error Bad(Fault fault, std::string_view detail = {}) const { return Refuse(options_.kind, fault, detail); }
  Error TooLarge() const { return Bad(Fault::kTooLarge, std::to_string(options_.max_bytes)); }

  Result<std::vector<Statement>> Statements(const Value& document) {
    for (const auto& [name, value] : *document.AsObject()) {
      if (of_identity() && name == "Conditions") continue;  // IAM takes and forgets it
      if (name != "Version" && name != "Id" && name != "Statement") return Bad(Fault::kUnknownField, name);
      if (name == "Id" && !value.is_string()) return Bad(Fault::kSyntax);
    }
    if (const Value* version = document.Find("Version")) {
      const auto* text = version->AsString();
      if (text == nullptr || (*text != "2012-10-17" && *text != "2008-10-17")) return Bad(Fault::kVersion);
      variables_ = *text == "2012-10-17";
    }
    const Value* list = document.Find("Statement");
    if (list == nullptr) return Bad(Fault::kNoStatement);
    std::vector<Statement> statements;
    if (list->is_object()) {
      TARN_TRY(statements.emplace_back(), ReadStatement(*list));
      return statements;
    }
    if (!list->is_array()) return Bad(Fault::kSyntax);
    if (list->AsArray()->empty()) return Bad(Fault::kEmptyStatement);
    for (const Value& item : *list->AsArray()) {
      TARN_TRY(statements.emplace_back(), ReadStatement(item));
    }
    TARN_CHECK(CheckSids(statements));
    return statements;
  }

  Status CheckSids(const std::vector<Statement>& statements) const {
    if (options_.kind == Kind::kResource) return Ok();
    std::set<std::string_view> seen;
    for (const Statement& statement : statements) {
      if (!statement.sid.empty() && !seen.insert(statement.sid).second) return Bad(Fault::kSidTwice);
    }
    return Ok();
  }

  Result<Statement> ReadStatement(const Value& value) {
    if (!value.is_object()) return Bad(Fault::kSyntax);
    TARN_CHECK(CheckFields(value));
    Statement statement;
    if (const Value* sid = value.Find("Sid")) {
      if (!sid->is_string()) return Bad(Fault::kSyntax);
      statement.sid = *sid->AsString();
    }
    TARN_CHECK(ReadEffect(value, statement));
    TARN_CHECK(ReadPrincipals(value, statement));
    TARN_CHECK(ReadActions(value, statement));
    TARN_CHECK(ReadResources(value, statement));
    if (const Value* conditions = value.Find("Condition")) TARN_CHECK(ReadConditions(*conditions, statement));
    TARN_CHECK(CheckApplicability(statement, options_));
    if (options_.kind == Kind::kResourceControl && !IsResourceControl(statement)) return Bad(Fault::kSyntax);
    return statement;
  }

  // Denies to everybody; names the services whose actions it means.
  static bool IsResourceControl(const Statement& statement) {
    return statement.effect == Effect::kDeny && statement.principals.everyone() && !statement.principals.negated() &&
           statement.principals.names().empty() && !statement.actions.negated &&
           std::ranges::find(statement.actions.texts, "*") == statement.actions.texts.end();
  }

  Status CheckFields(const Value& value) const {
    constexpr std::string_view kFields[] = {"Sid",       "Effect",   "Principal",   "NotPrincipal", "Action",
                                            "NotAction", "Resource", "NotResource", "Condition"};
    for (const auto& [name, unused] : *value.AsObject()) {
      if (std::ranges::find(kFields, name) == std::end(kFields)) return Bad(Fault::kUnknownField, name);
    }
    for (const std::string_view field : {"Principal", "Action", "Resource"}) {
      if (value.Find(field) != nullptr && value.Find("Not" + std::string(field)) != nullptr) return Bad(Fault::kSyntax);
    }
    return Ok();
  }

  Status ReadEffect(const Value& value, Statement& statement) const {
    const Value* effect = value.Find("Effect");
    if (effect == nullptr) return Bad(Fault::kNoEffect);
    if (!effect->is_string()) return Bad(Fault::kSyntax);
    const std::string& text = *effect->AsString();
    if (text != "Allow" && text != "Deny") return Bad(Fault::kEffect, text);
    statement.effect = text == "Allow" ? Effect::kAllow : Effect::kDeny;
    return Ok();
  }

  Status ReadPrincipals(const Value& value, Statement& statement) const {
    const Value* named = value.Find("Principal");
    const Value* others = value.Find("NotPrincipal");
    if (of_identity()) return Ok();
    if (others != nullptr) {
      if (statement.effect == Effect::kAllow) return Bad(Fault::kAllowNotPrincipal);
      if (options_.kind == Kind::kTrust) return Bad(Fault::kNotPrincipalForbidden);
      statement.principals.Negate();
      named = others;
    }
    if (named == nullptr) return Bad(Fault::kNoPrincipal);
    statement.has_principals = true;
    if (const auto* text = named->AsString()) {
      if (*text != "*") return Bad(text->empty() ? Fault::kPrincipal : Fault::kSyntax);
      statement.principals.AddEveryone();
      return Ok();
    }
    if (const auto* list = named->AsArray()) {
      const bool everyone = list->size() == 1 && list->front() == Value("*");
      if (!everyone) return Bad(Fault::kPrincipal);
      statement.principals.AddEveryone();
      return Ok();
    }
    const auto* object = named->AsObject();
    if (object == nullptr) return Bad(Fault::kSyntax);
    if (object->empty()) return Bad(options_.kind == Kind::kTrust ? Fault::kEmptyPrincipal : Fault::kPrincipal);
    for (const auto& [key, names] : *object) TARN_CHECK(AddPrincipals(key, names, statement.principals));
    return Ok();
  }

  Status AddPrincipals(const std::string& key, const Value& value, Principals& principals) const {
    const auto kind = PrincipalNameOf(key);
    const auto names = Texts(value);
    if (!kind) return Bad(Fault::kPrincipal, json::Quote(key));
    if (!names || names->empty()) return Bad(Fault::kPrincipal, json::Quote(key));
    for (const std::string& name : *names) {
      const auto refused = [&] { return Bad(Fault::kPrincipal, json::Quote(key) + ":" + json::Quote(name)); };
      if (!principals.Add(*kind, name)) return refused();
      if (name == "*" || !options_.principal_exists) continue;
      const auto account = *kind == PrincipalName::kAws ? AccountOf(name) : std::nullopt;
      const std::string full = account ? "arn:aws:iam::" + std::string(*account) + ":root" : name;
      if (!options_.principal_exists(*kind, full)) return refused();
    }
    return Ok();
  }

  // Reads X or NotX into `patterns`; false as a value when there is neither.
  Result<bool> ReadPatterns(const Value& value, const std::string& field, Patterns& patterns) const {
    const Value* list = value.Find(field);
    if (list == nullptr) {
      list = value.Find("Not" + field);
      patterns.negated = list != nullptr;
    }
    if (list == nullptr) return false;
    auto texts = Texts(*list);
    if (!texts) return Bad(Fault::kSyntax);
    patterns.present = true;
    patterns.texts = *std::move(texts);
    return true;
  }

  Status ReadActions(const Value& value, Statement& statement) const {
    TARN_TRY(const bool present, ReadPatterns(value, "Action", statement.actions));
    if (!present) return Bad(Fault::kNoAction);
    if (statement.actions.texts.empty()) return Bad(Fault::kAction);
    for (const std::string& text : statement.actions.texts) {
      if (!of_identity() && !IsKnownAction(text, options_)) return Bad(Fault::kAction);
      statement.actions.globs.emplace_back(AsciiLower(text));
    }
    return Ok();
  }

  Status ReadResources(const Value& value, Statement& statement) const {
    if (options_.kind == Kind::kTrust) {
      if (value.Find("NotResource") != nullptr) return Bad(Fault::kNotResourceForbidden);
      return value.Find("Resource") != nullptr ? Status(Bad(Fault::kResourceForbidden)) : Ok();
    }
    TARN_TRY(const bool present, ReadPatterns(value, "Resource", statement.resources));
    if (!present) return Bad(Fault::kNoResource);
    if (statement.resources.texts.empty()) return Bad(Fault::kResource);
    for (const std::string& text : statement.resources.texts) {
      if (!of_identity() && !IsOwnResource(text, options_)) return Bad(Fault::kResource, text);
      statement.resources.globs.emplace_back(text, Glob::Options{GlobRule::kResource, variables_, false});
    }
    return Ok();
  }

  Status ReadConditions(const Value& value, Statement& statement) const {
    if (!value.is_object()) return Bad(Fault::kSyntax);
    for (const auto& [name, keys] : *value.AsObject()) {
      const auto op = ParseOperator(name);
      if (!op && of_identity()) continue;  // it is empty
      if (!op) return Bad(Fault::kConditionType, name);
      if (!keys.is_object()) return Bad(Fault::kSyntax);
      for (const auto& [key, wanted] : *keys.AsObject()) {
        auto values = Scalars(wanted);
        if (!values) return Bad(Fault::kSyntax);
        TARN_CHECK(AddCondition(*op, key, *std::move(values), statement));
      }
    }
    return Ok();
  }

  Status AddCondition(const Operator& op, const std::string& key, std::vector<std::string> values,
                      Statement& statement) const {
    const std::string normalized = NormalizeKey(key);
    const size_t colon = normalized.find(':');
    const bool named = colon != 0 && colon != std::string::npos && colon + 1 != normalized.size();
    if (!named && !of_identity()) return Bad(Fault::kConditionKey);
    // Whatever the operator, what is compared with an address has to be one.
    const bool address = op.comparison == Comparison::kAddress || normalized == "aws:sourceip";
    if (address && !of_identity() && op.comparison != Comparison::kNull &&
        !std::ranges::all_of(values, [](const std::string& v) { return ParseRange(v).has_value(); })) {
      return Bad(Fault::kAddress);
    }
    Condition& condition = statement.conditions.emplace_back(op, key, std::move(values));
    // IAM takes values that are none of their kind: nothing equals them.
    if (!condition.Compile(variables_) && !of_identity()) return Bad(Fault::kConditionValue);
    return Ok();
  }

  const ParseOptions& options_;
  const AnyVersion any_version_;
  bool variables_ = false;
};

}  // namespace

Result<Parsed> ParsePolicy(std::string_view text, const ParseOptions& options, AnyVersion any) {
  auto parsed = Reader(options, any).Read(text);
  const bool control = options.kind == Kind::kServiceControl || options.kind == Kind::kResourceControl;
  if (!control || !parsed.Is(kMalformed)) return parsed;
  return Fail(kMalformed, "The provided policy document does not meet the requirements of the specified policy type.");
}

}  // namespace tarn::policy
