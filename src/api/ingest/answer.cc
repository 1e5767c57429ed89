#include "api/ingest/answer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "api/protocol/auth/sign_in_limit.h"
#include "api/protocol/errors.h"
#include "base/log.h"
#include "identity/errors.h"
#include "ingest/errors.h"
#include "json/json.h"

namespace tarn::api::ingest {
namespace {

constexpr std::string_view kThroughput = "ProvisionedThroughputExceededException";
constexpr int kTooManyRequests = 429;

struct Row {
  const Reason* reason;
  int status;
  std::string_view code;
};

constexpr std::array kRows{
    Row{&tarn::ingest::kMalformedLine, 400, "MalformedLine"},
    Row{&tarn::ingest::kInvalidInput, 400, "InvalidInput"},
    Row{&tarn::ingest::kOverLimit, kTooManyRequests, "TooManyRequestsException"},
    Row{&tarn::ingest::kUnknownKey, 403, "AccessDeniedException"},
    Row{&protocol::kMissingAuthentication, 401, "MissingAuthenticationTokenException"},
    Row{&protocol::kRequestTooLarge, 413, "RequestTooLarge"},
    Row{&protocol::kTooManyFailures, kTooManyRequests, "ThrottlingException"},
    Row{&protocol::kSignatureMismatch, 403, "InvalidSignatureException"},
    Row{&protocol::kUnknownAccessKey, 403, "UnrecognizedClientException"},
    Row{&protocol::kInvalidToken, 403, "UnrecognizedClientException"},
    Row{&identity::kExpiredToken, 403, "ExpiredTokenException"},
    Row{&protocol::kContentSha256Mismatch, 400, "InvalidSignatureException"},
};

// By the code of the service's own error: JSON services answer 400 for all of them.
int StatusOf(const protocol::WireError& error) {
  if (error.code == kThroughput || error.code == "LimitExceededException") return kTooManyRequests;
  if (error.code == "AccessDeniedException") return 403;
  if (error.code == "ResourceNotFoundException") return 404;
  return error.status;
}

json::Object ShownLine(const tarn::ingest::Line& line, const Placed& placed) {
  json::Object shown{{"line", static_cast<int64_t>(line.number)}};
  if (!placed.error_code.empty()) {
    shown.emplace_back("errorCode", placed.error_code);
    shown.emplace_back("errorMessage", placed.error_message);
  } else if (!placed.record_id.empty()) {
    shown.emplace_back("recordId", placed.record_id);
  } else {
    shown.emplace_back("shardId", placed.shard);
    shown.emplace_back("sequenceNumber", placed.sequence);
  }
  return shown;
}

}  // namespace

Answer Refused(int status, std::string code, std::string message, size_t line) {
  json::Object body{{"code", code}, {"message", message}};
  if (line > 0) body.emplace_back("line", static_cast<int64_t>(line));
  return {
      .status = status, .body = json::Write(std::move(body)), .code = std::move(code), .message = std::move(message)};
}

Answer Refused(const Error& error, size_t line) {
  for (const Row& row : kRows) {
    if (row.reason == error.reason) return Refused(row.status, std::string(row.code), error.message, line);
  }
  switch (error.reason->code) {
    case Code::kPermissionDenied:
      return Refused(403, "IncompleteSignatureException", error.message, line);
    case Code::kInvalidArgument:
      return Refused(400, "InvalidInput", error.message, line);
    case Code::kResourceExhausted:
    case Code::kUnavailable:
      return Refused(503, "ServiceUnavailableException", error.message, line);
    default:
      log::Fault("ingest", error.message);
      return Refused(500, "InternalFailure", "The lake could not do this.", line);
  }
}

Answer Told(std::string_view stream, const std::vector<tarn::ingest::Line>& lines, const std::vector<Placed>& placed,
            const std::optional<protocol::WireError>& refusal) {
  const auto failed = std::ranges::count_if(placed, [](const Placed& one) { return !one.error_code.empty(); });
  const auto first = std::ranges::find_if(placed, [](const Placed& one) { return !one.error_code.empty(); });
  Answer answer;
  if (refusal) {
    answer.status = StatusOf(*refusal);
    answer.code = refusal->code;
    answer.message = refusal->message;
  } else if (first != placed.end()) {
    answer.status = first->error_code == kThroughput ? kTooManyRequests : 500;
    answer.code = first->error_code;
    answer.message = first->error_message;
  }
  json::Object body;
  if (!answer.code.empty()) body = {{"code", answer.code}, {"message", answer.message}};
  body.emplace_back("stream", stream);
  body.emplace_back("records", static_cast<int64_t>(lines.size()));
  body.emplace_back("failed", static_cast<int64_t>(failed));
  json::Array results;
  results.reserve(lines.size());
  for (size_t i = 0; i < lines.size(); ++i) results.emplace_back(ShownLine(lines[i], placed[i]));
  body.emplace_back("results", std::move(results));
  answer.body = json::Write(std::move(body));
  return answer;
}

http::ResponseHead HeadOf(const Answer& answer, std::string_view request_id) {
  http::ResponseHead head{.status = answer.status, .headers = {}};
  head.headers.Add("Content-Type", "application/json");
  head.headers.Add("x-amzn-RequestId", std::string(request_id));
  if (answer.status == kTooManyRequests || answer.status == 503) {
    head.headers.Add("Retry-After", std::to_string(answer.retry_seconds));
  }
  if (answer.status == 405) head.headers.Add("Allow", "POST");
  return head;
}

}  // namespace tarn::api::ingest
