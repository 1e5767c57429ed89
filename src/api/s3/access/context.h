// The condition keys of an S3 request, found only when a policy asks for one.
//
// Defined by https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html and
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/protocol/call.h"
#include "object/store/store.h"
#include "policy/policy.h"

namespace tarn::api::s3 {

class RequestContext : public policy::Context {
 public:
  // All live as long as the context. What a check carries itself wins: its keys are written as a policy::Context is
  // asked. `tags` gives the present tags of the object, null when there is none; it may read kv.
  RequestContext(const protocol::Call& call, const object::Bucket& bucket, const identity::Check& check,
                 bool bucket_tags_decide, std::function<const object::Tags*()> tags)
      : call_(call), bucket_(bucket), check_(check), bucket_tags_decide_(bucket_tags_decide), tags_(std::move(tags)) {}

  bool Find(std::string_view key, std::vector<std::string>& values) const override;

 private:
  bool FindTag(std::string_view family, std::string_view name, std::vector<std::string>& values) const;
  bool FindOfRequest(std::string_view key, std::vector<std::string>& values) const;
  bool TagKeys(std::string_view family, std::vector<std::string>& values) const;

  const protocol::Call& call_;
  const object::Bucket& bucket_;
  const identity::Check& check_;
  const bool bucket_tags_decide_;
  const std::function<const object::Tags*()> tags_;
};

// Whole days from `now`, a begun one counted.
int64_t DaysUntil(Timestamp until, Timestamp now);

// How the condition keys of tags in a request are written: "s3:requestobjecttag/<name>", "aws:requesttag/<name>".
inline constexpr std::string_view kRequestObjectTag = "s3:requestobjecttag/";
inline constexpr std::string_view kRequestTag = "aws:requesttag/";

}  // namespace tarn::api::s3
