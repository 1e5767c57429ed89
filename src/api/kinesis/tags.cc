// Tags of streams and consumers, and their policies.
#include <fmt/format.h>

#include <algorithm>

#include "api/kinesis/convert.h"
#include "api/kinesis/kinesis_service.h"
#include "api/kinesis/tag_rules.h"
#include "base/utf8.h"
#include "policy/policy.h"
#include "stream/errors.h"

namespace tarn::api::kinesis {

using protocol::Call;
using stream::State;

namespace {

constexpr size_t kTagsMax = 50;
constexpr size_t kTagsListed = 50;

// U+00C0 to U+1FFF, U+2C00 to U+D7FF, letters, digits and some signs.
bool IsTagCharacter(uint32_t code) {
  if (code >= 0x80) return (code >= 0xc0 && code <= 0x1fff) || (code >= 0x2c00 && code <= 0xd7ff);
  const auto c = static_cast<char>(code);
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("./-=+_ @%:").find(c) != std::string_view::npos;
}

bool IsTagText(std::string_view text) {
  while (!text.empty()) {
    if (!IsTagCharacter(TakeUtf8(text))) return false;
  }
  return true;
}

Status CheckTexts(const TagPlace& place, std::string_view preposition, const std::vector<std::string_view>& texts) {
  if (!std::ranges::all_of(texts, IsTagText)) {
    return Fail(stream::kInvalid,
                "Some tags contain invalid characters. Valid characters: Unicode letters, digits, "
                "white space, _ . / = + - % @.");
  }
  if (std::ranges::any_of(texts, [](std::string_view text) { return text.find('%') != std::string_view::npos; })) {
    return Fail(stream::kInvalid,
                fmt::format("Failed to {} tags {} stream {} under account {} because some tags contained illegal "
                            "characters. The allowed characters are Unicode letters, white-spaces, "
                            "'_',',','/','=','+','-','@'.",
                            place.doing, preposition, place.stream, place.account));
  }
  return Ok();
}

std::vector<gen::Tag> ToWire(const std::map<std::string, std::string>& tags) {
  std::vector<gen::Tag> out;
  for (const auto& [key, value] : tags) {
    gen::Tag& tag = out.emplace_back();
    tag.key = key;
    tag.value = value;
  }
  return out;
}

// Changes the tags of what an ARN names.
Status ChangeTags(stream::Streams& streams, const Target& target,
                  const std::function<Status(std::map<std::string, std::string>&)>& change) {
  if (target.consumer.empty()) {
    return streams.Change(target.scope, target.stream, State::kActive,
                          [&](stream::Stream& stream) { return change(stream.tags); });
  }
  return streams.ChangeConsumer(target.scope, target.stream, target.consumer,
                                [&](stream::Consumer& consumer) { return change(consumer.tags); });
}

Status ChangePolicy(stream::Streams& streams, const Target& target, const std::function<Status(std::string&)>& change) {
  if (target.consumer.empty()) {
    return streams.Change(target.scope, target.stream, State::kActive,
                          [&](stream::Stream& stream) { return change(stream.policy); });
  }
  return streams.ChangeConsumer(target.scope, target.stream, target.consumer,
                                [&](stream::Consumer& consumer) { return change(consumer.policy); });
}

Error NoPolicy(std::string_view arn) {
  return Fail(stream::kNotFound, fmt::format("No resource policy found for resource ARN {}.", arn));
}

}  // namespace

Status AddTags(const TagPlace& place, const std::map<std::string, std::string>& added,
               std::map<std::string, std::string>& tags) {
  std::vector<std::string_view> texts;
  for (const auto& [key, value] : added) {
    texts.push_back(key);
    texts.push_back(value);
  }
  TARN_CHECK(CheckTexts(place, "to", texts));
  std::map<std::string, std::string> all = tags;
  for (const auto& [key, value] : added) all[key] = value;
  if (all.size() > kTagsMax) {
    return Fail(stream::kInvalid, fmt::format("Failed to add tags to stream {} under account {} because a given stream "
                                              "cannot have more than {} tags associated with it.",
                                              place.stream, place.account, kTagsMax));
  }
  tags = std::move(all);
  return Ok();
}

Status RemoveTags(const TagPlace& place, const std::vector<std::string>& removed,
                  std::map<std::string, std::string>& tags) {
  TARN_CHECK(CheckTexts(place, "from", {removed.begin(), removed.end()}));
  for (const std::string& key : removed) tags.erase(key);
  return Ok();
}

Result<gen::AddTagsToStreamResponse> KinesisService::AddTagsToStream(const Call& call,
                                                                     const gen::AddTagsToStreamInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  TARN_CHECK(ChangeTags(streams_, target, [&](auto& tags) {
    return AddTags({"add", target.stream, target.scope.account}, *in.tags, tags);
  }));
  return gen::AddTagsToStreamResponse();
}

Result<gen::RemoveTagsFromStreamResponse> KinesisService::RemoveTagsFromStream(
    const Call& call, const gen::RemoveTagsFromStreamInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  TARN_CHECK(ChangeTags(streams_, target, [&](auto& tags) {
    return RemoveTags({"remove", target.stream, target.scope.account}, *in.tag_keys, tags);
  }));
  return gen::RemoveTagsFromStreamResponse();
}

Result<gen::ListTagsForStreamOutput> KinesisService::ListTagsForStream(const Call& call,
                                                                       const gen::ListTagsForStreamInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  TARN_TRY(const stream::StreamRef stream, streams_.Find(target.scope, target.stream));
  std::vector<gen::Tag> tags = ToWire(stream->tags);
  if (in.exclusive_start_tag_key) {
    std::erase_if(tags, [&](const gen::Tag& tag) { return *tag.key <= *in.exclusive_start_tag_key; });
  }
  const size_t limit = in.limit ? static_cast<size_t>(*in.limit) : kTagsListed;
  gen::ListTagsForStreamOutput out;
  out.has_more_tags = tags.size() > limit;
  if (tags.size() > limit) tags.resize(limit);
  out.tags = std::move(tags);
  return out;
}

Result<gen::TagResourceResponse> KinesisService::TagResource(const Call& call, const gen::TagResourceInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  TARN_CHECK(ChangeTags(streams_, target, [&](auto& tags) {
    return AddTags({"add", target.stream, target.scope.account}, *in.tags, tags);
  }));
  return gen::TagResourceResponse();
}

Result<gen::UntagResourceResponse> KinesisService::UntagResource(const Call& call, const gen::UntagResourceInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  TARN_CHECK(ChangeTags(streams_, target, [&](auto& tags) {
    return RemoveTags({"remove", target.stream, target.scope.account}, *in.tag_keys, tags);
  }));
  return gen::UntagResourceResponse();
}

Result<gen::ListTagsForResourceOutput> KinesisService::ListTagsForResource(const Call& call,
                                                                           const gen::ListTagsForResourceInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  TARN_TRY(const stream::StreamRef stream, streams_.Find(target.scope, target.stream));
  gen::ListTagsForResourceOutput out;
  out.tags = ToWire(stream->tags);
  if (!target.consumer.empty()) {
    TARN_TRY(const auto consumer, streams_.FindConsumer(target.scope, target.stream, target.consumer));
    out.tags = ToWire(consumer.tags);
  }
  return out;
}

Result<gen::PutResourcePolicyResponse> KinesisService::PutResourcePolicy(const Call& call,
                                                                         const gen::PutResourcePolicyInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  const std::string text = in.policy.value_or("");
  const auto parsed = policy::Document::Parse(text, policy::ParseOptions());
  if (!parsed.ok()) return Fail(stream::kInvalid, parsed.error().message);
  TARN_CHECK(ChangePolicy(streams_, target, [&](std::string& policy) -> Status {
    policy = text;
    return Ok();
  }));
  return gen::PutResourcePolicyResponse();
}

Result<gen::GetResourcePolicyOutput> KinesisService::GetResourcePolicy(const Call& call,
                                                                       const gen::GetResourcePolicyInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  TARN_TRY(const stream::StreamRef stream, streams_.Find(target.scope, target.stream));
  gen::GetResourcePolicyOutput out;
  out.policy = stream->policy;
  if (!target.consumer.empty()) {
    TARN_TRY(const auto consumer, streams_.FindConsumer(target.scope, target.stream, target.consumer));
    out.policy = consumer.policy;
  }
  // As Kinesis answers for what has none.
  if (out.policy->empty()) out.policy = "{}";
  return out;
}

Result<gen::DeleteResourcePolicyResponse> KinesisService::DeleteResourcePolicy(
    const Call& call, const gen::DeleteResourcePolicyInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  TARN_CHECK(ChangePolicy(streams_, target, [&](std::string& policy) -> Status {
    if (policy.empty()) return NoPolicy(in.resource_arn.value_or(""));
    policy.clear();
    return Ok();
  }));
  return gen::DeleteResourcePolicyResponse();
}

}  // namespace tarn::api::kinesis
