// What upkeep may do to a table, by its properties and the settings of its table bucket; and whether it pays.
//
// Pure. Properties (each wins over the settings of S3 Tables): tarn.upkeep.enabled, tarn.upkeep.compaction.enabled,
// .compaction.strategy (auto, bin-pack, sort, z-order), .manifests.enabled, .expiry.enabled, .orphans.enabled,
// .orphans.days.
#pragma once

#include <cstdint>
#include <optional>

#include "catalog/buckets/table_buckets.h"
#include "iceberg/upkeep/compact_plan.h"
#include "iceberg/upkeep/expire.h"
#include "tables/upkeep/compact.h"

namespace tarn::jobs::maintain {

struct Policy {
  bool compaction = true;
  tables::CompactStrategy strategy = tables::CompactStrategy::kBinPack;
  iceberg::CompactLimits limits;
  bool manifests = true;
  bool expiry = true;
  iceberg::Retention retention;
  std::optional<int64_t> history_max_ms;  // older snapshots go whatever the table's properties say
  bool orphans = true;
  int64_t orphan_age_micros = 3 * kMicrosPerDay;
};

// `settings`, `removal`: null for tables that are in no table bucket. `zone_days`: what the table's zone keeps: so
// long, unless the table says less.
Policy PolicyOf(const iceberg::TableMetadata& table, const catalog::TableSettings* settings,
                const catalog::FileRemovalSettings* removal, std::optional<uint32_t> zone_days = std::nullopt);

// Whether a look at the manifests can be worth it: by the totals of the present snapshot's summary. True when they do
// not tell.
bool MayPay(const iceberg::TableMetadata& table, const iceberg::CompactLimits& limits);
// Keeps the groups whose gain pays for the bytes they rewrite: opening a file counts as reading 4 MiB, and what is
// saved is saved by each of the next scans, as are the bytes of rows known to be deleted.
void KeepWhatPays(iceberg::CompactPlan& plan);

}  // namespace tarn::jobs::maintain
