#include "http/parse.h"

#include <gtest/gtest.h>

#include "http/client.h"
#include "http/errors.h"

namespace tarn::http {
namespace {

Result<std::optional<ParsedHead>> Parse(std::string_view text) { return ParseHead(text, 1024); }

std::string Head(std::string_view line, std::string_view fields = "") {
  return std::string(line) + "\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

TEST(ParseHead, KeepsTheTargetExactlyAsSent) {
  auto head = Parse(Head("GET /b//x/../%2F+%20?list-type=2&prefix=a%2Fb HTTP/1.1"));
  ASSERT_TRUE(head.ok() && *head);
  const Request& request = (*head)->request;
  EXPECT_EQ(request.target, "/b//x/../%2F+%20?list-type=2&prefix=a%2Fb");
  EXPECT_EQ(request.path(), "/b//x/../%2F+%20");
  EXPECT_EQ(request.query(), "list-type=2&prefix=a%2Fb");
}

TEST(ParseHead, ReducesAnAbsoluteTargetToItsPath) {
  auto head = Parse(Head("GET http://proxy.example/b/k?x HTTP/1.1"));
  ASSERT_TRUE(head.ok() && *head);
  EXPECT_EQ((*head)->request.target, "/b/k?x");
}

TEST(ParseHead, WaitsForTheWholeHead) {
  std::string text = Head("GET / HTTP/1.1", "A: b\r\n");
  for (size_t n = 0; n < text.size(); ++n) {
    auto head = Parse(text.substr(0, n));
    ASSERT_TRUE(head.ok()) << n;
    EXPECT_FALSE(head->has_value()) << n;
  }
  auto head = Parse(text + "next");
  EXPECT_EQ((*head)->head_bytes, text.size());
}

TEST(ParseHead, JoinsRepeatedHeadersInOrder) {
  auto head = Parse(Head("GET / HTTP/1.1", "X-Amz-Meta-A: 1\r\nx-amz-meta-a:   2  \r\n"));
  EXPECT_EQ((*head)->request.headers.Joined("X-AMZ-META-A"), "1, 2");
}

TEST(ParseHead, RefusesWhatTwoPartiesCouldReadDifferently) {
  for (std::string fields :
       {"Content-Length: 1\r\nContent-Length: 2\r\n", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length : 1\r\n", "A: b\r\n c\r\n", "A: b\nC: d\r\n", "Content-Length: +1\r\n",
        "Content-Length: 0x1\r\n", "Host: b\r\n", "A\r\n", ": b\r\n"}) {
    EXPECT_TRUE(Parse(Head("POST / HTTP/1.1", fields)).Is(kMalformedHead)) << fields;
  }
  EXPECT_TRUE(Parse(Head("POST / HTTP/1.1", "Transfer-Encoding: gzip, chunked\r\n")).Is(kUnsupportedEncoding));
  EXPECT_TRUE(Parse("GET / HTTP/1.1\r\n\r\n").Is(kMalformedHead)) << "no host";
  EXPECT_TRUE(Parse(Head("GET / HTTP/2.0")).Is(kUnsupportedVersion));
  EXPECT_TRUE(Parse(Head("GET /a b HTTP/1.1")).Is(kMalformedHead));
}

TEST(ParseHead, RefusesAHeadThatIsTooLong) {
  EXPECT_TRUE(Parse(Head("GET / HTTP/1.1", "A: " + std::string(2000, 'x') + "\r\n")).Is(kHeadTooLarge));
}

TEST(ParseHead, KnowsWhenAConnectionGoesOn) {
  EXPECT_TRUE((*Parse(Head("GET / HTTP/1.1")))->keep_alive);
  EXPECT_FALSE((*Parse(Head("GET / HTTP/1.1", "Connection: TE, Close\r\n")))->keep_alive);
  EXPECT_FALSE((*Parse("GET / HTTP/1.0\r\n\r\n"))->keep_alive);
  EXPECT_TRUE((*Parse("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"))->keep_alive);
}

TEST(ChunkedReader, DecodesBytesInAnySplit) {
  std::string wire = "5;ext=1\r\nhello\r\n1\r\n \r\n0A\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n";
  for (size_t step_bytes = 1; step_bytes <= wire.size(); ++step_bytes) {
    ChunkedReader reader;
    std::string body;
    size_t given = 0, used = 0;
    while (!reader.done()) {
      auto step = reader.Next(std::string_view(wire).substr(used, given - used), 3);
      ASSERT_TRUE(step.ok());
      used += step->consumed;
      body += step->data;
      if (step->consumed == 0) given = std::min(wire.size(), given + step_bytes);
    }
    EXPECT_EQ(body, "hello 0123456789");
    EXPECT_EQ(used, wire.size());
  }
}

TEST(ChunkedReader, RefusesMalformedSizesAndEnds) {
  for (std::string_view wire : {"x\r\n", "-1\r\n", "\r\n", "1\r\nabc", "fffffffffffffffff\r\n", "1 2\r\n"}) {
    ChunkedReader reader;
    Result<ChunkedReader::Step> step = ChunkedReader::Step{};
    size_t used = 0;
    do {
      step = reader.Next(wire.substr(used), 100);
      if (step.ok()) used += step->consumed;
    } while (step.ok() && step->consumed > 0);
    EXPECT_TRUE(step.Is(kMalformedBody)) << wire;
  }
}

TEST(Location, IsWhereToConnectAndWhatToAskFor) {
  const auto whole = Location::Parse("https://events.example:8443/in/box?key=a/b");
  ASSERT_TRUE(whole.ok());
  EXPECT_TRUE(whole->url.tls);
  EXPECT_EQ(whole->url.Authority(), "events.example:8443");
  EXPECT_EQ(Url::Parse("https://events.example:443")->Authority(), "events.example");
  EXPECT_EQ(Url::Parse("http://events.example:443")->Authority(), "events.example:443");
  EXPECT_EQ(Url::Parse("http://[::1]")->Authority(), "[::1]");
  EXPECT_EQ(whole->target, "/in/box?key=a/b");
  EXPECT_EQ(Location::Parse("http://here?a=b").value().target, "/?a=b");
  EXPECT_EQ(Location::Parse("http://here").value().target, "/");
  for (const char* text : {"", "/path", "ftp://here/", "http://", "http:///path", "http://here:0/"}) {
    EXPECT_FALSE(Location::Parse(text).ok()) << text;
  }
}

}  // namespace
}  // namespace tarn::http
