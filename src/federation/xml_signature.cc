#include "federation/xml_signature.h"

#include <libxml/parser.h>
#include <libxml/valid.h>
#include <openssl/x509.h>
#include <xmlsec/buffer.h>  // for what errors.h leaves out
#include <xmlsec/errors.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/transforms.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

#include <algorithm>
#include <set>

#include "base/strings.h"

namespace tarn::federation {
namespace {

constexpr size_t kDocumentMax = size_t{1} << 20;

using Text = std::unique_ptr<xmlChar, decltype([](xmlChar* text) { xmlFree(text); })>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Key = std::unique_ptr<xmlSecKey, Freed<xmlSecKeyDestroy>>;
using Context = std::unique_ptr<xmlSecDSigCtx, Freed<xmlSecDSigCtxDestroy>>;

void Quiet(const char*, int, const char*, const char*, const char*, int, const char*) {}

// xmlsec's and libxml2's tables, once. They live as long as the process.
bool Ready() {
  static const bool kReady = [] {
    xmlInitParser();
    if (xmlSecInit() != 0 || xmlSecOpenSSLInit() != 0) return false;
    xmlSecErrorsSetCallback(Quiet);
    return true;
  }();
  return kReady;
}

std::string_view View(const xmlChar* text) {
  return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

// A name as XPointer takes it within quotes.
bool IsId(std::string_view id) {
  return !id.empty() && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  });
}

// Whether no two elements of the document bear one ID.
bool HasUniqueIds(xmlNode* root) {
  std::set<std::string> seen;
  for (xmlNode* node = root; node != nullptr;) {
    if (node->type == XML_ELEMENT_NODE) {
      for (const char* name : {"ID", "Id", "id"}) {
        const auto id = Attribute(node, name);
        if (id && !seen.insert(*id).second) return false;
      }
    }
    if (node->children != nullptr && node->type == XML_ELEMENT_NODE) {
      node = node->children;
      continue;
    }
    while (node != root && node->next == nullptr) node = node->parent;
    node = node == root ? nullptr : node->next;
  }
  return true;
}

// Whether the signature speaks of `id` alone.
bool NamesOnly(const xmlNode* signature, const std::string& id) {
  const xmlNode* const info = OnlyChild(signature, "SignedInfo", kDsigSpace);
  const xmlNode* const reference = info == nullptr ? nullptr : OnlyChild(info, "Reference", kDsigSpace);
  return reference != nullptr && Attribute(reference, "URI") == "#" + id &&
         Children(signature, "Object", kDsigSpace).empty();
}

Key KeyOf(const std::string& der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  const Certificate certificate(d2i_X509(nullptr, &bytes, static_cast<long>(der.size())));
  if (!certificate) return nullptr;
  EVP_PKEY* const material = X509_get_pubkey(certificate.get());
  if (material == nullptr) return nullptr;
  xmlSecKeyData* const value = xmlSecOpenSSLEvpKeyAdopt(material);  // which then holds the material
  if (value == nullptr) {
    EVP_PKEY_free(material);
    return nullptr;
  }
  Key key(xmlSecKeyCreate());
  if (!key || xmlSecKeySetValue(key.get(), value) != 0) {
    xmlSecKeyDataDestroy(value);
    return nullptr;
  }
  return key;
}

// A context that takes SAML's profile of signatures alone.
Context ContextFor(Key key) {
  Context context(xmlSecDSigCtxCreate(nullptr));
  if (!context) return nullptr;
  context->signKey = key.release();
  context->enabledReferenceUris = xmlSecTransformUriTypeSameDocument;
  const xmlSecTransformId signature[] = {xmlSecTransformExclC14NId,           xmlSecTransformExclC14NWithCommentsId,
                                         xmlSecTransformInclC14NId,           xmlSecTransformInclC14NWithCommentsId,
                                         xmlSecOpenSSLTransformRsaSha256Id,   xmlSecOpenSSLTransformRsaSha384Id,
                                         xmlSecOpenSSLTransformRsaSha512Id,   xmlSecOpenSSLTransformEcdsaSha256Id,
                                         xmlSecOpenSSLTransformEcdsaSha384Id, xmlSecOpenSSLTransformEcdsaSha512Id};
  const xmlSecTransformId reference[] = {xmlSecTransformEnvelopedId,
                                         xmlSecTransformExclC14NId,
                                         xmlSecTransformExclC14NWithCommentsId,
                                         xmlSecTransformInclC14NId,
                                         xmlSecTransformInclC14NWithCommentsId,
                                         xmlSecOpenSSLTransformSha256Id,
                                         xmlSecOpenSSLTransformSha384Id,
                                         xmlSecOpenSSLTransformSha512Id};
  for (const xmlSecTransformId id : signature) {
    if (xmlSecDSigCtxEnableSignatureTransform(context.get(), id) != 0) return nullptr;
  }
  for (const xmlSecTransformId id : reference) {
    if (xmlSecDSigCtxEnableReferenceTransform(context.get(), id) != 0) return nullptr;
  }
  return context;
}

}  // namespace

XmlDocument ParseXml(std::string_view text) {
  if (text.size() > kDocumentMax || !Ready()) return nullptr;
  XmlDocument document(xmlReadMemory(text.data(), static_cast<int>(text.size()), nullptr, nullptr,
                                     XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING));
  if (!document || document->intSubset != nullptr || document->extSubset != nullptr) return nullptr;
  return xmlDocGetRootElement(document.get()) == nullptr ? nullptr : std::move(document);
}

bool Is(const xmlNode* node, std::string_view name, std::string_view space) {
  return node != nullptr && node->type == XML_ELEMENT_NODE && View(node->name) == name && node->ns != nullptr &&
         View(node->ns->href) == space;
}

std::vector<xmlNode*> Children(const xmlNode* node, std::string_view name, std::string_view space) {
  std::vector<xmlNode*> found;
  for (xmlNode* child = node->children; child != nullptr; child = child->next) {
    if (Is(child, name, space)) found.push_back(child);
  }
  return found;
}

xmlNode* OnlyChild(const xmlNode* node, std::string_view name, std::string_view space) {
  const auto found = Children(node, name, space);
  return found.size() == 1 ? found.front() : nullptr;
}

std::optional<std::string> Attribute(const xmlNode* node, std::string_view name) {
  const Text value(
      xmlGetNoNsProp(const_cast<xmlNode*>(node), reinterpret_cast<const xmlChar*>(std::string(name).c_str())));
  if (!value) return std::nullopt;
  return std::string(View(value.get()));
}

std::optional<std::string> PlainText(const xmlNode* node) {
  std::string text;
  for (const xmlNode* child = node->children; child != nullptr; child = child->next) {
    if (child->type != XML_TEXT_NODE && child->type != XML_CDATA_SECTION_NODE) return std::nullopt;
    text += View(child->content);
  }
  return std::string(Trim(text));
}

bool HoldsSignature(xmlDoc* document, xmlNode* element, const std::vector<std::string>& certificates) {
  xmlNode* const signature = OnlyChild(element, "Signature", kDsigSpace);
  const auto id = Attribute(element, "ID");
  if (signature == nullptr || !id || !IsId(*id) || !HasUniqueIds(xmlDocGetRootElement(document))) return false;
  if (!NamesOnly(signature, *id)) return false;
  xmlAttr* const attribute = xmlHasNsProp(element, reinterpret_cast<const xmlChar*>("ID"), nullptr);
  const auto* const name = reinterpret_cast<const xmlChar*>(id->c_str());
  if (xmlGetID(document, name) == nullptr) xmlAddID(nullptr, document, name, attribute);
  // No other element may answer to the name ("xml:id").
  if (xmlGetID(document, name) != attribute) return false;
  for (const std::string& certificate : certificates) {
    Key key = KeyOf(certificate);
    if (!key) continue;
    const Context context = ContextFor(std::move(key));
    if (!context) return false;
    if (xmlSecDSigCtxVerify(context.get(), signature) == 0 && context->status == xmlSecDSigStatusSucceeded) return true;
  }
  return false;
}

}  // namespace tarn::federation
