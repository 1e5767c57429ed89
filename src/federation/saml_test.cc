#include "federation/saml.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <xmlsec/keysmngr.h>
#include <xmlsec/openssl/app.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/templates.h>
#include <xmlsec/xmlenc.h>
#include <xmlsec/xmltree.h>

#include "base/hash.h"
#include "federation/errors.h"
#include "federation/xml_signature.h"

namespace tarn::federation {
namespace {

constexpr Timestamp kNow{1'800'000'000 * kMicrosPerSecond};

std::string At(int64_t seconds) { return FormatIso8601(kNow.Plus(seconds * kMicrosPerSecond)); }

// An identity provider: what it signs is written in canonical form, so that texts can be digested as they stand.
class Provider {
 public:
  explicit Provider(bool rsa = true) : rsa_(rsa), key_(rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256")) {
    X509* made = X509_new();
    X509_set_pubkey(made, key_);
    X509_gmtime_adj(X509_getm_notBefore(made), 0);
    X509_gmtime_adj(X509_getm_notAfter(made), 3600);
    X509_sign(made, key_, EVP_sha256());
    unsigned char* bytes = nullptr;
    const int size = i2d_X509(made, &bytes);
    certificate_.assign(reinterpret_cast<char*>(bytes), static_cast<size_t>(size));
    OPENSSL_free(bytes);
    X509_free(made);
  }
  ~Provider() { EVP_PKEY_free(key_); }
  Provider(const Provider&) = delete;
  Provider& operator=(const Provider&) = delete;

  std::string Metadata() const {
    return R"(<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://id.example.org/">)"
           R"(<IDPSSODescriptor><KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#">)"
           "<X509Data><X509Certificate>\n" +
           Base64(certificate_) + "\n</X509Certificate></X509Data></KeyInfo></KeyDescriptor></IDPSSODescriptor>" +
           "</EntityDescriptor>";
  }

  // `text` with a signature over it at `place`, which names `id`. `outer`: the namespaces around it, when canonical XML
  // is to be the inclusive one.
  std::string Sign(std::string text, const std::string& id, size_t place, const std::string& outer = "") const {
    const std::string canonical =
        outer.empty() ? "http://www.w3.org/2001/10/xml-exc-c14n#" : "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    const std::string info =
        R"(<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">)"
        R"(<ds:CanonicalizationMethod Algorithm=")" +
        canonical +
        R"("></ds:CanonicalizationMethod>)"
        R"(<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#)" +
        std::string(rsa_ ? "rsa" : "ecdsa") + R"(-sha256"></ds:SignatureMethod><ds:Reference URI="#)" + id +
        R"("><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature">)"
        R"(</ds:Transform><ds:Transform Algorithm=")" +
        canonical +
        R"("></ds:Transform>)"
        R"(</ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>)"
        "<ds:DigestValue>" +
        Base64(Sha256(text)) + "</ds:DigestValue></ds:Reference></ds:SignedInfo>";
    const size_t place_of_outer = info.find('>');
    const std::string signature =
        R"(<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">)" + info + "<ds:SignatureValue>" +
        Base64(SignatureOf(std::string(info).insert(place_of_outer, outer))) + "</ds:SignatureValue></ds:Signature>";
    return text.insert(place, signature);
  }

 private:
  std::string SignatureOf(const std::string& text) const {
    EVP_MD_CTX* const context = EVP_MD_CTX_new();
    size_t size = 512;
    std::string bytes(size, '\0');
    EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key_);
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(bytes.data()), &size,
                   reinterpret_cast<const unsigned char*>(text.data()), text.size());
    EVP_MD_CTX_free(context);
    bytes.resize(size);
    if (!rsa_) {  // as XML has them: both numbers, of 32 bytes each
      const auto* der = reinterpret_cast<const unsigned char*>(bytes.data());
      ECDSA_SIG* const pair = d2i_ECDSA_SIG(nullptr, &der, static_cast<long>(bytes.size()));
      bytes.assign(64, '\0');
      BN_bn2binpad(ECDSA_SIG_get0_r(pair), reinterpret_cast<unsigned char*>(bytes.data()), 32);
      BN_bn2binpad(ECDSA_SIG_get0_s(pair), reinterpret_cast<unsigned char*>(bytes.data()) + 32, 32);
      ECDSA_SIG_free(pair);
    }
    return bytes;
  }

  const bool rsa_;
  EVP_PKEY* const key_;
  std::string certificate_;
};

struct Saying {
  std::string subject = "nina";
  int64_t issued = 0;  // seconds from now
  int64_t not_after = 300;
  std::string id = "_a1";
};

std::string Assertion(const Saying& said = {}) {
  return R"(<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID=")" + said.id +
         R"(" IssueInstant=")" + At(said.issued) +
         R"(" Version="2.0"><saml:Issuer>https://id.example.org/</saml:Issuer><saml:Subject>)" +
         R"(<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">)" + said.subject +
         R"(</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">)" +
         R"(<saml:SubjectConfirmationData NotOnOrAfter=")" + At(said.not_after) +
         R"(" Recipient="https://signin.aws.amazon.com/saml"></saml:SubjectConfirmationData>)" +
         R"(</saml:SubjectConfirmation></saml:Subject><saml:Conditions NotOnOrAfter=")" + At(said.not_after) +
         R"("><saml:AudienceRestriction><saml:Audience>urn:amazon:webservices</saml:Audience>)" +
         R"(</saml:AudienceRestriction></saml:Conditions><saml:AttributeStatement><saml:Attribute Name="team">)" +
         "<saml:AttributeValue>blue</saml:AttributeValue><saml:AttributeValue>red</saml:AttributeValue>" +
         "</saml:Attribute></saml:AttributeStatement></saml:Assertion>";
}

size_t AfterIssuer(const std::string& text) { return text.find("</saml:Issuer>") + 14; }

std::string Response(const std::string& content) {
  return R"(<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r1" Version="2.0"><samlp:Status>)"
         R"(<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"></samlp:StatusCode></samlp:Status>)" +
         content + "</samlp:Response>";
}

std::string Signed(const Provider& provider, const Saying& said = {}) {
  const std::string assertion = Assertion(said);
  return Response(provider.Sign(assertion, said.id, AfterIssuer(assertion)));
}

TEST(Saml, ASignedAssertionIsRead) {
  for (const bool rsa : {true, false}) {
    const Provider provider(rsa);
    const auto metadata = SamlMetadata::Parse(provider.Metadata());
    ASSERT_TRUE(metadata.ok());
    const auto read = VerifySaml(Signed(provider), *metadata, kNow);
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(read->subject, "nina");
    EXPECT_EQ(read->recipient, "https://signin.aws.amazon.com/saml");
    EXPECT_EQ(read->attributes.at("team"), (std::vector<std::string>{"blue", "red"}));
    EXPECT_EQ(read->audiences, (std::vector<std::vector<std::string>>{{"urn:amazon:webservices"}}));
  }
}

TEST(Saml, ASignatureOverTheResponseCoversItsAssertion) {
  const Provider provider;
  const auto metadata = SamlMetadata::Parse(provider.Metadata());
  const std::string bare = Response(Assertion());
  EXPECT_TRUE(VerifySaml(provider.Sign(bare, "_r1", bare.find("<samlp:Status>")), *metadata, kNow).ok());
}

TEST(Saml, InclusiveCanonicalXmlIsTaken) {
  const Provider provider;
  const auto metadata = SamlMetadata::Parse(provider.Metadata());
  const std::string bare = Response(Assertion());
  std::string text =
      provider.Sign(bare, "_r1", bare.find("<samlp:Status>"), R"( xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol")");
  EXPECT_TRUE(VerifySaml(text, *metadata, kNow).ok());
  text.replace(text.find(">nina<"), 6, ">nono<");
  EXPECT_TRUE(VerifySaml(text, *metadata, kNow).Is(kInvalidToken));
}

TEST(Saml, AnyCertificateOfTheMetadataMayHaveSigned) {
  const Provider older;
  const Provider newer;
  auto metadata = SamlMetadata::Parse(older.Metadata());
  const auto other = SamlMetadata::Parse(newer.Metadata());
  EXPECT_TRUE(VerifySaml(Signed(newer), *metadata, kNow).Is(kInvalidToken));
  metadata->certificates.push_back(other->certificates.front());
  EXPECT_TRUE(VerifySaml(Signed(older), *metadata, kNow).ok());
  EXPECT_TRUE(VerifySaml(Signed(newer), *metadata, kNow).ok());
}

TEST(Saml, WhatIsNotSignedOrChangedIsRefused) {
  const Provider provider;
  const Provider other;
  const auto metadata = SamlMetadata::Parse(provider.Metadata());
  EXPECT_TRUE(VerifySaml(Response(Assertion()), *metadata, kNow).Is(kInvalidToken));
  EXPECT_TRUE(VerifySaml(Signed(other), *metadata, kNow).Is(kInvalidToken));
  std::string changed = Signed(provider);
  changed.replace(changed.find(">nina<"), 6, ">nono<");
  EXPECT_TRUE(VerifySaml(changed, *metadata, kNow).Is(kInvalidToken));
  EXPECT_TRUE(VerifySaml("<a/>", *metadata, kNow).Is(kInvalidToken));
  EXPECT_TRUE(VerifySaml("", *metadata, kNow).Is(kInvalidToken));
  EXPECT_TRUE(VerifySaml("<!DOCTYPE a [<!ENTITY b \"c\">]>" + Signed(provider), *metadata, kNow).Is(kInvalidToken));
}

// A signature that holds over one assertion vouches for no other.
TEST(Saml, WrappedSignaturesAreRefused) {
  const Provider provider;
  const auto metadata = SamlMetadata::Parse(provider.Metadata());
  const std::string genuine = Assertion();
  const std::string with_signature = provider.Sign(genuine, "_a1", AfterIssuer(genuine));
  const size_t begin = with_signature.find("<ds:Signature ");
  const size_t end = with_signature.find("</ds:Signature>") + 15;
  const std::string signature = with_signature.substr(begin, end - begin);
  for (const std::string id : {"_a1", "_a2"}) {
    std::string forged = Assertion({.subject = "root", .id = id});
    std::string object = signature;
    object.insert(object.size() - 15, "<ds:Object>" + genuine + "</ds:Object>");
    EXPECT_TRUE(VerifySaml(Response(std::string(forged).insert(AfterIssuer(forged), object)), *metadata, kNow)
                    .Is(kInvalidToken));
    EXPECT_TRUE(VerifySaml(Response(std::string(forged).insert(AfterIssuer(forged), signature) + "<samlp:Extensions>" +
                                    genuine + "</samlp:Extensions>"),
                           *metadata, kNow)
                    .Is(kInvalidToken));
    EXPECT_TRUE(VerifySaml(Response(forged + with_signature), *metadata, kNow).Is(kInvalidToken));
  }
  // Another element that answers to the name.
  std::string forged = Assertion({.subject = "root"});
  std::string named = genuine;
  named.replace(named.find(" ID="), 4, " xml:id=");
  EXPECT_TRUE(VerifySaml(Response("<samlp:Extensions>" + named + "</samlp:Extensions>" +
                                  forged.insert(AfterIssuer(forged), signature)),
                         *metadata, kNow)
                  .Is(kInvalidToken));
}

TEST(Saml, ANameWithACommentIsNoName) {
  const Provider provider;
  const auto metadata = SamlMetadata::Parse(provider.Metadata());
  std::string text = Signed(provider, {.subject = "nina.evil"});
  text.insert(text.find(".evil"), "<!-- -->");  // canonical XML does not see it
  EXPECT_TRUE(VerifySaml(text, *metadata, kNow).Is(kInvalidToken));
}

// Who opens assertions.
class Recipient {
 public:
  Recipient() : key_(EVP_RSA_gen(2048)) {}
  ~Recipient() { EVP_PKEY_free(key_); }
  Recipient(const Recipient&) = delete;
  Recipient& operator=(const Recipient&) = delete;

  std::string Pem() const {
    BIO* const sink = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(sink, key_, nullptr, nullptr, 0, nullptr, nullptr);
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(sink, &bytes);
    std::string pem(bytes, static_cast<size_t>(size));
    BIO_free(sink);
    return pem;
  }

  // The response with its assertion encrypted for this one, by xmlsec.
  std::string Encrypt(const std::string& response, xmlSecTransformId cipher, int key_bits,
                      xmlSecTransformId wrapping = xmlSecOpenSSLTransformRsaOaepId) const {
    const XmlDocument document = ParseXml(response);
    xmlNode* const root = xmlDocGetRootElement(document.get());
    xmlNode* const assertion = OnlyChild(root, "Assertion", "urn:oasis:names:tc:SAML:2.0:assertion");
    xmlNode* const holder = xmlSecAddChild(root, BAD_CAST "EncryptedAssertion", assertion->ns->href);
    xmlUnlinkNode(assertion);
    xmlAddChild(holder, assertion);
    xmlNode* const data =
        xmlSecTmplEncDataCreate(document.get(), cipher, nullptr, xmlSecTypeEncElement, nullptr, nullptr);
    xmlSecTmplEncDataEnsureCipherValue(data);
    xmlSecTmplEncDataEnsureCipherValue(xmlSecTmplKeyInfoAddEncryptedKey(xmlSecTmplEncDataEnsureKeyInfo(data, nullptr),
                                                                        wrapping, nullptr, nullptr, nullptr));
    xmlSecKeysMngr* const keys = xmlSecKeysMngrCreate();
    xmlSecOpenSSLAppDefaultKeysMngrInit(keys);
    xmlSecKey* const wrapper = xmlSecKeyCreate();
    EVP_PKEY_up_ref(key_);
    xmlSecKeySetValue(wrapper, xmlSecOpenSSLEvpKeyAdopt(key_));
    xmlSecOpenSSLAppDefaultKeysMngrAdoptKey(keys, wrapper);
    xmlSecEncCtx* const context = xmlSecEncCtxCreate(keys);
    context->encKey =
        xmlSecKeyGenerate(xmlSecOpenSSLKeyDataAesId, static_cast<xmlSecSize>(key_bits), xmlSecKeyDataTypeSession);
    EXPECT_EQ(xmlSecEncCtxXmlEncrypt(context, data, assertion), 0);
    xmlSecEncCtxDestroy(context);
    xmlSecKeysMngrDestroy(keys);
    xmlChar* bytes = nullptr;
    int size = 0;
    xmlDocDumpMemory(document.get(), &bytes, &size);
    std::string text(reinterpret_cast<char*>(bytes), static_cast<size_t>(size));
    xmlFree(bytes);
    return text;
  }

 private:
  EVP_PKEY* const key_;
};

TEST(Saml, AnEncryptedAssertionIsOpened) {
  const Provider provider;
  const Recipient recipient;
  const Recipient older;
  const auto metadata = SamlMetadata::Parse(provider.Metadata());
  const SamlDecryption keys{.private_keys = {older.Pem(), recipient.Pem()}, .required = true};
  const std::pair<xmlSecTransformId, int> ciphers[] = {{xmlSecOpenSSLTransformAes128CbcId, 128},
                                                       {xmlSecOpenSSLTransformAes256CbcId, 256},
                                                       {xmlSecOpenSSLTransformAes128GcmId, 128},
                                                       {xmlSecOpenSSLTransformAes256GcmId, 256}};
  for (const auto& [cipher, bits] : ciphers) {
    const std::string text = recipient.Encrypt(Signed(provider), cipher, bits);
    ASSERT_EQ(text.find("nina"), std::string::npos);
    const auto read = VerifySaml(text, *metadata, kNow, keys);
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(read->subject, "nina");
    EXPECT_TRUE(VerifySaml(text, *metadata, kNow, {.private_keys = {older.Pem()}}).Is(kInvalidToken));
    EXPECT_TRUE(VerifySaml(text, *metadata, kNow).Is(kInvalidToken));
  }
  EXPECT_TRUE(VerifySaml(Signed(provider), *metadata, kNow, keys).Is(kInvalidToken));  // in the clear
}

TEST(Saml, TheSignatureOfAResponseCoversWhatIsEncrypted) {
  const Provider provider;
  const Recipient recipient;
  const auto metadata = SamlMetadata::Parse(provider.Metadata());
  const SamlDecryption keys{.private_keys = {recipient.Pem()}};
  const std::string text = recipient.Encrypt(Response(Assertion()), xmlSecOpenSSLTransformAes128GcmId, 128);
  EXPECT_TRUE(VerifySaml(text, *metadata, kNow, keys).Is(kInvalidToken));  // anybody may encrypt
  const std::string wrong = recipient.Encrypt(Signed(Provider()), xmlSecOpenSSLTransformAes128GcmId, 128);
  EXPECT_TRUE(VerifySaml(wrong, *metadata, kNow, keys).Is(kInvalidToken));
}

TEST(Saml, WhatIsEncryptedOtherwiseOrDamagedIsRefused) {
  const Provider provider;
  const Recipient recipient;
  const auto metadata = SamlMetadata::Parse(provider.Metadata());
  const SamlDecryption keys{.private_keys = {recipient.Pem()}};
  const std::string text = recipient.Encrypt(Signed(provider), xmlSecOpenSSLTransformAes256GcmId, 256);
  std::string damaged = text;
  const size_t last = damaged.rfind("</CipherValue>") - 8;
  damaged[last] = damaged[last] == 'A' ? 'B' : 'A';
  EXPECT_TRUE(VerifySaml(damaged, *metadata, kNow, keys).Is(kInvalidToken));
  const std::string older =
      recipient.Encrypt(Signed(provider), xmlSecOpenSSLTransformAes256CbcId, 256, xmlSecOpenSSLTransformRsaPkcs1Id);
  EXPECT_TRUE(VerifySaml(older, *metadata, kNow, keys).Is(kInvalidToken));
}

TEST(Saml, TimesAreChecked) {
  const Provider provider;
  const auto metadata = SamlMetadata::Parse(provider.Metadata());
  EXPECT_TRUE(VerifySaml(Signed(provider, {.issued = -301}), *metadata, kNow).Is(kExpiredToken));
  EXPECT_TRUE(VerifySaml(Signed(provider, {.not_after = -61}), *metadata, kNow).Is(kExpiredToken));
  EXPECT_TRUE(VerifySaml(Signed(provider, {.issued = 120}), *metadata, kNow).Is(kExpiredToken));
  EXPECT_TRUE(VerifySaml(Signed(provider, {.issued = -299}), *metadata, kNow).ok());
}

TEST(Saml, MetadataMustNameAnEntity) {
  EXPECT_TRUE(SamlMetadata::Parse("not xml").Is(kBadMetadata));
  EXPECT_TRUE(SamlMetadata::Parse("<EntityDescriptor entityID=\"a\"/>").Is(kBadMetadata));
  const auto read = SamlMetadata::Parse(
      R"(<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="a" validUntil="2030-01-01T00:00:00Z"/>)");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->valid_until, ParseIso8601("2030-01-01T00:00:00Z"));
}

}  // namespace
}  // namespace tarn::federation
