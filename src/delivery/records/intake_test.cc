#include "delivery/records/intake.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "delivery/errors.h"
#include "delivery/keys.h"
#include "delivery/positions.h"
#include "kv/memory_store.h"
#include "testing/faulty_files.h"

namespace tarn::delivery {
namespace {

constexpr uint64_t kStream = 77;

class Ticking : public Clock {
 public:
  Timestamp Now() const override { return {++now_}; }

 private:
  mutable std::atomic<int64_t> now_ = 1'800'000'000'000'000;
};

// A disk and a metadata store that outlive the process.
struct Machine {
  explicit Machine(uint64_t seed = 1) : disk(seed), files(testing::BlobFilesOn(disk)) {
    EXPECT_TRUE(files->CreateDirectory("/log").ok());
  }
  Status Start(IntakeOptions options = {}) {
    intake = nullptr;
    log = nullptr;
    TARN_TRY(
        log,
        stream::Log::Open(
            {.directory = "/log", .files = files.get(), .clock = &clock, .segment_bytes = 4096, .cache_bytes = 8192}));
    TARN_TRY(intake, Intake::Open(*kv, *log, std::move(options)));
    return Ok();
  }
  // As a delivery ends.
  void Deliver(const std::vector<Arrived>& records, const Positions& after) {
    ASSERT_TRUE(kv::Transact(*kv, [&](kv::Txn& txn) -> Status {
                  for (const auto& [lane, position] : after) {
                    txn.Put(PositionKey(kStream, lane), EncodePosition(position));
                  }
                  intake->Trim(txn, kStream, records);
                  return Ok();
                }).ok());
    intake->Delivered(kStream, records);
  }
  Status Reclaim() {
    return log->Reclaim([&] { return intake->MakeKeeper({kStream}); });
  }

  testing::FaultyDisk disk;
  std::unique_ptr<blob::FileSystem> files;
  Ticking clock;
  std::unique_ptr<kv::Store> kv = kv::MakeMemoryStore();
  std::unique_ptr<stream::Log> log;
  std::unique_ptr<Intake> intake;
};

std::string ContentOf(uint64_t number) { return fmt::format("{}:", number) + std::string(number * 37 % 500, 'x'); }

std::vector<std::string> Batch(uint64_t& next) {
  std::vector<std::string> records(1 + next % 3);
  for (std::string& record : records) record = ContentOf(next++);
  return records;
}

TEST(Intake, ALimitLeavesTheRestForTheNextRead) {
  Machine machine;
  ASSERT_TRUE(machine.Start().ok());
  ASSERT_TRUE(machine.intake->Put(kStream, {"a", "bb", "ccc", "dddd"}).ok());
  Positions positions;
  auto buffer = machine.intake->Read(kStream, positions, 100, 4).value();
  ASSERT_EQ(buffer.records.size(), 2U);
  EXPECT_TRUE(buffer.is_full);
  EXPECT_EQ(buffer.records[1].data, "bb");
  EXPECT_EQ(positions.at(std::string(kPutLane)), 2U);
  buffer = machine.intake->Read(kStream, positions, 1, 1 << 20).value();
  EXPECT_TRUE(buffer.is_full);
  buffer = machine.intake->Read(kStream, positions, 100, 1).value();
  ASSERT_EQ(buffer.records.size(), 1U) << "one that is larger than the limit";
  EXPECT_EQ(buffer.records[0].data, "dddd");
  EXPECT_FALSE(buffer.is_full);
}

TEST(Intake, PowerLossAtAnyOperationLosesAndDoublesNothing) {
  for (uint64_t at = 1; at < 60; ++at) {
    SCOPED_TRACE(at);
    Machine machine(at);
    std::vector<std::string> acknowledged;  // and one batch of which the answer was lost, once it is there
    std::vector<std::string> doubtful;
    std::vector<std::string> delivered;
    Positions positions;
    uint64_t next = 0;
    for (int life = 0; life < 4; ++life) {
      ASSERT_TRUE(machine.Start().ok());
      Positions ahead = positions;
      const auto waiting = machine.intake->Read(kStream, ahead, 1'000'000, 1 << 30);
      ASSERT_TRUE(waiting.ok());
      const size_t there = delivered.size() + waiting->records.size();
      if (there > acknowledged.size()) {
        ASSERT_EQ(there, acknowledged.size() + doubtful.size()) << "a batch is whole or absent";
        acknowledged.insert(acknowledged.end(), doubtful.begin(), doubtful.end());
      }
      doubtful.clear();
      ASSERT_EQ(there, acknowledged.size());
      for (size_t i = 0; i < waiting->records.size(); ++i) {
        ASSERT_EQ(waiting->records[i].data, acknowledged[delivered.size() + i]);
        ASSERT_EQ(waiting->records[i].position, delivered.size() + i);
      }
      machine.disk.CutAt(at);
      while (doubtful.empty()) {
        std::vector<std::string> batch = Batch(next);
        doubtful = batch;
        if (!machine.intake->Put(kStream, std::move(batch)).ok()) break;
        acknowledged.insert(acknowledged.end(), doubtful.begin(), doubtful.end());
        doubtful.clear();
        if (next % 4 != 0) continue;
        const auto some = machine.intake->Read(kStream, positions, 5, 2000);
        if (!some.ok()) continue;
        machine.Deliver(some->records, positions);
        for (const Arrived& record : some->records) delivered.push_back(record.data);
        if (next % 8 == 0) (void)machine.Reclaim();
      }
      machine.intake = nullptr;
      machine.log = nullptr;
      machine.disk.EndProcess();
      machine.disk.CutPower();
    }
    for (size_t i = 0; i < delivered.size(); ++i) ASSERT_EQ(delivered[i], acknowledged[i]);
  }
}

TEST(Intake, RefusesWhatIsBeyondTheBacklogUntilSomeIsDelivered) {
  Machine machine;
  const IntakeOptions options{.backlog_bytes_max = 10'000};
  ASSERT_TRUE(machine.Start(options).ok());
  const std::vector<std::string> batch{std::string(1000, 'x')};
  const auto fill = [&] {
    int taken = 0;
    while (machine.intake->Put(kStream, batch).ok()) ++taken;
    return taken;
  };
  EXPECT_EQ(fill(), 10);
  EXPECT_TRUE(machine.intake->Put(kStream, batch).Is(kBusy));
  EXPECT_TRUE(machine.intake->Put(kStream + 1, batch).ok()) << "of another stream";
  ASSERT_TRUE(machine.Start(options).ok());
  EXPECT_TRUE(machine.intake->Put(kStream, batch).Is(kBusy)) << "a restart forgets nothing";
  Positions positions;
  const auto buffer = machine.intake->Read(kStream, positions, 4, 1 << 20).value();
  machine.Deliver(buffer.records, positions);
  EXPECT_GE(fill(), 3);
  ASSERT_TRUE(machine.intake->Drop(kStream).ok());
}

TEST(Intake, ARecordLargerThanTheBacklogIsTakenByAnEmptyOne) {
  Machine machine;
  ASSERT_TRUE(machine.Start({.backlog_bytes_max = 10}).ok());
  EXPECT_TRUE(machine.intake->Put(kStream, {std::string(1000, 'x')}).ok());
  EXPECT_TRUE(machine.intake->Put(kStream, {"x"}).Is(kBusy));
}

TEST(Intake, AFullDiskSlowsProducersDownAndLosesNothing) {
  Machine machine;
  ASSERT_TRUE(machine.Start().ok());
  machine.disk.SetCapacity(machine.disk.capacity() - machine.disk.free_bytes() + 64 * 1024);
  size_t taken = 0;
  Status put = Ok();
  while ((put = machine.intake->Put(kStream, {std::string(1000, 'x')})).ok()) ++taken;
  EXPECT_TRUE(put.Is(kBusy));
  Positions positions;
  auto buffer = machine.intake->Read(kStream, positions, 1000, 1 << 20).value();
  EXPECT_EQ(buffer.records.size(), taken);
  machine.disk.SetCapacity(UINT64_MAX);
  EXPECT_TRUE(machine.intake->Put(kStream, {"x"}).ok());
}

TEST(Intake, DiskIsGivenBackAsRecordsAreDelivered) {
  Machine machine;
  int reclaims = 0;
  IntakeOptions options;
  options.reclaim_bytes = 8192;
  options.reclaim = [&] {
    ++reclaims;
    ASSERT_TRUE(machine.Reclaim().ok());
  };
  ASSERT_TRUE(machine.Start(std::move(options)).ok());
  uint64_t next = 0;
  uint64_t most = 0;
  Positions positions;
  for (int i = 0; i < 2000; ++i) {
    ASSERT_TRUE(machine.intake->Put(kStream, Batch(next)).ok());
    if (i % 10 != 9) continue;
    const auto buffer = machine.intake->Read(kStream, positions, 1000, 1 << 20).value();
    machine.Deliver(buffer.records, positions);
    most = std::max(most, machine.log->MeasureUsage().segments);
  }
  EXPECT_GT(next * 200, 100 * 4096U) << "a hundred segments were written";
  EXPECT_LE(most, 8U);
  EXPECT_GT(reclaims, 10);
  EXPECT_EQ(machine.log->End(kStream), next) << "positions go on";
}

}  // namespace
}  // namespace tarn::delivery
