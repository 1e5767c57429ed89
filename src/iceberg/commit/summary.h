// Snapshot summaries as other writers make them: what was added and removed, and the totals after it.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "iceberg/manifest/manifest.h"
#include "iceberg/schema/json_access.h"

namespace tarn::iceberg {

class SummaryCounts {
 public:
  void Add(const DataFile& file) { Count(file, added_); }
  void Remove(const DataFile& file) { Count(file, removed_); }
  // The members of the summary; `previous`: the parent's, null for a first snapshot. A total that the parent does not
  // state is left out. `extra` wins over counts.
  Properties Build(const Properties* previous, const Properties& extra = {}) const;

 private:
  struct Tally {
    int64_t data_files = 0;
    int64_t delete_files = 0;
    int64_t position_delete_files = 0;
    int64_t equality_delete_files = 0;
    int64_t deletion_vectors = 0;
    int64_t records = 0;
    int64_t position_deletes = 0;
    int64_t equality_deletes = 0;
    int64_t bytes = 0;
  };
  void Count(const DataFile& file, Tally& tally);

  Tally added_;
  Tally removed_;
  std::set<std::string> partitions_;
};

// Replaces the total-* members by the parent's plus what the summary says it added and removed.
void RecomputeTotals(Properties& summary, const Properties* previous);

}  // namespace tarn::iceberg
