#include "api/iam/rules.h"

#include <algorithm>

#include "iam/errors.h"

namespace tarn::api::iam {
namespace {

using domain::Kind;
using Type = Subject::Type;

// What is known of a resource that is there.
struct Known {
  std::string arn;
  domain::Tags tags;
  std::string boundary;
};

template <class T>
Known ToKnown(const T& row) {
  Known known;
  if constexpr (requires { row.Serial(); }) {
    known.arn = row.Serial();
  } else {
    known.arn = row.Arn();
  }
  known.tags = row.tags;
  if constexpr (requires { row.boundary; }) known.boundary = row.boundary;
  return known;
}

template <class T>
Result<std::optional<Known>> FindKnown(domain::Rows& rows, const std::string& name) {
  TARN_TRY(const auto found, rows.Find<T>(name));
  if (!found) return std::optional<Known>();
  return std::optional<Known>(ToKnown(*found));
}

Result<std::optional<Known>> FindEntity(domain::Rows& rows, Kind kind, const std::string& name) {
  TARN_TRY(const auto found, rows.FindEntity(kind, name));
  if (!found) return std::optional<Known>();
  return std::optional<Known>(ToKnown(*found));
}

std::string LastPart(const std::string& arn) { return arn.substr(arn.rfind('/') + 1); }

Result<std::optional<Known>> Find(domain::Rows& rows, const Subject& subject) {
  switch (subject.type) {
    case Type::kUser:
      return FindEntity(rows, Kind::kUser, subject.name);
    case Type::kGroup:
      return FindEntity(rows, Kind::kGroup, subject.name);
    case Type::kRole:
      return FindEntity(rows, Kind::kRole, subject.name);
    case Type::kPolicy:
      return FindKnown<domain::ManagedPolicy>(rows, LastPart(subject.name));
    case Type::kProfile:
      return FindKnown<domain::InstanceProfile>(rows, subject.name);
    case Type::kMfa:
    case Type::kOidc: {
      // What follows the kind; a device's name begins with its path.
      const size_t slash = subject.name.find('/');
      if (slash == std::string::npos) return std::optional<Known>();
      if (subject.type == Type::kMfa) return FindKnown<domain::MfaDevice>(rows, subject.name.substr(slash));
      return FindKnown<domain::OidcProvider>(rows, subject.name.substr(slash + 1));
    }
    case Type::kSaml:
      return FindKnown<domain::SamlProvider>(rows, LastPart(subject.name));
    case Type::kCertificate:
      return FindKnown<domain::ServerCertificate>(rows, subject.name);
    case Type::kNone:
      break;
  }
  return std::optional<Known>();
}

bool NamesArn(Type type) {
  return type == Type::kPolicy || type == Type::kMfa || type == Type::kOidc || type == Type::kSaml;
}

// The ARN of what is not there.
std::string Unknown(const std::string& account, const Subject& subject) {
  if (NamesArn(subject.type)) return subject.name;
  std::string_view kind;
  switch (subject.type) {
    case Type::kUser:
      kind = "user";
      break;
    case Type::kGroup:
      kind = "group";
      break;
    case Type::kRole:
      kind = "role";
      break;
    case Type::kProfile:
      kind = "instance-profile";
      break;
    default:
      kind = "server-certificate";
      break;
  }
  return "arn:aws:iam::" + account + ":" + std::string(kind) + (subject.path.empty() ? "/" : subject.path) +
         subject.name;
}

void AddConditions(const Known& known, const Brought& brought, bool names_policy, identity::Check& check) {
  for (const auto& [key, value] : known.tags) {
    check.context["aws:ResourceTag/" + key] = value;
    check.context["iam:ResourceTag/" + key] = value;
  }
  if (!brought.boundary.empty()) {
    check.context["iam:PermissionsBoundary"] = brought.boundary;
  } else if (!known.boundary.empty()) {
    check.context["iam:PermissionsBoundary"] = known.boundary;
  }
  if (!brought.policy_arn.empty() && !names_policy) check.context["iam:PolicyARN"] = brought.policy_arn;
  if (!brought.service.empty()) check.context["iam:AWSServiceName"] = brought.service;
  std::vector<std::string> keys = brought.tag_keys.value_or(std::vector<std::string>());
  if (brought.tags) {
    for (const auto& [key, value] : *brought.tags) {
      check.context["aws:RequestTag/" + key] = value;
      keys.push_back(key);
    }
  }
  if (!keys.empty()) check.sets["aws:TagKeys"] = std::move(keys);
}

}  // namespace

Result<std::string> UserNameOf(const protocol::Call& call, const std::optional<std::string>& given) {
  if (given) return *given;
  if (call.caller.type == identity::PrincipalType::kUser) return LastPart(call.caller.arn);
  // The account's root has no name.
  if (call.caller.acts_for_account()) return std::string();
  return Fail(domain::kValidation, "Must specify userName when calling with non-User credentials");
}

Result<std::vector<identity::Check>> ChecksOf(IamService& service, const protocol::Call& call, std::string_view action,
                                              const Subject& subject, const Brought& brought) {
  std::optional<Known> known;
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(known, Find(rows, subject));
    return Ok();
  }));
  std::vector<identity::Check> checks(1);
  checks[0].action = action;
  checks[0].resource = known && (!NamesArn(subject.type) || known->arn == subject.name)
                           ? known->arn
                           : Unknown(call.scope.account, subject);
  // What others own is read by all (AWS's policies) or found missing.
  checks[0].owner = call.scope.account;
  AddConditions(known.value_or(Known()), brought, subject.type == Type::kPolicy, checks[0]);
  return checks;
}

}  // namespace tarn::api::iam
