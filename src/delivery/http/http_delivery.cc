#include "delivery/http/http_delivery.h"

#include <fmt/format.h>

#include <utility>

#include "base/hash.h"
#include "delivery/errors.h"
#include "delivery/output/compress.h"
#include "json/json.h"

namespace tarn::delivery {
namespace {

std::string RequestId(const Delivery& delivery) {
  std::string seed = fmt::format("{}", delivery.stream.log);
  for (const auto& [lane, position] : delivery.after) seed += fmt::format("|{}:{}", lane, position);
  const Arrived& first = delivery.records.front();
  seed += fmt::format("|{}:{}", first.lane, first.position);
  const std::string hex = Hex(Sha256(seed));
  return fmt::format("{}-{}-4{}-8{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 3), hex.substr(15, 3),
                     hex.substr(18, 12));
}

}  // namespace

HttpPost MakePost(const Delivery& delivery, const std::vector<Prepared>& records, const std::string& request_id) {
  const HttpPlan& plan = delivery.plan.http;
  HttpPost post{.url = plan.url};
  json::Writer body;
  body.BeginObject();
  body.Key("requestId").String(request_id);
  body.Key("timestamp").Int(delivery.now.millis());
  body.Key("records").BeginArray();
  for (const Prepared& record : records) body.BeginObject().Key("data").String(Base64(record.data)).EndObject();
  body.EndArray().EndObject();
  post.body = body.Take();
  post.headers = {{"Content-Type", "application/json"},
                  {"X-Amz-Firehose-Protocol-Version", "1.0"},
                  {"X-Amz-Firehose-Request-Id", request_id},
                  {"X-Amz-Firehose-Source-Arn", ArnOf(delivery.scope, delivery.stream.name)}};
  if (!plan.access_key.empty()) post.headers.emplace_back("X-Amz-Firehose-Access-Key", plan.access_key);
  if (!plan.attributes.empty()) {
    json::Writer attributes;
    attributes.BeginObject().Key("commonAttributes").BeginObject();
    for (const auto& [name, value] : plan.attributes) attributes.Key(name).String(value);
    attributes.EndObject().EndObject();
    post.headers.emplace_back("X-Amz-Firehose-Common-Attributes", attributes.Take());
  }
  if (plan.gzip) {
    post.headers.emplace_back("Content-Encoding", "gzip");
    post.body = Compress(Compression::kGzip, post.body, "");
  }
  return post;
}

Status CheckAnswer(const HttpAnswer& answer, const std::string& request_id) {
  const auto body = json::Parse(answer.body);
  if (answer.status != 200) {
    const std::string_view told = body.ok() ? body->StringOr("errorMessage", "") : std::string_view();
    return Fail(kRefused, fmt::format("The endpoint answered {} {}", answer.status, told));
  }
  if (!body.ok() || body->StringOr("requestId", "") != request_id) {
    return Fail(kRefused, "The endpoint's answer does not have the request's id");
  }
  return Ok();
}

Result<std::vector<Failed>> SendToEndpoint(const Delivery& delivery, const std::vector<Prepared>& records,
                                           HttpSink& sink) {
  std::vector<Failed> failed;
  if (records.empty()) return failed;
  const std::string id = RequestId(delivery);
  const auto answer = sink.Post(MakePost(delivery, records, id));
  const Status taken = answer.ok() ? CheckAnswer(*answer, id) : Status(answer.error());
  if (taken.ok()) return failed;
  if (delivery.failing_micros < int64_t{delivery.plan.retry_seconds} * kMicrosPerSecond) return taken.error();
  failed.reserve(records.size());
  for (const Prepared& record : records) {
    failed.push_back(
        {record.source, "http-endpoint-failed", "HttpEndpoint.RequestFailed", taken.error().message, record.data});
  }
  return failed;
}

}  // namespace tarn::delivery
