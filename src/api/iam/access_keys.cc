// Access keys of users.
#include "iam/credentials/access_keys.h"

#include "api/iam/convert.h"
#include "api/iam/rules.h"

namespace tarn::api::iam {
namespace {

using Type = Subject::Type;

// Root keys are made by the lake's configuration: no operation makes or ends one.
Result<std::string> KeyOwner(const protocol::Call& call, const std::optional<std::string>& given) {
  TARN_TRY(std::string name, UserNameOf(call, given));
  if (name.empty()) {
    return Fail(domain::kUnmodifiable, "The access keys of the account's root are set in the lake's configuration.");
  }
  return name;
}

Result<gen::CreateAccessKeyResponse> CreateAccessKey(IamService& service, const protocol::Call& call,
                                                     const gen::CreateAccessKeyRequest& in) {
  TARN_TRY(const std::string user, KeyOwner(call, in.user_name));
  gen::CreateAccessKeyResponse out;
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const auto made, domain::CreateAccessKey(rows, user));
    gen::AccessKey& key = out.access_key.emplace();
    key.user_name = made.key.user_name;
    key.access_key_id = made.key.id;
    key.status = StatusOf(true);
    key.secret_access_key = made.secret;
    key.create_date = made.key.created;
    return Ok();
  }));
  return out;
}

Result<gen::ListAccessKeysResponse> ListAccessKeys(IamService& service, const protocol::Call& call,
                                                   const gen::ListAccessKeysRequest& in) {
  TARN_TRY(const std::string user, UserNameOf(call, in.user_name));
  gen::ListAccessKeysResponse out;
  std::vector<gen::AccessKeyMetadata> all;
  if (user.empty()) {
    TARN_TRY(const auto account, service.iam().directory().FindAccount(call.scope.account));
    if (account && !account->root_access_key_id.empty()) {
      gen::AccessKeyMetadata& key = all.emplace_back();
      key.access_key_id = account->root_access_key_id;
      key.status = StatusOf(true);
      key.create_date = account->created;
    }
  } else {
    TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
      TARN_TRY(const auto keys, domain::ListAccessKeys(rows, user));
      for (const auto& one : keys) {
        gen::AccessKeyMetadata& key = all.emplace_back();
        key.user_name = one.user_name;
        key.access_key_id = one.id;
        key.status = StatusOf(one.active);
        key.create_date = one.created;
      }
      return Ok();
    }));
  }
  TARN_TRY(out.access_key_metadata, Slice(std::move(all), in, out));
  return out;
}

Result<gen::UpdateAccessKeyResponse> UpdateAccessKey(IamService& service, const protocol::Call& call,
                                                     const gen::UpdateAccessKeyRequest& in) {
  TARN_TRY(const std::string user, KeyOwner(call, in.user_name));
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) {
    return domain::SetAccessKeyActive(rows, user, *in.access_key_id, *in.status == "Active");
  }));
  return gen::UpdateAccessKeyResponse{};
}

Result<gen::DeleteAccessKeyResponse> DeleteAccessKey(IamService& service, const protocol::Call& call,
                                                     const gen::DeleteAccessKeyRequest& in) {
  TARN_TRY(const std::string user, KeyOwner(call, in.user_name));
  TARN_CHECK(
      service.Change(call, [&](domain::Rows& rows) { return domain::DeleteAccessKey(rows, user, *in.access_key_id); }));
  return gen::DeleteAccessKeyResponse{};
}

Result<gen::GetAccessKeyLastUsedResponse> GetAccessKeyLastUsed(IamService& service, const protocol::Call& call,
                                                               const gen::GetAccessKeyLastUsedRequest& in) {
  gen::GetAccessKeyLastUsedResponse out;
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const auto use, domain::FindAccessKeyUse(rows, *in.access_key_id));
    if (!use.user.empty()) out.user_name = use.user;
    gen::AccessKeyLastUsed& last = out.access_key_last_used.emplace();
    if (use.last) last.last_used_date = use.last->time;
    last.service_name = use.last ? use.last->service : "N/A";
    last.region = use.last ? use.last->region : "N/A";
    return Ok();
  }));
  return out;
}

}  // namespace

Operations AccessKeyOperations() {
  return {
      IamBind<&CreateAccessKey, Type::kUser>("CreateAccessKey"),
      IamBind<&ListAccessKeys, Type::kUser>("ListAccessKeys"),
      IamBind<&UpdateAccessKey, Type::kUser>("UpdateAccessKey"),
      IamBind<&DeleteAccessKey, Type::kUser>("DeleteAccessKey"),
      IamBind<&GetAccessKeyLastUsed, Type::kNone>("GetAccessKeyLastUsed"),
  };
}

}  // namespace tarn::api::iam
