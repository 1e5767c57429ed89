#include "iam/iam.h"

#include <algorithm>

#include "base/random.h"
#include "base/strings.h"
#include "iam/policies/compile.h"
#include "iam/policies/managed.h"
#include "iam/policy_cache.h"
#include "iam/records.h"
#include "iam/rows.h"

namespace tarn::iam {
namespace {

using identity::Caller;
using identity::NamedPolicy;
using identity::PrincipalPolicies;

// The parts of "arn:aws:iam::ACCOUNT:kind/rest".
struct ArnParts {
  std::string_view service;
  std::string_view account;
  std::string_view kind;
  std::string_view rest;  // behind "kind/"
};

std::optional<ArnParts> Parts(std::string_view arn) {
  const auto texts = Split(arn, ':');
  if (texts.size() < 6 || texts[0] != "arn") return std::nullopt;
  ArnParts parts{.service = texts[2], .account = texts[4], .kind = {}, .rest = {}};
  const std::string_view resource = arn.substr(static_cast<size_t>(texts[5].data() - arn.data()));
  const size_t slash = resource.find('/');
  parts.kind = resource.substr(0, slash);
  if (slash != std::string_view::npos) parts.rest = resource.substr(slash + 1);
  return parts;
}

Result<NamedPolicy> Compile(std::string id, std::string_view document) {
  auto parsed = CompileIdentityPolicy(document);
  if (!parsed.ok()) return Fail(kDamaged, "policy " + id + " is damaged: " + parsed.error().message);
  return NamedPolicy{std::move(id), *std::move(parsed)};
}

Status AddPolicies(Rows& rows, const Entity& entity, PrincipalPolicies& out) {
  for (const auto& [name, document] : entity.inlined) {
    TARN_TRY(out.identity.emplace_back(), Compile(entity.Arn() + "/" + name, document));
  }
  for (const std::string& arn : entity.attached) {
    TARN_TRY(const ManagedPolicy managed, FindManaged(rows, arn));
    TARN_TRY(out.identity.emplace_back(), Compile(arn, managed.Version(managed.default_version)->document));
  }
  return Ok();
}

Result<PrincipalPolicies> Load(Rows& rows, const Entity& entity) {
  PrincipalPolicies out;
  TARN_CHECK(AddPolicies(rows, entity, out));
  for (const std::string& name : entity.groups) {
    TARN_TRY(const Entity group, rows.Get(Kind::kGroup, name));
    TARN_CHECK(AddPolicies(rows, group, out));
  }
  if (!entity.boundary.empty()) {
    TARN_TRY(const ManagedPolicy managed, FindManaged(rows, entity.boundary));
    TARN_TRY(out.boundary, Compile(entity.boundary, managed.Version(managed.default_version)->document));
  }
  out.tags = entity.tags;
  return out;
}

std::shared_ptr<const PrincipalPolicies> None() {
  static const auto kNone = std::make_shared<const PrincipalPolicies>();
  return kNone;
}

}  // namespace

std::optional<Ref> ParseArn(std::string_view arn) {
  const auto parts = Parts(arn);
  if (!parts || parts->rest.empty()) return std::nullopt;
  const std::string_view last = parts->rest.substr(parts->rest.rfind('/') + 1);
  if (parts->service == "sts" && parts->kind == "assumed-role") {
    return Ref{Kind::kRole, std::string(parts->account), std::string(parts->rest.substr(0, parts->rest.find('/')))};
  }
  if (parts->service != "iam") return std::nullopt;
  Kind kind = Kind::kUser;
  if (parts->kind == "group") {
    kind = Kind::kGroup;
  } else if (parts->kind == "role") {
    kind = Kind::kRole;
  } else if (parts->kind != "user") {
    return std::nullopt;
  }
  return Ref{kind, std::string(parts->account), std::string(last)};
}

Iam::Iam(kv::Store& store, const Clock& clock, identity::Directory& directory, std::string master_key)
    : store_(store),
      clock_(clock),
      directory_(directory),
      box_(std::move(master_key)),
      last_used_(std::make_unique<LastUsed>(store)),
      cache_(std::make_unique<PolicyCache>()) {}

Iam::~Iam() = default;

Status Iam::Read(const std::string& account, const std::function<Status(Rows&)>& body) const {
  return kv::Read(store_, [&](kv::Txn& txn) {
    Rows rows(*this, txn, account, false);
    return body(rows);
  });
}

Status Iam::Change(const std::string& account, const std::function<Status(Rows&)>& body) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Rows rows(*this, txn, account, true);
    TARN_CHECK(body(rows));
    txn.Put(VersionKeyOf(account), RandomBytes(16));
    return Ok();
  });
}

Result<Entity> Iam::Find(const Ref& ref) const {
  Entity found;
  TARN_CHECK(Read(ref.account, [&](Rows& rows) -> Status {
    TARN_TRY(found, rows.Get(ref.kind, ref.name));
    return Ok();
  }));
  return found;
}

Result<Entity> Iam::FindByArn(std::string_view arn) const {
  const auto ref = ParseArn(arn);
  if (!ref) return Fail(kNoSuchEntity, "There is no entity " + std::string(arn) + ".");
  TARN_TRY(Entity found, Find(*ref));
  if (!arn.starts_with("arn:aws:sts:") && found.Arn() != arn) {
    return Fail(kNoSuchEntity, "There is no entity " + std::string(arn) + ".");
  }
  return found;
}

Result<OidcProvider> Iam::FindOidcProvider(const std::string& arn) const {
  const auto parts = Parts(arn);
  std::optional<OidcProvider> found;
  if (parts && parts->service == "iam" && parts->kind == "oidc-provider") {
    TARN_CHECK(Read(std::string(parts->account), [&](Rows& rows) -> Status {
      TARN_TRY(found, rows.Find<OidcProvider>(parts->rest));
      return Ok();
    }));
  }
  if (!found) return Fail(kNoSuchEntity, "OpenIDConnect Provider not found for arn " + arn);
  return *std::move(found);
}

Result<SamlProvider> Iam::FindSamlProvider(const std::string& arn) const {
  const auto parts = Parts(arn);
  std::optional<SamlProvider> found;
  if (parts && parts->service == "iam" && parts->kind == "saml-provider") {
    TARN_CHECK(Read(std::string(parts->account), [&](Rows& rows) -> Status {
      TARN_TRY(found, rows.Find<SamlProvider>(parts->rest));
      return Ok();
    }));
  }
  if (!found) return Fail(kNoSuchEntity, "Manifest not found for arn " + arn);
  return *std::move(found);
}

Result<ManagedPolicy> Iam::FindPolicy(const std::string& arn) const {
  const auto parts = Parts(arn);
  ManagedPolicy found;
  TARN_CHECK(Read(std::string(parts ? parts->account : ""), [&](Rows& rows) -> Status {
    TARN_TRY(found, FindManaged(rows, arn));
    return Ok();
  }));
  return found;
}

Result<Caller> Iam::CallerOf(std::string_view arn) const {
  TARN_TRY(const Entity entity, FindByArn(arn));
  Caller caller;
  caller.account = entity.account;
  caller.arn = entity.Arn();
  caller.user_id = entity.id;
  caller.type = identity::PrincipalType::kUser;
  if (entity.kind == Kind::kRole) {
    caller.type = identity::PrincipalType::kAssumedRole;
    caller.role_arn = caller.arn;
  }
  return caller;
}

Result<std::shared_ptr<const PrincipalPolicies>> Iam::PoliciesOf(const Caller& caller) {
  const bool is_role = caller.type == identity::PrincipalType::kAssumedRole;
  // A federated user has what the user who made the session has: its Caller keeps that user's ARN as the role's.
  const std::string& arn = caller.role_arn.empty() ? caller.arn : caller.role_arn;
  if (!is_role && caller.type != identity::PrincipalType::kUser &&
      caller.type != identity::PrincipalType::kFederatedUser) {
    return None();
  }
  // Whoever has the name of someone who is gone has nothing of theirs: the unique id tells.
  const std::string_view id = caller.type == identity::PrincipalType::kFederatedUser
                                  ? std::string_view()
                                  : std::string_view(caller.user_id).substr(0, caller.user_id.find(':'));
  const PolicyCache::Name principal{id, arn};
  const std::optional<uint64_t> as_of = store_.HotCommits();
  if (as_of) {
    if (auto recent = cache_->FindRecent(caller.account, *as_of, principal)) return recent;
  }
  TARN_TRY(auto found, FindPolicies(caller.account, id, arn));
  return as_of ? cache_->KeepRecent(caller.account, *as_of, principal, std::move(found)) : found;
}

Result<std::shared_ptr<const PrincipalPolicies>> Iam::FindPolicies(const std::string& account, std::string_view id,
                                                                   std::string_view arn) {
  const PolicyCache::Name principal{id, arn};
  const std::string version_key = VersionKeyOf(account);
  TARN_TRY(auto version, store_.Get(version_key));
  if (!version) return None();
  if (auto cached = cache_->Find(account, *version, principal)) return cached;
  const auto txn = store_.Begin();
  TARN_TRY(version, txn->PeekGet(version_key));
  if (!version) return None();
  Rows rows(*this, *txn, account, false);
  auto loaded = std::make_shared<PrincipalPolicies>();
  if (const auto ref = ParseArn(arn); ref && ref->account == account) {
    TARN_TRY(const auto entity, rows.FindEntity(ref->kind, ref->name));
    if (entity && entity->Arn() == arn && (id.empty() || entity->id == id)) {
      TARN_TRY(*loaded, Load(rows, *entity));
    }
  }
  cache_->Put(account, *version, principal, loaded);
  return std::shared_ptr<const PrincipalPolicies>(std::move(loaded));
}

Result<PrincipalPolicies> Iam::PoliciesOf(const Ref& ref) const {
  PrincipalPolicies found;
  TARN_CHECK(Read(ref.account, [&](Rows& rows) -> Status {
    TARN_TRY(const Entity entity, rows.Get(ref.kind, ref.name));
    TARN_TRY(found, Load(rows, entity));
    return Ok();
  }));
  return found;
}

}  // namespace tarn::iam
