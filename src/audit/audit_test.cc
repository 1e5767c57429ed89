#include <gtest/gtest.h>

#include "audit/accompanied_store.h"
#include "audit/errors.h"
#include "audit/log.h"
#include "audit/selectors.h"
#include "audit/trails.h"
#include "kv/memory_store.h"

namespace tarn::audit {
namespace {

constexpr int64_t kNow = 1'800'000'000'000'000;
const Scope kHome{"000000000001", "us-east-1"};

class MovingClock : public Clock {
 public:
  Timestamp Now() const override { return now; }
  Timestamp now{kNow};
};

Event MakeEvent(const std::string& id, int64_t micros = kNow) {
  Event event;
  event.id = id;
  event.account = kHome.account;
  event.region = kHome.region;
  event.time = {micros};
  event.source = "glue.amazonaws.com";
  event.name = "CreateDatabase";
  event.json = "{\"eventID\":\"" + id + "\"}";
  return event;
}

class LogTest : public testing::Test {
 protected:
  std::vector<std::string> Ids(Lookup lookup = {}) {
    lookup.scope = kHome;
    std::vector<std::string> ids;
    const auto page = log_.Find(lookup);
    EXPECT_TRUE(page.ok());
    if (!page.ok()) return ids;
    for (const Event& event : page->events) ids.push_back(event.id);
    next_ = page->next;
    return ids;
  }

  MovingClock clock_;
  AccompaniedStore store_{kv::MakeMemoryStore()};
  Log log_{store_.plain(), clock_};
  std::string next_;
};

TEST_F(LogTest, FindsTheNewestFirst) {
  ASSERT_TRUE(SyncWait(log_.Append(MakeEvent("a", kNow - 2))).ok());
  ASSERT_TRUE(log_.Enqueue(MakeEvent("b", kNow - 1)).ok());
  EXPECT_EQ(Ids(), (std::vector<std::string>{"b", "a"}));
}

TEST_F(LogTest, PagesThroughWhatMatches) {
  for (int i = 0; i < 9; ++i) {
    Event event = MakeEvent("e" + std::to_string(i), kNow - 100 + i);
    event.read_only = i % 2 == 1;
    ASSERT_TRUE(log_.Enqueue(std::move(event)).ok());
  }
  Lookup lookup;
  lookup.limit = 2;
  lookup.matches = [](const Event& event) { return !event.read_only; };
  EXPECT_EQ(Ids(lookup), (std::vector<std::string>{"e8", "e6"}));
  lookup.after = next_;
  EXPECT_EQ(Ids(lookup), (std::vector<std::string>{"e4", "e2"}));
  lookup.after = next_;
  EXPECT_EQ(Ids(lookup), (std::vector<std::string>{"e0"}));
  EXPECT_TRUE(next_.empty());
}

TEST_F(LogTest, RefusesATokenOfAnotherAccount) {
  Lookup lookup;
  lookup.scope = kHome;
  lookup.after = "zzz";
  EXPECT_TRUE(log_.Find(lookup).Is(kBadToken));
}

TEST_F(LogTest, ForgetsAfterNinetyDays) {
  ASSERT_TRUE(log_.Enqueue(MakeEvent("old", kNow)).ok());
  clock_.now = {kNow + kKeptMicros + 1};
  ASSERT_TRUE(log_.Enqueue(MakeEvent("new", clock_.now.micros)).ok());
  EXPECT_EQ(Ids(), std::vector<std::string>{"new"});
  const auto expired = log_.Expire();
  ASSERT_TRUE(expired.ok());
  EXPECT_EQ(*expired, 1U);
}

TEST_F(LogTest, AnEventWrittenAgainReplacesTheFormer) {
  Event event = MakeEvent("a");
  event.open = true;
  ASSERT_TRUE(SyncWait(log_.Append(event)).ok());
  event.open = false;
  ASSERT_TRUE(log_.Enqueue(event).ok());
  Lookup lookup;
  lookup.scope = kHome;
  const auto page = log_.Find(lookup);
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->events.size(), 1U);
  EXPECT_FALSE(page->events[0].open);
}

TEST_F(LogTest, AChangeAndItsRecordAreOneTransaction) {
  auto companion = std::make_shared<Companion>();
  companion->event = MakeEvent("with");
  {
    const Accompany accompany(companion);
    ASSERT_TRUE(kv::Read(store_, [](kv::Txn& txn) -> Status {
                  TARN_CHECK(txn.Get("x"));
                  return Ok();
                }).ok());
    EXPECT_FALSE(companion->written.load()) << "a read carries nothing";
    const Status refused = kv::Transact(store_, [](kv::Txn& txn) -> Status {
      txn.Put("x", "1");
      return Fail(kDamaged, "the change is refused");
    });
    EXPECT_FALSE(refused.ok());
    EXPECT_TRUE(Ids().empty()) << "no change, no record";
    ASSERT_TRUE(kv::Transact(store_, [](kv::Txn& txn) -> Status {
                  txn.Put("x", "1");
                  return Ok();
                }).ok());
  }
  EXPECT_TRUE(companion->written.load());
  EXPECT_EQ(Ids(), std::vector<std::string>{"with"});
}

TEST_F(LogTest, WorkWithoutACallCarriesNothing) {
  ASSERT_TRUE(kv::Transact(store_, [](kv::Txn& txn) -> Status {
                txn.Put("x", "1");
                return Ok();
              }).ok());
  EXPECT_TRUE(Ids().empty());
}

Event ObjectEvent(const std::string& key, bool read_only) {
  Event event = MakeEvent("d");
  event.category = Category::kData;
  event.source = "s3.amazonaws.com";
  event.name = read_only ? "GetObject" : "PutObject";
  event.read_only = read_only;
  event.resources = {{"AWS::S3::Bucket", "b"}, {"AWS::S3::Object", "arn:aws:s3:::b/" + key}};
  return event;
}

TEST(Selectors, WithoutAnyTakeManagementEventsOnly) {
  const Selectors none;
  EXPECT_TRUE(none.Takes(MakeEvent("a")));
  EXPECT_FALSE(none.Takes(ObjectEvent("k", true)));
  EXPECT_FALSE(none.TakesData());
}

TEST(Selectors, TakeObjectsByPrefixAndVerb) {
  Selectors selectors;
  selectors.basic.push_back(
      {.reads = Reads::kWriteOnly, .management = false, .data = {{"AWS::S3::Object", {"arn:aws:s3:::b/raw/"}}}});
  EXPECT_TRUE(selectors.TakesData());
  EXPECT_TRUE(selectors.Takes(ObjectEvent("raw/1", false)));
  EXPECT_FALSE(selectors.Takes(ObjectEvent("raw/1", true)));
  EXPECT_FALSE(selectors.Takes(ObjectEvent("other/1", false)));
  EXPECT_FALSE(selectors.Takes(MakeEvent("a")));
}

TEST(Selectors, ExcludeSourcesOfManagementEvents) {
  Selectors selectors;
  selectors.basic.push_back({.excluded_sources = {"kms.amazonaws.com"}});
  Event event = MakeEvent("a");
  EXPECT_TRUE(selectors.Takes(event));
  event.source = "kms.amazonaws.com";
  EXPECT_FALSE(selectors.Takes(event));
}

TEST(Selectors, AdvancedOnesMeetEveryField) {
  Selectors selectors;
  AdvancedSelector one;
  one.fields.push_back({.field = "eventCategory", .equals = {"Data"}});
  one.fields.push_back({.field = "resources.ARN", .starts_with = {"arn:aws:s3:::b/"}, .not_ends_with = {".tmp"}});
  selectors.advanced.push_back(one);
  EXPECT_TRUE(selectors.TakesData());
  EXPECT_TRUE(selectors.Takes(ObjectEvent("k", true)));
  EXPECT_FALSE(selectors.Takes(ObjectEvent("k.tmp", true)));
  EXPECT_FALSE(selectors.Takes(MakeEvent("a")));
}

TEST(Selectors, TakeRecordsOfStreams) {
  Event put = MakeEvent("r");
  put.category = Category::kData;
  put.source = "kinesis.amazonaws.com";
  put.name = "PutRecords";
  put.read_only = false;
  put.region = "eu-west-1";
  put.account = "111122223333";
  put.resources = {{"AWS::Kinesis::Stream", "clicks"}};
  Event by_iterator = put;
  by_iterator.name = "GetRecords";
  by_iterator.resources.clear();
  Selectors any;
  AdvancedSelector streams;
  streams.fields.push_back({.field = "eventCategory", .equals = {"Data"}});
  streams.fields.push_back({.field = "resources.type", .equals = {"AWS::Kinesis::Stream"}});
  any.advanced.push_back(streams);
  EXPECT_TRUE(any.Takes(put));
  EXPECT_TRUE(any.Takes(by_iterator));
  EXPECT_FALSE(any.Takes(ObjectEvent("k", true)));
  Selectors one;
  streams.fields.push_back(
      {.field = "resources.ARN", .equals = {"arn:aws:kinesis:eu-west-1:111122223333:stream/clicks"}});
  one.advanced.push_back(streams);
  EXPECT_TRUE(one.Takes(put));
  put.resources = {{"AWS::Kinesis::Stream", "arn:aws:kinesis:eu-west-1:111122223333:stream/others"}};
  EXPECT_FALSE(one.Takes(put));
  Selectors objects;
  objects.basic.push_back({.data = {{"AWS::S3::Object", {"arn:aws:s3"}}}});
  EXPECT_FALSE(objects.Takes(put));
  EXPECT_FALSE(Selectors().Takes(put)) << "as of objects, a trail is asked for them";
}

TEST(Trails, AreKeptAndMatched) {
  const auto store = kv::MakeMemoryStore();
  Trails trails(*store);
  ASSERT_TRUE(trails.Load().ok());
  Trail trail;
  trail.name = "t";
  trail.home = kHome;
  trail.bucket = "lake";
  ASSERT_TRUE(trails.Create(trail).ok());
  EXPECT_TRUE(trails.Create(trail).Is(kTrailExists));
  EXPECT_FALSE(trails.any_data());
  const auto changed = trails.Update(kHome, "t", [](Trail& one) -> Status {
    one.logging = true;
    one.selectors.basic.push_back({.data = {{"AWS::S3::Object", {"arn:aws:s3"}}}});
    return Ok();
  });
  ASSERT_TRUE(changed.ok());
  EXPECT_TRUE(trails.any_data());
  EXPECT_TRUE(trails.TakesNow(ObjectEvent("k", true)));
  Event abroad = ObjectEvent("k", true);
  abroad.region = "eu-west-1";
  EXPECT_FALSE(trails.TakesNow(abroad)) << "the trail is of one region";
  Trails again(*store);
  ASSERT_TRUE(again.Load().ok());
  EXPECT_TRUE(again.any_data());
  ASSERT_TRUE(trails.Delete(kHome, "t").ok());
  EXPECT_FALSE(trails.any_data());
  EXPECT_TRUE(trails.Delete(kHome, "t").Is(kNoSuchTrail));
}

TEST(Trails, KnowTheirArns) {
  const auto named = ParseTrailArn("arn:aws:cloudtrail:us-east-1:000000000001:trail/t");
  ASSERT_TRUE(named);
  EXPECT_EQ(named->home, kHome);
  EXPECT_EQ(named->name, "t");
  for (const char* wrong : {"", "t", "arn:aws:cloudtrail:us-east-1:000000000001:t", "arn:aws:s3:::b"}) {
    EXPECT_FALSE(ParseTrailArn(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace tarn::audit
