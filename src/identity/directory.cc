#include "identity/directory.h"

#include <algorithm>
#include <mutex>

#include "base/hash.h"
#include "base/random.h"
#include "base/record.h"
#include "base/strings.h"
#include "identity/errors.h"
#include "identity/hot_keys.h"
#include "kv/key.h"

namespace tarn::identity {
namespace {

constexpr size_t kCacheMax = 10'000;
constexpr size_t kAccountsMax = 10'000;

// Tags are frozen: docs/format/identity.md.
enum AccountTag : uint32_t { kAccountName = 1, kAccountRootKey = 2, kAccountCreated = 3 };
enum KeyTag : uint32_t {
  kKeyAccount = 1,
  kKeyPrincipal = 2,
  kKeySecret = 3,
  kKeyCreated = 4,
  kKeyUserName = 5,
  kKeyUserId = 6,
  kKeyUserArn = 7,
  kKeyInactive = 8
};
constexpr uint64_t kPrincipalRoot = 1;
constexpr uint64_t kPrincipalUser = 2;

std::string AccountKey(std::string_view id) { return kv::Key("i").Text("account").Text(id).Take(); }
std::string AccessKey(std::string_view id) { return kv::Key("i").Text("key").Text(id).Take(); }

struct StoredKey : UserKey {
  uint64_t principal = 0;
};

Result<StoredKey> ParseStoredKey(std::string_view record) {
  StoredKey stored;
  RecordReader reader(record);
  while (reader.Next()) {
    switch (reader.tag()) {
      case kKeyAccount:
        stored.account = reader.str();
        break;
      case kKeyPrincipal:
        stored.principal = reader.u64();
        break;
      case kKeySecret:
        stored.sealed = reader.str();
        break;
      case kKeyCreated:
        stored.created = {reader.i64()};
        break;
      case kKeyUserName:
        stored.user_name = reader.str();
        break;
      case kKeyUserId:
        stored.user_id = reader.str();
        break;
      case kKeyUserArn:
        stored.user_arn = reader.str();
        break;
      case kKeyInactive:
        stored.active = !reader.boolean();
        break;
      default:
        break;
    }
  }
  const bool known = stored.principal == kPrincipalRoot || stored.principal == kPrincipalUser;
  if (reader.corrupt() || stored.account.empty() || !known) {
    return Fail(kDamaged, "an access key's record is damaged");
  }
  return stored;
}

Result<AccountInfo> ParseAccount(std::string id, std::string_view record) {
  AccountInfo account{.id = std::move(id), .name = {}, .root_access_key_id = {}, .created = {}};
  RecordReader reader(record);
  while (reader.Next()) {
    switch (reader.tag()) {
      case kAccountName:
        account.name = reader.str();
        break;
      case kAccountRootKey:
        account.root_access_key_id = reader.str();
        break;
      case kAccountCreated:
        account.created = {reader.i64()};
        break;
      default:
        break;
    }
  }
  if (reader.corrupt()) return Fail(kDamaged, "the record of account " + account.id + " is damaged");
  return account;
}

Status CheckSpec(const AccountSpec& spec) {
  auto digits = [](char c) { return c >= '0' && c <= '9'; };
  if (spec.id.size() != 12 || !std::ranges::all_of(spec.id, digits)) {
    return Fail(kBadAccount, "account id \"" + spec.id + "\" is not twelve digits");
  }
  auto allowed = [&](char c) {
    return digits(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
  };
  if (spec.access_key_id.size() < 3 || spec.access_key_id.size() > 128 ||
      !std::ranges::all_of(spec.access_key_id, allowed)) {
    return Fail(kBadAccount,
                "the access key id of account " + spec.id + " is not 3 to 128 letters, digits, '_' or '-'");
  }
  if (spec.secret_access_key.size() < 3 || spec.secret_access_key.size() > 1024) {
    return Fail(kBadAccount, "the secret access key of account " + spec.id + " is not 3 to 1024 bytes long");
  }
  return Ok();
}

}  // namespace

Directory::Directory(kv::Store& store, const Clock& clock, std::string master_key)
    : store_(store), clock_(clock), box_(std::move(master_key)) {}

Status Directory::EnsureAccount(const AccountSpec& spec) {
  TARN_CHECK(CheckSpec(spec));
  return kv::Transact(store_, [&](kv::Txn& txn) { return Write(txn, spec); });
}

Status Directory::Write(kv::Txn& txn, const AccountSpec& spec) const {
  AccountInfo account{.id = spec.id, .name = {}, .root_access_key_id = {}, .created = clock_.Now()};
  TARN_TRY(auto stored_account, txn.Get(AccountKey(spec.id)));
  if (stored_account) {
    TARN_TRY(account, ParseAccount(spec.id, *stored_account));
  }
  TARN_TRY(auto stored_key, txn.Get(AccessKey(spec.access_key_id)));
  if (stored_key) {
    TARN_TRY(auto key, ParseStoredKey(*stored_key));
    if (key.account != spec.id || key.principal != kPrincipalRoot) {
      return Fail(kKeyTaken, "access key " + spec.access_key_id + " belongs to another principal");
    }
    auto secret = box_.Open(spec.access_key_id, key.sealed);
    if (!secret.ok()) return secret.error();
    if (stored_account && account.name == spec.name && account.root_access_key_id == spec.access_key_id &&
        ConstantTimeEqual(*secret, spec.secret_access_key)) {
      return Ok();
    }
  }
  if (!account.root_access_key_id.empty() && account.root_access_key_id != spec.access_key_id) {
    txn.Delete(AccessKey(account.root_access_key_id));
  }
  txn.Put(AccountKey(spec.id), RecordWriter()
                                   .Str(kAccountName, spec.name)
                                   .Str(kAccountRootKey, spec.access_key_id)
                                   .I64(kAccountCreated, account.created.micros)
                                   .Take());
  txn.Put(AccessKey(spec.access_key_id), RecordWriter()
                                             .Str(kKeyAccount, spec.id)
                                             .U64(kKeyPrincipal, kPrincipalRoot)
                                             .Str(kKeySecret, box_.Seal(spec.access_key_id, spec.secret_access_key))
                                             .I64(kKeyCreated, clock_.Now().micros)
                                             .Take());
  txn.Put(VersionKey(), RandomBytes(16));
  return Ok();
}

Result<std::vector<AccountInfo>> Directory::ListAccounts() {
  std::vector<AccountInfo> accounts;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    kv::Key prefix("i");
    prefix.Text("account");
    TARN_TRY(auto rows, txn.Scan(prefix.bytes(), prefix.End(), kAccountsMax));
    for (const kv::KeyValue& row : rows) {
      kv::KeyReader key(row.key);
      key.Text();
      key.Text();
      TARN_TRY(auto account, ParseAccount(key.Text().value_or(""), row.value));
      accounts.push_back(std::move(account));
    }
    return Ok();
  }));
  return accounts;
}

Result<std::optional<AccountInfo>> Directory::FindAccount(const std::string& id) {
  std::optional<AccountInfo> found;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto record, txn.Get(AccountKey(id)));
    if (!record) return Ok();
    TARN_TRY(found, ParseAccount(id, *record));
    return Ok();
  }));
  return found;
}

Status Directory::AddAccount(kv::Txn& txn, const std::string& id, const std::string& name) const {
  TARN_TRY(const auto present, txn.Get(AccountKey(id)));
  if (id.size() != 12 || !ParseU64(id) || present) return Fail(kBadAccount, "account \"" + id + "\" cannot be made");
  txn.Put(AccountKey(id), RecordWriter().Str(kAccountName, name).I64(kAccountCreated, clock_.Now().micros).Take());
  return Ok();
}

Status Directory::AddUserKey(kv::Txn& txn, UserKey key, const std::string& secret) const {
  TARN_TRY(const auto present, txn.Get(AccessKey(key.id)));
  if (present) return Fail(kKeyTaken, "access key " + key.id + " exists");
  key.sealed = box_.Seal(key.id, secret);
  PutUserKey(txn, key);
  return Ok();
}

void Directory::PutUserKey(kv::Txn& txn, const UserKey& key) const {
  txn.Put(AccessKey(key.id), RecordWriter()
                                 .Str(kKeyAccount, key.account)
                                 .U64(kKeyPrincipal, kPrincipalUser)
                                 .Str(kKeySecret, key.sealed)
                                 .I64(kKeyCreated, key.created.micros)
                                 .Str(kKeyUserName, key.user_name)
                                 .Str(kKeyUserId, key.user_id)
                                 .Str(kKeyUserArn, key.user_arn)
                                 .Bool(kKeyInactive, !key.active)
                                 .Take());
  txn.Put(VersionKey(), RandomBytes(16));
}

void Directory::RemoveKey(kv::Txn& txn, const std::string& access_key_id) const {
  txn.Delete(AccessKey(access_key_id));
  txn.Put(VersionKey(), RandomBytes(16));
}

Result<std::optional<UserKey>> Directory::FindUserKey(kv::Txn& txn, const std::string& access_key_id) const {
  TARN_TRY(const auto record, txn.Get(AccessKey(access_key_id)));
  if (!record) return std::optional<UserKey>();
  TARN_TRY(StoredKey key, ParseStoredKey(*record));
  if (key.principal != kPrincipalUser) return std::optional<UserKey>();
  key.id = access_key_id;
  return std::optional<UserKey>(std::move(key));
}

Result<std::optional<std::string>> Directory::AccountOfKey(kv::Txn& txn, const std::string& access_key_id) const {
  TARN_TRY(const auto record, txn.Get(AccessKey(access_key_id)));
  if (!record) return std::optional<std::string>();
  TARN_TRY(const StoredKey key, ParseStoredKey(*record));
  return std::optional<std::string>(key.account);
}

Result<std::shared_ptr<const Credential>> Directory::LoadKey(kv::Txn& txn, const std::string& access_key_id) const {
  TARN_TRY(auto record, txn.PeekGet(AccessKey(access_key_id)));
  if (!record) return Fail(kUnknownKey, "no access key " + access_key_id);
  TARN_TRY(auto key, ParseStoredKey(*record));
  auto credential = std::make_shared<Credential>();
  if (!key.active) return Fail(kUnknownKey, "access key " + access_key_id + " is inactive");
  TARN_TRY(credential->secret, box_.Open(access_key_id, key.sealed));
  credential->caller = RootOf(key.account);
  if (key.principal == kPrincipalUser) {
    credential->caller.type = PrincipalType::kUser;
    credential->caller.arn = key.user_arn;
    credential->caller.user_id = key.user_id;
  }
  credential->caller.access_key_id = access_key_id;
  return std::shared_ptr<const Credential>(std::move(credential));
}

Result<std::shared_ptr<const Credential>> Directory::FindKey(std::string_view access_key_id, std::string_view token) {
  const std::optional<uint64_t> as_of = store_.HotCommits();
  const auto* const known = as_of ? lately_.Find(access_key_id, *as_of) : nullptr;
  std::shared_ptr<const Credential> found = known != nullptr ? *known : nullptr;
  if (!found) {
    TARN_TRY(found, FindShared(access_key_id));
    if (as_of) found = lately_.Keep(access_key_id, *as_of, CountedApart(std::move(found)));
  }
  // Sessions have tokens; a lasting key has none.
  if (!token.empty()) return Fail(kBadToken, "no session has this token");
  return found;
}

Result<std::shared_ptr<const Credential>> Directory::FindShared(std::string_view access_key_id) {
  TARN_TRY(auto version, store_.Get(VersionKey()));
  const std::string id(access_key_id);
  std::shared_ptr<const Credential> found;
  {
    std::shared_lock lock(cache_mutex_);
    if (auto it = cache_.find(id); it != cache_.end() && version && cache_version_ == *version) found = it->second;
  }
  if (!found) {
    const auto txn = store_.Begin();
    TARN_TRY(version, txn->PeekGet(VersionKey()));
    TARN_TRY(found, LoadKey(*txn, id));
    std::unique_lock lock(cache_mutex_);
    if (cache_version_ != version.value_or("") || cache_.size() >= kCacheMax) cache_.clear();
    cache_version_ = version.value_or("");
    cache_[id] = found;
  }
  return found;
}

}  // namespace tarn::identity
