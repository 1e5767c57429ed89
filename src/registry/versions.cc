#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "base/random.h"
#include "registry/records.h"

namespace tarn::registry {
namespace {

constexpr size_t kStep = 32;  // definitions are up to 170 kB each

std::string_view NameOf(DataFormat format) {
  if (format == DataFormat::kAvro) return "AVRO";
  return format == DataFormat::kJson ? "JSON" : "PROTOBUF";
}

Error VersionNotFound(const VersionName& name) {
  if (!name.id.empty()) {
    return Fail(kNoSuchEntity, fmt::format("Schema version is not found. SchemaVersionId: {}", name.id));
  }
  return Fail(kNoSuchEntity,
              fmt::format("Schema version is not found. RegistryName: {}, SchemaName: {}, SchemaArn: null, "
                          "VersionNumber: {}, isLatestVersion: {}",
                          name.schema.registry, name.schema.schema, name.number ? std::to_string(*name.number) : "null",
                          name.number ? "false" : "true"));
}

// The newest available version at or below `from`, or 0.
Result<int64_t> NewestAvailable(kv::Txn& txn, const Scope& scope, const Schema& schema, int64_t from) {
  while (from > 0) {
    TARN_TRY(auto versions, LoadVersions(txn, scope, schema, 1, from, kStep));
    for (const Version& version : versions) {
      if (version.status == VersionStatus::kAvailable) return version.number;
    }
    if (versions.size() < kStep) break;
    from = versions.back().number - 1;
  }
  return int64_t{0};
}

// Whether a new definition keeps what the mode promises towards one older version.
Result<bool> Keeps(const Schema& schema, const std::string& added, const std::string& older) {
  const Compatibility mode = schema.compatibility;
  const bool full = mode == Compatibility::kFull || mode == Compatibility::kFullAll;
  if (full || mode == Compatibility::kBackward || mode == Compatibility::kBackwardAll) {
    TARN_TRY(auto why, WhyUnreadable(schema.format, added, older));
    if (why) return false;
  }
  if (full || mode == Compatibility::kForward || mode == Compatibility::kForwardAll) {
    TARN_TRY(auto why, WhyUnreadable(schema.format, older, added));
    if (why) return false;
  }
  return true;
}

Result<bool> IsCompatible(kv::Txn& txn, const Scope& scope, const Schema& schema, const std::string& added) {
  const Compatibility mode = schema.compatibility;
  if (mode == Compatibility::kNone || mode == Compatibility::kDisabled || schema.latest == 0) return true;
  const bool all =
      mode == Compatibility::kBackwardAll || mode == Compatibility::kForwardAll || mode == Compatibility::kFullAll;
  const int64_t oldest = all ? std::min(schema.checkpoint, schema.latest) : schema.latest;
  for (int64_t newest = schema.latest; newest >= oldest;) {
    TARN_TRY(auto versions, LoadVersions(txn, scope, schema, oldest, newest, kStep));
    for (const Version& version : versions) {
      if (version.status != VersionStatus::kAvailable) continue;
      TARN_TRY(const bool keeps, Keeps(schema, added, version.definition));
      if (!keeps) return false;
    }
    if (versions.size() < kStep) break;
    newest = versions.back().number - 1;
  }
  return true;
}

Result<std::optional<Version>> FindByDigest(kv::Txn& txn, const Scope& scope, const Schema& schema,
                                            const std::string& digest) {
  TARN_TRY(auto bytes, txn.Get(DefinitionKey(scope, schema.uid, digest)));
  if (!bytes) return std::optional<Version>();
  TARN_TRY(const Place place, Decode<Place>(*bytes));
  TARN_TRY(Version version, LoadVersion(txn, scope, {.schema = schema.name, .number = place.number}));
  return std::optional<Version>(std::move(version));
}

}  // namespace

Result<std::string> DigestOf(DataFormat format, const std::string& definition) {
  auto canonical = Canonical(format, definition);
  if (!canonical.ok()) {
    return Fail(kInvalidInput, fmt::format("Schema definition of {} data format is invalid: {}", NameOf(format),
                                           canonical.error().message));
  }
  return Sha256(*canonical);
}

Result<std::vector<Version>> LoadVersions(kv::Txn& txn, const Scope& scope, const Schema& schema, int64_t from,
                                          int64_t to, size_t limit) {
  std::vector<Version> out;
  TARN_TRY(auto pairs, txn.Scan(VersionKey(scope, schema.uid, to), VersionKey(scope, schema.uid, from) + '\0', limit));
  for (const kv::KeyValue& pair : pairs) {
    TARN_TRY(Version version, Decode<Version>(pair.value));
    out.push_back(std::move(version));
  }
  return out;
}

Result<Version> LoadVersion(kv::Txn& txn, const Scope& scope, const VersionName& name) {
  Place place{name.schema, name.number.value_or(0)};
  if (!name.id.empty()) {
    TARN_TRY(auto bytes, txn.Get(IdKey(scope, name.id)));
    if (!bytes) return VersionNotFound(name);
    TARN_TRY(place, Decode<Place>(*bytes));
  }
  TARN_TRY(const Schema schema, LoadSchema(txn, scope, place.schema));
  if (name.id.empty() && !name.number) place.number = schema.latest;
  TARN_TRY(auto bytes, txn.Get(VersionKey(scope, schema.uid, place.number)));
  if (!bytes) return VersionNotFound(name);
  return Decode<Version>(*bytes);
}

Result<Version> AddVersion(kv::Txn& txn, const Scope& scope, Schema& schema, const std::string& definition,
                           const std::string& digest, Usage& usage, Timestamp now) {
  if (++usage.versions > kVersionsMax) {
    return Fail(kLimitExceeded, "More schema versions cannot be created. The maximum limit has been reached.");
  }
  TARN_TRY(const bool compatible, IsCompatible(txn, scope, schema, definition));
  Version version{.id = RandomUuid(),
                  .schema = schema.name,
                  .format = schema.format,
                  .number = schema.next++,
                  .status = compatible ? VersionStatus::kAvailable : VersionStatus::kFailure,
                  .definition = definition,
                  .create_time = now};
  if (compatible) schema.latest = version.number;
  const Place place{schema.name, version.number};
  txn.Put(VersionKey(scope, schema.uid, version.number), EncodeRecord(version));
  txn.Put(IdKey(scope, version.id), EncodeRecord(place));
  txn.Put(DefinitionKey(scope, schema.uid, digest), EncodeRecord(place));
  return version;
}

Status EraseVersion(kv::Txn& txn, const Scope& scope, const Schema& schema, const Version& version) {
  TARN_TRY(const std::string digest, DigestOf(schema.format, version.definition));
  const std::string key = DefinitionKey(scope, schema.uid, digest);
  TARN_TRY(auto bytes, txn.Get(key));
  if (bytes) {
    TARN_TRY(const Place place, Decode<Place>(*bytes));
    if (place.number == version.number) txn.Delete(key);
  }
  txn.Delete(VersionKey(scope, schema.uid, version.number));
  txn.Delete(IdKey(scope, version.id));
  return Ok();
}

Result<Version> SchemaRegistry::Register(const Scope& scope, const SchemaName& name, const std::string& definition) {
  Version out;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Schema schema, LoadSchema(txn, scope, name));
    if (schema.compatibility == Compatibility::kDisabled && schema.next > 1) {
      return Fail(kInvalidInput, fmt::format("Compatibility DISABLED does not allow versioning. SchemaId: "
                                             "SchemaId(schemaArn=null, schemaName={}, registryName={})",
                                             name.schema, name.registry));
    }
    TARN_TRY(const std::string digest, DigestOf(schema.format, definition));
    TARN_TRY(auto present, FindByDigest(txn, scope, schema, digest));
    if (present) {
      out = std::move(*present);
      if (out.status == VersionStatus::kAvailable) return Ok();
      // It failed before; what it failed against may be gone since.
      TARN_TRY(const bool compatible, IsCompatible(txn, scope, schema, definition));
      if (!compatible) return Ok();
    }
    TARN_TRY(Usage usage, LoadUsage(txn, scope));
    TARN_TRY(out, AddVersion(txn, scope, schema, definition, digest, usage, clock_.Now()));
    schema.update_time = out.create_time;
    txn.Put(SchemaKey(scope, name), EncodeRecord(schema));
    txn.Put(UsageKey(scope), EncodeRecord(usage));
    return Ok();
  }));
  return out;
}

Result<Version> SchemaRegistry::GetVersion(const Scope& scope, const VersionName& name) const {
  Version out;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(out, LoadVersion(txn, scope, name));
    return Ok();
  }));
  return out;
}

Result<Version> SchemaRegistry::FindDefinition(const Scope& scope, const SchemaName& name,
                                               const std::string& definition) const {
  Version out;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const Schema schema, LoadSchema(txn, scope, name));
    TARN_TRY(const std::string digest, DigestOf(schema.format, definition));
    TARN_TRY(auto found, FindByDigest(txn, scope, schema, digest));
    if (!found) return SchemaNotFound(name);
    out = std::move(*found);
    return Ok();
  }));
  return out;
}

Result<Page<Version>> SchemaRegistry::ListVersions(const Scope& scope, const SchemaName& name, std::string_view after,
                                                   size_t limit) const {
  Page<Version> page;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const Schema schema, LoadSchema(txn, scope, name));
    int64_t newest = schema.next;
    if (!after.empty()) {
      const std::string text(after);
      if (text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos) {
        return Fail(kInvalidInput, "The next token is not valid.");
      }
      newest = std::stoll(text) - 1;
    }
    if (newest < 1) return Ok();
    TARN_TRY(page.items, LoadVersions(txn, scope, schema, 1, newest, limit + 1));
    if (page.items.size() > limit) {
      page.items.pop_back();
      page.next = std::to_string(page.items.back().number);
    }
    return Ok();
  }));
  return page;
}

Result<std::vector<SchemaRegistry::Refusal>> SchemaRegistry::DeleteVersions(const Scope& scope, const SchemaName& name,
                                                                            const std::vector<int64_t>& numbers) {
  std::vector<Refusal> refused;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    refused.clear();
    TARN_TRY(Schema schema, LoadSchema(txn, scope, name));
    TARN_TRY(Usage usage, LoadUsage(txn, scope));
    if (std::ranges::find(numbers, 1) != numbers.end()) {
      return Fail(kInvalidInput, "The first schema version can only be deleted with its schema.");
    }
    if (std::ranges::find(numbers, schema.checkpoint) != numbers.end()) {
      return Fail(kInUse,
                  fmt::format("Version {} is the schema's checkpoint and cannot be deleted.", schema.checkpoint));
    }
    for (const int64_t number : numbers) {
      const VersionName wanted{.schema = name, .number = number};
      auto version = LoadVersion(txn, scope, wanted);
      if (version.Is(kNoSuchEntity)) {
        refused.push_back({number, version.error()});
        continue;
      }
      if (!version.ok()) return version.error();
      TARN_CHECK(EraseVersion(txn, scope, schema, *version));
      --usage.versions;
    }
    TARN_TRY(schema.latest, NewestAvailable(txn, scope, schema, schema.next));
    schema.update_time = clock_.Now();
    txn.Put(SchemaKey(scope, name), EncodeRecord(schema));
    txn.Put(UsageKey(scope), EncodeRecord(usage));
    return Ok();
  }));
  return refused;
}

}  // namespace tarn::registry
