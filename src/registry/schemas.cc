#include <fmt/core.h>

#include <utility>

#include "base/hash.h"
#include "base/random.h"
#include "registry/records.h"

namespace tarn::registry {

Error SchemaNotFound(const SchemaName& name) {
  return Fail(kNoSuchEntity, fmt::format("Schema is not found. RegistryName: {}, SchemaName: {}, SchemaArn: null",
                                         name.registry, name.schema));
}

Result<Schema> LoadSchema(kv::Txn& txn, const Scope& scope, const SchemaName& name) {
  TARN_TRY(auto bytes, txn.Get(SchemaKey(scope, name)));
  if (!bytes) return SchemaNotFound(name);
  return Decode<Schema>(*bytes);
}

Result<Usage> LoadUsage(kv::Txn& txn, const Scope& scope) {
  TARN_TRY(auto bytes, txn.Get(UsageKey(scope)));
  if (!bytes) return Usage{};
  return Decode<Usage>(*bytes);
}

Status EraseSchema(kv::Txn& txn, const Scope& scope, const Schema& schema, Usage& usage) {
  constexpr size_t kStep = 32;  // definitions are up to 170 kB each
  for (int64_t newest = schema.next; newest > 0;) {
    TARN_TRY(auto versions, LoadVersions(txn, scope, schema, 1, newest, kStep));
    for (const Version& version : versions) {
      TARN_CHECK(EraseVersion(txn, scope, schema, version));
      newest = version.number;
    }
    usage.versions -= static_cast<int64_t>(versions.size());
    --newest;
    if (versions.size() < kStep) break;
  }
  txn.Delete(SchemaKey(scope, schema.name));
  --usage.schemas;
  return Ok();
}

Result<Created> SchemaRegistry::CreateSchema(const Scope& scope, const NewSchema& given) {
  std::string digest;
  if (!given.definition.empty()) {
    TARN_TRY(digest, DigestOf(given.format, given.definition));
  }
  Created out;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    const Timestamp now = clock_.Now();
    TARN_TRY(auto registry, txn.Get(RegistryKey(scope, given.name.registry)));
    if (!registry) {
      if (given.name.registry != kDefaultRegistry) return RegistryNotFound(given.name.registry);
      const Registry made{.name = given.name.registry, .create_time = now, .update_time = now};
      txn.Put(RegistryKey(scope, made.name), EncodeRecord(made));
    }
    TARN_TRY(auto taken, txn.Get(SchemaKey(scope, given.name)));
    if (taken) {
      return Fail(kAlreadyExists, fmt::format("Schema already exists. SchemaName: {}, RegistryName: {}",
                                              given.name.schema, given.name.registry));
    }
    TARN_TRY(Usage usage, LoadUsage(txn, scope));
    if (++usage.schemas > kSchemasMax) {
      return Fail(kLimitExceeded, "More schemas cannot be created. The maximum limit has been reached.");
    }
    out.schema = Schema{.name = given.name,
                        .description = given.description,
                        .format = given.format,
                        .compatibility = given.compatibility,
                        .uid = Hex(RandomBytes(8)),
                        .create_time = now,
                        .update_time = now,
                        .tags = given.tags};
    out.version.reset();
    if (!given.definition.empty()) {
      TARN_TRY(out.version, AddVersion(txn, scope, out.schema, given.definition, digest, usage, now));
    }
    txn.Put(SchemaKey(scope, given.name), EncodeRecord(out.schema));
    txn.Put(UsageKey(scope), EncodeRecord(usage));
    return Ok();
  }));
  return out;
}

Result<Schema> SchemaRegistry::GetSchema(const Scope& scope, const SchemaName& name) const {
  Schema out;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(out, LoadSchema(txn, scope, name));
    return Ok();
  }));
  return out;
}

Result<Page<Schema>> SchemaRegistry::ListSchemas(const Scope& scope, std::string_view registry, std::string_view after,
                                                 size_t limit) const {
  Page<Schema> page;
  kv::Key all = KindKey(scope, "s");
  const size_t prefix = all.bytes().size();
  if (!registry.empty()) all.Text(registry);
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    if (!registry.empty()) TARN_CHECK(LoadRegistry(txn, scope, registry));
    std::string begin = all.bytes();
    if (!after.empty()) begin = std::max(begin, KindKey(scope, "s").bytes() + std::string(after) + '\0');
    TARN_TRY(auto pairs, txn.PeekScan(begin, all.End(), limit + 1));
    for (size_t i = 0; i < pairs.size() && i < limit; ++i) {
      TARN_TRY(Schema schema, Decode<Schema>(pairs[i].value));
      page.items.push_back(std::move(schema));
    }
    if (pairs.size() > limit) page.next = pairs[limit - 1].key.substr(prefix);
    return Ok();
  }));
  return page;
}

Result<Schema> SchemaRegistry::UpdateSchema(const Scope& scope, const SchemaName& name,
                                            std::optional<Compatibility> compatibility,
                                            std::optional<int64_t> checkpoint, bool checkpoint_is_latest,
                                            std::optional<std::string> description) {
  Schema out;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(out, LoadSchema(txn, scope, name));
    const bool changes = compatibility && *compatibility != out.compatibility;
    if (checkpoint) {
      TARN_TRY(Version version, LoadVersion(txn, scope, {.schema = name, .number = checkpoint}));
      out.checkpoint = version.number;
    } else if ((checkpoint_is_latest || changes) && out.latest > 0) {
      out.checkpoint = out.latest;
    }
    if (compatibility) out.compatibility = *compatibility;
    if (description) out.description = description;
    out.update_time = clock_.Now();
    txn.Put(SchemaKey(scope, name), EncodeRecord(out));
    return Ok();
  }));
  return out;
}

Status SchemaRegistry::DeleteSchema(const Scope& scope, const SchemaName& name) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Schema schema, LoadSchema(txn, scope, name));
    TARN_TRY(Usage usage, LoadUsage(txn, scope));
    TARN_CHECK(EraseSchema(txn, scope, schema, usage));
    txn.Put(UsageKey(scope), EncodeRecord(usage));
    return Ok();
  });
}

Result<Tags> SchemaRegistry::TagSchema(const Scope& scope, const SchemaName& name, const Tags& add,
                                       const std::vector<std::string>& remove) {
  Tags tags;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Schema schema, LoadSchema(txn, scope, name));
    EditTags(schema.tags, add, remove);
    tags = schema.tags;
    if (!add.empty() || !remove.empty()) txn.Put(SchemaKey(scope, name), EncodeRecord(schema));
    return Ok();
  }));
  return tags;
}

}  // namespace tarn::registry
