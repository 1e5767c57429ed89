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
#include "delivery/records/registered.h"
#include "engine/errors.h"

namespace tarn::delivery {
namespace {

// Deliveries to a table are seconds apart: a second look nearly always agrees with the first.
constexpr int kLooks = 20;
// Of one piece's records.
constexpr uint64_t kPieceBytes = 32 << 20;
constexpr size_t kPieceRecords = 200'000;

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

Result<Tails::Waiting> Tails::Read(const Scope& scope, const Feed& feed, Positions from) const {
  Waiting waiting{.records = {}, .after = std::move(from)};
  while (waiting.bytes < kPieceBytes && waiting.records.size() < kPieceRecords) {
    Intake::Buffer buffer;
    const uint64_t bytes_max = kPieceBytes - waiting.bytes;
    if (feed.stream.type == kFromKinesis) {
      TARN_TRY(buffer.records, parts_.source->Read(scope, feed.stream, waiting.after, bytes_max));
      buffer.is_full = true;
    } else {
      const size_t records_max = kPieceRecords - waiting.records.size();
      TARN_TRY(buffer, parts_.intake.Read(feed.stream.log, waiting.after, records_max, bytes_max));
    }
    for (const Arrived& record : buffer.records) waiting.bytes += record.data.size();
    const bool ended = buffer.records.empty() || !buffer.is_full;
    std::ranges::move(buffer.records, std::back_inserter(waiting.records));
    if (ended) break;
  }
  return waiting;
}

Result<TailPiece> Tails::Convert(const Asked& asked, const Feed& feed, Positions from, Waiting waiting) const {
  TailPiece piece;
  piece.from = std::move(from);
  piece.after = waiting.after;
  piece.bytes = waiting.bytes;
  piece.records = waiting.records.size();
  for (const Arrived& record : waiting.records) {
    const auto first = piece.first.try_emplace(record.lane, record.position).first;
    first->second = std::min(first->second, record.position);
    uint64_t& end = piece.end[record.lane];
    end = std::max(end, record.position + 1);
    piece.may_be_kept = piece.may_be_kept && !IsRegistered(record.data);
  }
  const Delivery delivery{
      .scope = asked.scope,
      .stream = feed.stream,
      .plan = feed.plan,
      .records = waiting.records,
      .after = waiting.after,
      .now = parts_.clock.Now(),
  };
  TARN_TRY(const identity::Caller caller, parts_.principal(asked.scope, feed.plan.role, feed.stream));
  TARN_TRY(const Processed processed, parts_.sinks.Process(delivery));
  piece.files = std::make_shared<tables::MemoryFiles>();
  const auto rows = parts_.rows(piece.files);
  TARN_TRY(piece.commit, parts_.tables.Pending(delivery, processed.records, caller, asked.table, *rows));
  for (const iceberg::DataFile& file : piece.commit) piece.file_bytes += static_cast<uint64_t>(file.file_bytes);
  return piece;
}

// The rights are those of now.
Status Tails::CheckRights(const Asked& asked, const Feed& feed, const FeedPieces& of_feed) const {
  if (std::ranges::all_of(of_feed.pieces, [](const TailPiece& piece) { return piece.commit.empty(); })) return Ok();
  TARN_TRY(const identity::Caller caller, parts_.principal(asked.scope, feed.plan.role, feed.stream));
  return parts_.tables.MayAppend(asked.scope, caller, asked.table);
}

// Leaves out what is delivered; makes a piece anew that is so in part.
Status Tails::Renew(const Asked& asked, const Feed& feed, FeedPieces& of_feed) const {
  auto& pieces = of_feed.pieces;
  for (auto piece = pieces.begin(); piece != pieces.end();) {
    switch (piece->StateAt(feed.from)) {
      case TailPiece::State::kWaiting:
        ++piece;
        break;
      case TailPiece::State::kDelivered:
        piece = pieces.erase(piece);
        break;
      case TailPiece::State::kPartly: {
        // Of several lanes nothing tells where a read of them stops.
        if (piece->end.size() != 1 || !piece->end.contains(std::string(kPutLane))) {
          pieces.erase(piece, pieces.end());
          return Ok();
        }
        const uint64_t end = piece->end.begin()->second;
        TARN_TRY(Waiting left, Read(asked.scope, feed, feed.from));
        std::erase_if(left.records, [&](const Arrived& record) { return record.position >= end; });
        left.after = piece->after;
        TARN_TRY(*piece, Convert(asked, feed, feed.from, std::move(left)));
        ++piece;
        break;
      }
    }
  }
  return Ok();
}

// Small pieces become one with what follows them, so that a row is made anew a few times at most and there are few.
Status Tails::Grow(const Asked& asked, const Feed& feed, FeedPieces& of_feed) const {
  auto& pieces = of_feed.pieces;
  const auto next = [&] {
    Positions at = pieces.empty() ? feed.from : pieces.back().after;
    for (const auto& [lane, position] : feed.from) at[lane] = std::max(at[lane], position);
    return at;
  };
  Positions at = next();
  TARN_TRY(Waiting waiting, Read(asked.scope, feed, at));
  if (waiting.records.empty()) return Ok();
  uint64_t bytes = waiting.bytes;
  size_t records = waiting.records.size();
  const size_t before = pieces.size();
  while (!pieces.empty() && pieces.back().bytes <= bytes && pieces.back().bytes + bytes <= kPieceBytes &&
         pieces.back().records + records <= kPieceRecords) {
    bytes += pieces.back().bytes;
    records += pieces.back().records;
    at = std::move(pieces.back().from);
    pieces.pop_back();
  }
  if (pieces.size() != before) {
    for (const auto& [lane, position] : feed.from) at[lane] = std::max(at[lane], position);
    TARN_TRY(waiting, Read(asked.scope, feed, at));
  }
  while (!waiting.records.empty()) {
    TARN_TRY(TailPiece piece, Convert(asked, feed, std::move(at), std::move(waiting)));
    pieces.push_back(std::move(piece));
    asked.kept.Measure();
    if (asked.kept.file_bytes > kTailBytesMax) {
      return Fail(engine::kOutOfMemory,
                  fmt::format("EXCEEDED_LOCAL_MEMORY_LIMIT: more than {} MiB of rows wait to be delivered to {}: they "
                              "cannot be read before",
                              kTailBytesMax >> 20, asked.name));
    }
    at = next();
    TARN_TRY(waiting, Read(asked.scope, feed, at));
  }
  return Ok();
}

Status Tails::Refresh(const Asked& asked, const std::vector<Feed>& feeds) const {
  TablePieces& kept = asked.kept;
  TableForm form = TableForm::Of(*asked.table.metadata);
  if (kept.form != form) {
    kept.feeds.clear();
    kept.form = std::move(form);
  }
  std::erase_if(kept.feeds, [&](const auto& of_feed) {
    return std::ranges::none_of(feeds, [&](const Feed& feed) {
      return feed.stream.log == of_feed.first && feed.stream.version == of_feed.second.version;
    });
  });
  for (const Feed& feed : feeds) {
    FeedPieces& of_feed = kept.feeds.try_emplace(feed.stream.log).first->second;
    of_feed.version = feed.stream.version;
    Status done = CheckRights(asked, feed, of_feed);
    if (done.ok()) done = Renew(asked, feed, of_feed);
    if (done.ok()) done = Grow(asked, feed, of_feed);
    if (done.ok()) continue;
    of_feed.pieces.clear();
    if (!IsOfTheDelivery(done.error())) return done;
    // As a delivery, it gets nothing from a source that is gone or closed to its role.
    log::Info("delivery", fmt::format("{}: no tail: {}", ArnOf(asked.scope, feed.stream.name), done.error().message));
  }
  return Ok();
}

namespace {

std::shared_ptr<const tables::Tail> TailOf(const TablePieces& kept, const std::vector<uint64_t>& logs) {
  auto tail = std::make_shared<tables::Tail>();
  tail->files = std::make_shared<tables::MemoryFiles>();
  for (const uint64_t log : logs) {
    const auto feed = kept.feeds.find(log);
    if (feed == kept.feeds.end()) continue;
    for (const TailPiece& piece : feed->second.pieces) {
      if (piece.commit.empty()) continue;
      tail->commits.push_back(piece.commit);
      tail->files->Share(*piece.files);
    }
  }
  return tail;
}

}  // namespace

Result<tables::TailedTable> Tails::Load(const Scope& scope, const std::string& database, const std::string& table) {
  const std::string name = AsciiLower(database + "." + table);
  const std::shared_ptr<TablePieces> kept = kept_.Of(scope, name);
  tables::TailedTable loaded;
  {
    const std::lock_guard lock(kept->mutex);
    TARN_TRY(std::vector<Feed> feeds, FeedsOf(scope, name));
    for (int look = 0;; ++look) {
      TARN_TRY(loaded.table, parts_.catalog.Load(scope, database, table));
      TARN_CHECK(Refresh({.scope = scope, .name = name, .table = loaded.table, .kept = *kept}, feeds));
      TARN_TRY(std::vector<Feed> again, FeedsOf(scope, name));
      const bool stood_still = again == feeds;
      feeds = std::move(again);
      if (stood_still) break;
      if (look == kLooks) return Fail(engine::kBusy, name + " is committed to without a pause: try again");
    }
    std::vector<uint64_t> logs;
    logs.reserve(feeds.size());
    for (const Feed& feed : feeds) logs.push_back(feed.stream.log);
    loaded.tail = TailOf(*kept, logs);
    kept->DropUnkept();
    kept->Measure();
  }
  kept_.Shrink(kept);
  return loaded;
}

}  // namespace tarn::delivery
