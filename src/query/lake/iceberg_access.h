// What Iceberg tables are read and written with, handed from server/ to every query.
#pragma once

namespace tarn::catalog {
class IcebergTables;
class Manifests;
class Planner;
class Snapshots;
class TableBuckets;
}  // namespace tarn::catalog

namespace tarn::tables {
class TailSource;
}

namespace tarn::query {

struct IcebergAccess {
  catalog::IcebergTables& tables;
  catalog::Manifests& manifests;
  catalog::Planner& planner;
  catalog::Snapshots& snapshots;
  catalog::TableBuckets* buckets = nullptr;  // null: there are none
  tables::TailSource* tails = nullptr;       // null: no table has a tail
};

}  // namespace tarn::query
