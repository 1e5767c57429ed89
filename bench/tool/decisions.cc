// What a decision costs: an S3 read by root, and by a role session whose policy has 20 or 100 statements, each with
// conditions on a tag and on TLS. Prints microseconds of CPU.
#include <fmt/format.h>

#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>

#include "identity/policy_authorizer.h"

namespace {

using namespace tarn;  // NOLINT(google-build-using-namespace)

constexpr const char* kAccount = "111111111111";
constexpr const char* kServices[] = {"s3", "glue", "athena", "kms", "iam", "sts", "lakeformation", "s3tables"};
constexpr int kRounds = 200'000;

std::string Statement(int place, const std::string& service) {
  return fmt::format(
      R"({{"Effect":"{}","Action":["{}:Get*","{}:List*"],"Resource":"arn:aws:s3:::bucket-{}/*","Condition":)"
      R"({{"StringLike":{{"aws:PrincipalTag/team":"t*"}},"Bool":{{"aws:SecureTransport":"true"}}}}}})",
      place % 10 == 9 ? "Deny" : "Allow", service, service, place);
}

class Policies : public identity::PolicySource {
 public:
  Policies(int statements, bool one_service) {
    std::string text;
    for (int i = 0; i < statements; ++i) {
      text += (i > 0 ? "," : "") + Statement(i, one_service ? kServices[0] : kServices[i % 8]);
    }
    policy::ParseOptions options;
    options.kind = policy::ParseOptions::Kind::kIdentity;
    options.max_bytes = 1 << 20;
    auto document = policy::Document::Parse(R"({"Version":"2012-10-17","Statement":[)" + text + "]}", options);
    if (!document.ok()) std::abort();
    auto policies = std::make_shared<identity::PrincipalPolicies>();
    policies->identity.push_back({"p", *std::move(document)});
    policies->tags["team"] = "tables";
    policies_ = std::move(policies);
  }
  Result<std::shared_ptr<const identity::PrincipalPolicies>> PoliciesOf(const identity::Caller&) override {
    return policies_;
  }

 private:
  std::shared_ptr<const identity::PrincipalPolicies> policies_;
};

identity::Caller Session() {
  identity::Caller caller;
  caller.type = identity::PrincipalType::kAssumedRole;
  caller.account = kAccount;
  caller.role_arn = "arn:aws:iam::111111111111:role/reader";
  caller.arn = "arn:aws:sts::111111111111:assumed-role/reader/run";
  caller.user_id = "AROAREADER:run";
  return caller;
}

void Measure(const std::string& what, identity::Caller caller, identity::PolicySource* policies, int bucket) {
  const identity::PolicyAuthorizer authorizer(policies);
  auto request = std::make_shared<identity::RequestFacts>();
  request->secure_transport = true;
  caller.request = std::move(request);
  identity::Check check;
  check.action = "s3:GetObject";
  check.resource = fmt::format("arn:aws:s3:::bucket-{}/a/key/of/some/length.parquet", bucket);
  check.owner = kAccount;
  int allowed = 0;
  const std::clock_t began = std::clock();  // of the processor: the machine may be busy
  for (int i = 0; i < kRounds; ++i) allowed += authorizer.Authorize(caller, std::span(&check, 1)).ok() ? 1 : 0;
  const double micros = 1e6 * static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
  fmt::print("{:40} {:6.2f} us, allowed {}%\n", what, micros / kRounds, 100 * allowed / kRounds);
}

}  // namespace

int main() {
  Measure("root", identity::RootOf(kAccount), nullptr, 0);
  for (const int statements : {20, 100}) {
    for (const bool one : {true, false}) {
      Policies policies(statements, one);
      Measure(fmt::format("session, {} statements of {}", statements, one ? "one service" : "eight services"),
              Session(), &policies, statements - 4);
    }
  }
  return 0;
}
