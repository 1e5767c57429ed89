// Cuts the power, or fails one operation, at steps of a workload of appends and renames, and checks what a restart
// finds: all that was acknowledged, nothing of what was not but as a whole, under one key. TARN_CRASH_SEEDS: how many
// workloads (2).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "object/directory/directory_objects.h"
#include "object/verify/verify.h"
#include "testing/crash_lake.h"

namespace tarn::testing {
namespace {

constexpr int kSteps = 24;
constexpr uint64_t kCutsPerSeed = 40;
constexpr std::string_view kKeys[] = {"log", "log.1"};

// What every object holds from its first byte on, however long it is.
std::string BytesFrom(uint64_t begin, uint64_t count) {
  std::string bytes(count, '\0');
  for (uint64_t i = 0; i < count; ++i) bytes[i] = static_cast<char>((begin + i) * 2'654'435'761U >> 11);
  return bytes;
}

struct State {
  size_t key = 0;  // of kKeys
  uint64_t size = 0;
  bool operator==(const State&) const = default;
};

class AppendLake {
 public:
  AppendLake(uint64_t seed, uint32_t copies) : lake(seed, copies) {}

  Status Open() {
    TARN_CHECK(lake.Open());
    TARN_TRY(bucket_, lake.objects->GetBucket("lake"));
    return Ok();
  }

  // `wanted` may be there from now on; when the change was acknowledged, it alone.
  Status Append(uint64_t count) {
    const State wanted{.key = known_.back().key, .size = known_.back().size + count};
    return Changing(wanted, [&](object::DirectoryObjects& directory) -> Status {
      auto incoming = lake.objects->Receive({});
      const std::string bytes = BytesFrom(wanted.size - count, count);
      TARN_CHECK(SyncWait(incoming.Append(AsBytes(bytes))));
      TARN_TRY(auto content, SyncWait(incoming.Finish()));
      TARN_CHECK(SyncWait(
          directory.Append(bucket_, std::string(kKeys[wanted.key]), wanted.size - count, std::move(content), {})));
      return Ok();
    });
  }
  Status Rename() {
    const State present = known_.back();
    if (present.size == 0) return Ok();
    return Changing({.key = 1 - present.key, .size = present.size}, [&](object::DirectoryObjects& directory) {
      return directory.Rename(bucket_,
                              {.from = std::string(kKeys[present.key]), .to = std::string(kKeys[1 - present.key])});
    });
  }

  // Finds the object as one of the states that may be, whole; from then on exactly that.
  void Verify() {
    std::vector<State> found;
    uint64_t bytes = 0;
    for (size_t key = 0; key < std::size(kKeys); ++key) {
      const auto version = lake.objects->Find(bucket_, kKeys[key], "", true);
      if (version.Is(object::kNoSuchKey)) continue;
      ASSERT_TRUE(version.ok()) << version.error().message;
      std::string content(version->size, '\0');
      const auto count = version->layout->ReadAtSync(0, std::as_writable_bytes(std::span(content)));
      ASSERT_TRUE(count.ok()) << count.error().message;
      EXPECT_TRUE(*count == version->size && content == BytesFrom(0, version->size)) << kKeys[key];
      found.push_back({.key = key, .size = version->size});
      bytes += version->size;
    }
    ASSERT_LE(found.size(), 1u);
    if (found.empty()) found.push_back({.key = known_.front().key, .size = 0});
    const bool known = std::ranges::find(known_, found[0]) != known_.end();
    EXPECT_TRUE(known) << kKeys[found[0].key] << " has " << found[0].size << " bytes, acknowledged " << known_[0].size;
    known_ = found;
    const auto usage = lake.objects->GetUsage(bucket_);
    ASSERT_TRUE(usage.ok());
    EXPECT_EQ(usage->bytes, bytes);
  }

  // Every owner counted, every byte as it was written, once what nobody owns was reclaimed.
  void ExpectSound() {
    for (int round = 0; round < 5; ++round) EXPECT_TRUE(lake.blobs->Reclaim().ok());
    const auto report = object::Verify(*lake.kv, *lake.blobs);
    ASSERT_TRUE(report.ok()) << report.error().message;
    EXPECT_EQ(report->problem_count, 0u) << report->problems.at(0);
  }

  CrashLake lake;

 private:
  template <typename F>
  Status Changing(const State& wanted, F change) {
    // What is not acknowledged yet is not built upon.
    known_ = {known_.front(), wanted};
    object::DirectoryObjects directory(*lake.kv, *lake.blobs, clock_);
    const Status done = change(directory);
    known_ = done.ok() ? std::vector{wanted} : known_;
    return done;
  }

  TickingClock clock_;
  object::Bucket bucket_;
  std::vector<State> known_{State{}};
};

void Work(AppendLake& appends, uint64_t seed) {
  std::mt19937_64 random(seed);
  constexpr uint64_t kSizes[] = {10, 4'096, 70'000, 200'000};
  if (!appends.Open().ok()) return;
  for (int step = 0; step < kSteps; ++step) {
    const Status done = step % 5 == 4 ? appends.Rename() : appends.Append(kSizes[random() % std::size(kSizes)]);
    if (!done.ok()) return;  // what became of it, the restart tells
    if (step % 8 == 6) (void)appends.lake.blobs->Reclaim();
  }
}

uint64_t Seeds() {
  const char* text = std::getenv("TARN_CRASH_SEEDS");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 2;
}

enum class Fault : uint8_t { kCut, kFail };

class DirectoryPowerLoss : public ::testing::TestWithParam<Fault> {};

TEST_P(DirectoryPowerLoss, KeepsAppendsAndRenamesWholeAndInOrder) {
  for (uint64_t seed = 1; seed <= Seeds(); ++seed) {
    const uint32_t copies = seed % 2 == 0 ? 2 : 1;
    AppendLake whole(seed, copies);
    Work(whole, seed);
    whole.Verify();
    whole.lake.Close();
    const uint64_t operations = whole.lake.disk.operations();
    ASSERT_GT(operations, 60u);
    std::mt19937_64 random(seed * 17 + (GetParam() == Fault::kCut ? 1 : 2));
    for (uint64_t cut = 0; cut < kCutsPerSeed; ++cut) {
      const uint64_t n = 1 + random() % operations;
      SCOPED_TRACE(fmt::format("seed {} operation {} of {}", seed, n, operations));
      AppendLake appends(seed * 7919 + n, copies);
      if (GetParam() == Fault::kCut) {
        appends.lake.disk.CutAt(n);
      } else {
        appends.lake.disk.FailAt(n);
      }
      Work(appends, seed);
      appends.lake.Close();
      if (GetParam() == Fault::kCut || n % 2 == 0) appends.lake.disk.CutPower();
      const Status reopened = appends.Open();
      ASSERT_TRUE(reopened.ok()) << reopened.error().message;
      appends.Verify();
      appends.ExpectSound();
      const Status works = appends.Append(100);  // and it works on
      EXPECT_TRUE(works.ok()) << works.error().message;
      appends.Verify();
      if (HasFatalFailure() || HasNonfatalFailure()) return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Faults, DirectoryPowerLoss, ::testing::Values(Fault::kCut, Fault::kFail),
                         [](const auto& info) { return info.param == Fault::kCut ? "CutPower" : "FailOperation"; });

}  // namespace
}  // namespace tarn::testing
