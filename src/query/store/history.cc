#include "query/store/history.h"

#include <fmt/format.h>

#include "kv/kv.h"
#include "kv/pages.h"
#include "query/errors.h"
#include "query/store/keys.h"
#include "query/store/token.h"

namespace tarn::query {
namespace {

std::string RecordKey(const Scope& scope, std::string_view id) {
  return ScopedKey(kExecutionKind, scope).Text(id).Take();
}

std::string HistoryKey(const Scope& scope, const Execution& execution) {
  return ScopedKey(kHistoryKind, scope)
      .Text(execution.workgroup)
      .Descending(static_cast<uint64_t>(execution.submitted.micros))
      .Text(execution.id)
      .Take();
}

// Global over scopes, so that a start finds all of them in one scan.
std::string ActiveKey(const Scope& scope, std::string_view id) { return ScopedKey(kActiveKind, scope).Text(id).Take(); }

}  // namespace

Result<std::string> History::Insert(const Scope& scope, const Execution& execution, std::string_view token,
                                    std::string_view print) {
  std::string id;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    id = execution.id;
    TARN_TRY(std::string earlier,
             ClaimToken(txn, scope, "StartQueryExecution", token, print, execution.id, execution.submitted));
    if (!earlier.empty()) {
      id = earlier;
      return Ok();
    }
    txn.Put(RecordKey(scope, execution.id), EncodeExecution(execution));
    txn.Put(HistoryKey(scope, execution), "");
    if (!IsFinal(execution.state)) txn.Put(ActiveKey(scope, execution.id), "");
    return Ok();
  }));
  return id;
}

Status History::Finish(const Scope& scope, const Execution& execution, std::string_view reuse_digest) {
  const std::string record = EncodeExecution(execution);
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    txn.Put(RecordKey(scope, execution.id), record);
    txn.Delete(ActiveKey(scope, execution.id));
    if (!reuse_digest.empty() && execution.state == State::kSucceeded) {
      txn.Put(ScopedKey(kReuseKind, scope).Text(reuse_digest).Take(), execution.id);
    }
    return Ok();
  });
}

Result<Execution> History::Get(const Scope& scope, std::string_view id) const {
  auto txn = store_.Begin();
  TARN_TRY(auto found, txn->PeekGet(RecordKey(scope, id)));
  if (!found) return Fail(kInvalidRequest, fmt::format("QueryExecution {} was not found", id));
  return DecodeExecution(id, *found);
}

Result<Page<std::string>> History::List(const Scope& scope, std::string_view workgroup,
                                        const PageRequest& request) const {
  auto txn = store_.Begin();
  TARN_TRY(WorkGroup group, WorkGroups::Find(*txn, scope, workgroup));
  const kv::Key prefix = ScopedKey(kHistoryKind, scope).Text(workgroup);
  std::string begin = prefix.bytes();
  if (!request.token.empty()) {
    TARN_TRY(std::string position, ReadToken(request.token));
    begin += position + '\0';
  }
  TARN_TRY(auto found, txn->PeekScan(begin, prefix.End(), request.limit + 1));
  const Timestamp oldest = clock_.Now().Plus(-kHistoryDays * kMicrosPerDay);
  Page<std::string> page;
  for (size_t i = 0; i < found.size() && i < request.limit; i++) {
    kv::KeyReader reader(std::string_view(found[i].key).substr(prefix.bytes().size()));
    const uint64_t micros = ~reader.Number().value_or(0);
    if (static_cast<int64_t>(micros) < oldest.micros) return page;
    page.items.push_back(reader.Text().value_or(""));
  }
  if (found.size() > request.limit && request.limit > 0) {
    page.next = MakeToken(std::string_view(found[request.limit - 1].key).substr(prefix.bytes().size()));
  }
  return page;
}

Result<std::optional<Execution>> History::FindReusable(const Scope& scope, std::string_view digest,
                                                       Timestamp oldest) const {
  auto txn = store_.Begin();
  TARN_TRY(auto id, txn->PeekGet(ScopedKey(kReuseKind, scope).Text(digest).Take()));
  if (!id) return std::optional<Execution>();
  TARN_TRY(auto found, txn->PeekGet(RecordKey(scope, *id)));
  if (!found) return std::optional<Execution>();
  TARN_TRY(Execution execution, DecodeExecution(*id, *found));
  if (execution.state != State::kSucceeded || execution.completed < oldest) return std::optional<Execution>();
  return std::optional<Execution>(std::move(execution));
}

Result<size_t> History::Recover() {
  size_t failed = 0;
  for (;;) {
    const kv::Key prefix = kv::Key("q").Text(kActiveKind);
    std::vector<kv::KeyValue> found;
    TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
      TARN_TRY(found, txn.PeekScan(prefix.bytes(), prefix.End(), 500));
      return Ok();
    }));
    if (found.empty()) return failed;
    for (const kv::KeyValue& pair : found) {
      kv::KeyReader reader(std::string_view(pair.key).substr(prefix.bytes().size()));
      Scope scope;
      scope.account = reader.Text().value_or("");
      scope.region = reader.Text().value_or("");
      const std::string id = reader.Text().value_or("");
      Result<Execution> execution = Get(scope, id);
      if (!execution.ok()) {
        if (!execution.Is(kInvalidRequest)) return execution.error();
        TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
          txn.Delete(pair.key);
          return Ok();
        }));
        continue;
      }
      execution->state = State::kFailed;
      execution->completed = clock_.Now();
      execution->state_reason = "INTERNAL_ERROR_QUERY_ENGINE: the server stopped while the query ran; run it again";
      execution->error = AthenaError{1, 100, true, *execution->state_reason};
      TARN_CHECK(Finish(scope, *execution, ""));
      failed++;
    }
  }
}

Result<size_t> History::Expire() {
  const int64_t oldest = clock_.Now().Plus(-kHistoryDays * kMicrosPerDay).micros;
  size_t expired = 0;
  TARN_CHECK(Sweep(kHistoryKind,
                   [&](kv::Txn& txn, const kv::KeyValue& pair, const Scope& scope, kv::KeyReader& rest) -> Status {
                     rest.Text();  // the workgroup
                     const auto micros = static_cast<int64_t>(~rest.Number().value_or(0));
                     if (micros >= oldest) return Ok();
                     txn.Delete(RecordKey(scope, rest.Text().value_or("")));
                     txn.Delete(pair.key);
                     expired++;
                     return Ok();
                   }));
  TARN_CHECK(Sweep(kTokenKind, [&](kv::Txn& txn, const kv::KeyValue& pair, const Scope&, kv::KeyReader&) -> Status {
    if (TokenTime(pair.value).micros < oldest) txn.Delete(pair.key);
    return Ok();
  }));
  TARN_CHECK(
      Sweep(kReuseKind, [&](kv::Txn& txn, const kv::KeyValue& pair, const Scope& scope, kv::KeyReader&) -> Status {
        TARN_TRY(auto execution, txn.PeekGet(RecordKey(scope, pair.value)));
        if (!execution) txn.Delete(pair.key);
        return Ok();
      }));
  return expired;
}

Status History::Sweep(std::string_view kind,
                      const std::function<Status(kv::Txn&, const kv::KeyValue&, const Scope&, kv::KeyReader&)>& look) {
  const kv::Key prefix = kv::Key("q").Text(kind);
  for (kv::Pages pages(prefix, 500); !pages.done();) {
    TARN_TRY(const auto found, pages.Next(store_));
    TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
      for (const kv::KeyValue& pair : found) {
        kv::KeyReader rest(std::string_view(pair.key).substr(prefix.bytes().size()));
        Scope scope;
        scope.account = rest.Text().value_or("");
        scope.region = rest.Text().value_or("");
        TARN_CHECK(look(txn, pair, scope, rest));
      }
      return Ok();
    }));
  }
  return Ok();
}

}  // namespace tarn::query
