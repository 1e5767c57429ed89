// Inline and attached policies of users, groups and roles: the same for the three.
#include "api/iam/convert.h"
#include "api/iam/rules.h"
#include "iam/entities/entities.h"

namespace tarn::api::iam {
namespace {

using domain::Entity;
using domain::Kind;
using Type = Subject::Type;

template <class In>
constexpr Kind KindOf() {
  if constexpr (requires(In in) { in.user_name; }) return Kind::kUser;
  if constexpr (requires(In in) { in.group_name; }) return Kind::kGroup;
  return Kind::kRole;
}
template <class In>
constexpr Type TypeOf() {
  if constexpr (requires(In in) { in.user_name; }) return Type::kUser;
  if constexpr (requires(In in) { in.group_name; }) return Type::kGroup;
  return Type::kRole;
}
// The user's, group's or role's name in a request or an answer.
template <class T>
auto& NameIn(T& in) {
  if constexpr (requires { in.user_name; }) {
    return in.user_name;
  } else if constexpr (requires { in.group_name; }) {
    return in.group_name;
  } else {
    return in.role_name;
  }
}

template <class Out, class In>
Result<Out> PutPolicy(IamService& service, const protocol::Call& call, const In& in) {
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) {
    return domain::PutInlinePolicy(rows, KindOf<In>(), *NameIn(in), *in.policy_name, *in.policy_document);
  }));
  return Out{};
}

template <class Out, class In>
Result<Out> GetPolicy(IamService& service, const protocol::Call& call, const In& in) {
  Out out;
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const std::string document, domain::GetInlinePolicy(rows, KindOf<In>(), *NameIn(in), *in.policy_name));
    out.policy_document = Encoded(document);
    return Ok();
  }));
  NameIn(out) = NameIn(in);
  out.policy_name = in.policy_name;
  return out;
}

template <class Out, class In>
Result<Out> DeletePolicy(IamService& service, const protocol::Call& call, const In& in) {
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) {
    return domain::DeleteInlinePolicy(rows, KindOf<In>(), *NameIn(in), *in.policy_name);
  }));
  return Out{};
}

template <class Out, class In>
Result<Out> ListPolicyNames(IamService& service, const protocol::Call& call, const In& in) {
  Out out;
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const Entity entity, rows.Get(KindOf<In>(), *NameIn(in)));
    std::vector<std::string> names;
    names.reserve(entity.inlined.size());
    for (const auto& [name, unused] : entity.inlined) names.push_back(name);
    TARN_TRY(out.policy_names, Slice(std::move(names), in, out));
    return Ok();
  }));
  return out;
}

template <class Out, class In>
Result<Out> Attach(IamService& service, const protocol::Call& call, const In& in) {
  TARN_CHECK(service.Change(
      call, [&](domain::Rows& rows) { return domain::AttachPolicy(rows, KindOf<In>(), *NameIn(in), *in.policy_arn); }));
  return Out{};
}

template <class Out, class In>
Result<Out> Detach(IamService& service, const protocol::Call& call, const In& in) {
  TARN_CHECK(service.Change(
      call, [&](domain::Rows& rows) { return domain::DetachPolicy(rows, KindOf<In>(), *NameIn(in), *in.policy_arn); }));
  return Out{};
}

template <class Out, class In>
Result<Out> ListAttached(IamService& service, const protocol::Call& call, const In& in) {
  Out out;
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const Entity entity, rows.Get(KindOf<In>(), *NameIn(in)));
    std::vector<gen::AttachedPolicy> attached;
    for (const std::string& arn : entity.attached) {
      // The ARN tells both, also of a policy of AWS's that the lake does not know: a service's own role has such.
      const size_t path = arn.find('/');
      const size_t name = arn.rfind('/') + 1;
      if (!std::string_view(arn).substr(path, name - path).starts_with(in.path_prefix.value_or("/"))) continue;
      gen::AttachedPolicy& one = attached.emplace_back();
      one.policy_name = arn.substr(name);
      one.policy_arn = arn;
    }
    std::ranges::stable_sort(attached, {}, &gen::AttachedPolicy::policy_name);
    TARN_TRY(out.attached_policies, Slice(std::move(attached), in, out));
    return Ok();
  }));
  return out;
}

}  // namespace

// NOLINTBEGIN(bugprone-macro-parentheses): a template's name takes none.
#define TARN_IAM_OPERATION(Operation, Handler) \
  IamBind<&Handler<gen::Operation##Response, gen::Operation##Request>, TypeOf<gen::Operation##Request>()>(#Operation)
// NOLINTEND(bugprone-macro-parentheses)

Operations EntityPolicyOperations() {
  return {
      TARN_IAM_OPERATION(PutUserPolicy, PutPolicy),
      TARN_IAM_OPERATION(PutGroupPolicy, PutPolicy),
      TARN_IAM_OPERATION(PutRolePolicy, PutPolicy),
      TARN_IAM_OPERATION(GetUserPolicy, GetPolicy),
      TARN_IAM_OPERATION(GetGroupPolicy, GetPolicy),
      TARN_IAM_OPERATION(GetRolePolicy, GetPolicy),
      TARN_IAM_OPERATION(DeleteUserPolicy, DeletePolicy),
      TARN_IAM_OPERATION(DeleteGroupPolicy, DeletePolicy),
      TARN_IAM_OPERATION(DeleteRolePolicy, DeletePolicy),
      TARN_IAM_OPERATION(ListUserPolicies, ListPolicyNames),
      TARN_IAM_OPERATION(ListGroupPolicies, ListPolicyNames),
      TARN_IAM_OPERATION(ListRolePolicies, ListPolicyNames),
      TARN_IAM_OPERATION(AttachUserPolicy, Attach),
      TARN_IAM_OPERATION(AttachGroupPolicy, Attach),
      TARN_IAM_OPERATION(AttachRolePolicy, Attach),
      TARN_IAM_OPERATION(DetachUserPolicy, Detach),
      TARN_IAM_OPERATION(DetachGroupPolicy, Detach),
      TARN_IAM_OPERATION(DetachRolePolicy, Detach),
      TARN_IAM_OPERATION(ListAttachedUserPolicies, ListAttached),
      TARN_IAM_OPERATION(ListAttachedGroupPolicies, ListAttached),
      TARN_IAM_OPERATION(ListAttachedRolePolicies, ListAttached),
  };
}

#undef TARN_IAM_OPERATION

}  // namespace tarn::api::iam
