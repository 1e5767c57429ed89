#include "server/secrets/master_kms.h"

#include <fmt/format.h>

#include <initializer_list>
#include <utility>
#include <vector>

#include "api/protocol/auth/sign.h"
#include "base/hash.h"
#include "base/strings.h"
#include "http/client.h"
#include "json/json.h"
#include "server/secrets/master_key.h"

namespace tarn::server {
namespace {

constexpr std::string_view kFirstLine = "tarn master key 1";
constexpr size_t kKeyBytes = 32;
constexpr int kTimeoutSeconds = 20;

// What binds the ciphertext to its use.
json::Value Context() { return json::Object{{"tarn", "master-key"}}; }

Result<json::Value> Ask(const MasterKms& kms, std::string_view operation, const json::Value& body) {
  TARN_TRY(const http::Url url, http::Url::Parse(kms.url));
  http::ClientRequest request;
  request.method = "POST";
  request.timeout_seconds = kTimeoutSeconds;
  request.body = json::Write(body);
  std::vector<api::protocol::Field> headers = {{"Host", url.Authority()},
                                               {"Content-Type", "application/x-amz-json-1.1"},
                                               {"X-Amz-Target", fmt::format("TrentService.{}", operation)}};
  if (!kms.session_token.empty()) headers.push_back({"X-Amz-Security-Token", kms.session_token});
  const std::string hash = Hex(Sha256(request.body));
  api::protocol::SignHeaders({.method = request.method,
                              .path = request.target,
                              .query = {},
                              .payload_hash = hash,
                              .access_key_id = kms.access_key_id,
                              .secret_access_key = kms.secret_access_key,
                              .region = kms.region,
                              .service = "kms",
                              .now = SystemClock().Now()},
                             headers);
  for (auto& header : headers) {
    if (!EqualsIgnoreCase(header.name, "host")) request.headers.Add(std::move(header.name), std::move(header.value));
  }
  TARN_TRY(const http::ClientResponse response, http::Fetch(url, request));
  const auto answer = json::Parse(response.body);
  if (response.status == 200 && answer.ok()) return *answer;
  std::string why;
  if (answer.ok()) why = fmt::format(": {} {}", answer->StringOr("__type", ""), answer->StringOr("message", ""));
  return Fail(kBadMasterKey,
              fmt::format("the KMS at {} answered {} to {}{}", kms.url, response.status, operation, why));
}

Result<std::string> PlaintextOf(const MasterKms& kms, const json::Value& answer) {
  auto plaintext = Unbase64(answer.StringOr("Plaintext", ""));
  if (plaintext && plaintext->size() == kKeyBytes) return *std::move(plaintext);
  return Fail(kBadMasterKey, fmt::format("the KMS at {} answered no key of 32 bytes", kms.url));
}

}  // namespace

MasterKms MasterKmsOf(std::map<std::string, std::string> environment, const std::string& prefix) {
  const auto first = [&](std::initializer_list<std::string> names) {
    for (const std::string& name : names) {
      if (!environment[name].empty()) return environment[name];
    }
    return std::string();
  };
  const std::string own = "TARN_MASTER_KEY_KMS_";
  MasterKms kms{.url = environment[prefix],
                .key = environment[prefix + "_KEY"],
                .access_key_id = first({own + "ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID"}),
                .secret_access_key = first({own + "SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY"}),
                .session_token = {},
                .region = first({own + "REGION", "AWS_REGION", "AWS_DEFAULT_REGION"})};
  kms.session_token =
      environment[environment[own + "ACCESS_KEY_ID"].empty() ? "AWS_SESSION_TOKEN" : own + "SESSION_TOKEN"];
  if (kms.region.empty()) kms.region = "us-east-1";
  return kms;
}

Result<SealedMasterKey> MakeSealedMasterKey(const MasterKms& kms) {
  if (kms.key.empty()) return Fail(kBadMasterKey, "a KMS without a key: give --master-key-kms-key");
  TARN_TRY(const json::Value answer, Ask(kms, "GenerateDataKey",
                                         json::Object{{"KeyId", kms.key},
                                                      {"NumberOfBytes", static_cast<int64_t>(kKeyBytes)},
                                                      {"EncryptionContext", Context()}}));
  TARN_TRY(std::string plaintext, PlaintextOf(kms, answer));
  const std::string sealed(answer.StringOr("CiphertextBlob", ""));
  if (!Unbase64(sealed) || sealed.empty()) {
    return Fail(kBadMasterKey, fmt::format("the KMS at {} answered no ciphertext", kms.url));
  }
  return SealedMasterKey{
      .plaintext = std::move(plaintext),
      .text = fmt::format("{}\nkey {}\nsealed {}\n", kFirstLine, answer.StringOr("KeyId", kms.key), sealed)};
}

Result<std::string> OpenSealedMasterKey(const MasterKms& kms, const std::string& text) {
  std::string key;
  std::string sealed;
  const auto lines = Split(text, '\n');
  for (const std::string_view line : lines) {
    if (line.starts_with("key ")) key = line.substr(4);
    if (line.starts_with("sealed ")) sealed = line.substr(7);
  }
  if (lines.empty() || lines[0] != kFirstLine || sealed.empty()) {
    return Fail(kBadMasterKey, "master-key.kms is damaged: restore it from its backup");
  }
  TARN_TRY(const json::Value answer, Ask(kms, "Decrypt",
                                         json::Object{{"KeyId", kms.key.empty() ? key : kms.key},
                                                      {"CiphertextBlob", sealed},
                                                      {"EncryptionContext", Context()}}));
  return PlaintextOf(kms, answer);
}

}  // namespace tarn::server
