// Runs the tables under cases/: AWS's documented rules, a row each.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "json/json.h"
#include "policy/errors.h"
#include "policy/policy_testing.h"

namespace tarn::policy {
namespace {

using json::Value;

Value ReadCases(const std::string& name) {
  std::ifstream file(std::string(TARN_POLICY_CASES) + "/" + name);
  std::stringstream text;
  text << file.rdbuf();
  auto value = json::Parse(text.str());
  EXPECT_TRUE(value.ok()) << name;
  return value.ok() ? *value : Value();
}
const json::Array& Rows(const Value& cases, const char* of = "rows") { return *cases.Find(of)->AsArray(); }
std::string Text(const Value& value) { return *value.AsString(); }

std::shared_ptr<const Document> Parse(const std::string& text, ParseOptions::Kind kind) {
  ParseOptions options;
  options.kind = kind;
  auto document = Document::Parse(text, options);
  EXPECT_TRUE(document.ok()) << text << ": " << (document.ok() ? "" : document.error().message);
  return document.ok() ? *document : nullptr;
}

const Principal kUserBob{.kind = PrincipalKind::kUser,
                         .account = "111111111111",
                         .arn = "arn:aws:iam::111111111111:user/team/bob",
                         .user_id = "AIDABOBBOBBOBBOBBOB1",
                         .canonical_id = kRootOf1.canonical_id};
const Principal kUserAmy{.kind = PrincipalKind::kUser,
                         .account = "222222222222",
                         .arn = "arn:aws:iam::222222222222:user/amy",
                         .user_id = "AIDAAMYAMYAMYAMYAMY1"};
const Principal kEtl{.kind = PrincipalKind::kAssumedRole,
                     .account = "111111111111",
                     .arn = "arn:aws:sts::111111111111:assumed-role/etl/run-7",
                     .role_arn = "arn:aws:iam::111111111111:role/jobs/etl",
                     .user_id = "AROAETLETLETLETLETL2:run-7"};
const Principal kFay{.kind = PrincipalKind::kFederated,
                     .account = "111111111111",
                     .arn = "arn:aws:sts::111111111111:federated-user/fay",
                     .user_id = "111111111111:fay"};

const Principal& Named(const std::string& name) {
  if (name == "root") return kRootOf1;
  if (name == "bob") return kUserBob;
  if (name == "amy") return kUserAmy;
  if (name == "etl") return kEtl;
  if (name == "fed") return kFay;
  if (name == "svc") return kLogging;
  return kAnonymous;
}

TEST(PolicyCases, OperatorsHoldAsDocumented) {
  const Value cases = ReadCases("operators.json");
  for (const Value& row : Rows(cases)) {
    const json::Array& cells = *row.AsArray();
    const std::string key = Text(cells[1]);
    const Value condition(json::Object{{Text(cells[0]), Value(json::Object{{key, cells[2]}})}});
    const auto document =
        Parse(R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":)" +
                  json::Write(condition) + "}}",
              ParseOptions::Kind::kIdentity);
    ASSERT_NE(document, nullptr);
    TableContext::Values values;
    TableContext context;
    if (!cells[3].is_null()) {
      for (const Value& value : *cells[3].AsArray()) values.push_back(Text(value));
      const size_t slash = std::min(key.find('/'), key.size());
      std::string normalized = key;
      for (size_t i = 0; i < slash; ++i) normalized[i] = static_cast<char>(std::tolower(key[i]));
      context = TableContext{{normalized, values}};
    }
    const Request request{kRootOf1, "x:Do", "*", context};
    EXPECT_EQ(document->Evaluate(request).effect == Effect::kAllow, *cells[4].AsBool()) << json::Write(row);
  }
  EXPECT_GT(Rows(cases).size(), 200U);
}

TEST(PolicyCases, ActionsAndResourcesMatchAsDocumented) {
  const Value cases = ReadCases("patterns.json");
  const TableContext context{
      {"aws:principaltag/team", {"data"}}, {"aws:principaltag/star", {"*"}}, {"aws:many", {"a", "b"}}};
  const auto allow = [](const Value& action, const Value& resource) {
    return Parse(R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":)" + json::Write(action) +
                     R"(,"Resource":)" + json::Write(resource) + "}}",
                 ParseOptions::Kind::kIdentity);
  };
  for (const Value& row : Rows(cases, "actions")) {
    const json::Array& cells = *row.AsArray();
    const auto document = allow(cells[0], "*");
    ASSERT_NE(document, nullptr);
    const Request request{kUserBob, *cells[1].AsString(), "arn:aws:s3:::b", context};
    EXPECT_EQ(document->Evaluate(request).effect == Effect::kAllow, *cells[2].AsBool()) << json::Write(row);
  }
  for (const Value& row : Rows(cases, "resources")) {
    const json::Array& cells = *row.AsArray();
    const auto document = allow("*", cells[0]);
    ASSERT_NE(document, nullptr);
    const Request request{kUserBob, "x:Do", *cells[1].AsString(), context};
    EXPECT_EQ(document->Evaluate(request).effect == Effect::kAllow, *cells[2].AsBool()) << json::Write(row);
  }
}

TEST(PolicyCases, PrincipalsAreNamedAsDocumented) {
  const Value cases = ReadCases("patterns.json");
  for (const Value& row : Rows(cases, "principals")) {
    const json::Array& cells = *row.AsArray();
    const auto document =
        Parse(R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*",")" + Text(cells[0]) +
                  "\":" + json::Write(cells[1]) + "}}",
              ParseOptions::Kind::kResource);
    ASSERT_NE(document, nullptr);
    constexpr std::string_view kMatches[] = {"none", "account", "role", "principal", "everyone"};
    for (const auto& [who, match] : *cells[2].AsObject()) {
      const Decision decision = document->Evaluate({Named(who), "x:Do", "*", NoContext()});
      EXPECT_EQ(kMatches[static_cast<size_t>(decision.match)], Text(match)) << who << " " << json::Write(row);
    }
  }
}

TEST(PolicyCases, DocumentsAreRefusedInAwsWords) {
  const Value cases = ReadCases("forms.json");
  for (const Value& row : Rows(cases)) {
    const json::Array& cells = *row.AsArray();
    ParseOptions options;
    const std::string kind = Text(cells[0]);
    options.kind = kind == "identity"          ? ParseOptions::Kind::kIdentity
                   : kind == "trust"           ? ParseOptions::Kind::kTrust
                   : kind == "service control" ? ParseOptions::Kind::kServiceControl
                                               : ParseOptions::Kind::kResourceControl;
    const auto document = Document::Parse(Text(cells[1]), options);
    EXPECT_EQ(document.ok() ? "" : document.error().message, Text(cells[2])) << Text(cells[1]);
    EXPECT_TRUE(document.ok() || document.Is(kMalformed));
  }
}

}  // namespace
}  // namespace tarn::policy
