// Call: what a handler knows about the request that it answers, besides the decoded input.
//
// Threads: one Call belongs to one request; it is used by one thread at a time.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "identity/authorize.h"
#include "identity/caller.h"

namespace tarn::api::protocol {

struct OperationDesc;  // shape.h
struct RequestParts;   // codec.h

// What a handler adds to its answer beyond the generated output or the Error.
struct Extras {
  std::vector<std::pair<std::string, std::string>> headers;       // of success and of errors
  std::vector<std::pair<std::string, std::string>> error_fields;  // into the error's body: {"BucketName", "raw"}
  int success_status = 0;                                         // 0: what the model says
};

struct Call {
  identity::Caller caller;
  Scope scope;             // the caller's account; the signature's region, else the default one
  std::string request_id;  // as sent in x-amzn-RequestId / x-amz-request-id
  Timestamp now;           // when the request arrived
  std::string endpoint;    // "http://localhost:4566", without a final slash: --advertise, else the request's Host
  std::string source_ip;
  std::string user_agent;
  bool secure_transport = false;
  const OperationDesc* operation = nullptr;

  const identity::Authorizer* authorizer = nullptr;
  const RequestParts* request = nullptr;
  mutable Extras extras;

  // A header or query parameter as it came (query decoded), for what no generated field carries. Header names in any
  // case; several lines of one header are joined by ", ". Content-Encoding comes without "aws-chunked".
  std::optional<std::string> Header(std::string_view name) const;
  std::optional<std::string> Query(std::string_view name) const;
  std::string_view method() const;
  // The request's path as sent, for S3 with the bucket of a virtual host in front.
  std::string_view raw_path() const;

  // Asks again, for resources found in the body or in storage (DeleteObjects' keys, a copy's source, a listing's rows).
  Status Allow(std::span<const identity::Check> checks) const;
  Status Allow(std::string action, std::string resource, std::optional<std::string> owner = {}) const;
  bool MayDo(std::string action, std::string resource, std::optional<std::string> owner = {}) const;

  void AddHeader(std::string name, std::string value) const { extras.headers.emplace_back(name, value); }
  void AddErrorField(std::string name, std::string value) const { extras.error_fields.emplace_back(name, value); }
};

// Puts what is known of the request beside its caller, once that is known: for condition keys and the audit trail.
void TellRequest(Call& call);

}  // namespace tarn::api::protocol
