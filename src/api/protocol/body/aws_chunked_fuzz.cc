// aws-chunked bodies of arbitrary bytes: no crash, no progress past the input, the same result in any split.
#include <cstdlib>
#include <optional>
#include <string>

#include "api/protocol/body/aws_chunked.h"

namespace {

using tarn::api::protocol::AwsChunkedOptions;
using tarn::api::protocol::AwsChunkedReader;

std::optional<std::string> Decode(const AwsChunkedOptions& options, std::string_view input, size_t step_bytes) {
  AwsChunkedReader reader(options);
  std::string body;
  size_t given = 0, used = 0;
  while (!reader.done()) {
    auto step = reader.Next(input.substr(used, given - used), 16, given == input.size());
    if (!step.ok()) return std::nullopt;
    if (step->consumed > given - used) std::abort();
    used += step->consumed;
    body += step->data;
    if (step->consumed > 0 || reader.done()) continue;
    if (given == input.size()) std::abort();  // neither progress nor an answer
    given = std::min(input.size(), given + step_bytes);
  }
  if (body.size() != options.decoded_length) std::abort();
  return body;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  AwsChunkedOptions options;
  options.trailer = (input[0] & 1) != 0;
  options.decoded_length = static_cast<unsigned char>(input[0]) / 4;
  options.announced_trailers = {"x-amz-checksum-crc32"};
  if ((input[0] & 2) != 0) options.chain = tarn::api::protocol::Verified{"key", "seed", "time", "scope"};
  input.remove_prefix(1);
  if (Decode(options, input, 1) != Decode(options, input, 4096)) std::abort();
  return 0;
}
