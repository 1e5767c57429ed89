// The lake's tables: the catalog, and what Iceberg's tables and views need beside it.
//
// Threads: any, once the lake is open.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "blob/blob.h"
#include "catalog/buckets/table_buckets.h"
#include "catalog/catalog.h"
#include "catalog/iceberg/manifests.h"
#include "catalog/iceberg/planner.h"
#include "catalog/iceberg/purge.h"
#include "catalog/iceberg/snapshots.h"
#include "catalog/iceberg/tables.h"
#include "catalog/iceberg/views.h"
#include "engine/engine.h"
#include "kv/kv.h"
#include "object/store/store.h"
#include "tables/upkeep/upkeep.h"

namespace tarn::server {

// Later members use earlier ones.
struct Catalogs {
  // All outlive it.
  Catalogs(kv::Store& kv, blob::Store& blobs, object::Store& objects, const Clock& clock)
      : catalog(kv, clock),
        tables(catalog, kv, blobs, objects, clock),
        views(catalog, blobs, objects, clock),
        manifests(objects),
        planner(manifests),
        buckets(kv, catalog, tables, objects, clock),
        snapshots(tables, objects, clock),
        purger(kv, catalog, tables, manifests, objects) {}

  // Finishes the drops that a crash cut off. Before anything else is asked.
  Status Recover() {
    TARN_CHECK(catalog.Sweep());
    return buckets.FinishDrops();
  }

  // For work on tables by the lake itself. All outlive what is given.
  tables::UpkeepParts ForUpkeep(object::Store& objects, const Clock& clock, engine::Pool& engine) {
    return {.catalog = catalog,
            .tables = tables,
            .snapshots = snapshots,
            .manifests = manifests,
            .planner = planner,
            .objects = objects,
            .clock = clock,
            .engine = &engine};
  }

  catalog::Catalog catalog;
  catalog::IcebergTables tables;
  catalog::IcebergViews views;
  catalog::Manifests manifests;
  catalog::Planner planner;
  catalog::TableBuckets buckets;
  catalog::Snapshots snapshots;
  catalog::Purger purger;
};

}  // namespace tarn::server
