// An HTTP/2 connection of arbitrary bytes: no crash, no handler left behind, no answer without an end.
#include <array>
#include <cstdlib>
#include <string>

#include "http/h2/link.h"

namespace {

using tarn::Done;
using tarn::Task;

// Echoes the body.
Task<Done> Echo(tarn::http::Request& request, tarn::http::ResponseWriter& response) {
  tarn::http::ResponseHead head;
  head.headers.Add("x-target", request.target);
  (void)co_await response.Start(std::move(head), request.body->length());
  std::array<std::byte, 1000> buffer{};
  while (true) {
    auto bytes = co_await request.body->Read(buffer);
    if (!bytes.ok()) co_return Done{};
    if (*bytes == 0) break;
    auto written = co_await response.Write(std::span(buffer).first(*bytes));
    if (!written.ok()) co_return Done{};
  }
  (void)co_await response.Finish();
  co_return Done{};
}

}  // namespace

// The first byte tells how many bytes come at a time; the preface is ours unless the second byte is odd.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const size_t step = data[0] + 1U;
  const bool prefaced = data[1] % 2 == 0;
  const std::string input = (prefaced ? std::string(tarn::http::h2::kPreface) : std::string()) +
                            std::string(reinterpret_cast<const char*>(data) + 2, size - 2);
  tarn::http::Limits limits;
  limits.head_bytes = 2000;
  limits.streams_max = 8;
  const tarn::http::Handler handler = Echo;
  bool wakes = false;
  tarn::http::h2::Session session(
      limits, handler, {.remote_address = "127.0.0.1", .tls_version = {}}, [&] { wakes = true; }, [] {});
  std::string out;
  for (size_t at = 0; at < input.size() && !session.over(); at += step) {
    if (!session.Receive(std::string_view(input).substr(at, step))) break;
    out.clear();
    while (session.Take(out, 4096)) out.clear();
    session.Tick(std::chrono::steady_clock::now());
  }
  session.CutWaiting();
  session.Drain();
  while (session.Take(out, 4096)) out.clear();
  session.Lose();
  if (session.running() != 0) std::abort();
  return 0;
}
