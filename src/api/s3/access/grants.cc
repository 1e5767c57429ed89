#include "api/s3/access/grants.h"

#include <algorithm>

#include "api/s3/errors.h"
#include "api/s3/rules/request_rules.h"
#include "base/strings.h"
#include "object/errors.h"

namespace tarn::api::s3 {
namespace {

using protocol::Call;

constexpr size_t kGrantsMax = 100;

Error Invalid(const Call& call, std::string name, const std::string& value, std::string_view message) {
  call.AddErrorField("ArgumentName", std::move(name));
  call.AddErrorField("ArgumentValue", value);
  return Fail(object::kInvalidArgument, std::string(message));
}

Error Malformed() { return Fail(kMalformedAcl, "the access list does not follow its schema"); }

Error Unresolvable() {
  return Fail(kUnresolvableGrant, "The e-mail address you provided does not match any account on record.");
}

Result<Grantee> Account(const Call& call, Accounts& accounts, const std::string& id, std::string name) {
  TARN_TRY(auto account, accounts.Find(id));
  if (!account) return Invalid(call, std::move(name), id, "Invalid id");
  return Grantee{.kind = Grantee::Kind::kAccount, .account = *std::move(account)};
}

// Splits at commas outside of quotes.
std::vector<std::string> SplitGrantees(std::string_view header) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (const char c : header) {
    if (c == '"') quoted = !quoted;
    if (c == ',' && !quoted) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

// One of `id="…"`, `uri="…"`, `emailAddress="…"`.
Result<Grantee> ParseGrantee(const Call& call, Accounts& accounts, std::string_view text, const std::string& header) {
  const size_t equals = text.find('=');
  const std::string type = AsciiLower(Trim(text.substr(0, equals)));
  std::string_view value = equals == text.npos ? std::string_view() : Trim(text.substr(equals + 1));
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  if (type == "id") return Account(call, accounts, std::string(value), "id");
  if (type == "emailaddress") return Unresolvable();
  if (type != "uri") return Invalid(call, header, std::string(text), "Argument format not recognized");
  const auto group = ParseGroup(value);
  if (!group) return Invalid(call, "uri", std::string(value), "Invalid group uri");
  return *group;
}

Result<Acl> FromHeaders(const Call& call, Accounts& accounts, const AskedAcl& asked) {
  Acl acl;
  for (const auto& [permission, header] : asked.headers) {
    std::string name = "x-amz-grant-" + AsciiLower(PermissionName(permission));
    std::replace(name.begin(), name.end(), '_', '-');
    for (const std::string& text : SplitGrantees(header)) {
      TARN_TRY(const Grantee grantee, ParseGrantee(call, accounts, Trim(text), name));
      acl.push_back({.grantee = grantee, .permission = permission});
    }
  }
  if (acl.size() > kGrantsMax) return Malformed();
  return acl;
}

Result<Grantee> FromBody(const Call& call, Accounts& accounts, const gen::Grantee& told) {
  const std::string type = told.type.value_or("");
  if (type == "AmazonCustomerByEmail" && told.email_address) return Unresolvable();
  if (type == "CanonicalUser" && told.id && !told.id->empty()) {
    return Account(call, accounts, *told.id, "CanonicalUser/ID");
  }
  if (type != "Group" || !told.uri) return Malformed();
  const auto group = ParseGroup(*told.uri);
  if (!group) return Invalid(call, "Group/URI", *told.uri, "Invalid group uri");
  return *group;
}

Result<Acl> FromBody(const Call& call, Accounts& accounts, const gen::AccessControlPolicy& body,
                     const AclSubject& subject) {
  if (!body.owner || !body.owner->id || body.owner->id->empty()) return Malformed();
  Acl acl;
  if (body.grants && body.grants->size() > kGrantsMax) return Malformed();
  for (const gen::Grant& told : body.grants.value_or(std::vector<gen::Grant>())) {
    const auto permission = ParsePermission(told.permission.value_or(""));
    if (!told.grantee || !permission) return Malformed();
    TARN_TRY(Grantee grantee, FromBody(call, accounts, *told.grantee));
    acl.push_back({.grantee = std::move(grantee), .permission = *permission});
  }
  TARN_TRY(const Grantee owner, Account(call, accounts, *body.owner->id, "CanonicalUser/ID"));
  if (owner.account != subject.owner) return Fail(object::kAccessDenied, "an access list cannot change the owner");
  return acl;
}

}  // namespace

Result<Acl> ReadAcl(const Call& call, Accounts& accounts, const AskedAcl& asked, const AclSubject& subject) {
  if (asked.body != nullptr && (asked.canned || !asked.headers.empty())) {
    return Fail(kUnexpectedContent, "This request does not support content");
  }
  if (asked.canned && !asked.headers.empty()) {
    return Fail(object::kInvalidRequest, "Specifying both Canned ACLs and Header Grants is not allowed");
  }
  if (asked.body != nullptr) return FromBody(call, accounts, *asked.body, subject);
  if (!asked.headers.empty()) return FromHeaders(call, accounts, asked);
  auto acl = CannedAcl(asked.canned.value_or("private"), subject.owner, subject.bucket_owner, subject.object);
  if (!acl) return Invalid(call, "x-amz-acl", *asked.canned, "");
  return *std::move(acl);
}

bool IsBucketOwnersFullControl(const AskedAcl& asked, std::string_view bucket_owner_id) {
  if (asked.body != nullptr) return false;
  if (asked.canned) return asked.headers.empty() && *asked.canned == "bucket-owner-full-control";
  if (asked.headers.size() != 1 || asked.headers[0].first != Permission::kFullControl) return false;
  std::string text(Trim(asked.headers[0].second));
  std::erase(text, '"');
  return text == "id=" + std::string(bucket_owner_id);
}

std::vector<gen::Grant> ToGrants(const Acl& acl, Accounts& accounts) {
  std::vector<gen::Grant> out;
  for (const Grant& grant : acl) {
    gen::Grantee told;
    if (grant.grantee.kind == Grantee::Kind::kAccount) {
      const gen::Owner owner = accounts.Owner(grant.grantee.account);
      told.display_name = owner.display_name;
      told.id = owner.id;
      told.type = "CanonicalUser";
    } else {
      told.type = "Group";
      told.uri = GroupUri(grant.grantee.kind);
    }
    out.push_back({.grantee = std::move(told), .permission = std::string(PermissionName(grant.permission))});
  }
  // Lists are told as they were given, but where owners still have display names: there groups come first.
  const auto has_name = [](const gen::Grant& grant) { return grant.grantee->display_name.has_value(); };
  if (std::ranges::any_of(out, has_name)) {
    std::ranges::stable_partition(out, [](const gen::Grant& grant) { return grant.grantee->uri.has_value(); });
  }
  return out;
}

}  // namespace tarn::api::s3
