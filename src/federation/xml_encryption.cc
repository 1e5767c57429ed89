#include "federation/xml_encryption.h"

#include <libxml/parser.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <optional>
#include <string_view>

#include "base/freed.h"
#include "federation/base64_lines.h"
#include "federation/xml_signature.h"

namespace tarn::federation {
namespace {

constexpr std::string_view kSpace = "http://www.w3.org/2001/04/xmlenc#";
constexpr std::string_view kSpace11 = "http://www.w3.org/2009/xmlenc11#";
constexpr size_t kBlock = 16;     // of AES
constexpr size_t kGcmNonce = 12;  // before the content
constexpr size_t kGcmTag = 16;    // after it

using PrivateKey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Freed<EVP_CIPHER_CTX_free>>;
using Source = std::unique_ptr<BIO, Freed<BIO_free>>;

int NoPassPhrase(char*, int, int, void*) { return -1; }

const unsigned char* BytesOf(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* BytesOf(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// The part of `name` after `space`; empty when it is not of it.
std::string_view After(std::string_view space, std::string_view name) {
  return name.starts_with(space) ? name.substr(space.size()) : std::string_view();
}

std::string AlgorithmOf(const xmlNode* method) { return Attribute(method, "Algorithm").value_or(""); }

// The bytes of an EncryptedData's or EncryptedKey's CipherData.
std::optional<std::string> CipherOf(const xmlNode* encrypted) {
  const xmlNode* const data = OnlyChild(encrypted, "CipherData", kSpace);
  const xmlNode* const value = data == nullptr ? nullptr : OnlyChild(data, "CipherValue", kSpace);
  const auto text = value == nullptr ? std::nullopt : PlainText(value);
  return text ? UnbaseLines(*text) : std::nullopt;
}

const EVP_MD* DigestOf(std::string_view name) {
  if (name == "http://www.w3.org/2000/09/xmldsig#sha1") return EVP_sha1();
  if (name == "http://www.w3.org/2001/04/xmlenc#sha256") return EVP_sha256();
  if (name == "http://www.w3.org/2001/04/xmldsig-more#sha384") return EVP_sha384();
  if (name == "http://www.w3.org/2001/04/xmlenc#sha512") return EVP_sha512();
  return nullptr;
}

const EVP_MD* MaskOf(std::string_view name) {
  const std::string_view kind = After(kSpace11, name);
  if (kind == "mgf1sha1") return EVP_sha1();
  if (kind == "mgf1sha256") return EVP_sha256();
  if (kind == "mgf1sha384") return EVP_sha384();
  if (kind == "mgf1sha512") return EVP_sha512();
  return nullptr;
}

// The two digests of OAEP.
struct Padding {
  const EVP_MD* digest = EVP_sha1();
  const EVP_MD* mask = EVP_sha1();
};

std::optional<Padding> PaddingOf(const xmlNode* method) {
  Padding padding;
  const std::string name = AlgorithmOf(method);
  const bool newer = After(kSpace11, name) == "rsa-oaep";
  if (!newer && After(kSpace, name) != "rsa-oaep-mgf1p") return std::nullopt;
  if (!Children(method, "OAEPparams", kSpace).empty()) return std::nullopt;
  const auto digests = Children(method, "DigestMethod", kDsigSpace);
  const auto masks = Children(method, "MGF", kSpace11);
  if (digests.size() > 1 || masks.size() > (newer ? 1 : 0)) return std::nullopt;
  if (!digests.empty()) padding.digest = DigestOf(AlgorithmOf(digests.front()));
  if (!masks.empty()) padding.mask = MaskOf(AlgorithmOf(masks.front()));
  if (padding.digest == nullptr || padding.mask == nullptr) return std::nullopt;
  return padding;
}

std::optional<std::string> Unwrap(const std::string& pem, const Padding& padding, std::string_view wrapped) {
  const Source source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const PrivateKey key(PEM_read_bio_PrivateKey(source.get(), nullptr, NoPassPhrase, nullptr));
  if (!key || EVP_PKEY_is_a(key.get(), "RSA") != 1) return std::nullopt;
  const KeyContext context(EVP_PKEY_CTX_new(key.get(), nullptr));
  if (!context || EVP_PKEY_decrypt_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) != 1 ||
      EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), padding.digest) != 1 ||
      EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), padding.mask) != 1) {
    return std::nullopt;
  }
  size_t size = 0;
  if (EVP_PKEY_decrypt(context.get(), nullptr, &size, BytesOf(wrapped), wrapped.size()) != 1) return std::nullopt;
  std::string plain(size, '\0');
  if (EVP_PKEY_decrypt(context.get(), BytesOf(plain), &size, BytesOf(wrapped), wrapped.size()) != 1) {
    return std::nullopt;
  }
  plain.resize(size);
  return plain;
}

struct Cipher {
  const EVP_CIPHER* algorithm = nullptr;
  bool authenticated = false;
};

Cipher CipherNamed(std::string_view name) {
  const std::string_view older = After(kSpace, name);
  if (older == "aes128-cbc") return {EVP_aes_128_cbc(), false};
  if (older == "aes192-cbc") return {EVP_aes_192_cbc(), false};
  if (older == "aes256-cbc") return {EVP_aes_256_cbc(), false};
  const std::string_view newer = After(kSpace11, name);
  if (newer == "aes128-gcm") return {EVP_aes_128_gcm(), true};
  if (newer == "aes192-gcm") return {EVP_aes_192_gcm(), true};
  if (newer == "aes256-gcm") return {EVP_aes_256_gcm(), true};
  return {};
}

// XML Encryption's own padding: the last byte tells how many there are.
bool Unpad(std::string& plain) {
  if (plain.empty() || plain.size() % kBlock != 0) return false;
  const size_t added = static_cast<unsigned char>(plain.back());
  if (added == 0 || added > kBlock) return false;
  plain.resize(plain.size() - added);
  return true;
}

std::optional<std::string> Decipher(const Cipher& cipher, std::string_view key, std::string_view bytes) {
  const size_t before = cipher.authenticated ? kGcmNonce : kBlock;
  const size_t after = cipher.authenticated ? kGcmTag : 0;
  if (key.size() != static_cast<size_t>(EVP_CIPHER_get_key_length(cipher.algorithm))) return std::nullopt;
  if (bytes.size() < before + after) return std::nullopt;
  const std::string_view content = bytes.substr(before, bytes.size() - before - after);
  const CipherContext context(EVP_CIPHER_CTX_new());
  if (!context || EVP_DecryptInit_ex(context.get(), cipher.algorithm, nullptr, BytesOf(key), BytesOf(bytes)) != 1) {
    return std::nullopt;
  }
  EVP_CIPHER_CTX_set_padding(context.get(), 0);
  std::string plain(content.size() + kBlock, '\0');
  int size = 0;
  if (EVP_DecryptUpdate(context.get(), BytesOf(plain), &size, BytesOf(content), static_cast<int>(content.size())) !=
      1) {
    return std::nullopt;
  }
  if (cipher.authenticated) {
    std::string tag(bytes.substr(bytes.size() - after));
    if (EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(after), tag.data()) != 1) {
      return std::nullopt;
    }
  }
  int rest = 0;
  if (EVP_DecryptFinal_ex(context.get(), BytesOf(plain) + size, &rest) != 1) return std::nullopt;
  plain.resize(static_cast<size_t>(size) + static_cast<size_t>(rest));
  if (!cipher.authenticated && !Unpad(plain)) return std::nullopt;
  return plain;
}

// The key of the content: within its KeyInfo, or beside it.
const xmlNode* WrappedKeyOf(const xmlNode* holder, const xmlNode* data) {
  const xmlNode* const info = OnlyChild(data, "KeyInfo", kDsigSpace);
  const xmlNode* const within = info == nullptr ? nullptr : OnlyChild(info, "EncryptedKey", kSpace);
  return within != nullptr ? within : OnlyChild(holder, "EncryptedKey", kSpace);
}

// The text that `data` hides.
std::optional<std::string> PlainOf(const xmlNode* holder, const xmlNode* data,
                                   const std::vector<std::string>& private_keys) {
  const xmlNode* const method = OnlyChild(data, "EncryptionMethod", kSpace);
  const xmlNode* const wrapped_key = WrappedKeyOf(holder, data);
  const xmlNode* const wrapping = wrapped_key == nullptr ? nullptr : OnlyChild(wrapped_key, "EncryptionMethod", kSpace);
  if (method == nullptr || wrapping == nullptr) return std::nullopt;
  const Cipher cipher = CipherNamed(AlgorithmOf(method));
  const auto padding = PaddingOf(wrapping);
  const auto wrapped = CipherOf(wrapped_key);
  const auto content = CipherOf(data);
  if (cipher.algorithm == nullptr || !padding || !wrapped || !content) return std::nullopt;
  for (const std::string& pem : private_keys) {
    const auto key = Unwrap(pem, *padding, *wrapped);
    auto plain = key ? Decipher(cipher, *key, *content) : std::nullopt;
    if (plain) return plain;
  }
  return std::nullopt;
}

}  // namespace

xmlNode* OpenEncrypted(xmlNode* holder, const std::vector<std::string>& private_keys) {
  xmlNode* const data = OnlyChild(holder, "EncryptedData", kSpace);
  if (data == nullptr || Attribute(data, "Type") != "http://www.w3.org/2001/04/xmlenc#Element") return nullptr;
  const auto plain = PlainOf(holder, data, private_keys);
  if (!plain) return nullptr;
  xmlNode* opened = nullptr;
  const xmlParserErrors result =
      xmlParseInNodeContext(holder, plain->data(), static_cast<int>(plain->size()),
                            XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING, &opened);
  if (result != XML_ERR_OK || opened == nullptr || opened->next != nullptr || opened->type != XML_ELEMENT_NODE) {
    xmlFreeNodeList(opened);
    return nullptr;
  }
  xmlReplaceNode(data, opened);
  xmlFreeNode(data);
  return opened;
}

}  // namespace tarn::federation
