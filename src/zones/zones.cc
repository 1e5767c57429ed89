#include "zones/zones.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/strings.h"
#include "catalog/database_parameters.h"
#include "catalog/errors.h"
#include "kv/key.h"
#include "object/errors.h"
#include "object/files.h"
#include "zones/check.h"
#include "zones/records.h"

namespace tarn::zones {
namespace {

kv::Key Space() { return kv::Key("Z"); }
kv::Key ZonesOf(const Scope& scope) { return std::move(Space().Text(scope.account).Text(scope.region)); }
std::string KeyOf(const Scope& scope, std::string_view name) { return ZonesOf(scope).Text(name).Take(); }

Error NoSuchZone(std::string_view name) { return Fail(kNoSuchZone, fmt::format("There is no zone '{}'.", name)); }

Result<Zone> Decode(std::string_view bytes) {
  std::optional<Zone> zone = DecodeRecord<Zone>(bytes);
  if (!zone) return Fail(catalog::kDamaged, "damaged record of a zone");
  return *std::move(zone);
}

struct Scoped {
  Scope scope;
  Zone zone;
};

Result<std::vector<Scoped>> Scan(kv::Store& store, const kv::Key& prefix) {
  constexpr size_t kStep = 256;
  std::vector<Scoped> found;
  TARN_CHECK(kv::Read(store, [&](kv::Txn& txn) -> Status {
    found.clear();
    std::string begin = prefix.bytes();
    while (true) {
      TARN_TRY(const auto pairs, txn.PeekScan(begin, prefix.End(), kStep));
      for (const kv::KeyValue& pair : pairs) {
        kv::KeyReader key(std::string_view(pair.key).substr(Space().bytes().size()));
        const auto account = key.Text();
        const auto region = key.Text();
        if (!account || !region) return Fail(catalog::kDamaged, "a damaged key of a zone");
        TARN_TRY(Zone zone, Decode(pair.value));
        found.push_back({{*account, *region}, std::move(zone)});
        begin = pair.key + '\0';
      }
      if (pairs.size() < kStep) return Ok();
    }
  }));
  return found;
}

}  // namespace

Zones::Zones(kv::Store& store, catalog::Catalog& catalog, object::Store& objects, const Clock& clock,
             SetExpiryRule rules)
    : store_(store), catalog_(catalog), objects_(objects), clock_(clock), rules_(std::move(rules)) {}

Status Zones::CheckBucket(const Scope& scope, const Zone& zone) const {
  TARN_TRY(const object::Bucket bucket, objects_.GetBucket(zone.bucket));
  if (bucket.owner.account != scope.account) return Fail(object::kAccessDenied, "The bucket is another account's.");
  if (bucket.owner.region == scope.region) return Ok();
  return Fail(catalog::kInvalidInput, fmt::format("Bucket {} is in region {}, the zone in {}.", zone.bucket,
                                                  bucket.owner.region, scope.region));
}

Result<Zone> Zones::Declare(const Scope& scope, Zone zone) {
  TARN_CHECK(CheckZone(zone));
  TARN_CHECK(CheckBucket(scope, zone));
  std::lock_guard lock(changing_);
  TARN_TRY(const auto others, Scan(store_, ZonesOf(scope)));
  zone.created = zone.updated = clock_.Now();
  zone.leaving = false;
  zone.effects.clear();
  for (const auto& [unused, other] : others) {
    if (other.name == zone.name) {
      zone.created = other.created;
      zone.effects = other.effects;
    } else {
      TARN_CHECK(CheckApart(zone, other));
    }
  }
  const ZoneEffect effect{zone.bucket, zone.database};
  std::erase(zone.effects, effect);
  zone.effects.push_back(effect);
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    txn.Put(KeyOf(scope, zone.name), EncodeRecord(zone));
    return Ok();
  }));
  if (!zone.database.empty()) {
    catalog::Database database;
    database.name = zone.database;
    database.location = zone.Location();
    const Status made = catalog_.CreateDatabase(scope, std::move(database));
    if (!made.ok() && !made.Is(catalog::kAlreadyExists)) return made.error();
  }
  return SetUp(scope, std::move(zone));
}

// Takes down what the zone has no more, then sets up what it has.
Result<Zone> Zones::SetUp(const Scope& scope, Zone zone) {
  const bool left = zone.effects.size() > 1;
  for (size_t i = 0; i + 1 < zone.effects.size(); ++i) TARN_CHECK(TakeDown(scope, zone, zone.effects[i], false));
  std::optional<ExpiryRule> rule;
  if (zone.retention_days && zone.format != "iceberg") rule = ExpiryRule{zone.prefix, *zone.retention_days};
  TARN_CHECK(rules_(zone.bucket, std::string(kRulePrefix) + zone.name, rule));
  if (!zone.database.empty()) TARN_CHECK(SetDatabase(scope, zone));
  if (!left) return zone;
  zone.effects.erase(zone.effects.begin(), zone.effects.end() - 1);
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    txn.Put(KeyOf(scope, zone.name), EncodeRecord(zone));
    return Ok();
  }));
  return zone;
}

Status Zones::SetDatabase(const Scope& scope, const Zone& zone) {
  return catalog::EditDatabaseParameters(store_, scope, zone.database, [&](catalog::Parameters& parameters) {
    const auto set = [&](std::string_view key, const std::string& value) {
      if (value.empty()) {
        parameters.erase(std::string(key));
      } else {
        parameters[std::string(key)] = value;
      }
    };
    set(kZoneParameter, zone.name);
    set(catalog::kDefaultFormatParameter, zone.format);
    set(kClassificationParameter, zone.classification);
  });
}

// Of an effect that is not the zone's present one (or of every one: `all`).
Status Zones::TakeDown(const Scope& scope, const Zone& zone, const ZoneEffect& effect, bool all) {
  if (all || effect.bucket != zone.bucket) {
    const Status removed = rules_(effect.bucket, std::string(kRulePrefix) + zone.name, std::nullopt);
    if (!removed.ok() && !removed.Is(object::kNoSuchBucket)) return removed;
  }
  if (effect.database.empty() || (!all && effect.database == zone.database)) return Ok();
  const Status cleared =
      catalog::EditDatabaseParameters(store_, scope, effect.database, [&](catalog::Parameters& parameters) {
        const auto found = parameters.find(std::string(kZoneParameter));
        if (found == parameters.end() || found->second != zone.name) return;
        for (const std::string_view key :
             {kZoneParameter, catalog::kDefaultFormatParameter, kClassificationParameter}) {
          parameters.erase(std::string(key));
        }
      });
  return cleared.Is(catalog::kNoSuchDatabase) ? Ok() : cleared;
}

Result<Zone> Zones::Get(const Scope& scope, std::string_view name) const {
  Zone zone;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto bytes, txn.Get(KeyOf(scope, name)));
    if (!bytes) return NoSuchZone(name);
    TARN_TRY(zone, Decode(*bytes));
    return zone.leaving ? Status(NoSuchZone(name)) : Ok();
  }));
  return zone;
}

Result<std::vector<Zone>> Zones::List(const Scope& scope) const {
  TARN_TRY(auto found, Scan(store_, ZonesOf(scope)));
  std::vector<Zone> zones;
  for (auto& [unused, zone] : found) {
    if (!zone.leaving) zones.push_back(std::move(zone));
  }
  return zones;
}

Status Zones::Delete(const Scope& scope, std::string_view name) {
  std::lock_guard lock(changing_);
  TARN_TRY(Zone zone, Get(scope, name));
  zone.leaving = true;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    txn.Put(KeyOf(scope, name), EncodeRecord(zone));
    return Ok();
  }));
  for (const ZoneEffect& effect : zone.effects) TARN_CHECK(TakeDown(scope, zone, effect, true));
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    txn.Delete(KeyOf(scope, name));
    return Ok();
  });
}

Status Zones::ApplyAll() {
  std::lock_guard lock(changing_);
  TARN_TRY(const auto all, Scan(store_, Space()));
  for (const auto& [scope, zone] : all) {
    Status done = Ok();
    if (zone.leaving) {
      for (const ZoneEffect& effect : zone.effects) {
        if (done.ok()) done = TakeDown(scope, zone, effect, true);
      }
      if (done.ok()) {
        const std::string key = KeyOf(scope, zone.name);
        done = kv::Transact(store_, [&](kv::Txn& txn) -> Status {
          txn.Delete(key);
          return Ok();
        });
      }
    } else if (const auto set = SetUp(scope, zone); !set.ok()) {
      done = set.error();
    }
    if (!done.ok())
      log::Warn("zones", fmt::format("zone {} of {}: {}", zone.name, scope.account, done.error().message));
  }
  return Ok();
}

Result<std::optional<uint32_t>> Zones::RetentionDaysOf(const Scope& scope, const catalog::Table& table) const {
  TARN_TRY(const auto zones, List(scope));
  for (const Zone& zone : zones) {
    if (!zone.database.empty() && EqualsIgnoreCase(zone.database, table.database)) return zone.retention_days;
  }
  const auto place = object::ParseLocation(table.location());
  if (!place.ok()) return std::optional<uint32_t>();
  for (const Zone& zone : zones) {
    if (zone.bucket == place->bucket && (place->key + "/").starts_with(zone.prefix)) return zone.retention_days;
  }
  return std::optional<uint32_t>();
}

}  // namespace tarn::zones
