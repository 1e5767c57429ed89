// A small blocking HTTP/1.1 client: one connection a request, cleartext or TLS. For the command line, not for serving.
//
// Errors: kConnect (no such host, refused, too slow), kUntrusted (its certificate), kBadResponse. Threads: any; every
// call is its own.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace tarn::http {

inline constexpr Reason kConnect{"http.Connect", Code::kUnavailable};
inline constexpr Reason kUntrusted{"http.Untrusted", Code::kUnavailable};
inline constexpr Reason kBadResponse{"http.BadResponse", Code::kUnavailable};

// "http://localhost:4566" taken apart; a path is not allowed.
struct Url {
  bool tls = false;
  std::string host;
  uint16_t port = 80;
  std::string Authority() const;  // what goes into Host: without the port that the scheme has anyway
  static Result<Url> Parse(std::string_view text);
};

// "https://host:8443/path?query" as where to connect and what to ask for there ("/" when it names nothing).
struct Location {
  Url url;
  std::string target;
  static Result<Location> Parse(std::string_view text);
};

struct ClientRequest {
  std::string method = "GET";
  std::string target = "/";
  Headers headers;  // without Host, Content-Length, Connection
  std::string body;
  // Instead of `body`: exactly `length` bytes, asked for piece by piece (0 at the end).
  std::function<Result<size_t>(std::span<char>)> source;
  uint64_t length = 0;
  int timeout_seconds = 0;  // of connecting, and of each read and write; 0: none
  // Whom to trust where the machine's authorities know nothing of the server's certificate: the last certificate of the
  // chain that it sends, when its SHA-1 (hex, any case) is one of these.
  std::vector<std::string> thumbprints;
};

struct ClientResponse {
  int status = 0;
  Headers headers;
  std::string body;  // empty when a sink took it
};

// Takes pieces of a successful response's body.
using ClientSink = std::function<Status(std::string_view)>;

Result<ClientResponse> Fetch(const Url& url, const ClientRequest& request, const ClientSink& sink = nullptr);

}  // namespace tarn::http
