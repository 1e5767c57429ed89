// How objects are encrypted: under the lake's key, KMS keys and customers' keys.
#include "object/encryption.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "object/object_test_store.h"

namespace tarn::object {
namespace {

// Seals a data key as "context + key"; names keys by what they are asked for.
class FakeKeys : public KeySource {
 public:
  Result<DataKey> Generate(const KeyUser&, std::string_view key, const EncryptionContext& context) override {
    if (key == "missing") return Fail(kKeyNotFound, "Invalid keyId 'missing'");
    ++generated;
    DataKey fresh{.plaintext = RandomBytes(32), .sealed = {}, .key_arn = "arn:aws:kms:::key/" + std::string(key)};
    fresh.sealed = EncodeContext(context) + fresh.plaintext;
    return fresh;
  }
  Result<std::string> Open(const KeyUser&, std::string_view sealed, const EncryptionContext& context) override {
    if (disabled) return Fail(kKeyDisabled, "the key is disabled.");
    const std::string prefix = EncodeContext(context);
    if (!sealed.starts_with(prefix)) return Fail(kKeyDenied, "another context");
    return std::string(sealed.substr(prefix.size()));
  }

  int generated = 0;
  bool disabled = false;
};

class EncryptionTest : public ObjectTest {
 protected:
  EncryptionTest() { store_ = std::make_unique<Store>(*kv_, *blobs_, clock_, pool_, &keys_); }

  Result<Version> PutSealed(std::string_view key, std::string_view bytes, const EncryptionChoice& choice) {
    TARN_TRY(Sealing sealing, store_->Seal(bucket_, key, choice, user_));
    Incoming incoming = store_->Receive({.wrapper = sealing.wrapper});
    TARN_CHECK(SyncWait(incoming.Append(AsBytes(bytes))));
    TARN_TRY(Content content, SyncWait(incoming.Finish()));
    NewObject object;
    object.attributes.encryption = sealing.encryption;
    return SyncWait(store_->Put(bucket_, std::string(key), std::move(content), std::move(object)));
  }
  // The bytes, or the reason for which there are none.
  std::string Read(std::string_view key, const std::optional<CustomerKey>& customer = {}) {
    const auto version = store_->Find(bucket_, key, "", true);
    if (!version.ok()) return std::string(version.error().reason->name);
    const Status unlocked = store_->Unlock(*version, user_, customer);
    if (!unlocked.ok()) return std::string(unlocked.error().reason->name);
    std::string bytes(version->size, '\0');
    const auto count = version->layout->ReadAtSync(0, std::as_writable_bytes(std::span(bytes)));
    return count.ok() ? bytes : std::string(count.error().reason->name);
  }
  Encryption EncryptionOf(std::string_view key) {
    return store_->Find(bucket_, key, "", false).value().attributes.encryption;
  }
  void SetDefault(const DefaultEncryption& rule) {
    ASSERT_TRUE(store_->SetDocument("lake", DefaultEncryption::kDocument, rule.Encode()).ok());
    bucket_ = store_->GetBucket("lake").value();
  }

  static EncryptionChoice Kms(std::string key) {
    EncryptionChoice choice;
    choice.kind = EncryptionKind::kKms;
    choice.key = std::move(key);
    return choice;
  }
  static EncryptionChoice Customer(const CustomerKey& key) {
    EncryptionChoice choice;
    choice.customer = key;
    return choice;
  }

  FakeKeys keys_;
  const KeyUser user_{.scope = {.account = "000000000001", .region = "us-east-1"},
                      .caller = identity::RootOf("000000000001")};
  const CustomerKey mine_{std::string(32, 'a')};
  const CustomerKey other_{std::string(32, 'b')};
};

TEST_F(EncryptionTest, KmsObjectsAreReadThroughTheirKey) {
  ASSERT_TRUE(PutSealed("a", "secret", Kms("k1")).ok());
  EXPECT_EQ(Read("a"), "secret");
  EXPECT_EQ(EncryptionOf("a").key, "arn:aws:kms:::key/k1");
  const auto context = DecodeContext(EncryptionOf("a").context);
  ASSERT_TRUE(context.ok());
  EXPECT_EQ(context->at("aws:s3:arn"), "arn:aws:s3:::lake/a");
  keys_.disabled = true;
  EXPECT_EQ(Read("a"), "object.KeyDisabled");
}

TEST_F(EncryptionTest, AMissingKeyStoresNothing) {
  EXPECT_TRUE(PutSealed("a", "secret", Kms("missing")).Is(kKeyNotFound));
  EXPECT_EQ(Read("a"), "object.NoSuchKey");
}

TEST_F(EncryptionTest, WithoutAKeyTheManagedOneIsUsed) {
  ASSERT_TRUE(PutSealed("a", "x", Kms("")).ok());
  EXPECT_EQ(EncryptionOf("a").key, "arn:aws:kms:::key/alias/aws/s3");
}

TEST_F(EncryptionTest, CustomerKeysOpenTheirVersionsOnly) {
  ASSERT_TRUE(PutSealed("a", "secret", Customer(mine_)).ok());
  EXPECT_EQ(Read("a", mine_), "secret");
  EXPECT_EQ(Read("a", other_), "object.WrongCustomerKey");
  EXPECT_EQ(Read("a"), "object.InvalidRequest");
  ASSERT_TRUE(Put("plain", "x").ok());
  EXPECT_EQ(Read("plain", mine_), "object.InvalidRequest");
}

TEST_F(EncryptionTest, TheSameCustomerKeyGivesEachVersionAWrapperOfItsOwn) {
  ASSERT_TRUE(PutSealed("a", "x", Customer(mine_)).ok());
  ASSERT_TRUE(PutSealed("b", "x", Customer(mine_)).ok());
  EXPECT_NE(EncryptionOf("a").sealed_key, EncryptionOf("b").sealed_key);
}

TEST_F(EncryptionTest, NeitherTheMasterKeyNorTheRecordOpensACustomersObject) {
  ASSERT_TRUE(PutSealed("a", "the customer's secret", Customer(mine_)).ok());
  const auto version = store_->Find(bucket_, "a", "", true);
  ASSERT_TRUE(version.ok());
  // What the lake has: its own wrapper, and what it keeps in the record.
  const blob::BlobRef ref = version->layout->extents.at(0).blob;
  EXPECT_TRUE(wrapper_->Unwrap(ref.wrapped_key).Is(blob::kWrongKey));
  const std::string kept = EncryptionOf("a").sealed_key;
  for (size_t at = 0; at + 32 <= kept.size(); ++at) {
    EXPECT_FALSE(blob::MakeKeyWrapper(kept.substr(at, 32))->Unwrap(ref.wrapped_key).ok()) << at;
  }
  EXPECT_EQ(kept.find(mine_.bytes), std::string::npos);
  // Nor does the text lie in any file.
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    EXPECT_EQ(bytes.find("customer's secret"), std::string::npos) << entry.path();
    EXPECT_EQ(bytes.find(mine_.bytes), std::string::npos) << entry.path();
  }
}

TEST_F(EncryptionTest, TheBucketsDefaultAppliesToWhatNamesNone) {
  SetDefault({.kind = EncryptionKind::kKms, .key = "k2", .bucket_key = true});
  ASSERT_TRUE(PutSealed("a", "x", {}).ok());
  EXPECT_EQ(EncryptionOf("a").kind, EncryptionKind::kKms);
  EXPECT_EQ(EncryptionOf("a").key, "arn:aws:kms:::key/k2");
  EXPECT_TRUE(EncryptionOf("a").bucket_key);
  EXPECT_EQ(Read("a"), "x");
  EncryptionChoice plain;
  plain.kind = EncryptionKind::kS3;
  ASSERT_TRUE(PutSealed("b", "y", plain).ok());
  EXPECT_EQ(EncryptionOf("b"), Encryption{});
}

TEST_F(EncryptionTest, ABucketKeyServesManyObjectsAndItsEndFollowsTheKeys) {
  SetDefault({.kind = EncryptionKind::kKms, .key = "k2", .bucket_key = true});
  ASSERT_TRUE(PutSealed("a", "x", {}).ok());
  ASSERT_TRUE(PutSealed("b", "y", {}).ok());
  EXPECT_EQ(keys_.generated, 1);
  EXPECT_EQ(EncryptionOf("a").sealed_key, EncryptionOf("b").sealed_key);
  clock_.Advance(int64_t{6} * 60 * kMicrosPerSecond);
  ASSERT_TRUE(PutSealed("c", "z", {}).ok());
  EXPECT_EQ(keys_.generated, 2);
  EXPECT_EQ(Read("a") + Read("b") + Read("c"), "xyz");
}

TEST_F(EncryptionTest, FilesApplyTheDefaultAndReadWhatItMade) {
  SetDefault({.kind = EncryptionKind::kKms, .key = "k2"});
  const Files files(*store_, "000000000001");
  ASSERT_TRUE(files.Put("lake", "t/1", "rows").ok());
  EXPECT_EQ(EncryptionOf("t/1").kind, EncryptionKind::kKms);
  EXPECT_EQ(files.ReadAll("lake", "t/1", 100).value(), "rows");
  // The head answers while the key does not.
  keys_.disabled = true;
  EXPECT_TRUE(files.Head("lake", "t/1").ok());
  EXPECT_TRUE(files.ReadAll("lake", "t/1", 100).Is(kKeyDisabled));
}

TEST_F(EncryptionTest, BlockedCustomerKeysAreRefusedAndOldObjectsStayReadable) {
  ASSERT_TRUE(PutSealed("a", "old", Customer(mine_)).ok());
  SetDefault({.blocked = BlockedEncryption::kCustomer});
  EXPECT_TRUE(PutSealed("b", "new", Customer(mine_)).Is(kEncryptionBlocked));
  EXPECT_EQ(Read("a", mine_), "old");
}

TEST_F(EncryptionTest, CopiesShareUnderOneKeyAndAreEncryptedAnewUnderAnother) {
  ASSERT_TRUE(PutSealed("a", "content", Kms("k1")).ok());
  const auto source = store_->Find(bucket_, "a", "", true);
  ASSERT_TRUE(source.ok() && store_->Unlock(*source, user_, {}).ok());
  const auto blob_of = [](const Result<Content>& content) { return content->extents.at(0).blob.id; };
  const auto copy = [&](const Sealing& sealing) {
    return SyncWait(store_->Share(*source, 0, source->size,
                                  {.algorithm = ChecksumAlgorithm::kCrc32, .extents_max = 4, .sealing = sealing}));
  };
  Sealing same{.encryption = source->attributes.encryption, .wrapper = nullptr};
  EXPECT_EQ(blob_of(copy(same)), source->layout->extents.at(0).blob.id);
  const auto for_customer = copy(SealForCustomer(mine_));
  ASSERT_TRUE(for_customer.ok());
  EXPECT_NE(blob_of(for_customer), source->layout->extents.at(0).blob.id);
  EXPECT_NE(blob_of(copy({})), source->layout->extents.at(0).blob.id);
}

TEST_F(EncryptionTest, RewrappingGivesAnotherKeyToTheSameBytes) {
  ASSERT_TRUE(Put("a", "content").ok());
  const auto before = store_->Find(bucket_, "a", "", true).value();
  const auto rewrap = [&](std::string_view to) {
    const auto version = store_->Find(bucket_, "a", "", false).value();
    Store::Rewrapping change{.present = version.attributes.encryption, .from = nullptr, .to = {}};
    change.from = store_->OpenKey(change.present, user_, {}).value();
    change.to = store_->Seal(bucket_, "a", Kms(std::string(to)), user_).value();
    return store_->Rewrap(bucket_, "a", "", change);
  };
  ASSERT_TRUE(rewrap("k1").ok());
  ASSERT_TRUE(rewrap("k2").ok());
  EXPECT_EQ(Read("a"), "content");
  EXPECT_EQ(EncryptionOf("a").key, "arn:aws:kms:::key/k2");
  const auto after = store_->Find(bucket_, "a", "", true).value();
  EXPECT_EQ(after.layout->extents.at(0).blob.id, before.layout->extents.at(0).blob.id);
  EXPECT_EQ(after.modified, before.modified);
  EXPECT_EQ(after.version_id, before.version_id);
  EXPECT_TRUE(wrapper_->Unwrap(after.layout->extents.at(0).blob.wrapped_key).Is(blob::kWrongKey));
  // Who had it open reads on.
  std::string bytes(7, ' ');
  EXPECT_TRUE(before.layout->ReadAtSync(0, std::as_writable_bytes(std::span(bytes))).ok());
  EXPECT_EQ(bytes, "content");
}

TEST_F(EncryptionTest, DefaultsOfEarlierVersionsAreUnderstood) {
  EXPECT_FALSE(DefaultEncryption::Decode("AES256")->bucket_key);
  EXPECT_TRUE(DefaultEncryption::Decode("AES256+BucketKey")->bucket_key);
}

TEST(KeyLatchTest, FailsUntilAKeyIsKnownAndAsksAgainAfterAFailure) {
  const Wrapper wrapper = blob::MakeKeyWrapper(std::string(32, 'w'));
  const std::string wrapped = wrapper->Wrap(std::string(32, 'k')).value();
  KeyLatch latch;
  EXPECT_FALSE(latch.Unwrap(wrapped).ok());
  int asked = 0;
  latch.ProvideLater([&]() -> Result<Wrapper> {
    if (++asked == 1) return Fail(kKeyDisabled, "the key is disabled.");
    return wrapper;
  });
  EXPECT_TRUE(latch.Unwrap(wrapped).Is(kKeyDisabled));
  EXPECT_EQ(latch.Unwrap(wrapped).value(), std::string(32, 'k'));
  EXPECT_EQ(latch.Unwrap(wrapped).value(), std::string(32, 'k'));
  EXPECT_EQ(asked, 2);
}

}  // namespace
}  // namespace tarn::object
