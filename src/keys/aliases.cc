// Aliases: names that point to keys.
#include <algorithm>

#include "base/strings.h"
#include "keys/ciphertext.h"
#include "keys/key_specs.h"
#include "keys/session.h"

namespace tarn::keys {
namespace {

constexpr size_t kAliasesPerKeyMax = 50;

Status CheckName(const std::string& alias) {
  if (!alias.starts_with("alias/")) {
    return Fail(kInvalidInput,
                "Alias must start with the prefix \"alias/\". Please see "
                "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html");
  }
  if (alias.starts_with("alias/aws/")) return Fail(kNotAuthorized, "");
  if (alias.size() == 6) return Fail(kInvalidAliasName, "");
  if (alias.find(':') != std::string::npos) {
    return Fail(kInvalidInput, alias + " contains invalid characters for an alias");
  }
  return Ok();
}

// The key that an alias is to point to: of the caller's own account and region.
Result<std::shared_ptr<const Entry>> Target(Session& session, std::string_view key, std::string_view operation) {
  if (key.starts_with("alias/") || key.find(":alias/") != std::string_view::npos) {
    return Fail(kInvalidInput, "Aliases must refer to keys. Not aliases");
  }
  TARN_TRY(auto entry, session.Open(key, Owners(operation)));
  TARN_CHECK(session.CheckNotPendingDeletion(entry->key));
  return entry;
}

void Put(Session& session, const Key& key, const Alias& alias) {
  session.txn().Put(AliasKey(key.scope, alias.name), EncodeRecord(alias));
  session.txn().Put(AliasesOfKey(key.scope, key.id).Text(alias.name).Take(), "");
}

Status CheckRoom(Session& session, const Key& key) {
  TARN_TRY(const auto rows, session.Scan(AliasesOfKey(key.scope, key.id), kAliasesPerKeyMax));
  if (rows.size() < kAliasesPerKeyMax) return Ok();
  return Fail(kLimitExceeded, "A KMS key can have at most 50 aliases.");
}

}  // namespace

Status Keys::CreateAlias(const Use& use, const std::string& alias, std::string_view key) {
  TARN_CHECK(CheckName(alias));
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Session session(*this, txn, use, true);
    TARN_TRY(const auto entry, Target(session, key, "CreateAlias"));
    TARN_TRY(const auto present, txn.Get(AliasKey(use.scope, alias)));
    if (present) {
      return Fail(kAlreadyExists, "An alias with the name " + AliasArn(use.scope, alias) + " already exists");
    }
    TARN_CHECK(CheckRoom(session, entry->key));
    Put(session, entry->key,
        {.name = alias, .key_id = entry->key.id, .created = session.now(), .updated = session.now()});
    return Ok();
  });
}

Status Keys::UpdateAlias(const Use& use, const std::string& alias, std::string_view key) {
  TARN_CHECK(CheckName(alias));
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Session session(*this, txn, use, true);
    TARN_TRY(const auto entry, Target(session, key, "UpdateAlias"));
    TARN_TRY(const auto row, txn.Get(AliasKey(use.scope, alias)));
    if (!row) return AliasNotFound(use.scope, alias);
    TARN_TRY(Alias found, Decode<Alias>(*row));
    found.name = alias;
    if (found.key_id == entry->key.id) return Ok();
    TARN_TRY(const auto old, session.Load(use.scope, found.key_id));
    TARN_CHECK(session.Authorize(*old, Owners("UpdateAlias"), {}, alias));
    const bool alike =
        old->key.usage == entry->key.usage && IsAsymmetric(old->key.spec) == IsAsymmetric(entry->key.spec);
    if (!alike) {
      return Fail(kInvalidInput, "Alias " + AliasArn(use.scope, alias) + " cannot be changed from a key of usage " +
                                     std::string(NameOf(old->key.usage)) + " to one of another usage or kind.");
    }
    TARN_CHECK(CheckRoom(session, entry->key));
    txn.Delete(AliasesOfKey(use.scope, found.key_id).Text(alias).Take());
    found.key_id = entry->key.id;
    found.updated = session.now();
    Put(session, entry->key, found);
    return Ok();
  });
}

Status Keys::DeleteAlias(const Use& use, const std::string& alias) {
  TARN_CHECK(CheckName(alias));
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Session session(*this, txn, use, true);
    TARN_TRY(const auto row, txn.Get(AliasKey(use.scope, alias)));
    if (!row) return AliasNotFound(use.scope, alias);
    TARN_TRY(const Alias found, Decode<Alias>(*row));
    TARN_TRY(const auto entry, session.Load(use.scope, found.key_id));
    TARN_CHECK(session.Authorize(*entry, Owners("DeleteAlias"), {}, alias));
    txn.Delete(AliasKey(use.scope, alias));
    txn.Delete(AliasesOfKey(use.scope, found.key_id).Text(alias).Take());
    return Ok();
  });
}

Result<Page<Alias>> Keys::ListAliases(const Use& use, std::string_view key, const std::string& after, size_t limit) {
  const auto txn = store_.Begin();
  Session session(*this, *txn, use, false);
  Page<Alias> page;
  std::vector<kv::KeyValue> rows;
  const bool of_key = !key.empty();
  if (of_key) {
    TARN_TRY(const auto entry, session.Open(key, Owners("ListAliases")));
    TARN_TRY(rows, session.Scan(AliasesOfKey(entry->key.scope, entry->key.id), limit + 1, after));
  } else {
    TARN_TRY(rows, session.Scan(ScopeKey("a", use.scope), limit + 1, after));
  }
  const bool more = rows.size() > limit;
  if (more) rows.resize(limit);
  for (const kv::KeyValue& row : rows) {
    kv::KeyReader reader(row.key);
    for (int i = 0; i < (of_key ? 5 : 4); ++i) (void)reader.Text();
    const std::string name = reader.Text().value_or("");
    std::string record = row.value;
    if (of_key) {
      TARN_TRY(auto stored, session.Get(AliasKey(use.scope, name)));
      record = std::move(stored).value_or("");
    }
    TARN_TRY(Alias alias, Decode<Alias>(record));
    alias.name = name;
    page.items.push_back(std::move(alias));
  }
  if (more) page.next = page.items.back().name;
  return page;
}

}  // namespace tarn::keys
