// Tags of all that carry them: the same for each.
#include "api/iam/convert.h"
#include "api/iam/rules.h"
#include "iam/account/profiles.h"
#include "iam/account/providers.h"
#include "iam/credentials/mfa.h"
#include "iam/entities/entities.h"
#include "iam/policies/managed.h"

namespace tarn::api::iam {
namespace {

using domain::Entity;
using domain::Kind;
using domain::Rows;
using domain::Tags;
using Type = Subject::Type;

// Loads the tagged thing, changes its tags, keeps it.
using TagChange = std::function<Status(Tags& tags)>;

Status ChangeEntity(Rows& rows, Kind kind, const std::string& name, const TagChange& change) {
  TARN_TRY(const Entity before, rows.Get(kind, name));
  Entity entity = before;
  TARN_CHECK(change(entity.tags));
  rows.PutEntity(entity, &before);
  return Ok();
}

template <class T>
Status ChangeRow(Rows& rows, Result<T> found, const TagChange& change) {
  if (!found.ok()) return found.error();
  T row = *std::move(found);
  TARN_CHECK(change(row.tags));
  rows.Put(row);
  return Ok();
}

template <class In>
constexpr Type TypeOf() {
  if constexpr (requires(In in) { in.user_name; }) return Type::kUser;
  if constexpr (requires(In in) { in.role_name; }) return Type::kRole;
  if constexpr (requires(In in) { in.policy_arn; }) return Type::kPolicy;
  if constexpr (requires(In in) { in.instance_profile_name; }) return Type::kProfile;
  if constexpr (requires(In in) { in.serial_number; }) return Type::kMfa;
  if constexpr (requires(In in) { in.open_id_connect_provider_arn; }) return Type::kOidc;
  if constexpr (requires(In in) { in.saml_provider_arn; }) return Type::kSaml;
  return Type::kCertificate;
}

template <class In>
Status ChangeTags(Rows& rows, const In& in, const TagChange& change) {
  constexpr Type kType = TypeOf<In>();
  if constexpr (kType == Type::kUser) return ChangeEntity(rows, Kind::kUser, *in.user_name, change);
  if constexpr (kType == Type::kRole) return ChangeEntity(rows, Kind::kRole, *in.role_name, change);
  if constexpr (kType == Type::kPolicy) {
    return ChangeRow(rows, domain::GetOwnPolicy(rows, *in.policy_arn, "TagPolicy"), change);
  }
  if constexpr (kType == Type::kProfile) {
    return ChangeRow(rows, domain::GetProfile(rows, *in.instance_profile_name), change);
  }
  if constexpr (kType == Type::kMfa) return ChangeRow(rows, domain::FindDevice(rows, *in.serial_number), change);
  if constexpr (kType == Type::kOidc) {
    return ChangeRow(rows, domain::GetOidcProvider(rows, *in.open_id_connect_provider_arn), change);
  }
  if constexpr (kType == Type::kSaml) {
    return ChangeRow(rows, domain::GetSamlProvider(rows, *in.saml_provider_arn), change);
  }
  if constexpr (kType == Type::kCertificate) {
    return ChangeRow(rows, domain::GetCertificate(rows, *in.server_certificate_name), change);
  }
}

template <class T>
Status ReadRow(const Result<T>& found, Tags& tags) {
  if (!found.ok()) return found.error();
  tags = found->tags;
  return Ok();
}

template <class In>
Status ReadTags(Rows& rows, const In& in, Tags& tags) {
  constexpr Type kType = TypeOf<In>();
  if constexpr (kType == Type::kUser) return ReadRow(rows.Get(Kind::kUser, *in.user_name), tags);
  if constexpr (kType == Type::kRole) return ReadRow(rows.Get(Kind::kRole, *in.role_name), tags);
  if constexpr (kType == Type::kPolicy) return ReadRow(domain::FindManaged(rows, *in.policy_arn), tags);
  if constexpr (kType == Type::kProfile) return ReadRow(domain::GetProfile(rows, *in.instance_profile_name), tags);
  if constexpr (kType == Type::kMfa) return ReadRow(domain::FindDevice(rows, *in.serial_number), tags);
  if constexpr (kType == Type::kOidc) {
    return ReadRow(domain::GetOidcProvider(rows, *in.open_id_connect_provider_arn), tags);
  }
  if constexpr (kType == Type::kSaml) return ReadRow(domain::GetSamlProvider(rows, *in.saml_provider_arn), tags);
  if constexpr (kType == Type::kCertificate) {
    return ReadRow(domain::GetCertificate(rows, *in.server_certificate_name), tags);
  }
}

constexpr std::string_view QuotaName(Type type) {
  switch (type) {
    case Type::kUser:
      return "TagsPerUser";
    case Type::kRole:
      return "TagsPerRole";
    case Type::kPolicy:
      return "TagsPerPolicy";
    case Type::kProfile:
      return "TagsPerInstanceProfile";
    case Type::kMfa:
      return "TagsPerMFADevice";
    case Type::kOidc:
      return "TagsPerOIDCProvider";
    case Type::kSaml:
      return "TagsPerSAMLProvider";
    default:
      return "TagsPerServerCertificate";
  }
}

template <class Out, class In>
Result<Out> Tag(IamService& service, const protocol::Call& call, const In& in) {
  TARN_CHECK(service.Change(call, [&](Rows& rows) {
    return ChangeTags(rows, in,
                      [&](Tags& tags) { return domain::AddTags(tags, ToList(in.tags), QuotaName(TypeOf<In>())); });
  }));
  return Out{};
}

template <class Out, class In>
Result<Out> Untag(IamService& service, const protocol::Call& call, const In& in) {
  TARN_CHECK(service.Change(call, [&](Rows& rows) {
    return ChangeTags(rows, in, [&](Tags& tags) -> Status {
      domain::RemoveTags(tags, *in.tag_keys);
      return Ok();
    });
  }));
  return Out{};
}

template <class Out, class In>
Result<Out> ListTags(IamService& service, const protocol::Call& call, const In& in) {
  Out out;
  TARN_CHECK(service.Read(call, [&](Rows& rows) -> Status {
    Tags tags;
    TARN_CHECK(ReadTags(rows, in, tags));
    TARN_TRY(out.tags, Slice(ToWire(tags), in, out));
    return Ok();
  }));
  return out;
}

}  // namespace

#define TARN_IAM_OPERATION(Operation, Handler) \
  IamBind<&Handler<gen::Operation##Response, gen::Operation##Request>, TypeOf<gen::Operation##Request>()>(#Operation)

Operations TagOperations() {
  return {
      TARN_IAM_OPERATION(TagUser, Tag),
      TARN_IAM_OPERATION(UntagUser, Untag),
      TARN_IAM_OPERATION(ListUserTags, ListTags),
      TARN_IAM_OPERATION(TagRole, Tag),
      TARN_IAM_OPERATION(UntagRole, Untag),
      TARN_IAM_OPERATION(ListRoleTags, ListTags),
      TARN_IAM_OPERATION(TagPolicy, Tag),
      TARN_IAM_OPERATION(UntagPolicy, Untag),
      TARN_IAM_OPERATION(ListPolicyTags, ListTags),
      TARN_IAM_OPERATION(TagInstanceProfile, Tag),
      TARN_IAM_OPERATION(UntagInstanceProfile, Untag),
      TARN_IAM_OPERATION(ListInstanceProfileTags, ListTags),
      TARN_IAM_OPERATION(TagMFADevice, Tag),
      TARN_IAM_OPERATION(UntagMFADevice, Untag),
      TARN_IAM_OPERATION(ListMFADeviceTags, ListTags),
      TARN_IAM_OPERATION(TagOpenIDConnectProvider, Tag),
      TARN_IAM_OPERATION(UntagOpenIDConnectProvider, Untag),
      TARN_IAM_OPERATION(ListOpenIDConnectProviderTags, ListTags),
      TARN_IAM_OPERATION(TagSAMLProvider, Tag),
      TARN_IAM_OPERATION(UntagSAMLProvider, Untag),
      TARN_IAM_OPERATION(ListSAMLProviderTags, ListTags),
      TARN_IAM_OPERATION(TagServerCertificate, Tag),
      TARN_IAM_OPERATION(UntagServerCertificate, Untag),
      TARN_IAM_OPERATION(ListServerCertificateTags, ListTags),
  };
}

#undef TARN_IAM_OPERATION

}  // namespace tarn::api::iam
