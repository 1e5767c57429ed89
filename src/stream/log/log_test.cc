// The log on a disk that fails, fills and loses power: every acknowledged record once, in order, at its position.
#include "stream/log.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

#include "stream/log/chunk.h"
#include "testing/faulty_files.h"

namespace tarn::stream {
namespace {

class Ticking : public Clock {
 public:
  Timestamp Now() const override { return {now_ += 1000}; }
  void Advance(int64_t micros) { now_ += micros; }

 private:
  mutable std::atomic<int64_t> now_ = 1'800'000'000'000'000;
};

class Disk {
 public:
  explicit Disk(uint64_t seed = 1) : disk(seed), files(testing::BlobFilesOn(disk)) {
    EXPECT_TRUE(files->CreateDirectory("/log").ok());
    wrapper = blob::MakeKeyWrapper(std::string(32, 'k'));
  }
  Result<std::unique_ptr<Log>> Open(uint64_t segment_bytes = 4096) {
    return Log::Open({.directory = "/log",
                      .files = files.get(),
                      .wrapper = wrapper.get(),
                      .clock = &clock,
                      .segment_bytes = segment_bytes,
                      .cache_bytes = 8192});
  }

  testing::FaultyDisk disk;
  std::unique_ptr<blob::FileSystem> files;
  std::unique_ptr<blob::KeyWrapper> wrapper;
  Ticking clock;
};

std::string ContentOf(LogId log, uint64_t number) {
  return fmt::format("{}:{}:", log, number) + std::string(number * 37 % 500, 'x');
}

std::vector<Record> All(Log& log, LogId id, uint64_t from = 0) {
  std::vector<Record> out;
  while (true) {
    auto read = log.Read(id, from, 7, 2000);
    EXPECT_TRUE(read.ok()) << (read.ok() ? "" : read.error().message);
    if (!read.ok() || read->records.empty()) return out;
    for (Record& record : read->records) out.push_back(std::move(record));
    from = read->next;
  }
}

TEST(Log, RecordsAreReadInOrderAtTheirPositions) {
  Disk disk;
  auto log = disk.Open().value();
  for (uint64_t i = 0; i < 60; ++i) {
    const auto done = log->AppendAndWait({{.log = 1, .records = {ContentOf(1, 2 * i), ContentOf(1, 2 * i + 1)}},
                                          {.log = 2, .records = {ContentOf(2, i)}}});
    ASSERT_TRUE(done.ok());
    EXPECT_EQ((*done)[0].first, 2 * i);
    EXPECT_EQ((*done)[1].first, i);
  }
  for (int round = 0; round < 2; ++round) {
    const auto ones = All(*log, 1);
    ASSERT_EQ(ones.size(), 120U);
    for (uint64_t i = 0; i < ones.size(); ++i) {
      EXPECT_EQ(ones[i].position, i);
      EXPECT_EQ(ones[i].bytes, ContentOf(1, i));
    }
    EXPECT_EQ(All(*log, 2, 50).size(), 10U);
    EXPECT_EQ(log->End(1), 120U);
    EXPECT_EQ(log->FirstSince(1, ones[31].arrived).value(), 30U) << "the first of its batch";
    EXPECT_EQ(log->FirstSince(1, {0}).value(), 0U);
    EXPECT_EQ(log->FirstSince(1, ones.back().arrived.Plus(1)).value(), 120U);
    EXPECT_GT(log->MeasureUsage().segments, 5U);
    log = nullptr;
    log = disk.Open().value();
  }
}

TEST(Log, NoRecordsForALogWithoutSegmentsAreTakenAndLeaveNothing) {
  Disk disk;
  auto log = disk.Open().value();
  EXPECT_TRUE(log->AppendAndWait({}).ok());
  ASSERT_TRUE(log->AppendAndWait({{.log = 1, .records = {}}}).ok());
  EXPECT_EQ(log->End(1), 0U);
  EXPECT_EQ(log->MeasureUsage().segments, 0U);
}

TEST(Log, BytesAtRestAreSealed) {
  Disk disk;
  auto log = disk.Open().value();
  ASSERT_TRUE(log->AppendAndWait({{.log = 1, .records = {"the secret of the stream"}}}).ok());
  for (const auto& name : disk.disk.List("/log")) {
    testing::FaultyDisk::Handle file;
    ASSERT_EQ(disk.disk.Open("/log/" + name, file), testing::DiskResult::kOk);
    EXPECT_EQ(file->cached.find("secret"), std::string::npos);
  }
}

// What was acknowledged, and what may be there beside it.
struct Model {
  std::map<LogId, std::vector<std::string>> acknowledged;
  std::map<LogId, std::vector<std::string>> doubtful;  // one batch of which the answer was lost

  void Append(Log& log, uint64_t number) {
    std::vector<NewRecords> batch;
    std::vector<std::vector<std::string>> copies;
    for (LogId id = 1; id <= 3; ++id) {
      if ((number + id) % 3 == 0) continue;
      std::vector<std::string> records;
      records.reserve(3);
      for (uint64_t i = 0; i < 1 + number % 3; ++i) records.push_back(ContentOf(id, number * 10 + i));
      copies.push_back(records);
      batch.push_back({.log = id, .records = std::move(records)});
    }
    std::vector<LogId> ids;
    ids.reserve(batch.size());
    for (const auto& part : batch) ids.push_back(part.log);
    const auto done = log.AppendAndWait(std::move(batch));
    if (!done.ok()) {
      for (size_t i = 0; i < ids.size(); ++i) doubtful[ids[i]] = copies[i];
      return;
    }
    for (size_t i = 0; i < ids.size(); ++i) {
      auto& list = acknowledged[ids[i]];
      EXPECT_EQ((*done)[i].first, list.size());
      for (auto& record : copies[i]) list.push_back(record);
    }
  }

  void Verify(Log& log, bool whole = false) {
    for (LogId id = 1; id <= 3; ++id) {
      const auto found = All(log, id);
      auto& expected = acknowledged[id];
      ASSERT_GE(found.size(), expected.size()) << "log " << id;
      if (found.size() > expected.size()) {
        const auto& more = doubtful[id];
        ASSERT_FALSE(whole);
        ASSERT_EQ(found.size() - expected.size(), more.size()) << "a batch of a log is whole or absent";
        expected.insert(expected.end(), more.begin(), more.end());
      }
      doubtful[id].clear();
      for (uint64_t i = 0; i < found.size(); ++i) {
        ASSERT_EQ(found[i].position, i);
        ASSERT_EQ(found[i].bytes, expected[i]) << "log " << id << " position " << i;
      }
      ASSERT_EQ(log.End(id), found.size());
    }
  }
};

TEST(Log, PowerLossAtAnyOperationLosesAndDoublesNothing) {
  for (uint64_t at = 1; at < 60; ++at) {
    SCOPED_TRACE(at);
    Disk disk(at);
    Model model;
    for (int life = 0; life < 3; ++life) {
      auto log = disk.Open();
      ASSERT_TRUE(log.ok()) << log.error().message;
      model.Verify(**log);
      if (::testing::Test::HasFatalFailure()) return;
      disk.disk.CutAt(at);
      for (uint64_t i = 0; i < 25; ++i) {
        model.Append(**log, static_cast<uint64_t>(life) * 100 + i);
        if (!model.doubtful[1].empty() || !model.doubtful[2].empty() || !model.doubtful[3].empty()) break;
      }
      *log = nullptr;
      disk.disk.EndProcess();
      disk.disk.CutPower();
    }
    auto log = disk.Open().value();
    model.Verify(*log);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(Log, OneFailedOperationLeavesTheRestWhole) {
  for (uint64_t at = 1; at < 40; ++at) {
    SCOPED_TRACE(at);
    Disk disk(at);
    Model model;
    auto log = disk.Open().value();
    disk.disk.FailAt(at);
    for (uint64_t i = 0; i < 30; ++i) {
      model.Append(*log, i);
      model.doubtful.clear();  // the log goes on: it must not show what it refused
      model.Verify(*log, true);
      if (::testing::Test::HasFatalFailure()) return;
    }
    log = nullptr;
    log = disk.Open().value();
    model.Verify(*log, true);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(Log, IsCutAtAnyByteOfItsTail) {
  std::vector<uint64_t> ends{kSegmentHeaderBytes};
  Disk disk;
  {
    auto log = disk.Open(1 << 20).value();
    for (uint64_t i = 0; i < 8; ++i) {
      ASSERT_TRUE(log->AppendAndWait({{.log = 1, .records = {ContentOf(1, i)}}}).ok());
      ends.push_back(log->MeasureUsage().stored_bytes);
    }
  }
  testing::FaultyDisk::Handle handle;
  ASSERT_EQ(disk.disk.Open("/log/00000001.log", handle), testing::DiskResult::kOk);
  const std::string whole = handle->cached;
  for (size_t bytes = 0; bytes < whole.size(); bytes += 3) {
    Disk torn;
    testing::FaultyDisk::Handle made;
    torn.disk.Create("/log/00000001.log", true, made);
    torn.disk.Write(made, 0, whole.substr(0, bytes));
    auto log = torn.Open(1 << 20);
    ASSERT_TRUE(log.ok());
    uint64_t expected = 0;
    while (expected + 1 < ends.size() && ends[expected + 1] <= bytes) ++expected;
    ASSERT_EQ(All(**log, 1).size(), expected) << bytes;
    ASSERT_EQ((*log)->AppendAndWait({{.log = 1, .records = {"next"}}}).value()[0].first, expected);
    *log = nullptr;
    log = torn.Open(1 << 20);
    ASSERT_TRUE(log.ok());
    ASSERT_EQ(All(**log, 1).size(), expected + 1) << "the torn bytes stay cut";
  }
}

TEST(Log, AFullDiskIsToldAndChangesNothing) {
  Disk disk;
  Model model;
  auto log = disk.Open().value();
  for (uint64_t i = 0; i < 10; ++i) model.Append(*log, i);
  disk.disk.SetCapacity(disk.disk.capacity() - disk.disk.free_bytes() + 4096);
  bool refused = false;
  for (uint64_t i = 10; i < 200 && !refused; ++i) {
    const auto done = log->AppendAndWait({{.log = 9, .records = {std::string(900, 'f')}}});
    refused = done.Is(kLogFull);
    if (!refused) {
      ASSERT_TRUE(done.ok()) << done.error().message;
    }
  }
  EXPECT_TRUE(refused);
  model.Verify(*log, true);
  disk.disk.SetCapacity(UINT64_MAX);
  for (uint64_t i = 300; i < 320; ++i) model.Append(*log, i);
  log = nullptr;
  log = disk.Open().value();
  model.Verify(*log, true);
}

TEST(Log, ReclaimKeepsWhatMustStayAndTheEnds) {
  Disk disk;
  auto log = disk.Open().value();
  std::vector<std::string> kept;
  for (uint64_t i = 0; i < 120; ++i) {
    ASSERT_TRUE(log->AppendAndWait({{.log = 1, .records = {ContentOf(1, i) + std::string(300, 'y')}}}).ok());
    if (i % 20 == 0) {
      kept.push_back(ContentOf(2, i));
      ASSERT_TRUE(log->AppendAndWait({{.log = 2, .records = {kept.back()}}}).ok());
    }
    if (i == 5) {
      ASSERT_TRUE(log->AppendAndWait({{.log = 3, .records = {"a", "b", "c"}}}).ok());
    }
  }
  const auto before = log->MeasureUsage();
  const Log::KeepOf keep = [](LogId id) -> std::optional<Keep> {
    if (id == 1) return Keep{.position = 100};
    if (id == 2) return Keep{};
    if (id == 3) return Keep{.since = {INT64_MAX}};
    return std::nullopt;
  };
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(log->Reclaim([&]() -> Result<Log::KeepOf> { return keep; }).ok());
    const auto twos = All(*log, 2);
    ASSERT_EQ(twos.size(), kept.size());
    for (size_t i = 0; i < kept.size(); ++i) EXPECT_EQ(twos[i].bytes, kept[i]);
    const auto ones = All(*log, 1);
    ASSERT_GE(ones.size(), 20U);
    EXPECT_EQ(ones.back().position, 119U);
    EXPECT_EQ(log->End(3), 3U) << "positions are never used twice";
    EXPECT_TRUE(All(*log, 3).empty());
    log = nullptr;
    log = disk.Open().value();
    ASSERT_TRUE(log->AppendAndWait({{.log = 4, .records = {"opens a segment"}}}).ok());
  }
  EXPECT_LT(log->MeasureUsage().stored_bytes, before.stored_bytes / 2);
  EXPECT_EQ(log->AppendAndWait({{.log = 3, .records = {"d"}}}).value()[0].first, 3U);
}

// Copies what VisitSegments tells to another disk, as it lies there.
void CopyTo(Log& log, testing::FaultyDisk& from, testing::FaultyDisk& to, const std::function<void()>& begin) {
  const Status copied = log.VisitSegments(
      [&] {
        begin();
        return Ok();
      },
      [&](const Log::SegmentCopy& segment) {
        testing::FaultyDisk::Handle source;
        testing::FaultyDisk::Handle target;
        EXPECT_EQ(from.Open(segment.path, source), testing::DiskResult::kOk);
        to.Create("/log/" + segment.name, true, target);
        to.Write(target, 0, source->cached.substr(0, segment.bytes));
        return Ok();
      });
  EXPECT_TRUE(copied.ok());
  testing::FaultyDisk::Handle restored;
  to.Create("/log/" + std::string(Log::kRestoredFile), true, restored);
}

TEST(Log, ACopyMadeWhileTheLogGoesOnHasAllThatWasThereAndOtherPositionsFromThenOn) {
  Disk disk;
  Disk copy;
  auto log = disk.Open().value();
  for (uint64_t i = 0; i < 40; ++i) {
    ASSERT_TRUE(log->AppendAndWait({{.log = 1 + i % 2, .records = {ContentOf(1 + i % 2, i)}}}).ok());
  }
  CopyTo(*log, disk.disk, copy.disk, [&] {
    for (uint64_t i = 40; i < 60; ++i) {
      ASSERT_TRUE(log->AppendAndWait({{.log = 1 + i % 2, .records = {ContentOf(1 + i % 2, i)}}}).ok());
    }
    std::thread([&] {
      const auto look = []() -> Result<Log::KeepOf> { return Fail(kLogFailed, "something would go meanwhile"); };
      EXPECT_TRUE(log->Reclaim(look).ok());
    }).join();
  });
  ASSERT_TRUE(log->AppendAndWait({{.log = 1, .records = {"not of the copy"}}}).ok());
  const uint64_t told = log->End(1);
  for (int life = 0; life < 3; ++life) {
    SCOPED_TRACE(life);
    auto restored = copy.Open().value();
    const auto all = All(*restored, 1);
    ASSERT_EQ(all.size(), 30U + static_cast<size_t>(life));
    for (uint64_t i = 0; i < 30; ++i) {
      EXPECT_EQ(all[i].position, i);
      EXPECT_EQ(all[i].bytes, ContentOf(1, 2 * i));
    }
    const uint64_t end = restored->End(1);
    EXPECT_GT(end, told);
    EXPECT_EQ(restored->Read(1, 30, 10, 1000)->next, end);
    EXPECT_EQ(restored->Read(1, told, 10, 1000)->records.size(), static_cast<size_t>(life))
        << "who read on in the other lake misses nothing of this one";
    EXPECT_EQ(restored->AppendAndWait({{.log = 1, .records = {"new"}}}).value()[0].first, end);
    EXPECT_EQ(restored->AppendAndWait({{.log = 3, .records = {"new"}}}).value()[0].first, static_cast<uint64_t>(life));
  }
}

TEST(Log, AppendsOfManyThreadsAreAllThereAndWakeTheirWatcher) {
  Disk disk;
  auto log = disk.Open(1 << 20).value();
  std::atomic<int> wakes = 0;
  const uint64_t watch = log->Watch(1, [&] { ++wakes; });
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        EXPECT_TRUE(log->AppendAndWait({{.log = 1, .records = {fmt::format("{} {}", t, i)}}}).ok());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  log->Unwatch(watch);
  EXPECT_GT(wakes, 0);
  const auto all = All(*log, 1);
  ASSERT_EQ(all.size(), 400U);
  std::map<char, int> next;
  for (const Record& record : all) {
    const int number = std::stoi(record.bytes.substr(2));
    EXPECT_EQ(number, next[record.bytes[0]]++) << "each thread's order";
  }
}

}  // namespace
}  // namespace tarn::stream
