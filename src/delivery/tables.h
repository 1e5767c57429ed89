// Tables: deliveries into Iceberg tables, each record exactly once.
//
// A buffer's records of one table become data files and one snapshot. The commit's transaction also keeps how far the
// stream is delivered into that table: an attempt that comes again, with more records or after a crash, leaves out what
// is there. Records are JSON objects; their members fill the columns of the same names, ignoring case. What does not
// fit a table goes to the error output. Errors: kRefused and those of catalog, iceberg, engine: try again. Blocking.
// Threads: any, one call a stream at a time.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/iceberg/snapshots.h"
#include "catalog/iceberg/tables.h"
#include "delivery/sinks.h"
#include "engine/engine.h"

namespace tarn::delivery {

// All outlive it.
struct TableParts {
  kv::Store& store;
  catalog::Catalog& catalog;
  catalog::IcebergTables& tables;
  catalog::Snapshots& snapshots;
  object::Store& objects;
  engine::Pool& engine;
  const identity::Authorizer& authorizer;
};

class Tables {
 public:
  explicit Tables(TableParts parts) : parts_(parts) {}

  // Answers what could not be delivered.
  Result<std::vector<Failed>> Deliver(const Delivery& delivery, std::vector<Prepared>& records,
                                      const identity::Caller& caller);

 private:
  struct Lot;
  using Lines = std::vector<std::pair<const Prepared*, std::string>>;
  Status DeliverTo(const Delivery& delivery, const Lot& lot, const identity::Caller& caller,
                   std::vector<Failed>& failed);

  Result<Positions> DoneOf(const Delivery& delivery, const std::string& table) const;
  // Data files of the records that fit; the others are told to `failed`.
  Result<std::vector<iceberg::DataFile>> Write(const Scope& scope, const iceberg::TableMetadata& metadata,
                                               const Lines& lines, std::vector<Failed>& failed);
  Status CheckMayWrite(const Scope& scope, const catalog::IcebergTable& table, const identity::Caller& caller) const;

  const TableParts parts_;
};

}  // namespace tarn::delivery
