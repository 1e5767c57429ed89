#include "server/options.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace tarn::server {
namespace {

// A file with the text for as long as it lives.
class TomlFile {
 public:
  explicit TomlFile(const std::string& text) { std::ofstream(path_) << text; }
  ~TomlFile() { std::filesystem::remove(path_); }
  TomlFile(const TomlFile&) = delete;
  TomlFile& operator=(const TomlFile&) = delete;
  operator std::string() const { return path_; }  // NOLINT(google-explicit-constructor)

 private:
  const std::string path_ = testing::TempDir() + "/options_test_" + std::to_string(::getpid()) + ".toml";
};

}  // namespace

TEST(Options, FlagsBeatTheEnvironmentWhichBeatsTheFile) {
  const TomlFile file("region = \"eu-west-1\"\nlisten = \"127.0.0.1:1\"\nconsole = \"127.0.0.1:2\"\n");
  const auto parsed = ParseOptions({"--data", "d", "--config", file, "--listen", "127.0.0.1:3"},
                                   {"TARN_LISTEN=127.0.0.1:4", "TARN_CONSOLE=127.0.0.1:5"});
  ASSERT_TRUE(parsed.ok()) << parsed.error().message;
  EXPECT_EQ(parsed->options.region, "eu-west-1");
  EXPECT_EQ(parsed->options.listen.port, 3);
  EXPECT_EQ(parsed->options.console.port, 5);
}

TEST(Options, ReadsAccountsFromTheFile) {
  const TomlFile file(
      "[[account]]\nid = \"111122223333\"\nname = \"sales\"\naccess_key_id = \"AKIA1\"\nsecret_access_key = \"s\"\n");
  const auto parsed = ParseOptions({"--data", "d", "--config", file}, {});
  ASSERT_TRUE(parsed.ok()) << parsed.error().message;
  ASSERT_EQ(parsed->options.accounts.size(), 1U);
  EXPECT_EQ(parsed->options.accounts[0].id, "111122223333");
}

TEST(Options, ReadsVolumesAndStorageClassesFromTheFile) {
  const TomlFile file(
      "encryption = \"off\"\nscrub_days = 3\n[[volume]]\nname = \"cold\"\npath = \"/cold\"\narchive = true\n"
      "[[volume]]\nname = \"disk2\"\npath = \"/disk2\"\n[storage_class.STANDARD]\nvolume = [\"default\", \"disk2\"]\n"
      "copies = 2\n[storage_class.GLACIER]\nvolume = \"cold\"\n");
  const auto parsed = ParseOptions({"--data", "d", "--config", file}, {});
  ASSERT_TRUE(parsed.ok()) << parsed.error().message;
  EXPECT_FALSE(parsed->options.encryption);
  EXPECT_EQ(parsed->options.scrub_days, 3U);
  ASSERT_EQ(parsed->options.volumes.size(), 2U);
  EXPECT_TRUE(parsed->options.volumes[0].archive);
  EXPECT_EQ(parsed->options.storage_classes.at("STANDARD").copies, 2U);
  EXPECT_EQ(parsed->options.storage_classes.at("GLACIER").volumes, std::vector<std::string>{"cold"});
}

TEST(Options, RefusesVolumesThatCannotBe) {
  const auto message = [](const std::string& text) {
    const auto parsed = ParseOptions({"--data", "d", "--config", TomlFile(text)}, {});
    return parsed.ok() ? std::string("accepted") : parsed.error().message;
  };
  EXPECT_NE(message("[storage_class.GLACIER]\nvolume = \"gone\"\n").find("'gone'"), std::string::npos);
  EXPECT_NE(message("[storage_class.COLD]\nvolume = \"default\"\n").find("not a storage class"), std::string::npos);
  EXPECT_NE(message("[storage_class.GLACIER]\nvolume = \"default\"\ncopies = 2\n").find("two volumes"),
            std::string::npos);
  EXPECT_NE(message("[[volume]]\nname = \"cold\"\n").find("a path"), std::string::npos);
  EXPECT_NE(message("[[volume]]\nname = \"cold\"\npath = 3\n").find("wrong type"), std::string::npos);
}

TEST(Options, TakesTheRootAccountFromItsDocumentedVariable) {
  EXPECT_EQ(ParseOptions({"--data", "d"}, {"TARN_ACCOUNT_ID=123456789012"})->options.account, "123456789012");
}

TEST(Options, RefusesWhatCannotWorkAndSaysWhy) {
  const auto message = [](std::vector<std::string> arguments) {
    const auto parsed = ParseOptions(arguments, {});
    return parsed.ok() ? std::string("accepted") : parsed.error().message;
  };
  EXPECT_NE(message({}).find("--data"), std::string::npos);
  EXPECT_NE(message({"--data", "d", "--listen", "4566"}).find("HOST:PORT"), std::string::npos);
  EXPECT_NE(message({"--data", "d", "--tls-cert", "c"}).find("--tls-key"), std::string::npos);
  EXPECT_NE(message({"--data", "d", "--allow-reset", "--listen", "0.0.0.0:4566"}).find("loopback"), std::string::npos);
  EXPECT_NE(message({"--data", "d", "--account", "12"}).find("12 digits"), std::string::npos);
  EXPECT_NE(message({"--data", "d", "--no-such"}).find("--help"), std::string::npos);
  EXPECT_NE(message({"--data", "d", "--config", TomlFile("nonsense = 1\n")}).find("nonsense"), std::string::npos);
}

TEST(Options, TakesTheRootAccountsIdBesideOtherAccounts) {
  const TomlFile file(
      "data = 'd'\naccount_id = '999988887777'\n[[account]]\nid = '111122223333'\nname = 'n'\n"
      "access_key_id = 'AKIA'\nsecret_access_key = 's'\n");
  const auto parsed = ParseOptions({"--config", file}, {});
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->options.account, "999988887777");
  EXPECT_EQ(parsed->options.accounts.size(), 1U);
}

TEST(Options, TellsHowAnOptionIsWrittenInTheFile) {
  const TomlFile file("data = 'd'\ntls-cert = 'c'\n");
  const auto parsed = ParseOptions({"--config", file}, {});
  ASSERT_FALSE(parsed.ok());
  EXPECT_NE(parsed.error().message.find("'tls-cert' is written tls_cert here"), std::string::npos);
}

TEST(Options, ExplainsItself) {
  const auto parsed = ParseOptions({"--help"}, {});
  ASSERT_TRUE(parsed.ok());
  EXPECT_NE(parsed->help.value_or("").find("--allow-reset"), std::string::npos);
}

}  // namespace tarn::server
