#include "organizations/book.h"

#include <algorithm>
#include <utility>

#include "kv/key.h"
#include "organizations/errors.h"

namespace tarn::organizations {
namespace {

constexpr std::string_view kSpace = "O";
constexpr size_t kRowsMax = 100'000;

std::string OrganizationKey(std::string_view id) { return kv::Key(kSpace).Text("org").Text(id).Take(); }
std::string MemberKey(std::string_view account) { return kv::Key(kSpace).Text("member").Text(account).Take(); }
kv::Key TableKey(std::string_view table, std::string_view organization) {
  return std::move(kv::Key(kSpace).Text(table).Text(organization));
}
std::string RowKey(std::string_view table, std::string_view organization, std::string_view id) {
  return TableKey(table, organization).Text(id).Take();
}

Error Damaged(std::string_view table) { return Fail(kDamaged, "a row of " + std::string(table) + " is damaged"); }

template <class T>
Timestamp TimeOf(const T& row) {
  if constexpr (requires { row.joined; }) {
    return row.joined;
  } else if constexpr (requires { row.created; }) {
    return row.created;
  } else {
    return row.requested;
  }
}

}  // namespace

std::string VersionKey() { return kv::Key(kSpace).Text("version").Take(); }

Status Book::Open() {
  TARN_TRY(const std::string id, OrganizationOf(asker_));
  if (id.empty()) return Fail(kNotInUse, "Your account is not a member of an organization.");
  TARN_TRY(const auto row, txn_.Get(OrganizationKey(id)));
  auto read = row ? DecodeRecord<Organization>(*row) : std::nullopt;
  if (!read) return Damaged("organizations");
  organization_ = std::move(*read);
  return Ok();
}

void Book::Found(Organization organization) {
  organization_ = std::move(organization);
  PutOrganization();
}

template <class T>
Result<std::vector<T>> Book::All(std::string_view table) {
  const kv::Key prefix = TableKey(table, organization_.id);
  TARN_TRY(const auto rows, txn_.Scan(prefix.bytes(), prefix.End(), kRowsMax));
  std::vector<T> all;
  for (const kv::KeyValue& row : rows) {
    auto read = DecodeRecord<T>(row.value);
    if (!read) return Damaged(table);
    all.push_back(std::move(*read));
  }
  std::ranges::stable_sort(all, {}, [](const T& row) { return TimeOf(row); });
  return all;
}

template <class T>
Result<std::optional<T>> Book::Find(std::string_view table, std::string_view id) {
  TARN_TRY(const auto row, txn_.Get(RowKey(table, organization_.id, id)));
  if (!row) return std::optional<T>();
  auto read = DecodeRecord<T>(*row);
  if (!read) return Damaged(table);
  return read;
}

Result<std::vector<Account>> Book::Accounts() { return All<Account>("account"); }
Result<std::vector<Unit>> Book::Units() { return All<Unit>("unit"); }
Result<std::vector<Policy>> Book::Policies() { return All<Policy>("policy"); }
Result<std::vector<Creation>> Book::Creations() { return All<Creation>("creation"); }
Result<std::optional<Account>> Book::FindAccount(std::string_view id) { return Find<Account>("account", id); }
Result<std::optional<Unit>> Book::FindUnit(std::string_view id) { return Find<Unit>("unit", id); }
Result<std::optional<Creation>> Book::FindCreation(std::string_view id) { return Find<Creation>("creation", id); }
Result<std::optional<Policy>> Book::FindPolicy(std::string_view id) {
  Policy managed = ManagedPolicy(id);
  if (!managed.content.empty()) return std::optional<Policy>(std::move(managed));
  return Find<Policy>("policy", id);
}

void Book::PutOrganization() { txn_.Put(OrganizationKey(organization_.id), EncodeRecord(organization_)); }
void Book::Put(const Account& account) {
  txn_.Put(RowKey("account", organization_.id, account.id), EncodeRecord(account));
  txn_.Put(MemberKey(account.id), organization_.id);
}
void Book::Put(const Unit& unit) { txn_.Put(RowKey("unit", organization_.id, unit.id), EncodeRecord(unit)); }
void Book::Put(const Policy& policy) { txn_.Put(RowKey("policy", organization_.id, policy.id), EncodeRecord(policy)); }
void Book::Put(const Creation& creation) {
  txn_.Put(RowKey("creation", organization_.id, creation.id), EncodeRecord(creation));
}

void Book::Erase(const Account& account) {
  const auto attached = AttachedTo(account.id);
  if (attached.ok()) {
    for (const std::string& policy : *attached) Detach(account.id, policy);
  }
  txn_.Delete(RowKey("account", organization_.id, account.id));
  txn_.Delete(MemberKey(account.id));
}
void Book::Erase(const Unit& unit) {
  const auto attached = AttachedTo(unit.id);
  if (attached.ok()) {
    for (const std::string& policy : *attached) Detach(unit.id, policy);
  }
  txn_.Delete(RowKey("unit", organization_.id, unit.id));
}
void Book::Erase(const Policy& policy) { txn_.Delete(RowKey("policy", organization_.id, policy.id)); }

Status Book::EraseRange(const std::string& begin, const std::string& end) {
  TARN_TRY(const auto rows, txn_.Scan(begin, end, kRowsMax));
  for (const kv::KeyValue& row : rows) txn_.Delete(row.key);
  return Ok();
}

Status Book::EraseAll() {
  TARN_TRY(const auto accounts, Accounts());
  for (const Account& account : accounts) txn_.Delete(MemberKey(account.id));
  for (const std::string_view table : {"account", "unit", "policy", "creation", "attached", "target"}) {
    const kv::Key prefix = TableKey(table, organization_.id);
    TARN_CHECK(EraseRange(prefix.bytes(), prefix.End()));
  }
  txn_.Delete(OrganizationKey(organization_.id));
  return Ok();
}

Result<std::string> Book::OrganizationOf(std::string_view account) {
  TARN_TRY(const auto row, txn_.Get(MemberKey(account)));
  return row.value_or("");
}

void Book::Attach(std::string_view target, std::string_view policy) {
  txn_.Put(TableKey("attached", organization_.id).Text(target).Text(policy).Take(), "");
  txn_.Put(TableKey("target", organization_.id).Text(policy).Text(target).Take(), "");
}

void Book::Detach(std::string_view target, std::string_view policy) {
  txn_.Delete(TableKey("attached", organization_.id).Text(target).Text(policy).Take());
  txn_.Delete(TableKey("target", organization_.id).Text(policy).Text(target).Take());
}

namespace {

Result<std::vector<std::string>> LastTexts(kv::Txn& txn, const kv::Key& prefix) {
  TARN_TRY(const auto rows, txn.Scan(prefix.bytes(), prefix.End(), kRowsMax));
  std::vector<std::string> texts;
  for (const kv::KeyValue& row : rows) {
    kv::KeyReader reader(row.key);
    std::string last;
    while (!reader.AtEnd()) {
      auto text = reader.Text();
      if (!text) break;
      last = std::move(*text);
    }
    texts.push_back(std::move(last));
  }
  return texts;
}

}  // namespace

Result<std::vector<std::string>> Book::AttachedTo(std::string_view target) {
  return LastTexts(txn_, TableKey("attached", organization_.id).Text(target));
}

Result<std::vector<std::string>> Book::TargetsOf(std::string_view policy) {
  return LastTexts(txn_, TableKey("target", organization_.id).Text(policy));
}

void Book::AttachDefaults(std::string_view target) {
  if (!organization_.all_features) return;
  Attach(target, kFullAccess);
  Attach(target, kFullResourceAccess);
}

Result<std::vector<std::string>> Book::PathTo(std::string_view id) {
  std::vector<std::string> path;
  std::string at(id);
  while (at != organization_.root_id) {
    path.push_back(at);
    if (at.starts_with("ou-")) {
      TARN_TRY(const auto unit, FindUnit(at));
      if (!unit) return std::vector<std::string>();
      at = unit->parent;
    } else {
      TARN_TRY(const auto account, FindAccount(at));
      if (!account) return std::vector<std::string>();
      at = account->parent;
    }
  }
  path.push_back(at);
  std::ranges::reverse(path);
  return path;
}

bool Book::Enabled(std::string_view type) const {
  return EnabledByName(type) || (type == kServiceControl && organization_.service_control_at_birth);
}

bool Book::EnabledByName(std::string_view type) const {
  return std::ranges::find(organization_.types, type) != organization_.types.end();
}

Result<std::optional<Handshake>> FindHandshake(kv::Txn& txn, std::string_view id) {
  TARN_TRY(const auto row, txn.Get(kv::Key(kSpace).Text("handshake").Text(id).Take()));
  if (!row) return std::optional<Handshake>();
  auto read = DecodeRecord<Handshake>(*row);
  if (!read) return Damaged("handshakes");
  return read;
}

Result<std::vector<Handshake>> AllHandshakes(kv::Txn& txn) {
  kv::Key prefix(kSpace);
  prefix.Text("handshake");
  TARN_TRY(const auto rows, txn.Scan(prefix.bytes(), prefix.End(), kRowsMax));
  std::vector<Handshake> all;
  for (const kv::KeyValue& row : rows) {
    auto read = DecodeRecord<Handshake>(row.value);
    if (!read) return Damaged("handshakes");
    all.push_back(std::move(*read));
  }
  std::ranges::stable_sort(all, {}, [](const Handshake& each) { return each.requested; });
  return all;
}

void PutHandshake(kv::Txn& txn, const Handshake& handshake) {
  txn.Put(kv::Key(kSpace).Text("handshake").Text(handshake.id).Take(), EncodeRecord(handshake));
}

}  // namespace tarn::organizations
