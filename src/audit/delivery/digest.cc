// Digest files: what was delivered in an hour, each with its hash, chained to the digest before and signed.
#include <fmt/format.h>

#include <set>

#include "audit/delivery/deliverer.h"
#include "audit/delivery/file_names.h"
#include "audit/errors.h"
#include "audit/keys.h"
#include "base/hash.h"
#include "base/log.h"
#include "json/json.h"

namespace tarn::audit {
namespace {

constexpr size_t kFilesMax = 10'000;  // of one digest

// Where the chain of a trail's digests in one region stands.
struct Chain {
  Timestamp end;  // of the last digest; the next begins there
  std::string key;
  std::string hash;       // hex of the SHA-256 of its unpacked bytes
  std::string signature;  // hex
};

template <class V>
void VisitFields(V&& visit, Chain& chain) {
  visit(1, chain.end);
  visit(2, chain.key);
  visit(3, chain.hash);
  visit(4, chain.signature);
}

json::Value OrNull(const std::string& text) { return text.empty() ? json::Value() : json::Value(text); }

}  // namespace

Status Deliverer::DigestRegion(const Trail& trail, const std::string& region, TrailState& state) {
  const Timestamp now = parts_.clock.Now();
  const std::string chain_key = ChainKey(trail, region);
  const kv::Key space = DigestSpaceOf(trail, region);
  std::optional<std::string> bytes;
  std::vector<kv::KeyValue> waiting;
  TARN_CHECK(kv::Read(parts_.store, [&](kv::Txn& txn) -> Status {
    TARN_TRY(bytes, txn.PeekGet(chain_key));
    TARN_TRY(waiting, txn.PeekScan(space.bytes(), space.End(), kFilesMax));
    return Ok();
  }));
  Chain chain;
  chain.end = trail.started.value_or(trail.created);
  if (bytes) {
    auto read = DecodeRecord<Chain>(*bytes);
    if (!read) return Fail(kDamaged, "the record of a digest is damaged");
    chain = std::move(*read);
  }
  if (now < chain.end.Plus(parts_.digest_micros)) return Ok();
  // Names and times of digests are of whole seconds.
  const Timestamp end{now.seconds() * kMicrosPerSecond};
  if (end <= chain.end) return Ok();
  json::Array files;
  json::Value newest;
  json::Value oldest;
  for (const kv::KeyValue& pair : waiting) {
    const auto file = DecodeRecord<DeliveredFile>(pair.value);
    if (!file) return Fail(kDamaged, "the record of a delivered file is damaged");
    files.emplace_back(json::Object{{"s3Bucket", trail.bucket},
                                    {"s3Object", file->key},
                                    {"hashValue", file->hash},
                                    {"hashAlgorithm", "SHA-256"},
                                    {"newestEventTime", FormatIso8601(file->newest)},
                                    {"oldestEventTime", FormatIso8601(file->oldest)}});
    if (oldest.is_null()) oldest = FormatIso8601(file->oldest);
    newest = FormatIso8601(file->newest);
  }
  TARN_TRY(const SigningKey key, parts_.keys.Current({trail.home.account, region}));
  Chain next;
  next.end = end;
  next.key = DigestKey(trail, region, end);
  const json::Object digest{{"awsAccountId", trail.home.account},
                            {"digestStartTime", FormatIso8601(chain.end)},
                            {"digestEndTime", FormatIso8601(end)},
                            {"digestS3Bucket", trail.bucket},
                            {"digestS3Object", next.key},
                            {"digestPublicKeyFingerprint", key.fingerprint},
                            {"digestSignatureAlgorithm", "SHA256withRSA"},
                            {"newestEventTime", newest},
                            {"oldestEventTime", oldest},
                            {"previousDigestS3Bucket", chain.key.empty() ? json::Value() : json::Value(trail.bucket)},
                            {"previousDigestS3Object", OrNull(chain.key)},
                            {"previousDigestHashValue", OrNull(chain.hash)},
                            {"previousDigestHashAlgorithm", chain.key.empty() ? json::Value() : json::Value("SHA-256")},
                            {"previousDigestSignature", OrNull(chain.signature)},
                            {"logFiles", std::move(files)}};
  const std::string text = json::Write(digest);
  next.hash = Hex(Sha256(text));
  const std::string to_sign = fmt::format("{}\n{}/{}\n{}\n{}", FormatIso8601(end), trail.bucket, next.key, next.hash,
                                          chain.signature.empty() ? "null" : chain.signature);
  TARN_TRY(const std::string signature, parts_.keys.Sign(key, to_sign));
  next.signature = Hex(signature);
  TARN_CHECK(parts_.destination.Put(trail, next.key, Gzip(text),
                                    {{"signature", next.signature}, {"signature-algorithm", "SHA256withRSA"}}));
  state.digested = now;
  state.digest_error.clear();
  return kv::Transact(parts_.store, [&](kv::Txn& txn) -> Status {
    for (const kv::KeyValue& pair : waiting) txn.Delete(pair.key);
    txn.Put(chain_key, EncodeRecord(next));
    return Trails::PutState(txn, trail, state);
  });
}

// The home region always has a chain, others once something of theirs was delivered.
Status Deliverer::Digest(const Trail& trail) {
  std::set<std::string> regions;
  if (trail.logging) regions.insert(trail.home.region);
  const auto add = [&](const kv::Key& space) {
    return kv::Read(parts_.store, [&](kv::Txn& txn) -> Status {
      TARN_TRY(const auto found, txn.PeekScan(space.bytes(), space.End(), kFilesMax));
      for (const kv::KeyValue& pair : found) {
        kv::KeyReader reader(std::string_view(pair.key).substr(space.bytes().size()));
        if (auto region = reader.Text()) regions.insert(*region);
      }
      return Ok();
    });
  };
  TARN_CHECK(add(SpaceOfTrail(kDigestSpace, trail)));
  if (trail.logging) TARN_CHECK(add(SpaceOfTrail(kChainSpace, trail)));
  TARN_TRY(TrailState state, parts_.trails.StateOf(trail.home, trail.name));
  for (const std::string& region : regions) {
    const Status done = DigestRegion(trail, region, state);
    if (done.ok()) continue;
    log::Warn("audit", fmt::format("{}: digest: {}", trail.arn(), done.error().message));
    state.digest_error = DeliveryErrorOf(done.error());
    TARN_CHECK(parts_.trails.ChangeState(trail, [&](TrailState& kept) { kept.digest_error = state.digest_error; }));
  }
  return Ok();
}

}  // namespace tarn::audit
