// What can be wrong with a policy, in the sentences of the services that answer them: S3 for resource policies, IAM for
// identity (their form: parse/identity_form.h) and trust policies.
#pragma once

#include <string_view>

#include "base/result.h"
#include "policy/policy.h"

namespace tarn::policy {

enum class Fault : uint8_t {
  kFirstByte,
  kLeadingSpace,
  kJson,
  kSyntax,
  kVersion,
  kNoStatement,
  kEmptyStatement,
  kUnknownField,  // detail: its name
  kNoEffect,
  kEffect,  // detail: what is there
  kNoPrincipal,
  kEmptyPrincipal,
  kNotPrincipalForbidden,
  kAllowNotPrincipal,
  kPrincipal,  // detail: the name
  kNoAction,
  kAction,
  kNoResource,
  kResource,  // detail: the resource
  kResourceForbidden,
  kNotResourceForbidden,
  kNotApplicable,
  kConditionType,  // detail: the operator
  kConditionKey,
  kConditionMismatch,
  kAddress,
  kConditionValue,
  kSidTwice,
  kTooLarge,  // detail: the limit
};

Error Refuse(ParseOptions::Kind kind, Fault fault, std::string_view detail = {});

}  // namespace tarn::policy
