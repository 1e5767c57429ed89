#include <gtest/gtest.h>

#include "audit/delivery/deliverer.h"
#include "audit/delivery/verify.h"
#include "audit/errors.h"
#include "base/hash.h"
#include "json/json.h"
#include "keys/crypto/key_pair.h"
#include "object/object_test_store.h"

namespace tarn::audit {
namespace {

constexpr int64_t kHour = 3600 * kMicrosPerSecond;

class DeliveryTest : public object::ObjectTest {
 protected:
  DeliveryTest() {
    EXPECT_TRUE(trails_.Load().ok());
    trail_.name = "t";
    trail_.home = {.account = "000000000001", .region = "us-east-1"};
    trail_.bucket = "lake";
    trail_.validated = true;
    trail_.logging = true;
    trail_.created = clock_.Now();
    trail_.started = clock_.Now();
    EXPECT_TRUE(trails_.Create(trail_).ok());
  }

  void Record(const std::string& id, bool open = false) {
    Event event;
    event.id = id;
    event.account = "000000000001";
    event.region = "us-east-1";
    event.time = clock_.Now();
    event.source = "glue.amazonaws.com";
    event.name = "CreateDatabase";
    event.open = open;
    event.json = "{\"eventID\":\"" + id + "\"}";
    ASSERT_TRUE(log_.Enqueue(std::move(event)).ok());
  }

  std::vector<std::string> Keys(const std::string& kind) {
    const object::Files files(*store_, "000000000001");
    object::ListQuery query;
    query.prefix = "AWSLogs/000000000001/" + kind + "/";
    std::vector<std::string> keys;
    const auto page = files.List("lake", query);
    EXPECT_TRUE(page.ok());
    for (const auto& entry : page->entries) keys.push_back(entry.key);
    return keys;
  }

  json::Value Read(const std::string& key) {
    const auto value = json::Parse(Gunzip(Get(key)).value_or(""));
    EXPECT_TRUE(value.ok());
    return value.ok() ? *value : json::Value();
  }

  Log log_{*kv_, clock_};
  Trails trails_{*kv_};
  Destination destination_{*store_};
  SigningKeys keys_{*kv_, clock_, std::string(32, 'k')};
  std::vector<std::string> rows_;
  Trail trail_;
  Deliverer deliverer_{{.store = *kv_,
                        .log = log_,
                        .trails = trails_,
                        .destination = destination_,
                        .keys = keys_,
                        .clock = clock_,
                        .table =
                            [this](const std::string&, const std::vector<Event>& events) {
                              for (const Event& event : events) rows_.push_back(event.id);
                              return Ok();
                            },
                        .period_micros = kMicrosPerSecond,
                        .digest_micros = kHour}};
};

TEST_F(DeliveryTest, DeliversEachEventOnce) {
  Record("a");
  Record("b");
  ASSERT_TRUE(deliverer_.RunOnce().ok());
  ASSERT_TRUE(deliverer_.RunOnce().ok());
  const auto keys = Keys("CloudTrail");
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(json::Write(Read(keys[0])), R"({"Records":[{"eventID":"a"},{"eventID":"b"}]})");
  EXPECT_EQ(rows_, (std::vector<std::string>{"a", "b"}));
  const auto state = trails_.StateOf(trail_.home, "t");
  ASSERT_TRUE(state.ok());
  EXPECT_TRUE(state->delivered.has_value());
}

TEST_F(DeliveryTest, WaitsForAnOpenOutcome) {
  Record("a", true);
  ASSERT_TRUE(deliverer_.RunOnce().ok());
  EXPECT_TRUE(Keys("CloudTrail").empty());
  clock_.Advance(kHour);
  ASSERT_TRUE(deliverer_.RunOnce().ok());
  EXPECT_EQ(Keys("CloudTrail").size(), 1U) << "in vain: it is delivered as it is";
}

TEST_F(DeliveryTest, KeepsWhatABucketRefusesUntilItTakesIt) {
  ASSERT_TRUE(trails_
                  .Update(trail_.home, "t",
                          [](Trail& trail) -> Status {
                            trail.bucket = "gone";
                            return Ok();
                          })
                  .ok());
  Record("a");
  ASSERT_TRUE(deliverer_.RunOnce().ok());
  auto state = trails_.StateOf(trail_.home, "t");
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(state->error, "NoSuchBucket");
  ASSERT_TRUE(store_->CreateBucket({.account = "000000000001", .region = "us-east-1"}, "gone").ok());
  ASSERT_TRUE(deliverer_.RunOnce().ok());
  state = trails_.StateOf(trail_.home, "t");
  ASSERT_TRUE(state.ok());
  EXPECT_TRUE(state->error.empty());
  EXPECT_TRUE(state->delivered.has_value());
}

TEST_F(DeliveryTest, ChainsSignedDigests) {
  Record("a");
  ASSERT_TRUE(deliverer_.RunOnce().ok());
  clock_.Advance(kHour + kMicrosPerSecond);
  Record("b");
  ASSERT_TRUE(deliverer_.RunOnce().ok());
  clock_.Advance(kHour + kMicrosPerSecond);
  ASSERT_TRUE(deliverer_.RunOnce().ok());
  const auto keys = Keys("CloudTrail-Digest");
  ASSERT_EQ(keys.size(), 2U);
  const json::Value first = Read(keys[0]);
  const json::Value second = Read(keys[1]);
  EXPECT_TRUE(first.Find("previousDigestS3Object")->is_null());
  EXPECT_EQ(second.StringOr("previousDigestS3Object", ""), keys[0]);
  EXPECT_EQ(second.StringOr("previousDigestHashValue", ""), Hex(Sha256(Gunzip(Get(keys[0])).value_or(""))));
  EXPECT_EQ(second.StringOr("digestStartTime", ""), first.StringOr("digestEndTime", "?"));
  ASSERT_EQ(first.Find("logFiles")->AsArray()->size(), 2U) << "a and b";
  const json::Value& file = first.Find("logFiles")->AsArray()->front();
  EXPECT_EQ(file.StringOr("hashValue", ""),
            Hex(Sha256(Gunzip(Get(std::string(file.StringOr("s3Object", "")))).value_or(""))));
  const auto listed = keys_.List(trail_.home);
  ASSERT_TRUE(listed.ok());
  ASSERT_EQ(listed->size(), 1U);
  EXPECT_EQ(listed->front().fingerprint, first.StringOr("digestPublicKeyFingerprint", ""));
  EXPECT_EQ(listed->front().public_key.substr(0, 2), "\x30\x82") << "PKCS #1, DER";
}

TEST_F(DeliveryTest, WhatWasDeliveredCanBeVerified) {
  for (const char* id : {"a", "b", "c"}) {
    Record(id);
    ASSERT_TRUE(deliverer_.RunOnce().ok());
    clock_.Advance(kHour + kMicrosPerSecond);
    ASSERT_TRUE(deliverer_.RunOnce().ok());
  }
  const auto listed = keys_.List(trail_.home);
  ASSERT_TRUE(listed.ok());
  std::map<std::string, FetchedFile> files;
  for (const char* kind : {"CloudTrail", "CloudTrail-Digest"}) {
    for (const std::string& key : Keys(kind)) {
      const auto version = store_->Find(bucket_, key, "", true);
      ASSERT_TRUE(version.ok());
      const auto signature = version->headers.user.find("signature");
      files[key] = {Get(key), signature == version->headers.user.end() ? "" : signature->second};
    }
  }
  VerifyAsk ask;
  ask.bucket = "lake";
  ask.digests = Keys("CloudTrail-Digest");
  ask.public_keys[listed->front().fingerprint] = listed->front().public_key;
  ask.fetch = [&](const std::string& key) -> Result<std::optional<FetchedFile>> {
    const auto found = files.find(key);
    if (found == files.end()) return std::optional<FetchedFile>();
    return std::optional(found->second);
  };
  const auto verify = [&] {
    const auto report = VerifyDelivered(ask);
    EXPECT_TRUE(report.ok());
    return report.ok() ? *report : VerifyReport{};
  };
  EXPECT_TRUE(verify().ok()) << verify().problems.front();
  EXPECT_EQ(verify().digests, 3U);
  EXPECT_EQ(verify().files, 3U);

  const auto untouched = files;
  const std::string log = Keys("CloudTrail").front();
  files[log].bytes = Gzip(R"({"Records":[]})");
  EXPECT_EQ(verify().files_invalid, 1U) << "a changed file";
  files.erase(log);
  EXPECT_EQ(verify().files_invalid, 1U) << "a file that is gone";
  files = untouched;
  files[ask.digests[1]].bytes = Gzip(R"({"logFiles":[]})");
  EXPECT_GE(verify().digests_invalid, 1U) << "a changed digest";
  files = untouched;
  ask.digests.erase(ask.digests.begin() + 1);
  EXPECT_GE(verify().digests_invalid, 1U) << "a digest that is gone";
  ask.digests = Keys("CloudTrail-Digest");
  ask.public_keys.clear();
  EXPECT_EQ(verify().digests_invalid, 3U) << "keys of somebody else";
}

TEST_F(DeliveryTest, OtherAccountsBucketsMustSayYes) {
  ASSERT_TRUE(store_->CreateBucket({.account = "000000000002", .region = "us-east-1"}, "other").ok());
  Trail trail = trail_;
  trail.bucket = "other";
  EXPECT_TRUE(destination_.Check(trail).Is(kForbidden));
  ASSERT_TRUE(store_
                  ->SetDocument("other", "policy",
                                std::string(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":)"
                                            R"({"Service":"cloudtrail.amazonaws.com"},"Action":["s3:GetBucketAcl",)"
                                            R"("s3:PutObject"],"Resource":["arn:aws:s3:::other",)"
                                            R"("arn:aws:s3:::other/AWSLogs/000000000001/*"]}]})"))
                  .ok());
  EXPECT_TRUE(destination_.Check(trail).ok());
  trail.prefix = "elsewhere";
  EXPECT_TRUE(destination_.Check(trail).Is(kForbidden));
}

}  // namespace
}  // namespace tarn::audit
