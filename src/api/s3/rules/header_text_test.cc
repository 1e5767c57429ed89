#include "api/s3/rules/header_text.h"

#include <gtest/gtest.h>

namespace tarn::api::s3 {
namespace {

TEST(HeaderText, ShowsMetadataAsMailWordsWhereItIsNotPlain) {
  EXPECT_EQ(MetadataText("plain ~ text\t"), "plain ~ text\t");
  EXPECT_EQ(MetadataText("ÄMÄZÕÑ S3"), "=?UTF-8?Q?=C3=84M=C3=84Z=C3=95=C3=91_S3?=");
  EXPECT_EQ(MetadataText(std::string("\0\1\2\3\4", 5)), "=?UTF-8?B?AAECAwQ=?=");
  EXPECT_EQ(MetadataText("a\r\nSet-Cookie: x"), "=?UTF-8?Q?a=0D=0ASet-Cookie:_x?=");
}

TEST(HeaderText, ReadsTheWordsOfAHeader) {
  EXPECT_EQ(MetadataOfHeader("plain  ~ text"), "plain  ~ text");
  EXPECT_EQ(MetadataOfHeader("=?UTF-8?Q?actually-ascii?="), "actually-ascii");
  EXPECT_EQ(MetadataOfHeader("=?utf-8?b?YWJj?="), "abc");
  EXPECT_EQ(MetadataOfHeader("=?iso-8859-1?q?caf=E9?="), "=?UTF-8?Q?caf=C3=A9?=");
  EXPECT_EQ(MetadataOfHeader("=?UTF-8?B?w4RNw4Raw5XDkSBTMw==?="), "=?UTF-8?Q?=C3=84M=C3=84Z=C3=95=C3=91_S3?=");
  EXPECT_EQ(MetadataOfHeader("=?UTF-8?Q?a?= \t =?UTF-8?Q?b?= c =?UTF-8?Q?d_?="), "ab c d ") << "spaces";
}

TEST(HeaderText, LeavesWordsThatCannotBeRead) {
  for (const char* text : {"=?UTF-8?B?=GGG?=", "=?UTF-8?Q?=G?=", "=?UTF-8?Q?a=4?=", "=?klingon?Q?a?=", "=?UTF-8?X?a?=",
                           "=?UTF-8?Q?=FF?=", "=?", "?=", "=?UTF-8?Q?a"}) {
    EXPECT_EQ(MetadataOfHeader(text), text);
  }
}

TEST(HeaderText, TakesOtherBytesOfAHeaderForLatinOne) {
  EXPECT_EQ(MetadataOfHeader("caf\xe9!"), "=?UTF-8?Q?caf=C3=A9!?=");
  EXPECT_EQ(MetadataOfHeader("ÄMÄZÕÑ S3"), "=?UTF-8?B?w4PChE3Dg8KEWsODwpXDg8KRIFMz?=") << "as AWS documents it";
}

TEST(HeaderText, WritesATextThatLooksLikeWordsSoThatItComesBack) {
  for (const char* text : {"=?UTF-8?B?YWJj?=", "=?UTF-8?Q?actually-ascii?=", "a =?b", "plain", "ÄMÄZÕÑ S3"}) {
    EXPECT_EQ(MetadataOfHeader(MetadataHeader(text)), MetadataText(text));
  }
}

TEST(HeaderText, LeavesLatinOneInSystemHeaders) { EXPECT_EQ(SystemHeaderText("a\u2014\u00e9\r\n"), "a \xe9  "); }

}  // namespace
}  // namespace tarn::api::s3
