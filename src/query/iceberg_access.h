// What Iceberg tables are read and written with, handed from server/ to every query.
#pragma once

namespace tarn::catalog {
class IcebergTables;
class Manifests;
class Planner;
class Snapshots;
class TableBuckets;
}  // namespace tarn::catalog

namespace tarn::query {

struct IcebergAccess {
  catalog::IcebergTables& tables;
  catalog::Manifests& manifests;
  catalog::Planner& planner;
  catalog::Snapshots& snapshots;
  catalog::TableBuckets* buckets = nullptr;  // null: there are none
};

}  // namespace tarn::query
