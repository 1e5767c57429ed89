// Any bytes as a policy document.
#include <cstdint>
#include <string_view>

#include "api/s3/web/form/post_policy.h"
#include "base/hash.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)tarn::api::s3::ParsePostPolicy(text);
  const auto policy = tarn::api::s3::ParsePostPolicy(tarn::Base64(text));
  if (policy.ok()) (void)tarn::api::s3::CheckPostPolicy(*policy, {{"key", "a"}, {"content-type", "a,b"}}, {0});
  return 0;
}
