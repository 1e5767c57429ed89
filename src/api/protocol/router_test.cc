#include "api/protocol/router.h"

#include <gtest/gtest.h>

#include <array>

namespace tarn::api::protocol {
namespace {

constexpr std::array<WireProtocol, 1> kJson{WireProtocol::kJson11};
constexpr std::array<WireProtocol, 1> kQueryOnly{WireProtocol::kQuery};
constexpr std::array<WireProtocol, 1> kXml{WireProtocol::kRestXml};
const ServiceDesc kGlue{
    .name = "glue", .endpoint_prefix = "glue", .signing_name = "glue", .target_prefix = "AWSGlue", .protocols = kJson};
const ServiceDesc kSts{.name = "sts",
                       .endpoint_prefix = "sts",
                       .signing_name = "sts",
                       .api_version = "2011-06-15",
                       .protocols = kQueryOnly};
const ServiceDesc kS3{.name = "s3", .endpoint_prefix = "s3", .signing_name = "s3", .protocols = kXml};
const ServiceDesc kControl{
    .name = "s3control", .endpoint_prefix = "s3-control", .signing_name = "s3", .protocols = kXml};
const std::array<const ServiceDesc*, 4> kServices{&kGlue, &kSts, &kS3, &kControl};

TEST(FindService, GoesByTheSignatureFirst) {
  RoutedRequest request{.host = "glue.localhost", .path = "/", .claimed_service = "s3"};
  EXPECT_EQ(FindService(kServices, request).service, &kS3);
  request.claimed_service = "kinesis";
  auto unknown = FindService(kServices, request);
  EXPECT_EQ(unknown.service, nullptr);
  EXPECT_EQ(unknown.name, "kinesis");
}

TEST(FindService, KnowsUnsignedRequestsByTargetVersionAndHost) {
  EXPECT_EQ(FindService(kServices, {.host = "x", .path = "/", .target_prefix = "AWSGlue"}).service, &kGlue);
  EXPECT_EQ(FindService(kServices, {.host = "x", .path = "/", .form_version = "2011-06-15"}).service, &kSts);
  EXPECT_EQ(FindService(kServices, {.host = "sts.eu-west-1.amazonaws.com", .path = "/"}).service, &kSts);
  EXPECT_EQ(FindService(kServices, {.host = "localhost:4566", .path = "/glue/x"}).service, &kS3);
}

TEST(FindService, HasKinesisAnswerWhatNamesNothingButIsNoObjectStores) {
  const ServiceDesc kinesis{.name = "kinesis", .endpoint_prefix = "kinesis", .signing_name = "kinesis"};
  const std::array<const ServiceDesc*, 2> services{&kS3, &kinesis};
  EXPECT_EQ(FindService(services, {.host = "x", .path = "/", .is_json_or_cors = true}).service, &kinesis);
  EXPECT_EQ(FindService(services, {.host = "x", .path = "/b", .is_json_or_cors = true}).service, &kS3);
  EXPECT_EQ(FindService(services, {.host = "x", .path = "/"}).service, &kS3);
}

TEST(FindService, TellsS3ControlFromABucketOfItsPath) {
  RoutedRequest request{.host = "127.0.0.1:4566", .path = "/v20180820/accesspoint/a", .claimed_service = "s3"};
  EXPECT_EQ(FindService(kServices, request).service, &kS3);
  request.names_account = true;
  EXPECT_EQ(FindService(kServices, request).service, &kControl);
  request.claimed_service = "glue";
  EXPECT_EQ(FindService(kServices, request).service, &kGlue);
  request = {.host = "000000000001.s3-control.eu-west-1.amazonaws.com", .path = "/v20180820/jobs"};
  EXPECT_EQ(FindService(kServices, request).service, &kControl);
  request.path = "/bucket/key";
  EXPECT_EQ(FindService(kServices, request).service, &kS3);
}

TEST(BucketOfHost, ReadsVirtualHosts) {
  std::vector<std::string> domains{"lake.example"};
  auto bucket = [&](std::string_view host) { return BucketOfHost(host, domains, kServices).value_or("-"); };
  EXPECT_EQ(bucket("b.s3.localhost:4566"), "b");
  EXPECT_EQ(bucket("my.dotted.s3.eu-west-1.amazonaws.com"), "my.dotted");
  EXPECT_EQ(bucket("b.s3-eu-west-1.amazonaws.com"), "b");
  EXPECT_EQ(bucket("b.localhost:4566"), "b");
  EXPECT_EQ(bucket("b.127.0.0.1:4566"), "b");
  EXPECT_EQ(bucket("ap-000000000001.s3-accesspoint.us-east-1.amazonaws.com"), "ap-000000000001");
  EXPECT_EQ(bucket("b.lake.example"), "b");
  EXPECT_EQ(bucket("lake.example"), "-");
  EXPECT_EQ(bucket("s3.localhost"), "-");
  EXPECT_EQ(bucket("s3.eu-west-1.amazonaws.com"), "-");
  EXPECT_EQ(bucket("localhost:4566"), "-");
  EXPECT_EQ(bucket("127.0.0.1:4566"), "-");
  EXPECT_EQ(bucket("[::1]:4566"), "-");
}

TEST(BucketOfHost, ReadsWebsiteHostsOfAnyDomain) {
  std::vector<std::string> domains{"lake.example"};
  for (std::string_view host :
       {"www.example.com.s3-website.localhost:4566", "www.example.com.s3-website-eu-west-1.lake.example",
        "www.example.com.s3-website.eu-central-1.amazonaws.com"}) {
    EXPECT_TRUE(IsWebsiteHost(host));
    EXPECT_EQ(BucketOfHost(host, domains, kServices).value_or("-"), "www.example.com");
    EXPECT_EQ(FindService(kServices, {.host = host, .path = "/"}).service, &kS3);
  }
  EXPECT_EQ(FindService(kServices, {.host = "glue.s3-website.localhost", .path = "/"}).service, &kS3);
  EXPECT_FALSE(IsWebsiteHost("b.s3.localhost"));
  EXPECT_FALSE(IsWebsiteHost("b.s3-websites.localhost"));
}

}  // namespace
}  // namespace tarn::api::protocol
