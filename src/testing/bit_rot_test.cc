// Lets bits rot under a lake of objects: reads answer the right bytes or an error, a second copy takes over, the scrub
// finds what readers would find and heals what it can. TARN_CRASH_SECONDS: for how long (else a few lakes).
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rocksdb/env.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "object/verify/verify.h"
#include "testing/crash_lake.h"

namespace tarn::testing {
namespace {

std::vector<std::string> FilesBelow(const FaultyDisk& disk, const std::string& path) {
  std::vector<std::string> found;
  for (const auto& name : disk.List(path)) {
    const std::string below = path + "/" + name;
    if (!disk.IsDirectory(below)) {
      found.push_back(below);
      continue;
    }
    for (auto& file : FilesBelow(disk, below)) found.push_back(std::move(file));
  }
  return found;
}

// Damages one place of a file, or removes it.
class Rot {
 public:
  Rot(FaultyDisk& disk, std::mt19937_64& random) : disk_(disk), random_(random) {}

  // Whether it changed any byte.
  bool Strike(const std::string& path, bool may_remove) {
    FaultyDisk::Handle file;
    if (disk_.Open(path, file) != DiskResult::kOk) return false;
    const uint64_t size = disk_.Size(file);
    if (size == 0) return false;
    const uint64_t at = random_() % size;
    switch (random_() % 4) {
      case 0:
        return Change(file, at, 1, [&](char& c) { c = static_cast<char>(c ^ (1U << (random_() % 8))); });
      case 1:
        return Change(file, at / 512 * 512, 512, [&](char& c) { c = static_cast<char>(random_()); });
      case 2:
        return Change(file, at / 4096 * 4096, 4096, [](char& c) { c = 0; });
      default:
        if (may_remove) return disk_.Remove(path) == DiskResult::kOk;
        return Change(file, at, 1 + random_() % 9, [&](char& c) { c = static_cast<char>(c + 1); });
    }
  }

 private:
  template <typename F>
  bool Change(const FaultyDisk::Handle& file, uint64_t offset, size_t count, F change) {
    std::string bytes(count, '\0');
    bytes.resize(disk_.Read(file, offset, bytes));
    const std::string before = bytes;
    for (char& c : bytes) change(c);
    disk_.Write(file, offset, bytes);
    disk_.Sync(file);
    return bytes != before;
  }

  FaultyDisk& disk_;
  std::mt19937_64& random_;
};

struct Tally {
  uint64_t faults = 0;
  uint64_t damaged = 0;
  uint64_t healed = 0;
};

// Rots one volume, so that second copies are whole, or (`volume` empty) all of them.
void RotOnce(CrashLake& lake, std::mt19937_64& random, const std::string& volume, Tally& tally) {
  std::vector<std::string> files;
  for (const std::string where : {"/lake/blobs", "/lake/archive"}) {
    if (!volume.empty() && volume != where) continue;
    for (const std::string kind : {"/packs", "/files"}) {
      for (auto& file : FilesBelow(lake.disk, where + kind)) files.push_back(std::move(file));
    }
  }
  if (files.empty()) return;
  Rot rot(lake.disk, random);
  const uint64_t strikes = 1 + random() % 6;
  for (uint64_t i = 0; i < strikes; ++i) tally.faults += rot.Strike(files[random() % files.size()], true) ? 1 : 0;
  if (std::ranges::any_of(files, [&](const auto& file) { return !lake.disk.Exists(file); })) {
    // Who has a removed file open reads it to the end.
    lake.Close();
    ASSERT_TRUE(lake.Open().ok());
  }

  if (random() % 2 == 0) (void)lake.Damaged(!volume.empty());  // readers meet it first, or the scrub does
  const auto scrubbed = lake.blobs->Scrub();
  ASSERT_TRUE(scrubbed.ok()) << scrubbed.error().message;
  const auto damaged = lake.Damaged(!volume.empty());
  EXPECT_EQ(damaged.empty(), scrubbed->damaged.empty()) << "readers and the scrub disagree";
  const auto again = lake.blobs->Scrub();
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->bad, again->damaged.size()) << "what could be healed is healed";
  EXPECT_EQ(again->healed, 0u);
  const auto report = object::Verify(*lake.kv, *lake.blobs);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->problem_count == 0, damaged.empty()) << "the doctor sees what readers see";
  tally.damaged += damaged.size();
  tally.healed += scrubbed->healed;
  for (const auto& key : damaged) {
    const Status gone = lake.Delete(key);
    EXPECT_TRUE(gone.ok()) << gone.error().message;
  }
}

TEST(BitRot, IsNeverReadAndIsHealedFromTheOtherCopy) {
  Tally tally;
  uint64_t seed = 1;
  for (; GoesOn(seed - 1, 8, std::getenv("TARN_CRASH_SECONDS")); ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    std::mt19937_64 random(seed);
    CrashLake lake(seed, seed % 4 == 0 ? 1 : 2);
    ASSERT_TRUE(lake.Open().ok());
    for (int round = 0; round < 4; ++round) {
      for (int step = 0; step < 25; ++step) (void)lake.Change(random);
      lake.Verify();  // ends the uploads, whose parts nobody reads
      if (round % 2 == 1) {
        lake.Close();
        ASSERT_TRUE(lake.Open().ok());
      }
      constexpr const char* kVolumes[] = {"/lake/blobs", "/lake/archive", ""};
      RotOnce(lake, random, kVolumes[random() % 3], tally);
      lake.Verify();
      lake.ExpectNoLeak();
      if (HasFatalFailure() || HasNonfatalFailure()) return;
    }
  }
  EXPECT_GT(tally.damaged, 0u);
  EXPECT_GT(tally.healed, 0u);
  fmt::print("{} lakes, {} faults: {} copies healed, {} objects refused, no wrong byte\n", seed - 1, tally.faults,
             tally.healed, tally.damaged);
}

}  // namespace
}  // namespace tarn::testing
