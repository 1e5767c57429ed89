// What every optimistic store shares: a transaction that overlays its writes on a snapshot and remembers what it read,
// and the window of recent commits that decides whether those reads still hold.
//
// Threads: OptimisticTxn one at a time; CommitWindow is used by the one committer only.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kv/kv.h"

namespace tarn::kv {

inline constexpr size_t kKeyBytesMax = 16 << 10;
inline constexpr size_t kValueBytesMax = 4 << 20;
inline constexpr size_t kTxnBytesMax = 16 << 20;

// An immutable view of the store at one commit.
class Snapshot {
 public:
  virtual ~Snapshot() = default;
  virtual uint64_t sequence() const = 0;
  virtual Result<std::optional<std::string>> Get(std::string_view key) = 0;
  virtual Result<std::vector<KeyValue>> Scan(std::string_view begin, std::string_view end, size_t limit,
                                             bool reverse) = 0;
};

struct ReadSet {
  std::vector<std::string> keys;
  std::vector<std::pair<std::string, std::string>> ranges;  // [begin, end); an empty end is unbounded
};
using WriteSet = std::map<std::string, std::optional<std::string>, std::less<>>;  // no value: deleted

class OptimisticTxn : public Txn {
 public:
  // `take_snapshot` is called at the first read.
  explicit OptimisticTxn(std::move_only_function<std::unique_ptr<Snapshot>()> take_snapshot);

  Result<std::optional<std::string>> Get(std::string_view key) override;
  Result<std::vector<KeyValue>> Scan(std::string_view begin, std::string_view end, size_t limit, bool reverse) override;
  void Put(std::string_view key, std::string_view value) override;
  void Delete(std::string_view key) override;
  Result<std::optional<std::string>> PeekGet(std::string_view key) override;
  Result<std::vector<KeyValue>> PeekScan(std::string_view begin, std::string_view end, size_t limit,
                                         bool reverse) override;

  // kTooLarge when a write passed a limit.
  Status CheckLimits() const;
  const ReadSet& reads() const { return reads_; }
  const WriteSet& writes() const { return writes_; }
  WriteSet& mutable_writes() { return writes_; }
  size_t write_bytes() const { return write_bytes_; }
  // The commit that the reads saw; nothing when nothing was read.
  std::optional<uint64_t> read_sequence() const { return read_sequence_; }
  // Drops the snapshot when the last read is done.
  void ReleaseSnapshot() { snapshot_ = nullptr; }

 private:
  Snapshot& View();
  void Write(std::string_view key, std::optional<std::string> value);

  std::move_only_function<std::unique_ptr<Snapshot>()> take_snapshot_;
  std::unique_ptr<Snapshot> snapshot_;
  std::optional<uint64_t> read_sequence_;
  ReadSet reads_;
  WriteSet writes_;
  size_t write_bytes_ = 0;
  bool too_large_ = false;
};

// The keys of recent commits with the sequence of their last change. Older transactions than the window conflict.
class CommitWindow {
 public:
  // Nothing that was committed up to `floor` is known here.
  CommitWindow(size_t keys_max, uint64_t floor) : keys_max_(keys_max), floor_(floor) {}
  bool StillHolds(const OptimisticTxn& txn) const;
  // `sequence` never decreases.
  void Add(const WriteSet& writes, uint64_t sequence);

 private:
  size_t keys_max_;
  uint64_t floor_;
  std::map<std::string, uint64_t, std::less<>> changed_;
  std::deque<std::pair<uint64_t, std::string>> order_;
};

}  // namespace tarn::kv
