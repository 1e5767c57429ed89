#include "query/store/token.h"

#include "base/record.h"
#include "kv/kv.h"
#include "query/errors.h"
#include "query/store/keys.h"

namespace tarn::query {
namespace {
enum Tag : uint32_t { kId = 1, kPrint = 2, kTime = 3 };  // frozen: see docs/format/query.md
}  // namespace

Result<std::string> ClaimToken(kv::Txn& txn, const Scope& scope, std::string_view operation, std::string_view token,
                               std::string_view print, std::string_view id, Timestamp now) {
  if (token.empty()) return std::string();
  const std::string key = ScopedKey(kTokenKind, scope).Text(operation).Text(token).Take();
  TARN_TRY(auto seen, txn.Get(key));
  if (!seen) {
    txn.Put(key, RecordWriter().Str(kId, id).Str(kPrint, print).I64(kTime, now.micros).Take());
    return std::string();
  }
  std::string seen_id;
  std::string seen_print;
  RecordReader in(*seen);
  while (in.Next()) {
    if (in.tag() == kId) seen_id = in.str();
    if (in.tag() == kPrint) seen_print = in.str();
  }
  if (seen_print != print) return Fail(kInvalidRequest, "Idempotent parameters do not match");
  return seen_id;
}

Timestamp TokenTime(std::string_view record) {
  Timestamp time;
  RecordReader in(record);
  while (in.Next()) {
    if (in.tag() == kTime) time.micros = in.i64();
  }
  return time;
}

}  // namespace tarn::query
