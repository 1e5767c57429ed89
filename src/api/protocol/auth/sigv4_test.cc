#include "api/protocol/auth/sigv4.h"

#include <gtest/gtest.h>

#include <fstream>

#include "api/protocol/auth/authenticate.h"
#include "api/protocol/auth/sign.h"
#include "api/protocol/errors.h"
#include "base/hash.h"
#include "base/strings.h"
#include "identity/errors.h"

namespace tarn::api::protocol {
namespace {

constexpr const char* kKeyId = "AKIAVECTOR";
constexpr const char* kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const Timestamp kNow = *ParseAmzDate("20261121T053800Z");

class OneKey : public identity::CredentialSource {
 public:
  Result<std::shared_ptr<const identity::Credential>> FindKey(std::string_view id, std::string_view token) override {
    if (id != kKeyId) return Fail(identity::kUnknownKey, "");
    if (!token.empty()) return Fail(identity::kBadToken, "");
    auto credential = std::make_shared<identity::Credential>();
    credential->caller = identity::RootOf("111111111111");
    credential->secret = kSecret;
    return std::shared_ptr<const identity::Credential>(credential);
  }
};

struct Sample {
  std::string method, target, body;
  std::vector<Field> headers;

  SignedHead Head() const {
    size_t mark = std::min(target.find('?'), target.size());
    return {.method = method,
            .path = std::string_view(target).substr(0, mark),
            .query = mark < target.size() ? std::string_view(target).substr(mark + 1) : std::string_view(),
            .headers = &headers};
  }
  std::string* Header(std::string_view name) {
    for (Field& field : headers) {
      if (EqualsIgnoreCase(field.name, name)) return &field.value;
    }
    return nullptr;
  }
  bool IsS3() const { return ClaimedService(Head()) == "s3"; }
};

Result<Authenticated> Check(const Sample& sample, Timestamp now = kNow) {
  static OneKey keys;
  ErrorFields fields;
  bool s3 = sample.IsS3();
  return Authenticate(sample.Head(), s3 ? nullptr : &sample.body, s3, keys, now, fields);
}

std::vector<Sample> ReadVectors() {
  std::vector<Sample> samples;
  std::ifstream file(TARN_SIGV4_VECTORS);
  std::string line;
  while (std::getline(file, line)) {
    Sample sample;
    size_t space = line.find(' ');
    sample.method = line.substr(0, space);
    sample.target = line.substr(space + 1);
    while (std::getline(file, line) && !line.empty()) {
      if (line.starts_with("body ")) {
        sample.body = *Unhex(line.substr(5));
        continue;
      }
      size_t colon = line.find(": ");
      sample.headers.push_back({line.substr(0, colon), std::string(Trim(line.substr(colon + 2)))});
    }
    samples.push_back(std::move(sample));
  }
  return samples;
}

Sample Signed(std::string service = "s3", std::string target = "/b/k?a=1") {
  Sample sample{.method = "PUT", .target = std::move(target), .body = "hello", .headers = {{"Host", "lake:4566"}}};
  SignedHead head = sample.Head();
  std::string hash = Hex(Sha256(sample.body));
  SignHeaders({.method = head.method,
               .path = head.path,
               .query = head.query,
               .payload_hash = hash,
               .access_key_id = kKeyId,
               .secret_access_key = kSecret,
               .region = "eu-west-1",
               .service = service,
               .now = kNow},
              sample.headers);
  return sample;
}

TEST(SigV4, AcceptsWhatBotocoreSigns) {
  auto samples = ReadVectors();
  ASSERT_GE(samples.size(), 200U);
  for (const Sample& sample : samples) {
    auto who = Check(sample);
    EXPECT_TRUE(who.ok() && who->verified) << sample.target << (who.ok() ? "" : who.error().message);
  }
}

TEST(SigV4, RefusesEveryChangeOfASignedRequest) {
  for (Sample sample : ReadVectors()) {
    Sample other_path = sample;
    other_path.target.insert(other_path.Head().path.size(), "z");
    EXPECT_FALSE(Check(other_path).ok()) << sample.target;
    Sample other_query = sample;
    other_query.target += sample.target.find('?') == std::string::npos ? "?added=1" : "&added=1";
    EXPECT_FALSE(Check(other_query).ok()) << sample.target;
    Sample other_method = sample;
    other_method.method = "PATCH";
    EXPECT_FALSE(Check(other_method).ok()) << sample.target;
    Sample other_header = sample;
    *other_header.Header("Host") += "0";
    EXPECT_TRUE(Check(other_header).Is(kSignatureMismatch)) << sample.target;
  }
}

TEST(SigV4, AcceptsWhatItSigns) {
  for (std::string service : {"s3", "glue", "sts"}) {
    auto who = Check(Signed(service));
    ASSERT_TRUE(who.ok()) << who.error().message;
    EXPECT_EQ(who->caller.account, "111111111111");
    EXPECT_EQ(who->region, "eu-west-1");
  }
}

TEST(SigV4, TakesS3PathsAsTheyAreAndAcceptsTheirEquivalents) {
  EXPECT_TRUE(Check(Signed("s3", "/b//a/../c%2Fd+e%20f")).ok());
  Sample plain = Signed("s3", "/b/a%2Bb");
  plain.target = "/b/a%2bb";
  EXPECT_TRUE(Check(plain).ok());
  Sample other = Signed("s3", "/b//a");
  other.target = "/b/a";
  EXPECT_TRUE(Check(other).Is(kSignatureMismatch));
}

TEST(SigV4, LetsAnUnsignedRequestBeAnonymous) {
  Sample sample{.method = "GET", .target = "/", .body = "", .headers = {{"Host", "a"}}};
  auto who = Check(sample);
  ASSERT_TRUE(who.ok());
  EXPECT_TRUE(who->caller.anonymous());
}

TEST(SigV4, RefusesARequestFromAnotherTime) {
  Sample sample = Signed();
  EXPECT_TRUE(Check(sample, kNow.Plus(kSkewMicrosMax)).ok());
  EXPECT_TRUE(Check(sample, kNow.Plus(kSkewMicrosMax + 1)).Is(kRequestSkewed));
  EXPECT_TRUE(Check(sample, kNow.Plus(-kSkewMicrosMax - 1)).Is(kRequestSkewed));
  auto glue = Check(Signed("glue", "/"), kNow.Plus(20 * 60 * kMicrosPerSecond));
  ASSERT_TRUE(glue.Is(kRequestSkewed));
  EXPECT_EQ(glue.error().message,
            "Signature expired: 20261121T053800Z is now earlier than 20261121T054300Z (20261121T055800Z - 15 min.)");
}

TEST(SigV4, RefusesAnUnknownKeyAndATokenWithoutASession) {
  Sample sample = Signed();
  std::string& authorization = *sample.Header("authorization");
  authorization.replace(authorization.find(kKeyId), 4, "AKIB");
  EXPECT_TRUE(Check(sample).Is(kUnknownAccessKey));
  Sample with_token = Signed();
  with_token.headers.push_back({"X-Amz-Security-Token", "t"});
  EXPECT_TRUE(Check(with_token).Is(kInvalidToken));
}

TEST(SigV4, RefusesUnsignedAmzHeaders) {
  Sample sample = Signed();
  sample.headers.push_back({"x-amz-acl", "public-read"});
  EXPECT_TRUE(Check(sample).Is(kUnsignedHeaders));
}

TEST(SigV4, NamesWhatItDoesNotTake) {
  auto with = [](std::string authorization) {
    Sample sample{
        .method = "GET", .target = "/", .body = "", .headers = {{"Host", "a"}, {"Authorization", authorization}}};
    return Check(sample);
  };
  EXPECT_TRUE(with("AWS AKIA:c2ln").Is(kUnsupportedSignature));
  EXPECT_TRUE(with("AWS4-ECDSA-P256-SHA256 Credential=x").Is(kUnsupportedSignature));
  EXPECT_TRUE(with("Bearer x").Is(kUnsupportedAuthorization));
  EXPECT_TRUE(with("AWS4-HMAC-SHA256 Credential=a/b").Is(kMalformedAuthorization));
  EXPECT_TRUE(with("AWS4-HMAC-SHA256 Credential=a/20261121/r/s3/aws4_request, SignedHeaders=host, Signature=x")
                  .Is(kMissingDate));
}

// Made by botocore 1.44 (HmacV1QueryAuth) for the key above, expiring at 2026-11-21T06:38:00Z.
TEST(PresignedUrl, HoldsInTheOlderFormForS3Only) {
  Sample sample{.method = "GET",
                .target =
                    "/b/a%20b/"
                    "%C3%BC%2B?versionId=v1&response-content-type=text%2Fx&other=1&AWSAccessKeyId=AKIAVECTOR&Signature="
                    "Ukp1WELT6te%2FL1N2AiMYQz5JE4Y%3D&x-amz-request-payer=requester&Expires=1795243080",
                .body = "",
                .headers = {{"Host", "lake.example:4566"}}};
  static OneKey keys;
  auto check = [&](const Sample& changed, Timestamp now) {
    ErrorFields fields;
    return Authenticate(changed.Head(), nullptr, true, keys, now, fields);
  };
  auto who = check(sample, kNow);
  ASSERT_TRUE(who.ok()) << who.error().message;
  EXPECT_EQ(who->caller.account, "111111111111");
  EXPECT_TRUE(check(sample, kNow.Plus(3601 * kMicrosPerSecond)).Is(kPresignExpired));
  Sample other_method = sample;
  other_method.method = "DELETE";
  EXPECT_TRUE(check(other_method, kNow).Is(kSignatureMismatch));
  Sample other_type = sample;
  other_type.target.replace(other_type.target.find("text%2Fx"), 8, "text%2Fy");
  EXPECT_TRUE(check(other_type, kNow).Is(kSignatureMismatch));
  ErrorFields fields;
  EXPECT_TRUE(Authenticate(sample.Head(), &sample.body, false, keys, kNow, fields).Is(kUnsupportedSignature));
}

// Signed by Python's hmac over the text that S3's documentation of the older signature gives.
TEST(SigV2, HoldsInS3sHeaders) {
  static OneKey keys;
  ErrorFields fields;
  const auto check = [&](const Sample& sample, Timestamp now = kNow) {
    fields.clear();
    return Authenticate(sample.Head(), nullptr, true, keys, now, fields);
  };
  Sample sample{.method = "PUT",
                .target = "/b/k?acl&prefix=x",
                .body = "",
                .headers = {{"Host", "a"},
                            {"Content-Type", "text/plain"},
                            {"Date", "Sat, 21 Nov 2026 05:38:00 GMT"},
                            {"x-amz-acl", "private"},
                            {"Authorization", "AWS AKIAVECTOR:xFy5eXZi4ntfQfiTwRv1e8iS55o="}}};
  const auto who = check(sample);
  ASSERT_TRUE(who.ok()) << who.error().message;
  EXPECT_EQ(who->caller.account, "111111111111");
  EXPECT_TRUE(check(sample, kNow.Plus(kSkewMicrosMax + 1)).Is(kRequestSkewed));
  Sample changed = sample;
  *changed.Header("x-amz-acl") = "public-read";
  EXPECT_TRUE(check(changed).Is(kSignatureMismatch));
  Sample undated = sample;
  *undated.Header("date") = "yesterday";
  EXPECT_TRUE(check(undated).Is(kMissingDate));
  Sample garbage = sample;
  *garbage.Header("authorization") = "AWS HAHAHA";
  EXPECT_TRUE(check(garbage).Is(kUnsupportedAuthorization));
  Sample amz_date{.method = "PUT",
                  .target = "/b/k",
                  .body = "",
                  .headers = {{"Host", "a"},
                              {"Date", "Sat, 21 Nov 2026 01:00:00 GMT"},
                              {"x-amz-date", "Sat, 21 Nov 2026 05:38:00 GMT"},
                              {"Authorization", "AWS AKIAVECTOR:/XuaoV3hK4tf72jEuPRUo/hVNt4="}}};
  EXPECT_TRUE(check(amz_date).ok());
}

TEST(SigV4, SaysWhatIsWrongWithAnAuthorizationHeaderAsS3Does) {
  const auto message = [](std::string authorization) {
    static OneKey keys;
    Sample sample{.method = "GET",
                  .target = "/",
                  .body = "",
                  .headers = {{"Host", "a"}, {"x-amz-date", "20261121T053800Z"}, {"Authorization", authorization}}};
    ErrorFields fields;
    const auto who = Authenticate(sample.Head(), nullptr, true, keys, kNow, fields);
    return who.ok() ? "" : who.error().message;
  };
  const std::string malformed = "The authorization header is malformed; ";
  const std::string rest = ", SignedHeaders=host, Signature=x";
  EXPECT_EQ(message("garbage"), "Authorization header is invalid -- one and only one ' ' (space) required.");
  EXPECT_EQ(
      message("AWS4-HMAC-SHA256 Credential=a" + rest.substr(0, 20)),
      malformed + "the authorization header requires three components: Credential, SignedHeaders, and Signature.");
  EXPECT_EQ(message("AWS4-HMAC-SHA256 Credentials=a" + rest), malformed + "missing Credential.");
  EXPECT_EQ(message("AWS4-HMAC-SHA256 Credential=a/20261121/r/s3/aws5" + rest),
            malformed + "incorrect terminal \"aws5\". This endpoint uses \"aws4_request\".");
  EXPECT_EQ(message("AWS4-HMAC-SHA256 Credential=a/1/r/s3/aws4_request" + rest),
            malformed + "incorrect date format \"1\". This date in the credential must be in the format \"yyyyMMdd\".");
  EXPECT_EQ(message("AWS4-HMAC-SHA256 Credential=a/20261120/r/s3/aws4_request" + rest),
            malformed + "Invalid credential date \"20261120\". This date is not the same as X-Amz-Date: \"20261121\".");
}

TEST(PresignedUrl, HoldsUntilItsExpiryAndNoLonger) {
  int presigned = 0;
  for (const Sample& sample : ReadVectors()) {
    if (sample.target.find("X-Amz-Signature=") == std::string::npos) continue;
    ++presigned;
    EXPECT_TRUE(Check(sample, kNow.Plus(900 * kMicrosPerSecond)).ok());
    EXPECT_TRUE(Check(sample, kNow.Plus(901 * kMicrosPerSecond)).Is(kPresignExpired));
    EXPECT_TRUE(Check(sample, kNow.Plus(-kSkewMicrosMax - 1)).Is(kPresignNotYetValid));
    Sample longer = sample;
    longer.target.replace(longer.target.find("X-Amz-Expires=900"), 17, "X-Amz-Expires=901");
    EXPECT_TRUE(Check(longer).Is(kSignatureMismatch));
    longer.target.replace(longer.target.find("X-Amz-Expires=901"), 17, "X-Amz-Expires=604801");
    EXPECT_TRUE(Check(longer).Is(kMalformedPresign));
  }
  EXPECT_GT(presigned, 30);
}

}  // namespace
}  // namespace tarn::api::protocol
