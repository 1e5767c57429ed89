#include "server/care/admin.h"

#include <fmt/format.h>

#include <atomic>
#include <functional>
#include <utility>

#include "api/protocol/auth/sign_in_limit.h"
#include "api/protocol/body/checked_body.h"
#include "api/protocol/dispatch.h"
#include "api/protocol/errors.h"
#include "base/executor.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/strings.h"
#include "json/json.h"
#include "server/care/admin_record.h"
#include "server/care/backup.h"

namespace tarn::server {
namespace {

constexpr Reason kBusy{"server.Busy", Code::kUnavailable};
constexpr Reason kNoSuchRequest{"server.NoSuchRequest", Code::kNotFound};
constexpr size_t kPiecesMax = 4;
constexpr size_t kHashDigits = 64;

json::Value Number(uint64_t value) { return {static_cast<int64_t>(value)}; }

std::string XmlText(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      out += c;
    }
  }
  return out;
}

Task<Done> AnswerError(http::ResponseWriter& response, int status, std::string_view code, std::string_view message) {
  http::ResponseHead head{.status = status, .headers = {}};
  head.headers.Add("Content-Type", "application/xml");
  (void)co_await response.Send(
      std::move(head), fmt::format("<Error><Code>{}</Code><Message>{}</Message></Error>", code, XmlText(message)));
  co_return Done{};
}

// How an error is answered: the status, and S3's word for it.
struct Refusal {
  int status;
  std::string_view code;
};

Refusal RefusalOf(const Error& error) {
  if (error.reason == &kBusy || error.reason == &kPoolFull) return {503, "Busy"};
  if (error.reason == &api::protocol::kTooManyFailures) return {503, "SlowDown"};
  switch (error.reason->code) {
    case Code::kInvalidArgument:
      return {400, "InvalidArgument"};
    case Code::kNotFound:
      return {404, "NotFound"};
    case Code::kAlreadyExists:
    case Code::kPreconditionFailed:
    case Code::kConflict:
      return {409, "Conflict"};
    case Code::kPermissionDenied:
      return {403, "AccessDenied"};
    case Code::kUnimplemented:
      return {501, "NotImplemented"};
    default:
      return {500, "InternalError"};
  }
}

Task<Done> Answer(http::ResponseWriter& response, const Result<std::string>& outcome) {
  if (!outcome.ok()) {
    log::Warn("admin", outcome.error().message);
    const Refusal refusal = RefusalOf(outcome.error());
    co_return co_await AnswerError(response, refusal.status, refusal.code, outcome.error().message);
  }
  http::ResponseHead head;
  head.headers.Add("Content-Type", "application/json");
  (void)co_await response.Send(std::move(head), *outcome);
  co_return Done{};
}

std::string ToJson(const BackupReport& report) {
  return json::Write(json::Object{{"files", Number(report.files)},
                                  {"bytes", Number(report.bytes)},
                                  {"segments", Number(report.segments)},
                                  {"segmentBytes", Number(report.segment_bytes)},
                                  {"copiedFiles", Number(report.copied_files)},
                                  {"copiedBytes", Number(report.copied_bytes)}});
}

json::Value ToJson(const blob::ScrubReport& report) {
  json::Array damaged;
  for (const auto& line : report.damaged) damaged.emplace_back(line);
  return json::Object{{"started", FormatIso8601(report.started)},
                      {"finished", report.finished.micros > 0 ? json::Value(FormatIso8601(report.finished)) : nullptr},
                      {"copies", Number(report.blobs)},
                      {"bytes", Number(report.bytes)},
                      {"bad", Number(report.bad)},
                      {"healed", Number(report.healed)},
                      {"damaged", std::move(damaged)}};
}

std::string QueryValue(std::string_view query, std::string_view name) {
  for (const std::string_view pair : Split(query, '&')) {
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
    return PercentDecode(pair.substr(equals + 1), true).value_or("");
  }
  return "";
}

ExplainRequest ExplainWanted(std::string_view query) {
  ExplainRequest wanted{.principal = QueryValue(query, "principal"),
                        .action = QueryValue(query, "action"),
                        .resource = QueryValue(query, "resource"),
                        .context = {}};
  const std::string context = QueryValue(query, "context");
  for (const std::string_view line : Split(context, '\n')) {
    const size_t equals = line.find('=');
    if (equals != line.npos) wanted.context.emplace_back(line.substr(0, equals), line.substr(equals + 1));
  }
  return wanted;
}

}  // namespace

std::string ToJson(const object::VerifyReport& report) {
  json::Array problems;
  for (const auto& problem : report.problems) problems.emplace_back(problem);
  return json::Write(json::Object{{"buckets", Number(report.buckets)},
                                  {"versions", Number(report.versions)},
                                  {"parts", Number(report.parts)},
                                  {"bytes", Number(report.bytes)},
                                  {"sealed", Number(report.sealed)},
                                  {"copies", Number(report.copies)},
                                  {"healed", Number(report.healed)},
                                  {"problemCount", Number(report.problem_count)},
                                  {"problems", std::move(problems)}});
}

struct Admin::State {
  AdminParts parts;
  std::atomic<bool> backs_up = false;
  std::atomic<bool> verifies = false;
  WorkerPool pool{"admin", 3, 16};
  std::atomic<size_t> loading = 0;  // pieces in memory
  WorkerPool load_pool{"load", 2, kPiecesMax};
  api::protocol::SignInLimit sign_ins;

  // Runs `work` unless the same is under way.
  template <typename F>
  static Result<std::string> Once(std::atomic<bool>& running, std::string_view what, F work) {
    if (running.exchange(true)) return Fail(kBusy, fmt::format("a {} is under way", what));
    Result<std::string> outcome = work();
    running = false;
    return outcome;
  }

  Result<std::string> Backup(const std::string& directory) {
    return Once(backs_up, "backup", [&]() -> Result<std::string> {
      log::Info("admin", fmt::format("backup to {}", directory));
      TARN_TRY(const auto report,
               TakeBackup(*parts.options, parts.lake, {.kv = *parts.kv, .blobs = *parts.blobs, .log = *parts.log},
                          parts.clock->Now(), directory));
      log::Info("admin", fmt::format("backup to {}: {} of {} files copied, {} bytes", directory, report.copied_files,
                                     report.files + report.segments, report.copied_bytes));
      return ToJson(report);
    });
  }

  Result<std::string> Verify() {
    return Once(verifies, "verification", [&]() -> Result<std::string> {
      TARN_TRY(const auto report, object::Verify(*parts.kv, *parts.blobs));
      for (const auto& problem : report.problems) log::Fault("verify", problem);
      return server::ToJson(report);
    });
  }

  Result<std::string> Status() {
    TARN_TRY(const auto usage, parts.blobs->MeasureUsage());
    TARN_TRY(const auto scrub, parts.blobs->GetScrubProgress());
    json::Object answer{{"storedBytes", Number(usage.stored_bytes)}, {"deadBytes", Number(usage.dead_bytes)}};
    if (scrub.now) answer.emplace_back("scrub", ToJson(*scrub.now));
    if (scrub.last) answer.emplace_back("lastScrub", ToJson(*scrub.last));
    return json::Write(std::move(answer));
  }

  std::function<Result<std::string>()> WorkOnKept(const http::Request& request) const {
    const auto found = parts.kept.find(request.path());
    if (found == parts.kept.end()) return nullptr;
    return [&run = found->second, method = std::string(request.method), query = std::string(request.query())] {
      return run(method, [&query](std::string_view name) { return QueryValue(query, name); });
    };
  }

  // A piece is held in memory: no more than some at a time.
  Task<Result<std::string>> Load(http::Request& request, AdminRecord& record, const identity::Caller& caller) {
    if (caller.anonymous()) co_return Fail(identity::kAccessDenied, "Access Denied");
    if (request.method != "GET" && request.method != "POST") co_return Fail(kNoSuchRequest, "GET and POST are served");
    LoadRequest wanted{.caller = caller, .method = request.method, .body = {}, .also = {}};
    TARN_CO_TRY(wanted.body, co_await api::protocol::ReadWhole(*request.body, kPieceBytesMax));
    record.CountIn(wanted.body.size());
    const std::string_view stated = request.headers.Get("x-amz-content-sha256");
    if (stated.size() == kHashDigits && !ConstantTimeEqual(stated, Hex(Sha256(wanted.body)))) {
      co_return Fail(api::protocol::kContentSha256Mismatch, "The body does not match its x-amz-content-sha256.");
    }
    wanted.also = [&record](kv::Txn& txn) -> tarn::Status {
      record.Join(txn);
      return Ok();
    };
    const std::string query(request.query());
    co_return co_await Offload(load_pool, [&]() -> Result<std::string> {
      const auto along = record.Along();
      return parts.load(wanted, [&query](std::string_view name) { return QueryValue(query, name); });
    });
  }

  Task<Result<std::string>> LoadInTurn(http::Request& request, AdminRecord& record, const identity::Caller& caller) {
    Result<std::string> outcome = Fail(kBusy, "too many pieces are being loaded");
    if (++loading <= kPiecesMax) outcome = co_await Load(request, record, caller);
    --loading;
    co_return outcome;
  }

  // What root alone may ask; null: it is not served.
  std::function<Result<std::string>()> WorkOn(const http::Request& request) {
    const std::string what = fmt::format("{} {}", request.method, request.path());
    if (what == "POST /_tarn/backup") {
      return [this, directory = QueryValue(request.query(), "directory")] { return Backup(directory); };
    }
    if (what == "POST /_tarn/verify") return [this] { return Verify(); };
    if (what == "GET /_tarn/status") return [this] { return Status(); };
    if (what == "POST /_tarn/upkeep") {
      UpkeepRequest wanted{.catalog = QueryValue(request.query(), "catalog"),
                           .database = QueryValue(request.query(), "database"),
                           .table = QueryValue(request.query(), "table")};
      return [this, wanted = std::move(wanted)] { return parts.upkeep(wanted); };
    }
    if (what == "POST /_tarn/migrate") {
      MigrateRequest wanted{.catalog = QueryValue(request.query(), "catalog"),
                            .table = QueryValue(request.query(), "table"),
                            .snapshot = QueryValue(request.query(), "snapshot")};
      return [this, wanted = std::move(wanted)] { return parts.migrate(wanted); };
    }
    if (what == "POST /_tarn/explain") {
      return [this, wanted = ExplainWanted(request.query())] { return parts.explain(wanted); };
    }
    return AdminOperationOf(request).empty() ? nullptr : WorkOnKept(request);
  }

  Task<Result<std::string>> Run(http::Request& request, AdminRecord& record) {
    auto who = api::protocol::AuthenticateHead(request, *parts.credentials, parts.clock->Now());
    if (!who.ok()) {
      if (sign_ins.Note(request.remote_address, "", parts.clock->Now())) {
        co_return Fail(identity::kAccessDenied, who.error().message);
      }
      co_return Fail(api::protocol::kTooManyFailures, "too many failed sign-ins, come back later");
    }
    const identity::Caller& caller = record.SetCaller(std::move(*who));
    if (request.path() == "/_tarn/load") co_return co_await LoadInTurn(request, record, caller);
    if (!caller.is_root() || caller.facts || caller.account != parts.options->account) {
      co_return Fail(identity::kAccessDenied, "only the lake's root may do this");
    }
    // Named, since GCC 12 destroys temporaries of an awaited expression twice.
    std::function<Result<std::string>()> work = WorkOn(request);
    if (!work) co_return Fail(kNoSuchRequest, fmt::format("{} {} is not served", request.method, request.path()));
    co_return co_await Offload(pool, [&]() -> Result<std::string> {
      const auto along = record.Along();
      return work();
    });
  }

  Task<Done> Handle(http::Request& request, http::ResponseWriter& response) {
    AdminRecord record(request, parts.clock->Now(), parts.options->region, parts.audit_sink);
    Result<std::string> outcome = co_await Run(request, record);
    if (outcome.ok()) {
      record.SetOutcome(200, "", "", outcome->size());
    } else {
      const Refusal refusal = RefusalOf(outcome.error());
      record.SetOutcome(refusal.status, refusal.code, outcome.error().message, 0);
    }
    const tarn::Status recorded = co_await record.Finish();
    if (!recorded.ok()) outcome = recorded.error();
    co_return co_await Answer(response, outcome);
  }
};

Admin::Admin(AdminParts parts) : state_(std::make_unique<State>()) { state_->parts = std::move(parts); }
Admin::~Admin() = default;

http::Handler Admin::AsHandler() {
  return [state = state_.get()](http::Request& request, http::ResponseWriter& response) {
    return state->Handle(request, response);
  };
}

}  // namespace tarn::server
