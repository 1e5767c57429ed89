#include "federation/saml.h"

#include <algorithm>

#include "base/strings.h"
#include "federation/base64_lines.h"
#include "federation/errors.h"
#include "federation/xml_encryption.h"
#include "federation/xml_signature.h"

namespace tarn::federation {
namespace {

constexpr std::string_view kProtocolSpace = "urn:oasis:names:tc:SAML:2.0:protocol";
constexpr std::string_view kAssertionSpace = "urn:oasis:names:tc:SAML:2.0:assertion";
constexpr std::string_view kMetadataSpace = "urn:oasis:names:tc:SAML:2.0:metadata";
constexpr std::string_view kSuccess = "urn:oasis:names:tc:SAML:2.0:status:Success";
constexpr std::string_view kBearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
constexpr int64_t kRedeemWithin = 300 * kMicrosPerSecond;  // after it was issued
constexpr int64_t kSkew = 60 * kMicrosPerSecond;           // how far clocks may differ

Error BadMetadata() { return Fail(kBadMetadata, "Could not parse metadata"); }
Error Invalid(std::string_view why) { return Fail(kInvalidToken, std::string(why)); }

void AddCertificates(const xmlNode* descriptor, std::vector<std::string>& certificates) {
  for (const xmlNode* key : Children(descriptor, "KeyDescriptor", kMetadataSpace)) {
    if (Attribute(key, "use").value_or("signing") != "signing") continue;
    for (const xmlNode* info : Children(key, "KeyInfo", kDsigSpace)) {
      for (const xmlNode* data : Children(info, "X509Data", kDsigSpace)) {
        for (const xmlNode* certificate : Children(data, "X509Certificate", kDsigSpace)) {
          const auto text = PlainText(certificate);
          auto der = text ? UnbaseLines(*text) : std::nullopt;
          if (der) certificates.push_back(*std::move(der));
        }
      }
    }
  }
}

std::optional<Timestamp> InstantOf(const xmlNode* node, std::string_view name) {
  const auto text = Attribute(node, name);
  return text ? ParseIso8601(*text) : std::nullopt;
}

// Whether the times of the element hold now. Errors: kInvalidToken, kExpiredToken.
Status CheckTimes(const xmlNode* node, Timestamp now) {
  const auto begins = InstantOf(node, "NotBefore");
  const auto ends = InstantOf(node, "NotOnOrAfter");
  if (Attribute(node, "NotBefore") && !begins) return Invalid("SAML Assertion has a malformed NotBefore");
  if (Attribute(node, "NotOnOrAfter") && !ends) return Invalid("SAML Assertion has a malformed NotOnOrAfter");
  if (begins && now.Plus(kSkew) < *begins) return Fail(kExpiredToken, "SAML Assertion not yet valid");
  if (ends && now >= ends->Plus(kSkew)) return Fail(kExpiredToken, "SAML Assertion has expired");
  return Ok();
}

Status ReadSubject(const xmlNode* assertion, Timestamp now, SamlAssertion& read) {
  const xmlNode* const subject = OnlyChild(assertion, "Subject", kAssertionSpace);
  const xmlNode* const name = subject == nullptr ? nullptr : OnlyChild(subject, "NameID", kAssertionSpace);
  if (subject == nullptr) return Ok();
  if (name != nullptr) {
    const auto text = PlainText(name);
    if (!text) return Invalid("SAML Assertion has a malformed NameID in Subject");
    read.subject = *text;
    read.format = Attribute(name, "Format").value_or("");
  }
  Status refused = Invalid("SAML Assertion is missing a bearer confirmation of its Subject");
  for (const xmlNode* confirmation : Children(subject, "SubjectConfirmation", kAssertionSpace)) {
    const xmlNode* const data = OnlyChild(confirmation, "SubjectConfirmationData", kAssertionSpace);
    if (data == nullptr || Attribute(confirmation, "Method") != kBearer) continue;
    const auto recipient = Attribute(data, "Recipient");
    if (!recipient || !InstantOf(data, "NotOnOrAfter")) continue;
    refused = CheckTimes(data, now);
    if (!refused.ok()) continue;
    read.recipient = *recipient;
    return Ok();
  }
  return refused;
}

Status ReadAttributes(const xmlNode* assertion, SamlAssertion& read) {
  for (const xmlNode* statement : Children(assertion, "AttributeStatement", kAssertionSpace)) {
    for (const xmlNode* attribute : Children(statement, "Attribute", kAssertionSpace)) {
      const auto name = Attribute(attribute, "Name");
      if (!name) return Invalid("SAML Assertion has an attribute without a Name");
      for (const xmlNode* value : Children(attribute, "AttributeValue", kAssertionSpace)) {
        auto text = PlainText(value);
        if (text) read.attributes[*name].push_back(*std::move(text));
      }
    }
  }
  return Ok();
}

// What the assertion says, whoever signed it.
Result<SamlAssertion> Read(const xmlNode* assertion, const SamlMetadata& metadata, Timestamp now) {
  SamlAssertion read;
  const xmlNode* const issuer = OnlyChild(assertion, "Issuer", kAssertionSpace);
  read.issuer = issuer == nullptr ? "" : PlainText(issuer).value_or("");
  if (read.issuer != metadata.issuer) return Invalid("Issuer not present in specified provider");
  const auto issued = InstantOf(assertion, "IssueInstant");
  if (!issued) return Invalid("SAML Assertion is missing a required IssueInstant");
  read.issued = *issued;
  if (now >= issued->Plus(kRedeemWithin)) {
    return Fail(kExpiredToken, "Token must be redeemed within 5 minutes of issuance");
  }
  if (now.Plus(kSkew) < *issued) return Fail(kExpiredToken, "SAML Assertion not yet valid");
  for (const xmlNode* conditions : Children(assertion, "Conditions", kAssertionSpace)) {
    TARN_CHECK(CheckTimes(conditions, now));
    for (const xmlNode* restriction : Children(conditions, "AudienceRestriction", kAssertionSpace)) {
      auto& audiences = read.audiences.emplace_back();
      for (const xmlNode* audience : Children(restriction, "Audience", kAssertionSpace)) {
        audiences.push_back(PlainText(audience).value_or(""));
      }
    }
  }
  TARN_CHECK(ReadSubject(assertion, now, read));
  TARN_CHECK(ReadAttributes(assertion, read));
  for (const xmlNode* statement : Children(assertion, "AuthnStatement", kAssertionSpace)) {
    const auto ends = InstantOf(statement, "SessionNotOnOrAfter");
    if (ends && (!read.session_ends || *ends < *read.session_ends)) read.session_ends = ends;
  }
  return read;
}

}  // namespace

Result<SamlMetadata> SamlMetadata::Parse(std::string_view xml) {
  const XmlDocument document = ParseXml(xml);
  if (!document) return BadMetadata();
  const xmlNode* entity = xmlDocGetRootElement(document.get());
  if (Is(entity, "EntitiesDescriptor", kMetadataSpace)) entity = OnlyChild(entity, "EntityDescriptor", kMetadataSpace);
  if (!Is(entity, "EntityDescriptor", kMetadataSpace)) return BadMetadata();
  SamlMetadata metadata;
  metadata.issuer = Attribute(entity, "entityID").value_or("");
  metadata.valid_until = InstantOf(entity, "validUntil");
  for (const xmlNode* descriptor : Children(entity, "IDPSSODescriptor", kMetadataSpace)) {
    AddCertificates(descriptor, metadata.certificates);
  }
  if (metadata.issuer.empty()) return BadMetadata();
  return metadata;
}

Result<SamlAssertion> VerifySaml(std::string_view response, const SamlMetadata& metadata, Timestamp now,
                                 const SamlDecryption& decryption) {
  const XmlDocument document = ParseXml(response);
  xmlNode* const root = document ? xmlDocGetRootElement(document.get()) : nullptr;
  if (!Is(root, "Response", kProtocolSpace)) return Invalid("Invalid SAML response");
  const xmlNode* const status = OnlyChild(root, "Status", kProtocolSpace);
  const xmlNode* const code = status == nullptr ? nullptr : OnlyChild(status, "StatusCode", kProtocolSpace);
  if (code == nullptr || Attribute(code, "Value") != kSuccess) {
    return Invalid("SAML response does not tell of a success");
  }
  const auto plain = Children(root, "Assertion", kAssertionSpace);
  const auto encrypted = Children(root, "EncryptedAssertion", kAssertionSpace);
  if (plain.size() + encrypted.size() != 1) return Invalid("SAML response must hold one assertion");
  if (encrypted.empty() && decryption.required) return Invalid("SAML Assertion must be encrypted");
  // Each signature that is there must hold; one is enough, as the assertion is within the response. The response's is
  // one over what was sent: it is looked at before anything is opened.
  bool signed_once = false;
  const auto holds = [&](xmlNode* element) {
    if (Children(element, "Signature", kDsigSpace).empty()) return true;
    signed_once = true;
    return HoldsSignature(document.get(), element, metadata.certificates);
  };
  if (!holds(root)) return Invalid("Response signature invalid");
  xmlNode* const assertion =
      encrypted.empty() ? plain.front() : OpenEncrypted(encrypted.front(), decryption.private_keys);
  if (!Is(assertion, "Assertion", kAssertionSpace)) return Invalid("SAML Assertion could not be decrypted");
  if (!holds(assertion) || !signed_once) return Invalid("Response signature invalid");
  return Read(assertion, metadata, now);
}

}  // namespace tarn::federation
