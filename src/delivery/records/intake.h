// Intake: records that were put into delivery streams and wait for their delivery.
//
// Invariants: what Put answers is on stable storage; a reader sees the records of a log in the order of their
// positions, without gaps that would be filled later; a position is never used twice.
// Errors: kBusy, the store's. Blocking. Threads: any.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "delivery/records/processors.h"
#include "kv/kv.h"

namespace tarn::delivery {

class Intake {
 public:
  virtual ~Intake() = default;
  virtual Status Put(uint64_t log, std::vector<std::string> records) = 0;
  // From that position on: at least one record when there is one, then up to the limits.
  virtual Result<std::vector<Arrived>> Read(uint64_t log, uint64_t from, size_t records_max, uint64_t bytes_max) = 0;
  // Gives up records below `until` in the caller's transaction.
  virtual Status Trim(kv::Txn& txn, uint64_t log, const std::vector<Arrived>& delivered) = 0;
  // Gives up all of a log that nobody reads any more.
  virtual Status Drop(uint64_t log) = 0;
};

// In kv: a key a record.
class KvIntake : public Intake {
 public:
  // Both outlive it.
  KvIntake(kv::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  Status Put(uint64_t log, std::vector<std::string> records) override;
  Result<std::vector<Arrived>> Read(uint64_t log, uint64_t from, size_t records_max, uint64_t bytes_max) override;
  Status Trim(kv::Txn& txn, uint64_t log, const std::vector<Arrived>& delivered) override;
  Status Drop(uint64_t log) override;

 private:
  struct Tail {
    uint64_t next = 0;
    std::set<uint64_t> writing;  // first positions of puts under way
  };
  Result<uint64_t> FindEnd(uint64_t log);
  Result<uint64_t> Begin(uint64_t log, size_t count);

  kv::Store& store_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<uint64_t, Tail> tails_;
};

}  // namespace tarn::delivery
