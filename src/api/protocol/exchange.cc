#include "api/protocol/exchange.h"

#include <algorithm>
#include <utility>

#include "api/protocol/auth/request_tags.h"
#include "api/protocol/body/integrity.h"
#include "api/protocol/errors.h"
#include "api/protocol/router.h"
#include "base/gzip.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/random.h"
#include "base/strings.h"

namespace tarn::api::protocol {
namespace {

std::vector<Field> DecodeQuery(std::string_view query) {
  std::vector<Field> fields;
  if (query.empty()) return fields;
  for (std::string_view part : Split(query, '&')) {
    if (part.empty()) continue;
    size_t equals = std::min(part.find('='), part.size());
    std::string_view name = part.substr(0, equals);
    std::string_view value = equals < part.size() ? part.substr(equals + 1) : std::string_view();
    fields.push_back({PercentDecode(name, true).value_or(std::string(name)),
                      PercentDecode(value, true).value_or(std::string(value))});
  }
  return fields;
}

// See RoutedRequest. A bucket's own host is S3's.
bool IsJsonOrCors(const RequestParts& parts, bool of_bucket) {
  if (parts.method == "OPTIONS") return !of_bucket && parts.Header("origin") != nullptr;
  const std::string* type = parts.Header("content-type");
  if (parts.method != "POST" || type == nullptr) return false;
  const std::string_view bare = Trim(std::string_view(*type).substr(0, type->find(';')));
  return bare.starts_with("application/x-amz-json-") || bare == "application/x-amz-cbor-1.1";
}

bool IsForm(const RequestParts& parts) {
  const std::string* type = parts.Header("content-type");
  return type != nullptr && AsciiLower(*type).starts_with("application/x-www-form-urlencoded");
}

bool IsGzip(const RequestParts& parts) {
  const std::string* coding = parts.Header("content-encoding");
  return coding != nullptr && EqualsIgnoreCase(Trim(*coding), "gzip");
}

std::string FormVersion(std::string_view body) {
  for (const Field& field : DecodeQuery(body)) {
    if (field.name == "Version") return field.value;
  }
  return {};
}

// What speaks an unknown service's protocol, for its error.
WireProtocol GuessProtocol(const RequestParts& parts, std::string_view claimed) {
  if (parts.Header("smithy-protocol") != nullptr) return WireProtocol::kRpcV2Cbor;
  if (parts.Header("x-amz-target") != nullptr) return WireProtocol::kJson11;
  if (IsForm(parts) || parts.Query("Action") != nullptr) return WireProtocol::kQuery;
  // "s3express" and its kin speak as S3 does.
  return claimed.empty() || claimed.starts_with("s3") ? WireProtocol::kRestXml : WireProtocol::kRestJson;
}

}  // namespace

OperationMeter::OperationMeter(std::string_view service, std::string_view operation)
    : labels_("service=\"" + std::string(service) + "\",operation=\"" + std::string(operation) + "\""),
      latency_(metrics::GetHistogram("tarn_request_seconds", labels_)),
      bytes_in_(metrics::GetCounter("tarn_request_bytes_total", labels_)),
      bytes_out_(metrics::GetCounter("tarn_response_bytes_total", labels_)) {}

void OperationMeter::Count(int status, uint64_t bytes_in, uint64_t bytes_out, double seconds) {
  const auto* known = std::ranges::find(kStatuses, status);
  auto find = [&] {
    return &metrics::GetCounter("tarn_requests_total", labels_ + ",status=\"" + std::to_string(status) + "\"");
  };
  if (known == kStatuses.end()) {
    find()->Add();
  } else {
    auto& slot = by_status_[static_cast<size_t>(known - kStatuses.begin())];
    metrics::Counter* counter = slot.load(std::memory_order_acquire);
    if (counter == nullptr) slot.store(counter = find(), std::memory_order_release);
    counter->Add();
  }
  latency_.Observe(seconds);
  if (bytes_in > 0) bytes_in_.Add(bytes_in);
  if (bytes_out > 0) bytes_out_.Add(bytes_out);
}

Exchange::Exchange(Dispatcher::Impl& dispatcher, http::Request& request, http::ResponseWriter& response)
    : dispatcher_(dispatcher),
      request_(request),
      response_(response),
      host_(request.headers.Get("host")),
      path_(request.path()) {
  call_.user_agent = request_.headers.Get("user-agent");
  headers_.reserve(request.headers.size());
  for (auto& [name, value] : request.headers.fields()) headers_.push_back({std::move(name), std::move(value)});
  query_ = DecodeQuery(request.query());
  parts_ = {.method = request_.method, .path = path_, .query = &query_, .headers = &headers_, .body = {}};
  call_.now = dispatcher_.parts.clock->Now();
  call_.source_ip = request_.remote_address;
  call_.secure_transport = request_.tls;
  call_.authorizer = dispatcher_.parts.authorizer;
  call_.request = &parts_;
  call_.endpoint = dispatcher_.options.advertise;
  if (call_.endpoint.empty()) {
    call_.endpoint = (request_.tls ? "https://" : "http://") + host_;
  }
}

SignedHead Exchange::Signed() const {
  return {.method = request_.method,
          .path = request_.path(),
          .query = request_.query(),
          .headers = &headers_,
          .resource = path_};
}

bool Exchange::Refuse(WireError error) {
  refusal_ = std::move(error);
  return false;
}

bool Exchange::Refuse(const Error& error) {
  std::span<const ErrorRow> rows;
  if (served_ != nullptr) rows = served_->service->errors();
  return Refuse(ToWireError(rows, served_ != nullptr ? served_->model : nullptr, matched_.protocol, error));
}

// Finds the service. Reads the body of an unsigned form, whose service only its Version tells.
Task<bool> Exchange::Route() {
  std::string claimed = ClaimedService(Signed());
  RoutedRequest routed{.host = host_,
                       .path = request_.path(),
                       .claimed_service = claimed,
                       .target_prefix = TargetPrefix(parts_),
                       .form_version = {},
                       .names_account = parts_.Header("x-amz-account-id") != nullptr};
  std::string version;
  if (claimed.empty() && routed.target_prefix.empty() && request_.path() == "/") {
    if (const std::string* given = parts_.Query("Version")) version = *given;
    if (request_.method == "POST" && IsForm(parts_)) {
      matched_.protocol = WireProtocol::kQuery;
      auto body = co_await ReadWhole(*request_.body, dispatcher_.options.body_bytes_max);
      if (!body.ok()) {
        call_.request_id = RandomUuid();
        co_return Refuse(body.error());
      }
      body_ = std::move(*body);
      bytes_in_ = body_.size();
      version = FormVersion(body_);
    }
    routed.form_version = version;
  }
  if (request_.path() == "/") {
    const bool of_bucket = BucketOfHost(routed.host, dispatcher_.options.s3_domains, dispatcher_.models).has_value();
    routed.is_json_or_cors = IsJsonOrCors(parts_, of_bucket);
  }
  RoutedService found = FindService(dispatcher_.models, routed);
  for (auto& candidate : dispatcher_.services) {
    if (found.service != nullptr && candidate->model == found.service) served_ = candidate.get();
  }
  bool s3 = is_s3();
  call_.request_id = signs_as_s3() ? RandomText(16, kUpperAlphanumeric) : RandomUuid();
  if (served_ == nullptr) {
    matched_.protocol = GuessProtocol(parts_, claimed);
    unknown_service_ = found.name;
    co_return Refuse(Fail(kUnknownService, "The service " + found.name + " is not supported by Tarn"));
  }
  if (s3) {
    auto bucket = BucketOfHost(routed.host, dispatcher_.options.s3_domains, dispatcher_.models);
    if (bucket) path_ = "/" + *bucket + (path_.starts_with('/') ? path_ : "/" + path_);
    parts_.path = path_;
  }
  co_return true;
}

namespace {

// Both lists of buckets are "GET /": that of directory buckets is signed for their service or asked of their host.
bool ListsDirectoryBuckets(const Matched& matched, const SignedHead& head, std::string_view host,
                           const RequestParts& parts) {
  if (matched.name != "ListBuckets") return false;
  const std::string* said = parts.Query("x-id");
  return ClaimedService(head) == "s3express" || host.starts_with("s3express-control.") ||
         (said != nullptr && *said == "ListDirectoryBuckets");
}

}  // namespace

bool Exchange::Match() {
  parts_.body = body_;
  matched_ = MatchOperation(*served_->model, parts_);
  if (is_s3() && ListsDirectoryBuckets(matched_, Signed(), host_, parts_)) {
    for (const OperationName& operation : served_->model->all) {
      if (operation.name != "ListDirectoryBuckets") continue;
      matched_.operation = operation.served;
      matched_.name = operation.name;
    }
  }
  call_.operation = matched_.operation;
  if (auto it = served_->operations.find(matched_.operation); it != served_->operations.end()) operation_ = &it->second;
  return true;
}

bool Exchange::CheckServed() {
  if (operation_ != nullptr) return true;
  if (matched_.name.empty()) return Refuse(UnknownOperation(*served_->model, matched_.protocol, matched_.name));
  return Refuse(UnservedOperation(*served_->model, matched_.protocol, matched_.name));
}

// The error, or that there were too many of them.
Error Exchange::FailedSignIn(const Error& error) {
  if (!IsFailedSignIn(error)) return error;
  std::string key;
  for (const auto& [name, value] : error_fields_) {
    if (name == "AWSAccessKeyId") key = value;
  }
  if (dispatcher_.sign_ins.Note(call_.source_ip, key, call_.now)) return error;
  error_fields_.clear();
  return Fail(kTooManyFailures, "Rate exceeded");
}

bool Exchange::Authorise(const std::string* body) {
  auto who = Authenticate(Signed(), body, signs_as_s3(), *dispatcher_.parts.credentials, call_.now, error_fields_);
  if (!who.ok()) return Refuse(FailedSignIn(who.error()));
  who_ = std::move(*who);
  if (is_s3()) TakeSignedParameters();
  call_.caller = who_.caller;
  call_.scope = {.account = who_.caller.account,
                 .region = who_.region.empty() ? dispatcher_.options.default_region : who_.region};
  TellRequest(call_);
  return true;
}

// Presigning moves headers into the query: there x-amz-* parameters, but those of the signature itself, are headers,
// and so are the conditions of writes.
void Exchange::TakeSignedParameters() {
  constexpr std::string_view kSignatures[] = {"x-amz-algorithm",      "x-amz-credential",     "x-amz-date",
                                              "x-amz-expires",        "x-amz-signature",      "x-amz-signedheaders",
                                              "x-amz-security-token", "x-amz-content-sha256", "x-amz-s3session-token"};
  if (parts_.Query("X-Amz-Signature") == nullptr && parts_.Query("AWSAccessKeyId") == nullptr) return;
  for (const Field& parameter : query_) {
    const std::string name = AsciiLower(parameter.name);
    const bool moved = name.starts_with("x-amz-") || name == "if-match" || name == "if-none-match";
    if (!moved || std::ranges::find(kSignatures, name) != std::end(kSignatures)) continue;
    if (parts_.Header(name) == nullptr) headers_.push_back({name, parameter.value});
  }
}

// What the handler sees is the decoded body: its length, and its encoding without aws-chunked.
void Exchange::RewriteFramingHeaders() {
  std::erase_if(headers_, [](Field& field) {
    if (!EqualsIgnoreCase(field.name, "content-encoding")) return false;
    std::string kept;  // with its own spacing
    for (std::string_view coding : Split(field.value, ',')) {
      if (EqualsIgnoreCase(Trim(coding), "aws-chunked") || Trim(coding).empty()) continue;
      if (!kept.empty()) kept += ',';
      kept += coding;
    }
    field.value = Trim(kept);
    return field.value.empty();
  });
  if (!plan_.chunked) return;
  std::erase_if(headers_, [](const Field& field) { return EqualsIgnoreCase(field.name, "content-length"); });
  headers_.push_back({"Content-Length", std::to_string(plan_.chunked->decoded_length)});
}

// S3: everything but the body is checked before the body is asked for.
Task<bool> Exchange::PrepareS3() {
  Match();
  if (!Authorise(nullptr)) co_return false;
  if (!CheckServed()) co_return false;
  auto plan = PlanBody(headers_, who_.payload_hash, who_.verified ? &*who_.verified : nullptr, error_fields_);
  if (!plan.ok()) co_return Refuse(plan.error());
  plan_ = std::move(*plan);
  RewriteFramingHeaders();
  checked_ = std::make_unique<CheckedBody>(*request_.body, plan_);
  bool streams_in = operation_->row->stream_handler != nullptr && !operation_->desc->input_stream.empty();
  if (streams_in) {
    // HTTP/2 frames its bodies.
    if (!checked_->length() && request_.major_version < 2 && parts_.Header("transfer-encoding") == nullptr) {
      co_return Refuse(Fail(kMissingContentLength, "You must provide the Content-Length HTTP header."));
    }
    co_return true;
  }
  if (plan_.chunked) {
    co_return Refuse(Fail(kMissingSecurityHeader, "The value of x-amz-content-sha256 header is invalid."));
  }
  co_return co_await PrepareBody();
}

// Holds the whole body in memory and leaves the handler an ended one.
Task<bool> Exchange::PrepareBody() {
  auto body = co_await ReadWhole(*checked_, operation_->row->options.body_bytes_max);
  if (!body.ok()) co_return Refuse(body.error());
  body_ = std::move(*body);
  bytes_in_ = body_.size();
  parts_.body = body_;
  // Elsewhere x-amz-checksum-* is of something else: CompleteMultipartUpload's of the whole object.
  const HttpChecksum& checksum = operation_->desc->checksum;
  bool of_body = !checksum.request_algorithm_member.empty();
  // S3 Control's model asks for digests that SDKs have not sent to it since 2025.
  bool required = checksum.request_required && is_s3();
  auto digests = CheckBodyDigests(headers_, checked_->trailers(), body_, of_body, required);
  if (!digests.ok()) co_return Refuse(digests.error());
  co_return true;
}

// The other services: the body is short and its hash is part of the signature.
Task<bool> Exchange::PrepareRpc() {
  Match();  // by the head alone, for the protocol of a refusal and the limit
  uint64_t limit = operation_ != nullptr ? operation_->row->options.body_bytes_max : dispatcher_.options.body_bytes_max;
  if (body_.empty()) {
    auto body = co_await ReadWhole(*request_.body, limit);
    if (!body.ok()) co_return Refuse(body.error());
    body_ = std::move(*body);
    bytes_in_ = body_.size();
  }
  std::string packed;  // as it was sent and signed
  if (IsGzip(parts_)) {
    auto plain = Gunzip(body_, limit);
    if (!plain) co_return Refuse(Fail(kMalformedRequest, "The body is no gzip stream, or too large a one."));
    packed = std::exchange(body_, std::move(*plain));
  }
  const std::string& sent = packed.empty() ? body_ : packed;
  Match();
  if (!Authorise(&sent)) co_return false;
  if (!CheckServed()) co_return false;
  bool open = operation_->desc->no_auth || operation_->row->options.anonymous;
  if (who_.caller.anonymous() && !open) {
    co_return Refuse(Fail(kMissingAuthentication, "Missing Authentication Token"));
  }
  auto plan = PlanBody(headers_, who_.payload_hash, who_.verified ? &*who_.verified : nullptr, error_fields_);
  if (!plan.ok()) co_return Refuse(plan.error());
  if (plan->sha256_hex && who_.body_hash.empty()) who_.body_hash = Hex(Sha256(sent));
  if (plan->chunked || (plan->sha256_hex && !ConstantTimeEqual(who_.body_hash, *plan->sha256_hex))) {
    co_return Refuse(
        Fail(kContentSha256Mismatch, "The request's body does not match its x-amz-content-sha256 header."));
  }
  if (signs_as_s3()) {
    const bool of_body = !operation_->desc->checksum.request_algorithm_member.empty();
    const bool required = operation_->desc->checksum.request_required && is_s3();
    auto digests = CheckBodyDigests(headers_, {}, sent, of_body, required);
    if (!digests.ok()) co_return Refuse(digests.error());
  }
  kept_body_ = std::make_unique<StringSource>(std::string());
  checked_ = std::make_unique<CheckedBody>(*kept_body_, BodyPlan{});
  co_return true;
}

// S3 looks for the bucket before it reads what a request wants of it: true when there is none, and that is told.
bool Exchange::RefuseMissingBucket() {
  if (!is_s3()) return false;
  for (const auto& [desc, found] : served_->operations) {
    if (desc->name != "HeadBucket") continue;
    const std::shared_ptr<void> input = found.row->new_input();
    if (!DecodeRequest(*desc, matched_.protocol, parts_, input.get(), {}).ok()) return false;
    const auto asked = found.row->rule(*served_->service, call_, input.get());
    if (asked.ok()) return false;
    WireError told = ToWireError(served_->service->errors(), served_->model, matched_.protocol, asked.error());
    if (told.code != "NoSuchBucket") return false;
    Refuse(std::move(told));
    return true;
  }
  return false;
}

bool Exchange::Decode() {
  const OperationDesc& desc = *operation_->desc;
  input_ = operation_->row->new_input();
  auto decoded = DecodeRequest(desc, matched_.protocol, parts_, input_.get(),
                               {.body_bytes = operation_->row->options.body_bytes_max});
  if (!decoded.ok() && RefuseMissingBucket()) return false;
  if (!decoded.ok()) return Refuse(DecodeFailure(*served_->model, matched_.protocol, decoded.error()));
  decoded_ = true;
  if (auto message = Validate(desc, input_.get())) {
    if (RefuseMissingBucket()) return false;
    WireError invalid;
    invalid.code = served_->model->validation_code;
    invalid.message = std::move(*message);
    invalid.status = 400;
    return Refuse(std::move(invalid));
  }
  return true;
}

Status Exchange::CheckRule() {
  const Operation& row = *operation_->row;
  if (row.options.anonymous) return Ok();
  TARN_TRY(auto checks, row.rule(*served_->service, call_, input_.get()));
  AddRequestTags(*operation_->desc, input_.get(), checks);
  return dispatcher_.parts.authorizer->Authorize(call_.caller, checks);
}

WorkerPool& Exchange::Pool() const {
  const DispatcherParts& parts = dispatcher_.parts;
  switch (operation_->row->options.work) {
    case WorkClass::kData:
      return *parts.data_pool;
    case WorkClass::kQuery:
      return *parts.query_pool;
    default:
      return *parts.metadata_pool;
  }
}

// Decodes, authorises, runs and encodes on a worker's thread (or here when the operation is memory-only).
ResponseParts Exchange::RunBlocking() {
  if (!Decode()) return RefusalParts();
  if (auto allowed = CheckRule(); !allowed.ok()) {
    Refuse(allowed.error());
    return RefusalParts();
  }
  std::unique_ptr<AuditAlong> along;
  if (dispatcher_.parts.audit_sink != nullptr) {
    along = dispatcher_.parts.audit_sink->Accompany(RecordOf(0, 0), audit_entry_);
  }
  auto output = operation_->row->handler(*served_->service, call_, input_.get());
  along.reset();
  if (!output.ok()) {
    Refuse(output.error());
    return RefusalParts();
  }
  output_ = std::move(*output);
  return EncodeResponse(*operation_->desc, matched_.protocol, output_.get(), call_.request_id);
}

Task<Done> Exchange::RunStreaming() {
  if (!Decode()) co_return co_await SendParts(RefusalParts());
  auto allowed = CheckRule();
  if (!allowed.ok()) {
    Refuse(allowed.error());
    co_return co_await SendParts(RefusalParts());
  }
  auto answer = co_await operation_->row->stream_handler(*served_->service, call_, input_.get(), *checked_);
  if (bytes_in_ == 0) bytes_in_ = checked_->length().value_or(0);
  if (!answer.ok()) {
    Refuse(answer.error());
    co_return co_await SendParts(RefusalParts());
  }
  output_ = answer->output;
  ResponseParts parts = EncodeResponse(*operation_->desc, matched_.protocol, output_.get(), call_.request_id);
  if (answer->status != 0) parts.status = answer->status;
  if (!answer->body) co_return co_await SendParts(std::move(parts));
  co_return co_await SendStream(std::move(parts), std::move(*answer));
}

Task<Done> Exchange::Execute() {
  if (operation_->row->stream_handler) co_return co_await RunStreaming();
  if (operation_->row->options.work == WorkClass::kInline) co_return co_await SendParts(RunBlocking());
  auto parts = co_await Offload(Pool(), [this]() -> Result<ResponseParts> { return RunBlocking(); });
  if (!parts.ok()) {
    Refuse(parts.error());
    co_return co_await SendParts(RefusalParts());
  }
  co_return co_await SendParts(std::move(*parts));
}

// What the service answers outside of its operations.
Task<Done> Exchange::RunOwn() {
  matched_.protocol = served_->model->protocols.front();
  call_.scope.region = dispatcher_.options.default_region;
  TellRequest(call_);
  const OwnRequest request{.call = call_, .body = *request_.body, .credentials = *dispatcher_.parts.credentials};
  auto answer = co_await served_->service->Answer(request);
  if (bytes_in_ == 0) bytes_in_ = request_.body->length().value_or(0);
  if (!answer.ok()) {
    Refuse(answer.error());
    co_return co_await SendParts(RefusalParts());
  }
  co_return co_await SendOwn(std::move(*answer));
}

Task<Done> Exchange::Run() {
  bool ready = co_await Route();
  if (ready) {
    matched_.name = served_->service->OwnOperation(call_);
    if (!matched_.name.empty()) {
      co_await RunOwn();
      Finish();
      co_return Done{};
    }
    if (is_s3()) {
      ready = co_await PrepareS3();
    } else {
      ready = co_await PrepareRpc();
    }
  }
  if (ready) {
    co_await Execute();
  } else {
    co_await SendParts(RefusalParts());
  }
  Finish();
  co_return Done{};
}

}  // namespace tarn::api::protocol
