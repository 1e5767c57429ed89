// Keys from their making to their end: CreateKey, states, policies, tags.
#include <algorithm>

#include "base/hash.h"
#include "base/random.h"
#include "base/strings.h"
#include "keys/crypto/secret_key.h"
#include "keys/key_specs.h"
#include "keys/session.h"

namespace tarn::keys {
namespace {

constexpr size_t kTagsMax = 50;
constexpr int64_t kYearDays = 365;

std::string NewId(bool multi_region) {
  if (!multi_region) return RandomUuid();
  return "mrk-" + Hex(RandomBytes(16));
}

bool IsReserved(std::string_view tag) { return AsciiLower(tag.substr(0, 4)) == "aws:"; }

Status CheckTags(const Tags& tags) {
  if (std::ranges::any_of(tags, [](const auto& tag) { return IsReserved(tag.first); })) {
    return Fail(kTag, "Tags beginning with aws: are reserved");
  }
  return tags.size() > kTagsMax ? Fail(kTag, "Too many tags") : Ok();
}

struct ManagedService {
  std::string_view name;
  std::string_view protects;
};
// The services whose data a managed key of the lake may protect.
constexpr ManagedService kManagedServices[] = {
    {"s3", "S3 objects"},
    {"glue", "Glue metadata"},
    {"kinesis", "Kinesis streams"},
    {"sns", "SNS messages"},
    {"sqs", "SQS messages"},
    {"secretsmanager", "Secrets Manager data"},
    {"ssm", "SSM parameters"},
    {"dynamodb", "DynamoDB data"},
    {"lambda", "Lambda functions"},
    {"redshift", "Redshift clusters"},
    {"rds", "RDS database volumes"},
    {"ebs", "EBS volumes"},
};

// Through the service alone; the account may look at the key.
std::string ManagedPolicy(const Scope& scope, const std::string& service) {
  return R"({"Version":"2012-10-17","Id":"auto-)" + service +
         R"(-1","Statement":[{"Sid":"Allow access through the service for all principals in the account that are )"
         R"(authorized to use it","Effect":"Allow","Principal":{"AWS":"*"},"Action":["kms:Encrypt","kms:Decrypt",)"
         R"("kms:ReEncrypt*","kms:GenerateDataKey*","kms:CreateGrant","kms:DescribeKey"],"Resource":"*","Condition":)"
         R"({"StringEquals":{"kms:CallerAccount":")" +
         scope.account + R"(","kms:ViaService":")" + service + "." + scope.region +
         R"(.amazonaws.com"}}},{"Sid":"Allow direct access to key metadata to the account","Effect":"Allow",)"
         R"("Principal":{"AWS":"arn:aws:iam::)" +
         scope.account +
         R"(:root"},"Action":["kms:Describe*","kms:Get*","kms:List*","kms:RevokeGrant"],"Resource":"*"}]})";
}

}  // namespace

Keys::Keys(kv::Store& store, const Clock& clock, std::string master_key, const identity::Authorizer* authorizer)
    : store_(store),
      clock_(clock),
      box_(master_key),
      token_key_(HmacSha256(master_key, "tarn kms tokens")),
      cache_(std::make_unique<Cache>()),
      authorizer_(authorizer != nullptr ? authorizer : &roots_) {}
Keys::~Keys() = default;

Result<std::string> NewSecret(Spec spec) {
  if (!IsAsymmetric(spec)) return RandomBytes(MaterialBytes(spec));
  TARN_TRY(const auto pair, KeyPair::Generate(spec));
  return pair->Pkcs8();
}

Result<Key> Keys::Create(const Use& use, const NewKey& settings) {
  TARN_CHECK(CheckTags(settings.tags));
  if (!Fits(settings.usage, settings.spec)) {
    return Fail(kInvalidInput, "KeyUsage " + std::string(NameOf(settings.usage)) + " is not compatible with KeySpec " +
                                   std::string(NameOf(settings.spec)));
  }
  Key key;
  key.scope = use.scope;
  key.id = NewId(settings.multi_region);
  key.description = settings.description;
  key.spec = settings.spec;
  key.usage = settings.usage;
  key.origin = settings.origin;
  if (settings.multi_region) key.primary_region = use.scope.region;
  if (!settings.policy.empty()) {
    TARN_CHECK(CheckPolicy(*authorizer_, use, key, settings.policy, settings.skip_lockout_check));
  }
  const std::string policy = settings.policy.empty() ? DefaultPolicy(use.scope.account) : settings.policy;
  std::string secret;
  if (key.origin == Origin::kExternal) {
    key.state = State::kPendingImport;
  } else {
    TARN_TRY(secret, NewSecret(key.spec));
    key.material = key.materials = 1;
  }
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Session session(*this, txn, use, true);
    key.created = session.now();
    if (key.material == 1) {
      key.material_id = session.SaveMaterial(key, {.version = 1, .since = session.now()}, secret);
    }
    session.SaveNew(key);
    txn.Put(PolicyKey(key.scope, key.id), policy);
    if (!settings.tags.empty()) txn.Put(TagsKey(key.scope, key.id), EncodeRecord(StoredTags{settings.tags}));
    return Ok();
  }));
  Wipe(secret);
  return key;
}

Result<Key> Keys::ManagedKey(const Scope& scope, std::string_view service) {
  const std::string name(service);
  const std::string alias = "alias/aws/" + name;
  const auto* known = std::ranges::find(kManagedServices, service, &ManagedService::name);
  if (known == std::end(kManagedServices)) return AliasNotFound(scope, alias);
  const identity::Caller owner = identity::RootOf(scope.account);
  const Use use{scope, owner};
  Key key;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Session session(*this, txn, use, true);
    TARN_TRY(const auto row, txn.Get(AliasKey(scope, alias)));
    if (row) {
      TARN_TRY(const Alias present, Decode<Alias>(*row));
      TARN_TRY(const auto entry, session.Load(scope, present.key_id));
      key = entry->key;
      return Ok();
    }
    key = Key{};
    key.scope = scope;
    key.id = NewId(false);
    key.description = "Default key that protects my " + std::string(known->protects) + " when no other key is defined";
    key.manager = Manager::kAws;
    key.created = session.now();
    key.rotation_days = kYearDays;
    key.next_rotation = session.now().Plus(kYearDays * kMicrosPerDay);
    key.material = key.materials = 1;
    key.material_id = session.SaveMaterial(key, {.version = 1, .since = session.now()}, RandomBytes(32));
    session.SaveNew(key);
    txn.Put(PolicyKey(scope, key.id), ManagedPolicy(scope, name));
    const Alias made{.name = alias, .key_id = key.id, .created = session.now(), .updated = session.now()};
    txn.Put(AliasKey(scope, alias), EncodeRecord(made));
    txn.Put(AliasesOfKey(scope, key.id).Text(alias).Take(), "");
    return Ok();
  }));
  return key;
}

Result<Page<std::string>> Keys::List(const Scope& scope, const std::string& after, size_t limit) {
  const auto txn = store_.Begin();
  const identity::Caller nobody;
  Session session(*this, *txn, {scope, nobody}, false);
  TARN_TRY(auto rows, session.Scan(ScopeKey("k", scope), limit + 1, after));
  Page<std::string> page;
  const bool more = rows.size() > limit;
  if (more) rows.resize(limit);
  for (const kv::KeyValue& row : rows) {
    kv::KeyReader reader(row.key);
    for (int i = 0; i < 4; ++i) (void)reader.Text();
    page.items.push_back(reader.Text().value_or(""));
  }
  if (more) page.next = page.items.back();
  return page;
}

namespace {

// Opens the key, lets `change` look and change, and saves.
Result<Key> ChangeKey(Session& session, std::string_view name, const Operation& operation,
                      const std::function<Status(Key&)>& change) {
  TARN_TRY(const auto entry, session.Open(name, operation));
  Key after = entry->key;
  TARN_CHECK(change(after));
  session.Save(entry->key, after);
  return after;
}

}  // namespace

Status Keys::Enable(const Use& use, std::string_view key) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Session session(*this, txn, use, true);
    auto changed = ChangeKey(session, key, Owners("EnableKey"), [&](Key& found) -> Status {
      if (found.state != State::kDisabled) TARN_CHECK(session.CheckUsable(found));
      found.state = State::kEnabled;
      return Ok();
    });
    return changed.ok() ? Ok() : Status(changed.error());
  });
}

Status Keys::Disable(const Use& use, std::string_view key) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Session session(*this, txn, use, true);
    auto changed = ChangeKey(session, key, Owners("DisableKey"), [&](Key& found) -> Status {
      if (found.state != State::kDisabled) TARN_CHECK(session.CheckUsable(found));
      found.state = State::kDisabled;
      return Ok();
    });
    return changed.ok() ? Ok() : Status(changed.error());
  });
}

Result<Key> Keys::ScheduleDeletion(const Use& use, std::string_view key, int64_t days) {
  Key out;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Session session(*this, txn, use, true);
    TARN_TRY(out, ChangeKey(session, key, Owners("ScheduleKeyDeletion"), [&](Key& found) -> Status {
               TARN_CHECK(session.CheckNotPendingDeletion(found));
               found.deletion_days = days;
               if (found.is_primary() && !found.replica_regions.empty()) {
                 found.state = State::kPendingReplicaDeletion;
                 return Ok();
               }
               found.state = State::kPendingDeletion;
               found.deletion = session.now().Plus(days * kMicrosPerDay);
               return Ok();
             }));
    return Ok();
  }));
  return out;
}

Result<Key> Keys::CancelDeletion(const Use& use, std::string_view key) {
  Key out;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Session session(*this, txn, use, true);
    TARN_TRY(out, ChangeKey(session, key, Owners("CancelKeyDeletion"), [&](Key& found) -> Status {
               if (session.CheckNotPendingDeletion(found).ok()) {
                 return Fail(kInvalidState, found.Arn() + " is not pending deletion.");
               }
               found.state = State::kDisabled;
               found.deletion.reset();
               found.deletion_days = 0;
               return Ok();
             }));
    return Ok();
  }));
  return out;
}

Status Keys::UpdateDescription(const Use& use, std::string_view key, std::string description) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Session session(*this, txn, use, true);
    auto changed = ChangeKey(session, key, Owners("UpdateKeyDescription"), [&](Key& found) -> Status {
      TARN_CHECK(session.CheckNotPendingDeletion(found));
      found.description = description;
      return Ok();
    });
    return changed.ok() ? Ok() : Status(changed.error());
  });
}

Result<std::string> Keys::GetPolicy(const Use& use, std::string_view key) {
  const auto txn = store_.Begin();
  Session session(*this, *txn, use, false);
  TARN_TRY(const auto entry, session.Open(key, Owners("GetKeyPolicy")));
  TARN_TRY(auto policy, txn->PeekGet(PolicyKey(entry->key.scope, entry->key.id)));
  return std::move(policy).value_or("");
}

Status Keys::PutPolicy(const Use& use, std::string_view key, const std::string& policy, bool skip_lockout_check) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Session session(*this, txn, use, true);
    auto changed = ChangeKey(session, key, Owners("PutKeyPolicy"), [&](Key& found) -> Status {
      TARN_CHECK(CheckPolicy(*authorizer_, use, found, policy, skip_lockout_check));
      txn.Put(PolicyKey(found.scope, found.id), policy);
      return Ok();
    });
    return changed.ok() ? Ok() : Status(changed.error());
  });
}

namespace {
Result<Tags> LoadTags(Session& session, const Key& key) {
  TARN_TRY(const auto row, session.Get(TagsKey(key.scope, key.id)));
  if (!row) return Tags();
  TARN_TRY(StoredTags stored, Decode<StoredTags>(*row));
  return std::move(stored.tags);
}
}  // namespace

Status Keys::Tag(const Use& use, std::string_view key, const Tags& tags) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Session session(*this, txn, use, true);
    TARN_TRY(const auto entry, session.Open(key, Owners("TagResource")));
    TARN_CHECK(session.CheckNotPendingDeletion(entry->key));
    TARN_CHECK(CheckTags(tags));
    TARN_TRY(Tags all, LoadTags(session, entry->key));
    for (const auto& [name, value] : tags) all[name] = value;
    TARN_CHECK(CheckTags(all));
    txn.Put(TagsKey(entry->key.scope, entry->key.id), EncodeRecord(StoredTags{all}));
    return Ok();
  });
}

Status Keys::Untag(const Use& use, std::string_view key, const std::vector<std::string>& names) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Session session(*this, txn, use, true);
    TARN_TRY(const auto entry, session.Open(key, Owners("UntagResource")));
    TARN_CHECK(session.CheckNotPendingDeletion(entry->key));
    TARN_TRY(Tags all, LoadTags(session, entry->key));
    for (const std::string& name : names) {
      if (IsReserved(name)) return Fail(kTag, "Tags beginning with aws: are reserved");
      all.erase(name);
    }
    txn.Put(TagsKey(entry->key.scope, entry->key.id), EncodeRecord(StoredTags{all}));
    return Ok();
  });
}

Result<Tags> Keys::ListTags(const Use& use, std::string_view key) {
  const auto txn = store_.Begin();
  Session session(*this, *txn, use, false);
  TARN_TRY(const auto entry, session.Open(key, Owners("ListResourceTags")));
  return LoadTags(session, entry->key);
}

Result<Tags> Keys::TagsOf(const Scope& scope, std::string_view id) const {
  const auto txn = store_.Begin();
  TARN_TRY(const auto row, txn->Get(TagsKey(scope, id)));
  if (!row) return Tags();
  TARN_TRY(StoredTags stored, Decode<StoredTags>(*row));
  return std::move(stored.tags);
}

}  // namespace tarn::keys
