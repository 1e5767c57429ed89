#include "api/protocol/body/aws_chunked.h"

#include <gtest/gtest.h>

#include <cstring>

#include "api/protocol/body/checked_body.h"
#include "api/protocol/errors.h"

namespace tarn::api::protocol {
namespace {

// The example of AWS's own documentation of signed chunks.
Verified DocumentedChain() {
  Claim claim;
  claim.date = "20130524";
  claim.region = "us-east-1";
  claim.service = "s3";
  return {.signing_key = SigningKey("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", claim),
          .signature = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
          .timestamp = "20130524T000000Z",
          .scope = claim.Scope()};
}

std::string DocumentedBody() {
  return "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" +
         std::string(65536, 'a') +
         "\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" +
         std::string(1024, 'a') +
         "\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n";
}

struct Decoded {
  Result<std::string> body;
  std::vector<std::pair<std::string, std::string>> trailers;
};

// A source that hands out few bytes at a time.
class Slow : public BodySource {
 public:
  Slow(std::string bytes, size_t step) : bytes_(std::move(bytes)), step_(step) {}
  Task<Result<size_t>> Read(std::span<std::byte> into) override {
    size_t n = std::min({into.size(), step_, bytes_.size() - used_});
    std::memcpy(into.data(), bytes_.data() + used_, n);
    used_ += n;
    co_return n;
  }
  std::optional<uint64_t> length() const override { return bytes_.size(); }

 private:
  std::string bytes_;
  size_t step_;
  size_t used_ = 0;
};

Decoded Decode(AwsChunkedOptions options, std::string wire, size_t step = 1000) {
  Slow source(std::move(wire), step);
  CheckedBody body(source, {.sha256_hex = {}, .chunked = std::move(options)});
  auto whole = SyncWait(ReadWhole(body, 1 << 20));
  return {std::move(whole), body.trailers()};
}

AwsChunkedOptions Signed() {
  return {.chain = DocumentedChain(), .trailer = false, .announced_trailers = {}, .decoded_length = 66560};
}
AwsChunkedOptions Unsigned(uint64_t length) {
  return {.chain = {}, .trailer = true, .announced_trailers = {"x-amz-checksum-crc32"}, .decoded_length = length};
}

TEST(AwsChunked, DecodesTheDocumentedExampleInAnySplit) {
  for (size_t step : {1UL, 7UL, 1000UL, 70000UL}) {
    auto decoded = Decode(Signed(), DocumentedBody(), step);
    ASSERT_TRUE(decoded.body.ok()) << decoded.body.error().message;
    EXPECT_EQ(*decoded.body, std::string(66560, 'a'));
  }
}

TEST(AwsChunked, RefusesAnyChangedByte) {
  std::string wire = DocumentedBody();
  for (size_t at : {90UL, 40000UL, 65700UL, wire.size() - 10, wire.size() - 200}) {
    std::string changed = wire;
    changed[at] = changed[at] == 'b' ? 'c' : 'b';
    EXPECT_FALSE(Decode(Signed(), changed).body.ok()) << at;
  }
  std::string data = wire;
  data[40000] = 'b';
  EXPECT_TRUE(Decode(Signed(), data).body.Is(kSignatureMismatch));
}

TEST(AwsChunked, NeverEndsWellBeforeTheFinalChunk) {
  std::string wire = DocumentedBody();
  for (size_t cut : {10UL, 100UL, 65600UL, 65700UL, wire.size() - 92, wire.size() - 50, wire.size() - 3}) {
    EXPECT_TRUE(Decode(Signed(), wire.substr(0, cut)).body.Is(kIncompleteBody)) << cut;
  }
}

TEST(AwsChunked, DropsNoChunkUnnoticed) {
  std::string wire = DocumentedBody();
  std::string only_first = wire.substr(0, 65536 + 84) + wire.substr(wire.size() - 86);
  auto options = Signed();
  EXPECT_FALSE(Decode(options, only_first).body.ok());
  options.decoded_length = 65536;
  EXPECT_FALSE(Decode(options, only_first).body.ok());
}

TEST(AwsChunked, HandsOutTheTrailerOfUnsignedChunks) {
  for (size_t step : {1UL, 1000UL}) {
    auto decoded = Decode(Unsigned(5), "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", step);
    ASSERT_TRUE(decoded.body.ok()) << decoded.body.error().message;
    EXPECT_EQ(*decoded.body, "hello");
    ASSERT_EQ(decoded.trailers.size(), 1U);
    EXPECT_EQ(decoded.trailers[0].second, "NhCmhg==");
  }
}

TEST(AwsChunked, ChecksTheSignedTrailer) {
  auto chain = DocumentedChain();
  auto sign = [&](std::string head, std::string previous, std::string rest) {
    return Hex(HmacSha256(chain.signing_key,
                          head + "\n" + chain.timestamp + "\n" + chain.scope + "\n" + previous + "\n" + rest));
  };
  std::string first = sign("AWS4-HMAC-SHA256-PAYLOAD", chain.signature, Hex(Sha256("")) + "\n" + Hex(Sha256("hello")));
  std::string last = sign("AWS4-HMAC-SHA256-PAYLOAD", first, Hex(Sha256("")) + "\n" + Hex(Sha256("")));
  std::string trailer = sign("AWS4-HMAC-SHA256-TRAILER", last, Hex(Sha256("x-amz-checksum-crc32:NhCmhg==\n")));
  AwsChunkedOptions options = Unsigned(5);
  options.chain = chain;
  std::string begin = "5;chunk-signature=" + first + "\r\nhello\r\n0;chunk-signature=" + last + "\r\n";
  std::string good = begin + "x-amz-checksum-crc32:NhCmhg==\r\nx-amz-trailer-signature:" + trailer + "\r\n\r\n";
  EXPECT_TRUE(Decode(options, good).body.ok());
  std::string documented = begin + "x-amz-checksum-crc32:NhCmhg==\n\r\nx-amz-trailer-signature:" + trailer + "\r\n\r\n";
  EXPECT_TRUE(Decode(options, documented).body.ok());
  std::string changed = begin + "x-amz-checksum-crc32:AAAAAA==\r\nx-amz-trailer-signature:" + trailer + "\r\n\r\n";
  EXPECT_TRUE(Decode(options, changed).body.Is(kSignatureMismatch));
  EXPECT_FALSE(Decode(options, begin + "x-amz-checksum-crc32:NhCmhg==\r\n\r\n").body.ok());
}

TEST(AwsChunked, RefusesLengthsAndTrailersThatDiffer) {
  std::string good = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
  EXPECT_TRUE(Decode(Unsigned(4), good).body.Is(kIncompleteBody));
  EXPECT_TRUE(Decode(Unsigned(6), good).body.Is(kIncompleteBody));
  EXPECT_TRUE(Decode(Unsigned(5), "5\r\nhello\r\n0\r\nx-amz-meta-a:b\r\n\r\n").body.Is(kMalformedTrailer));
  EXPECT_TRUE(Decode(Unsigned(5), "5\r\nhello\r\n0\r\nx-amz-meta-a:b\r\n").body.Is(kIncompleteBody)) << "cut";
  EXPECT_TRUE(Decode(Unsigned(5), "5\r\nhello\r\n0\r\n\r\n").body.Is(kMalformedTrailer));
  EXPECT_TRUE(Decode(Unsigned(5), good + "more").body.Is(kMalformedChunk));
  EXPECT_TRUE(Decode(Unsigned(5), "zz\r\nhello").body.Is(kMalformedChunk));
  EXPECT_TRUE(Decode(Unsigned(5), "5\r\nhelloX\r\n").body.Is(kMalformedChunk));
  EXPECT_TRUE(Decode(Unsigned(5), good.substr(0, good.size() - 2)).body.Is(kIncompleteBody)) << "no last empty line";
}

TEST(AwsChunked, LetsOnlyTheLastChunkBeSmall) {
  const std::string large(8192, 'a');
  const std::string end = "0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
  EXPECT_TRUE(Decode(Unsigned(8197), "2000\r\n" + large + "\r\n5\r\nhello\r\n" + end).body.ok());
  EXPECT_TRUE(Decode(Unsigned(8197), "5\r\nhello\r\n2000\r\n" + large + "\r\n" + end).body.Is(kChunkTooSmall));
}

TEST(AwsChunked, HandsOutNothingBeyondTheDeclaredLength) {
  auto decoded = Decode(Unsigned(4), "b\r\nhello world\r\n0\r\n\r\n");
  ASSERT_TRUE(decoded.body.Is(kIncompleteBody));
  EXPECT_EQ(decoded.body.error().message,
            "You did not provide the number of bytes specified by the Content-Length HTTP header");
}

TEST(CheckedBody, RefusesABodyOfAnotherHashAtItsEnd) {
  Slow source("hello", 2);
  CheckedBody body(source, {.sha256_hex = Hex(Sha256("hellO")), .chunked = {}});
  EXPECT_TRUE(SyncWait(ReadWhole(body, 100)).Is(kContentSha256Mismatch));
  std::array<std::byte, 8> into{};
  EXPECT_FALSE(SyncWait(body.Read(into)).ok()) << "it must not read as ended afterwards";
}

TEST(PlanBody, RefusesHashesThatAreNone) {
  ErrorFields fields;
  const Verified verified;
  EXPECT_TRUE(PlanBody({}, "abc", &verified, fields).Is(kInvalidContentSha256));
  ASSERT_EQ(fields.size(), 2U);
  EXPECT_EQ(fields[1].second, "abc");
  EXPECT_TRUE(PlanBody({}, kStreamingUnsignedTrailer, nullptr, fields).Is(kMissingContentLength));
  EXPECT_TRUE(PlanBody({}, kStreamingSigned, nullptr, fields).Is(kMissingSecurityHeader));
  EXPECT_EQ(PlanBody({}, "abc", nullptr, fields)->sha256_hex, "abc") << "unsigned, it is a digest that will not match";
}

}  // namespace
}  // namespace tarn::api::protocol
