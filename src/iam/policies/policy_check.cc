#include "iam/policies/policy_check.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/strings.h"
#include "iam/errors.h"
#include "iam/policies/compile.h"
#include "json/json.h"
#include "policy/parse/identity_form.h"

namespace tarn::iam {
namespace {

using json::Value;

Error Malformed(std::string message) { return Fail(kMalformedPolicy, std::move(message)); }

Status InIamsName(const Status& checked) { return checked.ok() ? Ok() : Status(Malformed(checked.error().message)); }

// The statements of a document that has the form of a policy.
std::vector<const Value*> StatementsOf(const Value& document) {
  const Value& list = *document.Find("Statement");
  if (list.is_object()) return {&list};
  std::vector<const Value*> statements;
  for (const Value& item : *list.AsArray()) statements.push_back(&item);
  return statements;
}

// A text or a list of texts, without what is null.
std::vector<std::string> Texts(const Value* value) {
  std::vector<std::string> texts;
  if (value == nullptr) return texts;
  if (const auto* text = value->AsString()) texts.push_back(*text);
  if (const auto* array = value->AsArray()) {
    for (const Value& item : *array) {
      if (const auto* text = item.AsString()) texts.push_back(*text);
    }
  }
  return texts;
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
  if (!document.ok()) return Malformed("Syntax errors in policy.");
  TARN_CHECK(InIamsName(policy::CheckIdentityForm(*document)));
  const auto compiled = CompileIdentityPolicy(text);
  return compiled.ok() ? Ok() : Status(Malformed("Syntax errors in policy."));
}

Status CheckTrustPolicy(std::string_view text,
                        const std::function<bool(policy::PrincipalName kind, std::string_view name)>& exists) {
  const auto document = json::Parse(text);
  if (!document.ok()) return Malformed("This policy contains invalid Json");
  TARN_CHECK(InIamsName(policy::CheckTrustForm(*document)));
  for (const Value* statement : StatementsOf(*document)) {
    for (const std::string& action : Texts(statement->Find("Action"))) {
      if (IsTrustAction(action)) continue;
      return Malformed(
          "Trust Policy statement actions can only be sts:AssumeRole, sts:AssumeRoleWithSAML,  and "
          "sts:AssumeRoleWithWebIdentity");
    }
  }
  for (const Value* statement : StatementsOf(*document)) {
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
