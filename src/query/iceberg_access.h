// What Iceberg tables are read with, handed from server/ to every query.
#pragma once

namespace tarn::catalog {
class IcebergTables;
class Manifests;
class Planner;
}  // namespace tarn::catalog

namespace tarn::query {

struct IcebergAccess {
  catalog::IcebergTables& tables;
  catalog::Manifests& manifests;
  catalog::Planner& planner;
};

}  // namespace tarn::query
