// A store of objects in memory and a temporary directory, for object's tests.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

#include "base/random.h"
#include "blob/blob.h"
#include "kv/memory_store.h"
#include "object/files.h"
#include "object/store/store.h"

namespace tarn::object {

class ManualClock : public Clock {
 public:
  Timestamp Now() const override { return {now_.load()}; }
  void Advance(int64_t micros) { now_ += micros; }

 private:
  std::atomic<int64_t> now_ = 1'800'000'000'000'000;
};

class ObjectTest : public testing::Test {
 protected:
  ObjectTest() : directory_(std::filesystem::temp_directory_path() / ("tarn-object-" + RandomUuid())) {
    blob::Options options;
    options.directory = directory_;
    options.reclaim_period_micros = 0;
    options.reclaim_delay_micros = 0;
    auto opened = blob::OpenLocal(options, *kv_, pool_, *wrapper_, clock_);
    EXPECT_TRUE(opened.ok()) << opened.error().message;
    blobs_ = std::move(opened).value();
    store_ = std::make_unique<Store>(*kv_, *blobs_, clock_, pool_);
    auto made = store_->CreateBucket({.account = "000000000001", .region = "us-east-1"}, "lake");
    EXPECT_TRUE(made.ok());
    bucket_ = *made;
  }
  ~ObjectTest() override {
    store_ = nullptr;
    blobs_ = nullptr;
    std::filesystem::remove_all(directory_);
  }

  Result<Content> Receive(std::string_view bytes) {
    Incoming incoming = store_->Receive({});
    TARN_CHECK(SyncWait(incoming.Append(AsBytes(bytes))));
    return SyncWait(incoming.Finish());
  }
  Result<Version> Put(std::string_view key, std::string_view bytes, NewObject object = {}) {
    TARN_TRY(Content content, Receive(bytes));
    return SyncWait(store_->Put(bucket_, std::string(key), std::move(content), std::move(object)));
  }
  std::string Get(std::string_view key, std::string_view version_id = "") {
    const auto version = store_->Find(bucket_, key, version_id, true);
    if (!version.ok()) return std::string(version.error().reason->name);
    if (version->is_delete_marker) return "delete marker";
    std::string bytes(version->size, '\0');
    const auto count = version->layout->ReadAtSync(0, std::as_writable_bytes(std::span(bytes)));
    EXPECT_TRUE(count.ok() && *count == bytes.size());
    return bytes;
  }
  void Switch(Versioning versioning) {
    ASSERT_TRUE(store_->SetVersioning("lake", versioning).ok());
    bucket_ = store_->GetBucket("lake").value();
  }
  Usage UsageNow() { return store_->GetUsage(bucket_).value(); }

  const std::filesystem::path directory_;
  ManualClock clock_;
  WorkerPool pool_{"data", 2, 1000};
  std::unique_ptr<blob::KeyWrapper> wrapper_ = blob::MakeKeyWrapper(std::string(32, 'k'));
  std::unique_ptr<kv::Store> kv_ = kv::MakeMemoryStore();
  std::unique_ptr<blob::Store> blobs_;
  std::unique_ptr<Store> store_;
  Bucket bucket_;
};

}  // namespace tarn::object
