#include <fmt/core.h>

#include <algorithm>

#include "registry/records.h"

namespace tarn::registry {

Result<Version> SchemaRegistry::EditVersion(const Scope& scope, const VersionName& name,
                                            const std::function<Status(Version&)>& edit) {
  Version out;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(out, LoadVersion(txn, scope, name));
    TARN_TRY(const Schema schema, LoadSchema(txn, scope, out.schema));
    TARN_CHECK(edit(out));
    txn.Put(VersionKey(scope, schema.uid, out.number), EncodeRecord(out));
    return Ok();
  }));
  return out;
}

Result<Version> SchemaRegistry::PutMetadata(const Scope& scope, const VersionName& name, const std::string& key,
                                            const std::string& value) {
  return EditVersion(scope, name, [&](Version& version) -> Status {
    for (const Metadata& pair : version.metadata) {
      if (pair.key != key || pair.value != value) continue;
      return Fail(kAlreadyExists,
                  fmt::format("Resource already exist for schema version id: {}, metadata key: {}, metadata value: {}",
                              version.id, key, value));
    }
    if (version.metadata.size() >= kMetadataMax) {
      return Fail(kLimitExceeded, "Your resource limits for Schema Version Metadata have been exceeded.");
    }
    version.metadata.push_back({key, value, clock_.Now()});
    return Ok();
  });
}

Result<Version> SchemaRegistry::RemoveMetadata(const Scope& scope, const VersionName& name, const std::string& key,
                                               const std::string& value) {
  return EditVersion(scope, name, [&](Version& version) -> Status {
    const size_t removed =
        std::erase_if(version.metadata, [&](const Metadata& pair) { return pair.key == key && pair.value == value; });
    if (removed > 0) return Ok();
    return Fail(kNoSuchEntity,
                fmt::format("Resource is not found for schema version id: {}, metadata key: {}, metadata value: {}",
                            version.id, key, value));
  });
}

}  // namespace tarn::registry
