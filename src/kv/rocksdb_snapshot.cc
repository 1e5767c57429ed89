#include "kv/rocksdb_snapshot.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tarn::kv {
namespace {

constexpr std::string_view kFirstUserKey{"\1", 1};

class RocksSnapshot : public Snapshot {
 public:
  RocksSnapshot(SharedDb& shared, HotKeys& hot)
      : use_(shared), hot_(hot), snapshot_(use_.db() == nullptr ? nullptr : use_.db()->GetSnapshot()) {
    read_.snapshot = snapshot_;
  }
  ~RocksSnapshot() override {
    if (snapshot_ != nullptr) use_.db()->ReleaseSnapshot(snapshot_);
  }
  RocksSnapshot(const RocksSnapshot&) = delete;
  RocksSnapshot& operator=(const RocksSnapshot&) = delete;

  uint64_t sequence() const override {
    return use_.SequenceOf(snapshot_ == nullptr ? 0 : snapshot_->GetSequenceNumber());
  }

  Result<std::optional<std::string>> Get(std::string_view key) override {
    if (!hot_.Covers(key)) return Read(read_, key);
    if (auto known = hot_.Find(key, sequence())) return *std::move(known);
    hot_.Fill(key, [&]() -> std::pair<uint64_t, std::optional<HotKeys::Value>> {
      const uint64_t since = use_.LatestSequence();
      auto latest = Read(rocksdb::ReadOptions(), key);
      return {since, latest.ok() ? std::optional(*std::move(latest)) : std::nullopt};
    });
    return Read(read_, key);
  }

  Result<std::vector<KeyValue>> Scan(std::string_view begin, std::string_view end, size_t limit,
                                     bool reverse) override {
    std::vector<KeyValue> found;
    if (begin < kFirstUserKey) begin = kFirstUserKey;
    if (limit == 0 || (!end.empty() && begin >= end)) return found;
    if (use_.db() == nullptr) return NotOpen();
    rocksdb::ReadOptions read = read_;
    const rocksdb::Slice lower = AsSlice(begin);
    const rocksdb::Slice upper = AsSlice(end);
    read.iterate_lower_bound = &lower;
    if (!end.empty()) read.iterate_upper_bound = &upper;
    const std::unique_ptr<rocksdb::Iterator> it(use_.db()->NewIterator(read));
    for (reverse ? it->SeekToLast() : it->SeekToFirst(); it->Valid() && found.size() < limit;
         reverse ? it->Prev() : it->Next()) {
      found.push_back({it->key().ToString(), it->value().ToString()});
    }
    if (!it->status().ok()) return FromRocksDb(it->status(), "scan");
    return found;
  }

 private:
  Result<std::optional<std::string>> Read(const rocksdb::ReadOptions& options, std::string_view key) {
    if (use_.db() == nullptr) return NotOpen();
    std::string value;
    const auto status = use_.db()->Get(options, AsSlice(key), &value);
    if (status.IsNotFound()) return std::optional<std::string>();
    if (!status.ok()) return FromRocksDb(status, "read");
    return std::optional<std::string>(std::move(value));
  }

  const SharedDb::Use use_;
  HotKeys& hot_;
  const rocksdb::Snapshot* const snapshot_;
  rocksdb::ReadOptions read_;
};

}  // namespace

Error FromRocksDb(const rocksdb::Status& status, std::string_view doing) {
  return Fail(kIo, fmt::format("metadata store: {}: {}", doing, status.ToString()));
}

Error NotOpen() { return Fail(kIo, "metadata store: it could not be opened again"); }

std::unique_ptr<Snapshot> TakeSnapshot(SharedDb& shared, HotKeys& hot) {
  return std::make_unique<RocksSnapshot>(shared, hot);
}

Result<std::optional<std::string>> ReadPresent(SharedDb& shared, HotKeys& hot, std::string_view key) {
  if (hot.Covers(key)) {
    if (auto known = hot.FindPresent(key)) return *std::move(known);
  }
  return RocksSnapshot(shared, hot).Get(key);
}

}  // namespace tarn::kv
