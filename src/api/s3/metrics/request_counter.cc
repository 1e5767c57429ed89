#include "api/s3/metrics/request_counter.h"

#include <algorithm>
#include <utility>

#include "api/protocol/codec.h"
#include "api/s3/metrics/metrics_configurations.h"
#include "base/strings.h"
#include "object/errors.h"

namespace tarn::api::s3 {
namespace {

using observe::RequestMetric;

constexpr size_t kKnownMax = 10'000;
constexpr std::string_view kAlias = "-s3alias";

bool Lists(std::string_view operation) {
  return operation == "ListObjects" || operation == "ListObjectsV2" || operation == "ListObjectVersions";
}

// Lists of other things than a bucket's contents are requests only.
bool ListsOther(std::string_view operation) {
  return operation == "ListMultipartUploads" || operation == "ListParts" || operation == "ListObjectAnnotations";
}

// As which kind a request counts beside AllRequests.
std::optional<RequestMetric> KindOf(const protocol::AuditRecord& record, bool has_key) {
  const std::string_view method = record.call->method();
  if (Lists(record.operation)) return RequestMetric::kListRequests;
  if (record.operation == "DeleteObjects") return RequestMetric::kDeleteRequests;
  if (method == "HEAD") return RequestMetric::kHeadRequests;
  if (method == "POST" && record.operation != "SelectObjectContent") return RequestMetric::kPostRequests;
  if (!has_key) return std::nullopt;
  if (method == "GET" && !ListsOther(record.operation)) return RequestMetric::kGetRequests;
  if (method == "PUT") return RequestMetric::kPutRequests;
  if (method == "DELETE") return RequestMetric::kDeleteRequests;
  return std::nullopt;
}

observe::RequestValues ValuesOf(const protocol::AuditRecord& record, bool has_key) {
  observe::RequestValues values;
  const auto set = [&](RequestMetric metric, double value) { values[static_cast<size_t>(metric)] = value; };
  set(RequestMetric::kAllRequests, 1);
  if (const auto kind = KindOf(record, has_key)) set(*kind, 1);
  if (record.bytes_out > 0) set(RequestMetric::kBytesDownloaded, static_cast<double>(record.bytes_out));
  if (record.bytes_in > 0) set(RequestMetric::kBytesUploaded, static_cast<double>(record.bytes_in));
  set(RequestMetric::k4xxErrors, record.status / 100 == 4 ? 1 : 0);
  set(RequestMetric::k5xxErrors, record.status / 100 == 5 ? 1 : 0);
  set(RequestMetric::kFirstByteLatency, static_cast<double>(record.first_byte_micros) / 1000);
  set(RequestMetric::kTotalRequestLatency, static_cast<double>(record.micros) / 1000);
  return values;
}

}  // namespace

Result<std::shared_ptr<const RequestCounter::Counted>> RequestCounter::Load(const std::string& name) {
  auto counted = std::make_shared<Counted>();
  std::string bucket = name;
  if (name.ends_with(kAlias)) {
    TARN_TRY(const object::AccessPoint point, points_.FindAlias(name));
    bucket = point.bucket;
    counted->point = point.arn();
  }
  TARN_TRY(counted->bucket, store_.GetBucket(bucket));
  TARN_TRY(const auto configurations, LoadMetrics(store_, counted->bucket));
  for (const gen::MetricsConfiguration& configuration : configurations) {
    Filter filter{.id = configuration.id.value_or("")};
    const auto add = [&](const gen::Tag& tag) {
      filter.tags.emplace_back(tag.key.value_or(""), tag.value.value_or(""));
    };
    if (configuration.filter) {
      const gen::MetricsFilter& wanted = *configuration.filter;
      filter.any = false;
      filter.prefix = wanted.prefix.value_or("");
      filter.point = wanted.access_point_arn.value_or("");
      if (wanted.tag) add(*wanted.tag);
      if (wanted.and_) {
        filter.prefix = wanted.and_->prefix.value_or("");
        filter.point = wanted.and_->access_point_arn.value_or("");
        if (wanted.and_->tags) std::ranges::for_each(*wanted.and_->tags, add);
      }
    }
    counted->filters.push_back(std::move(filter));
  }
  if (counted->filters.empty()) return std::shared_ptr<const Counted>();
  return std::shared_ptr<const Counted>(std::move(counted));
}

std::shared_ptr<const RequestCounter::Counted> RequestCounter::Find(std::string_view text) {
  const std::string name(text);
  {
    std::lock_guard lock(mutex_);
    if (const auto known = known_.find(name); known != known_.end()) return known->second;
  }
  const auto loaded = Load(name);
  if (!loaded.ok()) return nullptr;  // no such bucket, now
  std::lock_guard lock(mutex_);
  if (known_.size() >= kKnownMax) known_.clear();
  return known_[name] = *loaded;
}

void RequestCounter::Forget() {
  std::lock_guard lock(mutex_);
  known_.clear();
}

// `tags` are the object's, read once for all filters.
bool RequestCounter::Meets(const Filter& filter, const Counted& counted, const protocol::AuditRecord& record,
                           const std::string& key, std::optional<object::Tags>& tags) {
  if (filter.any) return true;
  if (!filter.point.empty() && filter.point != counted.point) return false;
  if (filter.prefix.empty() && filter.tags.empty()) return true;
  if (key.empty() || !key.starts_with(filter.prefix)) return false;
  if (filter.tags.empty()) return true;
  if (!tags) {
    const auto version =
        store_.Find(counted.bucket, key, record.call->Query("versionId").value_or(""), /*with_content=*/false);
    tags = version.ok() ? version->tags : object::Tags();
  }
  return std::ranges::all_of(filter.tags,
                             [&](const auto& tag) { return std::ranges::find(*tags, tag) != tags->end(); });
}

void RequestCounter::Note(const protocol::AuditRecord& record) {
  if (record.service != "s3" || record.call->request == nullptr) return;
  const std::string_view path = record.call->raw_path();
  if (path.size() < 2) return;
  const size_t slash = std::min(path.find('/', 1), path.size());
  const auto counted = Find(path.substr(1, slash - 1));
  if (counted == nullptr) return;
  const std::string key = slash < path.size() ? PercentDecode(path.substr(slash + 1)).value_or("") : std::string();
  const observe::RequestValues values = ValuesOf(record, !key.empty());
  std::optional<object::Tags> tags;
  for (const Filter& filter : counted->filters) {
    if (!Meets(filter, *counted, record, key, tags)) continue;
    metrics_.Add({.account = counted->bucket.owner.account,
                  .bucket = counted->bucket.name,
                  .region = counted->bucket.owner.region,
                  .filter = filter.id},
                 values);
  }
}

}  // namespace tarn::api::s3
