// Runs cases/decisions.json: whole decisions, from AWS's documented evaluation logic. A row's policies are lists of
// "Effect actions resources [to principal] [if operator key value]"; '!' makes Not… of a list (of principals: by
// commas), a digit is an account of twelve of it.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/strings.h"
#include "identity/policy_authorizer.h"
#include "identity/policy_guard.h"
#include "json/json.h"

namespace tarn::identity {
namespace {

using json::Value;
using Kind = policy::ParseOptions::Kind;

std::string Account(std::string_view digit) { return std::string(12, digit[0]); }

// A list, or what it is not.
std::pair<std::string, Value> Listed(const std::string& name, std::string_view text) {
  const bool negated = text.starts_with('!');
  if (negated) text.remove_prefix(1);
  if (text == "*:*") text = "*";
  return {(negated ? "Not" : "") + name, Value(text)};
}

Value Statement(std::string_view text) {
  const auto words = Split(text, ' ');
  json::Object out{{"Effect", Value(words[0])}, Listed("Action", words[1]), Listed("Resource", words[2])};
  for (size_t at = 3; at < words.size();) {
    if (words[at] == "to") {
      const std::string_view name = words[at + 1];
      if (name.starts_with('!')) {
        json::Array spared;
        for (const std::string_view each : Split(name.substr(1), ',')) {
          spared.emplace_back(each.size() == 1 ? Account(each) : std::string(each));
        }
        out.emplace_back("NotPrincipal", Value(json::Object{{"AWS", Value(std::move(spared))}}));
        at += 2;
        continue;
      }
      const Value principal = name == "*" ? Value("*")
                              : name.starts_with("AIDA")
                                  ? Value(json::Object{{"AWS", "AIDABOBBOBBOBBOBBOB1"}})
                                  : Value(json::Object{{"AWS", name.size() == 1 ? Account(name) : std::string(name)}});
      out.emplace_back("Principal", principal);
      at += 2;
    } else {
      out.emplace_back("Condition",
                       Value(json::Object{{std::string(words[at + 1]),
                                           Value(json::Object{{std::string(words[at + 2]), Value(words[at + 3])}})}}));
      at += 4;
    }
  }
  return Value(std::move(out));
}

std::shared_ptr<const policy::Document> Policy(const Value& statements, Kind kind) {
  json::Array list;
  for (const Value& statement : *statements.AsArray()) list.push_back(Statement(*statement.AsString()));
  const std::string text =
      json::Write(Value(json::Object{{"Version", "2012-10-17"}, {"Statement", Value(std::move(list))}}));
  policy::ParseOptions options;
  options.kind = kind;
  auto document = policy::Document::Parse(text, options);
  EXPECT_TRUE(document.ok()) << text << (document.ok() ? "" : document.error().message);
  return document.ok() ? *document : nullptr;
}

std::map<std::string, std::string> Map(const Value* value) {
  std::map<std::string, std::string> map;
  if (value == nullptr) return map;
  for (const auto& [key, text] : *value->AsObject()) map[key] = *text.AsString();
  return map;
}

Caller WhoIs(const std::string& text) {
  const auto words = Split(text, ' ');
  if (words[0] == "anonymous") return Caller{};
  const std::string account = Account(words[1]);
  if (words[0] == "root") return RootOf(account);
  const std::string name(words[2]);
  if (words[0] == "service") return ServiceCaller(account, name);
  Caller caller;
  caller.account = account;
  if (words[0] == "user") {
    caller.type = PrincipalType::kUser;
    caller.arn = "arn:aws:iam::" + account + ":user/" + name;
    caller.user_id = "AIDA" + name;
  } else if (words[0] == "role") {
    caller.type = PrincipalType::kAssumedRole;
    caller.role_arn = "arn:aws:iam::" + account + ":role/" + name;
    caller.session = words[3];
    caller.arn = "arn:aws:sts::" + account + ":assumed-role/" + name.substr(name.rfind('/') + 1) + "/" + caller.session;
    caller.user_id = "AROA" + name + ":" + caller.session;
  } else {
    caller.type = PrincipalType::kFederatedUser;
    caller.arn = "arn:aws:sts::" + account + ":federated-user/" + name;
    caller.role_arn =
        words[3] == "root" ? RootOf(account).arn : "arn:aws:iam::" + account + ":user/" + std::string(words[3]);
    caller.user_id = account + ":" + name;
  }
  return caller;
}

void SetFacts(const Value& row, Caller& caller) {
  const Value* told = row.Find("facts");
  const Value* session = row.Find("session");
  if (told == nullptr && session == nullptr) return;
  auto facts = std::make_shared<SessionFacts>();
  if (session != nullptr) {
    for (const Value& statements : *session->AsArray()) facts->policies.push_back(Policy(statements, Kind::kIdentity));
  }
  if (told != nullptr) {
    facts->tags = Map(told->Find("tags"));
    facts->conditions = Map(told->Find("conditions"));
    facts->mfa = told->BoolOr("mfa", false);
    facts->issued = {told->IntOr("issued", 0) * kMicrosPerSecond};
    facts->source_identity = told->StringOr("source_identity", "");
    facts->provider = told->StringOr("provider", "");
  }
  caller.facts = std::move(facts);
}

void SetRequest(const Value& row, Caller& caller) {
  const Value* told = row.Find("request");
  if (told == nullptr) return;
  auto request = std::make_shared<RequestFacts>();
  request->source_ip = told->StringOr("ip", "");
  request->user_agent = told->StringOr("agent", "");
  request->referer = told->StringOr("referer", "");
  request->region = told->StringOr("region", "");
  request->secure_transport = told->BoolOr("secure", false);
  request->time = {told->IntOr("time", 0) * kMicrosPerSecond};
  caller.request = std::move(request);
}

std::vector<std::vector<NamedPolicy>> Levels(const Value* told, Kind kind) {
  std::vector<std::vector<NamedPolicy>> levels;
  if (told == nullptr) return levels;
  for (const Value& level : *told->AsArray()) {
    auto& policies = levels.emplace_back();
    for (const Value& statements : *level.AsArray()) policies.push_back({"p", Policy(statements, kind)});
  }
  return levels;
}

Bindings BindingsOf(const Value& row) {
  auto principal = std::make_shared<PrincipalPolicies>();
  if (const Value* told = row.Find("identity")) principal->identity.push_back({"p", Policy(*told, Kind::kIdentity)});
  if (const Value* told = row.Find("boundary")) principal->boundary = NamedPolicy{"b", Policy(*told, Kind::kIdentity)};
  principal->tags = Map(row.Find("tags"));
  auto controls = std::make_shared<ControlPolicies>();
  controls->service = Levels(row.Find("scp"), Kind::kIdentity);
  controls->resource = Levels(row.Find("rcp"), Kind::kResource);
  controls->is_management = row.BoolOr("management", false);
  controls->organization_id = row.StringOr("org", "");
  if (!controls->organization_id.empty()) controls->org_paths = {controls->organization_id + "/r-x/ou-1/"};
  return {.principal = principal, .callers = controls, .resources = controls};
}

TEST(DecisionCases, AreDecidedAsIamDoes) {
  std::ifstream file(std::string(TARN_DECISION_CASES));
  std::stringstream text;
  text << file.rdbuf();
  const auto cases = json::Parse(text.str());
  ASSERT_TRUE(cases.ok());
  for (const Value& row : *cases->AsArray()) {
    Caller caller = WhoIs(std::string(row.StringOr("who", "")));
    SetFacts(row, caller);
    SetRequest(row, caller);
    Check check;
    check.action = row.StringOr("do", "");
    check.resource = row.StringOr("on", "");
    if (const auto of = row.StringOr("of", ""); !of.empty()) check.owner = Account(of);
    check.context = Map(row.Find("context"));
    auto guard = std::make_shared<PolicyGuard>(row.BoolOr("must", false));
    if (const Value* told = row.Find("resource")) guard->Add(Policy(*told, Kind::kResource));
    if (row.Find("must") != nullptr || row.Find("resource") != nullptr) check.guard = std::move(guard);
    const auto judged = Decide(caller, check, BindingsOf(row));
    ASSERT_TRUE(judged.ok());
    const std::string says = judged->outcome.allowed ? "allowed" : policy::Because(judged->outcome, check.action);
    EXPECT_EQ(says, row.StringOr("says", "")) << row.StringOr("it", "") << ": " << json::Write(row);
  }
}

}  // namespace
}  // namespace tarn::identity
