// One DuckDB instance of the pool and the one query in it. No DuckDB types: the pool includes this.
//
// Threads: Create and Run on the slot's own thread; Interrupt and Progress from any.
#pragma once

#include <memory>
#include <string>

#include "engine/engine.h"
#include "engine/query_state.h"

namespace tarn::engine {

class Slot {
 public:
  // An instance ready for queries: our file system and catalog, limits set, everything else locked or taken out.
  static Result<std::unique_ptr<Slot>> Create(const Pool::Options& options, const std::string& spill_directory);
  virtual ~Slot() = default;

  // Runs to the end. Nothing of the query stays in the instance. Fills statistics and written files as far as known.
  virtual Status Run(const std::shared_ptr<QueryState>& query, Outcome& outcome) = 0;
  // The columns of the query's SELECT; nothing is executed.
  virtual Result<std::vector<ResultColumn>> Describe(const std::shared_ptr<QueryState>& query) = 0;
  // Stops what runs now, if `query` does. The query's own flag must be set before.
  virtual void Interrupt(const QueryState& query) = 0;
  virtual double Progress(const QueryState& query) = 0;
  // The last query met an internal error: use no more.
  virtual bool poisoned() const = 0;
};

}  // namespace tarn::engine
