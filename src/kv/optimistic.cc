#include "kv/optimistic.h"

#include <algorithm>

namespace tarn::kv {
namespace {
constexpr size_t kScanChunk = 1024;

// Takes the overlay's entries of [begin, end) in scan order.
std::vector<std::pair<std::string_view, const std::optional<std::string>*>> Overlay(const WriteSet& writes,
                                                                                    std::string_view begin,
                                                                                    std::string_view end,
                                                                                    bool reverse) {
  std::vector<std::pair<std::string_view, const std::optional<std::string>*>> entries;
  for (auto it = writes.lower_bound(begin); it != writes.end() && (end.empty() || it->first < end); ++it) {
    entries.emplace_back(it->first, &it->second);
  }
  if (reverse) std::ranges::reverse(entries);
  return entries;
}
}  // namespace

OptimisticTxn::OptimisticTxn(std::move_only_function<std::unique_ptr<Snapshot>()> take_snapshot)
    : take_snapshot_(std::move(take_snapshot)) {}

Snapshot& OptimisticTxn::View() {
  if (snapshot_ == nullptr) {
    snapshot_ = take_snapshot_();
    read_sequence_ = snapshot_->sequence();
  }
  return *snapshot_;
}

Result<std::optional<std::string>> OptimisticTxn::Get(std::string_view key) {
  if (auto own = writes_.find(key); own != writes_.end()) return own->second;
  auto found = View().Get(key);
  reads_.keys.emplace_back(key);
  return found;
}

Result<std::optional<std::string>> OptimisticTxn::PeekGet(std::string_view key) {
  if (auto own = writes_.find(key); own != writes_.end()) return own->second;
  return View().Get(key);
}

Result<std::vector<KeyValue>> OptimisticTxn::Scan(std::string_view begin, std::string_view end, size_t limit,
                                                  bool reverse) {
  if (limit == 0) return std::vector<KeyValue>{};
  TARN_TRY(auto found, PeekScan(begin, end, limit, reverse));
  std::string read_begin(begin);
  std::string read_end(end);
  if (found.size() == limit) {  // the rest of the range was not looked at
    if (reverse) {
      read_begin = found.back().key;
    } else {
      read_end = found.back().key + '\0';
    }
  }
  reads_.ranges.emplace_back(std::move(read_begin), std::move(read_end));
  return found;
}

Result<std::vector<KeyValue>> OptimisticTxn::PeekScan(std::string_view begin, std::string_view end, size_t limit,
                                                      bool reverse) {
  std::vector<KeyValue> found;
  if (limit == 0 || (!end.empty() && begin >= end)) return found;
  if (writes_.empty()) return View().Scan(begin, end, limit, reverse);
  const auto own = Overlay(writes_, begin, end, reverse);
  auto next_own = own.begin();
  const auto before = [reverse](std::string_view a, std::string_view b) { return reverse ? b < a : a < b; };
  const auto take_own = [&] {
    if (next_own->second->has_value()) found.push_back({std::string(next_own->first), **next_own->second});
    ++next_own;
  };
  std::string from(begin);
  std::string to(end);
  while (found.size() < limit) {
    const size_t wanted = std::min(limit - found.size() + 1, kScanChunk);
    TARN_TRY(auto chunk, View().Scan(from, to, wanted, reverse));
    for (auto& pair : chunk) {
      while (next_own != own.end() && before(next_own->first, pair.key) && found.size() < limit) take_own();
      if (found.size() == limit) return found;
      if (reverse) {
        to = pair.key;
      } else {
        from = pair.key + '\0';
      }
      if (next_own != own.end() && next_own->first == pair.key) {
        take_own();
      } else {
        found.push_back(std::move(pair));
      }
      if (found.size() == limit) return found;
    }
    if (chunk.size() < wanted) break;
    if (reverse && to.empty()) break;  // the empty key was the last one
  }
  while (next_own != own.end() && found.size() < limit) take_own();
  return found;
}

void OptimisticTxn::Put(std::string_view key, std::string_view value) {
  if (value.size() > kValueBytesMax) too_large_ = true;
  if (!too_large_) Write(key, std::string(value));
}

void OptimisticTxn::Delete(std::string_view key) { Write(key, std::nullopt); }

void OptimisticTxn::Write(std::string_view key, std::optional<std::string> value) {
  write_bytes_ += key.size() + (value ? value->size() : 0);
  if (key.size() > kKeyBytesMax || write_bytes_ > kTxnBytesMax) {
    too_large_ = true;
    return;
  }
  writes_.insert_or_assign(std::string(key), std::move(value));
}

Status OptimisticTxn::CheckLimits() const {
  if (too_large_) return Fail(kTooLarge, "a key, a value or the transaction passes the limit of the metadata store");
  return Ok();
}

bool CommitWindow::StillHolds(const OptimisticTxn& txn) const {
  const auto& reads = txn.reads();
  if (!txn.read_sequence() || (reads.keys.empty() && reads.ranges.empty())) return true;
  const uint64_t seen = *txn.read_sequence();
  if (seen < floor_) return false;
  for (const auto& key : reads.keys) {
    const auto it = changed_.find(key);
    if (it != changed_.end() && it->second > seen) return false;
  }
  for (const auto& [begin, end] : reads.ranges) {
    for (auto it = changed_.lower_bound(begin); it != changed_.end() && (end.empty() || it->first < end); ++it) {
      if (it->second > seen) return false;
    }
  }
  return true;
}

void CommitWindow::Add(const WriteSet& writes, uint64_t sequence) {
  for (const auto& [key, value] : writes) {
    changed_.insert_or_assign(key, sequence);
    order_.emplace_back(sequence, key);
  }
  while (order_.size() > keys_max_) {
    const auto& [changed_at, key] = order_.front();
    floor_ = std::max(floor_, changed_at);
    if (auto it = changed_.find(key); it != changed_.end() && it->second == changed_at) changed_.erase(it);
    order_.pop_front();
  }
}

}  // namespace tarn::kv
