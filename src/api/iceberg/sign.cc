// Remote signing: a request to S3 that reaches a table's location alone is signed for the client, with a session that
// reaches no further either.
#include "api/protocol/auth/sign.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/iceberg/delegation.h"
#include "api/iceberg/staged.h"
#include "api/protocol/auth/sigv4.h"
#include "base/hash.h"
#include "base/strings.h"

namespace tarn::api::iceberg_rest {
namespace {

constexpr std::string_view kContentSha256 = "x-amz-content-sha256";

// "http://host:1234/bucket/key?query" in its parts, all as sent.
struct Uri {
  std::string_view authority;
  std::string_view path;
  std::string_view query;
};

std::optional<Uri> UriOf(std::string_view text) {
  const size_t scheme = text.find("://");
  if (scheme == std::string_view::npos || (!text.starts_with("http://") && !text.starts_with("https://"))) {
    return std::nullopt;
  }
  text.remove_prefix(scheme + 3);
  text = text.substr(0, text.find('#'));
  Uri uri;
  const size_t query = text.find('?');
  if (query != std::string_view::npos) uri.query = text.substr(query + 1);
  text = text.substr(0, query);
  const size_t slash = text.find('/');
  uri.authority = text.substr(0, slash);
  uri.path = slash == std::string_view::npos ? "/" : text.substr(slash);
  if (uri.authority.empty() || uri.authority.find('@') != std::string_view::npos) return std::nullopt;
  return uri;
}

struct SignAsked {
  std::string region;
  std::string uri;
  Uri parts;  // of `uri`
  std::string method;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::optional<std::string> body;

  std::string Header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) return value;
    }
    return "";
  }
};

Status ReadHeaders(const json::Value& body, SignAsked& asked) {
  const json::Value* headers = body.Find("headers");
  if (headers == nullptr || !headers->is_object()) return Fail(kBadRequest, "headers must be given");
  for (const auto& [name, values] : *headers->AsObject()) {
    if (!values.is_array()) return Fail(kBadRequest, "a header's values must be a list");
    std::string joined;
    for (const json::Value& value : *values.AsArray()) {
      if (!value.is_string()) return Fail(kBadRequest, "a header's values must be texts");
      joined += (joined.empty() ? "" : ",") + *value.AsString();
    }
    asked.headers.emplace_back(AsciiLower(name), std::move(joined));
  }
  return Ok();
}

Status ReadSignAsked(const json::Value& body, SignAsked& asked) {
  constexpr std::string_view kMethods[] = {"PUT", "GET", "HEAD", "POST", "DELETE", "PATCH", "OPTIONS"};
  if (const auto provider = body.StringOr("provider", "s3"); !EqualsIgnoreCase(provider, "s3")) {
    return Fail(kBadRequest, fmt::format("Unsupported provider: {}", provider));
  }
  asked.region = body.StringOr("region", "");
  asked.uri = body.StringOr("uri", "");
  asked.method = AsciiUpper(body.StringOr("method", ""));
  if (asked.region.empty()) return Fail(kBadRequest, "region must be given");
  if (std::ranges::find(kMethods, asked.method) == std::end(kMethods)) return Fail(kBadRequest, "method must be given");
  const auto parts = UriOf(asked.uri);
  if (!parts) return Fail(kBadRequest, fmt::format("uri must be an absolute HTTP address: {}", asked.uri));
  asked.parts = *parts;
  if (const json::Value* text = body.Find("body"); text != nullptr && text->is_string()) asked.body = *text->AsString();
  return ReadHeaders(body, asked);
}

// The bucket and key that the request is about, by path ("/bucket/key") or host ("bucket.host").
std::optional<object::Location> TargetOf(const Uri& uri, const std::vector<object::Location>& places) {
  auto path = PercentDecode(uri.path);
  if (!path) return std::nullopt;
  for (const object::Location& place : places) {
    if (uri.authority.starts_with(place.bucket + ".")) return object::Location{place.bucket, path->substr(1)};
  }
  const size_t slash = path->find('/', 1);
  object::Location target{path->substr(1, slash == std::string::npos ? slash : slash - 1), ""};
  if (slash != std::string::npos) target.key = path->substr(slash + 1);
  return target;
}

bool IsCovered(const std::vector<object::Location>& places, const std::string& bucket, std::string_view key) {
  return std::ranges::any_of(
      places, [&](const object::Location& place) { return place.bucket == bucket && IsBelow(place, key); });
}

// The keys that a DeleteObjects body names.
std::vector<std::string> KeysIn(std::string_view body) {
  std::vector<std::string> keys;
  constexpr std::string_view kOpen = "<Key>";
  constexpr std::string_view kClose = "</Key>";
  for (size_t at = body.find(kOpen); at != std::string_view::npos; at = body.find(kOpen, at)) {
    at += kOpen.size();
    const size_t end = body.find(kClose, at);
    if (end == std::string_view::npos) break;
    std::string key(body.substr(at, end - at));
    constexpr std::pair<std::string_view, std::string_view> kEntities[] = {
        {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}, {"&amp;", "&"}};
    for (const auto& [entity, text] : kEntities) {
      for (size_t found = key.find(entity); found != std::string::npos; found = key.find(entity, found + 1)) {
        key.replace(found, entity.size(), text);
      }
    }
    keys.push_back(std::move(key));
  }
  return keys;
}

// Says at once what S3 would refuse: it asks the session's policy for every key again.
Status CheckTarget(const SignAsked& asked, const std::vector<object::Location>& places) {
  const Error outside =
      Fail(kForbidden, fmt::format("the request is not for the table's location: {} {}", asked.method, asked.uri));
  const auto target = TargetOf(asked.parts, places);
  if (!target) return outside;
  if (!target->key.empty()) return IsCovered(places, target->bucket, target->key) ? Ok() : Status(outside);
  const Pairs query = PairsOf(asked.parts.query);
  const bool deletes = asked.method == "POST" && asked.parts.query.find("delete") != std::string_view::npos;
  if (deletes) {
    if (!asked.body || asked.body->empty())
      return Fail(kBadRequest, "Sign request for delete objects should have a request body");
    const auto keys = KeysIn(*asked.body);
    const auto covered = [&](const std::string& key) { return IsCovered(places, target->bucket, key); };
    return !keys.empty() && std::ranges::all_of(keys, covered) ? Ok() : Status(outside);
  }
  const auto prefix = query.find("prefix");
  if (asked.method == "GET" && prefix != query.end()) {
    const bool is_place = std::ranges::any_of(places, [&](const object::Location& place) {
      return place.bucket == target->bucket && (place.key == prefix->second || IsBelow(place, prefix->second));
    });
    if (is_place) return Ok();
  }
  return outside;
}

bool IsSigned(std::string_view header) {
  return header.starts_with("x-amz-") && header != "x-amz-date" && header != "x-amz-security-token" &&
         header != kContentSha256;
}

Answer Sign(const Asked& asked, const SignAsked& request, const identity::TemporaryCredentials& session) {
  std::vector<protocol::Field> headers{{"host", std::string(request.parts.authority)}};
  for (const auto& [name, value] : request.headers) {
    if (IsSigned(name)) headers.push_back({name, value});
  }
  const size_t given = headers.size();
  headers.push_back({"x-amz-security-token", session.session_token});
  std::string payload = request.Header(kContentSha256);
  if (payload.empty() && request.body) payload = Hex(Sha256(*request.body));
  if (payload.empty()) payload = protocol::kUnsignedPayload;
  protocol::SignHeaders({.method = request.method,
                         .path = request.parts.path,
                         .query = request.parts.query,
                         .payload_hash = payload,
                         .access_key_id = session.access_key_id,
                         .secret_access_key = session.secret_access_key,
                         .region = request.region,
                         .service = "s3",
                         .now = asked.parts->clock->Now()},
                        headers);
  // What the client has already it need not be told.
  json::Object added;
  for (size_t i = given; i < headers.size(); ++i) added.emplace_back(headers[i].name, json::Array{headers[i].value});
  Answer answer{.body = json::Write(json::Object{{"uri", request.uri}, {"headers", std::move(added)}})};
  const bool reads = request.method == "GET" || request.method == "HEAD";
  answer.headers.Add("Cache-Control", reads ? "private" : "no-cache");
  return answer;
}

Result<Answer> SignRequest(const Asked& asked) {
  TARN_CHECK(asked.May("glue:GetTable", asked.name_space, asked.table));
  TARN_CHECK(MayOpenFiles(asked, asked.table));
  TARN_TRY(const json::Value body, asked.Json());
  SignAsked request;
  TARN_CHECK(ReadSignAsked(body, request));
  TARN_TRY(const auto places, PlacesMeant(asked));
  TARN_CHECK(CheckTarget(request, places));
  TARN_TRY(const auto session, CredentialsFor(asked, asked.table, places, MayWrite(asked, asked.table)));
  return Sign(asked, request, session);
}

}  // namespace

std::vector<Route> SignRoutes() {
  return {{.operation = "SignRequest",
           .method = "POST",
           .path = "/v1/{prefix}/namespaces/{namespace}/tables/{table}/sign",
           .run = &SignRequest,
           .reads = true}};
}

}  // namespace tarn::api::iceberg_rest
