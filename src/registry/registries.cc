#include <fmt/core.h>

#include <utility>

#include "registry/records.h"

namespace tarn::registry {

Error RegistryNotFound(std::string_view name) {
  return Fail(kNoSuchEntity, fmt::format("Registry is not found. RegistryName: {}, RegistryArn: null", name));
}

Result<Registry> LoadRegistry(kv::Txn& txn, const Scope& scope, std::string_view name) {
  TARN_TRY(auto bytes, txn.Get(RegistryKey(scope, name)));
  if (!bytes) return RegistryNotFound(name);
  return Decode<Registry>(*bytes);
}

void EditTags(Tags& tags, const Tags& add, const std::vector<std::string>& remove) {
  for (const auto& [key, value] : add) tags.insert_or_assign(key, value);
  for (const std::string& key : remove) tags.erase(key);
}

Result<Registry> SchemaRegistry::CreateRegistry(const Scope& scope, std::string_view name,
                                                std::optional<std::string> description, const Tags& tags) {
  const Timestamp now = clock_.Now();
  const Registry made{.name = std::string(name),
                      .description = std::move(description),
                      .create_time = now,
                      .update_time = now,
                      .tags = tags};
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto taken, txn.Get(RegistryKey(scope, name)));
    if (taken) return Fail(kAlreadyExists, fmt::format("Registry already exists. RegistryName: {}", name));
    const kv::Key all = KindKey(scope, "r");
    TARN_TRY(auto present, txn.Scan(all.bytes(), all.End(), kRegistriesMax));
    if (present.size() >= kRegistriesMax) {
      return Fail(kLimitExceeded, "More registries cannot be created. The maximum limit has been reached.");
    }
    txn.Put(RegistryKey(scope, name), EncodeRecord(made));
    return Ok();
  }));
  return made;
}

Result<Registry> SchemaRegistry::GetRegistry(const Scope& scope, std::string_view name) const {
  Registry out;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(out, LoadRegistry(txn, scope, name));
    return Ok();
  }));
  return out;
}

Result<Page<Registry>> SchemaRegistry::ListRegistries(const Scope& scope, std::string_view after, size_t limit) const {
  Page<Registry> page;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    const kv::Key all = KindKey(scope, "r");
    const std::string begin = after.empty() ? all.bytes() : RegistryKey(scope, after) + '\0';
    TARN_TRY(auto pairs, txn.PeekScan(begin, all.End(), limit + 1));
    for (const kv::KeyValue& pair : pairs) {
      if (page.items.size() == limit) {
        page.next = page.items.back().name;
        break;
      }
      TARN_TRY(Registry registry, Decode<Registry>(pair.value));
      page.items.push_back(std::move(registry));
    }
    return Ok();
  }));
  return page;
}

Status SchemaRegistry::UpdateRegistry(const Scope& scope, std::string_view name, std::string description) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Registry registry, LoadRegistry(txn, scope, name));
    registry.description = description;
    registry.update_time = clock_.Now();
    txn.Put(RegistryKey(scope, name), EncodeRecord(registry));
    return Ok();
  });
}

Status SchemaRegistry::DeleteRegistry(const Scope& scope, std::string_view name) {
  return kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_CHECK(LoadRegistry(txn, scope, name));
    TARN_TRY(Usage usage, LoadUsage(txn, scope));
    const kv::Key all = std::move(KindKey(scope, "s").Text(name));
    TARN_TRY(auto pairs, txn.Scan(all.bytes(), all.End(), kSchemasMax));
    for (const kv::KeyValue& pair : pairs) {
      TARN_TRY(Schema schema, Decode<Schema>(pair.value));
      TARN_CHECK(EraseSchema(txn, scope, schema, usage));
    }
    txn.Delete(RegistryKey(scope, name));
    if (!pairs.empty()) txn.Put(UsageKey(scope), EncodeRecord(usage));
    return Ok();
  });
}

Result<Tags> SchemaRegistry::TagRegistry(const Scope& scope, std::string_view name, const Tags& add,
                                         const std::vector<std::string>& remove) {
  Tags tags;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(Registry registry, LoadRegistry(txn, scope, name));
    EditTags(registry.tags, add, remove);
    tags = registry.tags;
    if (!add.empty() || !remove.empty()) txn.Put(RegistryKey(scope, name), EncodeRecord(registry));
    return Ok();
  }));
  return tags;
}

}  // namespace tarn::registry
