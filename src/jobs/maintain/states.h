// How the upkeep of each table went: kept for as long as the table is there.
//
// Errors: kv's, catalog::kDamaged. Threads: any.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "catalog/table.h"
#include "kv/kv.h"

namespace tarn::jobs::maintain {

// The kinds of work, by the names that are kept.
inline constexpr const char* kCompaction = "compaction";
inline constexpr const char* kDeletes = "deletes";
inline constexpr const char* kManifests = "manifests";
inline constexpr const char* kExpiry = "expiry";
inline constexpr const char* kOrphans = "orphans";

struct KindState {
  bool failed = false;
  std::optional<Timestamp> last_run;  // that did or tried something
  std::string failure;
  std::optional<Timestamp> not_before;  // after failures and conflicts
  int32_t failures = 0;                 // in a row
};

struct TableState {
  std::map<std::string, KindState> kinds;
  std::string seen;  // the metadata file that was looked at and left nothing to do
};

class States {
 public:
  explicit States(kv::Store& store) : store_(store) {}
  Result<TableState> Get(const Scope& scope, const catalog::Table& table) const;
  Status Put(const Scope& scope, const catalog::Table& table, const TableState& state);
  Status Forget(const Scope& scope, const std::string& table_uid);
  // The uids of a catalog's tables that have a state.
  Result<std::vector<std::string>> List(const Scope& scope) const;

 private:
  kv::Store& store_;
};

}  // namespace tarn::jobs::maintain
