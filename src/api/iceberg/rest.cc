#include "api/iceberg/rest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <utility>
#include <vector>

#include "api/iceberg/delegation.h"
#include "api/iceberg/exchange.h"
#include "api/iceberg/idempotency.h"
#include "api/iceberg/linked.h"
#include "api/iceberg/planning/plans.h"
#include "api/iceberg/warehouse.h"
#include "api/protocol/audit_sink.h"
#include "api/protocol/auth/authenticate.h"
#include "api/protocol/auth/sign_in_limit.h"
#include "api/protocol/meter.h"
#include "base/random.h"
#include "base/strings.h"
#include "base/task.h"

namespace tarn::api::iceberg_rest {
namespace {

constexpr size_t kBodyBytesMax = size_t{64} << 20;
constexpr size_t kPieceBytes = size_t{64} << 10;
constexpr std::string_view kRoot = "/iceberg";
constexpr int kUnauthorized = 401;

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

// Planning changes no table, yet what it made is asked for again by its key.
bool HeedsKey(const Route& route) {
  constexpr std::array<std::string_view, 3> kPlanning = {"PlanTableScan", "CancelPlanning", "FetchScanTasks"};
  return route.mutates || std::ranges::find(kPlanning, route.operation) != kPlanning.end();
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

// One call as the audit trail is told of it.
struct Told {
  protocol::Call call;
  std::vector<std::pair<std::string_view, std::string>> about;
  std::string error_message;
  std::shared_ptr<protocol::AuditEntry> entry;
  protocol::AuditRecord record;

  void Refused(const Error& error) {
    error_message = error.message;
    record.error_code = ExceptionName(error);
    record.error_message = error_message;
  }
};

struct Rest::State {
  Parts parts;
  protocol::SignInLimit sign_ins;
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

  // The refusal, or that there were too many of failed sign-ins.
  Error FailedSignIn(const http::Request& request, const Error& error) {
    if (sign_ins.Note(request.remote_address, "", parts.clock->Now())) return error;
    return Fail(protocol::kTooManyFailures, "too many failed sign-ins, come back later");
  }

  // Blocking, on the pool. What it changes carries the call's record.
  Result<Answer> RunRecorded(const Route& route, Asked& asked, Told& told) {
    if (parts.audit_sink == nullptr || !route.mutates) return Run(route, asked);
    Describe(asked, told);
    const auto along = parts.audit_sink->Accompany(told.record, told.entry);
    if (told.entry != nullptr) {
      asked.also = [entry = told.entry](kv::Txn& txn) -> Status {
        entry->Join(txn);
        return Ok();
      };
    }
    return Run(route, asked);
  }

  Result<Answer> Run(const Route& route, Asked& asked) {
    TARN_TRY(asked.scope, WarehouseScope(asked, asked.prefix));
    TARN_CHECK(CheckServed(asked, route));
    for (const std::string& level : catalog::LevelsOf(asked.name_space)) {
      if (level.empty() && !asked.name_space.empty()) return Fail(kBadRequest, "a namespace's levels are names");
    }
    if (route.reads) TARN_CHECK(FollowLink(asked));
    return HeedsKey(route) ? idempotency.Run(route, asked) : route.run(asked);
  }

  Task<Result<Answer>> AnswerTo(http::Request& request, const Route* route, Asked& asked, Told& told) {
    TARN_CO_TRY(asked.body, co_await ReadBody(*request.body));
    if (route == nullptr) {
      co_return Fail(kNoSuchRoute, fmt::format("{} {} is not served", request.method, request.path()));
    }
    if (route->run != &PostToken) {
      const Status known = Identify(request, asked);
      if (!known.ok() && request.headers.Has("authorization")) co_return FailedSignIn(request, known.error());
      if (!known.ok()) co_return known.error();
    }
    auto answer = co_await Offload(*parts.pool, [&] { return RunRecorded(*route, asked, told); });
    if (answer.ok() && answer->status == kUnauthorized) {
      const Error refused = FailedSignIn(request, Fail(kNotAuthorized, ""));
      if (refused.reason != &kNotAuthorized) co_return refused;
    }
    co_return std::move(answer);
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
    Told told;
    Tell(request, route, asked, told);
    Result<Answer> outcome = co_await AnswerTo(request, route, asked, told);
    Answer answer = outcome.ok() ? std::move(*outcome) : ErrorAnswer(outcome.error());
    Describe(asked, told);
    if (!outcome.ok()) told.Refused(outcome.error());
    if (outcome.ok() && answer.status == kUnauthorized) told.record.error_code = "invalid_client";
    told.record.status = answer.status;
    told.record.bytes_out = answer.body.size();
    if (parts.audit_sink != nullptr && parts.audit_sink->Wants(told.record)) {
      const Status recorded = co_await parts.audit_sink->Record(told.record, told.entry);
      if (!recorded.ok()) {
        answer = ErrorAnswer(recorded.error());
        told.Refused(recorded.error());
        told.record.status = answer.status;
      }
    }
    http::ResponseHead head{.status = answer.status, .headers = std::move(answer.headers)};
    head.headers.Add("x-amzn-RequestId", told.call.request_id);
    if (!answer.body.empty()) head.headers.Add("Content-Type", "application/json");
    (void)co_await response.Send(std::move(head), std::move(answer.body));
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
    protocol::OperationMeter& meter = route == nullptr ? unrouted : *meters[route];
    meter.Count(told.record.status, asked.body.size(), response.body_bytes(), static_cast<double>(took.count()) / 1e6);
    told.record.bytes_out = response.body_bytes();
    told.record.micros = took.count();
    told.record.first_byte_micros = took.count();
    if (parts.audit) parts.audit(told.record);
    co_return Done{};
  }

  // What is known of the call from its head; the record keeps views into `told` and the route.
  void Tell(const http::Request& request, const Route* route, const Asked& asked, Told& told) const {
    told.call.request_id = RandomUuid();
    told.call.now = parts.clock->Now();
    told.call.source_ip = request.remote_address;
    told.call.user_agent = request.headers.Get("user-agent");
    told.call.secure_transport = request.tls;
    told.call.authorizer = parts.authorizer;
    told.record.call = &told.call;
    told.record.service = kService;
    if (route != nullptr) told.record.operation = route->operation;
    if (!asked.name_space.empty()) told.about.emplace_back("namespace", asked.Namespace());
    if (!asked.table.empty()) told.about.emplace_back("table", asked.table);
    told.record.about = told.about;
  }

  // And once the body is read and the caller known.
  static void Describe(const Asked& asked, Told& told) {
    told.call.caller = asked.caller;
    told.call.scope = asked.scope;
    // A call is told where it was made, whosever catalog it is about.
    if (!asked.caller.account.empty()) told.call.scope.account = asked.caller.account;
    told.record.bytes_in = asked.body.size();
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
