// The durable history of query executions: newest first, kept 45 days.
//
// Invariant: what Insert acknowledged is found again after a crash; an execution that was not final when the process
// ended is FAILED after Recover, never RUNNING for ever.
// Errors: kInvalidRequest (unknown id, token reused), and kv's. Threads: any.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "query/store/execution.h"
#include "query/store/page.h"

namespace tarn::kv {
class KeyReader;
class Store;
class Txn;
struct KeyValue;
}  // namespace tarn::kv

namespace tarn::query {

inline constexpr int64_t kHistoryDays = 45;

class History {
 public:
  History(kv::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  // Stores `execution` as new. With a `token` seen before for the same request (`print`), the earlier id is returned
  // and nothing is stored; for another request it is refused.
  Result<std::string> Insert(const Scope& scope, const Execution& execution, std::string_view token,
                             std::string_view print);
  // Stores a final state. `reuse_digest`, if any, makes the results findable by FindReusable.
  Status Finish(const Scope& scope, const Execution& execution, std::string_view reuse_digest);
  Result<Execution> Get(const Scope& scope, std::string_view id) const;
  // Ids of a workgroup, newest first.
  Result<Page<std::string>> List(const Scope& scope, std::string_view workgroup, const PageRequest& request) const;
  // The latest successful execution with these results, completed at or after `oldest`.
  Result<std::optional<Execution>> FindReusable(const Scope& scope, std::string_view digest, Timestamp oldest) const;

  // Once at start, before any Insert: fails what a previous process left unfinished. Returns how many.
  Result<size_t> Recover();
  // Forgets what is older than kHistoryDays, in bounded transactions. Returns how many executions.
  Result<size_t> Expire();

 private:
  // Shows every entry of a kind, with the components of its key after the region, inside bounded transactions.
  Status Sweep(std::string_view kind,
               const std::function<Status(kv::Txn&, const kv::KeyValue&, const Scope&, kv::KeyReader&)>& look);

  kv::Store& store_;
  const Clock& clock_;
};

}  // namespace tarn::query
