// Which requests a bucket counts metrics of: configurations, checked and kept; RequestCounter
// counts by them.
//
// Defined by https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-configurations.html
#include "api/s3/metrics/metrics_configurations.h"

#include <algorithm>
#include <exception>
#include <functional>
#include <utility>

#include "api/protocol/codec.h"
#include "api/protocol/shape.h"
#include "api/s3/errors.h"
#include "api/s3/gen/tables.h"
#include "api/s3/metrics/request_counter.h"
#include "base/hash.h"
#include "base/strings.h"
#include "object/errors.h"

namespace tarn::api::s3 {
namespace {

constexpr std::string_view kDocument = "metrics";
constexpr size_t kConfigurationsMax = 1000;
constexpr size_t kPage = 100;
constexpr size_t kIdMax = 64;

// What is kept: the output of the listing, with all configurations by their ids.
using Kept = gen::ListBucketMetricsConfigurationsOutput;

using List = std::vector<gen::MetricsConfiguration>;

Result<List> Parse(const std::optional<std::string>& stored) {
  if (!stored) return List();
  Kept kept;
  TARN_CHECK(protocol::FromCanonicalJson(gen::kT_ListBucketMetricsConfigurationsOutput, *stored, &kept));
  return std::move(kept.metrics_configuration_list).value_or(List());
}

Result<List> Load(const S3Service& service, const object::Bucket& bucket) {
  return LoadMetrics(service.store(), bucket);
}

// Lets `edit` change a bucket's configurations, in one transaction.
Status Edit(const S3Service& service, const object::Bucket& bucket, const std::function<Status(List&)>& edit) {
  const Status edited = service.store().EditDocument(
      bucket.name, kDocument, [&](const std::optional<std::string>& stored) -> Result<std::optional<std::string>> {
        TARN_TRY(List list, Parse(stored));
        TARN_CHECK(edit(list));
        if (list.empty()) return std::optional<std::string>();
        Kept kept;
        kept.metrics_configuration_list = std::move(list);
        return std::optional(protocol::CanonicalJson(gen::kT_ListBucketMetricsConfigurationsOutput, &kept));
      });
  if (service.parts().request_counter != nullptr) service.parts().request_counter->Forget();
  return edited;
}

auto Find(List& list, const std::optional<std::string>& id) {
  return std::ranges::find_if(list, [&](const auto& each) { return each.id == id; });
}

bool IsId(std::string_view id) {
  return !id.empty() && id.size() <= kIdMax && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  });
}

Status CheckTag(const gen::Tag& tag) { return object::CheckTags({{tag.key.value_or(""), tag.value.value_or("")}}, 1); }

// A filter names one thing, or at least two of them under And.
Status CheckFilter(const gen::MetricsFilter& filter) {
  const int named =
      (filter.prefix ? 1 : 0) + (filter.tag ? 1 : 0) + (filter.access_point_arn ? 1 : 0) + (filter.and_ ? 1 : 0);
  if (named != 1) return Fail(kMalformedXml, "a filter names one thing");
  if (filter.tag) return CheckTag(*filter.tag);
  if (!filter.and_) return Ok();
  const auto& all = *filter.and_;
  const size_t tags = all.tags ? all.tags->size() : 0;
  if ((all.prefix ? 1 : 0) + (all.access_point_arn ? 1 : 0) + tags < 2) {
    return Fail(kMalformedXml, "And takes two things or more");
  }
  for (size_t i = 0; i < tags; ++i) TARN_CHECK(CheckTag((*all.tags)[i]));
  return Ok();
}

Error NoSuchConfiguration() {
  return Fail(object::kNoSuchConfiguration, "The specified configuration does not exist.");
}

Result<gen::PutBucketMetricsConfigurationResponse> Put(S3Service& service, const Call& call,
                                                       const gen::PutBucketMetricsConfigurationRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  if (!in.metrics_configuration) return Fail(kMalformedXml, "no MetricsConfiguration");
  const gen::MetricsConfiguration& wanted = *in.metrics_configuration;
  if (wanted.id != in.id || !IsId(in.id.value_or(""))) {
    return Fail(object::kInvalidArgument, "The specified configuration id is invalid.");
  }
  if (wanted.filter) TARN_CHECK(CheckFilter(*wanted.filter));
  TARN_CHECK(Edit(service, bucket, [&](List& list) -> Status {
    if (const auto present = Find(list, in.id); present != list.end()) {
      *present = wanted;
      return Ok();
    }
    if (list.size() >= kConfigurationsMax) {
      return Fail(kTooManyConfigurations,
                  "You are attempting to create a new configuration but have already reached the 1,000-configuration "
                  "limit.");
    }
    list.push_back(wanted);
    std::ranges::sort(list, {}, [](const auto& each) { return each.id.value_or(""); });
    return Ok();
  }));
  call.extras.success_status = 204;
  return gen::PutBucketMetricsConfigurationResponse{};
}

Result<gen::GetBucketMetricsConfigurationOutput> Get(S3Service& service, const Call& call,
                                                     const gen::GetBucketMetricsConfigurationRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  TARN_TRY(auto list, Load(service, bucket));
  const auto present = Find(list, in.id);
  if (present == list.end()) return NoSuchConfiguration();
  return gen::GetBucketMetricsConfigurationOutput{.metrics_configuration = std::move(*present)};
}

Result<gen::DeleteBucketMetricsConfigurationResponse> Delete(S3Service& service, const Call& call,
                                                             const gen::DeleteBucketMetricsConfigurationRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  TARN_CHECK(Edit(service, bucket, [&](List& list) -> Status {
    const auto present = Find(list, in.id);
    if (present == list.end()) return NoSuchConfiguration();
    list.erase(present);
    return Ok();
  }));
  return gen::DeleteBucketMetricsConfigurationResponse{};
}

Result<Kept> ListAll(S3Service& service, const Call& call, const gen::ListBucketMetricsConfigurationsRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  TARN_TRY(auto list, Load(service, bucket));
  std::string after;
  if (in.continuation_token) {
    auto token = Unbase64(*in.continuation_token);
    if (!token) return Fail(object::kInvalidArgument, "The continuation token provided is incorrect");
    after = *std::move(token);
  }
  std::erase_if(list, [&](const auto& each) { return !after.empty() && each.id.value_or("") <= after; });
  Kept out;
  out.continuation_token = in.continuation_token;
  out.is_truncated = list.size() > kPage;
  if (list.size() > kPage) {
    list.resize(kPage);
    out.next_continuation_token = Base64(list.back().id.value_or(""));
  }
  out.metrics_configuration_list = std::move(list);
  return out;
}

}  // namespace

Result<List> LoadMetrics(object::Store& store, const object::Bucket& bucket) {
  auto stored = store.GetDocument(bucket, kDocument);
  if (stored.Is(object::kNoSuchConfiguration)) return List();
  if (!stored.ok()) return stored.error();
  return Parse(*std::move(stored));
}

Rows MetricsRows(const Rules& rules) {
  using protocol::Bind;
  constexpr std::string_view kPut = "s3:PutMetricsConfiguration";
  constexpr std::string_view kGet = "s3:GetMetricsConfiguration";
  return {
      Bind<&Put>("PutBucketMetricsConfiguration", kPut, rules.Bucket(kPut)),
      Bind<&Delete>("DeleteBucketMetricsConfiguration", kPut, rules.Bucket(kPut)),
      Bind<&Get>("GetBucketMetricsConfiguration", kGet, rules.Bucket(kGet)),
      Bind<&ListAll>("ListBucketMetricsConfigurations", kGet, rules.Bucket(kGet)),
  };
}

}  // namespace tarn::api::s3
