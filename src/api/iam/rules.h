// The resources and condition keys of IAM's operations, for the rows of the operation tables.
//
// A rule looks at what a request names and finds its ARN with its path, tags and boundary; what does not exist has the
// ARN that it would have with the path "/". Defined by
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/iam/iam_service.h"
#include "api/protocol/service.h"

namespace tarn::api::iam {

// What a request is about; the rules fill it from the request's fields.
struct Subject {
  enum class Type : uint8_t { kNone, kUser, kGroup, kRole, kPolicy, kProfile, kMfa, kOidc, kSaml, kCertificate };
  Type type = Type::kNone;
  std::string name;  // of a policy, a device or a provider: its ARN
  std::string path;  // of what is to be made
};

// What a request brings for conditions.
struct Brought {
  std::string policy_arn;
  std::string boundary;
  std::string service;  // iam:AWSServiceName
  std::optional<std::vector<std::pair<std::string, std::string>>> tags;
  std::optional<std::vector<std::string>> tag_keys;
};

Result<std::vector<identity::Check>> ChecksOf(IamService& service, const protocol::Call& call, std::string_view action,
                                              const Subject& subject, const Brought& brought);

// The name that a request gives, or that of the user who calls. Errors: kValidation for others who give none.
Result<std::string> UserNameOf(const protocol::Call& call, const std::optional<std::string>& given);

template <class In>
Brought BroughtBy(const In& in) {
  Brought brought;
  if constexpr (requires { in.policy_arn; }) brought.policy_arn = in.policy_arn.value_or("");
  if constexpr (requires { in.permissions_boundary; }) brought.boundary = in.permissions_boundary.value_or("");
  if constexpr (requires { in.aws_service_name; }) brought.service = in.aws_service_name.value_or("");
  if constexpr (requires { in.tags; }) {
    if (in.tags) {
      brought.tags.emplace();
      for (const auto& tag : *in.tags) brought.tags->emplace_back(tag.key.value_or(""), tag.value.value_or(""));
    }
  }
  if constexpr (requires { in.tag_keys; }) brought.tag_keys = in.tag_keys;
  return brought;
}

template <Subject::Type type, class In>
Result<Subject> SubjectOf(const protocol::Call& call, const In& in) {
  using Type = Subject::Type;
  Subject subject{.type = type, .name = {}, .path = {}};
  if constexpr (type == Type::kUser) {
    TARN_TRY(subject.name, UserNameOf(call, in.user_name));
  } else if constexpr (type == Type::kGroup) {
    subject.name = in.group_name.value_or("");
  } else if constexpr (type == Type::kRole) {
    subject.name = in.role_name.value_or("");
  } else if constexpr (type == Type::kPolicy) {
    if constexpr (requires { in.policy_arn; }) {
      subject.name = in.policy_arn.value_or("");
    } else {
      subject.name = "arn:aws:iam::" + call.scope.account + ":policy" + in.path.value_or("/") + *in.policy_name;
    }
  } else if constexpr (type == Type::kProfile) {
    subject.name = in.instance_profile_name.value_or("");
  } else if constexpr (type == Type::kMfa) {
    if constexpr (requires { in.serial_number; }) {
      subject.name = in.serial_number.value_or("");
    } else {
      subject.name =
          "arn:aws:iam::" + call.scope.account + ":mfa" + in.path.value_or("/") + *in.virtual_mfa_device_name;
    }
  } else if constexpr (type == Type::kOidc) {
    if constexpr (requires { in.open_id_connect_provider_arn; }) {
      subject.name = in.open_id_connect_provider_arn.value_or("");
    } else {
      std::string url = in.url.value_or("");
      if (const size_t scheme = url.find("://"); scheme != std::string::npos) url.erase(0, scheme + 3);
      subject.name = "arn:aws:iam::" + call.scope.account + ":oidc-provider/" + url;
    }
  } else if constexpr (type == Type::kSaml) {
    if constexpr (requires { in.saml_provider_arn; }) {
      subject.name = in.saml_provider_arn.value_or("");
    } else {
      subject.name = "arn:aws:iam::" + call.scope.account + ":saml-provider/" + in.name.value_or("");
    }
  } else if constexpr (type == Type::kCertificate) {
    subject.name = in.server_certificate_name.value_or("");
  }
  if constexpr (requires { in.path; }) subject.path = in.path.value_or("/");
  return subject;
}

// A row of the operation table: the IAM action has the operation's name.
template <auto Method, Subject::Type type>
protocol::Operation IamBind(std::string_view name) {
  static const std::string kAction = "iam:" + std::string(name);
  using In = typename protocol::internal::HandlerTraits<decltype(Method)>::Input;
  protocol::Operation row = protocol::Bind<Method>(name, kAction, protocol::AnyResource);
  if constexpr (type != Subject::Type::kNone) {
    row.rule = [](protocol::Service& service, const protocol::Call& call,
                  const void* input) -> Result<std::vector<identity::Check>> {
      const auto& in = *static_cast<const In*>(input);
      TARN_TRY(const Subject subject, (SubjectOf<type, In>(call, in)));
      return ChecksOf(static_cast<IamService&>(service), call, kAction, subject, BroughtBy(in));
    };
  }
  return row;
}

}  // namespace tarn::api::iam
