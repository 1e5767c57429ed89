#include "api/iceberg/idempotency.h"

#include <algorithm>
#include <optional>

#include "base/hash.h"
#include "base/log.h"
#include "base/record_fields.h"
#include "base/strings.h"
#include "kv/key.h"

namespace tarn::api::iceberg_rest {

// One key's outcome.
struct KeptAnswer {
  std::string request;  // SHA-256 of who asked for what
  Timestamp expires;
  int32_t status = 0;               // 0: the change was made, its answer is the route's `again`
  std::optional<std::string> body;  // absent as well with a status that has none
};

template <class V>
void VisitFields(V&& visit, KeptAnswer& a) {
  visit(1, a.request);
  visit(2, a.expires);
  visit(3, a.status);
  visit(4, a.body);
}

namespace {

constexpr size_t kKeyBytes = 36;
constexpr size_t kBodyBytesMax = size_t{3} << 20;
constexpr size_t kSweptAtOnce = 1000;
constexpr int64_t kSweepEveryMicros = int64_t{60} * kMicrosPerSecond;

bool IsUuid(std::string_view text) {
  if (text.size() != kKeyBytes) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex =
        (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f') || (text[i] >= 'A' && text[i] <= 'F');
    if (dash ? text[i] != '-' : !hex) return false;
  }
  return true;
}

std::string RecordKey(const Asked& asked, std::string_view key) {
  return kv::Key("ri").Text(asked.scope.account).Text(asked.scope.region).Text(AsciiLower(key)).Take();
}

// Orders the records by their end.
std::string ExpiryKey(Timestamp expires, const std::string& record_key) {
  return kv::Key("rx").Number(static_cast<uint64_t>(expires.micros)).Text(record_key).Take();
}

std::string FingerprintOf(const Asked& asked) {
  Hasher hash(Digest::kSha256);
  for (const std::string_view part : {std::string_view(asked.caller.arn), std::string_view(asked.method),
                                      std::string_view(asked.target), std::string_view(asked.body)}) {
    hash.Update(BigEndian64(part.size()));
    hash.Update(part);
  }
  return hash.Finish();
}

void Put(kv::Txn& txn, const std::string& record_key, const KeptAnswer& kept) {
  txn.Put(record_key, EncodeRecord(kept));
  txn.Put(ExpiryKey(kept.expires, record_key), "");
}

// Another attempt may end otherwise.
bool MayChange(int status) { return status >= 500 || status == 401 || status == 403 || status == 419 || status == 429; }

}  // namespace

// Lets one request with a key through at a time.
class Idempotency::InFlight {
 public:
  InFlight(Idempotency& owner, std::string key) : owner_(owner), key_(std::move(key)) {
    std::unique_lock lock(owner_.mutex_);
    owner_.ended_.wait(lock, [&] { return !owner_.in_flight_.contains(key_); });
    owner_.in_flight_.insert(key_);
  }
  ~InFlight() {
    {
      std::lock_guard lock(owner_.mutex_);
      owner_.in_flight_.erase(key_);
    }
    owner_.ended_.notify_all();
  }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

 private:
  Idempotency& owner_;
  const std::string key_;
};

Result<Answer> Idempotency::Run(const Route& route, Asked& asked) {
  const std::string* key = asked.headers->Find("Idempotency-Key");
  if (key == nullptr) return route.run(asked);
  if (!IsUuid(*key)) return Fail(kBadRequest, "Idempotency-Key must be a UUID");
  const InFlight alone(*this, RecordKey(asked, *key));
  auto answer = RunOnce(route, asked, RecordKey(asked, *key));
  SweepSometimes();
  return answer;
}

Result<Answer> Idempotency::RunOnce(const Route& route, Asked& asked, const std::string& key) {
  KeptAnswer fresh;
  fresh.request = FingerprintOf(asked);
  fresh.expires = Timestamp{clock_.Now().micros + kKeyLifetimeMicros};
  std::optional<std::string> bytes;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(bytes, txn.Get(key));
    return Ok();
  }));
  const auto kept = bytes ? DecodeRecord<KeptAnswer>(*bytes) : std::nullopt;
  if (kept && kept->expires > clock_.Now()) {
    if (kept->request != fresh.request) {
      return Fail(kUnprocessable, "the Idempotency-Key was used for another request");
    }
    if (kept->status != 0) return Answer{.status = kept->status, .body = kept->body.value_or("")};
    return route.again != nullptr ? route.again(asked) : Result<Answer>(Answer{.status = 204});
  }
  bool kept_with_change = false;
  asked.also = [&, before = asked.also](kv::Txn& txn) -> Status {
    if (before) TARN_CHECK(before(txn));
    KeptAnswer made = fresh;
    if (asked.promised && asked.promised->body.size() <= kBodyBytesMax) {
      made.status = asked.promised->status;
      made.body = asked.promised->body;
    }
    Put(txn, key, made);
    kept_with_change = true;
    return Ok();
  };
  auto outcome = route.run(asked);
  const Answer answer = outcome.ok() ? *outcome : ErrorAnswer(outcome.error());
  // After a refusal the transaction of the change, and what it kept, is gone.
  if (MayChange(answer.status) || (kept_with_change && outcome.ok()) || answer.body.size() > kBodyBytesMax) {
    return outcome;
  }
  fresh.status = answer.status;
  fresh.body = answer.body;
  const Status written = kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    Put(txn, key, fresh);
    return Ok();
  });
  // The request changed nothing: made again it is answered alike.
  if (!written.ok()) log::Warn("iceberg", "an Idempotency-Key was not kept: " + written.error().message);
  return outcome;
}

void Idempotency::SweepSometimes() {
  const Timestamp now = clock_.Now();
  {
    std::lock_guard lock(mutex_);
    if (now.micros - swept_.micros < kSweepEveryMicros) return;
    swept_ = now;
  }
  const std::string begin = kv::Key("rx").Take();
  const std::string end = kv::Key("rx").Number(static_cast<uint64_t>(now.micros)).Take();
  bool more = true;
  while (more) {
    const Status swept = kv::Transact(store_, [&](kv::Txn& txn) -> Status {
      TARN_TRY(const auto pairs, txn.PeekScan(begin, end, kSweptAtOnce));
      for (const kv::KeyValue& pair : pairs) {
        kv::KeyReader reader(pair.key);
        (void)reader.Text();
        const auto expires = reader.Number();
        const auto record_key = reader.Text();
        txn.Delete(pair.key);
        if (!expires || !record_key) continue;
        // A key used again after its end has a record with a later one.
        TARN_TRY(const auto bytes, txn.Get(*record_key));
        const auto kept = bytes ? DecodeRecord<KeptAnswer>(*bytes) : std::nullopt;
        if (kept && kept->expires.micros == static_cast<int64_t>(*expires)) txn.Delete(*record_key);
      }
      more = pairs.size() == kSweptAtOnce;
      return Ok();
    });
    if (!swept.ok()) {
      log::Warn("iceberg", "old Idempotency-Keys stay: " + swept.error().message);
      return;
    }
  }
}

}  // namespace tarn::api::iceberg_rest
