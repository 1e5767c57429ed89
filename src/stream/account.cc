// What an account has settled with Kinesis in a region: a commitment to a minimum of throughput.
#include "base/record_fields.h"
#include "kv/key.h"
#include "stream/core.h"

namespace tarn::stream {

template <class V>
void VisitFields(V&& visit, Commitment& commitment) {
  visit(1, commitment.began);
  visit(2, commitment.may_end);
  visit(3, commitment.ended);
}

namespace {

constexpr std::string_view kSpace = "kinesis-account";
constexpr int64_t kCommittedMicros = kMicrosPerDay;

std::string KeyOf(const Scope& scope) { return kv::Key(kSpace).Text(scope.account).Text(scope.region).Take(); }

Commitment Read(const std::optional<std::string>& bytes) {
  if (!bytes) return {};
  return DecodeRecord<Commitment>(*bytes).value_or(Commitment{});
}

}  // namespace

Result<Commitment> Streams::FindCommitment(const Scope& scope) {
  Commitment commitment;
  TARN_CHECK(kv::Read(core_->store, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto bytes, txn.PeekGet(KeyOf(scope)));
    commitment = Read(bytes);
    return Ok();
  }));
  return commitment;
}

Result<Commitment> Streams::ChangeCommitment(const Scope& scope, bool enabled) {
  Commitment commitment;
  TARN_CHECK(kv::Transact(core_->store, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto bytes, txn.Get(KeyOf(scope)));
    commitment = Read(bytes);
    const Timestamp now = core_->clock.Now();
    if (enabled && !commitment.HoldsAt(now)) {
      commitment = {.began = now, .may_end = now.Plus(kCommittedMicros), .ended = {}};
    } else if (enabled) {
      commitment.ended.reset();
    } else if (commitment.HoldsAt(now)) {
      commitment.ended = std::max(now, commitment.may_end);
    }
    txn.Put(KeyOf(scope), EncodeRecord(commitment));
    return Ok();
  }));
  return commitment;
}

}  // namespace tarn::stream
