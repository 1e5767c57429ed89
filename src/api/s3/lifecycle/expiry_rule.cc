#include "api/s3/lifecycle/expiry_rule.h"

#include <optional>
#include <utility>

#include "api/protocol/codec.h"
#include "api/protocol/shape.h"
#include "api/s3/gen/tables.h"
#include "api/s3/lifecycle/kept_rules.h"
#include "api/s3/lifecycle/lifecycle_rules.h"

namespace tarn::api::s3 {
namespace {

void Replace(std::vector<gen::LifecycleRule>& rules, const std::string& id, const PlainExpiry& expiry) {
  std::erase_if(rules, [&](const gen::LifecycleRule& rule) { return rule.id == id; });
  if (expiry.days == 0) return;
  const auto days = static_cast<int32_t>(expiry.days);
  gen::LifecycleRule& rule = rules.emplace_back();
  rule.id = id;
  rule.status = "Enabled";
  rule.filter.emplace().prefix = expiry.prefix;
  rule.expiration.emplace().days = days;
  rule.noncurrent_version_expiration.emplace().noncurrent_days = days;
}

}  // namespace

Status SetExpiryRule(object::Store& store, const std::string& bucket, const std::string& id,
                     const PlainExpiry& expiry) {
  const auto edit = [&](const std::optional<std::string>& present) -> Result<std::optional<std::string>> {
    gen::GetBucketLifecycleConfigurationOutput kept;
    if (present) {
      TARN_CHECK(protocol::FromCanonicalJson(gen::kT_GetBucketLifecycleConfigurationOutput, *present, &kept));
    } else {
      kept.transition_default_minimum_object_size = kMinimumForAll;
    }
    if (!kept.rules) kept.rules.emplace();
    Replace(*kept.rules, id, expiry);
    if (kept.rules->empty()) return std::optional<std::string>();
    const protocol::Call nobody;  // is told of the field at fault
    TARN_CHECK(CheckLifecycle(nobody, *kept.rules));
    return std::optional(protocol::CanonicalJson(gen::kT_GetBucketLifecycleConfigurationOutput, &kept));
  };
  return store.EditDocument(bucket, kLifecycleDocument, edit);
}

}  // namespace tarn::api::s3
