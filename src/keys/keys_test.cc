#include "keys/keys.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "keys/records.h"
#include "kv/memory_store.h"

namespace tarn::keys {
namespace {

class FakeClock : public Clock {
 public:
  Timestamp Now() const override { return now; }
  void Pass(int64_t days) { now = now.Plus(days * kMicrosPerDay); }
  Timestamp now = FromCivil(2026, 11, 21);
};

// What a client does with the public key that it was given: RSAES_OAEP_SHA_256.
std::string Wrap(const ImportParameters& parameters, const std::string& material) {
  const auto* der = reinterpret_cast<const unsigned char*>(parameters.public_key.data());
  EVP_PKEY* key = d2i_PUBKEY(nullptr, &der, static_cast<long>(parameters.public_key.size()));
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(key, nullptr);
  std::string out(256, '\0');
  size_t bytes = out.size();
  EXPECT_EQ(EVP_PKEY_encrypt_init(context), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()), 1);
  EXPECT_EQ(EVP_PKEY_encrypt(context, reinterpret_cast<unsigned char*>(out.data()), &bytes,
                             reinterpret_cast<const unsigned char*>(material.data()), material.size()),
            1);
  EVP_PKEY_CTX_free(context);
  EVP_PKEY_free(key);
  return out;
}

class KeysTest : public testing::Test {
 protected:
  Use Me() const { return {here_, root_}; }
  Use In(const Scope& scope) const { return {scope, root_}; }
  Use Other() const { return {here_, stranger_}; }

  Key Make(NewKey settings = {}) {
    auto key = keys_.Create(Me(), settings);
    EXPECT_TRUE(key.ok()) << key.error().message;
    return *key;
  }
  std::string Encrypted(const std::string& key, const EncryptionContext& context = {}) {
    auto sealed = keys_.Encrypt(Me(), key, context, "text");
    EXPECT_TRUE(sealed.ok()) << sealed.error().message;
    return sealed->ciphertext;
  }
  State StateOf(const std::string& key) { return keys_.Describe(Me(), key)->state; }

  FakeClock clock_;
  std::unique_ptr<kv::Store> store_ = kv::MakeMemoryStore();
  Keys keys_{*store_, clock_, std::string(32, 'm')};
  Scope here_{"111111111111", "us-east-1"};
  Scope west_{"111111111111", "us-west-2"};
  identity::Caller root_ = identity::RootOf("111111111111");
  identity::Caller stranger_ = identity::RootOf("222222222222");
};

TEST_F(KeysTest, DataKeyComesBackFromItsCiphertextUnderTheSameContextOnly) {
  const Key key = Make();
  const EncryptionContext context{{"aws:s3:arn", "arn:aws:s3:::raw/a"}};
  auto made = keys_.GenerateDataKey(Me(), key.id, context);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->plaintext.size(), 32U);
  EXPECT_EQ(made->key_arn, key.Arn());
  EXPECT_EQ(keys_.Decrypt(Me(), made->ciphertext, context)->plaintext, made->plaintext);
  EXPECT_EQ(keys_.Decrypt(Me(), made->ciphertext, context, key.Arn())->plaintext, made->plaintext);
  EXPECT_TRUE(keys_.Decrypt(Me(), made->ciphertext, {}).Is(kInvalidCiphertext));
  EXPECT_TRUE(keys_.Decrypt(Me(), made->ciphertext, {{"aws:s3:arn", "b"}}).Is(kInvalidCiphertext));
  EXPECT_TRUE(keys_.Decrypt(Me(), made->ciphertext, context, Make().id).Is(kIncorrectKey));
  EXPECT_TRUE(keys_.Decrypt(Me(), "nonsense", context).Is(kInvalidCiphertext));
  std::string cut = made->ciphertext;
  cut.back() = static_cast<char>(cut.back() ^ 1);
  EXPECT_TRUE(keys_.Decrypt(Me(), cut, context).Is(kInvalidCiphertext));
}

TEST_F(KeysTest, NothingOpensWithoutTheMasterKey) {
  const Key key = Make();
  const std::string sealed = Encrypted(key.id);
  Keys again(*store_, clock_, std::string(32, 'm'));
  EXPECT_EQ(again.Decrypt(Me(), sealed, {})->plaintext, "text");
  Keys foreign(*store_, clock_, std::string(32, 'x'));
  EXPECT_FALSE(foreign.Decrypt(Me(), sealed, {}).ok());
}

TEST_F(KeysTest, RotatedKeyStillOpensWhatItSealedBefore) {
  const Key key = Make();
  const std::string before = Encrypted(key.id);
  auto rotated = keys_.Rotate(Me(), key.id);
  ASSERT_TRUE(rotated.ok());
  EXPECT_NE(rotated->material_id, key.material_id);
  const std::string after = Encrypted(key.id);
  EXPECT_EQ(keys_.Decrypt(Me(), before, {})->material_id, key.material_id);
  EXPECT_EQ(keys_.Decrypt(Me(), after, {})->material_id, rotated->material_id);
  for (int i = 1; i < 25; ++i) ASSERT_TRUE(keys_.Rotate(Me(), key.id).ok());
  EXPECT_TRUE(keys_.Rotate(Me(), key.id).Is(kLimitExceeded));
  EXPECT_EQ(keys_.ListMaterials(Me(), key.id)->versions.size(), 26U);
}

TEST_F(KeysTest, AutomaticRotationMakesNewMaterialWhenItIsDue) {
  const Key key = Make();
  ASSERT_TRUE(keys_.EnableRotation(Me(), key.id, 90).ok());
  clock_.Pass(89);
  ASSERT_TRUE(keys_.Sweep().ok());
  EXPECT_EQ(keys_.Describe(Me(), key.id)->material_id, key.material_id);
  clock_.Pass(2);
  ASSERT_TRUE(keys_.Sweep().ok());
  const Key rotated = *keys_.Describe(Me(), key.id);
  EXPECT_NE(rotated.material_id, key.material_id);
  EXPECT_EQ(rotated.next_rotation, clock_.now.Plus(90 * kMicrosPerDay));
  ASSERT_TRUE(keys_.Sweep().ok());
  EXPECT_EQ(keys_.Describe(Me(), key.id)->material_id, rotated.material_id);
  ASSERT_TRUE(keys_.DisableRotation(Me(), key.id).ok());
  clock_.Pass(1000);
  ASSERT_TRUE(keys_.Sweep().ok());
  EXPECT_EQ(keys_.Describe(Me(), key.id)->material_id, rotated.material_id);
}

TEST_F(KeysTest, DisabledKeyIsUsedForNothingUntilItIsEnabled) {
  const Key key = Make();
  const std::string sealed = Encrypted(key.id);
  ASSERT_TRUE(keys_.Disable(Me(), key.id).ok());
  EXPECT_TRUE(keys_.Decrypt(Me(), sealed, {}).Is(kDisabled));
  EXPECT_TRUE(keys_.GenerateDataKey(Me(), key.id, {}).Is(kDisabled));
  EXPECT_EQ(keys_.GenerateDataKey(Me(), key.id, {}).error().message, key.Arn() + " is disabled.");
  ASSERT_TRUE(keys_.Enable(Me(), key.id).ok());
  EXPECT_TRUE(keys_.Decrypt(Me(), sealed, {}).ok());
}

TEST_F(KeysTest, DeletionWaitsThenTakesEverythingOfTheKey) {
  const Key key = Make({.tags = {{"a", "b"}}});
  const std::string sealed = Encrypted(key.id);
  ASSERT_TRUE(keys_.CreateAlias(Me(), "alias/x", key.id).ok());
  ASSERT_TRUE(
      keys_.CreateGrant(Me(), key.id, {.grantee = stranger_.arn, .retiring = stranger_.arn, .operations = {"Decrypt"}})
          .ok());
  ASSERT_TRUE(keys_.ScheduleDeletion(Me(), key.id, 7).ok());
  EXPECT_TRUE(keys_.ScheduleDeletion(Me(), key.id, 7).Is(kInvalidState));
  EXPECT_EQ(keys_.Decrypt(Me(), sealed, {}).error().message, key.Arn() + " is pending deletion.");
  clock_.Pass(6);
  ASSERT_TRUE(keys_.CancelDeletion(Me(), key.id).ok());
  EXPECT_EQ(StateOf(key.id), State::kDisabled);
  clock_.Pass(10);
  ASSERT_TRUE(keys_.Sweep().ok());
  EXPECT_EQ(StateOf(key.id), State::kDisabled);
  ASSERT_TRUE(keys_.ScheduleDeletion(Me(), key.id, 30).ok());
  clock_.Pass(30);
  EXPECT_TRUE(keys_.Describe(Me(), key.id).Is(kNotFound));  // before the sweep too
  ASSERT_TRUE(keys_.Sweep().ok());
  EXPECT_TRUE(keys_.Describe(Me(), "alias/x").Is(kNotFound));
  const auto rows = store_->Begin()->PeekScan(kv::Key("K").bytes(), kv::Key("K").End(), 100);
  EXPECT_TRUE(rows->empty());
}

TEST_F(KeysTest, NamesAreIdsArnsAndAliases) {
  const Key key = Make();
  ASSERT_TRUE(keys_.CreateAlias(Me(), "alias/raw", key.Arn()).ok());
  for (const std::string& name : {key.id, key.Arn(), std::string("alias/raw"), AliasArn(here_, "alias/raw")}) {
    EXPECT_EQ(keys_.Describe(Me(), name)->id, key.id) << name;
  }
  const auto message = [&](const std::string& name) { return keys_.Describe(Me(), name).error().message; };
  EXPECT_EQ(message("fake"), "Invalid keyId 'fake'");
  EXPECT_EQ(message("alias/none"), "Alias arn:aws:kms:us-east-1:111111111111:alias/none is not found.");
  EXPECT_EQ(message("1234abcd-12ab-34cd-56ef-1234567890ab"),
            "Key 'arn:aws:kms:us-east-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab' does not exist");
  EXPECT_EQ(message(KeyArn(west_, key.id)), "Invalid arn us-west-2");
  EXPECT_TRUE(keys_.Describe(Me(), "arn:aws:s3:::raw").Is(kInvalidArn));
  EXPECT_TRUE(keys_.Enable(Me(), "alias/raw").Is(kNotFound));
}

TEST_F(KeysTest, AnotherAccountNeedsThePolicyOrAGrant) {
  const Key key = Make();
  const std::string sealed = Encrypted(key.id, {{"a", "b"}});
  const EncryptionContext context{{"a", "b"}};
  EXPECT_TRUE(keys_.Decrypt(Other(), sealed, context).Is(kAccessDenied));
  const auto grant = keys_.CreateGrant(
      Me(), key.id,
      {.grantee = stranger_.arn, .operations = {"Decrypt"}, .context_subset = EncryptionContext{{"a", "b"}}});
  ASSERT_TRUE(grant.ok()) << grant.error().message;
  EXPECT_EQ(keys_.Decrypt(Other(), sealed, context)->plaintext, "text");
  EXPECT_TRUE(keys_.GenerateDataKey(Other(), key.Arn(), context).Is(kAccessDenied));
  EXPECT_TRUE(keys_.Decrypt(Other(), sealed, {}).Is(kAccessDenied));
  EXPECT_EQ(keys_.CreateGrant(Me(), key.id, {.grantee = stranger_.arn, .operations = {"Decrypt"}})->id.size(), 64U);
  ASSERT_TRUE(keys_.RevokeGrant(Me(), key.id, grant->id).ok());
  EXPECT_EQ(keys_.ListGrants(Me(), key.id, "", "", "", 10)->items.size(), 1U);

  const std::string policy = R"({"Version":"2012-10-17","Statement":[
    {"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"kms:*","Resource":"*"},
    {"Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":"kms:GenerateDataKey*","Resource":"*",
     "Condition":{"StringEquals":{"kms:EncryptionContext:a":"b"}}},
    {"Effect":"Deny","Principal":"*","Action":"kms:Encrypt","Resource":"*"}]})";
  ASSERT_TRUE(keys_.PutPolicy(Me(), key.id, policy, false).ok());
  EXPECT_TRUE(keys_.GenerateDataKey(Other(), key.Arn(), context).ok());
  EXPECT_TRUE(keys_.GenerateDataKey(Other(), key.Arn(), {}).Is(kAccessDenied));
  EXPECT_TRUE(keys_.Encrypt(Me(), key.id, context, "x").Is(kAccessDenied));
  EXPECT_TRUE(keys_.Disable(Other(), key.Arn()).Is(kAccessDenied));
}

TEST_F(KeysTest, PolicyThatLocksItsOwnerOutIsRefused) {
  const Key key = Make();
  const std::string mute = R"({"Version":"2012-10-17","Statement":[
    {"Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":"kms:*","Resource":"*"}]})";
  EXPECT_TRUE(keys_.PutPolicy(Me(), key.id, mute, false).Is(kMalformedPolicy));
  EXPECT_TRUE(keys_.PutPolicy(Me(), key.id, "no policy", false).Is(kMalformedPolicy));
  EXPECT_TRUE(keys_.Disable(Me(), key.id).ok());
  EXPECT_TRUE(keys_.PutPolicy(Me(), key.id, mute, true).ok());
  EXPECT_TRUE(keys_.Enable(Me(), key.id).Is(kAccessDenied));
}

TEST_F(KeysTest, ManagedKeyIsMadeOnceAndUsedThroughItsServiceOnly) {
  const Use s3{here_, root_, "s3.us-east-1.amazonaws.com"};
  auto made = keys_.GenerateDataKey(s3, "alias/aws/s3", {});
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_EQ(keys_.GenerateDataKey(s3, "alias/aws/s3", {})->key_arn, made->key_arn);
  const Key key = *keys_.Describe(Me(), "alias/aws/s3");
  EXPECT_EQ(key.manager, Manager::kAws);
  EXPECT_EQ(key.Arn(), made->key_arn);
  EXPECT_TRUE(keys_.Decrypt(s3, made->ciphertext, {}).ok());
  EXPECT_TRUE(keys_.Decrypt(Me(), made->ciphertext, {}).Is(kAccessDenied));
  EXPECT_TRUE(keys_.ScheduleDeletion(Me(), key.id, 7).Is(kAccessDenied));
  EXPECT_TRUE(keys_.Decrypt({here_, stranger_, "s3.us-east-1.amazonaws.com"}, made->ciphertext, {}).Is(kAccessDenied));
  EXPECT_TRUE(keys_.Describe(Me(), "alias/aws/nothing").Is(kNotFound));
}

TEST_F(KeysTest, ImportedMaterialExpiresAndComesBackOnlyAsItWas) {
  const Key key = Make({.origin = Origin::kExternal});
  EXPECT_EQ(keys_.Encrypt(Me(), key.id, {}, "x").error().message, key.Arn() + " is pending import.");
  const auto import = [&](const std::string& material, std::optional<Timestamp> expiry,
                          std::optional<bool> is_new = {}) {
    auto parameters = keys_.GetImportParameters(Me(), key.id, "RSAES_OAEP_SHA_256", Spec::kRsa2048);
    EXPECT_TRUE(parameters.ok());
    return keys_.Import(
        Me(), key.id,
        {.token = parameters->token, .wrapped = Wrap(*parameters, material), .expiry = expiry, .is_new = is_new});
  };
  auto first = import(std::string(32, 'a'), clock_.now.Plus(2 * kMicrosPerDay));
  ASSERT_TRUE(first.ok()) << first.error().message;
  const std::string sealed = Encrypted(key.id);
  EXPECT_TRUE(import(std::string(32, 'b'), {}).Is(kIncorrectKeyMaterial));
  EXPECT_TRUE(import(std::string(31, 'a'), {}).Is(kIncorrectKeyMaterial));
  clock_.Pass(3);
  EXPECT_EQ(StateOf(key.id), State::kPendingImport);
  ASSERT_TRUE(keys_.Sweep().ok());
  EXPECT_TRUE(keys_.Decrypt(Me(), sealed, {}).Is(kInvalidState));
  ASSERT_TRUE(import(std::string(32, 'a'), {}).ok());
  EXPECT_EQ(keys_.Decrypt(Me(), sealed, {})->plaintext, "text");
  EXPECT_TRUE(keys_.Rotate(Me(), key.id).Is(kInvalidState));
  auto second = import(std::string(32, 'b'), {}, true);
  ASSERT_TRUE(second.ok());
  EXPECT_TRUE(import(std::string(32, 'c'), {}, true).Is(kInvalidState));
  ASSERT_TRUE(keys_.Rotate(Me(), key.id).ok());
  EXPECT_EQ(keys_.Describe(Me(), key.id)->material_id, second->material_id);
  EXPECT_EQ(keys_.Decrypt(Me(), sealed, {})->plaintext, "text");
  ASSERT_TRUE(keys_.DeleteImported(Me(), key.id, "").ok());
  EXPECT_EQ(StateOf(key.id), State::kPendingImport);
  ASSERT_TRUE(import(std::string(32, 'b'), {}).ok());
  EXPECT_TRUE(keys_.EnableRotation(Me(), key.id, 90).Is(kUnsupported));
}

TEST_F(KeysTest, RelatedKeysOfOtherRegionsOpenEachOthersCiphertexts) {
  const Key key = Make({.multi_region = true});
  EXPECT_TRUE(keys_.Describe(In(west_), key.id).Is(kNotFound));
  ASSERT_TRUE(keys_.Replicate(Me(), key.id, "us-west-2", {}).ok());
  EXPECT_TRUE(keys_.Replicate(Me(), key.id, "us-west-2", {}).Is(kAlreadyExists));
  EXPECT_TRUE(keys_.Replicate(In(west_), key.id, "eu-west-1", {}).Is(kUnsupported));
  const std::string sealed = Encrypted(key.id);
  EXPECT_EQ(keys_.Decrypt(In(west_), sealed, {})->key_arn, KeyArn(west_, key.id));
  ASSERT_TRUE(keys_.Rotate(Me(), key.id).ok());
  EXPECT_EQ(keys_.Decrypt(In(west_), Encrypted(key.id), {})->plaintext, "text");
  ASSERT_TRUE(keys_.UpdatePrimaryRegion(Me(), key.id, "us-west-2").ok());
  EXPECT_EQ(keys_.Describe(Me(), key.id)->primary_region, "us-west-2");
  EXPECT_EQ(keys_.Describe(In(west_), key.id)->replica_regions, std::vector<std::string>{"us-east-1"});
  // The primary waits for its replica, then for its own time.
  ASSERT_TRUE(keys_.ScheduleDeletion(In(west_), key.id, 7).ok());
  EXPECT_EQ(keys_.Describe(In(west_), key.id)->state, State::kPendingReplicaDeletion);
  ASSERT_TRUE(keys_.ScheduleDeletion(Me(), key.id, 7).ok());
  clock_.Pass(8);
  ASSERT_TRUE(keys_.Sweep().ok());
  EXPECT_TRUE(keys_.Describe(Me(), key.id).Is(kNotFound));
  EXPECT_EQ(keys_.Describe(In(west_), key.id)->state, State::kPendingDeletion);
  clock_.Pass(8);
  ASSERT_TRUE(keys_.Sweep().ok());
  EXPECT_TRUE(store_->Begin()->PeekScan(kv::Key("K").bytes(), kv::Key("K").End(), 100)->empty());
}

TEST_F(KeysTest, RetiringAGrantNeedsOneOfItsPrincipals) {
  const Key key = Make();
  const identity::Caller third = identity::RootOf("333333333333");
  const auto make = [&] {
    return *keys_.CreateGrant(
        Me(), key.id, {.name = "g", .grantee = third.arn, .retiring = stranger_.arn, .operations = {"Decrypt"}});
  };
  const auto grant = make();
  EXPECT_EQ(make().id, grant.id);
  EXPECT_NE(make().token, grant.token);
  EXPECT_TRUE(keys_.CheckGrantToken(grant.token).ok());
  EXPECT_TRUE(keys_.CheckGrantToken("dG9rZW4=").Is(kInvalidGrantToken));
  EXPECT_EQ(keys_.ListRetirableGrants(Me(), stranger_.arn, "", 10)->items.size(), 1U);
  EXPECT_TRUE(keys_.RetireGrant({here_, third}, key.Arn(), grant.id).Is(kAccessDenied));
  EXPECT_TRUE(keys_.RetireGrantByToken(Other(), grant.token).ok());
  EXPECT_TRUE(keys_.ListRetirableGrants(Me(), stranger_.arn, "", 10)->items.empty());
  EXPECT_TRUE(keys_.RevokeGrant(Me(), key.id, grant.id).Is(kNotFound));
  EXPECT_TRUE(keys_.CreateGrant(Me(), key.id, {.grantee = "nobody", .operations = {"Decrypt"}}).Is(kInvalidArn));
  EXPECT_TRUE(keys_.CreateGrant(Me(), key.id, {.grantee = third.arn, .operations = {"Sign"}}).Is(kInvalidInput));
}

TEST_F(KeysTest, DryRunTellsWhetherItWouldSucceed) {
  const Key key = Make();
  const Use dry{here_, root_, {}, true};
  EXPECT_TRUE(keys_.Encrypt(dry, key.id, {}, "x").Is(kDryRun));
  EXPECT_TRUE(keys_.Decrypt(dry, Encrypted(key.id), {}).Is(kDryRun));
  EXPECT_TRUE(keys_.GenerateDataKeyPair(dry, key.id, {}, Spec::kRsa4096).Is(kDryRun));
  ASSERT_TRUE(keys_.Disable(Me(), key.id).ok());
  EXPECT_TRUE(keys_.Encrypt(dry, key.id, {}, "x").Is(kDisabled));
}

TEST_F(KeysTest, AsymmetricAndMacKeysDoWhatTheirUsageSays) {
  const Key signer = Make({.spec = Spec::kEccNistP256, .usage = Usage::kSignVerify});
  auto made = keys_.Sign(Me(), signer.id, "ECDSA_SHA_256", "m", false);
  ASSERT_TRUE(made.ok());
  EXPECT_TRUE(keys_.Verify(Me(), signer.id, "ECDSA_SHA_256", "m", false, made->bytes).ok());
  EXPECT_TRUE(keys_.Verify(Me(), signer.id, "ECDSA_SHA_256", "n", false, made->bytes).Is(kInvalidSignature));
  EXPECT_TRUE(keys_.Sign(Me(), signer.id, "ECDSA_SHA_384", "m", false).Is(kInvalidKeyUsage));
  EXPECT_EQ(keys_.Encrypt(Me(), signer.id, {}, "m").error().message,
            signer.Arn() + " key usage is SIGN_VERIFY which is not valid for Encrypt.");
  const Key coder = Make({.spec = Spec::kHmac224, .usage = Usage::kGenerateVerifyMac});
  auto mac = keys_.GenerateMac(Me(), coder.id, "HMAC_SHA_224", "m");
  ASSERT_TRUE(mac.ok());
  EXPECT_TRUE(keys_.VerifyMac(Me(), coder.id, "HMAC_SHA_224", "m", mac->bytes).ok());
  EXPECT_TRUE(keys_.VerifyMac(Me(), coder.id, "HMAC_SHA_224", "m", "no mac").Is(kInvalidMac));
  EXPECT_EQ(keys_.GenerateMac(Me(), coder.id, "HMAC_SHA_256", "m").error().message,
            "Algorithm HMAC_SHA_256 is incompatible with key spec HMAC_224.");
  EXPECT_TRUE(keys_.Rotate(Me(), coder.id).Is(kUnsupported));
}

}  // namespace
}  // namespace tarn::keys
