#include "iam/policies/policy_check.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "base/strings.h"
#include "iam/errors.h"
#include "iam/policies/compile.h"
#include "iam/policies/condition_check.h"
#include "iam/policies/resource_check.h"
#include "json/json.h"
#include "policy/errors.h"

namespace tarn::iam {
namespace {

using json::Value;

constexpr std::string_view kVersionNow = "2012-10-17";
constexpr std::string_view kVersionOld = "2008-10-17";

Error Malformed(std::string message) { return Fail(kMalformedPolicy, std::move(message)); }

bool AllOneOf(const Value& object, std::initializer_list<std::string_view> names) {
  return std::ranges::all_of(*object.AsObject(),
                             [&](const auto& member) { return std::ranges::find(names, member.first) != names.end(); });
}

bool IsText(const Value* value) { return value == nullptr || value->is_string(); }

bool IsTextOrList(const Value* value) {
  if (IsText(value)) return true;
  const auto* array = value->AsArray();
  return array != nullptr &&
         std::ranges::all_of(*array, [](const Value& item) { return item.is_string() || item.is_null(); });
}

bool StatementHasForm(const Value& statement) {
  if (!statement.is_object() || !AllOneOf(statement, {"Sid", "Effect", "Principal", "NotPrincipal", "Action",
                                                      "NotAction", "Resource", "NotResource", "Condition"})) {
    return false;
  }
  const auto both = [&](const char* one, const char* other) {
    return statement.Find(one) != nullptr && statement.Find(other) != nullptr;
  };
  if (both("Resource", "NotResource") || both("Action", "NotAction")) return false;
  const std::string effect = AsciiLower(statement.StringOr("Effect", ""));
  if (effect != "allow" && effect != "deny") return false;
  for (const char* name : {"Action", "NotAction", "Resource", "NotResource"}) {
    if (!IsTextOrList(statement.Find(name))) return false;
  }
  const Value* condition = statement.Find("Condition");
  return (condition == nullptr || ConditionHasForm(*condition)) && IsText(statement.Find("Sid"));
}

// The statements of a document that has the form of a policy; nothing for others.
std::optional<std::vector<const Value*>> Statements(const Value& document) {
  if (!document.is_object() || !AllOneOf(document, {"Version", "Id", "Statement"})) return std::nullopt;
  if (const Value* version = document.Find("Version")) {
    if (*version != Value(kVersionNow) && *version != Value(kVersionOld)) return std::nullopt;
  }
  if (!IsText(document.Find("Id"))) return std::nullopt;
  std::vector<const Value*> statements;
  const Value* list = document.Find("Statement");
  if (list == nullptr) return std::nullopt;
  if (const auto* array = list->AsArray()) {
    for (const Value& item : *array) statements.push_back(&item);
  } else {
    statements.push_back(list);
  }
  if (statements.empty()) return std::nullopt;
  if (!std::ranges::all_of(statements, [](const Value* item) { return StatementHasForm(*item); })) return std::nullopt;
  return statements;
}

// A text or a list of texts, without what is null.
std::vector<std::string> Texts(const Value* value) {
  std::vector<std::string> texts;
  if (value == nullptr) return texts;
  if (const auto* text = value->AsString()) texts.push_back(*text);
  if (const auto* array = value->AsArray()) {
    for (const Value& item : *array) {
      if (const auto* text = item.AsString(); text != nullptr && !text->empty()) texts.push_back(*text);
    }
  }
  return texts;
}

bool Has(const Value& statement, const char* one, const char* other) {
  for (const char* name : {one, other}) {
    if (const Value* value = statement.Find(name)) return value->AsArray() == nullptr || !value->AsArray()->empty();
  }
  return false;
}

Status CheckAction(const std::string& action) {
  const auto parts = Split(action, ':');
  if (parts.size() == 1 && action != "*") {
    return Malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
  }
  if (parts.size() > 2) return Malformed("Actions/Condition can contain only one colon.");
  const bool plain = std::ranges::all_of(parts[0], [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '.';
  });
  if (parts[0] != "*" && !plain) return Malformed("Vendor " + std::string(parts[0]) + " is not valid");
  return Ok();
}

// The checks that identity and trust policies share.
Status CheckShared(const Value& document, const std::vector<const Value*>& statements) {
  const Value* version = document.Find("Version");
  if (version == nullptr || *version != Value(kVersionNow)) {
    return Malformed("Policy document must be version 2012-10-17 or greater.");
  }
  const Error legacy = Malformed("The policy failed legacy parsing");
  std::string resource_fault;
  for (const Value* statement : statements) {
    const std::string_view effect = statement->StringOr("Effect", "");
    if (effect != "Allow" && effect != "Deny") return legacy;
    const Value* condition = statement->Find("Condition");
    if (condition != nullptr && !DatesCanBeRead(*condition)) return legacy;
  }
  for (const char* name : {"Resource", "NotResource"}) {
    for (const Value* statement : statements) {
      const Value* value = statement->Find(name);
      if (!CheckResources(Texts(value), value != nullptr && value->is_string(), resource_fault)) return legacy;
    }
  }
  std::set<std::string_view> sids;
  for (const Value* statement : statements) {
    const std::string_view sid = statement->StringOr("Sid", "");
    if (!sid.empty() && !sids.insert(sid).second) {
      return Malformed("Statement IDs (SID) in a single policy must be unique.");
    }
  }
  for (const Value* statement : statements) {
    if (!Has(*statement, "Action", "NotAction")) return Malformed("Policy statement must contain actions.");
  }
  if (!resource_fault.empty()) return Malformed(resource_fault);
  for (const char* name : {"Action", "NotAction"}) {
    for (const Value* statement : statements) {
      for (const std::string& action : Texts(statement->Find(name))) TARN_CHECK(CheckAction(action));
    }
  }
  return Ok();
}

Status Compile(std::string_view text, policy::ParseOptions options) {
  options.max_bytes = size_t{1} << 20;
  const auto parsed = policy::Document::Parse(Trim(text), options);
  return parsed.ok() ? Ok() : Status(Malformed(parsed.error().message));
}

bool IsTrustAction(const std::string& action) {
  constexpr std::string_view kActions[] = {"sts:AssumeRole",
                                           "sts:AssumeRoleWithSAML",
                                           "sts:AssumeRoleWithWebIdentity",
                                           "sts:GetAccessKeyInfo",
                                           "sts:DecodeAuthorizationMessage",
                                           "sts:GetCallerIdentity",
                                           "sts:GetFederationToken",
                                           "sts:GetServiceBearerToken",
                                           "sts:GetSessionToken",
                                           "sts:SetSourceIdentity",
                                           "sts:TagSession",
                                           "sts:SetContext",
                                           "sts:AssumeRoot",
                                           "sts:*"};
  return std::ranges::find(kActions, action) != std::end(kActions);
}

}  // namespace

Status CheckIdentityPolicy(std::string_view text) {
  const auto document = json::Parse(text);
  const auto statements = document.ok() ? Statements(*document) : std::nullopt;
  if (!statements) return Malformed("Syntax errors in policy.");
  TARN_CHECK(CheckShared(*document, *statements));
  for (const Value* statement : *statements) {
    if (!Has(*statement, "Resource", "NotResource")) return Malformed("Policy statement must contain resources.");
  }
  for (const Value* statement : *statements) {
    if (statement->Find("Principal") != nullptr || statement->Find("NotPrincipal") != nullptr) {
      return Malformed("Policy document should not specify a principal.");
    }
  }
  const auto compiled = CompileIdentityPolicy(text);
  return compiled.ok() ? Ok() : Status(Malformed("Syntax errors in policy."));
}

Status CheckTrustPolicy(std::string_view text,
                        const std::function<bool(policy::PrincipalName kind, std::string_view name)>& exists) {
  const auto document = json::Parse(text);
  if (!document.ok()) return Malformed("This policy contains invalid Json");
  const auto statements = Statements(*document);
  if (!statements) return Malformed("Syntax errors in policy.");
  // The older version is enough here.
  Value now = *document;
  if (const Value* version = document->Find("Version"); version != nullptr) now.Set("Version", Value(kVersionNow));
  TARN_CHECK(CheckShared(now, *statements));
  for (const Value* statement : *statements) {
    for (const std::string& action : Texts(statement->Find("Action"))) {
      if (IsTrustAction(action)) continue;
      return Malformed(
          "Trust Policy statement actions can only be sts:AssumeRole, sts:AssumeRoleWithSAML,  and "
          "sts:AssumeRoleWithWebIdentity");
    }
  }
  for (const Value* statement : *statements) {
    if (statement->Find("Resource") != nullptr || statement->Find("NotResource") != nullptr) {
      return Malformed("Has prohibited field Resource.");
    }
  }
  policy::ParseOptions options;
  options.kind = policy::ParseOptions::Kind::kTrust;
  options.principal_exists = exists;
  return Compile(text, options);
}

size_t CountedSize(std::string_view document) {
  return static_cast<size_t>(
      std::ranges::count_if(document, [](unsigned char c) { return c != ' ' && c != '\t' && c != '\n' && c != '\r'; }));
}

}  // namespace tarn::iam
