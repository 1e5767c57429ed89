#include "api/iceberg/rest.h"

#include <fmt/format.h>

#include <functional>
#include <utility>

#include "api/iceberg/exchange.h"
#include "api/iceberg/scan_plans.h"
#include "api/protocol/auth/authenticate.h"
#include "base/strings.h"
#include "base/task.h"

namespace tarn::api::iceberg_rest {
namespace {

constexpr size_t kBodyBytesMax = size_t{64} << 20;
constexpr size_t kPieceBytes = size_t{64} << 10;
constexpr std::string_view kRoot = "/iceberg";
constexpr std::string_view kLevelSeparator = "\x1f";

// Takes a path apart by a route's: nothing when they differ. {prefix} may be missing.
struct Taken {
  std::string name_space;
  std::string table;
  std::string plan_id;
};
std::optional<Taken> Match(std::string_view path, std::string_view pattern) {
  Taken taken;
  const std::vector<std::string_view> have = Split(path, '/');
  std::vector<std::string_view> want = Split(pattern, '/');
  if (have.size() + 1 == want.size()) std::erase(want, "{prefix}");
  if (have.size() != want.size()) return std::nullopt;
  for (size_t i = 0; i < want.size(); ++i) {
    if (!want[i].starts_with('{')) {
      if (have[i] != want[i]) return std::nullopt;
      continue;
    }
    auto name = PercentDecode(have[i]);
    if (!name || name->empty()) return std::nullopt;
    if (want[i] == "{namespace}") {
      taken.name_space = std::move(*name);
    } else if (want[i] == "{table}") {
      taken.table = std::move(*name);
    } else if (want[i] == "{plan-id}") {
      taken.plan_id = std::move(*name);
    }
  }
  return taken;
}

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

  // Finds the route and fills what the path and the query say.
  Result<const Route*> RouteOf(const http::Request& request, Asked& asked) const {
    const std::string_view path = request.path().substr(kRoot.size());
    for (const Route& route : Routes()) {
      if (route.method != request.method) continue;
      auto taken = Match(path, route.path);
      if (!taken) continue;
      asked.name_space = std::move(taken->name_space);
      asked.table = std::move(taken->table);
      asked.plan_id = std::move(taken->plan_id);
      return &route;
    }
    return Fail(kNoSuchRoute, fmt::format("{} {} is not served", request.method, request.path()));
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
    return Ok();
  }

  // Blocking, on the pool.
  Result<Answer> Run(const Route& route, const Asked& asked) const {
    // A namespace of several levels has no path of its own here.
    if (asked.name_space.find(kLevelSeparator) != std::string::npos) {
      return Fail(kUnsupportedOperation, "namespaces of more than one level are not served");
    }
    return route.run(asked);
  }

  Task<Result<Answer>> AnswerTo(http::Request& request) {
    Asked asked;
    asked.parts = &parts;
    asked.headers = &request.headers;
    asked.tls = request.tls;
    asked.query = PairsOf(request.query());
    TARN_CO_TRY(const Route* route, RouteOf(request, asked));
    TARN_CO_TRY(asked.body, co_await ReadBody(*request.body));
    if (route->run != &PostToken) TARN_CO_CHECK(Identify(request, asked));
    co_return co_await Offload(*parts.pool, [&] { return Run(*route, asked); });
  }

  Task<Done> Handle(http::Request& request, http::ResponseWriter& response) {
    Result<Answer> outcome = co_await AnswerTo(request);
    Answer answer = outcome.ok() ? std::move(*outcome) : ErrorAnswer(outcome.error());
    http::ResponseHead head{.status = answer.status, .headers = std::move(answer.headers)};
    if (!answer.body.empty()) head.headers.Add("Content-Type", "application/json");
    (void)co_await response.Send(std::move(head), std::move(answer.body));
    co_return Done{};
  }
};

Rest::Rest(Parts parts) : state_(std::make_unique<State>()) {
  state_->parts = std::move(parts);
  state_->parts.plans = std::make_shared<ScanPlans>(state_->parts.sealing_key);
}
Rest::~Rest() = default;

http::Handler Rest::AsHandler() {
  return [state = state_.get()](http::Request& request, http::ResponseWriter& response) {
    return state->Handle(request, response);
  };
}

}  // namespace tarn::api::iceberg_rest
