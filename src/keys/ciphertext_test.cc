#include "keys/ciphertext.h"

#include <gtest/gtest.h>

#include "keys/crypto/secret_key.h"

namespace tarn::keys {
namespace {

const CiphertextHead kPlain{.account = "000000000012", .key_id = "1234abcd-12ab-34cd-56ef-1234567890ab", .material = 7};
const CiphertextHead kRelated{
    .account = "999999999999", .key_id = "mrk-1234abcd12ab34cd56ef1234567890ab", .material = 1};

TEST(Ciphertext, TellsWhichKeyAndMaterialMadeIt) {
  for (const CiphertextHead& head : {kPlain, kRelated}) {
    const std::string bytes = EncodeHead(head) + Seal(std::string(32, 'k'), "", "text");
    const auto parsed = ParseCiphertext(bytes);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->head, head);
    EXPECT_EQ(parsed->head_bytes, EncodeHead(head));
  }
}

TEST(Ciphertext, RefusesWhatIsNoneOfOurs) {
  const std::string sound = EncodeHead(kPlain) + Seal(std::string(32, 'k'), "", "");
  EXPECT_TRUE(ParseCiphertext(sound));
  EXPECT_FALSE(ParseCiphertext(""));
  EXPECT_FALSE(ParseCiphertext("not a ciphertext"));
  EXPECT_FALSE(ParseCiphertext(sound.substr(0, sound.size() - 1)));
  std::string other_version = sound;
  other_version[0] = 2;
  EXPECT_FALSE(ParseCiphertext(other_version));
  std::string account_too_long = sound;
  account_too_long[18] = '\x7f';
  EXPECT_FALSE(ParseCiphertext(account_too_long));
}

TEST(AssociatedData, TellsContextsApartAndNotTheirOrder) {
  EXPECT_NE(AssociatedData("h", {{"a", "bc"}}), AssociatedData("h", {{"ab", "c"}}));
  EXPECT_NE(AssociatedData("h", {{"a", ""}, {"b", ""}}), AssociatedData("h", {{"a", "b"}}));
  EXPECT_NE(AssociatedData("h", {}), AssociatedData("h", {{"", ""}}));
  EncryptionContext one{{"a", "1"}, {"b", "2"}};
  EncryptionContext two{{"b", "2"}, {"a", "1"}};
  EXPECT_EQ(AssociatedData("h", one), AssociatedData("h", two));
}

TEST(KeyIds, AreLowerCaseUuidsOrMultiRegionIds) {
  EXPECT_TRUE(IsUuid("1234abcd-12ab-34cd-56ef-1234567890ab"));
  EXPECT_FALSE(IsUuid("1234ABCD-12ab-34cd-56ef-1234567890ab"));
  EXPECT_FALSE(IsUuid("134f2428cec14b25a1ae9048164dba47"));
  EXPECT_TRUE(IsMultiRegionId("mrk-134f2428cec14b25a1ae9048164dba47"));
  EXPECT_FALSE(IsMultiRegionId("mrk-fake-key-id"));
}

}  // namespace
}  // namespace tarn::keys
