// One request's way through the dispatcher. Private to api/protocol; on the connection's I/O thread, except
// RunBlocking.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/protocol/audit_sink.h"
#include "api/protocol/auth/authenticate.h"
#include "api/protocol/auth/sign_in_limit.h"
#include "api/protocol/body/checked_body.h"
#include "api/protocol/dispatch.h"
#include "api/protocol/meter.h"
#include "api/protocol/wire_errors.h"

namespace tarn::api::protocol {

struct ServedOperation {
  const Operation* row = nullptr;
  const OperationDesc* desc = nullptr;
  std::unique_ptr<OperationMeter> meter;
};

struct ServedService {
  std::shared_ptr<Service> service;
  const ServiceDesc* model = nullptr;
  std::unordered_map<const OperationDesc*, ServedOperation> operations;
  std::unique_ptr<OperationMeter> rest;  // of what is not served or not found
};

struct Dispatcher::Impl {
  DispatcherOptions options;
  DispatcherParts parts;
  std::vector<std::unique_ptr<ServedService>> services;
  std::vector<const ServiceDesc*> models;
  std::vector<std::pair<std::string, http::Handler>> routes;
  std::function<void(const AuditRecord&)> audit;
  OperationMeter unrouted{"none", "none"};
  SignInLimit sign_ins;
};

class Exchange {
 public:
  Exchange(Dispatcher::Impl& dispatcher, http::Request& request, http::ResponseWriter& response);
  Task<Done> Run();

 private:
  // Each returns false when the request is refused; refusal_ then tells how.
  Task<bool> Route();
  Task<bool> PrepareS3();
  Task<bool> PrepareRpc();
  Task<bool> PrepareBody();
  bool Match();
  bool CheckServed();
  bool Authorise(const std::string* body);
  Error FailedSignIn(const Error& error);
  bool Decode();
  bool RefuseMissingBucket();
  Status CheckRule();

  Task<Done> RunOwn();
  Task<Done> Execute();
  Task<Done> RunStreaming();
  ResponseParts RunBlocking();
  WorkerPool& Pool() const;

  bool Refuse(const Error& error);
  bool Refuse(WireError error);
  ResponseParts RefusalParts();
  Task<Done> SendParts(ResponseParts parts);
  Task<Done> SendStream(ResponseParts parts, ErasedStream stream);
  Task<Done> SendOwn(OwnAnswer answer);
  http::ResponseHead MakeHead(ResponseParts& parts, std::optional<uint64_t>& length);
  void RewriteFramingHeaders();
  void TakeSignedParameters();
  void Finish();
  AuditRecord RecordOf(int status, uint64_t bytes_out) const;
  // False when the call must be recorded and cannot be; refusal_ then tells so.
  Task<bool> Recorded(AuditRecord record);
  SignedHead Signed() const;
  // S3 and S3 Control: signatures, ids of requests and forms of errors are alike.
  bool signs_as_s3() const { return served_ != nullptr && served_->model->signing_name == "s3"; }
  bool is_s3() const { return served_ != nullptr && served_->model->name == "s3"; }

  Dispatcher::Impl& dispatcher_;
  http::Request& request_;
  http::ResponseWriter& response_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point answered_ = began_;

  std::string host_;
  std::vector<Field> headers_;
  std::vector<Field> query_;
  std::string path_;  // with a virtual host's bucket in front
  std::string body_;
  RequestParts parts_;
  ServedService* served_ = nullptr;
  ServedOperation* operation_ = nullptr;
  Matched matched_;
  Authenticated who_;
  BodyPlan plan_;
  std::unique_ptr<CheckedBody> checked_;
  std::unique_ptr<StringSource> kept_body_;
  Call call_;
  std::shared_ptr<void> input_;
  std::shared_ptr<void> output_;
  std::shared_ptr<AuditEntry> audit_entry_;
  bool decoded_ = false;
  ErrorFields error_fields_;
  std::optional<WireError> refusal_;
  std::string own_error_;  // the code of an error that the service itself has put into words
  std::string unknown_service_;
  uint64_t bytes_in_ = 0;
  int status_ = 0;
};

}  // namespace tarn::api::protocol
