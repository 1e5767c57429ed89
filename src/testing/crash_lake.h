// A lake of objects on a FaultyDisk and the model of what it must hold: for tests that cut the power or fill the disk.
//
// Invariant: every change notes what it may leave before it begins; an acknowledged one leaves exactly that. Versions
// are numbers; a version's bytes follow from its number. Threads: one.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>

#include "base/executor.h"
#include "blob/blob.h"
#include "kv/kv.h"
#include "object/store/store.h"
#include "testing/faulty_files.h"

namespace tarn::testing {

// Whether a suite goes on after `done` rounds: until there are `few`, or for `seconds` of the process when they are
// given.
bool GoesOn(uint64_t done, uint64_t few, const char* seconds);

class TickingClock : public Clock {
 public:
  Timestamp Now() const override { return {++now_}; }

 private:
  mutable std::atomic<int64_t> now_ = 1'800'000'000'000'000;
};

class CrashLake {
 public:
  // `copies` of every blob; two lie in two volumes, the second of them an archive, where GLACIER lies too.
  CrashLake(uint64_t seed, uint32_t copies);
  ~CrashLake();

  Status Open();
  void Close();

  // Some change of objects, as `random` says: put, overwrite, copy, delete, delete of many, upload in parts, move to
  // another storage class.
  Status Change(std::mt19937_64& random);
  Status Put(const std::string& key, uint64_t version);

  // Finds each key with one of the versions that the model allows, whole, listed and counted; from then on exactly
  // those. What is wrong is a test failure.
  void Verify();
  // After reclaim, no file but those of live objects is left.
  void ExpectNoLeak();
  // The keys whose bytes cannot be read; every other has one of its versions, whole. What has a second copy is none of
  // them when `copies_hold`.
  std::set<std::string> Damaged(bool copies_hold);
  Status Delete(const std::string& key);

  FaultyDisk disk;
  std::unique_ptr<kv::Store> kv;
  std::unique_ptr<blob::Store> blobs;
  std::unique_ptr<object::Store> objects;
  uint64_t last_version = 0;

 private:
  struct Upload {
    std::string key;
    std::string id;
    uint64_t version = 0;
  };
  Status DeleteMany(std::mt19937_64& random);
  Status Copy(const std::string& from, const std::string& to);
  Status Move(const std::string& key, const std::string& storage_class);
  // A third of the puts are encrypted under a customer's key.
  Status Unlock(const object::Version& version);
  Status PutInParts(const std::string& key, uint64_t version, bool abort, bool replace_part);
  Result<object::Content> Receive(uint64_t version, object::Wrapper wrapper = nullptr);
  Result<uint64_t> Find(const std::string& key, uint64_t& size);
  uint64_t NextVersion() { return ++last_version; }
  // Runs `change`, which may leave `version` (0: no object) under `key`.
  template <typename F>
  Status Changing(const std::string& key, uint64_t version, F change);

  const uint32_t copies_;
  const object::CustomerKey customer_{std::string(32, 'c')};
  TickingClock clock_;
  WorkerPool pool_{"data", 1, 100};
  std::unique_ptr<blob::KeyWrapper> wrapper_;
  std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<blob::FileSystem> files_;
  object::Bucket bucket_;
  std::map<std::string, std::set<uint64_t>> allowed_;
};

}  // namespace tarn::testing
