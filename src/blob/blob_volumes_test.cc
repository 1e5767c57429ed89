// Storage classes on volumes: archives, second copies, healing, and blobs without encryption.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

#include "blob/blob_test_lake.h"
#include "blob/frame.h"
#include "blob/local/location.h"

namespace tarn::blob {
namespace {

class BlobVolumes : public BlobTest {
 protected:
  void SetUp() override {
    options_.volumes = {{.name = "cold", .directory = Sub("cold"), .archive = true},
                        {.name = "one", .directory = Sub("one")},
                        {.name = "two", .directory = Sub("two")}};
    options_.placements = {{"GLACIER", {.volumes = {"cold"}}}, {"TWICE", {.volumes = {"one", "two"}, .copies = 2}}};
    options_.directory = Sub("default");
    Open();
  }
  std::string Sub(std::string_view name) const { return (directory_ / name).string(); }

  BlobRef KeepIn(std::string_view placement, std::string_view text) {
    auto ref = Write(text, 70'000, {.placement = std::string(placement)});
    EXPECT_TRUE(ref.ok()) << ref.error().message;
    EXPECT_TRUE(Reference(*ref).ok());
    ref->pending = nullptr;
    return *ref;
  }
  // The files of a volume that hold blobs.
  std::vector<std::filesystem::path> BlobFiles(std::string_view volume) const {
    auto files = FilesUnder(std::string(volume) + "/packs");
    for (auto& file : FilesUnder(std::string(volume) + "/files")) files.push_back(std::move(file));
    return files;
  }
  static void Damage(const std::filesystem::path& path, uint64_t offset) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(offset));
    file << "damage";
  }
  static std::string Compressible(size_t size) {
    std::string text;
    while (text.size() < size) text += "line " + std::to_string(text.size() / 7) + " of an archive\n";
    text.resize(size);
    return text;
  }
};

TEST_F(BlobVolumes, PutEachStorageClassWhereTheConfigurationSays) {
  KeepIn("STANDARD", RandomBytes(5000));
  KeepIn("GLACIER", RandomBytes(5000));
  KeepIn("STANDARD_IA", RandomBytes(300'000));
  EXPECT_EQ(BlobFiles("default").size(), 2u) << "a class of which nothing is said lies with STANDARD";
  EXPECT_EQ(BlobFiles("cold").size(), 1u);
  EXPECT_EQ(BlobFiles("one").size(), 0u);
}

TEST_F(BlobVolumes, ReadArchivesBackWhateverTheSizeAndRange) {
  for (const size_t size : {1, 63, 65536, 65537, 131072, 300'000, 1'000'001}) {
    for (const bool compressible : {true, false}) {
      const std::string text = compressible ? Compressible(size) : RandomBytes(size);
      const BlobRef ref = KeepIn("GLACIER", text);
      EXPECT_TRUE(Read(ref).value() == text) << size;
      for (const size_t offset : {size / 3, size - 1}) {
        EXPECT_TRUE(Read(ref, offset, 1000).value() == text.substr(offset, 1000)) << size;
      }
      const auto again = BlobRef::Decode(ref.Encode());
      ASSERT_TRUE(again.ok());
      EXPECT_TRUE(Read(*again).value() == text) << size;
    }
  }
  Open();
  EXPECT_TRUE(store_->Scrub()->damaged.empty());
}

TEST_F(BlobVolumes, CompressArchives) {
  const BlobRef ref = KeepIn("GLACIER", Compressible(1'000'000));
  EXPECT_LT(ref.stored_bytes, 300'000u);
  EXPECT_LT(std::filesystem::file_size(BlobFiles("cold").at(0)), 300'000u);
}

TEST_F(BlobVolumes, CompactArchivesByteForByte) {
  std::vector<std::pair<BlobRef, std::string>> kept;
  std::vector<BlobRef> dropped;
  for (int i = 0; i < 40; ++i) {
    const std::string text = Compressible(10'000 + static_cast<size_t>(i) * 999);
    const BlobRef ref = KeepIn("GLACIER", text);
    if (i % 4 == 0) {
      kept.emplace_back(ref, text);
    } else {
      dropped.push_back(ref);
    }
  }
  const auto pack = BlobFiles("cold").at(0);
  for (const auto& ref : dropped) ASSERT_TRUE(Release(ref).ok());
  Open();
  ASSERT_TRUE(store_->Reclaim().ok());
  EXPECT_FALSE(std::filesystem::exists(pack));
  for (const auto& [ref, text] : kept) EXPECT_TRUE(Read(ref).value() == text);
}

TEST_F(BlobVolumes, NoticeADamagedIndexOfAnArchive) {
  const BlobRef ref = KeepIn("GLACIER", Compressible(1'000'000));
  Damage(BlobFiles("cold").at(0), ref.stored_bytes - 20);
  EXPECT_TRUE(Read(ref).Is(kDamaged));
  EXPECT_EQ(store_->Scrub()->damaged.size(), 1u);
}

TEST_F(BlobVolumes, ReadTheOtherCopyAndHealTheBadOne) {
  for (const size_t size : {size_t{5000}, size_t{500'000}}) {
    for (const std::string_view bad : {"one", "two"}) {
      for (const bool missing : {true, false}) {
        Open();  // a pack of its own
        const std::string text = RandomBytes(size);
        const auto before = BlobFiles(bad);
        const BlobRef ref = KeepIn("TWICE", text);
        ASSERT_NE(ref.second_container, 0u);
        Open();
        const uint64_t container =
            VolumeOf(ref.container) == (bad == "one" ? 2 : 3) ? ref.container : ref.second_container;
        for (const auto& path : BlobFiles(bad)) {
          if (std::ranges::find(before, path) != before.end()) continue;
          missing ? (void)std::filesystem::remove(path) : Damage(path, kHeaderBytes + kHeaderBytes + 200);
        }
        EXPECT_TRUE(Read(ref).value() == text) << "the other copy is whole";
        const auto report = store_->Scrub();
        ASSERT_TRUE(report.ok());
        EXPECT_TRUE(report->damaged.empty());
        EXPECT_TRUE(store_->Scrub()->bad == 0) << "healed";
        // The healed copy alone is enough.
        const std::string_view good = bad == "one" ? "two" : "one";
        std::filesystem::rename(Sub(good) + "/packs", Sub(good) + "/p");
        std::filesystem::rename(Sub(good) + "/files", Sub(good) + "/f");
        const auto healed = Read(ref);
        EXPECT_TRUE(healed.ok() && *healed == text) << container;
        std::filesystem::rename(Sub(good) + "/p", Sub(good) + "/packs");
        std::filesystem::rename(Sub(good) + "/f", Sub(good) + "/files");
        ASSERT_TRUE(Release(ref).ok());
        Open();
        ASSERT_TRUE(store_->Reclaim().ok());
        EXPECT_EQ(BlobFiles("one").size() + BlobFiles("two").size(), 0u) << "nothing is left of either copy";
      }
    }
  }
}

TEST_F(BlobVolumes, HealInTheBackgroundWhatAReaderFoundBad) {
  options_.scrub_period_micros = 0;
  const std::string text = RandomBytes(5000);
  const BlobRef ref = KeepIn("TWICE", text);
  Damage(BlobFiles(VolumeOf(ref.container) == 2 ? "one" : "two").at(0), ref.offset + kHeaderBytes + 5);
  EXPECT_TRUE(Read(ref).value() == text);
  const auto report = store_->Scrub();
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->bad, 0u) << "what the reader met was healed first";
}

TEST_F(BlobVolumes, ReportWhatHasNoWholeCopy) {
  const BlobRef ref = KeepIn("TWICE", RandomBytes(500'000));
  for (const std::string_view volume : {"one", "two"}) Damage(BlobFiles(volume).at(0), kHeaderBytes + 10);
  EXPECT_TRUE(Read(ref).Is(kDamaged));
  const auto report = store_->Scrub();
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->bad, 2u);
  EXPECT_EQ(report->healed, 0u);
  EXPECT_EQ(report->damaged.size(), 2u);
}

TEST_F(BlobVolumes, FillAReplacedDiskFromTheOtherCopies) {
  std::vector<std::pair<BlobRef, std::string>> kept;
  for (const size_t size : {100, 5000, 500'000}) {
    const std::string text = RandomBytes(size);
    kept.emplace_back(KeepIn("TWICE", text), text);
  }
  store_ = nullptr;
  std::filesystem::remove_all(Sub("two"));
  const auto refused = OpenLocal(options_, *kv_, pool_, *wrapper_, clock_);
  ASSERT_TRUE(refused.Is(kFormat)) << "it may be a missing mount";
  EXPECT_NE(refused.error().message.find("replaced = true"), std::string::npos);
  options_.volumes[2].replaced = true;
  Open();
  EXPECT_EQ(store_->Scrub()->healed, 3u);
  EXPECT_EQ(store_->Scrub()->bad, 0u);
  options_.volumes[2].replaced = false;
  Open();
  std::filesystem::rename(Sub("one") + "/packs", Sub("one") + "/gone");
  for (const auto& [ref, text] : kept) EXPECT_TRUE(Read(ref).value() == text);
}

TEST_F(BlobVolumes, RefuseAConfigurationThatLosesObjects) {
  KeepIn("GLACIER", "cold");
  store_ = nullptr;
  const Options whole = options_;
  options_.volumes.erase(options_.volumes.begin());
  options_.placements.erase("GLACIER");
  EXPECT_TRUE(OpenLocal(options_, *kv_, pool_, *wrapper_, clock_).Is(kBadVolume));
  options_ = whole;
  std::swap(options_.volumes[0].directory, options_.volumes[1].directory);
  EXPECT_TRUE(OpenLocal(options_, *kv_, pool_, *wrapper_, clock_).Is(kFormat)) << "another volume's directory";
  options_ = whole;
  options_.placements["GLACIER"].volumes = {"absent"};
  EXPECT_TRUE(OpenLocal(options_, *kv_, pool_, *wrapper_, clock_).Is(kBadVolume));
  options_ = whole;
  options_.placements["GLACIER"].copies = 2;
  EXPECT_TRUE(OpenLocal(options_, *kv_, pool_, *wrapper_, clock_).Is(kBadVolume));
  options_ = whole;
  options_.volumes.pop_back();
  options_.placements.erase("TWICE");
  Open();
  EXPECT_NE(store_, nullptr) << "a volume that holds nothing may go";
}

TEST_F(BlobVolumes, ScrubInTheBackgroundAndGoOnAfterARestart) {
  for (int i = 0; i < 600; ++i) Keep(RandomBytes(100));
  const BlobRef bad = Keep(RandomBytes(500'000));
  Damage(FilesUnder("default/files").at(0), kHeaderBytes + 10);
  options_.scrub_period_micros = kMicrosPerDay;
  options_.scrub_bytes_per_second = 1 << 30;
  std::optional<ScrubReport> last;
  for (int starts = 1; !last; ++starts) {
    Open();
    // At least one step of this life, then a restart.
    while (true) {
      const auto progress = store_->GetScrubProgress();
      ASSERT_TRUE(progress.ok());
      last = progress->last;
      if (last || (progress->now && progress->now->blobs >= std::min(starts, 3) * 200u)) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  EXPECT_EQ(last->blobs, 601u) << "no place twice, none left out";
  EXPECT_EQ(last->bad, 1u);
  ASSERT_EQ(last->damaged.size(), 1u);
  EXPECT_NE(last->damaged[0].find(bad.id.Hex()), std::string::npos);
}

TEST_F(BlobVolumes, CopySealedBlobsToAnotherClassWithoutTheirKey) {
  const auto customer = MakeKeyWrapper(std::string(32, 'c'));
  for (const size_t size : {size_t{1}, size_t{5000}, size_t{65537}, size_t{500'000}}) {
    const std::string text = RandomBytes(size);
    auto source = Write(text, SIZE_MAX, {.wrapper = customer.get()});
    ASSERT_TRUE(source.ok());
    ASSERT_TRUE(Reference(*source).ok());
    auto copy = store_->Copy(*source, "GLACIER");
    ASSERT_TRUE(copy.ok()) << copy.error().message;
    auto twice = store_->Copy(*copy, "TWICE");
    ASSERT_TRUE(twice.ok()) << twice.error().message;
    EXPECT_NE(twice->second_container, 0u);
    ASSERT_TRUE(Reference(*twice).ok());
    ASSERT_TRUE(Release(*source).ok());
    copy = Fail(kGone, "dropped");
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(store_->Reclaim().ok());
    const auto kept = BlobRef::Decode(twice->Encode());
    ASSERT_TRUE(kept.ok());
    std::string read(size, '\0');
    const auto reader = store_->NewReader(*kept, customer.get());
    const auto count = reader->ReadAtSync(0, std::as_writable_bytes(std::span(read)));
    ASSERT_TRUE(count.ok()) << count.error().message;
    EXPECT_TRUE(read == text);
  }
  EXPECT_TRUE(FilesUnder("cold/files").empty());
  EXPECT_EQ(store_->Scrub()->bad, 0u);
}

TEST_F(BlobVolumes, CopyFromTheWholeOneOfTwoCopies) {
  const std::string text = RandomBytes(500'000);
  const BlobRef ref = KeepIn("TWICE", text);
  for (const auto& volume : {"one", "two"}) {
    if (!BlobFiles(volume).empty()) {
      Damage(BlobFiles(volume).at(0), 3000);
      break;
    }
  }
  const auto copy = store_->Copy(ref, "GLACIER");
  ASSERT_TRUE(copy.ok()) << copy.error().message;
  EXPECT_TRUE(Read(*copy).value() == text);
}

TEST_F(BlobVolumes, KeepChecksumsWithoutEncryption) {
  options_.encryption = false;
  Open();
  for (const size_t size : {1, 5000, 65536, 65537, 500'000}) {
    const std::string text(size, 'S');
    const BlobRef ref = KeepIn("STANDARD", text);
    EXPECT_TRUE(ref.wrapped_key.empty());
    EXPECT_TRUE(Read(ref).value() == text);
    EXPECT_TRUE(Read(ref, size / 2, 100).value() == text.substr(size / 2, 100));
  }
  const auto path = FilesUnder("default/files").at(0);
  std::ifstream file(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_NE(bytes.find("SSSSSSSS"), std::string::npos);
  const BlobRef damaged = KeepIn("GLACIER", Compressible(500'000));
  Damage(BlobFiles("cold").at(0), 3000);
  EXPECT_TRUE(Read(damaged).Is(kDamaged));
  options_.encryption = true;
  Open();
  EXPECT_EQ(store_->Scrub()->bad, 1u);
  const auto other = MakeKeyWrapper(std::string(32, 'o'));
  EXPECT_FALSE(Write("secret", 100, {.wrapper = other.get()})->wrapped_key.empty());
}

}  // namespace
}  // namespace tarn::blob
