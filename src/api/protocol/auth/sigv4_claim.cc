// Reads who a request claims to be signed by, from its Authorization header or its query.
#include <algorithm>

#include "api/protocol/auth/sigv4.h"
#include "api/protocol/errors.h"
#include "base/strings.h"

namespace tarn::api::protocol {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
// What S3 tells those whose scope names another region than the endpoint's; here every region is right.
constexpr std::string_view kHomeRegion = "us-east-1";
constexpr std::string_view kUseV4 =
    "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.";

const std::string* FindHeader(const SignedHead& head, std::string_view name) {
  for (const Field& field : *head.headers) {
    if (EqualsIgnoreCase(field.name, name)) return &field.value;
  }
  return nullptr;
}

std::optional<std::string> FindQuery(std::string_view query, std::string_view name) {
  for (std::string_view part : Split(query, '&')) {
    size_t equals = std::min(part.find('='), part.size());
    if (part.substr(0, equals) != name) continue;
    return PercentDecode(equals < part.size() ? part.substr(equals + 1) : std::string_view());
  }
  return std::nullopt;
}

// "AKIA…/20261121/us-east-1/s3/aws4_request"; an access key id may itself hold slashes.
bool ReadCredential(std::string_view credential, Claim& claim) {
  auto parts = Split(credential, '/');
  if (parts.size() < 5 || parts.back() != "aws4_request") return false;
  size_t n = parts.size();
  claim.service = parts[n - 2];
  claim.region = parts[n - 3];
  claim.date = parts[n - 4];
  claim.access_key_id = credential.substr(0, static_cast<size_t>(parts[n - 4].data() - credential.data()) - 1);
  return !claim.access_key_id.empty() && claim.date.size() == 8 && ParseU64(claim.date) && !claim.region.empty() &&
         !claim.service.empty();
}

bool ReadSignedHeaders(std::string_view list, Claim& claim) {
  for (std::string_view name : Split(list, ';')) {
    if (name.empty()) return false;
    claim.signed_headers.push_back(AsciiLower(name));
  }
  return !claim.signed_headers.empty();
}

// What S3 says is wrong with a credential that ReadCredential refuses.
std::string CredentialFault(std::string_view credential) {
  const auto parts = Split(credential, '/');
  const size_t n = parts.size();
  if (n < 5 || (n > 5 && parts.back() != "aws4_request")) {
    return "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".";
  }
  const auto quoted = [](std::string_view text) { return "\"" + std::string(text) + "\""; };
  if (parts.back() != "aws4_request") {
    return "incorrect terminal " + quoted(parts.back()) + ". This endpoint uses \"aws4_request\".";
  }
  if (parts[n - 2] != "s3") {
    return "incorrect service " + quoted(parts[n - 2]) + ". This endpoint belongs to \"s3\".";
  }
  if (parts[n - 4].size() != 8 || !ParseU64(parts[n - 4])) {
    return "incorrect date format " + quoted(parts[n - 4]) +
           ". This date in the credential must be in the format \"yyyyMMdd\".";
  }
  return "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".";
}

// A scope without a region, whole but for that.
bool LacksRegion(std::string_view credential) {
  const auto parts = Split(credential, '/');
  const size_t n = parts.size();
  return n >= 5 && parts.back() == "aws4_request" && parts[n - 2] == "s3" && parts[n - 3].empty() &&
         parts[n - 4].size() == 8 && ParseU64(parts[n - 4]);
}

struct Components {
  std::string_view credential;
  std::string_view signed_headers;
  std::string_view signature;
};

// S3's words for a header that lacks something.
Status CheckComponents(std::string_view list, const Components& found) {
  const auto malformed = [](std::string why) {
    return Fail(kMalformedAuthorization, "The authorization header is malformed; " + std::move(why));
  };
  const auto parts = Split(list, ',');
  if (parts.size() != 3) {
    return malformed("the authorization header requires three components: Credential, SignedHeaders, and Signature.");
  }
  for (const std::string_view part : parts) {
    if (part.find('=') == part.npos) {
      return malformed("the authorization component \"" + std::string(Trim(part)) + "\" is malformed.");
    }
  }
  if (found.credential.empty()) return malformed("missing Credential.");
  if (found.signed_headers.empty()) return malformed("missing SignedHeaders.");
  if (found.signature.empty()) return malformed("missing Signature.");
  return Ok();
}

// The other services' words.
Status CheckParameters(const Components& found) {
  std::string missing;
  if (found.credential.empty()) missing += "Authorization header requires 'Credential' parameter. ";
  if (found.signature.empty()) missing += "Authorization header requires 'Signature' parameter. ";
  if (found.signed_headers.empty()) missing += "Authorization header requires 'SignedHeaders' parameter. ";
  if (missing.empty()) return Ok();
  return Fail(kMalformedAuthorization, missing + "Authorization=" + std::string(kAlgorithm));
}

// When the request says it was signed.
std::optional<Timestamp> ReadDate(const SignedHead& head) {
  if (const std::string* date = FindHeader(head, "x-amz-date")) return ParseAmzDate(*date);
  const std::string* date = FindHeader(head, "date");
  if (date == nullptr) return std::nullopt;
  // Botocore writes a Date's zone as e-mail does.
  std::string text = *date;
  for (const std::string_view zone : {"-0000", "+0000"}) {
    if (text.ends_with(zone)) text.replace(text.size() - zone.size(), zone.size(), "GMT");
  }
  const auto time = ParseHttpDate(text);
  return time ? time : ParseAmzDate(text);
}

// Parameters in any order, separated by commas with or without spaces.
Result<std::optional<Claim>> ReadHeaderClaim(const SignedHead& head, std::string_view text, bool s3,
                                             ErrorFields& fields) {
  Claim claim;
  Components found;
  const std::string_view list = text.substr(kAlgorithm.size());
  for (std::string_view part : Split(list, ',')) {
    part = Trim(part);
    size_t equals = std::min(part.find('='), part.size());
    std::string_view value = equals < part.size() ? part.substr(equals + 1) : std::string_view();
    if (part.starts_with("Credential=")) found.credential = value;
    if (part.starts_with("SignedHeaders=")) found.signed_headers = value;
    if (part.starts_with("Signature=")) found.signature = value;
  }
  TARN_CHECK(s3 ? CheckComponents(list, found) : CheckParameters(found));
  if (s3 && LacksRegion(found.credential)) {
    fields.emplace_back("Region", kHomeRegion);
    return Fail(kMalformedAuthorization, "The authorization header is malformed; the region '' is wrong; expecting '" +
                                             std::string(kHomeRegion) + "'");
  }
  if (!ReadCredential(found.credential, claim)) {
    return Fail(kMalformedAuthorization, "The authorization header is malformed; " + CredentialFault(found.credential));
  }
  if (!ReadSignedHeaders(found.signed_headers, claim)) {
    return Fail(kMalformedAuthorization, "The authorization header is malformed; SignedHeaders is malformed.");
  }
  claim.signature = found.signature;
  const auto time = ReadDate(head);
  if (!time) {
    return Fail(kMissingDate, "AWS authentication requires a valid Date or x-amz-date header");
  }
  claim.time = *time;
  claim.timestamp = FormatAmzDate(*time);
  if (const std::string* token = FindHeader(head, "x-amz-security-token")) claim.token = *token;
  if (const std::string* token = FindHeader(head, "x-amz-s3session-token"); s3 && token != nullptr) {
    claim.token = *token;
    claim.s3_session = true;
  }
  return std::optional<Claim>(std::move(claim));
}

Result<std::optional<Claim>> ReadPresignedClaim(const SignedHead& head, std::string_view algorithm, bool s3) {
  if (algorithm != kAlgorithm) {
    return Fail(kMalformedPresign, "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"");
  }
  Claim claim;
  claim.presigned = true;
  auto credential = FindQuery(head.query, "X-Amz-Credential");
  auto date = FindQuery(head.query, "X-Amz-Date");
  auto expires = FindQuery(head.query, "X-Amz-Expires");
  auto signed_headers = FindQuery(head.query, "X-Amz-SignedHeaders");
  auto signature = FindQuery(head.query, "X-Amz-Signature");
  if (!credential || !date || !signed_headers || !signature || (s3 && !expires)) {
    return Fail(
        kMalformedPresign,
        "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
        "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
  }
  if (!ReadCredential(*credential, claim)) {
    return Fail(kMalformedPresign, "Error parsing the X-Amz-Credential parameter; " + CredentialFault(*credential));
  }
  auto time = ParseAmzDate(*date);
  if (!time) return Fail(kMalformedPresign, "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  claim.time = *time;
  claim.timestamp = *date;
  // Services other than S3 sign URLs without an expiry; theirs is the skew.
  if (!expires && claim.service != "s3") expires = std::to_string(kSkewMicrosMax / kMicrosPerSecond);
  auto seconds = expires ? ParseI64(*expires) : std::nullopt;
  if (!seconds) return Fail(kMalformedPresign, "X-Amz-Expires should be a number");
  if (*seconds < 0) return Fail(kMalformedPresign, "X-Amz-Expires must be non-negative");
  if (*seconds > kPresignSecondsMax) {
    return Fail(kMalformedPresign,
                "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires "
                "must be less than 604800 seconds");
  }
  claim.expires_seconds = *seconds;
  if (!ReadSignedHeaders(*signed_headers, claim)) return Fail(kMalformedPresign, "X-Amz-SignedHeaders is malformed");
  claim.signature = *signature;
  claim.token = FindQuery(head.query, "X-Amz-Security-Token").value_or("");
  if (auto token = FindQuery(head.query, "X-Amz-S3session-Token"); s3 && token) {
    claim.token = *std::move(token);
    claim.s3_session = true;
  }
  claim.payload_hash = FindQuery(head.query, "X-Amz-Content-Sha256").value_or("");
  return std::optional<Claim>(std::move(claim));
}

Error Unsupported(ErrorFields& fields, std::string_view value, std::string message) {
  fields.emplace_back("ArgumentName", "Authorization");
  fields.emplace_back("ArgumentValue", value);
  return Fail(kUnsupportedAuthorization, std::move(message));
}

Result<std::optional<Claim>> ReadAnyClaim(const SignedHead& head, bool s3, ErrorFields& fields) {
  if (const std::string* header = FindHeader(head, "authorization")) {
    std::string_view text = Trim(*header);
    std::string_view scheme = text.substr(0, text.find(' '));
    if (s3 && scheme.size() == text.size()) {
      return Unsupported(fields, text, "Authorization header is invalid -- one and only one ' ' (space) required.");
    }
    if (scheme == kAlgorithm) return ReadHeaderClaim(head, text, s3, fields);
    if (scheme == "AWS" || scheme.starts_with("AWS4-") || scheme.starts_with("AWS3")) {
      return Fail(kUnsupportedSignature, std::string(kUseV4));
    }
    return Unsupported(fields, scheme, "Unsupported Authorization Type");
  }
  if (auto algorithm = FindQuery(head.query, "X-Amz-Algorithm")) return ReadPresignedClaim(head, *algorithm, s3);
  if (FindQuery(head.query, "X-Amz-Signature") || FindQuery(head.query, "X-Amz-Credential")) {
    return ReadPresignedClaim(head, kAlgorithm, s3);
  }
  if (FindQuery(head.query, "AWSAccessKeyId") && FindQuery(head.query, "Signature")) {
    return Fail(kUnsupportedSignature, std::string(kUseV4));
  }
  return std::optional<Claim>();
}

}  // namespace

Result<std::optional<Claim>> ReadClaim(const SignedHead& head, bool s3, ErrorFields& fields) {
  TARN_TRY(auto claim, ReadAnyClaim(head, s3, fields));
  if (!claim) return claim;
  if (claim->timestamp.starts_with(claim->date)) return claim;
  const std::string day = claim->timestamp.substr(0, 8);
  const std::string invalid =
      "Invalid credential date \"" + claim->date + "\". This date is not the same as X-Amz-Date: \"" + day + "\".";
  if (claim->presigned) return Fail(kMalformedPresign, invalid);
  if (s3) return Fail(kScopeDate, "The authorization header is malformed; " + invalid);
  return Fail(kScopeDate,
              "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" +
                  claim->date + "' != '" + day + "', from '" + claim->timestamp + "'.");
}

std::string ClaimedService(const SignedHead& head) {
  Claim claim;
  if (const std::string* header = FindHeader(head, "authorization")) {
    size_t begin = header->find("Credential=");
    if (begin == std::string::npos) return {};
    std::string_view credential = std::string_view(*header).substr(begin + 11);
    credential = Trim(credential.substr(0, credential.find(',')));
    return ReadCredential(credential, claim) ? claim.service : std::string();
  }
  auto credential = FindQuery(head.query, "X-Amz-Credential");
  return credential && ReadCredential(*credential, claim) ? claim.service : std::string();
}

}  // namespace tarn::api::protocol
