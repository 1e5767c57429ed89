#include "api/protocol/auth/sigv4.h"

#include <algorithm>
#include <unordered_map>

#include "api/protocol/errors.h"
#include "base/hash.h"
#include "base/strings.h"

namespace tarn::api::protocol {
namespace {

constexpr size_t kKeyCacheMax = 256;
constexpr std::string_view kOurs = "x-amz-";
constexpr size_t kUsualRequestBytes = 1024;  // with a session's token

// Adds all lines of a header joined by "," with inner runs of spaces folded; nothing when absent.
void AddCanonicalValue(std::string& joined, const SignedHead& head, std::string_view name) {
  bool first = true;
  for (const Field& field : *head.headers) {
    if (!EqualsIgnoreCase(field.name, name)) continue;
    if (!first) joined += ',';
    first = false;
    std::string_view rest = Trim(field.value);
    for (size_t run = rest.find("  "); run != rest.npos; run = rest.find("  ")) {
      joined += rest.substr(0, run + 1);
      rest.remove_prefix(rest.find_first_not_of(' ', run));
    }
    joined += rest;
  }
}

std::string CanonicalPath(std::string_view path, bool s3, bool reencode) {
  if (!s3) return PercentEncode(NormalizePath(path), true);
  if (!reencode) return std::string(path);
  auto decoded = PercentDecode(path);
  return decoded ? PercentEncode(*decoded, true) : std::string(path);
}

Status CheckSignedHeaders(const Claim& claim, const SignedHead& head, ErrorFields& fields) {
  auto is_signed = [&](std::string_view name) {
    return std::ranges::any_of(claim.signed_headers,
                               [&](const std::string& known) { return EqualsIgnoreCase(known, name); });
  };
  std::vector<std::string> missing;
  if (!is_signed("host")) missing.emplace_back("host");
  for (const Field& field : *head.headers) {
    if (!EqualsIgnoreCase(std::string_view(field.name).substr(0, kOurs.size()), kOurs)) continue;
    // A presigned URL names its payload hash in the query or not at all; clients may still send the header.
    if (claim.presigned && EqualsIgnoreCase(field.name, "x-amz-content-sha256")) continue;
    if (!is_signed(field.name)) missing.push_back(AsciiLower(field.name));
  }
  if (missing.empty()) return Ok();
  fields.emplace_back("HeadersNotSigned", Join(missing, ", "));
  return Fail(kUnsignedHeaders,
              "There were headers present in the request which were not signed: " + Join(missing, ", "));
}

std::string MismatchMessage(bool s3, std::string_view canonical, std::string_view to_sign) {
  if (s3) {
    return "The request signature we calculated does not match the signature you provided. Check your key and signing "
           "method.";
  }
  return "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
         "Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this "
         "request should have been\n'" +
         std::string(canonical) + "'\n\nThe String-to-Sign should have been\n'" + std::string(to_sign) + "'\n";
}

}  // namespace

std::string SpacedHex(std::string_view text) {
  std::string hex = Hex(text);
  std::string out;
  out.reserve(text.size() * 3);
  for (size_t i = 0; i < hex.size(); i += 2) {
    if (i > 0) out += ' ';
    out.append(hex, i, 2);
  }
  return out;
}

std::string CanonicalRequest(const Claim& claim, const SignedHead& head, std::string_view payload_hash, bool s3,
                             bool reencode) {
  std::string text;
  text.reserve(kUsualRequestBytes);
  text += head.method;
  text += '\n';
  text += CanonicalPath(head.path, s3, reencode);
  text += '\n';
  text += CanonicalQuery(head.query, claim.presigned, reencode);
  text += '\n';
  for (const std::string& name : claim.signed_headers) {
    text += name;
    text += ':';
    AddCanonicalValue(text, head, name);
    text += '\n';
  }
  text += '\n';
  text += Join(claim.signed_headers, ";");
  text += '\n';
  text += payload_hash;
  return text;
}

std::string StringToSign(const Claim& claim, std::string_view canonical_request) {
  return "AWS4-HMAC-SHA256\n" + claim.timestamp + "\n" + claim.Scope() + "\n" + Hex(Sha256(canonical_request));
}

std::string NormalizePath(std::string_view path) {
  std::vector<std::string_view> kept;
  for (std::string_view part : Split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (!kept.empty()) kept.pop_back();
      continue;
    }
    kept.push_back(part);
  }
  std::string normal;
  for (std::string_view part : kept) {
    normal += '/';
    normal += part;
  }
  if (normal.empty() || (path.ends_with('/') && !normal.ends_with('/'))) normal += '/';
  return normal;
}

std::string CanonicalQuery(std::string_view query, bool leave_out_signature, bool reencode) {
  if (query.empty()) return {};
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::string_view part : Split(query, '&')) {
    if (part.empty()) continue;
    size_t equals = std::min(part.find('='), part.size());
    std::string name(part.substr(0, equals));
    std::string value(equals < part.size() ? part.substr(equals + 1) : std::string_view());
    if (leave_out_signature && name == "X-Amz-Signature") continue;
    if (reencode) {
      if (auto decoded = PercentDecode(name)) name = PercentEncode(*decoded);
      if (auto decoded = PercentDecode(value)) value = PercentEncode(*decoded);
    }
    pairs.emplace_back(std::move(name), std::move(value));
  }
  std::ranges::sort(pairs);
  std::string text;
  for (const auto& [name, value] : pairs) {
    if (!text.empty()) text += '&';
    text += name + "=" + value;
  }
  return text;
}

std::string SigningKey(std::string_view secret, const Claim& claim) {
  struct Entry {
    std::string secret;
    std::string key;
  };
  thread_local std::unordered_map<std::string, Entry> cache;
  std::string id = claim.access_key_id + "/" + claim.Scope();
  if (auto it = cache.find(id); it != cache.end() && ConstantTimeEqual(it->second.secret, secret))
    return it->second.key;
  std::string key = HmacSha256("AWS4" + std::string(secret), claim.date);
  key = HmacSha256(key, claim.region);
  key = HmacSha256(key, claim.service);
  key = HmacSha256(key, "aws4_request");
  if (cache.size() >= kKeyCacheMax) cache.clear();
  cache[id] = {std::string(secret), key};
  return key;
}

Status CheckTime(const Claim& claim, Timestamp now, bool s3, ErrorFields& fields) {
  if (claim.presigned) {
    if (claim.time > now.Plus(kSkewMicrosMax)) return Fail(kPresignNotYetValid, "Request is not yet valid");
    Timestamp end = claim.time.Plus(claim.expires_seconds * kMicrosPerSecond);
    if (now <= end) return Ok();
    if (!s3) {
      return Fail(kPresignExpired,
                  "Signature expired: " + claim.timestamp + " is now earlier than " + FormatAmzDate(now));
    }
    fields.emplace_back("X-Amz-Expires", std::to_string(claim.expires_seconds));
    fields.emplace_back("Expires", FormatIso8601(end));
    fields.emplace_back("ServerTime", FormatIso8601(now));
    return Fail(kPresignExpired, "Request has expired");
  }
  if (claim.time >= now.Plus(-kSkewMicrosMax) && claim.time <= now.Plus(kSkewMicrosMax)) return Ok();
  if (s3) {
    fields.emplace_back("RequestTime", claim.timestamp);
    fields.emplace_back("ServerTime", FormatIso8601(now));
    fields.emplace_back("MaxAllowedSkewMilliseconds", std::to_string(kSkewMicrosMax / 1000));
    return Fail(kRequestSkewed, "The difference between the request time and the current time is too large.");
  }
  if (claim.time < now) {
    return Fail(kRequestSkewed, "Signature expired: " + claim.timestamp + " is now earlier than " +
                                    FormatAmzDate(now.Plus(-kSkewMicrosMax)) + " (" + FormatAmzDate(now) +
                                    " - 15 min.)");
  }
  return Fail(kRequestSkewed, "Signature not yet current: " + claim.timestamp + " is still later than " +
                                  FormatAmzDate(now.Plus(kSkewMicrosMax)) + " (" + FormatAmzDate(now) + " + 15 min.)");
}

Result<Verified> VerifySignature(const Claim& claim, const SignedHead& head, std::string_view payload_hash,
                                 std::string_view secret, bool s3, ErrorFields& fields) {
  TARN_CHECK(CheckSignedHeaders(claim, head, fields));
  Verified verified{.signing_key = SigningKey(secret, claim),
                    .signature = claim.signature,
                    .timestamp = claim.timestamp,
                    .scope = claim.Scope()};
  // Clients encode paths and queries in more than one way; either canonical form names the same resource.
  std::string canonical = CanonicalRequest(claim, head, payload_hash, s3, true);
  std::string to_sign = StringToSign(claim, canonical);
  if (ConstantTimeEqual(Hex(HmacSha256(verified.signing_key, to_sign)), claim.signature)) return verified;
  std::string as_sent = CanonicalRequest(claim, head, payload_hash, s3, false);
  if (as_sent != canonical &&
      ConstantTimeEqual(Hex(HmacSha256(verified.signing_key, StringToSign(claim, as_sent))), claim.signature)) {
    return verified;
  }
  fields.emplace_back("AWSAccessKeyId", claim.access_key_id);
  fields.emplace_back("StringToSign", to_sign);
  fields.emplace_back("SignatureProvided", claim.signature);
  fields.emplace_back("StringToSignBytes", SpacedHex(to_sign));
  fields.emplace_back("CanonicalRequest", canonical);
  fields.emplace_back("CanonicalRequestBytes", SpacedHex(canonical));
  return Fail(kSignatureMismatch, MismatchMessage(s3, canonical, to_sign));
}

}  // namespace tarn::api::protocol
