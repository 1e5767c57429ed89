#include "audit/delivery/verify.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>

#include "base/hash.h"
#include "json/json.h"

namespace tarn::audit {
namespace {

// What SubjectPublicKeyInfo puts before a 2048-bit RSA key of PKCS #1.
constexpr std::string_view kInfoHeader(
    "\x30\x82\x01\x22\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03\x82\x01\x0f\x00", 24);

std::string TextOf(const json::Value& value, std::string_view key) { return std::string(value.StringOr(key, "")); }

// What the next newer digest says of this one; empty when there is none.
struct Expected {
  std::string key;
  std::string hash;
  std::string signature;
};

// Empty when the digest is what it should be.
std::string ProblemOf(const VerifyAsk& ask, const std::string& key, const FetchedFile& file, const std::string& text,
                      const json::Value& digest, const Expected& expected) {
  if (TextOf(digest, "digestS3Bucket") != ask.bucket || TextOf(digest, "digestS3Object") != key) {
    return "was moved from its original location";
  }
  const auto public_key = ask.public_keys.find(TextOf(digest, "digestPublicKeyFingerprint"));
  if (public_key == ask.public_keys.end()) return "is signed with a key that is not of this lake";
  const std::string hash = Hex(Sha256(text));
  const std::string before = TextOf(digest, "previousDigestSignature");
  const std::string to_sign = fmt::format("{}\n{}/{}\n{}\n{}", TextOf(digest, "digestEndTime"), ask.bucket, key, hash,
                                          before.empty() ? "null" : before);
  const auto signature = Unhex(file.signature);
  if (!signature || !IsSignedBy(public_key->second, to_sign, *signature)) return "signature verification failed";
  if (expected.key.empty()) return {};
  if (expected.hash != hash || expected.signature != file.signature) return "is not the one that the next digest names";
  return {};
}

Status VerifyFiles(const VerifyAsk& ask, const json::Value& digest, VerifyReport& report) {
  const json::Value* files = digest.Find("logFiles");
  if (files == nullptr || !files->is_array()) return Ok();
  for (const json::Value& file : *files->AsArray()) {
    const std::string key = TextOf(file, "s3Object");
    TARN_TRY(const auto fetched, ask.fetch(key));
    std::string problem;
    if (!fetched) {
      problem = "not found";
    } else if (const auto text = Gunzip(fetched->bytes); !text) {
      problem = "invalid format";
    } else if (Hex(Sha256(*text)) != TextOf(file, "hashValue")) {
      problem = "hash value doesn't match";
    }
    if (problem.empty()) {
      ++report.files;
    } else {
      ++report.files_invalid;
      report.problems.push_back(fmt::format("Log file s3://{}/{} INVALID: {}", ask.bucket, key, problem));
    }
  }
  return Ok();
}

}  // namespace

bool IsSignedBy(std::string_view public_key, std::string_view text, std::string_view signature) {
  const std::string info = std::string(kInfoHeader) + std::string(public_key);
  const auto* der = reinterpret_cast<const unsigned char*>(info.data());
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      d2i_PUBKEY(nullptr, &der, static_cast<long>(info.size())), &EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (!key || !context) return false;
  if (EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1) return false;
  return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
}

Result<VerifyReport> VerifyDelivered(const VerifyAsk& ask) {
  VerifyReport report;
  Expected expected;
  const auto invalid = [&](const std::string& key, const std::string& problem) {
    ++report.digests_invalid;
    report.problems.push_back(fmt::format("Digest file s3://{}/{} INVALID: {}", ask.bucket, key, problem));
  };
  for (auto at = ask.digests.rbegin(); at != ask.digests.rend(); ++at) {
    const std::string& key = *at;
    // A digest that the chain names is there, or somebody took it away.
    if (!expected.key.empty() && expected.key != key) {
      invalid(expected.key < key ? key : expected.key, expected.key < key ? "is not part of the chain" : "not found");
      if (expected.key < key) continue;
      expected = {};
    }
    TARN_TRY(const auto file, ask.fetch(key));
    const auto text = file ? Gunzip(file->bytes) : std::nullopt;
    const auto digest = text ? json::Parse(*text) : Result<json::Value>(Fail(json::kMalformed, ""));
    if (!digest.ok()) {
      invalid(key, file ? "invalid format" : "not found");
      expected = {};
      continue;
    }
    const std::string problem = ProblemOf(ask, key, *file, *text, *digest, expected);
    if (problem.empty()) {
      ++report.digests;
      TARN_CHECK(VerifyFiles(ask, *digest, report));
    } else {
      invalid(key, problem);
    }
    expected = {TextOf(*digest, "previousDigestS3Object"), TextOf(*digest, "previousDigestHashValue"),
                TextOf(*digest, "previousDigestSignature")};
  }
  if (!expected.key.empty()) invalid(expected.key, "not found");
  return report;
}

}  // namespace tarn::audit
