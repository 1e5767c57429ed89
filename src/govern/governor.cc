#include "govern/governor.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <mutex>

#include "base/hash.h"
#include "base/random.h"
#include "base/strings.h"
#include "catalog/errors.h"
#include "catalog/keys.h"
#include "govern/errors.h"
#include "govern/keys.h"
#include "govern/records.h"

namespace tarn::govern {

std::string ResourceId(Resource resource, std::string_view database_uid, std::string_view table_uid) {
  if (!database_uid.empty()) resource.database = database_uid;
  if (!table_uid.empty()) resource.table = table_uid;
  return Sha256(EncodeRecord(resource));
}

Governor::Governor(kv::Store& store, const catalog::Catalog& catalog, const Clock& clock, PrincipalFacts* facts,
                   StoredFiles* files)
    : store_(store), catalog_(catalog), clock_(clock), facts_(facts), files_(files), places_(store) {}

Result<std::shared_ptr<const Snapshot>> Governor::Present(kv::Txn& txn, const Scope& scope) {
  TARN_TRY(const auto version, txn.PeekGet(VersionKey(scope)));
  if (!version) return std::shared_ptr<const Snapshot>();
  {
    const std::shared_lock lock(mutex_);
    const auto found = loaded_.find(scope);
    if (found != loaded_.end() && found->second.version == *version) return found->second.snapshot;
  }
  TARN_TRY(auto snapshot, Snapshot::Load(txn, scope));
  const std::unique_lock lock(mutex_);
  loaded_[scope] = {*version, snapshot};
  return snapshot;
}

Result<std::shared_ptr<const Snapshot>> Governor::SnapshotOf(const Scope& scope) {
  const auto txn = store_.Begin();
  TARN_TRY(auto snapshot, Present(*txn, scope));
  if (snapshot) return snapshot;
  static const auto kNothing = std::make_shared<const Snapshot>();
  return std::shared_ptr<const Snapshot>(kNothing);
}

Status Governor::Change(const Scope& scope, const std::function<Status(kv::Txn&)>& body) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_CHECK(body(txn));
    txn.Put(VersionKey(scope), RandomBytes(16));
    return Ok();
  });
}

Result<Who> Governor::Known(const identity::Caller& caller, const Scope& scope) {
  TARN_TRY(Who who, WhoIs(caller, facts_));
  if (caller.anonymous() || who.account == scope.account) return who;
  bool manages = who.acts_for_account;
  if (!manages) {
    TARN_TRY(const auto own, SnapshotOf({.account = who.account, .region = scope.region}));
    manages = own->IsAdmin(who);
  }
  if (!manages) return who;
  who.ids.push_back(who.account);
  if (facts_ != nullptr) {
    TARN_TRY(auto organizations, facts_->OrganizationsOf(who.account));
    std::ranges::move(organizations, std::back_inserter(who.ids));
  }
  return who;
}

Result<bool> Governor::IsAdmin(const identity::Caller& caller, const Scope& scope) {
  TARN_TRY(const Who who, Known(caller, scope));
  if (who.account != scope.account) return false;
  if (who.acts_for_account) return true;
  TARN_TRY(const auto snapshot, SnapshotOf(scope));
  return snapshot->IsAdmin(who);
}

Result<Governor::Place> Governor::Find(kv::Txn& txn, const Scope& scope, const Resource& resource) const {
  Place place;
  if (resource.database.empty()) return place;
  auto database = catalog::LoadDatabase(txn, scope, resource.database);
  if (database.Is(catalog::kNoSuchDatabase)) return Fail(kNotFound, "Database not found.");
  if (!database.ok()) return database.error();
  place.database = std::move(*database);
  if (resource.table.empty()) return place;
  auto table = catalog::LoadTable(txn, scope, resource.database, resource.table);
  if (table.Is(catalog::kNoSuchTable)) return Fail(kNotFound, "Table not found.");
  if (!table.ok()) return table.error();
  place.table = std::move(*table);
  return place;
}

Result<Governor::Place> Governor::FindFor(kv::Txn& txn, const Who& who, const Scope& scope, const Resource& resource,
                                          std::string_view refusal) {
  auto found = Find(txn, scope, resource);
  if (!found.Is(kNotFound)) return found;
  TARN_TRY(const auto snapshot, SnapshotOf(scope));
  return SeesAll(who, scope, *snapshot) ? found.error() : Fail(kAccessDenied, std::string(refusal));
}

bool Governor::SeesAll(const Who& who, const Scope& scope, const Snapshot& snapshot) {
  return who.account == scope.account &&
         (who.acts_for_account || snapshot.IsAdmin(who) || snapshot.IsReadOnlyAdmin(who));
}

namespace {

const std::vector<PrincipalGrant>& IamOnly() {
  static const std::vector<PrincipalGrant> kIamOnly{{std::string(kIamAllowed), Bit(Permission::kAll)}};
  return kIamOnly;
}

std::vector<Defaults> HistoryOf(std::vector<Defaults> before, const Settings& settings, Timestamp now) {
  Defaults next{.since = now,
                .database = settings.database_defaults.value_or(std::vector<PrincipalGrant>()),
                .table = settings.table_defaults.value_or(std::vector<PrincipalGrant>())};
  const bool is_same = before.empty() ? next.database == IamOnly() && next.table == IamOnly()
                                      : before.back().database == next.database && before.back().table == next.table;
  if (!is_same) before.push_back(std::move(next));
  return before;
}

Status CheckAll(const std::optional<std::vector<std::string>>& principals, std::string_view what) {
  for (const std::string& principal : principals.value_or(std::vector<std::string>())) {
    if (principal == kIamAllowed) return Fail(kInvalidInput, fmt::format("Invalid {}: {}", what, principal));
    TARN_CHECK(CheckPrincipal(principal));
  }
  return Ok();
}

}  // namespace

Result<Settings> Governor::GetSettings(const Scope& scope) {
  Settings settings;
  bool is_put = false;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto record, txn.PeekGet(KindKey(scope, kSettingsKind).bytes()));
    is_put = record.has_value();
    if (!is_put) return Ok();
    auto read = DecodeRecord<Settings>(*record);
    if (!read) return Fail(kDamaged, "the data lake settings are damaged");
    settings = std::move(*read);
    return Ok();
  }));
  if (is_put) return settings;
  settings.admins.emplace();
  settings.database_defaults = IamOnly();
  settings.table_defaults = IamOnly();
  settings.trusted_owners.emplace();
  settings.external_filtering = false;
  settings.external_filtering_allow_list.emplace();
  return settings;
}

Result<bool> Governor::IsTrustedEngine(const identity::Caller& caller, const Scope& scope) {
  // The session tag by which an engine shows itself.
  constexpr std::string_view kEngineTag = "LakeFormationAuthorizedCaller";
  if (!caller.facts) return false;
  const auto tag = caller.facts->tags.find(std::string(kEngineTag));
  if (tag == caller.facts->tags.end()) return false;
  TARN_TRY(const Settings settings, GetSettings(scope));
  const auto has = [](const std::optional<std::vector<std::string>>& items, const std::string& item) {
    return items && std::ranges::find(*items, item) != items->end();
  };
  return settings.external_filtering.value_or(false) && has(settings.external_filtering_allow_list, caller.account) &&
         has(settings.authorized_session_tags, tag->second);
}

Status Governor::PutSettings(const identity::Caller& caller, const Scope& scope, Settings settings) {
  if (caller.account != scope.account) {
    return Fail(kAccessDenied,
                "Resource does not exist or requester is not authorized to access requested permissions.");
  }
  TARN_CHECK(CheckAll(settings.admins, "data lake administrator"));
  TARN_CHECK(CheckAll(settings.read_only_admins, "read-only administrator"));
  for (const auto* defaults : {&settings.database_defaults, &settings.table_defaults}) {
    for (const PrincipalGrant& grant : defaults->value_or(std::vector<PrincipalGrant>())) {
      TARN_CHECK(CheckPrincipal(grant.principal));
    }
  }
  return Change(scope, [&](kv::Txn& txn) -> Status {
    const std::string key = KindKey(scope, kSettingsKind).Take();
    TARN_TRY(const auto record, txn.Get(key));
    Settings before;
    if (record) {
      auto read = DecodeRecord<Settings>(*record);
      if (!read) return Fail(kDamaged, "the data lake settings are damaged");
      before = std::move(*read);
    }
    settings.history = HistoryOf(std::move(before.history), settings, clock_.Now());
    txn.Put(key, EncodeRecord(settings));
    return Ok();
  });
}

}  // namespace tarn::govern
