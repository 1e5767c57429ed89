#include "stream/live.h"

#include <algorithm>

#include "base/random.h"

namespace tarn::stream {
namespace {

// How many that are in use are passed over in one search for those that are not.
constexpr int kPassedOver = 16;

// Whether another session may begin.
bool MayFollow(const SessionSlot& session, Timestamp now) {
  return now.micros - session.began.micros >= kTakeoverMicros;
}

}  // namespace

Live::Live(StreamRef kept)
    : stream(std::move(kept)), deleted(stream->state == State::kDeleting), turn(RandomU64() >> 1) {}

bool Live::IsAtRest(Timestamp now) {
  const std::lock_guard lock(mutex);
  return std::ranges::all_of(rates, [&](auto& of_shard) { return of_shard.second.AreFull(now); }) &&
         std::ranges::all_of(sessions, [&](const auto& session) { return MayFollow(session.second, now); });
}

void Live::DropEndedSessions(Timestamp now) {
  std::erase_if(sessions, [&](const auto& session) { return !session.second.wake && MayFollow(session.second, now); });
}

std::shared_ptr<Live> LiveStreams::Find(const Name& name) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return nullptr;
  order_.splice(order_.begin(), order_, found->second);
  return found->second->live;
}

std::shared_ptr<Live> LiveStreams::Add(const Name& name, StreamRef stream, Timestamp now) {
  Erase(name);
  const size_t weight = 1 + stream->shards.size();
  order_.push_front({name, std::make_shared<Live>(std::move(stream)), weight});
  by_name_.emplace(name, order_.begin());
  weight_ += weight;
  std::shared_ptr<Live> added = order_.front().live;
  Shrink(now);
  return added;
}

void LiveStreams::Erase(const Name& name) {
  if (const auto found = by_name_.find(name); found != by_name_.end()) Drop(found->second);
}

void LiveStreams::Drop(std::list<Entry>::iterator entry) {
  weight_ -= entry->weight;
  by_name_.erase(entry->name);
  order_.erase(entry);
}

void LiveStreams::Shrink(Timestamp now) {
  for (int passed = 0; weight_ > kWeightMax && order_.size() > kCountMin && passed < kPassedOver;) {
    const auto oldest = std::prev(order_.end());
    if (oldest->live.use_count() == 1 && oldest->live->IsAtRest(now)) {
      Drop(oldest);
    } else {
      order_.splice(order_.begin(), order_, oldest);
      ++passed;
    }
  }
}

}  // namespace tarn::stream
