// Governor: registered locations.
#include <fmt/core.h>

#include <algorithm>

#include "base/random.h"
#include "base/strings.h"
#include "govern/answer/uri.h"
#include "govern/errors.h"
#include "govern/governor.h"
#include "govern/keys.h"
#include "govern/records.h"
#include "kv/pages.h"

namespace tarn::govern {
namespace {

constexpr std::string_view kArnStart = "arn:aws:s3:::";

// "arn:aws:s3:::bucket/prefix/" → "s3://bucket/prefix"; nothing for what is no S3 location.
std::optional<std::string> PrefixOf(std::string_view arn) {
  if (!arn.starts_with(kArnStart)) return std::nullopt;
  std::string_view path = arn.substr(kArnStart.size());
  if (path.ends_with('*')) path.remove_suffix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.empty() || path.front() == '/') return std::nullopt;
  return fmt::format("s3://{}", path);
}

// Lake Formation leaves a location to IAM when all who registered it say so.
bool IsHybrid(const std::vector<std::pair<Scope, DataLocation>>& registered) {
  return std::ranges::all_of(registered, [](const auto& each) { return each.second.hybrid.value_or(false); });
}

Error NotRegistered() { return Fail(kNotFound, "Entity not found"); }

Result<DataLocation> Load(kv::Txn& txn, const Scope& scope, std::string_view arn) {
  TARN_TRY(const auto record, txn.Get(NamedKey(scope, kLocationKind, arn)));
  if (!record) return NotRegistered();
  auto location = DecodeRecord<DataLocation>(*record);
  if (!location) return Fail(kDamaged, "a registered location is damaged");
  return std::move(*location);
}

// Where all accounts' registrations are found by their place.
std::string IndexKey(const Scope& scope, std::string_view arn) {
  return kv::Key("ll").Text(scope.account).Text(scope.region).Text(arn).Take();
}

void Put(kv::Txn& txn, const Scope& scope, const DataLocation& location) {
  const std::string record = EncodeRecord(location);
  txn.Put(NamedKey(scope, kLocationKind, location.arn), record);
  txn.Put(IndexKey(scope, location.arn), record);
  txn.Put(LocationsVersionKey(), RandomBytes(16));
}

}  // namespace

Status Governor::Register(const Scope& scope, DataLocation location) {
  if (!PrefixOf(location.arn)) {
    return Fail(kInvalidInput,
                fmt::format("Invalid resource ARN, {}: it must name a location in Amazon S3.", location.arn));
  }
  return Change(scope, [&](kv::Txn& txn) -> Status {
    const auto present = Load(txn, scope, location.arn);
    if (present.ok()) return Fail(kAlreadyExists, "Resource is already registered");
    if (!present.Is(kNotFound)) return present.error();
    location.modified = clock_.Now();
    Put(txn, scope, location);
    return Ok();
  });
}

Status Governor::UpdateLocation(const Scope& scope, const DataLocation& changes) {
  return Change(scope, [&](kv::Txn& txn) -> Status {
    TARN_TRY(DataLocation location, Load(txn, scope, changes.arn));
    location.role_arn = changes.role_arn;
    if (changes.with_federation) location.with_federation = changes.with_federation;
    if (changes.hybrid) location.hybrid = changes.hybrid;
    if (changes.expected_owner) location.expected_owner = changes.expected_owner;
    location.modified = clock_.Now();
    Put(txn, scope, location);
    return Ok();
  });
}

Status Governor::Deregister(const Scope& scope, std::string_view arn) {
  return Change(scope, [&](kv::Txn& txn) -> Status {
    TARN_CHECK(Load(txn, scope, arn));
    txn.Delete(NamedKey(scope, kLocationKind, arn));
    txn.Delete(IndexKey(scope, arn));
    txn.Put(LocationsVersionKey(), RandomBytes(16));
    return Ok();
  });
}

Result<DataLocation> Governor::GetLocation(const Scope& scope, std::string_view arn) {
  const auto txn = store_.Begin();
  return Load(*txn, scope, arn);
}

Result<std::vector<DataLocation>> Governor::ListLocations(const Scope& scope) {
  TARN_TRY(const auto snapshot, SnapshotOf(scope));
  std::vector<DataLocation> locations;
  for (const auto& [arn, location] : snapshot->locations) locations.push_back(location);
  return locations;
}

Result<std::shared_ptr<const Governor::Locations>> Governor::PresentLocations() {
  const std::optional<uint64_t> as_of = store_.HotCommits();
  if (!as_of) return FindLocations();
  constexpr int kOnly = 0;
  if (const auto* const recent = recent_locations_.Find(kOnly, *as_of)) return *recent;
  TARN_TRY(auto found, FindLocations());
  return recent_locations_.Keep(kOnly, *as_of, CountedApart(std::move(found)));
}

Result<std::shared_ptr<const Governor::Locations>> Governor::FindLocations() {
  TARN_TRY(auto version, store_.Get(LocationsVersionKey()));
  if (!version) return std::shared_ptr<const Locations>();
  {
    const std::shared_lock lock(mutex_);
    if (locations_ && locations_->version == *version) return locations_;
  }
  const auto txn = store_.Begin();
  TARN_TRY(version, txn->PeekGet(LocationsVersionKey()));
  auto fresh = std::make_shared<Locations>();
  fresh->version = version.value_or("");
  const kv::Key all("ll");
  for (kv::Pages pages(all, 4096); !pages.done();) {
    TARN_TRY(const auto pairs, pages.Next(*txn));
    for (const kv::KeyValue& pair : pairs) {
      kv::KeyReader key(pair.key);
      key.Text();
      Scope scope{.account = key.Text().value_or(""), .region = key.Text().value_or("")};
      auto location = DecodeRecord<DataLocation>(pair.value);
      if (!location) return Fail(kDamaged, "a registered location is damaged");
      if (const auto prefix = PrefixOf(location->arn)) {
        fresh->by_prefix[*prefix].emplace_back(std::move(scope), std::move(*location));
      }
    }
  }
  const std::unique_lock lock(mutex_);
  locations_ = fresh;
  return std::shared_ptr<const Locations>(std::move(fresh));
}

const std::pair<const std::string, Governor::Registered>* Governor::Locations::Around(std::string_view uri) const {
  std::string place(uri);
  while (place.ends_with('/')) place.pop_back();
  constexpr size_t kScheme = std::string_view("s3://").size();
  while (!by_prefix.empty() && place.size() > kScheme) {
    if (const auto found = by_prefix.find(place); found != by_prefix.end()) return &*found;
    const size_t slash = place.rfind('/');
    if (slash == std::string::npos || slash < kScheme) break;
    place.resize(slash);
  }
  return nullptr;
}

bool Governor::Locations::Hold(std::string_view uri) const {
  const auto* const found = Around(uri);
  return found != nullptr && !IsHybrid(found->second);
}

Result<bool> Governor::HoldsLocation(kv::Txn& txn, const identity::Caller& caller, const Registered& registered,
                                     std::string_view place) {
  for (const auto& [scope, location] : registered) {
    TARN_TRY(const Who who, Known(caller, scope));
    if (who.acts_for_account && who.account == scope.account) return true;
    TARN_TRY(const auto snapshot, Present(txn, scope));
    if (!snapshot) continue;
    for (const Grant* grant : snapshot->elsewhere) {
      if (grant->resource.kind != Kind::kLocation || !who.Is(grant->principal) ||
          (grant->permissions & Bit(Permission::kDataLocation)) == 0) {
        continue;
      }
      const std::string granted = PrefixOf(grant->resource.location).value_or("");
      if (!granted.empty() && (place == granted || place.starts_with(granted + "/"))) return true;
    }
  }
  return false;
}

Result<bool> Governor::Administers(kv::Txn& txn, const identity::Caller& caller, const Registered& registered) {
  for (const auto& [scope, location] : registered) {
    if (caller.account != scope.account) continue;
    TARN_TRY(const Who who, Known(caller, scope));
    TARN_TRY(const auto snapshot, Present(txn, scope));
    if (snapshot && snapshot->IsAdmin(who)) return true;
  }
  return false;
}

Result<std::optional<Access::Location>> Governor::OfLocation(const identity::Caller& caller, std::string_view uri) {
  TARN_TRY(const auto locations, PresentLocations());
  if (!locations || locations->by_prefix.empty()) return std::optional<Location>();
  const std::string plain = PlainUri(uri);
  const auto* const found = locations->Around(plain);
  if (found == nullptr) return std::optional<Location>();
  const auto txn = store_.Begin();
  Location out{.uri = found->first + "/", .account = {}, .hybrid = IsHybrid(found->second), .data_access = false};
  for (const auto& [scope, location] : found->second) {
    if (out.account.empty() || !location.hybrid.value_or(false)) out.account = scope.account;
  }
  TARN_TRY(out.data_access, HoldsLocation(*txn, caller, found->second, plain));
  return std::optional<Location>(std::move(out));
}

}  // namespace tarn::govern
