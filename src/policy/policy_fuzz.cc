#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "policy/policy.h"

namespace {

using namespace tarn::policy;  // NOLINT(google-build-using-namespace)

// Answers a few keys with what may be of the wrong kind for them, and every other key with nothing.
class Answers : public Context {
 public:
  bool Find(std::string_view key, std::vector<std::string>& values) const override {
    if (key.size() % 3 == 0) return false;
    if (key.size() % 3 == 1) values = {"10.0.0.1", "true"};
    return true;
  }
};

void Check(std::string_view text, const ParseOptions& options) {
  const auto document = Document::Parse(text, options);
  if (!document.ok()) return;
  // What is given back is a policy that says the same.
  const auto again = Document::Parse((*document)->normalized(), options);
  if (!again.ok() || (*again)->normalized() != (*document)->normalized()) std::abort();
  if ((*again)->IsPublic() != (*document)->IsPublic()) std::abort();
  const Answers answers;
  const Principal anonymous{};
  const Principal user{.kind = PrincipalKind::kUser,
                       .account = "111111111111",
                       .arn = "arn:aws:iam::111111111111:user/Bob",
                       .user_id = "AIDABOBBOBBOBBOBBOB1"};
  for (const Principal* principal : {&anonymous, &user}) {
    for (const std::string_view resource : {"arn:aws:s3:::bucket", "arn:aws:s3:::bucket/a:b/\xc3\xa9/Bob"}) {
      const Request request{*principal, "s3:GetObject", resource, answers};
      const Decision one = (*document)->Evaluate(request);
      const Decision two = (*again)->Evaluate(request);
      if (one.effect != two.effect || one.match != two.match || one.statement != two.statement) std::abort();
      // What decides is among what applies, and a union of one and the same says the same.
      const auto applied = (*document)->Matching(request);
      const bool decided = std::ranges::any_of(
          applied, [&](const Applied& a) { return a.statement == one.statement && a.effect == one.effect; });
      if (decided != (one.effect != Effect::kNone)) std::abort();
      if (Union({*document, *again})->Evaluate(request).effect != one.effect) std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)ParseBucketPolicy(text, "arn:aws:s3:::bucket");
  using Kind = ParseOptions::Kind;
  for (const auto kind :
       {Kind::kIdentity, Kind::kResource, Kind::kTrust, Kind::kServiceControl, Kind::kResourceControl}) {
    ParseOptions options;
    options.kind = kind;
    Check(text, options);
  }
  return 0;
}
