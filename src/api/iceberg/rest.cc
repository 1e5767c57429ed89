#include "api/iceberg/rest.h"

#include <fmt/format.h>

#include <chrono>
#include <map>
#include <utility>

#include "api/iceberg/delegation.h"
#include "api/iceberg/exchange.h"
#include "api/iceberg/idempotency.h"
#include "api/iceberg/planning/plans.h"
#include "api/protocol/auth/authenticate.h"
#include "api/protocol/meter.h"
#include "base/random.h"
#include "base/strings.h"
#include "base/task.h"

namespace tarn::api::iceberg_rest {
namespace {

constexpr size_t kBodyBytesMax = size_t{64} << 20;
constexpr size_t kPieceBytes = size_t{64} << 10;
constexpr std::string_view kRoot = "/iceberg";

// Takes a path apart by a route's: false when they differ.
bool Match(std::string_view path, std::string_view pattern, bool with_prefix, Asked& asked) {
  const std::vector<std::string_view> have = Split(path, '/');
  std::vector<std::string_view> want = Split(pattern, '/');
  if (!with_prefix) std::erase(want, "{prefix}");
  if (have.size() != want.size()) return false;
  for (size_t i = 0; i < want.size(); ++i) {
    if (!want[i].starts_with('{') && have[i] != want[i]) return false;
  }
  for (size_t i = 0; i < want.size(); ++i) {
    if (!want[i].starts_with('{')) continue;
    auto name = PercentDecode(have[i]);
    if (!name || name->empty()) return false;
    if (want[i] == "{namespace}") {
      asked.name_space = std::move(*name);
    } else if (want[i] == "{table}" || want[i] == "{view}" || want[i] == "{function}") {
      asked.table = std::move(*name);
    } else if (want[i] == "{plan-id}") {
      asked.plan_id = std::move(*name);
    } else {
      asked.prefix = std::move(*name);
    }
  }
  return true;
}

constexpr std::string_view kService = "iceberg";

Task<Result<std::string>> ReadBody(BodySource& source) {
  std::string body;
  std::vector<std::byte> piece(kPieceBytes);
  while (true) {
    TARN_CO_TRY(const size_t count, co_await source.Read(piece));
    if (count == 0) co_return body;
    if (body.size() + count > kBodyBytesMax) co_return Fail(kBadRequest, "the body is larger than 64 MiB");
    body.append(reinterpret_cast<const char*>(piece.data()), count);
  }
}

}  // namespace

struct Rest::State {
  Parts parts;
  Idempotency idempotency;
  std::map<const Route*, std::unique_ptr<protocol::OperationMeter>> meters;
  protocol::OperationMeter unrouted{kService, "unknown"};

  explicit State(Parts given) : parts(std::move(given)), idempotency(*parts.kv, *parts.clock) {
    for (const Route& route : Routes()) {
      meters[&route] = std::make_unique<protocol::OperationMeter>(kService, route.operation);
    }
  }

  // Finds the route and fills what the path says. Without a prefix first: a namespace may have any name.
  static const Route* RouteOf(const http::Request& request, Asked& asked) {
    const std::string_view path = request.path().substr(kRoot.size());
    for (const bool with_prefix : {false, true}) {
      for (const Route& route : Routes()) {
        if (route.method == request.method && Match(path, route.path, with_prefix, asked)) return &route;
      }
    }
    return nullptr;
  }

  Status Identify(const http::Request& request, Asked& asked) const {
    const Timestamp now = parts.clock->Now();
    const std::string_view authorization = request.headers.Get("authorization");
    asked.scope.region = parts.default_region;
    if (authorization.starts_with("Bearer ")) {
      TARN_TRY(asked.caller, CallerOfToken(*parts.credentials, Trim(authorization.substr(7)), now));
    } else {
      std::vector<protocol::Field> headers;
      for (const auto& [name, value] : request.headers) headers.push_back({name, value});
      const protocol::SignedHead head{
          .method = request.method, .path = request.path(), .query = request.query(), .headers = &headers};
      protocol::ErrorFields fields;
      auto who = protocol::Authenticate(head, &asked.body, false, *parts.credentials, now, fields);
      if (!who.ok()) return Fail(kForbidden, who.error().message);
      if (who->caller.anonymous()) return Fail(kNotAuthorized, "sign the request, or send a token");
      asked.caller = std::move(who->caller);
      if (!who->region.empty()) asked.scope.region = who->region;
    }
    asked.scope.account = asked.caller.account;
    auto facts = std::make_shared<identity::RequestFacts>();
    facts->source_ip = request.remote_address;
    facts->user_agent = request.headers.Get("user-agent");
    facts->referer = request.headers.Get("referer");
    facts->region = asked.scope.region;
    facts->time = now;
    facts->secure_transport = request.tls;
    asked.caller.request = std::move(facts);
    return Ok();
  }

  // Blocking, on the pool.
  Result<Answer> Run(const Route& route, Asked& asked) {
    TARN_CHECK(CheckWarehouse(asked, asked.prefix));
    for (const std::string& level : catalog::LevelsOf(asked.name_space)) {
      if (level.empty() && !asked.name_space.empty()) return Fail(kBadRequest, "a namespace's levels are names");
    }
    return route.mutates ? idempotency.Run(route, asked) : route.run(asked);
  }

  Task<Result<Answer>> AnswerTo(http::Request& request, const Route* route, Asked& asked) {
    TARN_CO_TRY(asked.body, co_await ReadBody(*request.body));
    if (route == nullptr) {
      co_return Fail(kNoSuchRoute, fmt::format("{} {} is not served", request.method, request.path()));
    }
    if (route->run != &PostToken) TARN_CO_CHECK(Identify(request, asked));
    co_return co_await Offload(*parts.pool, [&] { return Run(*route, asked); });
  }

  Task<Done> Handle(http::Request& request, http::ResponseWriter& response) {
    const auto began = std::chrono::steady_clock::now();
    Asked asked;
    asked.parts = &parts;
    asked.method = request.method;
    asked.target = request.target;
    asked.headers = &request.headers;
    asked.tls = request.tls;
    asked.query = PairsOf(request.query());
    const Route* route = RouteOf(request, asked);
    Result<Answer> outcome = co_await AnswerTo(request, route, asked);
    Answer answer = outcome.ok() ? std::move(*outcome) : ErrorAnswer(outcome.error());
    const int status = answer.status;
    http::ResponseHead head{.status = status, .headers = std::move(answer.headers)};
    const std::string request_id = RandomUuid();
    head.headers.Add("x-amzn-RequestId", request_id);
    if (!answer.body.empty()) head.headers.Add("Content-Type", "application/json");
    (void)co_await response.Send(std::move(head), std::move(answer.body));
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
    protocol::OperationMeter& meter = route == nullptr ? unrouted : *meters[route];
    meter.Count(status, asked.body.size(), response.body_bytes(), static_cast<double>(took.count()) / 1e6);
    if (parts.audit) {
      const Error* error = outcome.ok() ? nullptr : &outcome.error();
      Audit(request, route, asked, status, error, request_id, response.body_bytes(), took.count());
    }
    co_return Done{};
  }

  void Audit(const http::Request& request, const Route* route, const Asked& asked, int status, const Error* error,
             const std::string& request_id, uint64_t bytes_out, int64_t micros) const {
    protocol::Call call;
    call.caller = asked.caller;
    call.scope = asked.scope;
    call.request_id = request_id;
    call.now = parts.clock->Now();
    call.source_ip = request.remote_address;
    call.user_agent = request.headers.Get("user-agent");
    call.secure_transport = request.tls;
    call.authorizer = parts.authorizer;
    protocol::AuditRecord record;
    record.call = &call;
    record.service = kService;
    if (route != nullptr) record.operation = route->operation;
    if (error != nullptr) {
      record.error_code = ExceptionName(*error);
      record.error_message = error->message;
    }
    record.status = status;
    record.bytes_in = asked.body.size();
    record.bytes_out = bytes_out;
    record.micros = micros;
    record.first_byte_micros = micros;
    parts.audit(record);
  }
};

Rest::Rest(Parts parts) : state_(std::make_unique<State>(std::move(parts))) {
  state_->parts.plans = std::make_shared<ScanPlans>(state_->parts.sealing_key);
  state_->parts.kept_sessions = std::make_shared<KeptSessions>();
}
Rest::~Rest() = default;

http::Handler Rest::AsHandler() {
  return [state = state_.get()](http::Request& request, http::ResponseWriter& response) {
    return state->Handle(request, response);
  };
}

}  // namespace tarn::api::iceberg_rest
