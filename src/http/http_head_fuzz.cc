// Heads and chunked bodies of arbitrary bytes: no crash, no progress past the input, the same answer in any split.
#include <cstdlib>
#include <string>

#include "http/parse.h"

namespace {

// The decoded body, or nothing when it is malformed or unfinished.
std::optional<std::string> Decode(std::string_view input, size_t step_bytes) {
  tarn::http::ChunkedReader reader;
  std::string body;
  size_t given = 0, used = 0;
  while (!reader.done()) {
    auto step = reader.Next(input.substr(used, given - used), 64);
    if (!step.ok()) return std::nullopt;
    if (step->consumed > given - used) std::abort();
    used += step->consumed;
    body += step->data;
    if (step->consumed > 0) continue;
    if (given == input.size()) return std::nullopt;
    given = std::min(input.size(), given + step_bytes);
  }
  return body;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  auto head = tarn::http::ParseHead(input, 8192);
  if (head.ok() && *head) {
    if ((*head)->head_bytes > size || (*head)->request.path_bytes > (*head)->request.target.size()) std::abort();
    input.remove_prefix((*head)->head_bytes);
  }
  if (Decode(input, 1) != Decode(input, 4096)) std::abort();
  return 0;
}
