#include "observe/request_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "base/log.h"
#include "base/record.h"
#include "kv/key.h"
#include "kv/pages.h"

namespace tarn::observe {
namespace {

constexpr int64_t kMinute = 60 * kMicrosPerSecond;
constexpr int64_t kKeptMinutes = 15 * 24 * 60;
constexpr size_t kMinutesMax = 10'000;  // gathered of one series while the store refuses
constexpr size_t kExpiredAtOnce = 500;
constexpr std::chrono::seconds kFlushPeriod(60);

// Key: ("m", "request", account, bucket, filter, minute) → the region, then four numbers for each metric.
constexpr uint32_t kTagRegion = 1;
constexpr uint32_t kTagMetric = 10;

kv::Key AccountSpace(std::string_view account) { return kv::Key("m").Text("request").Text(account); }
kv::Key SeriesSpace(const RequestSeries& series) {
  return AccountSpace(series.account).Text(series.bucket).Text(series.filter);
}

std::string Encode(const std::string& region, const std::array<Statistic, kRequestMetrics>& metrics) {
  RecordWriter out;
  out.Str(kTagRegion, region);
  for (uint32_t i = 0; i < kRequestMetrics; ++i) {
    if (metrics[i].count > 0) out.Str(kTagMetric + i, PackStatistic(metrics[i]));
  }
  return out.Take();
}

void Merge(std::string_view record, std::array<Statistic, kRequestMetrics>& into) {
  for (RecordReader in(record); in.Next();) {
    const uint32_t tag = in.tag();
    if (tag >= kTagMetric && tag < kTagMetric + kRequestMetrics)
      into[tag - kTagMetric].Merge(UnpackStatistic(in.bytes()));
  }
}

constexpr RequestMetricName kNames[kRequestMetrics] = {{"AllRequests", "Count"},
                                                       {"GetRequests", "Count"},
                                                       {"PutRequests", "Count"},
                                                       {"DeleteRequests", "Count"},
                                                       {"HeadRequests", "Count"},
                                                       {"PostRequests", "Count"},
                                                       {"ListRequests", "Count"},
                                                       {"BytesDownloaded", "Bytes"},
                                                       {"BytesUploaded", "Bytes"},
                                                       {"4xxErrors", "Count"},
                                                       {"5xxErrors", "Count"},
                                                       {"FirstByteLatency", "Milliseconds"},
                                                       {"TotalRequestLatency", "Milliseconds"}};

}  // namespace

RequestMetricName NameOf(RequestMetric metric) { return kNames[static_cast<size_t>(metric)]; }

std::optional<RequestMetric> FindRequestMetric(std::string_view name) {
  const auto* found = std::ranges::find(kNames, name, &RequestMetricName::name);
  if (found == std::end(kNames)) return std::nullopt;
  return static_cast<RequestMetric>(found - std::begin(kNames));
}

void RequestMetrics::Add(const RequestSeries& series, const RequestValues& values) {
  const int64_t minute = clock_.Now().micros / kMinute;
  std::lock_guard lock(mutex_);
  Minutes& minutes = gathered_[series];
  if (minutes.size() >= kMinutesMax) minutes.erase(minutes.begin());
  auto& metrics = minutes[minute];
  for (size_t i = 0; i < kRequestMetrics; ++i) {
    if (values[i]) metrics[i].Add(*values[i]);
  }
}

Result<std::vector<RequestMinute>> RequestMetrics::Get(const std::string& account, const std::string& bucket,
                                                       const std::string& filter, Timestamp from, Timestamp to) {
  Minutes found;
  const RequestSeries series{.account = account, .bucket = bucket, .region = {}, .filter = filter};
  const int64_t first = std::max<int64_t>(0, (from.micros + kMinute - 1) / kMinute);
  const int64_t last = std::max<int64_t>(0, (to.micros + kMinute - 1) / kMinute);
  // What a flush is moving is in neither place.
  std::lock_guard flushing(flush_mutex_);
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    const kv::Key space = SeriesSpace(series);
    kv::Pages pages(kv::Key(space).Number(static_cast<uint64_t>(first)).Take(),
                    kv::Key(space).Number(static_cast<uint64_t>(last)).Take(), 1000);
    while (!pages.done()) {
      TARN_TRY(const auto page, pages.Next(txn));
      for (const auto& pair : page) {
        kv::KeyReader key(std::string_view(pair.key).substr(space.bytes().size()));
        if (const auto minute = key.Number()) Merge(pair.value, found[static_cast<int64_t>(*minute)]);
      }
    }
    return Ok();
  }));
  {
    std::lock_guard lock(mutex_);
    for (const auto& [each, minutes] : gathered_) {
      if (each.account != account || each.bucket != bucket || each.filter != filter) continue;
      for (const auto& [minute, metrics] : minutes) {
        if (minute < first || minute >= last) continue;
        for (size_t i = 0; i < kRequestMetrics; ++i) found[minute][i].Merge(metrics[i]);
      }
    }
  }
  std::vector<RequestMinute> list;
  for (const auto& [minute, metrics] : found) list.push_back({{minute * kMinute}, metrics});
  return list;
}

Result<std::vector<RequestSeries>> RequestMetrics::List(const std::string& account) {
  std::set<RequestSeries> found;
  std::lock_guard flushing(flush_mutex_);
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    const kv::Key space = AccountSpace(account);
    std::string begin = space.bytes();
    while (true) {
      TARN_TRY(const auto row, txn.PeekScan(begin, space.End(), 1));
      if (row.empty()) return Ok();
      kv::KeyReader key(std::string_view(row[0].key).substr(space.bytes().size()));
      RequestSeries series{.account = account, .bucket = {}, .region = {}, .filter = {}};
      series.bucket = key.Text().value_or("");
      series.filter = key.Text().value_or("");
      begin = SeriesSpace(series).End();
      for (RecordReader in(row[0].value); in.Next();) {
        if (in.tag() == kTagRegion) series.region = in.str();
      }
      found.insert(std::move(series));
    }
  }));
  std::lock_guard lock(mutex_);
  for (const auto& [series, minutes] : gathered_) {
    if (series.account == account) found.insert(series);
  }
  return std::vector<RequestSeries>(found.begin(), found.end());
}

Status RequestMetrics::Flush() {
  std::lock_guard flushing(flush_mutex_);
  std::map<RequestSeries, Minutes> moving;
  {
    std::lock_guard lock(mutex_);
    moving.swap(gathered_);
  }
  const int64_t oldest = clock_.Now().micros / kMinute - kKeptMinutes;
  for (auto it = moving.begin(); it != moving.end(); it = moving.erase(it)) {
    const auto& [series, minutes] = *it;
    const Status written = kv::Transact(store_, [&](kv::Txn& txn) -> Status {
      const kv::Key space = SeriesSpace(series);
      for (const auto& [minute, metrics] : minutes) {
        const std::string key = kv::Key(space).Number(static_cast<uint64_t>(minute)).Take();
        TARN_TRY(const auto stored, txn.Get(key));
        auto sum = metrics;
        if (stored) Merge(*stored, sum);
        txn.Put(key, Encode(series.region, sum));
      }
      const std::string end = kv::Key(space).Number(static_cast<uint64_t>(std::max<int64_t>(0, oldest))).Take();
      TARN_TRY(const auto expired, txn.PeekScan(space.bytes(), end, kExpiredAtOnce));
      for (const auto& pair : expired) txn.Delete(pair.key);
      return Ok();
    });
    if (written.ok()) continue;
    // Back to the others, for the next time.
    std::lock_guard lock(mutex_);
    for (const auto& [each, left] : moving) {
      for (const auto& [minute, metrics] : left) {
        for (size_t i = 0; i < kRequestMetrics; ++i) gathered_[each][minute][i].Merge(metrics[i]);
      }
    }
    return written;
  }
  return Ok();
}

void RequestMetrics::Start() {
  thread_ = std::thread([this] { RunThread(); });
}

void RequestMetrics::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
  }
  if (!thread_.joinable()) return;
  thread_.join();
  const Status written = Flush();
  if (!written.ok()) log::Warn("metrics", fmt::format("requests: {}", written.error().message));
}

void RequestMetrics::RunThread() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      if (wake_.wait_for(lock, kFlushPeriod, [this] { return stopping_; })) return;
    }
    const Status written = Flush();
    if (!written.ok()) log::Warn("metrics", fmt::format("requests: {}", written.error().message));
  }
}

}  // namespace tarn::observe
