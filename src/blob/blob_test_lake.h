// A store in a temporary directory for blob's tests.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

#include "base/hash.h"
#include "base/random.h"
#include "blob/blob.h"
#include "kv/memory_store.h"

namespace tarn::blob {

class ManualClock : public Clock {
 public:
  Timestamp Now() const override { return {now_.load()}; }
  void Advance(int64_t micros) { now_ += micros; }

 private:
  std::atomic<int64_t> now_ = 1'800'000'000'000'000;
};

class BlobTest : public testing::Test {
 protected:
  BlobTest() : directory_(std::filesystem::temp_directory_path() / ("tarn-blob-" + RandomUuid())) {
    options_.directory = directory_;
    options_.reclaim_period_micros = 0;
    options_.reclaim_delay_micros = 0;
    options_.pack_threshold_bytes = 128 << 10;
  }
  ~BlobTest() override {
    store_ = nullptr;
    std::filesystem::remove_all(directory_);
  }
  void SetUp() override { Open(); }

  void Open() {
    store_ = nullptr;
    auto opened = OpenLocal(options_, *kv_, pool_, *wrapper_, clock_);
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    store_ = std::move(opened).value();
  }

  Result<BlobRef> Write(std::string_view text, size_t step = SIZE_MAX, WriteOptions options = {}) {
    auto writer = store_->NewWriter(options);
    while (!text.empty()) {
      const auto now = text.substr(0, step);
      TARN_CHECK(SyncWait(writer->Append(AsBytes(now))));
      text.remove_prefix(now.size());
    }
    return SyncWait(writer->Finish());
  }
  Status Reference(const BlobRef& ref) {
    return kv::Transact(*kv_, [&](kv::Txn& txn) { return store_->Reference(txn, ref); });
  }
  Status Release(const BlobRef& ref) {
    return kv::Transact(*kv_, [&](kv::Txn& txn) { return store_->Release(txn, ref); });
  }
  // Writes and owns: the way of an object.
  BlobRef Keep(std::string_view text) {
    auto ref = Write(text);
    EXPECT_TRUE(ref.ok());
    EXPECT_TRUE(Reference(*ref).ok());
    ref->pending = nullptr;
    return *ref;
  }
  Result<std::string> Read(const BlobRef& ref, uint64_t offset = 0, size_t bytes = SIZE_MAX) {
    const auto reader = store_->NewReader(ref);
    std::string text(std::min<uint64_t>(bytes, ref.size), '\0');
    TARN_TRY(const size_t count, reader->ReadAtSync(offset, std::as_writable_bytes(std::span(text))));
    text.resize(count);
    return text;
  }
  uint64_t BytesOnDisk() const {
    uint64_t bytes = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_)) {
      if (entry.is_regular_file()) bytes += entry.file_size();
    }
    return bytes;
  }
  std::vector<std::filesystem::path> FilesUnder(std::string_view sub) const {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_ / sub)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    return files;
  }

  const std::filesystem::path directory_;
  Options options_;
  ManualClock clock_;
  WorkerPool pool_{"data", 2, 1000};
  std::unique_ptr<KeyWrapper> wrapper_ = MakeKeyWrapper(std::string(32, 'k'));
  std::unique_ptr<kv::Store> kv_ = kv::MakeMemoryStore();
  std::unique_ptr<Store> store_;
};

}  // namespace tarn::blob
