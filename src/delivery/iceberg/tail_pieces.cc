#include "delivery/iceberg/tail_pieces.h"

#include <algorithm>
#include <utility>

namespace tarn::delivery {

TailPiece::State TailPiece::StateAt(const Positions& positions) const {
  bool waits = true, is_delivered = true;
  for (const auto& [lane, position] : first) {
    const auto at = positions.find(lane);
    const uint64_t delivered = at == positions.end() ? 0 : at->second;
    waits = waits && delivered <= position;
    is_delivered = is_delivered && delivered >= end.at(lane);
  }
  if (waits && !first.empty()) return State::kWaiting;
  return is_delivered ? State::kDelivered : State::kPartly;
}

TableForm TableForm::Of(const iceberg::TableMetadata& metadata) {
  return {.uuid = metadata.table_uuid,
          .format_version = metadata.format_version,
          .schema = metadata.current_schema_id,
          .spec = metadata.default_spec_id,
          .sort_order = metadata.default_sort_order_id,
          .properties = metadata.properties};
}

void TablePieces::Measure() {
  uint64_t bytes = 0;
  for (const auto& [log, feed] : feeds) {
    for (const TailPiece& piece : feed.pieces) bytes += piece.file_bytes;
  }
  file_bytes = bytes;
}

void TablePieces::DropUnkept() {
  for (auto& [log, feed] : feeds) {
    feed.pieces.erase(std::ranges::find(feed.pieces, false, &TailPiece::may_be_kept), feed.pieces.end());
  }
}

std::shared_ptr<TablePieces> KeptPieces::Of(const Scope& scope, const std::string& table) {
  const std::lock_guard lock(mutex_);
  Entry& entry = tables_[{scope, table}];
  if (entry.pieces == nullptr) entry.pieces = std::make_shared<TablePieces>();
  entry.used = ++uses_;
  return entry.pieces;
}

std::vector<std::shared_ptr<TablePieces>> KeptPieces::ByUse() {
  const std::lock_guard lock(mutex_);
  std::vector<Entry> entries;
  entries.reserve(tables_.size());
  for (const auto& [name, entry] : tables_) entries.push_back(entry);
  std::ranges::sort(entries, {}, &Entry::used);
  std::vector<std::shared_ptr<TablePieces>> tables;
  tables.reserve(entries.size());
  for (Entry& entry : entries) tables.push_back(std::move(entry.pieces));
  return tables;
}

void KeptPieces::Delivered(uint64_t log, const Positions* positions) {
  for (const auto& table : ByUse()) {
    // A query that is under way looks itself.
    const std::unique_lock lock(table->mutex, std::try_to_lock);
    if (!lock.owns_lock()) continue;
    const auto feed = table->feeds.find(log);
    if (feed == table->feeds.end()) continue;
    if (positions != nullptr) {
      std::erase_if(feed->second.pieces,
                    [&](const TailPiece& piece) { return piece.StateAt(*positions) == TailPiece::State::kDelivered; });
    }
    if (positions == nullptr || feed->second.pieces.empty()) table->feeds.erase(feed);
    table->Measure();
  }
}

void KeptPieces::Shrink(const std::shared_ptr<TablePieces>& used) {
  std::vector<std::shared_ptr<TablePieces>> tables = ByUse();
  std::erase(tables, used);
  tables.push_back(used);
  uint64_t bytes = 0;
  for (const auto& table : tables) bytes += table->file_bytes;
  for (const auto& table : tables) {
    if (bytes <= kKeptBytesMax) break;
    const std::unique_lock lock(table->mutex, std::try_to_lock);
    if (!lock.owns_lock()) continue;  // whose query comes here itself
    bytes -= std::min<uint64_t>(bytes, table->file_bytes);
    table->feeds.clear();
    table->Measure();
  }
  tables.clear();
  // Names of tables of which nothing is kept go too.
  const std::lock_guard lock(mutex_);
  std::erase_if(tables_, [](const auto& table) {
    const auto& pieces = table.second.pieces;
    return pieces.use_count() == 1 && pieces->file_bytes == 0;
  });
}

}  // namespace tarn::delivery
