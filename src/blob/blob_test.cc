#include "blob/blob.h"

#include <fstream>
#include <random>

#include "blob/blob_test_lake.h"
#include "blob/frame.h"

namespace tarn::blob {
namespace {

constexpr size_t kSizes[] = {
    0, 1, 63, 65535, 65536, 65537, 131071, 131072, 131073, 256 * 1024, 300 * 1024, 1'000'000, 3 * 1024 * 1024 + 5};

void Damage(const std::filesystem::path& path, uint64_t offset) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  const char old = static_cast<char>(file.get());
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(static_cast<char>(old ^ 1));
}

TEST_F(BlobTest, ReadsBackWhatWasWrittenWhateverTheSizeAndSteps) {
  std::mt19937_64 random(3);
  for (const size_t size : kSizes) {
    for (const bool hinted : {false, true}) {
      const std::string text = RandomBytes(size);
      WriteOptions options;
      if (hinted) options.size_hint = size;
      const auto ref = Write(text, 1 + random() % 100'000, options);
      ASSERT_TRUE(ref.ok()) << ref.error().message;
      EXPECT_EQ(ref->size, size);
      const auto back = Read(*ref);
      ASSERT_TRUE(back.ok()) << size << ": " << back.error().message;
      EXPECT_TRUE(*back == text) << size;
    }
  }
}

TEST_F(BlobTest, ReadsAnyRange) {
  std::mt19937_64 random(5);
  for (const size_t size : {size_t{100'000}, size_t{700'001}}) {
    const std::string text = RandomBytes(size);
    const BlobRef ref = Keep(text);
    const auto reader = store_->NewReader(ref);
    for (int i = 0; i < 200; ++i) {
      const size_t offset = random() % (size + 10);
      std::string part(1 + random() % (i % 2 == 0 ? 1000 : 400'000), '\0');
      const auto count = reader->ReadAtSync(offset, std::as_writable_bytes(std::span(part)));
      ASSERT_TRUE(count.ok());
      part.resize(*count);
      EXPECT_TRUE(part == (offset < size ? text.substr(offset, std::max<size_t>(part.size(), 1)) : ""));
    }
  }
}

TEST_F(BlobTest, FindsItsBlobsAgainAfterAReopen) {
  std::vector<std::pair<std::string, std::string>> kept;  // encoded ref, text
  for (const size_t size : kSizes) {
    const std::string text = RandomBytes(size);
    kept.emplace_back(Keep(text).Encode(), text);
    Open();
  }
  for (const auto& [encoded, text] : kept) {
    const auto ref = BlobRef::Decode(encoded);
    ASSERT_TRUE(ref.ok());
    EXPECT_TRUE(Read(*ref).value() == text);
  }
}

TEST_F(BlobTest, StoresNoPlaintext) {
  const std::string text(200'000, 'S');
  Keep(text.substr(0, 5000));
  Keep(text);
  for (const auto& path : FilesUnder("")) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    EXPECT_EQ(bytes.find("SSSSSSSS"), std::string::npos) << path;
  }
}

TEST_F(BlobTest, RefusesDamagedBytesInPacksAndFiles) {
  const BlobRef small = Keep(RandomBytes(5000));
  const BlobRef large = Keep(RandomBytes(500'000));
  Damage(FilesUnder("packs").at(0), small.offset + kHeaderBytes + 100);
  Damage(FilesUnder("files").at(0), kHeaderBytes + 2 * kFrameStride + 5);
  EXPECT_TRUE(Read(small).Is(kDamaged));
  EXPECT_TRUE(Read(large).Is(kDamaged));
  EXPECT_TRUE(Read(large, 0, 100'000).ok()) << "frames before the damage are whole";
  const auto report = store_->Scrub();
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->blobs, 2u);
  EXPECT_EQ(report->damaged.size(), 2u);
}

TEST_F(BlobTest, RefusesAnotherKey) {
  const auto other = MakeKeyWrapper(std::string(32, 'o'));
  const BlobRef ref = Keep("text");
  const auto reader = store_->NewReader(ref, other.get());
  std::byte into[4];
  EXPECT_TRUE(reader->ReadAtSync(0, into).Is(kWrongKey));
}

TEST_F(BlobTest, KeepsABlobUntilItsLastOwnerReleasesIt) {
  for (const size_t size : {size_t{5000}, size_t{500'000}}) {
    const std::string text = RandomBytes(size);
    const BlobRef ref = Keep(text);
    ASSERT_TRUE(Reference(ref).ok());
    ASSERT_TRUE(Release(ref).ok());
    Open();
    ASSERT_TRUE(store_->Reclaim().ok());
    EXPECT_TRUE(Read(ref).value() == text);
    ASSERT_TRUE(Release(ref).ok());
    Open();
    ASSERT_TRUE(store_->Reclaim().ok());
    EXPECT_TRUE(Read(ref).Is(kGone));
    EXPECT_TRUE(Reference(ref).Is(kGone));
    EXPECT_TRUE(Release(ref).Is(kGone));
    EXPECT_LT(BytesOnDisk(), 1000u);
  }
}

TEST_F(BlobTest, KeepsReleasedBytesForTheDelayAndForReaders) {
  options_.reclaim_delay_micros = 60 * kMicrosPerSecond;
  for (const size_t size : {size_t{5000}, size_t{500'000}}) {
    Open();
    const std::string text = RandomBytes(size);
    const BlobRef ref = Keep(text);
    Open();  // ends the pack
    auto reader = store_->NewReader(ref);
    ASSERT_TRUE(Release(ref).ok());
    ASSERT_TRUE(store_->Reclaim().ok());
    EXPECT_TRUE(Read(ref).value() == text);
    clock_.Advance(61 * kMicrosPerSecond);
    ASSERT_TRUE(store_->Reclaim().ok());
    EXPECT_TRUE(Read(ref).value() == text) << "a reader lives";
    reader = nullptr;
    ASSERT_TRUE(store_->Reclaim().ok());
    EXPECT_TRUE(Read(ref).Is(kGone));
  }
}

TEST_F(BlobTest, ReclaimsWhatNobodyEverReferenced) {
  {
    auto abandoned = Write(RandomBytes(5000));
  }
  {
    auto abandoned = Write(RandomBytes(500'000));
  }
  {
    auto unfinished = store_->NewWriter({});
    ASSERT_TRUE(SyncWait(unfinished->Append(AsBytes(RandomBytes(500'000)))).ok());
  }
  auto fresh = Write(RandomBytes(300'000));
  ASSERT_TRUE(store_->Reclaim().ok());
  EXPECT_EQ(FilesUnder("files").size(), 1u);
  EXPECT_TRUE(Read(*fresh).ok()) << "its ref still lives";
  EXPECT_TRUE(Reference(*fresh).ok());
  fresh->pending = nullptr;
  ASSERT_TRUE(store_->Reclaim().ok());
  EXPECT_TRUE(Read(*fresh).ok());
  Open();
  ASSERT_TRUE(store_->Reclaim().ok());
  EXPECT_EQ(FilesUnder("packs").size(), 0u);
  EXPECT_EQ(FilesUnder("files").size(), 1u);
  EXPECT_TRUE(Read(*fresh).ok());
}

TEST_F(BlobTest, ReclaimsUnownedFilesOfAnEarlierRun) {
  auto* leaked = new Result<BlobRef>(Write(RandomBytes(500'000)));  // as if the process had died holding it
  const BlobRef kept = Keep(RandomBytes(500'000));
  Open();
  EXPECT_EQ(FilesUnder("files").size(), 2u);
  ASSERT_TRUE(store_->Reclaim().ok());
  EXPECT_EQ(FilesUnder("files").size(), 1u);
  EXPECT_TRUE(Read(kept).ok());
  delete leaked;
}

TEST_F(BlobTest, CompactsSparsePacksWhileReadersFollow) {
  options_.pack_bytes_max = 1 << 20;
  Open();
  std::vector<std::pair<BlobRef, std::string>> kept;
  std::vector<BlobRef> dropped;
  for (int i = 0; i < 400; ++i) {
    const std::string text = RandomBytes(10'000);
    const BlobRef ref = Keep(text);
    if (i % 4 == 0) {
      kept.emplace_back(ref, text);
    } else {
      dropped.push_back(ref);
    }
  }
  Open();
  std::vector<std::unique_ptr<Reader>> readers;
  for (const auto& [ref, text] : kept) readers.push_back(store_->NewReader(ref));
  std::byte byte;
  for (size_t i = 0; i < readers.size(); i += 2) ASSERT_TRUE(readers[i]->ReadAtSync(70, {&byte, 1}).ok());
  const uint64_t before = BytesOnDisk();
  for (const auto& ref : dropped) ASSERT_TRUE(Release(ref).ok());
  ASSERT_TRUE(store_->Reclaim().ok());
  EXPECT_LT(BytesOnDisk(), before / 3);
  for (size_t i = 0; i < kept.size(); ++i) {
    std::string text(kept[i].second.size(), '\0');
    ASSERT_TRUE(readers[i]->ReadAtSync(0, std::as_writable_bytes(std::span(text))).ok());
    EXPECT_TRUE(text == kept[i].second);
    EXPECT_TRUE(Read(kept[i].first).value() == kept[i].second) << "by the old hint";
  }
  readers.clear();
  Open();
  for (const auto& [ref, text] : kept) EXPECT_TRUE(Read(ref).value() == text);
  const auto usage = store_->MeasureUsage();
  ASSERT_TRUE(usage.ok());
  EXPECT_LT(usage->dead_bytes, usage->stored_bytes / 10);
}

TEST_F(BlobTest, KeepsAPackWhoseLiveBlobIsDamaged) {
  const BlobRef damaged = Keep(RandomBytes(5000));
  const BlobRef whole = Keep("whole");
  const BlobRef dead = Keep(RandomBytes(100'000));
  ASSERT_TRUE(Release(dead).ok());
  Open();
  Damage(FilesUnder("packs").at(0), damaged.offset + kHeaderBytes);
  ASSERT_TRUE(store_->Reclaim().ok());
  EXPECT_TRUE(Read(damaged).Is(kDamaged));
  EXPECT_EQ(Read(whole).value(), "whole");
  EXPECT_EQ(FilesUnder("packs").size(), 1u);
}

TEST_F(BlobTest, MergesThePacksThatRestartsLeft) {
  std::vector<BlobRef> refs;
  for (int i = 0; i < 12; ++i) {
    refs.push_back(Keep(std::to_string(i)));
    Open();
  }
  EXPECT_EQ(FilesUnder("packs").size(), 12u);
  ASSERT_TRUE(store_->Reclaim().ok());
  EXPECT_EQ(FilesUnder("packs").size(), 1u);
  for (int i = 0; i < 12; ++i) EXPECT_EQ(Read(refs[i]).value(), std::to_string(i));
}

TEST_F(BlobTest, IgnoresATornTail) {
  const BlobRef ref = Keep("whole");
  store_ = nullptr;
  std::ofstream(FilesUnder("packs").at(0), std::ios::app | std::ios::binary) << "TBLB half an entry";
  Open();
  EXPECT_EQ(Read(ref).value(), "whole");
  const BlobRef next = Keep("next");
  EXPECT_NE(next.container, ref.container) << "nothing is appended behind a doubtful tail";
  EXPECT_EQ(Read(next).value(), "next");
}

TEST_F(BlobTest, RefusesTheFormatOfANewerTarn) {
  store_ = nullptr;
  std::ofstream(directory_ / "FORMAT") << "tarn blob 4\n";
  const auto opened = OpenLocal(options_, *kv_, pool_, *wrapper_, clock_);
  ASSERT_TRUE(opened.Is(kFormat));
  EXPECT_NE(opened.error().message.find("a newer one"), std::string::npos);
}

TEST_F(BlobTest, UpgradesAnOlderFormat) {
  const BlobRef ref = Keep("yesterday's");
  store_ = nullptr;
  std::ofstream(directory_ / "FORMAT") << "tarn blob 1\n";
  Open();
  EXPECT_EQ(Read(ref).value(), "yesterday's");
  std::string line;
  std::getline(std::ifstream(directory_ / "FORMAT"), line);
  EXPECT_EQ(line, "tarn blob 3");
}

TEST_F(BlobTest, IsReadAndWrittenByManyAtOnce) {
  options_.pack_bytes_max = 1 << 20;
  Open();
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([this, t] {
      std::mt19937_64 random(t);
      std::vector<std::pair<BlobRef, std::string>> mine;
      for (int i = 0; i < 60; ++i) {
        std::string text = RandomBytes(1 + random() % (i % 10 == 0 ? 400'000 : 20'000));
        mine.emplace_back(Keep(text), std::move(text));
        const size_t pick = random() % mine.size();
        EXPECT_TRUE(Read(mine[pick].first).value() == mine[pick].second);
        if (random() % 2 == 0) {
          EXPECT_TRUE(Release(mine[pick].first).ok());
          mine.erase(mine.begin() + static_cast<std::ptrdiff_t>(pick));
        }
      }
      for (const auto& [ref, text] : mine) EXPECT_TRUE(Read(ref).value() == text);
    });
  }
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(store_->Reclaim().ok());
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(store_->Reclaim().ok());
  EXPECT_TRUE(store_->Scrub()->damaged.empty());
}

TEST(MasterKey, IsMadeOnceAndFoundAgain) {
  const auto path = std::filesystem::temp_directory_path() / ("tarn-key-" + RandomUuid());
  EXPECT_FALSE(OpenMasterKey(path, false).ok());
  const auto made = OpenMasterKey(path, true);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const std::string wrapped = (*made)->Wrap(std::string(32, 'x')).value();
  const auto again = OpenMasterKey(path, true);
  EXPECT_EQ((*again)->Unwrap(wrapped).value(), std::string(32, 'x'));
  std::ofstream(path) << "not a key";
  EXPECT_TRUE(OpenMasterKey(path, true).Is(kFormat));
  std::filesystem::remove(path);
}

// RFC 3394, 4.6.
TEST(KeyWrapper, MatchesThePublishedValue) {
  std::string master;
  for (char i = 0; i < 32; ++i) master += i;
  const std::string key = Unhex("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f").value();
  const auto wrapper = MakeKeyWrapper(master);
  std::string wrapped = wrapper->Wrap(key).value();
  EXPECT_EQ(Hex(wrapped), "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21");
  EXPECT_EQ(wrapper->Unwrap(wrapped).value(), key);
  wrapped[20] ^= 1;
  EXPECT_TRUE(wrapper->Unwrap(wrapped).Is(kWrongKey));
  EXPECT_TRUE(wrapper->Unwrap("short").Is(kWrongKey));
}

TEST(FrameCipher, BindsAFrameToItsBlobPlaceAndEnd) {
  const std::string key(32, 'k');
  FrameCipher cipher({1, 2}, key);
  std::array<std::byte, 100> plain{};
  std::array<std::byte, 120> stored{};
  cipher.Seal(3, false, plain, stored);
  const auto body = std::span<const std::byte>(stored).first(100);
  const auto trailer = std::span<const std::byte>(stored).subspan(100);
  EXPECT_TRUE(cipher.Open(3, false, body, trailer, plain).ok());
  EXPECT_TRUE(cipher.Open(4, false, body, trailer, plain).Is(kDamaged));
  EXPECT_TRUE(cipher.Open(3, true, body, trailer, plain).Is(kDamaged));
  EXPECT_TRUE(FrameCipher({1, 3}, key).Open(3, false, body, trailer, plain).Is(kDamaged));
}

TEST(FrameCipher, BindsAnUnsealedFrameToItsBlobPlaceAndEnd) {
  FrameCipher cipher({1, 2}, "");
  std::array<std::byte, 100> plain{};
  std::array<std::byte, 120> stored{};
  cipher.Seal(3, false, plain, stored);
  const auto body = std::span<const std::byte>(stored).first(100);
  const auto trailer = std::span<const std::byte>(stored).subspan(100);
  EXPECT_TRUE(cipher.Open(3, false, body, trailer, plain).ok());
  EXPECT_TRUE(cipher.Open(4, false, body, trailer, plain).Is(kDamaged));
  EXPECT_TRUE(cipher.Open(3, true, body, trailer, plain).Is(kDamaged));
  EXPECT_TRUE(FrameCipher({1, 3}, "").Open(3, false, body, trailer, plain).Is(kDamaged));
  stored[7] ^= std::byte{1};
  EXPECT_TRUE(cipher.Open(3, false, body, trailer, plain).Is(kDamaged));
}

}  // namespace
}  // namespace tarn::blob
