// GetCallerIdentity through the whole way of a request: socket, signature, dispatcher, codec.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/protocol/auth/sign.h"
#include "api/protocol/dispatch.h"
#include "api/sts/sts_service.h"
#include "base/hash.h"
#include "http/server.h"
#include "identity/policy_authorizer.h"
#include "kv/memory_store.h"

namespace tarn::api::sts {
namespace {

class Sts : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(directory_.EnsureAccount({"111111111111", "lake", "AKIAONE", "secret"}).ok());
    ASSERT_TRUE(dispatcher_.AddService(std::make_shared<StsService>(parts_)).ok());
    http::ServerOptions options;
    options.listen = "127.0.0.1:0";
    auto server = http::Server::Start(threads_, options, dispatcher_.AsHandler());
    ASSERT_TRUE(server.ok());
    server_ = std::move(*server);
  }

  std::string Exchange(const std::string& text) const {
    int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{.sin_family = AF_INET,
                        .sin_port = htons(server_->port()),
                        .sin_addr = {htonl(INADDR_LOOPBACK)},
                        .sin_zero = {}};
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(::send(fd, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    std::string answer;
    char buffer[4096];
    for (ssize_t n = 0; (n = ::recv(fd, buffer, sizeof(buffer), 0)) > 0;) answer.append(buffer, static_cast<size_t>(n));
    ::close(fd);
    return answer;
  }

  std::string Post(const std::string& body, std::string_view secret = "secret", std::string_view service = "sts",
                   bool sign = true) {
    std::vector<protocol::Field> headers{{"Host", "localhost"},
                                         {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
    std::string hash = Hex(Sha256(body));
    if (sign) {
      protocol::SignHeaders({.method = "POST",
                             .path = "/",
                             .query = "",
                             .payload_hash = hash,
                             .access_key_id = "AKIAONE",
                             .secret_access_key = secret,
                             .region = "eu-west-1",
                             .service = service,
                             .now = clock_.Now()},
                            headers);
    }
    std::string text =
        "POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
    return Exchange(text + "\r\n" + body);
  }

  SystemClock clock_;
  std::unique_ptr<kv::Store> store_ = kv::MakeMemoryStore();
  identity::Directory directory_{*store_, clock_, std::string(32, 'k')};
  identity::Sessions sessions_{directory_, clock_, std::string(32, 's')};
  iam::Iam iam_{*store_, clock_, directory_, std::string(32, 'i')};
  federation::Issuers issuers_{clock_, {}};
  const Parts parts_{.iam = iam_, .sessions = sessions_, .issuers = issuers_};
  identity::PolicyAuthorizer authorizer_;
  http::IoThreads threads_{2};
  WorkerPool pool_{"metadata", 2, 100};
  protocol::Dispatcher dispatcher_{{},
                                   {.clock = &clock_,
                                    .credentials = &directory_,
                                    .authorizer = &authorizer_,
                                    .metadata_pool = &pool_,
                                    .data_pool = &pool_,
                                    .query_pool = &pool_}};
  std::unique_ptr<http::Server> server_;
};

TEST_F(Sts, TellsRootWhoItIs) {
  std::string answer = Post("Action=GetCallerIdentity&Version=2011-06-15");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_NE(answer.find("<Arn>arn:aws:iam::111111111111:root</Arn>"), std::string::npos) << answer;
  EXPECT_NE(answer.find("<Account>111111111111</Account>"), std::string::npos) << answer;
  EXPECT_NE(answer.find("x-amzn-RequestId: "), std::string::npos) << answer;
}

TEST_F(Sts, RefusesAWrongSecretAndAnUnsignedCall) {
  std::string wrong = Post("Action=GetCallerIdentity&Version=2011-06-15", "guess");
  EXPECT_TRUE(wrong.starts_with("HTTP/1.1 403 ")) << wrong;
  EXPECT_NE(wrong.find("<Code>SignatureDoesNotMatch</Code>"), std::string::npos) << wrong;
  std::string unsigned_call = Post("Action=GetCallerIdentity&Version=2011-06-15", "", "", false);
  EXPECT_TRUE(unsigned_call.starts_with("HTTP/1.1 403 ")) << unsigned_call;
  EXPECT_NE(unsigned_call.find("<Code>MissingAuthenticationToken</Code>"), std::string::npos) << unsigned_call;
}

TEST_F(Sts, NamesTheOperationsThatItDoesNotServe) {
  std::string answer = Post("Action=GetDelegatedAccessToken&Version=2011-06-15");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
  EXPECT_NE(answer.find("<Code>InvalidAction</Code>"), std::string::npos) << answer;
  EXPECT_NE(answer.find("GetDelegatedAccessToken"), std::string::npos) << answer;
}

TEST_F(Sts, NamesAServiceThatIsNotThere) {
  std::string answer = Post("Action=ListQueues&Version=2012-11-05", "secret", "sqs");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
  EXPECT_NE(answer.find("sqs"), std::string::npos) << answer;
}

}  // namespace
}  // namespace tarn::api::sts
