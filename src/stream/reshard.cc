// Shards split, merged and recounted: one change of the stream's record each, with the gate shut.
#include <fmt/format.h>

#include <algorithm>

#include "stream/core.h"

namespace tarn::stream {
namespace {

constexpr int64_t kRecountsMax = 10;  // in 24 hours
constexpr int64_t kShardsMax = 10'000;

Error NoShard(const Scope& scope, std::string_view stream, std::string_view shard) {
  return Fail(kNotFound,
              fmt::format("Could not find shard {} in stream {} under account {}.", shard, stream, scope.account));
}

Result<int64_t> IndexOf(const Scope& scope, std::string_view stream, const std::string& shard) {
  const auto index = ParseShardId(shard);
  if (!index) return NoShard(scope, stream, shard);
  return *index;
}

// Changes the shards of one stream's copy.
class Resharder {
 public:
  Resharder(Stream& stream, const Log& log, Timestamp now) : stream_(stream), log_(log), now_(now) {}

  // Children begin a second later than their parents end, and than those began: a parent may be a moment old itself.
  void Open(HashKey begin, HashKey end, int64_t parent, int64_t adjacent) {
    int64_t after = now_.seconds();
    for (const int64_t index : {parent, adjacent}) {
      if (const Shard* shard = stream_.FindShard(index); shard != nullptr)
        after = std::max(after, shard->created.seconds());
    }
    stream_.OpenShard({.index = stream_.next_shard++,
                       .parent = parent,
                       .adjacent = adjacent,
                       .begin = begin,
                       .end = end,
                       .log = NewLogId(),
                       .created = Timestamp{(after + 1) * kMicrosPerSecond}});
  }
  void Close(const Shard& shard) { stream_.CloseShard(shard.index, now_, log_.End(shard.log)); }
  void SplitAt(const Shard parent, HashKey begin) {  // a copy: shards move
    Close(parent);
    Open(parent.begin, begin.Previous(), parent.index, -1);
    Open(begin, parent.end, parent.index, -1);
  }
  void MergeTwo(const Shard low, const Shard high) {
    Close(low);
    Close(high);
    Open(low.begin, high.end, low.index, high.index);
  }

  // To `count` equal ranges, from the lowest on: cuts where each ends, then joins what lies in it, as Kinesis does.
  void Recount(uint64_t count) {
    for (uint64_t i = 0; i < count; ++i) {
      const HashKey begin = RangeBegin(i, count);
      HashKey end = kHashKeyMax;
      if (i + 1 < count) {
        const HashKey next = RangeBegin(i + 1, count);
        const Shard* holder = stream_.ShardOf(next);
        if (holder != nullptr && holder->begin != next) SplitAt(*holder, next);
        end = next.Previous();
      }
      const std::vector<Shard> within = Within(begin, end);
      for (size_t k = 1; k < within.size(); ++k) MergeTwo(k == 1 ? within[0] : stream_.shards.back(), within[k]);
    }
  }

 private:
  // The open shards of a range, by theirs.
  std::vector<Shard> Within(HashKey begin, HashKey end) const {
    const auto begin_of = [&](uint32_t place) { return stream_.shards[place].begin; };
    std::vector<Shard> within;
    for (auto at = std::ranges::lower_bound(stream_.open, begin, {}, begin_of);
         at != stream_.open.end() && stream_.shards[*at].end <= end; ++at) {
      within.push_back(stream_.shards[*at]);
    }
    return within;
  }

  Stream& stream_;
  const Log& log_;
  const Timestamp now_;
};

Status MustBeProvisioned(const Stream& stream) {
  if (!stream.on_demand) return Ok();
  return Fail(kValidation, fmt::format("Request is invalid. Stream {} under account {} is in On-Demand mode.",
                                       stream.name, stream.scope.account));
}

Error Closed(const Stream& stream, int64_t shard) {
  return Fail(kInvalid, fmt::format("Shard {} in stream {} under account {} has already been merged or split, and thus "
                                    "is not eligible for merging or splitting.",
                                    ShardIdOf(shard), stream.name, stream.scope.account));
}

}  // namespace

Status Streams::Core::Begin(Stream& stream, const Reshard& reshard) {
  if (options.settle_micros == 0) return Carry(stream, reshard);
  stream.resharding = reshard;
  return Ok();
}

Status Streams::Core::Carry(Stream& stream, const Reshard& reshard) {
  TARN_CHECK(Flush());
  Resharder resharder(stream, log, clock.Now());
  if (reshard.kind == Reshard::Kind::kRecount) {
    resharder.Recount(reshard.count);
    return Ok();
  }
  const bool merge = reshard.kind == Reshard::Kind::kMerge;
  const Shard* shard = stream.FindShard(reshard.shard);
  const Shard* adjacent = merge ? stream.FindShard(reshard.adjacent) : shard;
  if (shard == nullptr || adjacent == nullptr) return Fail(kLogDamaged, "a shard that is to change is gone");
  if (merge) {
    resharder.MergeTwo(*shard, *adjacent);
  } else {
    resharder.SplitAt(*shard, reshard.begin);
  }
  return Ok();
}

Status Streams::Core::CarrySettled(Live& of) {
  const std::lock_guard gate(of.gate);
  const StreamRef before = of.Get();
  if (of.deleted || !before->resharding || clock.Now() < before->settles) return Ok();
  auto after = std::make_shared<Stream>(*before);
  after->resharding.reset();
  TARN_CHECK(Carry(*after, *before->resharding));
  return Keep(of, std::move(after), nullptr);
}

Status Streams::Split(const Scope& scope, std::string_view name, const std::string& shard_id,
                      const std::string& new_begin) {
  TARN_TRY(const int64_t index, IndexOf(scope, name, shard_id));
  TARN_TRY(const auto live, core_->Find(scope, name));
  const auto split = [&](Stream& stream) -> Status {
    const Shard* shard = stream.FindShard(index);
    if (shard == nullptr) return NoShard(scope, name, ShardIdOf(index));
    TARN_CHECK(MustBeProvisioned(stream));
    if (shard->closed) return Closed(stream, index);
    const auto begin = ParseHashKey(new_begin);
    if (!begin || *begin <= shard->begin.Next() || *begin >= shard->end) {
      return Fail(kInvalid, fmt::format("NewStartingHashKey {} used in SplitShard() on shard {} in stream {} under "
                                        "account {} is not both greater than one plus the shard's StartingHashKey {} "
                                        "and less than the shard's EndingHashKey {}.",
                                        new_begin, shard->id(), name, scope.account, FormatHashKey(shard->begin),
                                        FormatHashKey(shard->end)));
    }
    return core_->Begin(stream, {.kind = Reshard::Kind::kSplit, .shard = shard->index, .begin = *begin});
  };
  return core_->Change(*live, State::kUpdating, split,
                       [&](int64_t open) { return TooManyShards(scope, open, core_->options.account_shards_max, 1); });
}

Status Streams::Merge(const Scope& scope, std::string_view name, const std::string& shard_id,
                      const std::string& adjacent) {
  TARN_TRY(const int64_t low, IndexOf(scope, name, shard_id));
  TARN_TRY(const int64_t high, IndexOf(scope, name, adjacent));
  TARN_TRY(const auto live, core_->Find(scope, name));
  return core_->Change(*live, State::kUpdating, [&](Stream& stream) -> Status {
    const Shard* first = stream.FindShard(low);
    if (first == nullptr) return NoShard(scope, name, ShardIdOf(low));
    const Shard* second = stream.FindShard(high);
    if (second == nullptr) return NoShard(scope, name, ShardIdOf(high));
    TARN_CHECK(MustBeProvisioned(stream));
    if (first->end == kHashKeyMax || first->end.Next() != second->begin) {
      return Fail(kInvalid, fmt::format("Shards {} and {} in stream {} under account {} are not an adjacent pair of "
                                        "shards eligible for merging",
                                        first->id(), second->id(), name, scope.account));
    }
    if (first->closed) return Closed(stream, low);
    if (second->closed) return Closed(stream, high);
    return core_->Begin(stream, {.kind = Reshard::Kind::kMerge, .shard = first->index, .adjacent = second->index});
  });
}

Result<Streams::Recount> Streams::UpdateShardCount(const Scope& scope, std::string_view name, int64_t target) {
  TARN_TRY(const auto live, core_->Find(scope, name));
  Recount recount{.before = 0, .target = target};
  const auto too_many = [&](int64_t open) {
    return Fail(kLimit, fmt::format("Target shard count or number of open shards cannot be greater than {}. Current "
                                    "open shard count: {}, Target shard count: {}",
                                    std::min(kShardsMax, core_->options.account_shards_max), open, target));
  };
  const auto change = [&](Stream& stream) -> Status {
    TARN_CHECK(MustBeProvisioned(stream));
    const auto open = static_cast<int64_t>(stream.open_shards());
    recount.before = open;
    if (target > 2 * open) {
      return Fail(kInvalid, fmt::format("UpdateShardCount cannot scale up over double your current open shard count. "
                                        "Current open shard count: {} Target shard count: {}",
                                        open, target));
    }
    if (2 * target < open) {
      return Fail(kInvalid, fmt::format("UpdateShardCount cannot scale down below half your current open shard count. "
                                        "Current open shard count: {} Target shard count: {}",
                                        open, target));
    }
    if (target > kShardsMax) return too_many(open);
    const Timestamp now = core_->clock.Now();
    std::erase_if(stream.recounts, [&](Timestamp at) { return at < now.Plus(-kMicrosPerDay); });
    if (static_cast<int64_t>(stream.recounts.size()) >= kRecountsMax) {
      return Fail(kLimit,
                  fmt::format("Update shard count cannot be called more than {} times per rolling 24 hour period "
                              "for stream {} under account {}.",
                              kRecountsMax, name, scope.account));
    }
    stream.recounts.push_back(now);
    return core_->Begin(stream, {.kind = Reshard::Kind::kRecount, .count = static_cast<uint64_t>(target)});
  };
  TARN_CHECK(core_->Change(*live, State::kUpdating, change, too_many));
  return recount;
}

}  // namespace tarn::stream
