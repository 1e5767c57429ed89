#include "server/parts/audit_trail.h"

#include <optional>
#include <utility>
#include <vector>

#include "tables/system_log.h"

namespace tarn::server {
namespace {

const tables::SystemTable& AuditTable() {
  using Id = iceberg::TypeId;
  static const tables::SystemTable kTable{
      .name = "audit",
      .comment = "Who did what: a row a call that was recorded.",
      .columns = {{"event_id", Id::kString, ""},
                  {"event_time", Id::kTimestampTz, "when the call arrived"},
                  {"region", Id::kString, ""},
                  {"event_source", Id::kString, "s3.amazonaws.com"},
                  {"event_name", Id::kString, ""},
                  {"category", Id::kString, "Management or Data"},
                  {"read_only", Id::kBoolean, ""},
                  {"principal", Id::kString, "ARN; empty: nobody known"},
                  {"username", Id::kString, ""},
                  {"access_key_id", Id::kString, ""},
                  {"source_ip", Id::kString, ""},
                  {"user_agent", Id::kString, ""},
                  {"request_id", Id::kString, ""},
                  {"resources", Id::kString, "names or ARNs, separated by spaces"},
                  {"error_code", Id::kString, "empty: it succeeded"},
                  {"error_message", Id::kString, ""},
                  {"decided_by", Id::kString, "the statement that allowed or denied it, where it is known"},
                  {"bytes_in", Id::kLong, ""},
                  {"bytes_out", Id::kLong, ""},
                  {"event", Id::kString, "the whole event, CloudTrail's JSON"}}};
  return kTable;
}

tables::SystemRow ToRow(const audit::Event& event) {
  std::string resources;
  for (const audit::Resource& resource : event.resources) {
    resources += (resources.empty() ? "" : " ") + resource.name;
  }
  return {event.id,
          tables::SystemTime(event.time),
          event.region,
          event.source,
          event.name,
          event.category == audit::Category::kData ? "Data" : "Management",
          event.read_only ? "true" : "false",
          event.principal,
          event.username,
          event.access_key_id,
          event.source_ip,
          event.user_agent,
          event.request_id,
          std::move(resources),
          event.error_code,
          event.error_message,
          event.decided_by,
          std::to_string(event.bytes_in),
          std::to_string(event.bytes_out),
          event.json};
}

}  // namespace

AuditTrail::AuditTrail(std::unique_ptr<kv::Store> store, const Clock& clock, const Options& options)
    : clock_(clock),
      options_(options),
      store_(std::make_unique<audit::AccompaniedStore>(std::move(store))),
      plain_(store_->plain()),
      log_(plain_, clock),
      trails_(plain_) {
  log_.Start();
}

AuditTrail::~AuditTrail() {
  Stop();
  log_.Stop();
}

Status AuditTrail::Open(object::Store& objects, identity::CredentialSource& credentials, std::string sealing_key,
                        tables::UpkeepParts tables) {
  TARN_CHECK(trails_.Load());
  destination_ = std::make_unique<audit::Destination>(objects);
  keys_ = std::make_unique<audit::SigningKeys>(plain_, clock_, std::move(sealing_key));
  const auto write = [tables, region = options_.region](const std::string& account,
                                                        const std::vector<audit::Event>& events) {
    std::vector<tables::SystemRow> rows;
    rows.reserve(events.size());
    for (const audit::Event& event : events) rows.push_back(ToRow(event));
    return tables::AppendSystemRows(tables, {account, region}, AuditTable(), std::move(rows));
  };
  deliverer_ = std::make_unique<audit::Deliverer>(
      audit::DelivererParts{.store = plain_,
                            .log = log_,
                            .trails = trails_,
                            .destination = *destination_,
                            .keys = *keys_,
                            .clock = clock_,
                            .table = write,
                            .table_always = options_.audit_table,
                            .period_micros = int64_t{options_.audit_seconds} * kMicrosPerSecond,
                            .digest_micros = int64_t{options_.audit_digest_seconds} * kMicrosPerSecond});
  recorder_ = std::make_unique<api::cloudtrail::Recorder>(api::cloudtrail::RecorderParts{
      .log = &log_,
      .credentials = &credentials,
      .bucket_owner = [&objects](const std::string& name) -> std::optional<Scope> {
        const auto bucket = objects.GetBucket(name);
        return bucket.ok() ? std::optional(bucket->owner) : std::nullopt;
      },
      .default_account = options_.account,
      .denials = &denials_,
      .any_data_events = [this] { return trails_.any_data(); },
      .takes_data_event = [this](const audit::Event& event) { return trails_.TakesNow(event); }});
  deliverer_->Start();
  return Ok();
}

void AuditTrail::Stop() {
  if (deliverer_) deliverer_->Stop();
}

std::shared_ptr<api::protocol::Service> AuditTrail::MakeService(organizations::Organizations& organizations) {
  return std::make_shared<api::cloudtrail::CloudTrailService>(api::cloudtrail::Parts{.log = log_,
                                                                                     .trails = trails_,
                                                                                     .destination = *destination_,
                                                                                     .keys = *keys_,
                                                                                     .clock = clock_,
                                                                                     .organizations = organizations});
}

}  // namespace tarn::server
