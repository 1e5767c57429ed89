// Tags of delivery streams.
#include <algorithm>

#include "api/firehose/firehose_service.h"

namespace tarn::api::firehose {
namespace {

constexpr size_t kPage = 50;

}  // namespace

Result<gen::ListTagsForDeliveryStreamOutput> FirehoseService::ListTagsForDeliveryStream(
    const protocol::Call& call, const gen::ListTagsForDeliveryStreamInput& in) {
  TARN_TRY(const delivery::DeliveryStream stream, streams_.Find(call.scope, *in.delivery_stream_name));
  auto from = stream.tags.begin();
  if (in.exclusive_start_tag_key) {
    // A key that is no tag's begins at the first.
    const auto found = std::ranges::find(stream.tags, *in.exclusive_start_tag_key, &delivery::Tag::key);
    if (found != stream.tags.end()) from = found + 1;
  }
  const auto limit = static_cast<size_t>(in.limit.value_or(kPage));
  gen::ListTagsForDeliveryStreamOutput out;
  out.tags.emplace();
  for (; from != stream.tags.end() && out.tags->size() < limit; ++from) {
    gen::Tag tag;
    tag.key = from->key;
    tag.value = from->value;
    out.tags->push_back(std::move(tag));
  }
  out.has_more_tags = from != stream.tags.end();
  return out;
}

Result<gen::TagDeliveryStreamOutput> FirehoseService::TagDeliveryStream(const protocol::Call& call,
                                                                        const gen::TagDeliveryStreamInput& in) {
  std::vector<delivery::Tag> added;
  added.reserve(in.tags->size());
  for (const gen::Tag& tag : *in.tags) added.push_back({tag.key.value_or(""), tag.value});
  TARN_CHECK(streams_.Change(call.scope, *in.delivery_stream_name,
                             [&](delivery::DeliveryStream& stream) { return delivery::AddTags(added, stream.tags); }));
  return gen::TagDeliveryStreamOutput{};
}

Result<gen::UntagDeliveryStreamOutput> FirehoseService::UntagDeliveryStream(const protocol::Call& call,
                                                                            const gen::UntagDeliveryStreamInput& in) {
  TARN_CHECK(streams_.Change(call.scope, *in.delivery_stream_name, [&](delivery::DeliveryStream& stream) {
    std::erase_if(stream.tags, [&](const delivery::Tag& tag) {
      return std::ranges::find(*in.tag_keys, tag.key) != in.tag_keys->end();
    });
    return Ok();
  }));
  return gen::UntagDeliveryStreamOutput{};
}

}  // namespace tarn::api::firehose
