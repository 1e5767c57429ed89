#include "policy/parse/faults.h"

#include <string>

#include "policy/errors.h"

namespace tarn::policy {
namespace {

using Kind = ParseOptions::Kind;
using Text = std::string;

constexpr std::string_view kLeadingSpaces = "JSON strings must not have leading spaces";

// Empty: as for S3.
std::string OfIdentity(Fault fault) {
  switch (fault) {
    case Fault::kLeadingSpace:
      return Text(kLeadingSpaces);
    case Fault::kTooLarge:
      return {};
    default:
      return "Syntax errors in policy.";
  }
}

std::string OfTrust(Fault fault, const Text& detail) {
  switch (fault) {
    case Fault::kLeadingSpace:
      return Text(kLeadingSpaces);
    case Fault::kFirstByte:
      return "This policy contains invalid Json";
    case Fault::kEmptyPrincipal:
      return "Missing required field Principal cannot be empty!";
    case Fault::kNotResourceForbidden:
      return "AssumeRole policy must not contain resources.";
    case Fault::kSyntax:
    case Fault::kConditionType:
      return "Syntax error in policy.";
    case Fault::kPrincipal:
      return "Invalid principal in policy: " + detail;
    case Fault::kNotPrincipalForbidden:
      return "AssumeRole policy must not contain NotPrincipal field.";
    case Fault::kAction:
      return "AssumeRole policy may only specify STS AssumeRole actions.";
    case Fault::kSidTwice:
      return "The Statement Ids in the policy are not unique";
    default:
      return {};
  }
}

std::string OfResource(Fault fault, const Text& detail) {
  switch (fault) {
    case Fault::kFirstByte:
    case Fault::kLeadingSpace:
      return "Policies must be valid JSON and the first byte must be '{'";
    case Fault::kJson:
      return "This policy contains invalid Json";
    case Fault::kVersion:
      return "The policy must contain a valid version string";
    case Fault::kNoStatement:
      return "Missing required field Statement";
    case Fault::kEmptyStatement:
      return "Could not parse the policy: Statement is empty!";
    case Fault::kUnknownField:
      return "Unknown field " + detail;
    case Fault::kNoEffect:
      return "Missing required field Effect";
    case Fault::kEffect:
      return "Invalid effect: " + detail;
    case Fault::kNoPrincipal:
      return "Missing required field Principal";
    case Fault::kAllowNotPrincipal:
      return "Allow with NotPrincipal is not allowed.";
    case Fault::kPrincipal:
      return "Invalid principal in policy";
    case Fault::kNoAction:
      return "Missing required field Action";
    case Fault::kAction:
      return "Policy has invalid action";
    case Fault::kNoResource:
      return "Missing required field Resource";
    case Fault::kResource:
      return "Policy has invalid resource";
    case Fault::kResourceForbidden:
      return "Has prohibited field Resource";
    case Fault::kNotApplicable:
      return "Action does not apply to any resource(s) in statement";
    case Fault::kConditionType:
      return "Invalid Condition type : " + detail;
    case Fault::kConditionKey:
      return "Policy has an invalid condition key";
    case Fault::kConditionMismatch:
      return "Conditions do not apply to combination of actions and resources in statement";
    case Fault::kAddress:
      return "Invalid IP address in Conditions";
    case Fault::kTooLarge:
      return "Normalized policy document exceeds the maximum allowed size of " + detail + " bytes";
    default:
      return "Invalid policy syntax.";
  }
}

}  // namespace

Error Refuse(Kind kind, Fault fault, std::string_view detail) {
  const std::string text(detail);
  std::string message;
  if (kind == Kind::kIdentity) message = OfIdentity(fault);
  if (kind == Kind::kTrust) message = OfTrust(fault, text);
  if (message.empty()) message = OfResource(fault, text);
  return Fail(fault == Fault::kTooLarge ? kTooLarge : kMalformed, std::move(message));
}

}  // namespace tarn::policy
