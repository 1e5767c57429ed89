#include "server/care/admin_record.h"

#include <array>

#include "base/random.h"
#include "base/strings.h"

namespace tarn::server {
namespace {

constexpr std::string_view kService = "tarn";

struct Operation {
  std::string_view method;
  std::string_view path;
  std::string_view name;
};

// By their verbs the audit trail tells those that only read (api/cloudtrail/record/classify.cc).
constexpr std::array<Operation, 15> kOperations = {{{"POST", "/_tarn/backup", "BackUpLake"},
                                                    {"POST", "/_tarn/verify", "CheckObjects"},
                                                    {"GET", "/_tarn/status", "GetStatus"},
                                                    {"POST", "/_tarn/upkeep", "RunUpkeep"},
                                                    {"POST", "/_tarn/migrate", "MigrateTable"},
                                                    {"POST", "/_tarn/explain", "CheckAccess"},
                                                    {"GET", "/_tarn/zones", "ListZones"},
                                                    {"POST", "/_tarn/zones", "PutZone"},
                                                    {"DELETE", "/_tarn/zones", "DeleteZone"},
                                                    {"GET", "/_tarn/ingest-keys", "ListIngestKeys"},
                                                    {"POST", "/_tarn/ingest-keys", "CreateIngestKey"},
                                                    {"PUT", "/_tarn/ingest-keys", "UpdateIngestKey"},
                                                    {"DELETE", "/_tarn/ingest-keys", "DeleteIngestKey"},
                                                    {"GET", "/_tarn/load", "GetLoad"},
                                                    {"POST", "/_tarn/load", "AppendRows"}}};

// Parameters that say what a call is about. None is a secret.
constexpr std::array<std::string_view, 21> kAbout = {
    "table",           "source",   "file",    "first",    "last",
    "location",        "region",   "catalog", "database", "directory",
    "account",         "name",     "bucket",  "prefix",   "principal",
    "action",          "resource", "id",      "streams",  "requests-per-second",
    "bytes-per-second"};

Task<Status> At(Status status) { co_return status; }

}  // namespace

std::string_view AdminOperationOf(const http::Request& request) {
  for (const Operation& operation : kOperations) {
    if (operation.method == request.method && operation.path == request.path()) return operation.name;
  }
  return "";
}

AdminRecord::AdminRecord(const http::Request& request, Timestamp now, std::string_view region,
                         api::protocol::AuditSink* sink)
    : sink_(sink) {
  call_.request_id = RandomUuid();
  call_.now = now;
  call_.scope.region = region;
  call_.source_ip = request.remote_address;
  call_.user_agent = request.headers.Get("user-agent");
  call_.secure_transport = request.tls;
  about_.reserve(kAbout.size());
  for (const std::string_view pair : Split(request.query(), '&')) {
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    for (const std::string_view key : kAbout) {
      if (pair.substr(0, equals) == key) {
        about_.emplace_back(key, PercentDecode(pair.substr(equals + 1), true).value_or(""));
      }
    }
  }
  record_.call = &call_;
  record_.service = kService;
  record_.operation = AdminOperationOf(request);
  record_.about = about_;
}

const identity::Caller& AdminRecord::SetCaller(identity::Caller caller) {
  call_.caller = std::move(caller);
  call_.scope.account = call_.caller.account;
  api::protocol::TellRequest(call_);
  return call_.caller;
}

std::unique_ptr<api::protocol::AuditAlong> AdminRecord::Along() {
  return sink_ == nullptr || record_.operation.empty() ? nullptr : sink_->Accompany(record_, entry_);
}

void AdminRecord::Join(kv::Txn& txn) const {
  if (entry_ != nullptr) entry_->Join(txn);
}

void AdminRecord::SetOutcome(int status, std::string_view code, std::string_view message, uint64_t bytes_out) {
  error_code_ = code;
  error_message_ = message;
  record_.error_code = error_code_;
  record_.error_message = error_message_;
  record_.status = status;
  record_.bytes_out = bytes_out;
}

Task<Status> AdminRecord::Finish() {
  if (sink_ == nullptr || !sink_->Wants(record_)) return At(Ok());
  return sink_->Record(record_, entry_);
}

}  // namespace tarn::server
