#include "stream/streams.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "kv/memory_store.h"
#include "testing/faulty_files.h"

namespace tarn::stream {
namespace {

const Scope kScope{"000000000000", "us-east-1"};

class SetClock : public Clock {
 public:
  Timestamp Now() const override { return {now}; }
  std::atomic<int64_t> now = 1'800'000'000'000'000;
};

class StreamsTest : public ::testing::Test {
 protected:
  StreamsTest() : disk_(1), files_(testing::BlobFilesOn(disk_)) {
    EXPECT_TRUE(files_->CreateDirectory("/log").ok());
    Open();
  }
  void Open() {
    streams = nullptr;
    log = nullptr;
    LogOptions options;
    options.directory = "/log";
    options.files = files_.get();
    options.clock = &clock;
    log = Log::Open(std::move(options)).value();
    streams = std::make_unique<Streams>(
        *store_, *log, clock,
        Options{
            .settle_micros = settle_micros, .iterator_key = std::string(32, 'i'), .account_shards_max = shards_max});
  }
  std::vector<std::string> OpenShards(const std::string& name) {
    std::vector<std::string> ids;
    const StreamRef stream = streams->Find(kScope, name).value();
    for (const uint32_t place : stream->open) ids.push_back(stream->shards[place].id());
    return ids;
  }
  Result<std::vector<PutResult>> Put(const std::string& name, std::vector<NewRecord> records) {
    return streams->Put(kScope, name, records);
  }
  Status Create(const std::string& name, int64_t shards) {
    NewStream stream;
    stream.name = name;
    stream.shards = shards;
    stream.tags["tarn:shard-limits"] = "off";
    return streams->Create(kScope, stream);
  }
  std::vector<GotRecord> ReadShard(const std::string& name, const Shard& shard) {
    std::vector<GotRecord> out;
    auto cursor = streams->Start(kScope, name, shard.id(), {"TRIM_HORIZON", {}, {}}, "GetShardIterator");
    EXPECT_TRUE(cursor.ok()) << cursor.error().message;
    while (cursor.ok()) {
      auto batch = streams->Get(*cursor, {.records = 10}, false);
      EXPECT_TRUE(batch.ok()) << batch.error().message;
      if (!batch.ok() || batch->records.empty()) break;
      for (auto& record : batch->records) out.push_back(std::move(record));
      cursor = batch->next;
    }
    return out;
  }

  SetClock clock;
  testing::FaultyDisk disk_;
  std::unique_ptr<blob::FileSystem> files_;
  std::unique_ptr<kv::Store> store_ = kv::MakeMemoryStore();
  std::unique_ptr<Log> log;
  int64_t shards_max = 20'000;
  int64_t settle_micros = 0;
  std::unique_ptr<Streams> streams;
};

TEST_F(StreamsTest, PutsThatRaceWithReshardingAreReadOnceFromShardsThatHeldThem) {
  ASSERT_TRUE(Create("s", 2).ok());
  std::atomic<bool> stop = false;
  std::mutex mutex;
  std::map<std::string, std::pair<std::string, std::string>> put;
  std::vector<std::thread> producers;
  producers.reserve(4);
  for (int who = 0; who < 4; ++who) {
    producers.emplace_back([&, who] {
      for (int i = 0; !stop; ++i) {
        const std::string data = fmt::format("{} {}", who, i);
        const auto done = Put("s", {{data, data, {}}});
        ASSERT_TRUE(done.ok()) << done.error().message;
        const std::lock_guard lock(mutex);
        put[data] = {(*done)[0].shard, (*done)[0].sequence};
      }
    });
  }
  for (const int64_t target : {4, 3, 5, 3, 2, 1, 2}) {
    clock.now += 1'000'000;
    const auto recount = streams->UpdateShardCount(kScope, "s", target);
    ASSERT_TRUE(recount.ok()) << recount.error().message;
  }
  stop = true;
  for (auto& producer : producers) producer.join();
  for (int life = 0; life < 2; ++life) {
    const StreamRef stream = streams->Find(kScope, "s").value();
    EXPECT_EQ(stream->open_shards(), 2U);
    std::map<std::string, std::pair<std::string, std::string>> found;
    for (const Shard& shard : stream->shards) {
      uint64_t next = 0;
      for (const GotRecord& record : ReadShard("s", shard)) {
        EXPECT_EQ(record.position, next++);
        EXPECT_TRUE(found.emplace(record.data, std::pair(shard.id(), record.sequence)).second);
        const HashKey key = HashOf(record.partition_key);
        EXPECT_TRUE(shard.begin <= key && key <= shard.end);
      }
      if (shard.closed) {
        EXPECT_EQ(shard.last, next);
      }
    }
    EXPECT_EQ(found, put);
    Open();
  }
}

TEST_F(StreamsTest, ClosedShardsLeadToTheirChildren) {
  ASSERT_TRUE(Create("s", 1).ok());
  ASSERT_TRUE(Put("s", {{"a", "1", {}}}).ok());
  ASSERT_TRUE(streams->Split(kScope, "s", "shardId-0", "1000").ok());
  const auto cursor = streams->Start(kScope, "s", "shardId-0", {"TRIM_HORIZON", {}, {}}, "GetShardIterator").value();
  const Batch batch = streams->Get(cursor, {}, false).value();
  EXPECT_EQ(batch.records.size(), 1U);
  EXPECT_TRUE(batch.at_end);
  ASSERT_EQ(batch.children.size(), 2U);
  EXPECT_EQ(batch.children[0].parents, std::vector<std::string>{"shardId-000000000000"});
  EXPECT_TRUE(streams->Merge(kScope, "s", "1", "2").ok());
  EXPECT_TRUE(streams->Merge(kScope, "s", "1", "2").Is(kInvalid));
}

TEST_F(StreamsTest, ShardsAreRecountedFromTheLowestOn) {
  ASSERT_TRUE(Create("s", 4).ok());
  ASSERT_TRUE(streams->UpdateShardCount(kScope, "s", 3).ok());
  EXPECT_EQ(OpenShards("s"),
            (std::vector<std::string>{"shardId-000000000006", "shardId-000000000009", "shardId-000000000010"}));
  const StreamRef stream = streams->Find(kScope, "s").value();
  EXPECT_EQ(FormatHashKey(stream->FindShard(9)->begin), "113427455640312821154458202477256070485");
  EXPECT_EQ(stream->FindShard(9)->parent, 5);
  EXPECT_EQ(stream->FindShard(9)->adjacent, 7);
  EXPECT_EQ(stream->shards.size(), 11U);
  for (const Shard& shard : stream->shards) {
    for (const int64_t index : {int64_t{shard.parent}, int64_t{shard.adjacent}}) {
      const Shard* parent = stream->FindShard(index);
      if (parent == nullptr) continue;
      EXPECT_LT(parent->ending_sequence(), shard.starting_sequence()) << shard.id();
    }
  }
}

TEST_F(StreamsTest, AChangeOfShardsIsSeenWhenItHasSettled) {
  settle_micros = 500'000;
  shards_max = 4;
  Open();
  ASSERT_TRUE(Create("s", 2).ok());
  clock.now += settle_micros;
  ASSERT_TRUE(streams->Split(kScope, "s", "0", "1000").ok());
  EXPECT_TRUE(streams->Merge(kScope, "s", "0", "1").Is(kInUse));
  EXPECT_EQ(Put("s", {{"a", "1", "1"}}).value()[0].shard, "shardId-000000000000");
  EXPECT_EQ(streams->Find(kScope, "s").value()->shards.size(), 2U);
  for (int life = 0; life < 2; ++life) {
    clock.now += settle_micros / 2;
    Open();  // what is still to be done outlives the process
  }
  EXPECT_EQ(Put("s", {{"a", "2", "1"}}).value()[0].shard, "shardId-000000000002");
  const StreamRef stream = streams->Find(kScope, "s").value();
  EXPECT_EQ(stream->StateAt(clock.Now()), State::kActive);
  EXPECT_EQ(stream->FindShard(0)->last, 1U);
  EXPECT_EQ(streams->MeasureUsage(kScope).value().open_shards, 3);
  EXPECT_TRUE(streams->UpdateShardCount(kScope, "s", 5).Is(kLimit));
  ASSERT_TRUE(streams->UpdateShardCount(kScope, "s", 4).ok());
  clock.now += settle_micros;
  EXPECT_EQ(OpenShards("s").size(), 4U);
}

TEST_F(StreamsTest, ReadsWaitForWhatWasReadBefore) {
  NewStream stream{.name = "s", .shards = 1};
  ASSERT_TRUE(streams->Create(kScope, stream).ok());
  for (int i = 0; i < 11; ++i) {
    ASSERT_TRUE(Put("s", {{"a", std::string(1 << 20, 'x'), {}}}).value()[0].error_code.empty());
    clock.now += 2 * kMicrosPerSecond;
  }
  Cursor cursor = streams->Start(kScope, "s", "0", {"TRIM_HORIZON", {}, {}}, "GetShardIterator").value();
  const Batch batch = streams->Get(cursor, {}, true).value();
  EXPECT_GE(batch.records.size(), 9U);
  cursor = batch.next;
  clock.now += 4 * kMicrosPerSecond;
  EXPECT_TRUE(streams->Get(cursor, {}, true).Is(kThrottled));
  clock.now += 2 * kMicrosPerSecond;
  cursor = streams->Start(kScope, "s", "0", {"LATEST", {}, {}}, "GetShardIterator").value();
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(streams->Get(cursor, {}, true).ok());
  EXPECT_TRUE(streams->Get(cursor, {}, true).Is(kThrottled));
  clock.now += kMicrosPerSecond;
  EXPECT_TRUE(streams->Get(cursor, {}, true).ok());
}

TEST_F(StreamsTest, RecordsAreSpreadWhateverTheirKeys) {
  NewStream stream{.name = "s", .shards = 4, .on_demand = true, .spreads = true};
  ASSERT_TRUE(streams->Create(kScope, stream).ok());
  std::map<std::string, int> put;
  for (int i = 0; i < 8; ++i) {
    ++put[Put("s", {{"", "x", std::string(40, '9')}}).value()[0].shard];
  }
  EXPECT_EQ(put.size(), 4U);
  for (const auto& [shard, count] : put) EXPECT_EQ(count, 2) << shard;
}

TEST_F(StreamsTest, ACommitmentHoldsADayAtLeast) {
  const auto holds = [&] { return streams->FindCommitment(kScope).value().HoldsAt(clock.Now()); };
  EXPECT_FALSE(holds());
  EXPECT_FALSE(streams->ChangeCommitment(kScope, false).value().began.has_value());
  ASSERT_TRUE(streams->ChangeCommitment(kScope, true).ok());
  clock.now += kMicrosPerDay / 2;
  const Commitment ending = streams->ChangeCommitment(kScope, false).value();
  EXPECT_EQ(ending.ended, ending.may_end);
  EXPECT_TRUE(holds());
  EXPECT_FALSE(streams->ChangeCommitment(kScope, true).value().ended.has_value());
  ASSERT_TRUE(streams->ChangeCommitment(kScope, false).ok());
  clock.now += kMicrosPerDay / 2;
  EXPECT_FALSE(holds());
}

TEST_F(StreamsTest, OpenShardsOfAnAccountAreCountedThroughAllChanges) {
  shards_max = 8;
  Open();
  ASSERT_TRUE(Create("a", 3).ok());
  ASSERT_TRUE(Create("b", 4).ok());
  EXPECT_TRUE(Create("c", 2).Is(kLimit));
  ASSERT_TRUE(streams->Split(kScope, "a", "0", "1000").ok());
  EXPECT_TRUE(streams->Split(kScope, "b", "0", "1000").Is(kLimit));
  EXPECT_TRUE(streams->UpdateShardCount(kScope, "b", 5).Is(kLimit));
  ASSERT_TRUE(streams->Merge(kScope, "a", "3", "4").ok());
  Open();
  ASSERT_TRUE(Create("c", 1).ok());
  EXPECT_TRUE(Create("d", 1).Is(kLimit));
  ASSERT_TRUE(streams->Delete(kScope, "b", false).ok());
  ASSERT_TRUE(Create("d", 4).ok());
  EXPECT_TRUE(Create("e", 1).Is(kLimit));
  EXPECT_EQ(streams->MeasureUsage(kScope).value().open_shards, 8);
  EXPECT_EQ(streams->MeasureUsage(kScope).value().on_demand_streams, 0);
  const auto to_on_demand = [](Stream& stream) -> Status {
    stream.on_demand = true;
    return Ok();
  };
  ASSERT_TRUE(streams->Change(kScope, "d", State::kUpdating, to_on_demand).ok());
  EXPECT_EQ(streams->MeasureUsage(kScope).value().on_demand_streams, 1);
  ASSERT_TRUE(streams->Delete(kScope, "d", false).ok());
  EXPECT_EQ(streams->MeasureUsage(kScope).value().on_demand_streams, 0);
}

TEST(ParseArn, TakesStreamsAndTheirConsumersOnly) {
  const auto named = ParseArn("arn:aws:kinesis:eu-west-1:000000000000:stream/s/consumer/c:1234");
  ASSERT_TRUE(named.has_value());
  EXPECT_EQ(named->scope, (Scope{"000000000000", "eu-west-1"}));
  EXPECT_EQ(named->stream, "s");
  EXPECT_EQ(named->consumer, "c");
  EXPECT_EQ(named->consumer_stamp, "1234");
  EXPECT_EQ(ParseArn("arn:aws:kinesis:eu-west-1:000000000000:stream/s")->consumer, "");
  EXPECT_FALSE(ParseArn("arn:aws:kinesis:eu-west-1:0000:stream/s").has_value());
  EXPECT_FALSE(ParseArn("arn:aws:sqs:eu-west-1:000000000000:stream/s").has_value());
  EXPECT_FALSE(ParseArn("arn:aws:kinesis:eu-west-1:000000000000").has_value());
}

TEST_F(StreamsTest, ExpiredRecordsAreNotRead) {
  ASSERT_TRUE(Create("s", 1).ok());
  ASSERT_TRUE(Put("s", {{"a", "old", {}}}).ok());
  clock.now += 23 * 3600 * kMicrosPerSecond;
  ASSERT_TRUE(Put("s", {{"a", "young", {}}}).ok());
  clock.now += 2 * 3600 * kMicrosPerSecond;
  const auto records = ReadShard("s", streams->Find(kScope, "s").value()->shards[0]);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].data, "young");
}

TEST_F(StreamsTest, IteratorsExpireAndAreNotMadeUp) {
  ASSERT_TRUE(Create("s", 1).ok());
  const auto cursor = streams->Start(kScope, "s", "shardId-0", {"LATEST", {}, {}}, "GetShardIterator").value();
  std::string iterator = streams->SealIterator(cursor);
  EXPECT_TRUE(streams->OpenIterator(iterator).ok());
  clock.now += 301 * kMicrosPerSecond;
  EXPECT_TRUE(streams->OpenIterator(iterator).Is(kExpiredIterator));
  iterator[60] = iterator[60] == 'A' ? 'B' : 'A';
  EXPECT_TRUE(streams->OpenIterator(iterator).Is(kInvalid));
}

TEST_F(StreamsTest, ALaterSessionTakesOver) {
  ASSERT_TRUE(Create("s", 1).ok());
  ASSERT_TRUE(streams->Register(kScope, "s", "c", {}).ok());
  std::atomic<int> wakes = 0;
  const auto open = [&] {
    return streams->Subscribe(kScope, "s", "c", "shardId-0", {"TRIM_HORIZON", {}, {}}, [&] { ++wakes; });
  };
  auto first = open();
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(open().Is(kInUse));
  ASSERT_TRUE(Put("s", {{"a", "1", {}}}).ok());
  ASSERT_TRUE(Put("s", {{"a", "2", {}}}).ok());
  EXPECT_GT(wakes, 0);
  EXPECT_EQ((*first)->Next({}).value().records.size(), 2U);
  clock.now += 6 * kMicrosPerSecond;
  auto second = open();
  ASSERT_TRUE(second.ok());
  EXPECT_TRUE((*first)->Next({}).Is(kInUse));
  ASSERT_TRUE(streams->Deregister(kScope, "s", "c").ok());
  EXPECT_TRUE((*second)->Next({}).Is(kNotFound));
}

}  // namespace
}  // namespace tarn::stream
