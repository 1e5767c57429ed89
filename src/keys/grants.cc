// Grants: uses of a key allowed to one principal, beside the key's policy.
#include <algorithm>

#include "base/hash.h"
#include "base/random.h"
#include "base/record.h"
#include "base/strings.h"
#include "keys/crypto/secret_key.h"
#include "keys/key_specs.h"
#include "keys/session.h"

namespace tarn::keys {
namespace {

constexpr size_t kGrantsPerKeyMax = 50'000;
constexpr std::string_view kTokenName = "tarn kms grant token";
enum TokenTag : uint32_t { kAccount = 1, kRegion = 2, kKey = 3, kGrant = 4 };

struct Token {
  Scope scope;
  std::string key_id;
  std::string grant_id;
};

std::string SealToken(std::string_view token_key, const Token& token) {
  const std::string record = RecordWriter()
                                 .Str(kAccount, token.scope.account)
                                 .Str(kRegion, token.scope.region)
                                 .Str(kKey, token.key_id)
                                 .Str(kGrant, token.grant_id)
                                 .Take();
  return Base64(Seal(token_key, kTokenName, record));
}

Result<Token> OpenToken(std::string_view token_key, const std::string& text) {
  const auto sealed = Unbase64(text);
  if (!sealed) return Fail(kInvalidGrantToken, "Invalid grant token");
  const auto record = Unseal(token_key, kTokenName, *sealed);
  if (!record.ok()) return Fail(kInvalidGrantToken, "Invalid grant token");
  Token token;
  RecordReader reader(*record);
  while (reader.Next()) {
    if (reader.tag() == kAccount) token.scope.account = reader.str();
    if (reader.tag() == kRegion) token.scope.region = reader.str();
    if (reader.tag() == kKey) token.key_id = reader.str();
    if (reader.tag() == kGrant) token.grant_id = reader.str();
  }
  return token;
}

// An ARN of IAM or STS, an account, or a service.
bool IsPrincipal(std::string_view name) {
  if (name.starts_with("arn:aws:iam::") || name.starts_with("arn:aws:sts::")) return true;
  if (name.ends_with(".amazonaws.com")) return true;
  return name.size() == 12 && std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

Status CheckPrincipal(const std::string& name) {
  if (name.empty() || IsPrincipal(name)) return Ok();
  return Fail(kInvalidArn, "ARN does not refer to a valid principal: " + name);
}

bool IsOfUsage(Usage usage, std::string_view operation) {
  constexpr std::string_view kAny[] = {"DescribeKey", "CreateGrant", "RetireGrant"};
  if (std::ranges::find(kAny, operation) != std::end(kAny)) return true;
  switch (usage) {
    case Usage::kEncryptDecrypt:
      return operation.find("crypt") != std::string_view::npos || operation.starts_with("GenerateDataKey") ||
             operation == "GetPublicKey";
    case Usage::kSignVerify:
      return operation == "Sign" || operation == "Verify" || operation == "GetPublicKey";
    case Usage::kGenerateVerifyMac:
      return operation == "GenerateMac" || operation == "VerifyMac";
    case Usage::kKeyAgreement:
      return operation == "DeriveSharedSecret" || operation == "GetPublicKey";
  }
  return false;
}

bool SameTerms(const Grant& a, const Grant& b) {
  return a.name == b.name && a.grantee == b.grantee && a.retiring == b.retiring && a.operations == b.operations &&
         a.context_subset == b.context_subset && a.context_equals == b.context_equals && a.source_arn == b.source_arn;
}

std::string LastText(std::string_view row) {
  kv::KeyReader reader(row);
  std::string last;
  while (!reader.AtEnd()) {
    auto text = reader.Text();
    if (!text) break;
    last = std::move(*text);
  }
  return last;
}

std::string GrantRow(const Key& key, const std::string& id) { return GrantsKey(key.scope, key.id).Text(id).Take(); }
std::string RetirableRow(const Key& key, const Grant& grant) {
  return RetirableKey(key.scope, grant.retiring).Text(key.id).Text(grant.id).Take();
}

Result<Grant> FindGrant(Session& session, const Key& key, const std::string& id) {
  TARN_TRY(const auto row, session.Get(GrantRow(key, id)));
  if (!row) return Fail(kNotFound, "Grant ID " + id + " not found");
  TARN_TRY(Grant grant, Decode<Grant>(*row));
  grant.id = id;
  return grant;
}

void Remove(Session& session, const Entry& entry, const Grant& grant) {
  session.txn().Delete(GrantRow(entry.key, grant.id));
  if (!grant.retiring.empty()) session.txn().Delete(RetirableRow(entry.key, grant));
  session.Save(entry.key, entry.key);
}

// The grantee may retire its grant where that is granted; the retiring principal and the key's account always may.
bool MayRetire(const Use& use, const Key& key, const Grant& grant) {
  const identity::Caller& caller = use.caller;
  if (caller.acts_for_account() && caller.account == key.scope.account) return true;
  if (!grant.retiring.empty() && grant.retiring == caller.arn) return true;
  return grant.grantee == caller.arn && std::ranges::find(grant.operations, "RetireGrant") != grant.operations.end();
}

}  // namespace

Result<Keys::Granted> Keys::CreateGrant(const Use& use, std::string_view key, Grant grant) {
  TARN_CHECK(CheckPrincipal(grant.grantee));
  TARN_CHECK(CheckPrincipal(grant.retiring));
  Token token;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Session session(*this, txn, use, true);
    TARN_TRY(const auto entry, session.Open(key, {.name = "CreateGrant", .takes_alias = false}));
    const Key& found = entry->key;
    TARN_CHECK(session.CheckUsable(found));
    for (const std::string& operation : grant.operations) {
      if (!IsOfUsage(found.usage, operation)) {
        return Fail(kInvalidInput, "Grant operation " + operation + " is not valid for a key with usage " +
                                       std::string(NameOf(found.usage)) + ".");
      }
    }
    const bool constrained = grant.context_subset || grant.context_equals;
    if (constrained && !IsSymmetric(found.spec)) {
      return Fail(kInvalidInput, "Encryption context constraints can only be used with symmetric encryption keys.");
    }
    TARN_TRY(const auto rows, session.Scan(GrantsKey(found.scope, found.id), kGrantsPerKeyMax));
    if (rows.size() >= kGrantsPerKeyMax) return Fail(kLimitExceeded, "A KMS key can have at most 50000 grants.");
    token = {found.scope, found.id, {}};
    for (const kv::KeyValue& row : rows) {
      if (grant.name.empty()) break;
      TARN_TRY(const Grant present, Decode<Grant>(row.value));
      if (SameTerms(present, grant)) token.grant_id = LastText(row.key);
    }
    TARN_CHECK(session.CheckDryRun());
    if (!token.grant_id.empty()) return Ok();
    token.grant_id = Hex(RandomBytes(32));
    grant.id = token.grant_id;
    grant.created = session.now();
    grant.issuer = "arn:aws:iam::" + use.caller.account + ":root";
    txn.Put(GrantRow(found, grant.id), EncodeRecord(grant));
    if (!grant.retiring.empty()) txn.Put(RetirableRow(found, grant), "");
    session.Save(found, found);
    return Ok();
  }));
  std::string id = token.grant_id;
  return Granted{std::move(id), SealToken(token_key_, token)};
}

Result<Page<Keys::KeyGrant>> Keys::ListGrants(const Use& use, std::string_view key, const std::string& id,
                                              const std::string& grantee, const std::string& after, size_t limit) {
  const auto txn = store_.Begin();
  Session session(*this, *txn, use, false);
  TARN_TRY(const auto entry, session.Open(key, {.name = "ListGrants", .takes_alias = false}));
  Page<KeyGrant> page;
  if (!id.empty()) {
    auto found = FindGrant(session, entry->key, id);
    if (found.Is(kNotFound)) return Fail(kInvalidGrantId, "");
    if (!found.ok()) return found.error();
    page.items.push_back({entry->key, std::move(*found)});
    return page;
  }
  TARN_TRY(const auto rows, session.Scan(GrantsKey(entry->key.scope, entry->key.id), kGrantsPerKeyMax, after));
  for (const kv::KeyValue& row : rows) {
    TARN_TRY(Grant grant, Decode<Grant>(row.value));
    if (!grantee.empty() && grant.grantee != grantee) continue;
    if (page.items.size() == limit) {
      page.next = page.items.back().grant.id;
      break;
    }
    grant.id = LastText(row.key);
    page.items.push_back({entry->key, std::move(grant)});
  }
  return page;
}

Result<Page<Keys::KeyGrant>> Keys::ListRetirableGrants(const Use& use, const std::string& principal,
                                                       const std::string& after, size_t limit) {
  const auto txn = store_.Begin();
  Session session(*this, *txn, use, false);
  const kv::Key prefix = RetirableKey(use.scope, principal);
  std::string begin = prefix.bytes();
  // A page's end is "<key id>/<grant id>".
  if (const size_t slash = after.find('/'); slash != std::string::npos) {
    begin = kv::Key(prefix).Text(after.substr(0, slash)).Text(after.substr(slash + 1)).Take() + '\0';
  }
  TARN_TRY(const auto rows, txn->PeekScan(begin, prefix.End(), limit + 1));
  Page<KeyGrant> page;
  for (const kv::KeyValue& row : rows) {
    if (page.items.size() == limit) {
      page.next = page.items.back().key.id + "/" + page.items.back().grant.id;
      break;
    }
    kv::KeyReader reader(row.key);
    for (int i = 0; i < 5; ++i) (void)reader.Text();
    const std::string key_id = reader.Text().value_or("");
    TARN_TRY(const auto entry, session.Load(use.scope, key_id));
    TARN_TRY(Grant grant, FindGrant(session, entry->key, reader.Text().value_or("")));
    page.items.push_back({entry->key, std::move(grant)});
  }
  return page;
}

Status Keys::RevokeGrant(const Use& use, std::string_view key, const std::string& id) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Session session(*this, txn, use, true);
    TARN_TRY(const auto entry, session.Open(key, {.name = "RevokeGrant", .takes_alias = false}));
    TARN_TRY(const Grant grant, FindGrant(session, entry->key, id));
    TARN_CHECK(session.CheckDryRun());
    Remove(session, *entry, grant);
    return Ok();
  });
}

Status Keys::RetireGrant(const Use& use, std::string_view key, const std::string& id) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Session session(*this, txn, use, true);
    TARN_TRY(const KeyName name, session.Resolve(key, {.name = "RetireGrant", .takes_alias = false}));
    TARN_TRY(const auto entry, session.Load(name.scope, name.id));
    TARN_TRY(const Grant grant, FindGrant(session, entry->key, id));
    if (!MayRetire(use, entry->key, grant)) {
      return Fail(kAccessDenied, "User: " + use.caller.arn +
                                     " is not authorized to perform: kms:RetireGrant on resource: " + entry->key.Arn());
    }
    TARN_CHECK(session.CheckDryRun());
    Remove(session, *entry, grant);
    return Ok();
  });
}

Status Keys::RetireGrantByToken(const Use& use, const std::string& text) {
  TARN_TRY(const Token token, OpenToken(token_key_, text));
  return RetireGrant(use, KeyArn(token.scope, token.key_id), token.grant_id);
}

Status Keys::CheckGrantToken(const std::string& text) const {
  const auto token = OpenToken(token_key_, text);
  return token.ok() ? Ok() : Status(token.error());
}

}  // namespace tarn::keys
