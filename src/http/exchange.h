// One request's body and answer on a connection. Private to http/.
#pragma once

#include <string>

#include "http/connection.h"

namespace tarn::http {

class RequestBodySource : public BodySource {
 public:
  RequestBodySource(Connection& connection, const ParsedHead& head);
  Task<Result<size_t>> Read(std::span<std::byte> into) override;
  std::optional<uint64_t> length() const override { return chunked_ ? std::nullopt : std::optional(length_); }

  bool done() const { return chunked_ ? reader_.done() : left_ == 0; }
  // Whether the rest may be read away so that the connection can go on.
  bool CanDrain(size_t bytes_max) const;
  // Reads the rest away; false when it is too much or the peer failed.
  Task<bool> Drain(size_t bytes_max);

 private:
  Task<Result<size_t>> ReadChunked(std::span<std::byte> into);
  Task<Result<size_t>> ReadPlain(std::span<std::byte> into);

  Connection& connection_;
  bool chunked_;
  bool awaits_continue_;
  bool failed_ = false;
  uint64_t length_;
  uint64_t left_;
  ChunkedReader reader_;
};

class Responder : public ResponseWriter {
 public:
  Responder(Connection& connection, const ParsedHead& head, RequestBodySource& body);

  Task<Status> Send(ResponseHead head, std::string body) override;
  Task<Status> Start(ResponseHead head, std::optional<uint64_t> length) override;
  Task<Status> Write(std::span<const std::byte> bytes) override;
  Task<Status> Finish() override;
  bool started() const override { return state_ != State::kNew; }
  uint64_t body_bytes() const override { return sent_; }

  // After the handler: completes what it left; true when the connection may take the next request.
  Task<bool> Conclude();

 private:
  enum class State : uint8_t { kNew, kStarted, kDone, kBroken };
  std::string HeadText(const ResponseHead& head, std::optional<uint64_t> length);

  Connection& connection_;
  RequestBodySource& body_;
  const bool is_head_;
  const int minor_version_;
  bool keep_alive_;
  State state_ = State::kNew;
  bool no_body_ = false;
  bool chunked_ = false;
  std::optional<uint64_t> promised_;
  uint64_t sent_ = 0;
  std::string pending_;  // goes out before the next bytes
};

}  // namespace tarn::http
