// An operation run inside of a request that is none: a form's PutObject, a website's GetObject. It is decoded,
// authorised by its own row's rule for the outer request's caller, and run, as if a client had sent it.
//
// Threads: the connection's I/O thread; only operations that stream.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/protocol/codec.h"
#include "api/protocol/service.h"
#include "api/s3/s3_service.h"

namespace tarn::api::s3 {

class InnerCall {
 public:
  // `operation` is a row of the service that streams. `key` as decoded; `headers` as a client would send them.
  InnerCall(S3Service& service, const Call& outer, std::string_view operation, std::string_view method,
            const std::string& bucket, const std::string& key, std::vector<protocol::Field> headers);
  InnerCall(const InnerCall&) = delete;
  InnerCall& operator=(const InnerCall&) = delete;

  // Decodes and authorises, then runs.
  Status Begin();
  Task<Result<protocol::ErasedStream>> Run(RequestBody& body);

  // The headers that the model binds to the output, without those that every answer has.
  std::vector<std::pair<std::string, std::string>> HeadersOf(const protocol::ErasedStream& answer) const;
  const Call& call() const { return call_; }
  // What the operation adds to its answer or error, to be added to the outer one's.
  protocol::Extras TakeExtras() { return std::move(call_.extras); }

 private:
  S3Service& service_;
  const protocol::Operation* row_ = nullptr;
  const std::string path_;
  const std::vector<protocol::Field> query_;
  const std::vector<protocol::Field> headers_;
  const protocol::RequestParts parts_;
  Call call_;
  std::shared_ptr<void> input_;
};

// The body of a request that has none.
class NoBody : public RequestBody {
 public:
  Task<Result<size_t>> Read(std::span<std::byte>) override { co_return size_t{0}; }
  std::optional<uint64_t> length() const override { return 0; }
  const std::vector<std::pair<std::string, std::string>>& trailers() const override { return trailers_; }
  const std::vector<std::string>& announced_trailers() const override { return announced_; }

 private:
  std::vector<std::pair<std::string, std::string>> trailers_;
  std::vector<std::string> announced_;
};

}  // namespace tarn::api::s3
