#include "api/protocol/body/integrity.h"

#include <gtest/gtest.h>

#include "api/protocol/errors.h"

namespace tarn::api::protocol {
namespace {

Status Check(std::string name, std::string value, bool required = false) {
  return CheckBodyDigests({{std::move(name), std::move(value)}}, {}, "hello", true, required);
}

TEST(BodyDigests, AcceptTheRightOnes) {
  EXPECT_TRUE(Check("Content-MD5", "XUFAKrxLKna5cZ2REBfFkg==").ok());
  EXPECT_TRUE(Check("x-amz-checksum-crc32", "NhCmhg==").ok());
  EXPECT_TRUE(Check("x-amz-checksum-crc32c", "mnG7TA==").ok());
  EXPECT_TRUE(Check("x-amz-checksum-sha1", "qvTGHdzF6KLavt4PO0gs2a6pQ00=").ok());
  EXPECT_TRUE(Check("x-amz-checksum-sha256", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=", true).ok());
  EXPECT_TRUE(CheckBodyDigests({}, {{"x-amz-checksum-crc32", "NhCmhg=="}}, "hello", true, true).ok()) << "in a trailer";
}

TEST(BodyDigests, LeaveChecksumsOfSomethingElseAlone) {
  EXPECT_TRUE(CheckBodyDigests({{"x-amz-checksum-crc32", "AAAAAA=="}}, {}, "hello", false, false).ok());
  EXPECT_TRUE(
      CheckBodyDigests({{"Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA=="}}, {}, "hello", false, false).Is(kBadDigest));
}

TEST(BodyDigests, RefuseWrongMalformedAndMissingOnes) {
  EXPECT_TRUE(Check("Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA==").Is(kBadDigest));
  EXPECT_TRUE(Check("Content-MD5", "not base64").Is(kInvalidDigest));
  EXPECT_TRUE(Check("Content-MD5", "NhCmhg==").Is(kInvalidDigest));
  EXPECT_TRUE(Check("X-Amz-Checksum-Crc32", "AAAAAA==").Is(kBadDigest));
  EXPECT_TRUE(Check("x-amz-checksum-crc32", "AAAA").Is(kInvalidChecksum));
  EXPECT_TRUE(Check("x-amz-checksum-algorithm", "CRC32").ok());
  EXPECT_TRUE(Check("x-amz-checksum-algorithm", "CRC32", true).Is(kMissingDigest));
}

}  // namespace
}  // namespace tarn::api::protocol
