#include "server/secrets/master_key.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/hash.h"
#include "base/random.h"
#include "keys/lake_key.h"

namespace tarn::server {
namespace {

namespace fs = std::filesystem;

class MasterKey : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(directory_); }
  void TearDown() override { fs::remove_all(directory_); }
  std::string Read(const std::string& name) const {
    std::ifstream file(directory_ + "/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  bool Has(const std::string& name) const { return fs::exists(directory_ + "/" + name); }
  // The lake key as a later start finds it; "" when it does not open.
  std::string Open(const std::string& given = "") const {
    auto key = OpenMasterKey(directory_, given, false);
    return key.ok() ? *key : "";
  }

  const std::string directory_ = (fs::temp_directory_path() / ("tarn-master-" + RandomUuid())).string();
  const std::string one_ = Hex(std::string(32, '1'));
  const std::string two_ = Hex(std::string(32, '2'));
};

TEST_F(MasterKey, IsMadeInAFileOfItsOwnerAlone) {
  const auto made = OpenMasterKey(directory_, "", true);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(Read("master-key"), Hex(*made) + "\n");
  EXPECT_EQ(fs::status(directory_ + "/master-key").permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(Open(), *made);
  fs::remove(directory_ + "/master-key");
  EXPECT_EQ(Open(), "");
}

TEST_F(MasterKey, GivenByTheEnvironmentLeavesNoKeyInClear) {
  const auto made = OpenMasterKey(directory_, one_, true);
  ASSERT_TRUE(made.ok());
  EXPECT_FALSE(Has("master-key"));
  EXPECT_EQ(Read("lake-key").find(Hex(*made)), std::string::npos);
  EXPECT_EQ(Open(one_), *made);
  EXPECT_EQ(Open(two_), "");
  EXPECT_EQ(Open(), "");
  EXPECT_TRUE(OpenMasterKey(directory_, "short", false).Is(kBadMasterKey));
}

TEST_F(MasterKey, RotationKeepsTheLakeKeyAndShutsTheOldOneOut) {
  const auto made = OpenMasterKey(directory_, "", true);
  ASSERT_TRUE(made.ok());
  const std::string first = Read("master-key");
  ASSERT_TRUE(RotateMasterKey(directory_, "", "").ok());
  EXPECT_NE(Read("master-key"), first);
  EXPECT_EQ(Open(), *made);
  EXPECT_EQ(Open(first), "");
  ASSERT_TRUE(RotateMasterKey(directory_, "", one_).ok());
  EXPECT_FALSE(Has("master-key"));
  EXPECT_EQ(Open(one_), *made);
  ASSERT_TRUE(RotateMasterKey(directory_, one_, two_).ok());
  EXPECT_EQ(Open(two_), *made);
  EXPECT_EQ(Open(one_), "");
  EXPECT_FALSE(RotateMasterKey(directory_, one_, "").ok());
  ASSERT_TRUE(RotateMasterKey(directory_, two_, "").ok());
  EXPECT_EQ(Open(), *made);
}

TEST_F(MasterKey, OpensWithEitherKeyWhereARotationWasCutOff) {
  const std::string lake_key(32, 'l');
  const std::string both = keys::SealLakeKey(lake_key, {std::string(32, '1'), std::string(32, '2')});
  std::ofstream(directory_ + "/lake-key") << both;
  EXPECT_EQ(Open(one_), lake_key);
  EXPECT_EQ(Open(two_), lake_key);
}

TEST_F(MasterKey, AnotherOneDoesNotOpenALakeThatHasAFile) {
  const auto made = OpenMasterKey(directory_, "", true);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(Open(Hex(*made)), *made);
  EXPECT_TRUE(OpenMasterKey(directory_, one_, false).Is(kBadMasterKey));
}

}  // namespace
}  // namespace tarn::server
