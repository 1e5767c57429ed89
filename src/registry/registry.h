// Registries of schemas: named schemas of an account and region, whose versions are kept compatible with each other.
//
// Invariants: version numbers of a schema rise from 1 and are never used again; the latest version is the newest
// available one; a definition that is already a version of its schema is that version; a version that breaks the
// compatibility is kept as failed. Every call is one transaction, durable when it returns. Names are case-sensitive.
// Limits: kRegistriesMax registries, kSchemasMax schemas and kVersionsMax versions an account and region.
// Errors: registry.* of errors.h. Threads: any; calls block.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "kv/kv.h"
#include "registry/definition.h"

namespace tarn::registry {

inline constexpr std::string_view kDefaultRegistry = "default-registry";
inline constexpr size_t kRegistriesMax = 10;
inline constexpr int64_t kSchemasMax = 1000;
inline constexpr int64_t kVersionsMax = 10'000;
inline constexpr size_t kMetadataMax = 10;  // pairs of a version

using Tags = std::map<std::string, std::string>;

// Frozen: stored.
enum class Compatibility : uint8_t {
  kNone = 1,
  kDisabled = 2,
  kBackward = 3,
  kBackwardAll = 4,
  kForward = 5,
  kForwardAll = 6,
  kFull = 7,
  kFullAll = 8,
};
enum class VersionStatus : uint8_t { kAvailable = 1, kFailure = 2 };

struct Registry {
  std::string name;
  std::optional<std::string> description;
  Timestamp create_time;
  Timestamp update_time;
  Tags tags;
};

struct SchemaName {
  std::string registry;
  std::string schema;
};

struct Schema {
  SchemaName name;
  std::optional<std::string> description;
  DataFormat format = DataFormat::kAvro;
  Compatibility compatibility = Compatibility::kBackward;
  int64_t checkpoint = 1;  // the oldest version that the …_ALL modes look at
  int64_t latest = 0;      // 0: none is available
  int64_t next = 1;
  std::string uid;  // its versions lie under it; a schema made again has another
  Timestamp create_time;
  Timestamp update_time;
  Tags tags;
};

struct Metadata {
  std::string key;
  std::string value;
  Timestamp create_time;
};

struct Version {
  std::string id;  // a UUID
  SchemaName schema;
  DataFormat format = DataFormat::kAvro;
  int64_t number = 0;
  VersionStatus status = VersionStatus::kAvailable;
  std::string definition;  // as it was given
  Timestamp create_time;
  std::vector<Metadata> metadata;  // oldest first
};

// A version by its id, or by its schema and number; no number is the latest.
struct VersionName {
  std::string id;
  SchemaName schema;
  std::optional<int64_t> number;
};

struct NewSchema {
  SchemaName name;
  std::optional<std::string> description;
  DataFormat format = DataFormat::kAvro;
  Compatibility compatibility = Compatibility::kNone;
  std::string definition;  // of the first version; may be empty: none yet
  Tags tags;
};

struct Created {
  Schema schema;
  std::optional<Version> version;
};

template <typename T>
struct Page {
  std::vector<T> items;
  std::string next;  // where to go on; empty at the end
};

class SchemaRegistry {
 public:
  // Both outlive this.
  SchemaRegistry(kv::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  Result<Registry> CreateRegistry(const Scope& scope, std::string_view name, std::optional<std::string> description,
                                  const Tags& tags);
  Result<Registry> GetRegistry(const Scope& scope, std::string_view name) const;
  Result<Page<Registry>> ListRegistries(const Scope& scope, std::string_view after, size_t limit) const;
  Status UpdateRegistry(const Scope& scope, std::string_view name, std::string description);
  // With all its schemas.
  Status DeleteRegistry(const Scope& scope, std::string_view name);
  Result<Tags> TagRegistry(const Scope& scope, std::string_view name, const Tags& add,
                           const std::vector<std::string>& remove);

  // Makes the default registry when that is named and absent.
  Result<Created> CreateSchema(const Scope& scope, const NewSchema& given);
  Result<Schema> GetSchema(const Scope& scope, const SchemaName& name) const;
  // Of all registries when `registry` is empty.
  Result<Page<Schema>> ListSchemas(const Scope& scope, std::string_view registry, std::string_view after,
                                   size_t limit) const;
  // A new compatibility without a checkpoint makes the latest version the checkpoint.
  Result<Schema> UpdateSchema(const Scope& scope, const SchemaName& name, std::optional<Compatibility> compatibility,
                              std::optional<int64_t> checkpoint, bool checkpoint_is_latest,
                              std::optional<std::string> description);
  Status DeleteSchema(const Scope& scope, const SchemaName& name);
  Result<Tags> TagSchema(const Scope& scope, const SchemaName& name, const Tags& add,
                         const std::vector<std::string>& remove);

  Result<Version> Register(const Scope& scope, const SchemaName& name, const std::string& definition);
  Result<Version> GetVersion(const Scope& scope, const VersionName& name) const;
  Result<Version> FindDefinition(const Scope& scope, const SchemaName& name, const std::string& definition) const;
  // Newest first.
  Result<Page<Version>> ListVersions(const Scope& scope, const SchemaName& name, std::string_view after,
                                     size_t limit) const;
  struct Refusal {
    int64_t number;
    Error error;
  };
  // Refused as a whole when the checkpoint or version 1 is among `numbers`; those that are not there are told of.
  Result<std::vector<Refusal>> DeleteVersions(const Scope& scope, const SchemaName& name,
                                              const std::vector<int64_t>& numbers);

  Result<Version> PutMetadata(const Scope& scope, const VersionName& name, const std::string& key,
                              const std::string& value);
  Result<Version> RemoveMetadata(const Scope& scope, const VersionName& name, const std::string& key,
                                 const std::string& value);

 private:
  Result<Version> EditVersion(const Scope& scope, const VersionName& name, const std::function<Status(Version&)>& edit);

  kv::Store& store_;
  const Clock& clock_;
};

}  // namespace tarn::registry
