// Intelligent-Tiering configurations: checked as AWS does, kept, given back; and as the rules that
// object::Tiering carries out.
#include <algorithm>
#include <exception>
#include <functional>
#include <set>

#include "api/protocol/codec.h"
#include "api/protocol/shape.h"
#include "api/s3/errors.h"
#include "api/s3/gen/tables.h"
#include "api/s3/lifecycle/kept_rules.h"
#include "api/s3/operations.h"

namespace tarn::api::s3 {
namespace {

constexpr std::string_view kDocument = "intelligent-tiering";
constexpr size_t kConfigurationsMax = 1'000;
constexpr size_t kPage = 100;
constexpr int32_t kArchiveDaysMin = 90;
constexpr int32_t kDeepArchiveDaysMin = 180;
constexpr int32_t kDaysMax = 730;

using Configuration = gen::IntelligentTieringConfiguration;
// All configurations of a bucket are one document of the shape of their listing, by id.
using Kept = gen::ListBucketIntelligentTieringConfigurationsOutput;

Result<std::vector<Configuration>> Parse(const std::optional<std::string>& stored) {
  std::vector<Configuration> configurations;
  if (!stored) return configurations;
  Kept kept;
  TARN_CHECK(protocol::FromCanonicalJson(gen::kT_ListBucketIntelligentTieringConfigurationsOutput, *stored, &kept));
  if (kept.intelligent_tiering_configuration_list) {
    configurations = *std::move(kept.intelligent_tiering_configuration_list);
  }
  return configurations;
}

Result<std::vector<Configuration>> Load(S3Service& service, const object::Bucket& bucket) {
  auto stored = service.store().GetDocument(bucket, kDocument);
  if (stored.Is(object::kNoSuchConfiguration)) return std::vector<Configuration>();
  if (!stored.ok()) return stored.error();
  return Parse(*std::move(stored));
}

// Lets `edit` change a bucket's configurations, in one transaction.
Status Edit(S3Service& service, const object::Bucket& bucket,
            const std::function<Status(std::vector<Configuration>&)>& edit) {
  return service.store().EditDocument(
      bucket.name, kDocument, [&](const std::optional<std::string>& stored) -> Result<std::optional<std::string>> {
        TARN_TRY(auto configurations, Parse(stored));
        TARN_CHECK(edit(configurations));
        if (configurations.empty()) return std::optional<std::string>();
        Kept kept;
        kept.intelligent_tiering_configuration_list = std::move(configurations);
        return std::optional(protocol::CanonicalJson(gen::kT_ListBucketIntelligentTieringConfigurationsOutput, &kept));
      });
}

auto Place(std::vector<Configuration>& configurations, const std::string& id) {
  return std::ranges::lower_bound(configurations, id, {}, [](const auto& one) { return one.id.value_or(""); });
}

Status CheckFilter(const gen::IntelligentTieringFilter& filter) {
  if (filter.prefix.has_value() + filter.tag.has_value() + filter.and_.has_value() > 1) {
    return Fail(kMalformedXml, "a filter has one condition");
  }
  if (filter.and_) {
    const size_t joined = filter.and_->prefix.has_value() + (filter.and_->tags ? filter.and_->tags->size() : 0);
    if (joined < 2) return Fail(kMalformedXml, "And joins two conditions or more");
  }
  return Ok();
}

Status Check(const Configuration& configuration, const std::string& id) {
  if (configuration.id != id) return Fail(kMalformedXml, "the id in the URL and in the body must match");
  if (configuration.status != "Enabled" && configuration.status != "Disabled") {
    return Fail(kMalformedXml, "unknown Status");
  }
  if (configuration.filter) TARN_CHECK(CheckFilter(*configuration.filter));
  if (!configuration.tierings || configuration.tierings->empty()) return Fail(kMalformedXml, "no Tiering");
  std::set<std::string> tiers;
  for (const gen::Tiering& tiering : *configuration.tierings) {
    const std::string tier = tiering.access_tier.value_or("");
    if ((tier != "ARCHIVE_ACCESS" && tier != "DEEP_ARCHIVE_ACCESS") || !tiering.days) {
      return Fail(kMalformedXml, "a Tiering has an AccessTier and Days");
    }
    if (!tiers.insert(tier).second) return Fail(kMalformedXml, "a tier is named twice");
    const int32_t least = tier == "ARCHIVE_ACCESS" ? kArchiveDaysMin : kDeepArchiveDaysMin;
    if (*tiering.days < least || *tiering.days > kDaysMax) {
      return Fail(object::kInvalidArgument, "The number of days for the " + tier + " tier must be between " +
                                                std::to_string(least) + " and " + std::to_string(kDaysMax) + ".");
    }
  }
  return Ok();
}

object::ArchiveRule RuleOf(const Configuration& configuration) {
  object::ArchiveRule rule;
  if (configuration.filter) {
    const gen::IntelligentTieringFilter& filter = *configuration.filter;
    const auto add = [&](const gen::Tag& tag) {
      rule.filter.tags.emplace_back(tag.key.value_or(""), tag.value.value_or(""));
    };
    if (filter.prefix) rule.filter.prefix = *filter.prefix;
    if (filter.tag) add(*filter.tag);
    if (filter.and_) {
      rule.filter.prefix = filter.and_->prefix.value_or("");
      if (filter.and_->tags) std::ranges::for_each(*filter.and_->tags, add);
    }
  }
  if (!configuration.tierings) return rule;
  for (const gen::Tiering& tiering : *configuration.tierings) {
    auto& days = tiering.access_tier == "ARCHIVE_ACCESS" ? rule.archive_days : rule.deep_archive_days;
    days = static_cast<uint32_t>(tiering.days.value_or(kDaysMax));
  }
  return rule;
}

Result<gen::PutBucketIntelligentTieringConfigurationResponse> Put(
    S3Service& service, const Call& call, const gen::PutBucketIntelligentTieringConfigurationRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  if (!in.intelligent_tiering_configuration) return Fail(kMalformedXml, "a configuration is expected");
  const std::string id = in.id.value_or("");
  TARN_CHECK(Check(*in.intelligent_tiering_configuration, id));
  TARN_CHECK(Edit(service, bucket, [&](std::vector<Configuration>& configurations) -> Status {
    const auto at = Place(configurations, id);
    if (at != configurations.end() && at->id == id) {
      *at = *in.intelligent_tiering_configuration;
      return Ok();
    }
    if (configurations.size() >= kConfigurationsMax) {
      return Fail(kTooManyConfigurations,
                  "You are attempting to create a new configuration but have already reached the 1,000-configuration "
                  "limit.");
    }
    configurations.insert(at, *in.intelligent_tiering_configuration);
    return Ok();
  }));
  call.extras.success_status = 204;
  return gen::PutBucketIntelligentTieringConfigurationResponse{};
}

Result<gen::GetBucketIntelligentTieringConfigurationOutput> Get(
    S3Service& service, const Call& call, const gen::GetBucketIntelligentTieringConfigurationRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  TARN_TRY(auto configurations, Load(service, bucket));
  const auto at = Place(configurations, in.id.value_or(""));
  if (at == configurations.end() || at->id != in.id) {
    return Fail(object::kNoSuchConfiguration, "The specified configuration does not exist.");
  }
  return gen::GetBucketIntelligentTieringConfigurationOutput{.intelligent_tiering_configuration = *at};
}

Result<gen::DeleteBucketIntelligentTieringConfigurationResponse> Delete(
    S3Service& service, const Call& call, const gen::DeleteBucketIntelligentTieringConfigurationRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  TARN_CHECK(Edit(service, bucket, [&](std::vector<Configuration>& configurations) -> Status {
    const auto at = Place(configurations, in.id.value_or(""));
    if (at == configurations.end() || at->id != in.id) {
      return Fail(object::kNoSuchConfiguration, "The specified configuration does not exist.");
    }
    configurations.erase(at);
    return Ok();
  }));
  return gen::DeleteBucketIntelligentTieringConfigurationResponse{};
}

Result<Kept> List(S3Service& service, const Call& call,
                  const gen::ListBucketIntelligentTieringConfigurationsRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  TARN_TRY(auto configurations, Load(service, bucket));
  Kept out;
  out.continuation_token = in.continuation_token;
  out.is_truncated = false;
  // The token is the last id told.
  auto at = configurations.begin();
  if (in.continuation_token) {
    at = Place(configurations, *in.continuation_token);
    if (at != configurations.end() && at->id == in.continuation_token) ++at;
  }
  for (; at != configurations.end(); ++at) {
    if (!out.intelligent_tiering_configuration_list) out.intelligent_tiering_configuration_list.emplace();
    if (out.intelligent_tiering_configuration_list->size() == kPage) {
      out.is_truncated = true;
      out.next_continuation_token = out.intelligent_tiering_configuration_list->back().id;
      break;
    }
    out.intelligent_tiering_configuration_list->push_back(std::move(*at));
  }
  return out;
}

}  // namespace

Result<std::vector<object::ArchiveRule>> ArchiveRulesOf(object::Store& store, const object::Bucket& bucket) {
  std::vector<object::ArchiveRule> rules;
  auto stored = store.GetDocument(bucket, kDocument);
  if (stored.Is(object::kNoSuchConfiguration)) return rules;
  if (!stored.ok()) return stored.error();
  TARN_TRY(const auto configurations, Parse(*std::move(stored)));
  for (const Configuration& configuration : configurations) {
    if (configuration.status == "Enabled") rules.push_back(RuleOf(configuration));
  }
  return rules;
}

Rows TieringRows(const Rules& rules) {
  using protocol::Bind;
  return {
      Bind<&Put>("PutBucketIntelligentTieringConfiguration", "s3:PutIntelligentTieringConfiguration",
                 rules.Bucket("s3:PutIntelligentTieringConfiguration")),
      Bind<&Get>("GetBucketIntelligentTieringConfiguration", "s3:GetIntelligentTieringConfiguration",
                 rules.Bucket("s3:GetIntelligentTieringConfiguration")),
      Bind<&Delete>("DeleteBucketIntelligentTieringConfiguration", "s3:PutIntelligentTieringConfiguration",
                    rules.Bucket("s3:PutIntelligentTieringConfiguration")),
      Bind<&List>("ListBucketIntelligentTieringConfigurations", "s3:GetIntelligentTieringConfiguration",
                  rules.Bucket("s3:GetIntelligentTieringConfiguration")),
  };
}

}  // namespace tarn::api::s3
