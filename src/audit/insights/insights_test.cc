#include "audit/insights/insights.h"

#include <gtest/gtest.h>

#include "audit/delivery/deliverer.h"
#include "audit/delivery/verify.h"
#include "audit/log.h"
#include "json/json.h"
#include "object/object_test_store.h"

namespace tarn::audit {
namespace {

constexpr const char* kAccount = "000000000001";
constexpr int64_t kMinute = 60 * kMicrosPerSecond;
constexpr int64_t kHour = 60 * kMinute;

class InsightsTest : public object::ObjectTest {
 protected:
  InsightsTest() {
    EXPECT_TRUE(trails_.Load().ok());
    Trail trail;
    trail.name = "t";
    trail.home = {.account = kAccount, .region = "us-east-1"};
    trail.bucket = "lake";
    trail.logging = true;
    trail.created = clock_.Now();
    trail.started = clock_.Now();
    trail.insights = {InsightType::kCallRate, InsightType::kErrorRate};
    trail.insights_since = clock_.Now();
    EXPECT_TRUE(trails_.Create(trail).ok());
  }

  // So many calls now, by one who is named.
  void Call(size_t times, const std::string& error = {}, bool read_only = false) {
    for (size_t i = 0; i < times; ++i) {
      Event event;
      event.id = "e" + std::to_string(++made_);
      event.account = kAccount;
      event.region = "us-east-1";
      event.time = clock_.Now();
      event.source = "glue.amazonaws.com";
      event.name = read_only ? "GetTable" : "CreateTable";
      event.read_only = read_only;
      event.error_code = error;
      event.principal = "arn:aws:iam::000000000001:user/u";
      event.user_agent = "boto3";
      event.json = "{}";
      ASSERT_TRUE(log_.Enqueue(std::move(event)).ok());
    }
    ASSERT_TRUE(deliverer_.RunOnce().ok());
  }
  // A call every ten minutes.
  void Live(int64_t micros) {
    for (int64_t passed = 0; passed < micros; passed += 10 * kMinute) {
      Call(1);
      clock_.Advance(10 * kMinute);
    }
  }
  void Pass(int64_t micros) {
    clock_.Advance(micros);
    ASSERT_TRUE(deliverer_.RunOnce().ok());
  }

  // Oldest first.
  std::vector<json::Value> Found() {
    const auto page = log_.Find({.scope = {.account = kAccount, .region = "us-east-1"},
                                 .from = {},
                                 .to = {},
                                 .category = Category::kInsight,
                                 .matches = {},
                                 .after = {}});
    EXPECT_TRUE(page.ok());
    std::vector<json::Value> found;
    for (auto event = page->events.rbegin(); event != page->events.rend(); ++event) {
      const auto read = json::Parse(event->json);
      EXPECT_TRUE(read.ok());
      found.push_back(*read);
    }
    return found;
  }

  static std::string_view Told(const json::Value& event, std::string_view key) {
    const json::Value* const details = event.Find("insightDetails");
    return details == nullptr ? std::string_view() : details->StringOr(key, "");
  }

  std::vector<std::string> Files(const std::string& kind) {
    const object::Files files(*store_, kAccount);
    object::ListQuery query;
    query.prefix = std::string("AWSLogs/") + kAccount + "/" + kind + "/";
    std::vector<std::string> keys;
    const auto page = files.List("lake", query);
    EXPECT_TRUE(page.ok());
    for (const auto& entry : page->entries) keys.push_back(entry.key);
    return keys;
  }

  size_t made_ = 0;
  Log log_{*kv_, clock_};
  Trails trails_{*kv_};
  Destination destination_{*store_};
  SigningKeys keys_{*kv_, clock_, std::string(32, 'k')};
  Deliverer deliverer_{{.store = *kv_,
                        .log = log_,
                        .trails = trails_,
                        .destination = destination_,
                        .keys = keys_,
                        .clock = clock_,
                        .table = {},
                        .period_micros = kMicrosPerSecond,
                        .digest_micros = kHour}};
};

TEST_F(InsightsTest, TellWhenCallsRiseFarAboveWhatIsUsualAndWhenTheyFall) {
  Live(40 * kHour);
  EXPECT_TRUE(Found().empty());
  Call(60);
  clock_.Advance(kMinute);
  Call(40);
  Pass(4 * kMinute);
  auto found = Found();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(Told(found[0], "state"), "Start");
  EXPECT_EQ(Told(found[0], "eventName"), "CreateTable");
  EXPECT_EQ(Told(found[0], "insightType"), "ApiCallRateInsight");
  Pass(20 * kMinute);
  found = Found();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(Told(found[1], "state"), "End");
  EXPECT_EQ(found[0].StringOr("sharedEventID", "a"), found[1].StringOr("sharedEventID", "b"));
  const json::Value* const statistics = found[1].Find("insightDetails")->Find("insightContext")->Find("statistics");
  EXPECT_EQ(statistics->IntOr("insightDuration", 0), 2);
  EXPECT_DOUBLE_EQ(*statistics->Find("insight")->Find("average")->AsDouble(), 50);
  EXPECT_NEAR(*statistics->Find("baseline")->Find("average")->AsDouble(), 0.1, 0.001);
}

TEST_F(InsightsTest, NameWhoCalled) {
  Live(40 * kHour);
  Call(60);
  Pass(5 * kMinute);
  const auto found = Found();
  ASSERT_FALSE(found.empty());
  const std::string text = json::Write(found[0]);
  EXPECT_NE(text.find(R"("attribute":"userIdentityArn","insight":[{"value":"arn:aws:iam::000000000001:user/u")"),
            std::string::npos)
      << text;
}

TEST_F(InsightsTest, TellOfErrorsByTheirCode) {
  Live(40 * kHour);
  Call(30, "AccessDenied", true);
  Pass(30 * kMinute);
  const auto found = Found();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(Told(found[0], "insightType"), "ApiErrorRateInsight");
  EXPECT_EQ(Told(found[0], "errorCode"), "AccessDenied");
  EXPECT_EQ(Told(found[0], "eventName"), "GetTable");
}

TEST_F(InsightsTest, TellNothingOfWhatIsUsualOrRead) {
  Live(40 * kHour);
  Call(9);
  Call(500, "", true);
  Pass(kHour);
  EXPECT_TRUE(Found().empty());
}

TEST_F(InsightsTest, NeedToLearnWhatIsUsual) {
  Live(35 * kHour);
  Call(100);
  Pass(kHour - kMinute);
  EXPECT_TRUE(Found().empty());
}

TEST_F(InsightsTest, AreDeliveredInFilesOfTheirOwn) {
  Live(40 * kHour);
  Call(60);
  Pass(30 * kMinute);
  const auto files = Files("CloudTrail-Insight");
  ASSERT_FALSE(files.empty());
  EXPECT_NE(files[0].find("/000000000001_CloudTrail-Insight_us-east-1_"), std::string::npos);
  const auto text = Gunzip(Get(files[0]));
  ASSERT_TRUE(text.has_value());
  EXPECT_NE(text->find("AwsCloudTrailInsight"), std::string::npos);
}

}  // namespace
}  // namespace tarn::audit
