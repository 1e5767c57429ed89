// Deliveries by a process without an engine, on a disk and a kv store that outlive it.
//
// ExactlyOnce ends the process at operations of its disk and its kv store, again and again, while records are put and
// delivered, and looks at what there is: of a log every position once in the table, every acknowledged record in table
// and files, one whose answer was lost at most once. TARN_FIREHOSE_SEEDS: how many lakes (40), each of kLives lives.
#include "delivery/deliverer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/executor.h"
#include "base/random.h"
#include "base/record.h"
#include "base/strings.h"
#include "blob/blob.h"
#include "blob/key_wrapper.h"
#include "catalog/catalog.h"
#include "catalog/iceberg/snapshots.h"
#include "catalog/iceberg/tables.h"
#include "delivery/errors.h"
#include "delivery/iceberg/tables.h"
#include "delivery/keys.h"
#include "delivery/records/intake.h"
#include "delivery/sinks.h"
#include "delivery/streams.h"
#include "iceberg/manifest/reader.h"
#include "kv/memory_store.h"
#include "object/files.h"
#include "stream/log.h"
#include "tables/write.h"
#include "testing/faulty_files.h"

namespace tarn::delivery {
namespace {

const Scope kScope{"000000000001", "us-east-1"};

// Time that only the test moves; apart from that it ticks.
class TestClock : public Clock {
 public:
  Timestamp Now() const override { return {++now_}; }
  void Advance(int64_t seconds) { now_ += seconds * kMicrosPerSecond; }

 private:
  mutable std::atomic<int64_t> now_ = 1'800'000'000'000'000;
};

// A store that outlives the process, which may end at a commit: before it, or after it and before the answer.
class EndingKv : public kv::Store {
 public:
  explicit EndingKv(testing::FaultyDisk& disk) : disk_(disk) {}

  // The process ends at the nth commit or the disk's nth operation, whichever is given.
  void Live() {
    ends_at_commit_ = UINT64_MAX;
    ends_at_operation_ = UINT64_MAX;
    commits_ = 0;
  }
  void EndAtCommit(uint64_t commit, bool written) {
    ends_at_commit_ = commit;
    written_ = written;
  }
  void EndAtOperation(uint64_t operation) {
    ends_at_operation_ = disk_.operations() + operation;
    disk_.CutAt(operation);
  }
  bool ended() const { return commits_ >= ends_at_commit_ || disk_.operations() >= ends_at_operation_; }

  std::unique_ptr<kv::Txn> Begin() override { return store_->Begin(); }
  void Commit(std::unique_ptr<kv::Txn> txn, std::move_only_function<void(Status)> done) override {
    const bool last = ++commits_ == ends_at_commit_ && disk_.operations() < ends_at_operation_;
    if (!ended()) return store_->Commit(std::move(txn), std::move(done));
    if (!last || !written_) return done(Fail(kv::kIo, "the process has ended"));
    store_->Commit(std::move(txn),
                   [done = std::move(done)](Status) mutable { done(Fail(kv::kIo, "the process has ended")); });
  }
  Status Checkpoint(const std::string& directory) override { return store_->Checkpoint(directory); }

 private:
  testing::FaultyDisk& disk_;
  const std::unique_ptr<kv::Store> store_ = kv::MakeMemoryStore();
  std::atomic<uint64_t> commits_ = 0;
  uint64_t ends_at_commit_ = UINT64_MAX;
  uint64_t ends_at_operation_ = UINT64_MAX;
  bool written_ = false;
};

class AllowAll : public identity::Authorizer {
 public:
  Status Authorize(const identity::Caller&, std::span<const identity::Check>) const override { return Ok(); }
};

// Lines as a file of the table, without an engine.
class LineFiles : public RowWriter {
 public:
  explicit LineFiles(object::Store& objects) : objects_(objects) {}
  Result<std::vector<iceberg::DataFile>> Write(const Scope& scope, const iceberg::TableMetadata& metadata,
                                               const RowLines& lines) override {
    iceberg::DataFile file;
    file.path = fmt::format("{}/data/{}", metadata.location, RandomUuid());
    file.record_count = static_cast<int64_t>(Split(lines.text, '\n').size()) - 1;
    file.file_bytes = static_cast<int64_t>(lines.text.size());
    TARN_TRY(const object::Location place, object::ParseLocation(file.path));
    TARN_CHECK(object::Files(objects_, scope.account).Put(place.bucket, place.key, lines.text));
    return std::vector{file};
  }
  void Remove(const Scope& scope, const std::vector<iceberg::DataFile>& files) override {
    tables::RemoveFiles(object::Files(objects_, scope.account), files);
  }

 private:
  object::Store& objects_;
};

// Two shards that are logs.
class Shards : public SourceReader {
 public:
  Shards(stream::Log& log, std::vector<stream::LogId> ids) : log_(log), ids_(std::move(ids)) {}
  Result<std::vector<Arrived>> Read(const Scope&, const DeliveryStream&, Positions& positions, uint64_t) override {
    ++reads;
    std::vector<Arrived> records;
    for (size_t i = 0; i < ids_.size(); ++i) {
      const std::string lane = fmt::format("shard-{}", i);
      TARN_TRY(auto read, log_.Read(ids_[i], positions[lane], 5, 1 << 20));
      for (stream::Record& record : read.records) {
        records.push_back(
            {.at = record.arrived, .data = std::move(record.bytes), .lane = lane, .position = record.position});
      }
      positions[lane] = read.next;
    }
    return records;
  }
  uint64_t Watch(const DeliveryStream&, std::function<void()> wake) override {
    for (const stream::LogId id : ids_) watches_.push_back(log_.Watch(id, wake));
    return 1;
  }
  void Unwatch(uint64_t) override {
    for (const uint64_t watch : watches_) log_.Unwatch(watch);
    watches_.clear();
  }
  int reads = 0;

 private:
  stream::Log& log_;
  const std::vector<stream::LogId> ids_;
  std::vector<uint64_t> watches_;
};

// One process: everything between its start and its end.
struct Process {
  Process(testing::FaultyDisk& disk, EndingKv& kv, TestClock& clock, const std::vector<stream::LogId>& shards)
      : disk(disk), files(testing::BlobFilesOn(disk)), kv(kv), clock(clock), shards(shards) {}

  Status Start() {
    if (!disk.Exists("/lake")) TARN_CHECK(files->CreateDirectory("/lake"));
    blob::Options options;
    options.directory = "/lake/blobs";
    options.reclaim_delay_micros = 0;
    options.reclaim_period_micros = 0;
    options.file_system = files.get();
    TARN_TRY(blobs, blob::OpenLocal(options, kv, pool, *wrapper, clock));
    stream::LogOptions log_options;
    log_options.directory = "/lake/log";
    log_options.files = files.get();
    log_options.clock = &clock;
    TARN_TRY(log, stream::Log::Open(std::move(log_options)));
    objects = std::make_unique<object::Store>(kv, *blobs, clock, pool);
    catalog = std::make_unique<catalog::Catalog>(kv, clock);
    tables = std::make_unique<catalog::IcebergTables>(*catalog, kv, *blobs, *objects, clock);
    snapshots = std::make_unique<catalog::Snapshots>(*tables, *objects, clock);
    rows = std::make_unique<LineFiles>(*objects);
    source = std::make_unique<Shards>(*log, shards);
    streams = std::make_unique<Streams>(kv, clock);
    TARN_TRY(intake, Intake::Open(kv, *log));
    sink_tables = std::make_unique<Tables>(TableParts{kv, *catalog, *tables, *snapshots, *objects, *rows, authorizer});
    sinks = std::make_unique<Sinks>(SinkParts{
        .store = kv,
        .blobs = *blobs,
        .objects = *objects,
        .intake = *intake,
        .authorizer = authorizer,
        .principal = [this](const Scope& scope, const std::string&, const DeliveryStream&) -> Result<identity::Caller> {
          if (!role_error.empty()) return Fail(kRefused, role_error);
          return identity::RootOf(scope.account);
        },
        .tables = sink_tables.get()});
    deliverer = std::make_unique<Deliverer>(DelivererParts{.store = kv,
                                                           .streams = *streams,
                                                           .intake = *intake,
                                                           .sinks = *sinks,
                                                           .clock = clock,
                                                           .source = source.get(),
                                                           .threads = 0});
    return deliverer->Start();
  }

  testing::FaultyDisk& disk;
  std::unique_ptr<blob::FileSystem> files;
  EndingKv& kv;
  TestClock& clock;
  const std::vector<stream::LogId>& shards;
  WorkerPool pool{"data", 1, 100};
  std::unique_ptr<blob::KeyWrapper> wrapper = blob::MakeKeyWrapper(std::string(32, 'k'));
  AllowAll authorizer;
  std::string role_error;  // why roles cannot be taken on; empty: they can
  std::unique_ptr<blob::Store> blobs;
  std::unique_ptr<stream::Log> log;
  std::unique_ptr<object::Store> objects;
  std::unique_ptr<catalog::Catalog> catalog;
  std::unique_ptr<catalog::IcebergTables> tables;
  std::unique_ptr<catalog::Snapshots> snapshots;
  std::unique_ptr<LineFiles> rows;
  std::unique_ptr<Shards> source;
  std::unique_ptr<Streams> streams;
  std::unique_ptr<Intake> intake;
  std::unique_ptr<Tables> sink_tables;
  std::unique_ptr<Sinks> sinks;
  std::unique_ptr<Deliverer> deliverer;
};

// Makes a stream and tells the deliverer. `destination`: its description.
Result<DeliveryStream> MakeStream(Process& process, const std::string& name, std::string_view type,
                                  const std::string& destination) {
  DeliveryStream stream;
  stream.name = name;
  stream.type = type;
  stream.source = "{}";
  stream.destination = destination;
  TARN_TRY(DeliveryStream made, process.streams->Create(kScope, std::move(stream)));
  process.deliverer->Changed(kScope, made);
  return made;
}

// Of the bucket "lake", delivered at once.
constexpr std::string_view kAtOnce = R"("BufferingHints":{"SizeInMBs":1,"IntervalInSeconds":0})";
std::string S3Description() {
  return fmt::format(
      R"({{"BucketARN":"arn:aws:s3:::lake","RoleARN":"r","ErrorOutputPrefix":"bad/","Prefix":"files/",{}}})", kAtOnce);
}
std::string ToS3() { return R"({"S3DestinationDescription":)" + S3Description() + "}"; }
std::string ToTable(const std::string& database, const std::string& table) {
  return fmt::format(
      R"({{"IcebergDestinationDescription":{{"RoleARN":"r",{},)"
      R"("CatalogConfiguration":{{"CatalogARN":"arn:aws:glue:us-east-1:000000000001:catalog"}},)"
      R"("DestinationTableConfigurationList":[{{"DestinationDatabaseName":"{}","DestinationTableName":"{}"}}],)"
      R"("S3DestinationDescription":{}}}}})",
      kAtOnce, database, table, S3Description());
}

// The keys and bytes of the lake's files below a prefix.
std::map<std::string, std::string> FilesBelow(Process& process, const std::string& prefix) {
  std::map<std::string, std::string> found;
  const object::Files files(*process.objects, kScope.account);
  const auto page = files.List("lake", {.prefix = prefix, .max = 100'000});
  for (const auto& entry : page->entries) found[entry.key] = files.ReadAll("lake", entry.key, 1 << 30).value();
  return found;
}

constexpr uint64_t kLives = 50;

class ExactlyOnce {
 public:
  explicit ExactlyOnce(uint64_t seed) : disk_(seed), random_(seed) {}

  void Run() {
    Begin();
    ASSERT_TRUE(process_->Start().ok());
    SetUp();
    for (uint64_t life = 0; life < kLives && !::testing::Test::HasFailure(); ++life) {
      SCOPED_TRACE(fmt::format("life {}", life));
      // Each life ends a step later than the one before, by turns at a commit and at an operation of the disk.
      const uint64_t step = 1 + life / 2;
      if (life % 2 == 0) {
        kv_.EndAtCommit(step, random_() % 2 == 0);
      } else {
        kv_.EndAtOperation(step);
      }
      for (int round = 0; round < 10 && !kv_.ended(); ++round) Round();
      Restart();
    }
    if (::testing::Test::HasFailure()) return;
    for (int round = 0; round < 50; ++round) Deliver();
    Verify();
  }

 private:
  void Begin() { process_ = std::make_unique<Process>(disk_, kv_, clock_, shards_); }

  void SetUp() {
    const auto bucket = process_->objects->CreateBucket(kScope, "lake");
    ASSERT_TRUE(bucket.ok());
    catalog::Database database;
    database.name = "db";
    database.location = "s3://lake/db";
    ASSERT_TRUE(process_->catalog->CreateDatabase(kScope, database).ok());
    iceberg::NewTable table;
    table.schema = *iceberg::Schema::Make(0, {{1, "id", false, iceberg::TypeId::kString}});
    ASSERT_TRUE(process_->tables->Create(kScope, "db", "t", std::move(table), false).ok());
    ASSERT_TRUE(MakeStream(*process_, "rows", kDirectPut, ToTable("db", "t")).ok());
    ASSERT_TRUE(MakeStream(*process_, "shards", kFromKinesis, ToTable("db", "t")).ok());
    ASSERT_TRUE(MakeStream(*process_, "files", kDirectPut, ToS3()).ok());
  }

  void Restart() {
    process_ = nullptr;
    disk_.CutPower();
    disk_.EndProcess();
    kv_.Live();
    Begin();
    const Status started = process_->Start();
    ASSERT_TRUE(started.ok()) << started.error().message;
  }

  std::string NewRecord(std::set<std::string>& tried) {
    const std::string id = std::to_string(++last_);
    tried.insert(id);
    return fmt::format(R"({{"id":"{}"}})", id);
  }

  void Round() {
    for (const char* name : {"rows", "files"}) {
      std::set<std::string> ids;
      std::vector<std::string> records(1 + random_() % 3);
      for (std::string& record : records) record = NewRecord(ids);
      tried_[name].insert(ids.begin(), ids.end());
      const auto put = process_->deliverer->Put(kScope, name, std::move(records));
      if (put.ok()) acknowledged_[name].insert(ids.begin(), ids.end());
    }
    std::set<std::string> ids;
    std::vector<stream::NewRecords> batch(1);
    batch[0].log = shards_[random_() % shards_.size()];
    batch[0].records.push_back(NewRecord(ids));
    tried_["shards"].insert(ids.begin(), ids.end());
    if (process_->log->AppendAndWait(std::move(batch)).ok()) acknowledged_["shards"].insert(ids.begin(), ids.end());
    Deliver();
  }
  void Deliver() {
    clock_.Advance(61);
    process_->deliverer->RunDue();
  }

  std::string ReadUrl(const std::string& url) {
    const auto place = object::ParseLocation(url);
    auto bytes = object::Files(*process_->objects, kScope.account).ReadAll(place->bucket, place->key, 1 << 30);
    EXPECT_TRUE(bytes.ok()) << url << ": " << (bytes.ok() ? "" : bytes.error().message);
    return bytes.ok() ? *bytes : std::string();
  }
  // How often each id is in a text of records.
  static void Count(const std::string& text, std::map<std::string, int>& counts) {
    constexpr std::string_view kBegin = R"({"id":")";
    for (size_t at = text.find(kBegin); at != std::string::npos; at = text.find(kBegin, at + 1)) {
      const size_t begin = at + kBegin.size();
      ++counts[text.substr(begin, text.find('"', begin) - begin)];
    }
  }
  std::map<std::string, int> InTable() {
    std::map<std::string, int> counts;
    const auto table = process_->tables->Load(kScope, "db", "t");
    EXPECT_TRUE(table.ok());
    const auto snapshot = table->metadata->current_snapshot();
    if (snapshot == nullptr) return counts;
    const std::string list = ReadUrl(snapshot->manifest_list);
    const auto manifests = iceberg::ReadManifestList(list);
    EXPECT_TRUE(manifests.ok());
    for (const iceberg::ManifestFile& manifest : *manifests) {
      const std::string bytes = ReadUrl(manifest.path);
      auto reader = iceberg::ManifestReader::Open(bytes, manifest, iceberg::Type::Struct({}));
      EXPECT_TRUE(reader.ok());
      iceberg::ManifestEntry entry;
      while (*reader->Next(entry)) {
        if (entry.is_live()) Count(ReadUrl(entry.file.path), counts);
      }
    }
    return counts;
  }
  std::map<std::string, int> InFiles() {
    std::map<std::string, int> counts;
    for (const auto& [key, bytes] : FilesBelow(*process_, "files/")) Count(bytes, counts);
    return counts;
  }

  // Every acknowledged record is there, and none twice or of nobody's making.
  void Check(const std::string& name, const std::map<std::string, int>& counts) {
    for (const std::string& id : acknowledged_[name]) EXPECT_EQ(counts.count(id), 1U) << name << " lost " << id;
    for (const std::string& id : tried_[name]) {
      const auto found = counts.find(id);
      if (found == counts.end()) continue;
      EXPECT_EQ(found->second, 1) << name << " has twice " << id;
    }
  }
  void Verify() {
    const auto in_table = InTable();
    Check("rows", in_table);
    Check("shards", in_table);
    Check("files", InFiles());
    // A log's records are in the table, acknowledged or not.
    for (const stream::LogId shard : shards_) {
      uint64_t expected = 0;
      for (uint64_t at = 0; at < process_->log->End(shard);) {
        const auto read = process_->log->Read(shard, at, 1000, 1 << 20);
        ASSERT_TRUE(read.ok());
        for (const stream::Record& record : read->records) {
          EXPECT_EQ(record.position, expected++);
          std::map<std::string, int> id;
          Count(record.bytes, id);
          EXPECT_EQ(in_table.count(id.begin()->first), 1U) << "position " << record.position;
        }
        at = read->next;
      }
    }
    EXPECT_TRUE(FilesBelow(*process_, "bad/").empty());
    EXPECT_FALSE(acknowledged_["rows"].empty());
  }

  testing::FaultyDisk disk_;
  std::mt19937_64 random_;
  EndingKv kv_{disk_};
  TestClock clock_;
  const std::vector<stream::LogId> shards_ = {stream::NewLogId(), stream::NewLogId()};
  std::unique_ptr<Process> process_;
  uint64_t last_ = 0;
  std::map<std::string, std::set<std::string>> tried_;
  std::map<std::string, std::set<std::string>> acknowledged_;
};

TEST(ExactlyOnce, HoldsWhereverTheProcessEnds) {
  const char* text = std::getenv("TARN_FIREHOSE_SEEDS");
  const uint64_t seeds = text != nullptr ? std::strtoull(text, nullptr, 10) : 40;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    ExactlyOnce(seed).Run();
    if (HasFailure()) return;
  }
}

constexpr int kHour = 3600;

class DelivererTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(process_.Start().ok());
    ASSERT_TRUE(process_.objects->CreateBucket(kScope, "lake").ok());
  }
  void Put(const std::string& name, const std::string& record) {
    const auto put = process_.deliverer->Put(kScope, name, {record});
    ASSERT_TRUE(put.ok()) << put.error().message;
  }

  testing::FaultyDisk disk_{1};
  EndingKv kv_{disk_};
  TestClock clock_;
  const std::vector<stream::LogId> shards_ = {stream::NewLogId()};
  Process process_{disk_, kv_, clock_, shards_};
};

TEST_F(DelivererTest, GoesOnAtOnceBehindADeliveryThatHoldsAllItMay) {
  ASSERT_TRUE(MakeStream(process_, "s", kDirectPut, ToS3()).ok());
  for (int second = 0; second < 200; ++second) {
    Put("s", "x");
    process_.deliverer->RunDue();
    clock_.Advance(1);
  }
  clock_.Advance(10);
  process_.deliverer->RunDue();
  const size_t before = FilesBelow(process_, "files/").size();
  for (size_t put = 0; put < 5; ++put) {
    const std::vector<std::string> half(kDeliveryRecordsMax / 2, "x");
    ASSERT_TRUE(process_.deliverer->Put(kScope, "s", half).ok());
  }
  clock_.Advance(5);
  process_.deliverer->RunDue();
  EXPECT_EQ(FilesBelow(process_, "files/").size() - before, 3U);
}

TEST_F(DelivererTest, MakesABoundedNumberOfFilesAnHour) {
  ASSERT_TRUE(MakeStream(process_, "s", kDirectPut, ToS3()).ok());
  size_t before = 0;
  for (int hour = 0; hour < 2; ++hour) {
    for (int second = 0; second < kHour; ++second) {
      Put("s", "x");
      process_.deliverer->RunDue();
      clock_.Advance(1);
    }
    const size_t files = FilesBelow(process_, "files/").size();
    EXPECT_LE(files - before, kDeliveriesPerHour);
    EXPECT_GT(files - before, kDeliveriesPerHour / 2);
    before = files;
  }
}

TEST_F(DelivererTest, DeliversTheStreamsThatAreDue) {
  constexpr int kStreams = 50;
  const std::string slow =
      R"({"S3DestinationDescription":{"BucketARN":"arn:aws:s3:::lake","RoleARN":"r","Prefix":"files/",)"
      R"("BufferingHints":{"SizeInMBs":1,"IntervalInSeconds":60}}})";
  for (int i = 0; i < kStreams; ++i) {
    ASSERT_TRUE(MakeStream(process_, fmt::format("s{}", i), kDirectPut, i % 2 == 0 ? ToS3() : slow).ok());
  }
  process_.deliverer->RunDue();
  for (int i = 0; i < kStreams; ++i) Put(fmt::format("s{}", i), "x");
  process_.deliverer->RunDue();
  EXPECT_EQ(FilesBelow(process_, "files/").size(), kStreams / 2U);
  clock_.Advance(61);
  process_.deliverer->RunDue();
  EXPECT_EQ(FilesBelow(process_, "files/").size(), static_cast<size_t>(kStreams));
}

TEST_F(DelivererTest, DeliversOfARefusedStreamAgainLater) {
  ASSERT_TRUE(MakeStream(process_, "s", kDirectPut, ToS3()).ok());
  process_.role_error = "no such role";
  Put("s", "waits");
  for (int i = 0; i < 20; ++i) {
    process_.deliverer->RunDue();
    clock_.Advance(61);
  }
  EXPECT_TRUE(FilesBelow(process_, "files/").empty());
  process_.role_error.clear();
  process_.deliverer->RunDue();
  EXPECT_EQ(FilesBelow(process_, "files/").size(), 1U);
}

// As tarn put records before it had a log for them.
void PutOlder(kv::Store& store, uint64_t log, uint64_t position, Timestamp at, const std::string& data) {
  const Status put = kv::Transact(store, [&](kv::Txn& txn) -> Status {
    txn.Put(RecordKey(log, position), RecordWriter().I64(1, at.micros).Str(2, data).Take());
    return Ok();
  });
  ASSERT_TRUE(put.ok());
}

TEST_F(DelivererTest, DeliversWhatAnOlderTarnTookBeforeWhatCameSince) {
  const auto stream = MakeStream(process_, "s", kDirectPut, ToS3());
  ASSERT_TRUE(stream.ok());
  for (uint64_t i = 0; i < 250; ++i) {
    PutOlder(kv_, stream->log, 7 + i, clock_.Now(), fmt::format("older {};", i));
  }
  Process upgraded(disk_, kv_, clock_, shards_);
  process_.deliverer->Stop();
  process_.log = nullptr;
  ASSERT_TRUE(upgraded.Start().ok());
  ASSERT_TRUE(upgraded.deliverer->Put(kScope, "s", {"newer;"}).ok());
  for (int i = 0; i < 3; ++i) {
    upgraded.deliverer->RunDue();
    clock_.Advance(61);
  }
  std::string expected;
  for (int i = 0; i < 250; ++i) expected += fmt::format("older {};", i);
  std::string found;
  for (const auto& [key, bytes] : FilesBelow(upgraded, "files/")) found += bytes;
  EXPECT_EQ(found, expected + "newer;");
  const auto left = kv_.Begin()->PeekScan(AllRecordsSpace().bytes(), AllRecordsSpace().End(), 1);
  ASSERT_TRUE(left.ok());
  EXPECT_TRUE(left->empty());
}

TEST_F(DelivererTest, LooksAtASourceWhenRecordsHaveComeAndNeverElse) {
  ASSERT_TRUE(MakeStream(process_, "s", kFromKinesis, ToS3()).ok());
  const auto look = [&] {
    for (int i = 0; i < 20; ++i) {
      process_.deliverer->RunDue();
      clock_.Advance(10);
    }
    return process_.source->reads;
  };
  const int idle = look();
  EXPECT_EQ(idle, 1);
  EXPECT_EQ(look(), idle);
  ASSERT_TRUE(process_.log->AppendAndWait({{.log = shards_[0], .records = {"x"}}}).ok());
  process_.deliverer->RunDue();
  EXPECT_EQ(FilesBelow(process_, "files/").size(), 1U);
  const int delivered = look();
  EXPECT_LE(delivered, idle + 2);
  EXPECT_EQ(look(), delivered);
}

TEST_F(DelivererTest, DeliversAllOfAnIdleStreamsBufferAtOnce) {
  ASSERT_TRUE(MakeStream(process_, "s", kDirectPut, ToS3()).ok());
  // A buffer's end falls within the third record.
  for (int i = 0; i < 5; ++i) Put("s", std::string(700 << 10, static_cast<char>('a' + i)));
  process_.deliverer->RunDue();
  uint64_t bytes = 0;
  for (const auto& [key, content] : FilesBelow(process_, "files/")) bytes += content.size();
  EXPECT_EQ(bytes, 5U * (700 << 10));
}

TEST_F(DelivererTest, GivesRecordsUpAfterADay) {
  ASSERT_TRUE(MakeStream(process_, "s", kDirectPut, ToS3()).ok());
  process_.role_error = "no such role";
  Put("s", "lost");
  for (int i = 0; i < 26; ++i) {
    process_.deliverer->RunDue();
    clock_.Advance(kHour);
  }
  process_.role_error.clear();
  Put("s", "there");
  process_.deliverer->RunDue();
  const auto files = FilesBelow(process_, "files/");
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files.begin()->second, "there");
}

}  // namespace
}  // namespace tarn::delivery
