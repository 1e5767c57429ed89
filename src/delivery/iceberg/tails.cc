#include "delivery/iceberg/tails.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "base/log.h"
#include "base/strings.h"
#include "delivery/errors.h"
#include "delivery/positions.h"
#include "engine/errors.h"

namespace tarn::delivery {
namespace {

// Deliveries to a table are seconds apart: a second look nearly always agrees with the first.
constexpr int kLooks = 20;
constexpr size_t kRecordsMax = 200'000;  // of one read

// Whether the stream's records may go to the table.
bool MayFeed(const Plan& plan, const std::string& name) {
  if (plan.kind != DestinationKind::kIceberg) return false;
  const bool routes = !plan.processing.query.empty() || plan.iceberg.targets.size() != 1;
  return routes || std::ranges::any_of(plan.iceberg.targets, [&](const TableTarget& target) {
           return AsciiLower(target.database + "." + target.table) == name;
         });
}

bool IsOfTheDelivery(const Error& error) {
  return error.reason == &kRefused || error.reason->code == Code::kPermissionDenied ||
         error.reason->code == Code::kNotFound;
}

}  // namespace

Result<std::vector<Tails::Feed>> Tails::FeedsOf(const Scope& scope, const std::string& name) const {
  std::vector<Feed> feeds;
  TARN_TRY(auto streams, parts_.streams.Of(scope));
  for (DeliveryStream& stream : streams) {
    if (stream.type == kFromKinesis && parts_.source == nullptr) continue;
    auto plan = ReadPlan(stream.destination, scope);
    if (!plan.ok() || !MayFeed(*plan, name)) continue;
    Feed feed{.stream = std::move(stream), .plan = std::move(*plan), .from = {}};
    TARN_TRY(feed.from, LoadPositions(parts_.store, feed.stream.log));
    TARN_TRY(const Positions committed, LoadTablePositions(parts_.store, feed.stream.log, name));
    for (const auto& [lane, position] : committed) feed.from[lane] = std::max(feed.from[lane], position);
    feeds.push_back(std::move(feed));
  }
  return feeds;
}

Result<Tails::Waiting> Tails::Read(const Scope& scope, const Feed& feed, const std::string& name,
                                   uint64_t& bytes) const {
  Waiting waiting{.records = {}, .after = feed.from};
  while (true) {
    Intake::Buffer buffer;
    const uint64_t bytes_max = kTailBytesMax - std::min(kTailBytesMax, bytes) + 1;
    if (feed.stream.type == kFromKinesis) {
      auto read = parts_.source->Read(scope, feed.stream, waiting.after, bytes_max);
      // As a delivery, it gets nothing from a source that is gone or closed to its role.
      if (!read.ok() && IsOfTheDelivery(read.error())) return waiting;
      if (!read.ok()) return read.error();
      buffer = {.records = std::move(*read), .is_full = true};
    } else {
      TARN_TRY(buffer, parts_.intake.Read(feed.stream.log, waiting.after, kRecordsMax, bytes_max));
    }
    for (const Arrived& record : buffer.records) bytes += record.data.size();
    if (bytes > kTailBytesMax) {
      return Fail(engine::kOutOfMemory,
                  fmt::format("EXCEEDED_LOCAL_MEMORY_LIMIT: more than {} MiB wait to be delivered "
                              "to {}: they cannot be read before",
                              kTailBytesMax >> 20, name));
    }
    const bool ended = buffer.records.empty() || !buffer.is_full;
    std::ranges::move(buffer.records, std::back_inserter(waiting.records));
    if (ended) return waiting;
  }
}

Result<tables::Tail::Commit> Tails::Convert(const Scope& scope, const Feed& feed, const Waiting& waiting,
                                            const catalog::IcebergTable& table, RowWriter& rows) const {
  const Delivery delivery{
      .scope = scope,
      .stream = feed.stream,
      .plan = feed.plan,
      .records = waiting.records,
      .after = waiting.after,
      .now = parts_.clock.Now(),
  };
  TARN_TRY(const identity::Caller caller, parts_.principal(scope, feed.plan.role, feed.stream));
  TARN_TRY(const Processed processed, parts_.sinks.Process(delivery));
  return parts_.tables.Pending(delivery, processed.records, caller, table, rows);
}

Result<tables::TailedTable> Tails::Load(const Scope& scope, const std::string& database, const std::string& table) {
  const std::string name = AsciiLower(database + "." + table);
  TARN_TRY(std::vector<Feed> feeds, FeedsOf(scope, name));
  tables::TailedTable loaded;
  std::vector<Waiting> waiting;
  for (int look = 0;; ++look) {
    TARN_TRY(loaded.table, parts_.catalog.Load(scope, database, table));
    waiting.clear();
    waiting.reserve(feeds.size());
    uint64_t bytes = 0;
    for (const Feed& feed : feeds) {
      TARN_TRY(Waiting of_feed, Read(scope, feed, name, bytes));
      waiting.push_back(std::move(of_feed));
    }
    TARN_TRY(std::vector<Feed> again, FeedsOf(scope, name));
    const bool stood_still = again == feeds;
    feeds = std::move(again);
    if (stood_still) break;
    if (look == kLooks) return Fail(engine::kBusy, name + " is committed to without a pause: try again");
  }
  auto tail = std::make_shared<tables::Tail>();
  tail->files = std::make_shared<tables::MemoryFiles>();
  const auto rows = parts_.rows(tail->files);
  for (size_t i = 0; i < feeds.size(); ++i) {
    if (waiting[i].records.empty()) continue;
    auto commit = Convert(scope, feeds[i], waiting[i], loaded.table, *rows);
    if (!commit.ok() && IsOfTheDelivery(commit.error())) {
      log::Info("delivery", fmt::format("{}: no tail: {}", ArnOf(scope, feeds[i].stream.name), commit.error().message));
      continue;
    }
    if (!commit.ok()) return commit.error();
    if (!commit->empty()) tail->commits.push_back(std::move(*commit));
  }
  loaded.tail = std::move(tail);
  return loaded;
}

}  // namespace tarn::delivery
