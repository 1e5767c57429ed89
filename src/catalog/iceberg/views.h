// Iceberg views of the catalog: each is a catalog table (table_type VIRTUAL_VIEW, parameter table_type ICEBERG-VIEW, as
// Hive's Iceberg views are) whose parameter metadata_location names the view's current metadata file, an object.
//
// Invariants: a metadata file and the swap to it are one kv transaction; tables and views share one space of names.
// Errors: kNoSuchDatabase, kNoSuchTable when there is nothing of the name, kNotIcebergView for a table or a view of
// another kind, kAlreadyExists; iceberg/errors.h; object's. Blocking; never on an I/O thread. Threads: any.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "iceberg/metadata/update.h"
#include "iceberg/metadata/view_metadata.h"
#include "object/store/store.h"

namespace tarn::blob {
class Store;
}  // namespace tarn::blob

namespace tarn::catalog {

inline constexpr Reason kNotIcebergView{"catalog.NotIcebergView", Code::kNotFound};

struct IcebergView {
  Table record;
  std::string metadata_location;
  iceberg::ViewMetadata metadata;
};

class IcebergViews {
 public:
  // All outlive it; `blobs` is the objects'.
  IcebergViews(Catalog& catalog, blob::Store& blobs, object::Store& objects, const Clock& clock)
      : catalog_(catalog), blobs_(blobs), objects_(objects), clock_(clock) {}

  Result<IcebergView> Load(const Scope& scope, std::string_view database, std::string_view name) const;
  // The view that the updates make; without a location among them it gets the default one.
  Result<IcebergView> Create(const Scope& scope, std::string_view database, std::string_view name,
                             std::vector<iceberg::Update> updates, const Alongside& also = nullptr);
  // Applies the updates when every requirement holds, on what is there by then.
  Result<IcebergView> Commit(const Scope& scope, std::string_view database, std::string_view name,
                             const std::vector<iceberg::Requirement>& requirements,
                             const std::vector<iceberg::Update>& updates, const Alongside& also = nullptr);
  // Takes a view over from its metadata file, when `check` is content with what that says.
  using Check = std::function<Status(const iceberg::ViewMetadata&)>;
  Result<IcebergView> Register(const Scope& scope, std::string_view database, std::string_view name,
                               const std::string& metadata_location, const Alongside& also = nullptr,
                               const Check& check = nullptr);
  // Forgets the view; its files stay.
  Status Drop(const Scope& scope, std::string_view database, std::string_view name, const Alongside& also = nullptr);
  Status Rename(const Scope& scope, std::string_view database, std::string_view name, std::string_view to_database,
                std::string_view to_name, const Alongside& also = nullptr);
  Result<Page<Table>> List(const Scope& scope, std::string_view database, const ListOptions& options) const;

 private:
  Result<Table> FindRecord(const Scope& scope, std::string_view database, std::string_view name) const;
  Result<iceberg::ViewMetadata> Read(const Scope& scope, const std::string& location) const;
  // Stores the next file and, with it, what `change` does.
  Status Publish(const Scope& scope, const IcebergView& view,
                 const std::function<Status(const Alongside& with_file)>& change) const;
  Result<std::string> NextLocation(const Scope& scope, const IcebergView& view) const;

  Catalog& catalog_;
  blob::Store& blobs_;
  object::Store& objects_;
  const Clock& clock_;
};

}  // namespace tarn::catalog
