#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "api/iceberg/delegation.h"
#include "api/iceberg/staged.h"
#include "api/iceberg/warehouse.h"
#include "base/strings.h"
#include "catalog/places.h"
#include "policy/prefix_policy.h"

namespace tarn::api::iceberg_rest {
namespace {

constexpr std::string_view kVended = "vended-credentials";
constexpr std::string_view kSigning = "remote-signing";
constexpr std::string_view kRefreshEndpoint = "client.refresh-credentials-endpoint";
constexpr int64_t kSessionSeconds = 3600;
constexpr int64_t kReuseSeconds = 600;
constexpr std::string_view kSessionName = "iceberg-table";

bool Asks(const Asked& asked, std::string_view mechanism) {
  for (const std::string_view each : Split(asked.headers->Get("x-iceberg-access-delegation"), ',')) {
    if (EqualsIgnoreCase(Trim(each), mechanism)) return true;
  }
  return false;
}

// Where a client asks for more; `query` is of a staged table (staged.h).
std::string PathOf(const Asked& asked, std::string_view table, std::string_view what, std::string_view query = {}) {
  return fmt::format("{}/{}{}", TablePath(asked, table), what, query);
}

// A caller with a session of his own keeps to it.
bool CanHandOn(const Asked& asked) { return asked.caller.session.empty() && !asked.caller.access_key_id.empty(); }

// `refresh`: where new ones are asked for, none for empty.
json::Object ConfigOf(const std::string& refresh, const identity::TemporaryCredentials& made) {
  json::Object config{{"s3.access-key-id", made.access_key_id},
                      {"s3.secret-access-key", made.secret_access_key},
                      {"s3.session-token", made.session_token},
                      {"s3.session-token-expires-at-ms", fmt::to_string(made.expires.millis())}};
  if (!refresh.empty()) config.emplace_back(kRefreshEndpoint, refresh);
  return config;
}

void AddSigner(json::Object& config, std::string endpoint) {
  config.emplace_back("s3.remote-signing-enabled", "true");
  config.emplace_back("signer.endpoint", endpoint);
  // PyIceberg's names for the same.
  config.emplace_back("s3.signer", "S3V4RestSigner");
  config.emplace_back("s3.signer.endpoint", std::move(endpoint));
}

// One for all places, since clients refresh one alone.
json::Array StorageCredentials(const Asked& asked, const std::string& refresh,
                               const std::vector<object::Location>& places,
                               const identity::TemporaryCredentials& made) {
  json::Object config = FileAccessOf(asked);
  for (auto& member : ConfigOf(refresh, made)) config.push_back(std::move(member));
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

namespace {

bool IsThere(const Asked& asked, std::string_view table) {
  return asked.parts->catalog->GetTable(asked.scope, asked.name_space, table).ok();
}

}  // namespace

bool MayWrite(const Asked& asked, std::string_view table) {
  if (IsOthers(asked)) return false;
  return asked.May(IsThere(asked, table) ? "glue:UpdateTable" : "glue:CreateTable", asked.name_space, table).ok();
}

namespace {

// In whose name Lake Formation opens the table's files for the caller; none: it does not.
Result<std::optional<identity::Caller>> OpenerOf(const Asked& asked, std::string_view table,
                                                 const std::vector<object::Location>& places, bool may_write) {
  const std::optional<identity::Caller> none;
  const Parts& parts = *asked.parts;
  if (!parts.opener || !asked.rights().governed()) return none;
  TARN_TRY(const auto access, asked.rights().OfTable(asked.name_space, table));
  if (!access.governed || !access.whole()) return none;
  const bool may_change = access.Has(govern::Permission::kInsert) && access.Has(govern::Permission::kDelete);
  if (may_write && !may_change) return none;
  const auto record = parts.catalog->GetTable(asked.scope, asked.name_space, table);
  if (!record.ok()) return none;  // it is only being made
  // The table's own folder, as the catalog has it: its metadata can name any other.
  const std::string home = catalog::FolderOf(record->location());
  const bool is_own = !home.empty() && std::ranges::all_of(places, [&](const object::Location& place) {
    return catalog::FolderOf(place.Url()).starts_with(home);
  });
  if (!is_own) return none;
  TARN_TRY(const auto location, parts.access->OfLocation(asked.caller, home));
  if (!location) return none;
  TARN_TRY(const bool lets_in, parts.engines(asked.caller, asked.scope));
  if (!lets_in) return none;
  const identity::Check check{.action = "lakeformation:GetDataAccess", .resource = "*", .owner = {}, .context = {}};
  Status may = parts.authorizer->Authorize(asked.caller, std::span(&check, 1));
  if (may.Is(identity::kAccessDenied)) return none;
  TARN_CHECK(std::move(may));
  TARN_TRY(identity::Caller opener, parts.opener(location->account));
  return std::optional(std::move(opener));
}

}  // namespace

Result<identity::TemporaryCredentials> CredentialsFor(const Asked& asked, std::string_view table,
                                                      const std::vector<object::Location>& places, bool may_write) {
  TARN_TRY(auto opener, OpenerOf(asked, table, places, may_write));
  if (!opener && !CanHandOn(asked)) return Fail(kForbidden, "temporary credentials hand no access on");
  std::vector<policy::BucketPrefix> prefixes;
  prefixes.reserve(places.size());
  for (const object::Location& place : places) prefixes.push_back({place.bucket, place.key});
  const std::string policy = policy::PrefixPolicy(prefixes, {.writes = may_write, .deletes = may_write});
  const std::string key = asked.caller.access_key_id + (opener ? " opened " : " ") + policy;
  const Timestamp until = asked.parts->clock->Now().Plus((kSessionSeconds - kReuseSeconds) * kMicrosPerSecond);
  return asked.parts->kept_sessions->Get(key, until, [&]() -> Result<identity::TemporaryCredentials> {
    if (!opener) {
      return asked.parts->sessions->Issue(
          asked.caller, {.name = std::string(kSessionName), .policy = policy, .seconds = kSessionSeconds});
    }
    identity::SessionGrant grant;
    opener->session = "AWSLF-00-GL-" + asked.caller.account;
    grant.principal = std::move(*opener);
    grant.policies.push_back(policy);
    grant.source_identity = asked.caller.user_id;
    grant.seconds = kSessionSeconds;
    return asked.parts->sessions->Issue(grant);
  });
}

Status WriteAccess(json::Writer& out, const Asked& asked, std::string_view table,
                   const iceberg::TableMetadata& metadata) {
  json::Object config = FileAccessOf(asked);
  const auto places = PlacesOf(metadata);
  if (places.empty() || !MayOpenFiles(asked, table).ok()) {
    out.Key("config").Write(config);
    return Ok();
  }
  // A table that is made later: its places go with the addresses that the client is told.
  const auto staged = [&] {
    return table.empty() || IsThere(asked, table) ? std::string() : StagedQuery(asked, table, places);
  };
  if (Asks(asked, kVended)) {
    const auto made = CredentialsFor(asked, table, places, MayWrite(asked, table));
    if (!made.ok() && !made.Is(kForbidden)) return made.error();
    const std::string refresh = table.empty() ? "" : PathOf(asked, table, "credentials", staged());
    if (made.ok()) {
      for (auto& member : ConfigOf(refresh, *made)) config.push_back(std::move(member));
    }
    out.Key("config").Write(config);
    if (made.ok()) out.Key("storage-credentials").Write(StorageCredentials(asked, refresh, places, *made));
    return Ok();
  }
  if (Asks(asked, kSigning) && !table.empty() && CanHandOn(asked)) {
    AddSigner(config, PathOf(asked, table, "sign", staged()));
    out.Key("config").Write(config);
    out.Key("remote-signing-config").BeginObject().EndObject();
    return Ok();
  }
  out.Key("config").Write(config);
  return Ok();
}

json::Object RefusedAccessOf(const Asked& asked, std::string_view table) {
  json::Object config = FileAccessOf(asked);
  if (Asks(asked, kVended)) {
    config.emplace_back(kRefreshEndpoint, PathOf(asked, table, "credentials"));
  } else if (Asks(asked, kSigning)) {
    AddSigner(config, PathOf(asked, table, "sign"));
  }
  return config;
}

Status WriteStorageCredentials(json::Writer& out, const Asked& asked, std::string_view table,
                               const iceberg::TableMetadata& metadata) {
  const auto places = PlacesOf(metadata);
  if (places.empty() || !Asks(asked, kVended) || !MayOpenFiles(asked, table).ok()) return Ok();
  const auto made = CredentialsFor(asked, table, places, MayWrite(asked, table));
  if (made.Is(kForbidden)) return Ok();
  if (!made.ok()) return made.error();
  const std::string refresh = table.empty() ? "" : PathOf(asked, table, "credentials");
  out.Key("storage-credentials").Write(StorageCredentials(asked, refresh, places, *made));
  return Ok();
}

namespace {

Result<Answer> LoadCredentials(const Asked& asked) {
  TARN_CHECK(asked.May("glue:GetTable", asked.name_space, asked.table));
  TARN_CHECK(MayOpenFiles(asked, asked.table));
  TARN_TRY(const auto places, PlacesMeant(asked));
  json::Array credentials;
  if (!places.empty()) {
    TARN_TRY(const auto made, CredentialsFor(asked, asked.table, places, MayWrite(asked, asked.table)));
    const auto staged = asked.query.find(kStagedKey);
    const std::string query = staged == asked.query.end() ? "" : fmt::format("?{}={}", kStagedKey, staged->second);
    credentials = StorageCredentials(asked, PathOf(asked, asked.table, "credentials", query), places, made);
  }
  Answer answer{.body = json::Write(json::Object{{"storage-credentials", std::move(credentials)}})};
  answer.headers.Add("Cache-Control", "private, no-store");
  return answer;
}

}  // namespace

std::vector<Route> CredentialRoutes() {
  return {{.operation = "LoadCredentials",
           .method = "GET",
           .path = "/v1/{prefix}/namespaces/{namespace}/tables/{table}/credentials",
           .run = &LoadCredentials,
           .reads = true}};
}

}  // namespace tarn::api::iceberg_rest
