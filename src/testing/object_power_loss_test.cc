// Cuts the power, or fails one operation, at steps of a workload on objects, and checks what a restart finds against a
// model: everything acknowledged, nothing half-written, no leak. TARN_CRASH_SEEDS: how many workloads (2).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "testing/crash_lake.h"

namespace tarn::testing {
namespace {

constexpr int kSteps = 20;
constexpr uint64_t kCutsPerSeed = 60;

void Work(CrashLake& lake, uint64_t seed) {
  std::mt19937_64 random(seed);
  if (!lake.Open().ok()) return;
  for (int step = 0; step < kSteps; ++step) {
    (void)lake.Change(random);
    if (step % 8 == 6) (void)lake.blobs->Reclaim();
    if (step == 12) {
      // A restart without a power cut, on a disk whose fault may already be in force.
      lake.objects = nullptr;
      lake.blobs = nullptr;
      lake.kv = nullptr;
      if (!lake.Open().ok()) return;
    }
  }
}

uint64_t Seeds() {
  const char* text = std::getenv("TARN_CRASH_SEEDS");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 2;
}

enum class Fault : uint8_t { kCut, kFail };

class ObjectPowerLoss : public ::testing::TestWithParam<Fault> {};

TEST_P(ObjectPowerLoss, LosesNothingAcknowledgedAndShowsNothingHalfWritten) {
  for (uint64_t seed = 1; seed <= Seeds(); ++seed) {
    const uint32_t copies = seed % 2 == 0 ? 2 : 1;
    CrashLake whole(seed, copies);
    Work(whole, seed);
    whole.Close();
    const uint64_t operations = whole.disk.operations();
    ASSERT_GT(operations, 100u);
    std::mt19937_64 random(seed * 31 + (GetParam() == Fault::kCut ? 1 : 2));
    for (uint64_t cut = 0; cut < kCutsPerSeed; ++cut) {
      const uint64_t n = 1 + random() % operations;
      SCOPED_TRACE(fmt::format("seed {} operation {} of {}", seed, n, operations));
      CrashLake lake(seed * 7919 + n, copies);
      if (GetParam() == Fault::kCut) {
        lake.disk.CutAt(n);
      } else {
        lake.disk.FailAt(n);
      }
      Work(lake, seed);
      lake.Close();
      if (GetParam() == Fault::kCut || n % 2 == 0) lake.disk.CutPower();
      const Status reopened = lake.Open();
      ASSERT_TRUE(reopened.ok()) << reopened.error().message;
      lake.Verify();
      lake.ExpectNoLeak();
      lake.Verify();
      const Status works = lake.Put("prefix-0/key-0", 999);  // and it works on
      EXPECT_TRUE(works.ok()) << works.error().message;
      lake.Verify();
      if (HasFatalFailure() || HasNonfatalFailure()) return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Faults, ObjectPowerLoss, ::testing::Values(Fault::kCut, Fault::kFail),
                         [](const auto& info) { return info.param == Fault::kCut ? "CutPower" : "FailOperation"; });

}  // namespace
}  // namespace tarn::testing
