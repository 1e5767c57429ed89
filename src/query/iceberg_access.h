// What Iceberg tables are read and written with, handed from server/ to every query.
#pragma once

namespace tarn::catalog {
class IcebergTables;
class Manifests;
class Planner;
class Snapshots;
}  // namespace tarn::catalog

namespace tarn::query {

struct IcebergAccess {
  catalog::IcebergTables& tables;
  catalog::Manifests& manifests;
  catalog::Planner& planner;
  catalog::Snapshots& snapshots;
};

}  // namespace tarn::query
