#include "ingest/keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "base/random.h"
#include "base/strings.h"
#include "ingest/errors.h"
#include "ingest/records.h"
#include "kv/key.h"

namespace tarn::ingest {
namespace {

constexpr std::string_view kMark = "tik_";
constexpr size_t kIdLetters = 16;
constexpr size_t kSecretLetters = 40;
constexpr size_t kStreamsMax = 100;
constexpr size_t kStreamNameMax = 128;
constexpr size_t kKeysMax = 10'000;  // of an account in a region
constexpr uint64_t kLimitMax = 1'000'000'000'000;

// By id, and the ids of an account's region.
kv::Key Space() { return std::move(kv::Key("ingest").Text("key")); }
std::string KeyOf(std::string_view id) { return Space().Text(id).Take(); }
kv::Key IdsOf(const Scope& scope) {
  return std::move(kv::Key("ingest").Text("key-of").Text(scope.account).Text(scope.region));
}

Result<std::optional<IngestKey>> Load(kv::Txn& txn, std::string_view id) {
  TARN_TRY(const auto kept, txn.Get(KeyOf(id)));
  if (!kept) return std::optional<IngestKey>();
  auto key = DecodeRecord<IngestKey>(*kept);
  if (!key) return Fail(kDamaged, "damaged record of an ingest key");
  return key;
}

bool IsStreamName(std::string_view name) {
  return !name.empty() && name.size() <= kStreamNameMax && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
  });
}

Status Check(const KeyLimits& limits) {
  for (const std::optional<uint64_t>& limit : {limits.requests, limits.bytes}) {
    if (!limit || (*limit > 0 && *limit <= kLimitMax)) continue;
    return Fail(kInvalidInput, fmt::format("A limit is a number from 1 to {} a second.", kLimitMax));
  }
  return Ok();
}

Error NoSuchKey(const std::string& id) { return Fail(kNoSuchKey, fmt::format("There is no ingest key '{}'.", id)); }

}  // namespace

bool IngestKey::Grants(std::string_view stream) const { return std::ranges::find(streams, stream) != streams.end(); }

Result<MadeKey> IngestKeys::Create(const Scope& scope, std::vector<std::string> streams,
                                   std::optional<Timestamp> expires, const KeyLimits& limits) {
  std::ranges::sort(streams);
  streams.erase(std::ranges::unique(streams).begin(), streams.end());
  if (streams.empty()) return Fail(kInvalidInput, "An ingest key needs a stream.");
  if (streams.size() > kStreamsMax) {
    return Fail(kInvalidInput, fmt::format("An ingest key has at most {} streams.", kStreamsMax));
  }
  for (const std::string& stream : streams) {
    if (!IsStreamName(stream)) return Fail(kInvalidInput, fmt::format("'{}' is no name of a stream.", stream));
  }
  TARN_CHECK(Check(limits));
  const Timestamp now = clock_.Now();
  if (expires && *expires <= now) return Fail(kInvalidInput, "The key would have expired already.");
  const std::string secret = RandomText(kSecretLetters, kAlphanumeric);
  MadeKey made;
  made.key = {.id = RandomText(kIdLetters, kUpperAlphanumeric),
              .account = scope.account,
              .region = scope.region,
              .streams = std::move(streams),
              .secret_sha256 = Sha256(secret),
              .created = now,
              .expires = expires,
              .limits = limits};
  made.text = fmt::format("{}{}_{}", kMark, made.key.id, secret);
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    kv::Key ids = IdsOf(scope);
    TARN_TRY(const auto present, txn.PeekScan(ids.bytes(), ids.End(), kKeysMax));
    if (present.size() == kKeysMax) return Fail(kInvalidInput, "The account has too many ingest keys.");
    txn.Put(KeyOf(made.key.id), EncodeRecord(made.key));
    txn.Put(ids.Text(made.key.id).bytes(), "");
    return Ok();
  }));
  return made;
}

Result<std::vector<IngestKey>> IngestKeys::List(const Scope& scope) {
  std::vector<IngestKey> keys;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    const kv::Key ids = IdsOf(scope);
    TARN_TRY(const auto rows, txn.PeekScan(ids.bytes(), ids.End(), kKeysMax));
    keys.reserve(rows.size());
    for (const kv::KeyValue& row : rows) {
      kv::KeyReader reader(std::string_view(row.key).substr(ids.bytes().size()));
      const auto id = reader.Text();
      if (!id) return Fail(kDamaged, "a damaged key of an ingest key");
      TARN_TRY(auto key, Load(txn, *id));
      if (key) keys.push_back(std::move(*key));
    }
    return Ok();
  }));
  std::ranges::sort(keys, {}, &IngestKey::created);
  return keys;
}

Result<IngestKey> IngestKeys::Change(const Scope& scope, const std::string& id, const LimitChange& change) {
  IngestKey changed;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto key, Load(txn, id));
    if (!key || key->scope() != scope) return NoSuchKey(id);
    changed = std::move(*key);
    if (change.requests) changed.limits.requests = *change.requests;
    if (change.bytes) changed.limits.bytes = *change.bytes;
    TARN_CHECK(Check(changed.limits));
    txn.Put(KeyOf(id), EncodeRecord(changed));
    return Ok();
  }));
  return changed;
}

Status IngestKeys::Delete(const Scope& scope, const std::string& id) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto key, Load(txn, id));
    if (!key || key->scope() != scope) return NoSuchKey(id);
    txn.Delete(KeyOf(id));
    txn.Delete(IdsOf(scope).Text(id).bytes());
    return Ok();
  });
}

Result<IngestKey> IngestKeys::Find(std::string_view text) {
  const Error unknown = Fail(kUnknownKey, "The ingest key is not valid.");
  if (!text.starts_with(kMark)) return unknown;
  text.remove_prefix(kMark.size());
  if (text.size() != kIdLetters + 1 + kSecretLetters || text[kIdLetters] != '_') return unknown;
  std::optional<IngestKey> key;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(key, Load(txn, text.substr(0, kIdLetters)));
    return Ok();
  }));
  // An unknown id takes as long as a wrong secret.
  const std::string kept = key ? key->secret_sha256 : std::string(32, '\0');
  const bool proven = ConstantTimeEqual(Sha256(text.substr(kIdLetters + 1)), kept);
  if (!key || !proven || (key->expires && *key->expires <= clock_.Now())) return unknown;
  return std::move(*key);
}

}  // namespace tarn::ingest
