// Any bytes as a form: no crash, no endless loop, and what is read does not depend on how the bytes arrive.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "api/s3/web/form/form_reader.h"

namespace {

using tarn::Result;
using tarn::Task;

// Gives a few bytes at a time.
class Trickle : public tarn::BodySource {
 public:
  Trickle(std::string_view bytes, size_t step) : bytes_(bytes), step_(step) {}
  Task<Result<size_t>> Read(std::span<std::byte> into) override {
    const size_t count = std::min({step_, into.size(), bytes_.size()});
    std::copy_n(std::as_bytes(std::span(bytes_)).begin(), count, into.begin());
    bytes_.remove_prefix(count);
    co_return count;
  }
  std::optional<uint64_t> length() const override { return std::nullopt; }

 private:
  std::string_view bytes_;
  size_t step_;
};

Task<std::string> Describe(tarn::api::s3::FormReader& reader) {
  std::string seen;
  while (true) {
    auto part = co_await reader.Next();
    if (!part.ok()) co_return seen + "!";
    if (!*part) co_return seen + ".";
    seen += (*part)->name + "=" + (*part)->filename.value_or("-") + ":";
    std::byte piece[100];
    while (true) {
      auto count = co_await reader.Read(piece);
      if (!count.ok()) co_return seen + "!";
      if (*count == 0) break;
      seen.append(reinterpret_cast<const char*>(piece), *count);
    }
    seen += ";";
  }
}

std::string Read(std::string_view body, size_t step) {
  Trickle source(body, step);
  tarn::api::s3::FormReader reader(source, "b");
  return tarn::SyncWait(Describe(reader));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  tarn::api::s3::FormBoundary(body);
  tarn::api::s3::ParsePartHead(body);
  if (Read(body, 1) != Read(body, 1 << 20)) std::abort();
  return 0;
}
