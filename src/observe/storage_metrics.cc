#include "observe/storage_metrics.h"

#include <algorithm>

#include "base/record.h"
#include "kv/key.h"
#include "kv/pages.h"

namespace tarn::observe {
namespace {

constexpr int64_t kHour = 3600 * kMicrosPerSecond;
constexpr int64_t kKeptMicros = 455 * kMicrosPerDay;
constexpr size_t kBatch = 500;  // keys written or removed in one transaction

// Key: ("m", "storage", account, bucket, hour) → bytes, objects; type and its bytes, repeated.
enum : uint32_t { kTagBytes = 1, kTagObjects = 2, kTagType = 3, kTagTypeBytes = 4 };

kv::Key BucketSpace(std::string_view account, std::string_view bucket) {
  return kv::Key("m").Text("storage").Text(account).Text(bucket);
}

uint64_t HourOf(Timestamp time) { return static_cast<uint64_t>(std::max<int64_t>(0, time.micros / kHour)); }

StorageSample Decode(uint64_t hour, std::string_view record) {
  StorageSample sample{.at = {static_cast<int64_t>(hour) * kHour}};
  for (RecordReader reader(record); reader.Next();) {
    if (reader.tag() == kTagBytes) sample.bytes = reader.u64();
    if (reader.tag() == kTagObjects) sample.objects = reader.u64();
    if (reader.tag() == kTagType) sample.by_type.emplace_back(reader.str(), 0);
    if (reader.tag() == kTagTypeBytes && !sample.by_type.empty()) sample.by_type.back().second = reader.u64();
  }
  return sample;
}

}  // namespace

Status StorageMetrics::Sample() {
  TARN_TRY(const auto buckets, source_->ListAll());
  const Timestamp now = clock_->Now();
  const uint64_t oldest = HourOf(now.Plus(-kKeptMicros));
  for (size_t first = 0; first < buckets.size(); first += kBatch) {
    TARN_CHECK(kv::Transact(*store_, [&](kv::Txn& txn) -> Status {
      for (size_t i = first; i < std::min(buckets.size(), first + kBatch); ++i) {
        const BucketUsage& usage = buckets[i];
        const kv::Key space = BucketSpace(usage.account, usage.bucket);
        RecordWriter record;
        record.U64(kTagBytes, usage.bytes).U64(kTagObjects, usage.objects);
        for (const auto& [type, bytes] : usage.by_type) record.Str(kTagType, type).U64(kTagTypeBytes, bytes);
        txn.Put(kv::Key(space).Number(HourOf(now)).Take(), record.Take());
        TARN_TRY(const auto expired, txn.PeekScan(space.bytes(), kv::Key(space).Number(oldest).Take(), 24));
        for (const auto& pair : expired) txn.Delete(pair.key);
      }
      return Ok();
    }));
  }
  return Ok();
}

Result<std::vector<StorageSample>> StorageMetrics::Get(const std::string& account, const std::string& bucket,
                                                       Timestamp from, Timestamp to) {
  std::vector<StorageSample> samples;
  const kv::Key space = BucketSpace(account, bucket);
  TARN_CHECK(kv::Read(*store_, [&](kv::Txn& txn) -> Status {
    kv::Pages pages(kv::Key(space).Number(HourOf(from.Plus(kHour - 1))).Take(),
                    kv::Key(space).Number(HourOf(to.Plus(kHour - 1))).Take(), 1000);
    while (!pages.done()) {
      TARN_TRY(const auto page, pages.Next(txn));
      for (const auto& pair : page) {
        kv::KeyReader reader(std::string_view(pair.key).substr(space.bytes().size()));
        if (const auto hour = reader.Number()) samples.push_back(Decode(*hour, pair.value));
      }
    }
    return Ok();
  }));
  const Timestamp now = clock_->Now();
  if (from <= now && now < to) {
    TARN_TRY(const auto present, source_->Find(account, bucket));
    if (present) samples.push_back({now, present->bytes, present->objects, present->by_type});
  }
  return samples;
}

}  // namespace tarn::observe
