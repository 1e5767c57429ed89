#include "observe/metric_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/log.h"
#include "base/record.h"
#include "base/strings.h"
#include "kv/key.h"
#include "kv/pages.h"

namespace tarn::observe {
namespace {

constexpr std::string_view kSpace = "metric";
constexpr std::string_view kPoints = "at";     // account, region, namespace, dimensions, second
constexpr std::string_view kOwners = "of";     // account, region, namespace, dimensions
constexpr std::string_view kCounts = "count";  // account, region
constexpr int64_t kMinuteSeconds = 60;
constexpr int64_t kHourSeconds = 3600;
constexpr int64_t kKeptSeconds = 15 * 24 * kHourSeconds;
constexpr size_t kMinutesMax = 60;       // gathered of one owner while the store refuses
constexpr size_t kOwnersWritten = 500;   // by one transaction
constexpr size_t kOwnersLookedAt = 200;  // by one Forget
constexpr size_t kPointsForgotten = 500;
constexpr size_t kPage = 1000;
constexpr std::chrono::seconds kFlushPeriod(60);

constexpr uint32_t kTagDimensionName = 1;
constexpr uint32_t kTagDimensionValue = 2;
constexpr uint32_t kTagPoint = 1;
constexpr uint32_t kTagPointName = 1;
constexpr uint32_t kTagPointUnit = 2;
constexpr uint32_t kTagPointValues = 3;
constexpr uint32_t kTagLast = 1;
constexpr uint32_t kTagName = 2;

std::string EncodeDimensions(const MetricDimensions& dimensions) {
  RecordWriter out;
  for (const auto& [name, value] : dimensions) out.Str(kTagDimensionName, name).Str(kTagDimensionValue, value);
  return out.Take();
}

MetricDimensions DecodeDimensions(std::string_view bytes) {
  MetricDimensions dimensions;
  for (RecordReader in(bytes); in.Next();) {
    if (in.tag() == kTagDimensionName) dimensions.emplace_back(in.str(), "");
    if (in.tag() == kTagDimensionValue && !dimensions.empty()) dimensions.back().second = in.str();
  }
  return dimensions;
}

kv::Key ScopeKey(std::string_view kind, const Scope& scope) {
  return kv::Key(kSpace).Text(kind).Text(scope.account).Text(scope.region);
}
kv::Key OwnerKey(std::string_view kind, const MetricOwner& owner) {
  return ScopeKey(kind, owner.scope).Text(owner.space).Text(EncodeDimensions(owner.dimensions));
}
std::string PointKey(const kv::Key& owner, int64_t second) {
  return kv::Key(owner).Number(static_cast<uint64_t>(std::max<int64_t>(0, second))).Take();
}

std::optional<MetricOwner> ReadOwnerKey(std::string_view key) {
  kv::KeyReader in(key);
  if (!in.Text() || !in.Text()) return std::nullopt;
  MetricOwner owner;
  owner.scope.account = in.Text().value_or("");
  owner.scope.region = in.Text().value_or("");
  owner.space = in.Text().value_or("");
  const auto dimensions = in.Text();
  if (!dimensions || !in.AtEnd()) return std::nullopt;
  owner.dimensions = DecodeDimensions(*dimensions);
  return owner;
}

using Samples = std::map<std::pair<std::string, std::string>, Statistic>;

std::string EncodeSamples(const Samples& samples) {
  RecordWriter out;
  for (const auto& [name, values] : samples) {
    RecordWriter one;
    one.Str(kTagPointName, name.first).Str(kTagPointUnit, name.second).Str(kTagPointValues, PackStatistic(values));
    out.Str(kTagPoint, one.Take());
  }
  return out.Take();
}

void MergeSamples(std::string_view record, Samples& into) {
  for (RecordReader in(record); in.Next();) {
    if (in.tag() != kTagPoint) continue;
    std::pair<std::string, std::string> name;
    Statistic values;
    for (RecordReader one(in.bytes()); one.Next();) {
      if (one.tag() == kTagPointName) name.first = one.str();
      if (one.tag() == kTagPointUnit) name.second = one.str();
      if (one.tag() == kTagPointValues) values = UnpackStatistic(one.bytes());
    }
    into[std::move(name)].Merge(values);
  }
}

// What is known of an owner.
struct Known {
  int64_t last = 0;  // seconds
  std::set<std::string> names;
};

std::string EncodeKnown(const Known& known) {
  RecordWriter out;
  out.I64(kTagLast, known.last);
  for (const std::string& name : known.names) out.Str(kTagName, name);
  return out.Take();
}

Known DecodeKnown(std::string_view record) {
  Known known;
  for (RecordReader in(record); in.Next();) {
    if (in.tag() == kTagLast) known.last = in.i64();
    if (in.tag() == kTagName) known.names.insert(in.str());
  }
  return known;
}

Status ChangeCount(kv::Txn& txn, const Scope& scope, int64_t by, size_t most) {
  const std::string key = ScopeKey(kCounts, scope).Take();
  TARN_TRY(const auto kept, txn.Get(key));
  const auto count = static_cast<int64_t>(ParseU64(kept.value_or("")).value_or(0)) + by;
  if (by > 0 && count > static_cast<int64_t>(most)) {
    return Fail(kTooManyMetrics, fmt::format("The account {} has more than {} sets of dimensions in {}.", scope.account,
                                             most, scope.region));
  }
  txn.Put(key, std::to_string(std::max<int64_t>(0, count)));
  return Ok();
}

}  // namespace

// Makes sure that the owner is known by its names; `left_out` when it may not be.
Status MetricStore::Note(kv::Txn& txn, const MetricOwner& owner, const std::map<int64_t, Samples>& points,
                         bool& left_out) {
  const std::string key = OwnerKey(kOwners, owner).Take();
  TARN_TRY(const auto kept, txn.Get(key));
  Known known = kept ? DecodeKnown(*kept) : Known();
  bool changed = !kept;
  if (!kept) {
    Status counted = ChangeCount(txn, owner.scope, 1, limits_.owners_max);
    left_out = counted.Is(kTooManyMetrics);
    if (!counted.ok()) return counted;
  }
  for (const auto& [second, samples] : points) {
    for (const auto& [name, values] : samples) changed |= known.names.insert(name.first).second;
    if (second > known.last + kHourSeconds / 2) {
      known.last = second;
      changed = true;
    }
  }
  if (known.names.size() > limits_.names_max) {
    left_out = true;
    return Fail(kTooManyMetrics, fmt::format("A set of dimensions has more than {} metrics.", limits_.names_max));
  }
  if (changed) txn.Put(key, EncodeKnown(known));
  return Ok();
}

Status MetricStore::Write(const Points& points, bool may_leave_out) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    for (const auto& [owner, seconds] : points) {
      bool left_out = false;
      Status noted = Note(txn, owner, seconds, left_out);
      if (left_out && may_leave_out) continue;
      if (!noted.ok()) return noted;
      const kv::Key space = OwnerKey(kPoints, owner);
      for (const auto& [second, samples] : seconds) {
        const std::string key = PointKey(space, second);
        TARN_TRY(const auto kept, txn.Get(key));
        Samples all = samples;
        if (kept) MergeSamples(*kept, all);
        txn.Put(key, EncodeSamples(all));
      }
    }
    return Ok();
  });
}

Status MetricStore::Put(const std::vector<NewPoint>& points) {
  Points all;
  for (const NewPoint& point : points) {
    const int64_t step = point.by_second ? 1 : kMinuteSeconds;
    const int64_t second = point.at.seconds() / step * step;
    all[point.owner][second][{point.name, point.unit}].Merge(point.values);
  }
  return Write(all, false);
}

uint32_t MetricStore::MetricOf(std::string_view name, std::string_view unit) {
  const auto found = metric_of_.find({name, unit});
  if (found != metric_of_.end()) return found->second;
  const auto& kept = metrics_.emplace_back(name, unit);
  const auto place = static_cast<uint32_t>(metrics_.size() - 1);
  metric_of_.emplace(std::pair<std::string_view, std::string_view>(kept.first, kept.second), place);
  return place;
}

Statistic& MetricStore::SlotOf(std::vector<Packed>& samples, uint32_t metric) {
  const auto found = std::ranges::find(samples, metric, &Packed::metric);
  return found != samples.end() ? found->values : samples.emplace_back(Packed{metric, {}}).values;
}

std::map<int64_t, MetricStore::Samples> MetricStore::Unpack(const std::vector<Minute>& minutes) const {
  std::map<int64_t, Samples> all;
  for (const Minute& minute : minutes) {
    Samples& samples = all[minute.second];
    for (const Packed& packed : minute.samples) samples[metrics_[packed.metric]].Merge(packed.values);
  }
  return all;
}

void MetricStore::Count(const MetricOwner& owner, std::span<const Measured> samples) {
  const int64_t second = clock_.Now().seconds() / kMinuteSeconds * kMinuteSeconds;
  const std::lock_guard lock(mutex_);
  if (gathered_.size() >= limits_.owners_max && !gathered_.contains(owner)) return;
  auto& minutes = gathered_[owner];
  auto minute = std::ranges::find(minutes, second, &Minute::second);
  if (minute == minutes.end()) {
    if (minutes.size() >= kMinutesMax) minutes.erase(minutes.begin());
    minutes.push_back({second, {}});
    minute = std::prev(minutes.end());
    minute->samples.reserve(samples.size());
  }
  for (const Measured& sample : samples) {
    SlotOf(minute->samples, MetricOf(sample.name, sample.unit)).Add(sample.value);
  }
}

Result<std::vector<MetricPoint>> MetricStore::Get(const MetricOwner& owner, const std::string& name, Timestamp from,
                                                  Timestamp to) {
  std::map<int64_t, Samples> found;
  const auto ceiling = [](Timestamp time) { return (time.micros + kMicrosPerSecond - 1) / kMicrosPerSecond; };
  const int64_t first = ceiling(from);
  const int64_t end = ceiling(to);
  // What a flush is moving is in neither place.
  const std::lock_guard flushing(flush_mutex_);
  const kv::Key space = OwnerKey(kPoints, owner);
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    kv::Pages pages(PointKey(space, first), PointKey(space, end), kPage);
    while (!pages.done()) {
      TARN_TRY(const auto page, pages.Next(txn));
      for (const auto& pair : page) {
        kv::KeyReader key(std::string_view(pair.key).substr(space.bytes().size()));
        if (const auto second = key.Number()) MergeSamples(pair.value, found[static_cast<int64_t>(*second)]);
      }
    }
    return Ok();
  }));
  {
    const std::lock_guard lock(mutex_);
    if (const auto gathered = gathered_.find(owner); gathered != gathered_.end()) {
      for (const auto& [second, samples] : Unpack(gathered->second)) {
        if (second < first || second >= end) continue;
        for (const auto& [key, values] : samples) found[second][key].Merge(values);
      }
    }
  }
  std::vector<MetricPoint> points;
  for (const auto& [second, samples] : found) {
    for (const auto& [key, values] : samples) {
      if (key.first == name) points.push_back({Timestamp{second * kMicrosPerSecond}, key.second, values});
    }
  }
  return points;
}

Result<std::vector<ListedOwner>> MetricStore::List(const Scope& scope, const std::string& space) {
  std::map<MetricOwner, Known> found;
  const std::lock_guard flushing(flush_mutex_);
  kv::Key all = ScopeKey(kOwners, scope);
  if (!space.empty()) all.Text(space);
  const int64_t oldest = clock_.Now().seconds() - kKeptSeconds;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    kv::Pages pages(all, kPage);
    while (!pages.done()) {
      TARN_TRY(const auto page, pages.Next(txn));
      for (const auto& pair : page) {
        const auto owner = ReadOwnerKey(pair.key);
        Known known = DecodeKnown(pair.value);
        if (owner && known.last >= oldest) found.emplace(*owner, std::move(known));
      }
    }
    return Ok();
  }));
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [owner, minutes] : gathered_) {
      if (owner.scope != scope || (!space.empty() && owner.space != space)) continue;
      Known& known = found[owner];
      for (const Minute& minute : minutes) {
        known.last = std::max(known.last, minute.second);
        for (const Packed& packed : minute.samples) known.names.insert(metrics_[packed.metric].first);
      }
    }
  }
  std::vector<ListedOwner> list;
  list.reserve(found.size());
  for (auto& [owner, known] : found) {
    list.push_back({owner, Timestamp{known.last * kMicrosPerSecond}, std::move(known.names)});
  }
  return list;
}

Status MetricStore::Flush() {
  const std::lock_guard flushing(flush_mutex_);
  Gathered moving;
  {
    const std::lock_guard lock(mutex_);
    moving.swap(gathered_);
  }
  while (!moving.empty()) {
    const Status written = FlushSome(moving);
    if (written.ok()) continue;
    TakeBack(std::move(moving));
    return written;
  }
  return Forget();
}

// In one transaction; takes them out of `moving` when it is done.
Status MetricStore::FlushSome(Gathered& moving) {
  Points points;
  auto end = moving.begin();
  {
    const std::lock_guard lock(mutex_);
    for (; end != moving.end() && points.size() < kOwnersWritten; ++end) {
      points.emplace_hint(points.end(), end->first, Unpack(end->second));
    }
  }
  TARN_CHECK(Write(points, true));
  moving.erase(moving.begin(), end);
  return Ok();
}

// For the next time, with what came meanwhile.
void MetricStore::TakeBack(Gathered moving) {
  const std::lock_guard lock(mutex_);
  moving.swap(gathered_);
  for (auto& [owner, minutes] : moving) {
    auto& kept = gathered_[owner];
    for (Minute& minute : minutes) {
      const auto same = std::ranges::find(kept, minute.second, &Minute::second);
      if (same == kept.end()) {
        kept.push_back(std::move(minute));
        continue;
      }
      for (const Packed& packed : minute.samples) SlotOf(same->samples, packed.metric).Merge(packed.values);
    }
  }
}

// Looks at some owners, the next time at those behind them.
Status MetricStore::Forget() {
  const int64_t oldest = clock_.Now().seconds() - kKeptSeconds;
  const kv::Key all = kv::Key(kSpace).Text(kOwners);
  std::string next;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    const std::string begin = forgotten_.empty() ? all.bytes() : forgotten_ + '\0';
    TARN_TRY(const auto rows, txn.PeekScan(begin, all.End(), kOwnersLookedAt));
    next = rows.size() < kOwnersLookedAt ? std::string() : rows.back().key;
    for (const auto& row : rows) {
      const auto owner = ReadOwnerKey(row.key);
      if (!owner) continue;
      const kv::Key space = OwnerKey(kPoints, *owner);
      TARN_TRY(const auto old, txn.PeekScan(space.bytes(), PointKey(space, oldest), kPointsForgotten));
      for (const auto& point : old) txn.Delete(point.key);
      if (old.size() == kPointsForgotten || DecodeKnown(row.value).last + kHourSeconds > oldest) continue;
      TARN_TRY(const auto kept, txn.Get(row.key));
      if (!kept || *kept != row.value) continue;
      txn.Delete(row.key);
      TARN_CHECK(ChangeCount(txn, owner->scope, -1, 0));
    }
    return Ok();
  }));
  forgotten_ = std::move(next);
  return Ok();
}

std::unique_ptr<MetricStore> MetricStore::Open(kv::Store& store, const Clock& clock) {
  auto made = std::make_unique<MetricStore>(store, clock, Limits());
  made->thread_ = std::thread([made = made.get()] { made->RunThread(); });
  return made;
}

void MetricStore::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
  }
  if (!thread_.joinable()) return;
  thread_.join();
  const Status written = Flush();
  if (!written.ok()) log::Warn("metrics", written.error().message);
}

void MetricStore::RunThread() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      if (wake_.wait_for(lock, kFlushPeriod, [this] { return stopping_; })) return;
    }
    const Status written = Flush();
    if (!written.ok()) log::Warn("metrics", written.error().message);
  }
}

}  // namespace tarn::observe
