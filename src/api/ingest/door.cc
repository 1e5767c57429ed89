#include "api/ingest/door.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "api/ingest/answer.h"
#include "api/protocol/auth/authenticate.h"
#include "api/protocol/auth/sign_in_limit.h"
#include "api/protocol/body/checked_body.h"
#include "api/protocol/errors.h"
#include "api/protocol/meter.h"
#include "base/gzip.h"
#include "base/hash.h"
#include "base/random.h"
#include "base/strings.h"
#include "ingest/errors.h"
#include "ingest/rates.h"

namespace tarn::api::ingest {
namespace {

using tarn::ingest::Line;

constexpr std::string_view kRoot = "/ingest/";
constexpr std::string_view kBearer = "Bearer ";
constexpr std::string_view kContentSha256 = "x-amz-content-sha256";

// The text of an ingest key, if the request carries one.
std::optional<std::string> KeyText(const http::Request& request) {
  if (const std::string* key = request.headers.Find("x-api-key")) return std::string(Trim(*key));
  const std::string_view authorization = request.headers.Get("authorization");
  if (authorization.starts_with(kBearer)) return std::string(Trim(authorization.substr(kBearer.size())));
  return std::nullopt;
}

std::string QueryValue(std::string_view query, std::string_view name) {
  for (const std::string_view pair : Split(query, '&')) {
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
    return PercentDecode(pair.substr(equals + 1), true).value_or("");
  }
  return "";
}

Result<std::string> Unpacked(std::string_view encoding, std::string body) {
  if (encoding.empty() || EqualsIgnoreCase(encoding, "identity")) return body;
  if (!EqualsIgnoreCase(encoding, "gzip")) {
    return Fail(tarn::ingest::kInvalidInput, "The body's encoding is neither gzip nor identity.");
  }
  auto unpacked = Gunzip(body, kBodyBytesMax);
  if (!unpacked) {
    return Fail(tarn::ingest::kInvalidInput, "The body is no gzip file, or unpacks to more than 10 MiB.");
  }
  return std::move(*unpacked);
}

// One request on its way.
struct Visit {
  std::string stream;
  std::string body;
  protocol::Call call;
  std::string claimed_key;
  std::optional<tarn::ingest::IngestKey> limited;  // the key, where it has limits
  uint64_t bytes_taken = 0;                        // of its limit
  uint64_t retry_seconds = 1;
};

}  // namespace

struct Door::State {
  DoorParts parts;
  protocol::SignInLimit sign_ins;
  tarn::ingest::KeyRates rates;
  protocol::OperationMeter meter{"ingest", "Put"};

  explicit State(DoorParts given) : parts(std::move(given)) {}

  Error FailedSignIn(const Visit& visit, const Error& error) {
    if (sign_ins.Note(visit.call.source_ip, visit.claimed_key, parts.clock->Now())) return error;
    return Fail(protocol::kTooManyFailures, "Rate exceeded");
  }

  // By the body's stated length; what it is more is taken when it is known.
  Status HoldToLimits(tarn::ingest::IngestKey key, uint64_t stated_bytes, Visit& visit) {
    if (const uint64_t seconds = rates.TakeRequest(key, visit.call.now); seconds > 0) {
      visit.retry_seconds = seconds;
      return Fail(tarn::ingest::kOverLimit, "The ingest key has sent what its limits allow.");
    }
    visit.limited = std::move(key);
    TakeBytes(stated_bytes, visit);
    return Ok();
  }

  // Of a body of which this much is known.
  void TakeBytes(uint64_t bytes, Visit& visit) {
    if (!visit.limited || bytes <= visit.bytes_taken) return;
    rates.TakeBytes(*visit.limited, bytes - visit.bytes_taken, visit.call.now);
    visit.bytes_taken = bytes;
  }

  // Blocks.
  Status IdentifyByKey(const std::string& text, uint64_t stated_bytes, Visit& visit) {
    auto key = parts.keys->Find(text);
    if (!key.ok()) return key.Is(tarn::ingest::kUnknownKey) ? FailedSignIn(visit, key.error()) : key.error();
    if (!key->Grants(visit.stream)) {
      return Fail(tarn::ingest::kUnknownKey, "The ingest key does not put into this stream.");
    }
    visit.call.scope = key->scope();
    visit.call.caller = identity::RootOf(key->account);
    visit.call.caller.access_key_id = key->id;
    return key->limits.has_any() ? HoldToLimits(std::move(*key), stated_bytes, visit) : Ok();
  }

  // After the body, which the signature covers.
  Status IdentifyBySignature(const http::Request& request, Visit& visit) {
    constexpr std::array<std::string_view, 3> kServices = {"kinesis", "firehose", "execute-api"};
    std::vector<protocol::Field> headers;
    headers.reserve(request.headers.size());
    for (const auto& [name, value] : request.headers) headers.push_back({name, value});
    const protocol::SignedHead head{
        .method = request.method, .path = request.path(), .query = request.query(), .headers = &headers};
    protocol::ErrorFields fields;
    auto who = protocol::Authenticate(head, &visit.body, false, *parts.credentials, visit.call.now, fields);
    for (const auto& [name, value] : fields) {
      if (name == "AWSAccessKeyId") visit.claimed_key = value;
    }
    if (!who.ok()) return protocol::IsFailedSignIn(who.error()) ? FailedSignIn(visit, who.error()) : who.error();
    if (who->caller.anonymous()) return Fail(protocol::kMissingAuthentication, "Missing Authentication Token");
    if (std::ranges::find(kServices, protocol::ClaimedService(head)) == kServices.end()) {
      return Fail(protocol::kSignatureMismatch, "Credential should be scoped to correct service: 'kinesis'.");
    }
    const std::string_view stated = request.headers.Get(kContentSha256);
    if (stated.size() == 64 && !ConstantTimeEqual(stated, Hex(Sha256(visit.body)))) {
      return Fail(protocol::kContentSha256Mismatch, "The body does not match its x-amz-content-sha256 header.");
    }
    visit.call.caller = std::move(who->caller);
    visit.call.scope = {visit.call.caller.account, who->region.empty() ? parts.default_region : who->region};
    return Ok();
  }

  // Who it is, and the body.
  Task<Status> Admit(http::Request& request, Visit& visit) {
    const std::optional<std::string> key = KeyText(request);
    if (key) {
      const uint64_t stated = std::min(request.body->length().value_or(0), kBodyBytesMax);
      TARN_CO_CHECK(co_await Offload(*parts.pool, [&] { return IdentifyByKey(*key, stated, visit); }));
    } else if (!request.headers.Has("authorization") && request.query().find("X-Amz-Signature=") == std::string::npos) {
      co_return Fail(protocol::kMissingAuthentication, "Missing Authentication Token");
    }
    TARN_CO_TRY(visit.body, co_await protocol::ReadWhole(*request.body, kBodyBytesMax));
    TakeBytes(visit.body.size(), visit);
    if (!key) TARN_CO_CHECK(IdentifyBySignature(request, visit));
    protocol::TellRequest(visit.call);
    co_return Ok();
  }

  // The lines of the next batch; at least one.
  static std::vector<Line> NextBatch(const std::vector<Line>& lines, size_t begin, const Target& target) {
    std::vector<Line> batch;
    size_t bytes = 0;
    for (size_t i = begin; i < lines.size() && batch.size() < target.batch_records_max(); ++i) {
      bytes += lines[i].data.size() + lines[i].partition_key.size();
      if (!batch.empty() && bytes > target.batch_bytes_max()) break;
      batch.push_back(lines[i]);
    }
    return batch;
  }

  Task<Answer> PutAll(const Visit& visit, const std::vector<Line>& lines) {
    Target* target = nullptr;
    const Status found = co_await Offload(*parts.pool, [&]() -> Status {
      target = &parts.target(visit.call.scope, visit.stream);
      return Ok();
    });
    if (!found.ok()) co_return Refused(found.error());
    std::vector<Placed> placed;
    placed.reserve(lines.size());
    std::optional<protocol::WireError> refusal;
    bool goes_on = true;
    while (goes_on && placed.size() < lines.size()) {
      const std::vector<Line> batch = NextBatch(lines, placed.size(), *target);
      PutAnswer answer = co_await target->Put(visit.call, visit.stream, batch);
      goes_on = !answer.refusal;
      refusal = std::move(answer.refusal);
      for (Placed& one : answer.placed) {
        goes_on = goes_on && one.error_code.empty();
        placed.push_back(std::move(one));
      }
    }
    // What was not tried.
    Placed rest;
    if (refusal) {
      rest = {.error_code = refusal->code, .error_message = refusal->message};
    } else if (placed.size() < lines.size()) {
      const auto failed = std::ranges::find_if(placed, [](const Placed& one) { return !one.error_code.empty(); });
      if (failed != placed.end()) rest = *failed;
    }
    placed.resize(lines.size(), rest);
    co_return Told(visit.stream, lines, placed, refusal);
  }

  Task<Answer> AnswerTo(http::Request& request, Visit& visit) {
    const auto name = PercentDecode(request.path().substr(std::min(kRoot.size(), request.path().size())));
    if (!name || name->empty() || name->find('/') != std::string::npos) {
      co_return Refused(404, "NotFound", "Records are posted to /ingest/<stream>.");
    }
    if (request.method != "POST") co_return Refused(405, "MethodNotAllowed", "Records are posted to /ingest/<stream>.");
    visit.stream = *name;
    const Status admitted = co_await Admit(request, visit);
    if (!admitted.ok()) {
      Answer refused = Refused(admitted.error());
      refused.retry_seconds = visit.retry_seconds;
      co_return refused;
    }
    auto text = Unpacked(request.headers.Get("content-encoding"), std::move(visit.body));
    if (!text.ok()) co_return Refused(text.error());
    TakeBytes(text->size(), visit);
    size_t bad_line = 0;
    const tarn::ingest::LineOptions options{.partition_key = QueryValue(request.query(), "partition-key")};
    const auto lines = co_await Offload(*parts.pool, [&] { return tarn::ingest::ReadLines(*text, options, bad_line); });
    if (!lines.ok()) co_return Refused(lines.error(), bad_line);
    if (lines->empty()) co_return Refused(400, "InvalidInput", "The body has no records.");
    co_return co_await PutAll(visit, *lines);
  }

  // Refused sign-ins are told to the trail; what was let in tells of itself.
  Task<Status> Record(const Visit& visit, const Answer& answer) {
    if (parts.audit_sink == nullptr || !visit.call.caller.anonymous()) co_return Ok();
    protocol::AuditRecord record;
    record.call = &visit.call;
    record.service = "kinesis";
    record.operation = "PutRecords";
    record.error_code = answer.code;
    record.error_message = answer.message;
    record.status = answer.status;
    record.claimed_key = visit.claimed_key;
    if (answer.code.empty() || !parts.audit_sink->Wants(record)) co_return Ok();
    co_return co_await parts.audit_sink->Record(record, nullptr);
  }

  Task<Done> Handle(http::Request& request, http::ResponseWriter& response) {
    const auto began = std::chrono::steady_clock::now();
    Visit visit;
    visit.call.request_id = RandomUuid();
    visit.call.now = parts.clock->Now();
    visit.call.source_ip = request.remote_address;
    visit.call.user_agent = request.headers.Get("user-agent");
    visit.call.secure_transport = request.tls;
    visit.call.authorizer = parts.authorizer;
    Answer answer = co_await AnswerTo(request, visit);
    const uint64_t bytes_in = request.body->length().value_or(0);
    const Status recorded = co_await Record(visit, answer);
    if (!recorded.ok()) answer = Refused(recorded.error());
    http::ResponseHead head = HeadOf(answer, visit.call.request_id);
    const int status = answer.status;
    (void)co_await response.Send(std::move(head), std::move(answer.body));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    meter.Count(status, bytes_in, response.body_bytes(), took.count());
    co_return Done{};
  }
};

Door::Door(DoorParts parts) : state_(std::make_unique<State>(std::move(parts))) {}
Door::~Door() = default;

http::Handler Door::AsHandler() {
  return [state = state_.get()](http::Request& request, http::ResponseWriter& response) {
    return state->Handle(request, response);
  };
}

}  // namespace tarn::api::ingest
