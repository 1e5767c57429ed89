// Dispatcher: from an HTTP request to a service's handler and back. The http::Handler of the API port.
//
// For every request: find the service, authenticate, decode, validate, authorise, run, encode, meter, audit. Services
// are added before the first request. A request that fails at any step changes nothing. Threads: Handle on I/O threads;
// Add… before serving.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/protocol/service.h"
#include "base/executor.h"
#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "http/server.h"
#include "identity/authorize.h"
#include "identity/directory.h"

namespace tarn::api::protocol {

struct DispatcherOptions {
  std::string default_region = "us-east-1";
  std::string advertise;                // "https://lake.example:4566", without a final slash; empty: the request's Host
  std::vector<std::string> s3_domains;  // "lake.example": buckets are "b.lake.example"
  uint64_t body_bytes_max = 16 << 20;   // of a request whose operation is not known before its body is read
};

class AuditSink;  // audit_sink.h

// What the dispatcher needs; all outlive it.
struct DispatcherParts {
  const Clock* clock = nullptr;
  identity::CredentialSource* credentials = nullptr;
  const identity::Authorizer* authorizer = nullptr;
  WorkerPool* metadata_pool = nullptr;
  WorkerPool* data_pool = nullptr;
  WorkerPool* query_pool = nullptr;
  AuditSink* audit_sink = nullptr;  // null: nothing is recorded before answers
};

// One answered request, for the audit trail. Views live during the hook only.
struct AuditRecord {
  const Call* call = nullptr;
  std::string_view service;    // "glue"; "" when none was found
  std::string_view operation;  // "GetDatabase"; "" when none was found
  std::string_view error_code;
  std::string_view error_message;
  int status = 0;
  const ServiceDesc* model = nullptr;
  const void* input = nullptr;   // of call->operation's input shape; null when it was not decoded
  const void* output = nullptr;  // of its output shape; null before a handler has succeeded
  // What a call that no model describes is about: {"namespace", "sales"}.
  std::span<const std::pair<std::string_view, std::string>> about = {};
  std::string_view claimed_key;  // the access key of a sign-in that failed
  uint64_t bytes_in = 0;
  uint64_t bytes_out = 0;
  int64_t micros = 0;
  int64_t first_byte_micros = 0;  // until the answer began
};

class Dispatcher {
 public:
  Dispatcher(DispatcherOptions options, DispatcherParts parts);
  ~Dispatcher();

  // Errors: kUnknownOperation when a row of the table names no operation that the model generates.
  Status AddService(std::shared_ptr<Service> service);
  // Requests whose path is `prefix` or lies below it go to `handler` as they are ("/_tarn"); of
  // a prefix that ends with a slash ("/ingest/"), those below it alone.
  void AddRoute(std::string prefix, http::Handler handler);
  void SetAuditHook(std::function<void(const AuditRecord&)> hook);

  Task<Done> Handle(http::Request& request, http::ResponseWriter& response);
  http::Handler AsHandler() {
    return [this](http::Request& request, http::ResponseWriter& response) { return Handle(request, response); };
  }

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

// Who signed a request that no service's protocol covers ("/_tarn", "/iceberg"): anonymous when unsigned. Reads the
// head only; x-amz-content-sha256 is then for the caller to check. Errors: as authentication's in protocol/errors.h.
Result<identity::Caller> AuthenticateHead(const http::Request& request, identity::CredentialSource& credentials,
                                          Timestamp now);

}  // namespace tarn::api::protocol
