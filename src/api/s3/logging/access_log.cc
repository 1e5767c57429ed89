#include "api/s3/logging/access_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <utility>

#include "api/protocol/codec.h"
#include "api/s3/logging/logging_rules.h"
#include "api/s3/rules/request_rules.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/random.h"
#include "base/strings.h"
#include "base/task.h"
#include "object/files.h"

namespace tarn::api::s3 {
namespace {

constexpr size_t kLinesBytesMax = 8 << 20;  // of all buckets together; above it, delivery starts at once
constexpr size_t kLinesBytesDropped = 64 << 20;
constexpr size_t kOwnersMax = 10'000;

constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// "21/Nov/2026:05:38:00 +0000"
std::string LogTime(Timestamp time) {
  const CivilTime civil = ToCivil(time);
  return fmt::format("{:02}/{}/{}:{:02}:{:02}:{:02} +0000", civil.day, kMonths[civil.month - 1], civil.year, civil.hour,
                     civil.minute, civil.second);
}

std::string OrDash(std::string_view text) { return text.empty() ? "-" : std::string(text); }

// A client's text between quotes: its own quotes and control characters cannot end it or start a line.
std::string Quoted(std::string_view text) {
  if (text.empty()) return "\"-\"";
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return quoted + '"';
}

// A client's text that stands alone: nothing in it ends the field or the line.
std::string Word(std::string_view text) {
  std::string word;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) > ' ' && c != 0x7f) {
      word += c;
    } else {
      word += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return OrDash(word);
}

std::string Header(const protocol::AuditRecord& record, std::string_view name) {
  return record.call->Header(name).value_or("");
}

// "REST.GET.OBJECT", "REST.PUT.PART", "REST.GET.BUCKETPOLICY": method, then what it was about.
std::string OperationName(const protocol::AuditRecord& record, bool has_key) {
  struct Named {
    std::string_view parameter, resource;
  };
  constexpr std::array<Named, 20> kResources = {{{"acl", "ACL"},
                                                 {"policy", "BUCKETPOLICY"},
                                                 {"versioning", "VERSIONING"},
                                                 {"location", "LOCATION"},
                                                 {"lifecycle", "LIFECYCLE"},
                                                 {"cors", "CORS"},
                                                 {"website", "WEBSITE"},
                                                 {"logging", "LOGGING_STATUS"},
                                                 {"notification", "NOTIFICATION"},
                                                 {"requestPayment", "REQUEST_PAYMENT"},
                                                 {"encryption", "ENCRYPTION"},
                                                 {"publicAccessBlock", "PUBLIC_ACCESS_BLOCK"},
                                                 {"ownershipControls", "OWNERSHIP_CONTROLS"},
                                                 {"object-lock", "OBJECT_LOCK_CONFIGURATION"},
                                                 {"uploads", "UPLOADS"},
                                                 {"partNumber", "PART"},
                                                 {"uploadId", "UPLOAD"},
                                                 {"versions", "BUCKETVERSIONS"},
                                                 {"retention", "OBJECT_LOCK_RETENTION"},
                                                 {"legal-hold", "OBJECT_LOCK_LEGALHOLD"}}};
  std::string_view resource = has_key ? "OBJECT" : "BUCKET";
  if (record.call->Query("tagging")) resource = has_key ? "OBJECT_TAGGING" : "TAGGING";
  for (const Named& named : kResources) {
    if (record.call->Query(named.parameter)) {
      resource = named.resource;
      break;
    }
  }
  if (record.call->Query("delete") && !has_key) resource = "MULTI_OBJECT_DELETE";
  if (record.operation == "CopyObject") return "REST.COPY.OBJECT";
  if (record.operation == "UploadPartCopy") return "REST.COPY.PART";
  return fmt::format("REST.{}.{}", record.call->method(), resource);
}

std::string RequestUri(const protocol::AuditRecord& record) {
  std::string uri(record.call->raw_path());
  char mark = '?';
  if (record.call->request->query != nullptr) {
    for (const auto& [name, value] : *record.call->request->query) {
      uri += mark + PercentEncode(name);
      if (!value.empty()) uri += "=" + PercentEncode(value);
      mark = '&';
    }
  }
  return fmt::format("{} {} HTTP/1.1", record.call->method(), uri);
}

// The bytes of the object, or of what the answer has of it; "-" for calls that move none.
std::string ObjectSize(const protocol::AuditRecord& record) {
  if (record.status >= 300) return "-";
  if (record.operation == "PutObject" || record.operation == "UploadPart")
    return OrDash(Header(record, "content-length"));
  return record.bytes_out > 0 ? std::to_string(record.bytes_out) : "-";
}

// The key of "/bucket/key", as it was sent.
std::string_view KeyOf(std::string_view path) {
  const size_t slash = path.find('/', 1);
  return slash == path.npos ? std::string_view() : path.substr(slash + 1);
}

}  // namespace

std::string AccessLogLine(const protocol::AuditRecord& record, std::string_view bucket, std::string_view owner,
                          bool acl_required) {
  const protocol::Call& call = *record.call;
  const std::string_view key = KeyOf(call.raw_path());
  const bool presigned = call.Query("X-Amz-Signature").has_value() || call.Query("Signature").has_value();
  const bool signed_v4 = Header(record, "authorization").starts_with("AWS4") || call.Query("X-Amz-Signature");
  const std::string tls = Header(record, ":tls-version");
  return fmt::format(
      "{} {} [{}] {} {} {} {} {} {} {} {} {} {} {} - {} {} {} - {} {} {} {} {} - {}\n", CanonicalId(owner), bucket,
      LogTime(call.now), OrDash(call.source_ip),
      call.caller.anonymous() ? "-"
      : call.caller.is_root() ? CanonicalId(call.caller.account)
                              : call.caller.arn,
      call.request_id, OperationName(record, !key.empty()), OrDash(key), Quoted(RequestUri(record)), record.status,
      OrDash(record.error_code), record.bytes_out > 0 ? std::to_string(record.bytes_out) : "-",
      key.empty() ? "-" : ObjectSize(record), std::max<int64_t>(record.micros / 1000, 1),
      Quoted(Header(record, "referer")), Quoted(call.user_agent), Word(call.Query("versionId").value_or("")),
      call.caller.anonymous() ? "-"
      : signed_v4             ? "SigV4"
                              : "SigV2",
      call.secure_transport ? "TLS" : "-",
      call.caller.anonymous() ? "-"
      : presigned             ? "QueryString"
                              : "AuthHeader",
      Word(Header(record, "host")), tls.empty() ? "-" : "TLSv" + tls, acl_required ? "Yes" : "-");
}

AccessLog::AccessLog(object::Store& store, const Clock& clock, int64_t period_millis)
    : store_(store), clock_(clock), period_millis_(period_millis) {}

void AccessLog::Note(const protocol::AuditRecord& record) {
  if (record.service != "s3" || record.call->request == nullptr) return;
  const std::string_view path = record.call->raw_path();
  if (path.size() < 2) return;
  const std::string_view bucket = path.substr(1, path.find('/', 1) - 1);
  const std::string owner = LoggingOwner(bucket);
  if (owner.empty()) return;
  bool acl_required = false;
  {
    std::lock_guard lock(mutex_);
    acl_required = by_acl_.erase(record.call->request_id) > 0;
  }
  const std::string line = AccessLogLine(record, bucket, owner, acl_required);
  bool full = false;
  {
    std::lock_guard lock(mutex_);
    if (waiting_bytes_ + line.size() > kLinesBytesDropped) {
      metrics::GetCounter("tarn_s3_access_log_dropped_total").Add();
      return;
    }
    waiting_[std::string(bucket)] += line;
    waiting_bytes_ += line.size();
    full = waiting_bytes_ > kLinesBytesMax;
  }
  if (full) wake_.notify_one();
}

void AccessLog::NoteAcl(const std::string& request_id) {
  std::lock_guard lock(mutex_);
  if (by_acl_.size() >= kOwnersMax) by_acl_.clear();
  by_acl_.insert(request_id);
}

std::string AccessLog::LoggingOwner(std::string_view name) {
  const std::string bucket(name);
  {
    std::lock_guard lock(mutex_);
    if (const auto known = owners_.find(bucket); known != owners_.end()) return known->second;
  }
  const auto found = store_.GetBucket(bucket);
  if (!found.ok()) return {};
  const std::string owner = found->Has(kLoggingDocument) ? found->owner.account : std::string();
  std::lock_guard lock(mutex_);
  if (owners_.size() >= kOwnersMax) owners_.clear();
  owners_[bucket] = owner;
  return owner;
}

void AccessLog::Forget(const std::string& bucket) {
  std::lock_guard lock(mutex_);
  owners_.erase(bucket);
}

void AccessLog::Flush() {
  std::map<std::string, std::string> lines;
  {
    std::lock_guard lock(mutex_);
    lines.swap(waiting_);
    waiting_bytes_ = 0;
  }
  for (const auto& [bucket, text] : lines) Deliver(bucket, text);
}

void AccessLog::Deliver(const std::string& name, const std::string& lines) {
  const auto source = store_.GetBucket(name);
  if (!source.ok()) return;  // deleted meanwhile
  if (const Status written = Write(*source, lines); !written.ok()) {
    log::Warn("s3", fmt::format("access log of {}: {}", name, written.error().message));
  }
}

Status AccessLog::Write(const object::Bucket& source, const std::string& lines) {
  TARN_TRY(const auto logging, LoadLogging(store_, source));
  if (!logging) return Ok();
  TARN_TRY(const object::Bucket target, store_.GetBucket(logging->target_bucket.value_or("")));
  const object::Files files(store_, target.owner.account);
  TARN_CHECK(files.Put(target.name, LogKey(*logging, source, clock_.Now(), RandomText(16, kUpperAlphanumeric)), lines,
                       {.content_type = "text/plain"}));
  return Ok();
}

void AccessLog::Start() {
  thread_ = std::thread([this] { Run(); });
}

void AccessLog::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (!thread_.joinable()) return;
  thread_.join();
  Flush();
}

void AccessLog::Run() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, std::chrono::milliseconds(period_millis_),
                     [this] { return stopping_ || waiting_bytes_ > kLinesBytesMax; });
      if (stopping_) return;
    }
    Flush();
  }
}

}  // namespace tarn::api::s3
