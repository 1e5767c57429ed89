#include "identity/directory.h"

#include <gtest/gtest.h>

#include "identity/errors.h"
#include "kv/memory_store.h"

namespace tarn::identity {
namespace {

class FixedClock : public Clock {
 public:
  Timestamp Now() const override { return {1'000'000}; }
};

class DirectoryTest : public testing::Test {
 protected:
  AccountSpec Spec(std::string account, std::string key, std::string secret = "secret-of-root") {
    return {.id = std::move(account), .name = "lake", .access_key_id = std::move(key), .secret_access_key = secret};
  }
  std::string SecretOf(const std::string& key) {
    auto found = directory_.FindKey(key, "");
    return found.ok() ? (*found)->secret : std::string(found.error().reason->name);
  }

  FixedClock clock_;
  std::unique_ptr<kv::Store> store_ = kv::MakeMemoryStore();
  Directory directory_{*store_, clock_, std::string(32, 'k')};
};

using Accounts = DirectoryTest;

TEST_F(Accounts, FindTheRootByItsAccessKey) {
  ASSERT_TRUE(directory_.EnsureAccount(Spec("111111111111", "AKIAONE")).ok());
  auto found = directory_.FindKey("AKIAONE", "");
  ASSERT_TRUE(found.ok());
  EXPECT_EQ((*found)->secret, "secret-of-root");
  EXPECT_EQ((*found)->caller.arn, "arn:aws:iam::111111111111:root");
  EXPECT_EQ((*found)->caller.access_key_id, "AKIAONE");
  EXPECT_TRUE(directory_.FindKey("AKIATWO", "").Is(kUnknownKey));
  EXPECT_TRUE(directory_.FindKey("AKIAONE", "token").Is(kBadToken));
}

TEST_F(Accounts, ForgetTheOldRootKeyWhenGivenANewOne) {
  ASSERT_TRUE(directory_.EnsureAccount(Spec("111111111111", "AKIAONE")).ok());
  EXPECT_EQ(SecretOf("AKIAONE"), "secret-of-root");
  ASSERT_TRUE(directory_.EnsureAccount(Spec("111111111111", "AKIATWO", "other")).ok());
  EXPECT_EQ(SecretOf("AKIAONE"), kUnknownKey.name);
  EXPECT_EQ(SecretOf("AKIATWO"), "other");
  ASSERT_TRUE(directory_.EnsureAccount(Spec("111111111111", "AKIATWO", "changed")).ok());
  EXPECT_EQ(SecretOf("AKIATWO"), "changed");
}

TEST_F(Accounts, SeeWhatAnotherProcessChanged) {
  Directory other(*store_, clock_, std::string(32, 'k'));
  ASSERT_TRUE(directory_.EnsureAccount(Spec("111111111111", "AKIAONE")).ok());
  EXPECT_EQ(SecretOf("AKIAONE"), "secret-of-root");
  ASSERT_TRUE(other.EnsureAccount(Spec("111111111111", "AKIAONE", "changed")).ok());
  EXPECT_EQ(SecretOf("AKIAONE"), "changed");
}

TEST_F(Accounts, KeepTheirKeysFromEachOther) {
  ASSERT_TRUE(directory_.EnsureAccount(Spec("111111111111", "AKIAONE")).ok());
  EXPECT_TRUE(directory_.EnsureAccount(Spec("222222222222", "AKIAONE")).Is(kKeyTaken));
  EXPECT_TRUE(directory_.EnsureAccount(Spec("22222222222", "AKIATWO")).Is(kBadAccount));
  ASSERT_TRUE(directory_.EnsureAccount(Spec("222222222222", "AKIATWO")).ok());
  auto accounts = directory_.ListAccounts();
  ASSERT_TRUE(accounts.ok());
  ASSERT_EQ(accounts->size(), 2U);
  EXPECT_EQ((*accounts)[1].id, "222222222222");
  EXPECT_EQ((*accounts)[1].root_access_key_id, "AKIATWO");
  EXPECT_EQ((*accounts)[1].created.micros, 1'000'000);
}

TEST_F(Accounts, StoreNoSecretInTheClear) {
  ASSERT_TRUE(directory_.EnsureAccount(Spec("111111111111", "AKIAONE")).ok());
  auto rows = store_->Begin()->Scan("", "", 100);
  for (const auto& row : *rows) EXPECT_EQ(row.value.find("secret-of-root"), std::string::npos);
  Directory stranger(*store_, clock_, std::string(32, 'x'));
  EXPECT_TRUE(stranger.FindKey("AKIAONE", "").Is(kDamaged));
}

}  // namespace
}  // namespace tarn::identity
