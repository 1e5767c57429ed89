// Cuts the power, or fails one operation, at every step of a workload on kv and blob, and checks what a restart finds:
// every acknowledged write whole, every other one whole or absent, no leak left after reclaim.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rocksdb/env.h>

#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "base/hash.h"
#include "base/record.h"
#include "blob/blob.h"
#include "kv/key.h"
#include "kv/rocksdb_store.h"
#include "testing/faulty_files.h"

namespace tarn::testing {
namespace {

constexpr int kNames = 5;

class Ticking : public Clock {
 public:
  Timestamp Now() const override { return {++now_}; }

 private:
  mutable std::atomic<int64_t> now_ = 1'800'000'000'000'000;
};

// The content of one version: its size and bytes follow from its number.
std::string ContentOf(uint64_t version) {
  std::mt19937_64 random(version);
  constexpr size_t kSizes[] = {0, 100, 4096, 70'000, 200'000, 400'000};
  std::string content(kSizes[random() % std::size(kSizes)], '\0');
  for (char& c : content) c = static_cast<char>(random());
  return content;
}

class Lake {
 public:
  explicit Lake(uint64_t seed) : disk(seed), env_(RocksDbEnvOn(disk)), files_(BlobFilesOn(disk)) {}

  FaultyDisk disk;
  // What a restart may show under a name: the last acknowledged version (0: none) and later ones that were tried.
  std::map<int, std::set<uint64_t>> allowed;

  Status Open() {
    if (!disk.Exists("/lake")) {
      TARN_CHECK(files_->CreateDirectory("/lake"));
    }
    TARN_TRY(kv, kv::OpenRocksDb("/lake/kv", {.write_buffer_bytes = 256 << 10, .env = env_.get()}));
    blob::Options options;
    options.directory = "/lake/blob";
    options.pack_threshold_bytes = 128 << 10;
    options.pack_bytes_max = 300'000;
    options.reclaim_delay_micros = 0;
    options.reclaim_period_micros = 0;
    options.file_system = files_.get();
    TARN_TRY(blobs, blob::OpenLocal(options, *kv, pool_, *wrapper_, clock_));
    return Ok();
  }
  void Close() {
    blobs = nullptr;
    kv = nullptr;
    disk.EndProcess();
  }

  static std::string KeyOf(int name) { return kv::Key("o").Number(static_cast<uint64_t>(name)).Take(); }

  // Replaces the name's version, or removes the name when `version` is 0.
  void Change(int name, uint64_t version) {
    if (allowed[name].empty()) allowed[name].insert(0);
    allowed[name].insert(version);
    const Status outcome = version == 0 ? Commit(name, nullptr, 0) : Put(name, version);
    if (outcome.ok()) allowed[name] = {version};
  }

  // Checks each name against what is allowed; returns the versions found.
  std::map<int, uint64_t> Verify() {
    std::map<int, uint64_t> found;
    for (int name = 0; name < kNames; ++name) {
      const auto bytes = kv->Begin()->Get(KeyOf(name));
      EXPECT_TRUE(bytes.ok());
      if (!bytes.ok()) continue;
      uint64_t version = 0;
      if (bytes->has_value()) {
        const auto record = Decode(**bytes);
        version = record.first;
        const std::string expected = ContentOf(version);
        std::string content(record.second.size, '\0');
        const auto read = blobs->NewReader(record.second)->ReadAtSync(0, std::as_writable_bytes(std::span(content)));
        EXPECT_TRUE(read.ok()) << "name " << name << ": " << read.error().message;
        EXPECT_TRUE(content == expected) << "name " << name << " version " << version;
      }
      auto& may_be = allowed[name];
      if (may_be.empty()) may_be.insert(0);
      EXPECT_TRUE(may_be.contains(version)) << "name " << name << " has version " << version;
      may_be = {version};
      found[name] = version;
    }
    return found;
  }

  void ExpectNoLeak(const std::map<int, uint64_t>& versions) {
    const Status ended = blobs->Reclaim();
    EXPECT_TRUE(ended.ok()) << ended.error().message;
    for (int round = 0; round < 4; ++round) EXPECT_TRUE(blobs->Reclaim().ok());
    size_t large = 0;
    for (const auto& [name, version] : versions) large += version != 0 && ContentOf(version).size() > (128 << 10);
    size_t files = 0;
    for (const auto& directory : disk.List("/lake/blob/files")) {
      files += disk.List("/lake/blob/files/" + directory).size();
    }
    EXPECT_EQ(files, large);
    const auto usage = blobs->MeasureUsage();
    EXPECT_TRUE(usage.ok());
    if (usage.ok()) {
      EXPECT_LE(usage->dead_bytes, usage->stored_bytes / 2 + 100'000);
    }
    EXPECT_TRUE(blobs->Scrub()->damaged.empty());
  }

  std::unique_ptr<kv::Store> kv;
  std::unique_ptr<blob::Store> blobs;
  std::string open_error;

 private:
  static std::pair<uint64_t, blob::BlobRef> Decode(const std::string& bytes) {
    RecordReader record(bytes);
    std::pair<uint64_t, blob::BlobRef> out;
    while (record.Next()) {
      if (record.tag() == 1) out.first = record.u64();
      if (record.tag() == 2) out.second = blob::BlobRef::Decode(record.bytes()).value();
    }
    return out;
  }

  Status Put(int name, uint64_t version) {
    const std::string content = ContentOf(version);
    auto writer = blobs->NewWriter({});
    for (size_t at = 0; at < content.size(); at += 50'000) {
      TARN_CHECK(SyncWait(writer->Append(AsBytes(std::string_view(content).substr(at, 50'000)))));
    }
    TARN_TRY(const blob::BlobRef ref, SyncWait(writer->Finish()));
    return Commit(name, &ref, version);
  }

  Status Commit(int name, const blob::BlobRef* ref, uint64_t version) {
    return kv::Transact(*kv, [&](kv::Txn& txn) -> Status {
      TARN_TRY(auto old, txn.Get(KeyOf(name)));
      if (old) TARN_CHECK(blobs->Release(txn, Decode(*old).second));
      if (ref == nullptr) {
        txn.Delete(KeyOf(name));
        return Ok();
      }
      TARN_CHECK(blobs->Reference(txn, *ref));
      txn.Put(KeyOf(name), RecordWriter().U64(1, version).Str(2, ref->Encode()).Take());
      return Ok();
    });
  }

  Ticking clock_;
  WorkerPool pool_{"data", 1, 100};
  std::unique_ptr<blob::KeyWrapper> wrapper_ = blob::MakeKeyWrapper(std::string(32, 'k'));
  std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<blob::FileSystem> files_;
};

// Puts, overwrites, deletes, reclaims and restarts, as the seed says. Ends early when the lake does not open.
void Work(Lake& lake, uint64_t seed) {
  std::mt19937_64 random(seed);
  if (const Status opened = lake.Open(); !opened.ok()) {
    lake.open_error = opened.error().message;
    return;
  }
  for (int step = 0; step < 24; ++step) {
    const int name = static_cast<int>(random() % kNames);
    lake.Change(name, random() % 5 == 0 ? 0 : seed * 1000 + static_cast<uint64_t>(step) + 1);
    if (step % 8 == 6) (void)lake.blobs->Reclaim();
    if (step == 12) {
      // A restart without a power cut, on a disk whose fault may already be in force.
      lake.blobs = nullptr;
      lake.kv = nullptr;
      if (!lake.Open().ok()) return;
    }
  }
}

uint64_t Seeds() {
  const char* text = std::getenv("TARN_CRASH_SEEDS");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 1;
}

enum class Fault : uint8_t { kCut, kFail };

class PowerLoss : public ::testing::TestWithParam<Fault> {};

TEST_P(PowerLoss, LosesNoAcknowledgedWriteWhereverItStrikes) {
  for (uint64_t seed = 1; seed <= Seeds(); ++seed) {
    Lake whole(seed);
    Work(whole, seed);
    whole.Close();
    const uint64_t operations = whole.disk.operations();
    ASSERT_GT(operations, 100u) << whole.open_error;
    for (uint64_t n = 1; n <= operations + 5; ++n) {
      SCOPED_TRACE(fmt::format("seed {} operation {} of {}", seed, n, operations));
      Lake lake(seed * 7919 + n);
      if (GetParam() == Fault::kCut) {
        lake.disk.CutAt(n);
      } else {
        lake.disk.FailAt(n);
      }
      Work(lake, seed);
      lake.Close();
      if (GetParam() == Fault::kCut || n % 2 == 0) lake.disk.CutPower();
      const Status reopened = lake.Open();
      ASSERT_TRUE(reopened.ok()) << reopened.error().message;
      const auto versions = lake.Verify();
      lake.ExpectNoLeak(versions);
      lake.Verify();
      lake.Change(0, 999);  // and it works on
      EXPECT_EQ(lake.allowed[0], std::set<uint64_t>{999});
      lake.Close();
      if (HasFatalFailure() || HasNonfatalFailure()) return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Faults, PowerLoss, ::testing::Values(Fault::kCut, Fault::kFail),
                         [](const auto& info) { return info.param == Fault::kCut ? "CutPower" : "FailOperation"; });

}  // namespace
}  // namespace tarn::testing
