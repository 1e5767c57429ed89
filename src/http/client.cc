#include "http/client.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/freed.h"
#include "base/hash.h"
#include "base/strings.h"

namespace tarn::http {
namespace {

constexpr size_t kHeadBytesMax = size_t{256} << 10;

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

Error TlsError(const Reason& reason, const Url& url, std::string_view what) {
  const unsigned long code = ERR_get_error();
  const char* why = code != 0 ? ERR_reason_error_string(code) : nullptr;
  return Fail(reason, fmt::format("{} {}: {}", what, url.Authority(), why != nullptr ? why : "connection failed"));
}

std::string NameOf(const Url& url) { return url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]"; }

using Store = std::unique_ptr<X509_STORE, Freed<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX_free>>;

using Thumbprints = std::vector<std::string>;

bool IsThumbprint(X509* certificate, const Thumbprints& thumbprints) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  if (size <= 0) return false;
  const std::string digest = Hex(Sha1(std::string_view(reinterpret_cast<const char*>(der), static_cast<size_t>(size))));
  OPENSSL_free(der);
  return std::ranges::any_of(thumbprints, [&](const std::string& known) { return EqualsIgnoreCase(known, digest); });
}

// Verifies the chain as OpenSSL does; where no authority is known, the last certificate that the server sent is one
// when its thumbprint is known. Hosts and times are held to the same either way.
int VerifyChain(X509_STORE_CTX* chain, void* thumbprints) {
  if (X509_verify_cert(chain) == 1) return 1;
  STACK_OF(X509)* const sent = X509_STORE_CTX_get0_untrusted(chain);
  const int count = sk_X509_num(sent);
  if (count <= 0) return 0;
  X509* const last = sk_X509_value(sent, count - 1);
  if (!IsThumbprint(last, *static_cast<const Thumbprints*>(thumbprints))) return 0;
  const Store anchors(X509_STORE_new());
  const StoreContext again(X509_STORE_CTX_new());
  X509_VERIFY_PARAM* const rules = X509_VERIFY_PARAM_new();
  if (!anchors || !again || rules == nullptr || X509_STORE_add_cert(anchors.get(), last) != 1 ||
      X509_STORE_CTX_init(again.get(), anchors.get(), X509_STORE_CTX_get0_cert(chain), sent) != 1) {
    X509_VERIFY_PARAM_free(rules);
    return 0;
  }
  X509_VERIFY_PARAM_set1(rules, X509_STORE_CTX_get0_param(chain));
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
  X509_STORE_CTX_set0_param(again.get(), rules);  // which then owns them
  const bool holds = X509_verify_cert(again.get()) == 1;
  X509_STORE_CTX_set_error(chain, holds ? X509_V_OK : X509_STORE_CTX_get_error(again.get()));
  return holds ? 1 : 0;
}

// A connection with a read buffer. What it is given outlives it.
class Connection {
 public:
  Connection(const Url& url, const ClientRequest& request) : url_(url), request_(request) {}

  Status Open() {
    const std::string address = fmt::format("{}:{}", NameOf(url_), url_.port);
    SSL* ssl = nullptr;
    if (url_.tls) {
      context_.reset(SSL_CTX_new(TLS_client_method()));
      SSL_CTX_set_default_verify_paths(context_.get());
      SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
      if (!request_.thumbprints.empty()) {
        SSL_CTX_set_cert_verify_callback(context_.get(), VerifyChain, const_cast<Thumbprints*>(&request_.thumbprints));
      }
      bio_.reset(BIO_new_ssl_connect(context_.get()));
      BIO_get_ssl(bio_.get(), &ssl);
      SSL_set_tlsext_host_name(ssl, url_.host.c_str());
      SSL_set1_host(ssl, url_.host.c_str());
      BIO_set_conn_hostname(bio_.get(), address.c_str());
    } else {
      bio_.reset(BIO_new_connect(address.c_str()));
    }
    if (!Connect()) {
      const bool untrusted = ssl != nullptr && SSL_get_verify_result(ssl) != X509_V_OK;
      Error error = TlsError(untrusted ? kUntrusted : kConnect, url_, "cannot connect to");
      error.message +=
          untrusted ? " (whose certificates are trusted is said by SSL_CERT_FILE or, to tarn's commands, AWS_CA_BUNDLE)"
                    : " (is the lake running? tarn serve --data DIR)";
      return error;
    }
    return Ok();
  }

  Status Write(std::string_view bytes) {
    while (!bytes.empty()) {
      const int count = BIO_write(bio_.get(), bytes.data(), static_cast<int>(std::min<size_t>(bytes.size(), 1 << 20)));
      if (count <= 0) return TlsError(kConnect, url_, "cannot send to");
      bytes.remove_prefix(static_cast<size_t>(count));
    }
    return Ok();
  }

  // More bytes into the buffer; false at the peer's end.
  bool Fill() {
    std::array<char, 64 << 10> piece;
    const int count = BIO_read(bio_.get(), piece.data(), static_cast<int>(piece.size()));
    if (count <= 0) return false;
    buffer_.append(piece.data(), static_cast<size_t>(count));
    return true;
  }

  std::string& buffer() { return buffer_; }

  // Up to and without CRLF.
  Result<std::string> Line() {
    size_t end = 0;
    while ((end = buffer_.find("\r\n")) == std::string::npos) {
      if (buffer_.size() > kHeadBytesMax || !Fill()) return Fail(kBadResponse, "the response is cut short");
    }
    std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 2);
    return line;
  }

  // Hands `count` bytes to `take`, piece by piece.
  Status Read(uint64_t count, const ClientSink& take) {
    while (count > 0) {
      if (buffer_.empty() && !Fill()) return Fail(kBadResponse, "the response is cut short");
      const size_t piece = static_cast<size_t>(std::min<uint64_t>(count, buffer_.size()));
      TARN_CHECK(take(std::string_view(buffer_).substr(0, piece)));
      buffer_.erase(0, piece);
      count -= piece;
    }
    return Ok();
  }

 private:
  // Within the request's time, which then is each read's and write's.
  bool Connect() {
    if (request_.timeout_seconds <= 0) return BIO_do_connect(bio_.get()) == 1;
    BIO_set_nbio(bio_.get(), 1);
    int socket = -1;
    if (BIO_do_connect_retry(bio_.get(), request_.timeout_seconds, -1) != 1 || BIO_get_fd(bio_.get(), &socket) < 0 ||
        BIO_socket_nbio(socket, 0) != 1) {
      return false;
    }
    const timeval limit{.tv_sec = request_.timeout_seconds, .tv_usec = 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    return true;
  }

  const Url& url_;
  const ClientRequest& request_;
  std::unique_ptr<SSL_CTX, FreeContext> context_;
  std::unique_ptr<BIO, FreeBio> bio_;
  std::string buffer_;
};

Status SendRequest(Connection& connection, const Url& url, const ClientRequest& request) {
  const uint64_t length = request.source ? request.length : request.body.size();
  std::string head = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", request.method, request.target,
                                 url.Authority());
  for (const auto& field : request.headers) head += fmt::format("{}: {}\r\n", field.name, field.value);
  if (length > 0 || request.method == "PUT" || request.method == "POST") {
    head += fmt::format("Content-Length: {}\r\n", length);
  }
  TARN_CHECK(connection.Write(head + "\r\n"));
  if (!request.source) return connection.Write(request.body);
  std::string piece(size_t{256} << 10, '\0');
  for (uint64_t sent = 0; sent < length;) {
    TARN_TRY(const size_t count, request.source(std::span(piece)));
    if (count == 0) return Fail(kBadResponse, "the source ended early");
    TARN_CHECK(connection.Write(std::string_view(piece).substr(0, count)));
    sent += count;
  }
  return Ok();
}

Status ReadChunks(Connection& connection, const ClientSink& take) {
  while (true) {
    TARN_TRY(const std::string line, connection.Line());
    uint64_t size = 0;
    for (const char c : line.substr(0, line.find(';'))) {
      const auto digit = Unhex(std::string("0") + c);
      if (!digit || size > (uint64_t{1} << 50)) return Fail(kBadResponse, "a chunk's size is no number");
      size = size * 16 + static_cast<unsigned char>((*digit)[0]);
    }
    if (size == 0) break;
    TARN_CHECK(connection.Read(size, take));
    TARN_CHECK(connection.Line());
  }
  while (true) {  // trailers
    TARN_TRY(const std::string line, connection.Line());
    if (line.empty()) return Ok();
  }
}

}  // namespace

std::string Url::Authority() const {
  return port == (tls ? 443 : 80) ? NameOf(*this) : fmt::format("{}:{}", NameOf(*this), port);
}

Result<Url> Url::Parse(std::string_view text) {
  Url url;
  if (text.starts_with("https://")) {
    url.tls = true;
    url.port = 443;
    text.remove_prefix(8);
  } else if (text.starts_with("http://")) {
    text.remove_prefix(7);
  } else {
    return Fail(kConnect, fmt::format("'{}' is not http://HOST:PORT", text));
  }
  while (text.ends_with('/')) text.remove_suffix(1);
  const size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && text.find(']', colon) == std::string_view::npos) {
    const auto port = ParseU64(text.substr(colon + 1));
    if (!port || *port == 0 || *port > 65535) return Fail(kConnect, fmt::format("'{}' has no valid port", text));
    url.port = static_cast<uint16_t>(*port);
    text = text.substr(0, colon);
  }
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  if (text.empty() || text.find('/') != std::string_view::npos) {
    return Fail(kConnect, fmt::format("'{}' is not a host", text));
  }
  url.host = std::string(text);
  return url;
}

Result<Location> Location::Parse(std::string_view text) {
  const size_t scheme = text.find("://");
  const size_t end = std::min(text.find_first_of("/?", scheme == text.npos ? 0 : scheme + 3), text.size());
  Location location;
  TARN_TRY(location.url, Url::Parse(text.substr(0, end)));
  location.target = text.substr(end);
  if (!location.target.starts_with('/')) location.target.insert(0, "/");
  return location;
}

Result<ClientResponse> Fetch(const Url& url, const ClientRequest& request, const ClientSink& sink) {
  Connection connection(url, request);
  TARN_CHECK(connection.Open());
  TARN_CHECK(SendRequest(connection, url, request));
  ClientResponse response;
  TARN_TRY(const std::string status_line, connection.Line());
  const auto status =
      ParseU64(std::string_view(status_line).substr(0, 12).substr(std::min<size_t>(9, status_line.size())));
  if (!status_line.starts_with("HTTP/1.") || !status)
    return Fail(kBadResponse, url.Authority() + " does not speak HTTP");
  response.status = static_cast<int>(*status);
  while (true) {
    TARN_TRY(const std::string line, connection.Line());
    if (line.empty()) break;
    const size_t colon = line.find(':');
    if (colon == std::string::npos) return Fail(kBadResponse, "a header field has no name");
    response.headers.Add(line.substr(0, colon), std::string(Trim(std::string_view(line).substr(colon + 1))));
  }
  const bool to_sink = sink && response.status / 100 == 2;
  const ClientSink take = to_sink ? sink : ClientSink([&](std::string_view piece) {
    response.body += piece;
    return Ok();
  });
  if (request.method == "HEAD" || response.status == 204 || response.status == 304) return response;
  if (EqualsIgnoreCase(response.headers.Get("Transfer-Encoding"), "chunked")) {
    TARN_CHECK(ReadChunks(connection, take));
  } else if (const auto length = ParseU64(response.headers.Get("Content-Length"))) {
    TARN_CHECK(connection.Read(*length, take));
  } else {
    do {
      TARN_CHECK(take(connection.buffer()));
      connection.buffer().clear();
    } while (connection.Fill());
  }
  return response;
}

}  // namespace tarn::http
