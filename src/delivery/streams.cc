#include "delivery/streams.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/random.h"
#include "delivery/errors.h"
#include "delivery/keys.h"
#include "kv/pages.h"

namespace tarn::delivery {
namespace {

constexpr size_t kPage = 1000;

Result<DeliveryStream> Decode(std::string_view bytes) {
  auto stream = DecodeRecord<DeliveryStream>(bytes);
  if (!stream) return Fail(kDamaged, "a delivery stream's record cannot be read");
  return std::move(*stream);
}

Result<DeliveryStream> Load(kv::Txn& txn, const Scope& scope, std::string_view name) {
  TARN_TRY(const auto kept, txn.Get(StreamKey(scope, name)));
  if (!kept) return NoSuchStream(scope, name);
  return Decode(*kept);
}

// All records below `space`, a page at a time.
Status Each(kv::Txn& txn, const kv::Key& space, const std::function<Status(const kv::KeyValue&)>& visit) {
  for (kv::Pages pages(space, kPage); !pages.done();) {
    TARN_TRY(const auto page, pages.Next(txn));
    for (const kv::KeyValue& each : page) TARN_CHECK(visit(each));
  }
  return Ok();
}

}  // namespace

std::string ArnOf(const Scope& scope, std::string_view name) {
  return fmt::format("arn:aws:firehose:{}:{}:deliverystream/{}", scope.region, scope.account, name);
}

Error NoSuchStream(const Scope& scope, std::string_view name) {
  return Fail(kNotFound, fmt::format("Firehose {} under account {} not found.", name, scope.account));
}

Status AddTags(const std::vector<Tag>& added, std::vector<Tag>& tags) {
  for (const Tag& tag : added) {
    const auto present = std::ranges::find(tags, tag.key, &Tag::key);
    if (present == tags.end()) {
      tags.push_back(tag);
    } else {
      present->value = tag.value;
    }
  }
  if (tags.size() <= kTagsMax) return Ok();
  return Fail(kLimit, fmt::format("Delivery streams can have at most {} tags.", kTagsMax));
}

Result<DeliveryStream> Streams::Create(const Scope& scope, DeliveryStream stream) {
  stream.version = 1;
  stream.created = stream.updated = clock_.Now();
  stream.log = RandomU64();
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    const std::string key = StreamKey(scope, stream.name);
    TARN_TRY(const auto present, txn.Get(key));
    if (present) {
      return Fail(kInUse, fmt::format("Firehose {} under accountId {} already exists", stream.name, scope.account));
    }
    size_t count = 0;
    TARN_CHECK(Each(txn, StreamSpace(scope), [&](const kv::KeyValue&) {
      ++count;
      return Ok();
    }));
    if (count >= kStreamsMax) {
      return Fail(kLimit, fmt::format("You have already consumed your firehose quota of {} hoses.", kStreamsMax));
    }
    txn.Put(key, EncodeRecord(stream));
    return Ok();
  }));
  return stream;
}

Result<DeliveryStream> Streams::Find(const Scope& scope, std::string_view name) const {
  DeliveryStream found;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(found, Load(txn, scope, name));
    return Ok();
  }));
  return found;
}

Result<Page> Streams::List(const Scope& scope, std::string_view type, const std::optional<std::string>& after,
                           size_t limit) const {
  Page page;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    // A name that is no stream's begins at the first.
    bool known = false;
    if (after) {
      TARN_TRY(const auto present, txn.PeekGet(StreamKey(scope, *after)));
      known = present.has_value();
    }
    return Each(txn, StreamSpace(scope), [&](const kv::KeyValue& each) -> Status {
      TARN_TRY(DeliveryStream stream, Decode(each.value));
      if ((!type.empty() && stream.type != type) || (known && stream.name <= *after)) return Ok();
      if (page.names.size() < limit) {
        page.names.push_back(std::move(stream.name));
      } else {
        page.more = true;
      }
      return Ok();
    });
  }));
  return page;
}

Result<DeliveryStream> Streams::Delete(const Scope& scope, std::string_view name) {
  DeliveryStream gone;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(gone, Load(txn, scope, name));
    txn.Delete(StreamKey(scope, name));
    return Ok();
  }));
  return gone;
}

Result<DeliveryStream> Streams::Change(const Scope& scope, std::string_view name,
                                       const std::function<Status(DeliveryStream&)>& change) {
  DeliveryStream stream;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(stream, Load(txn, scope, name));
    TARN_CHECK(change(stream));
    txn.Put(StreamKey(scope, name), EncodeRecord(stream));
    return Ok();
  }));
  return stream;
}

Result<DeliveryStream> Streams::ReplaceDestination(
    const Scope& scope, std::string_view name, const std::string& version, const std::string& destination_id,
    const std::function<Result<std::string>(const DeliveryStream&)>& destination) {
  auto changed = Change(scope, name, [&](DeliveryStream& stream) -> Status {
    if (version != std::to_string(stream.version)) {
      return Fail(kMoved,
                  fmt::format("Cannot update firehose: {} since the current version id: {} and specified version "
                              "id: {} do not match",
                              name, stream.version, version));
    }
    if (destination_id != kDestinationId) {
      return Fail(kInvalid, fmt::format("Destination Id {} not found", destination_id));
    }
    TARN_TRY(stream.destination, destination(stream));
    ++stream.version;
    stream.updated = clock_.Now();
    return Ok();
  });
  if (changed.Is(kNotFound)) {
    return Fail(kNotFound, fmt::format("Firehose {} under accountId {} not found.", name, scope.account));
  }
  return changed;
}

Result<std::vector<DeliveryStream>> Streams::Of(const Scope& scope) const {
  std::vector<DeliveryStream> streams;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    return Each(txn, StreamSpace(scope), [&](const kv::KeyValue& each) -> Status {
      TARN_TRY(DeliveryStream stream, Decode(each.value));
      streams.push_back(std::move(stream));
      return Ok();
    });
  }));
  return streams;
}

Result<std::vector<std::pair<Scope, DeliveryStream>>> Streams::All() const {
  std::vector<std::pair<Scope, DeliveryStream>> all;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    return Each(txn, AllStreamsSpace(), [&](const kv::KeyValue& each) -> Status {
      const auto scope = ScopeOfStreamKey(each.key);
      if (!scope) return Fail(kDamaged, "a delivery stream's key cannot be read");
      TARN_TRY(DeliveryStream stream, Decode(each.value));
      all.emplace_back(*scope, std::move(stream));
      return Ok();
    });
  }));
  return all;
}

}  // namespace tarn::delivery
