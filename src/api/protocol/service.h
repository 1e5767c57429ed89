// The seam for authors of a service: handlers, one declarative operation table, one error table.
//
//   class GlueService : public protocol::Service {                       // api/glue/glue_service.h
//     Result<gen::GetDatabaseResponse> GetDatabase(const protocol::Call&, const gen::GetDatabaseRequest&);
//     const protocol::ServiceDesc& model() const override { return gen::kService; }
//     std::span<const protocol::Operation> operations() const override;  // operations.cc
//     std::span<const protocol::ErrorRow> errors() const override;       // errors.cc
//   };
//   const protocol::Operation kOperations[] = {                          // operations.cc
//       Bind<&GlueService::GetDatabase>("GetDatabase", "glue:GetDatabase", DatabaseArns),
//       Bind<&GlueService::GetDatabases>("GetDatabases", "glue:GetDatabases", CatalogArn, {.work = WorkClass::kData}),
//   };
//
// A handler may also be a free function that takes the service first: Result<Out>(GlueService&, const Call&, const
// In&).
//
// A resource rule is a free function or a member of the service, of (const Call&, const Input&), returning one of
//   std::string                    one ARN for the table's action
//   std::vector<std::string>       several
//   std::vector<identity::Check>   checks with their own actions, owners and context (CopyObject, GetObjectVersion)
//   Result<any of these>           an error ends the request before the handler
// and `AnyResource` is "*". The dispatcher authenticates, decodes, validates, authorises by the rule, runs, encodes,
// meters. A handler that returns an Error leaves nothing changed.
//
// Blocking handlers (Result<Out>(const Call&, const In&)) run, with their rule, on the worker pool of their WorkClass.
// Streaming handlers (Task<Result<Streamed<Out>>>(const Call&, const In&, RequestBody&)) are coroutines on the
// connection's I/O thread, as are their rules: never block there; `co_await Offload(pool, fn)` for that.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/protocol/call.h"
#include "api/protocol/own_answer.h"
#include "base/result.h"
#include "base/task.h"
#include "identity/authorize.h"

namespace tarn::api::protocol {

struct ServiceDesc;  // api/protocol/shape.h

enum class WorkClass : uint8_t {
  kMetadata,  // short kv transactions
  kData,      // long listings, many keys, bytes
  kQuery,     // planning and running SQL
  kInline,    // memory only, microseconds: runs on the I/O thread
};

// The body of a streaming operation: aws-chunked framing removed, its signatures and trailers and the
// x-amz-content-sha256 checked. Nothing of it may be committed before Read has returned 0: a bad signature, a short
// body or a wrong hash surfaces as the error of a Read, at the latest of that last one. The first Read sends the "100
// Continue" that the peer waits for.
class RequestBody : public BodySource {
 public:
  // Trailing headers (lower-case names, e.g. x-amz-checksum-crc32); complete after Read returned 0.
  virtual const std::vector<std::pair<std::string, std::string>>& trailers() const = 0;
  // Names announced by x-amz-trailer, lower case, before the body is read.
  virtual const std::vector<std::string>& announced_trailers() const = 0;
};

// What a streaming handler answers: the generated output (status and headers), then `body`, if any.
template <typename Out>
struct Streamed {
  Out output;
  int status = 0;  // 0: what the model says; 206 for a range
  // Set together with `body`. Absent with a body: chunked. For HEAD, put ContentLength into the output instead.
  std::optional<uint64_t> content_length;
  // Writes the bytes; an error cuts the connection, so the peer sees that they are incomplete. Owns what it reads from.
  // A coroutine lambda may use its captures: it lives until its Task has ended.
  std::move_only_function<Task<Status>(BodySink&)> body;
};

// Type-erased forms, made by Bind.
struct ErasedStream {
  std::shared_ptr<void> output;
  int status = 0;
  std::optional<uint64_t> content_length;
  std::move_only_function<Task<Status>(BodySink&)> body;
};
using ErasedRule = std::function<Result<std::vector<identity::Check>>(class Service&, const Call&, const void* input)>;
using ErasedHandler = std::function<Result<std::shared_ptr<void>>(class Service&, const Call&, const void* input)>;
using ErasedStreamHandler =
    std::function<Task<Result<ErasedStream>>(class Service&, const Call&, const void* input, RequestBody&)>;

struct OperationOptions {
  WorkClass work = WorkClass::kMetadata;
  uint64_t body_bytes_max = 8 << 20;  // of requests that are held in memory; larger ones answer the service's 413
  bool anonymous = false;             // anonymous reaches the authoriser anyway; true: no authorisation at all
};

struct Operation {
  std::string_view name;    // as in the model
  std::string_view action;  // "glue:GetDatabase"
  ErasedRule rule;
  OperationOptions options;
  std::function<std::shared_ptr<void>()> new_input;
  ErasedHandler handler;               // one of these two is set
  ErasedStreamHandler stream_handler;  // reads its body itself
};

// A domain Reason as the service's clients see it. `message` replaces the Error's when set.
struct ErrorRow {
  const Reason* reason;
  std::string_view code;  // "EntityNotFoundException", "NoSuchBucket"
  int http_status;
  std::string_view message = {};
};

class Service {
 public:
  virtual ~Service() = default;
  virtual const ServiceDesc& model() const = 0;
  virtual std::span<const Operation> operations() const = 0;
  // Asked before the rows common to all services (protocol/errors.h), so that a service can rename those too.
  virtual std::span<const ErrorRow> errors() const = 0;

  // Names a request that Answer answers instead of an operation ("PostObject"), by its head; "" for all others. Memory
  // only.
  virtual std::string_view OwnOperation(const Call&) const { return {}; }
  virtual Task<Result<OwnAnswer>> Answer(OwnRequest request);
  // Adds headers to any answer that is about to be sent, refusals too. Memory speed, on the I/O thread.
  virtual void Decorate(const Call&) const {}
};

// The rule of operations without a resource.
struct AnyResourceRule {};
inline constexpr AnyResourceRule AnyResource;

namespace internal {

template <typename M>
struct HandlerTraits;
template <typename S, typename O, typename I>
struct HandlerTraits<Result<O> (S::*)(const Call&, const I&)> {
  using ServiceType = S;
  using Input = I;
  using Output = O;
  static constexpr bool kStreams = false;
};
template <typename S, typename O, typename I>
struct HandlerTraits<Result<O> (S::*)(const Call&, const I&) const>
    : HandlerTraits<Result<O> (S::*)(const Call&, const I&)> {};
template <typename S, typename O, typename I>
struct HandlerTraits<Result<O> (*)(S&, const Call&, const I&)>
    : HandlerTraits<Result<O> (S::*)(const Call&, const I&)> {};
template <typename S, typename O, typename I>
struct HandlerTraits<Task<Result<Streamed<O>>> (*)(S&, const Call&, const I&, RequestBody&)>
    : HandlerTraits<Task<Result<Streamed<O>>> (S::*)(const Call&, const I&, RequestBody&)> {};
template <typename S, typename O, typename I>
struct HandlerTraits<Task<Result<Streamed<O>>> (S::*)(const Call&, const I&, RequestBody&)> {
  using ServiceType = S;
  using Input = I;
  using Output = O;
  static constexpr bool kStreams = true;
};

inline Result<std::vector<identity::Check>> ToChecks(std::string_view action, std::string arn) {
  std::vector<identity::Check> checks(1);
  checks[0].action = action;
  checks[0].resource = std::move(arn);
  return checks;
}
Result<std::vector<identity::Check>> ToChecks(std::string_view action, std::vector<std::string> arns);
inline Result<std::vector<identity::Check>> ToChecks(std::string_view, std::vector<identity::Check> checks) {
  return checks;
}
template <typename T>
Result<std::vector<identity::Check>> ToChecks(std::string_view action, Result<T> found) {
  if (!found.ok()) return found.error();
  return ToChecks(action, std::move(found).value());
}

template <typename Traits>
ErasedRule EraseRule(std::string_view action, AnyResourceRule) {
  return [action](Service&, const Call&, const void*) { return ToChecks(action, std::string("*")); };
}
template <typename Traits, typename Rule>
  requires(!std::is_same_v<Rule, AnyResourceRule>)
ErasedRule EraseRule(std::string_view action, Rule rule) {
  return [action, rule](Service& service, const Call& call, const void* input) {
    const auto& in = *static_cast<const typename Traits::Input*>(input);
    if constexpr (std::is_member_function_pointer_v<Rule>) {
      return ToChecks(action, (static_cast<typename Traits::ServiceType&>(service).*rule)(call, in));
    } else {
      (void)service;
      return ToChecks(action, rule(call, in));
    }
  };
}

template <typename Traits, auto Method>
Task<Result<ErasedStream>> RunStream(Service& service, const Call& call, const void* input, RequestBody& body) {
  auto answer = co_await std::invoke(Method, static_cast<typename Traits::ServiceType&>(service), call,
                                     *static_cast<const typename Traits::Input*>(input), body);
  if (!answer.ok()) co_return answer.error();
  ErasedStream erased;
  erased.output = std::make_shared<typename Traits::Output>(std::move(answer->output));
  erased.status = answer->status;
  erased.content_length = answer->content_length;
  erased.body = std::move(answer->body);
  co_return std::move(erased);
}

}  // namespace internal

// One row of a service's operation table. `name`, `action` have static storage.
template <auto Method, typename Rule>
Operation Bind(std::string_view name, std::string_view action, Rule rule, OperationOptions options = {}) {
  using Traits = internal::HandlerTraits<decltype(Method)>;
  using Input = typename Traits::Input;
  using Output = typename Traits::Output;
  Operation row{.name = name,
                .action = action,
                .rule = internal::EraseRule<Traits>(action, rule),
                .options = options,
                .new_input = [] { return std::static_pointer_cast<void>(std::make_shared<Input>()); },
                .handler = nullptr,
                .stream_handler = nullptr};
  if constexpr (Traits::kStreams) {
    row.stream_handler = &internal::RunStream<Traits, Method>;
  } else {
    row.handler = [](Service& service, const Call& call, const void* input) -> Result<std::shared_ptr<void>> {
      auto answer = std::invoke(Method, static_cast<typename Traits::ServiceType&>(service), call,
                                *static_cast<const Input*>(input));
      if (!answer.ok()) return answer.error();
      return std::static_pointer_cast<void>(std::make_shared<Output>(std::move(answer).value()));
    };
  }
  return row;
}

}  // namespace tarn::api::protocol
