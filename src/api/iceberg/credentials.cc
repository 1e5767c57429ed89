#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/iceberg/delegation.h"
#include "api/iceberg/warehouse.h"
#include "base/strings.h"
#include "policy/prefix_policy.h"

namespace tarn::api::iceberg_rest {
namespace {

constexpr std::string_view kVended = "vended-credentials";
constexpr std::string_view kSigning = "remote-signing";
constexpr int64_t kSessionSeconds = 3600;
constexpr int64_t kReuseSeconds = 600;
constexpr std::string_view kSessionName = "iceberg-table";

bool Asks(const Asked& asked, std::string_view mechanism) {
  for (const std::string_view each : Split(asked.headers->Get("x-iceberg-access-delegation"), ',')) {
    if (EqualsIgnoreCase(Trim(each), mechanism)) return true;
  }
  return false;
}

std::string PathOf(const Asked& asked, std::string_view table, std::string_view what) {
  std::string prefix = PrefixOf(asked.scope);
  if (!prefix.empty()) prefix += "/";
  return fmt::format("v1/{}namespaces/{}/tables/{}/{}", prefix, PercentEncode(asked.name_space), PercentEncode(table),
                     what);
}

// A caller with a session of his own keeps to it.
bool CanHandOn(const Asked& asked) { return asked.caller.session.empty() && !asked.caller.access_key_id.empty(); }

json::Object ConfigOf(const Asked& asked, std::string_view table, const identity::TemporaryCredentials& made) {
  json::Object config{{"s3.access-key-id", made.access_key_id},
                      {"s3.secret-access-key", made.secret_access_key},
                      {"s3.session-token", made.session_token},
                      {"s3.session-token-expires-at-ms", fmt::to_string(made.expires.millis())}};
  if (!table.empty()) config.emplace_back("client.refresh-credentials-endpoint", PathOf(asked, table, "credentials"));
  return config;
}

// One for all places, since clients refresh one alone.
json::Array StorageCredentials(const Asked& asked, std::string_view table, const std::vector<object::Location>& places,
                               const identity::TemporaryCredentials& made) {
  json::Object config = FileAccessOf(asked);
  for (auto& member : ConfigOf(asked, table, made)) config.push_back(std::move(member));
  return json::Array{json::Object{{"prefix", places.size() == 1 ? places[0].Url() : std::string("s3")},
                                  {"config", std::move(config)}}};
}

}  // namespace

bool IsBelow(const object::Location& place, std::string_view key) {
  return place.key.empty() ||
         (key.size() > place.key.size() && key.starts_with(place.key) && key[place.key.size()] == '/');
}

std::vector<object::Location> PlacesOf(const iceberg::TableMetadata& metadata) {
  std::vector<object::Location> places;
  for (std::string folder : {metadata.location, iceberg::DataFolder(metadata), iceberg::MetadataFolder(metadata)}) {
    while (folder.ends_with('/')) folder.pop_back();
    auto place = object::ParseLocation(folder);
    if (!place.ok()) continue;
    const bool is_known = std::ranges::any_of(places, [&](const object::Location& known) {
      return known.bucket == place->bucket && (known.key == place->key || IsBelow(known, place->key));
    });
    if (!is_known) places.push_back(std::move(*place));
  }
  return places;
}

Status MayOpenFiles(const Asked& asked, std::string_view table) {
  TARN_TRY(const auto access, asked.rights().OfTable(asked.name_space, table));
  const bool may = access.whole() || access.Has(govern::Permission::kCreateTable);
  return may ? Ok() : Status(enforce::Insufficient(govern::Permission::kSelect, table));
}

bool MayWrite(const Asked& asked, std::string_view table) {
  return asked.May("glue:UpdateTable", asked.name_space, table).ok();
}

Result<identity::TemporaryCredentials> CredentialsFor(const Asked& asked, const std::vector<object::Location>& places,
                                                      bool may_write) {
  if (!CanHandOn(asked)) return Fail(kForbidden, "temporary credentials hand no access on");
  std::vector<policy::BucketPrefix> prefixes;
  for (const object::Location& place : places) prefixes.push_back({place.bucket, place.key});
  const std::string policy = policy::PrefixPolicy(prefixes, may_write);
  const std::string key = asked.caller.access_key_id + " " + policy;
  return asked.parts->kept_sessions->Get(
      key, asked.parts->clock->Now().Plus((kSessionSeconds - kReuseSeconds) * kMicrosPerSecond), [&] {
        return asked.parts->sessions->Issue(
            asked.caller, {.name = std::string(kSessionName), .policy = policy, .seconds = kSessionSeconds});
      });
}

Status WriteAccess(json::Writer& out, const Asked& asked, std::string_view table,
                   const iceberg::TableMetadata& metadata) {
  json::Object config = FileAccessOf(asked);
  const auto places = PlacesOf(metadata);
  if (places.empty() || !CanHandOn(asked) || !MayOpenFiles(asked, table).ok()) {
    out.Key("config").Write(config);
    return Ok();
  }
  if (Asks(asked, kVended)) {
    TARN_TRY(const auto made, CredentialsFor(asked, places, MayWrite(asked, table)));
    for (auto& member : ConfigOf(asked, table, made)) config.push_back(std::move(member));
    out.Key("config").Write(config);
    out.Key("storage-credentials").Write(StorageCredentials(asked, table, places, made));
    return Ok();
  }
  if (Asks(asked, kSigning) && !table.empty()) {
    const std::string endpoint = PathOf(asked, table, "sign");
    config.emplace_back("s3.remote-signing-enabled", "true");
    config.emplace_back("signer.endpoint", endpoint);
    // PyIceberg's names for the same.
    config.emplace_back("s3.signer", "S3V4RestSigner");
    config.emplace_back("s3.signer.endpoint", endpoint);
    out.Key("config").Write(config);
    out.Key("remote-signing-config").BeginObject().EndObject();
    return Ok();
  }
  out.Key("config").Write(config);
  return Ok();
}

Status WriteStorageCredentials(json::Writer& out, const Asked& asked, std::string_view table,
                               const iceberg::TableMetadata& metadata) {
  const auto places = PlacesOf(metadata);
  if (places.empty() || !CanHandOn(asked) || !Asks(asked, kVended) || !MayOpenFiles(asked, table).ok()) return Ok();
  TARN_TRY(const auto made, CredentialsFor(asked, places, MayWrite(asked, table)));
  out.Key("storage-credentials").Write(StorageCredentials(asked, table, places, made));
  return Ok();
}

namespace {

Result<Answer> LoadCredentials(const Asked& asked) {
  TARN_CHECK(asked.May("glue:GetTable", asked.name_space, asked.table));
  TARN_CHECK(MayOpenFiles(asked, asked.table));
  TARN_TRY(const auto table, Worded(asked.parts->tables->Load(asked.scope, asked.name_space, asked.table),
                                    asked.name_space, asked.table));
  json::Array credentials;
  if (const auto places = PlacesOf(*table.metadata); !places.empty()) {
    TARN_TRY(const auto made, CredentialsFor(asked, places, MayWrite(asked, asked.table)));
    credentials = StorageCredentials(asked, asked.table, places, made);
  }
  Answer answer{.body = json::Write(json::Object{{"storage-credentials", std::move(credentials)}})};
  answer.headers.Add("Cache-Control", "private, no-store");
  return answer;
}

}  // namespace

std::vector<Route> CredentialRoutes() {
  return {
      {"LoadCredentials", "GET", "/v1/{prefix}/namespaces/{namespace}/tables/{table}/credentials", &LoadCredentials}};
}

}  // namespace tarn::api::iceberg_rest
