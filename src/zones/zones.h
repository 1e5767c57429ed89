// Zones: the declared parts of a lake (raw, processed, curated …), each a bucket or a prefix of one with rules of its
// own. A module by itself, since a zone joins what no other module may join: the catalog's databases, buckets'
// lifecycle rules and the upkeep of Iceberg tables.
//
// A zone sets up two things, and takes them down again when it changes or goes:
// - a lifecycle rule of its bucket named "tarn-zone-<zone>", which expires plain objects (and, in a versioned bucket,
//   noncurrent versions) after the retention; it never touches files of Iceberg tables (spared.h). A zone of format
//   iceberg has none: there snapshots expire instead (jobs/maintain asks RetentionDaysOf).
// - parameters of its database (made when it is not there): "tarn.zone", ".format", ".classification".
// Invariants: zones of an account and region do not overlap; a database is of one zone at most; what a zone may have
// set up is in its record before it is set up, so that a crash leaves nothing that Apply does not mend. Users' own
// rules and parameters are kept. Errors: kNoSuchZone, kZoneConflict, catalog::kInvalidInput; object's, kv's. Blocking.
// Threads: any. Defined by docs/zones.md; the records by docs/format/catalog.md.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "kv/kv.h"
#include "object/store/store.h"

namespace tarn::zones {

inline constexpr Reason kNoSuchZone{"zones.NoSuchZone", Code::kNotFound};
inline constexpr Reason kZoneConflict{"zones.Conflict", Code::kAlreadyExists};

inline constexpr std::string_view kRulePrefix = "tarn-zone-";
inline constexpr std::string_view kZoneParameter = "tarn.zone";
inline constexpr std::string_view kClassificationParameter = "tarn.zone.classification";

// What a zone has, or may have, set up.
struct ZoneEffect {
  std::string bucket;
  std::string database;  // empty: none
  bool operator==(const ZoneEffect&) const = default;
};

struct Zone {
  std::string name;    // [a-z0-9][a-z0-9_-]*, at most 63
  std::string bucket;  // the account's own, of the zone's region
  std::string prefix;  // empty: the whole bucket; else ends with "/"
  std::string format;  // of tables made there without one; empty: none said
  std::optional<uint32_t> retention_days;
  std::string classification;
  std::string database;  // in lower case; empty: none
  Timestamp created;
  Timestamp updated;
  std::vector<ZoneEffect> effects;  // the present one last
  bool leaving = false;             // being taken down

  std::string Location() const { return "s3://" + bucket + "/" + prefix; }
};

// The lifecycle rule of a zone.
struct ExpiryRule {
  std::string prefix;
  uint32_t days = 0;
};
// Makes, replaces or (without a rule) removes the rule of that id in a bucket's lifecycle configuration, leaving the
// others as they are.
using SetExpiryRule =
    std::function<Status(const std::string& bucket, const std::string& id, const std::optional<ExpiryRule>& rule)>;

class Zones {
 public:
  // All outlive it.
  Zones(kv::Store& store, catalog::Catalog& catalog, object::Store& objects, const Clock& clock, SetExpiryRule rules);

  // Declares a zone, or replaces it as a whole. Its bucket must exist.
  Result<Zone> Declare(const Scope& scope, Zone zone);
  Result<Zone> Get(const Scope& scope, std::string_view name) const;
  Result<std::vector<Zone>> List(const Scope& scope) const;  // by name
  // Bucket, database and all that is in them stay.
  Status Delete(const Scope& scope, std::string_view name);

  // Brings rules and parameters of all zones to what is declared: after a crash, and when others overwrote them.
  // What cannot be set up is logged.
  Status ApplyAll();

  // How long data of a table is kept by its zone: that of its database, else that of its location. Nothing: no zone or
  // no retention.
  Result<std::optional<uint32_t>> RetentionDaysOf(const Scope& scope, const catalog::Table& table) const;

 private:
  Result<Zone> SetUp(const Scope& scope, Zone zone);
  Status TakeDown(const Scope& scope, const Zone& zone, const ZoneEffect& effect, bool all);
  Status SetDatabase(const Scope& scope, const Zone& zone);
  Status CheckBucket(const Scope& scope, const Zone& zone) const;

  kv::Store& store_;
  catalog::Catalog& catalog_;
  object::Store& objects_;
  const Clock& clock_;
  const SetExpiryRule rules_;
  std::mutex changing_;  // declarations one at a time
};

}  // namespace tarn::zones
