// Tables: deliveries into Iceberg tables, each record exactly once.
//
// A buffer's records of one table become data files and one snapshot; with updates and deletes by unique keys equality
// deletes come with them. The commit's transaction also keeps how far the stream is delivered into that table: an
// attempt that comes again, with more records or after a crash, leaves out what is there. Records are JSON objects;
// their members fill the columns of the same names, ignoring case. Where the plan says so a table that is not there is
// made, and columns that are not there are added, before the commit. What does not fit a table goes to the error
// output, and so do all records of a table that could not be written for the plan's retry time. Errors: kRefused and
// those of catalog, iceberg, engine: try again. Blocking. Threads: any, one call a stream at a time.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/iceberg/snapshots.h"
#include "catalog/iceberg/tables.h"
#include "delivery/iceberg/row_writer.h"
#include "delivery/sinks.h"
#include "enforce/table_writer.h"

namespace tarn::delivery {

// All outlive it.
struct TableParts {
  kv::Store& store;
  catalog::Catalog& catalog;
  catalog::IcebergTables& tables;
  catalog::Snapshots& snapshots;
  object::Store& objects;
  RowWriter& rows;
  const identity::Authorizer& authorizer;
  govern::Access* access = nullptr;  // null: nothing is governed
};

class Tables {
 public:
  explicit Tables(TableParts parts) : parts_(parts) {}

  // Answers what could not be delivered. `caller`: the role's, or why there is none.
  Result<std::vector<Failed>> Deliver(const Delivery& delivery, std::vector<Prepared>& records,
                                      const Result<identity::Caller>& caller);
  // Whether the caller may add rows to the table.
  Status MayAppend(const Scope& scope, const identity::Caller& caller, const catalog::IcebergTable& table) const;
  // What Deliver would commit to that table as it is, as files by `rows`; nothing is changed. Errors besides: the
  // caller may not write there.
  Result<std::vector<iceberg::DataFile>> Pending(const Delivery& delivery, const std::vector<Prepared>& records,
                                                 const identity::Caller& caller, const catalog::IcebergTable& table,
                                                 RowWriter& rows);

 private:
  struct Routed;
  struct Lot;
  struct Line;
  using Lines = std::vector<Line>;
  // By the tables' names.
  static std::map<std::string, Lot> Route(const Delivery& delivery, const std::vector<Prepared>& records,
                                          std::vector<Failed>& failed);
  static Lines LinesOf(const Delivery& delivery, const Lot& lot, std::vector<Failed>& failed);
  // Leaves the lines that the table takes; answers the columns that tell its rows apart.
  static std::vector<std::string> Sift(const Lot& lot, const iceberg::TableMetadata& metadata, Lines& lines,
                                       std::vector<Failed>& failed);
  Status DeliverTo(const Delivery& delivery, const Lot& lot, const Result<identity::Caller>& caller,
                   std::vector<Failed>& failed);
  // The table, made where the plan says so; nothing where there is none, which `failed` is told.
  Result<std::optional<catalog::IcebergTable>> Open(const Delivery& delivery, const Lot& lot, const Lines& lines,
                                                    const identity::Caller& caller, std::vector<Failed>& failed);
  Result<catalog::IcebergTable> Make(const Delivery& delivery, const Lot& lot, const Lines& lines,
                                     const identity::Caller& caller);
  Status AddColumns(const Delivery& delivery, const Lot& lot, const Lines& lines, catalog::IcebergTable& table);
  Status Commit(const Delivery& delivery, const Lot& lot, const catalog::IcebergTable& table, const Positions& done,
                std::vector<iceberg::DataFile> files);

  Result<Positions> DoneOf(const Delivery& delivery, const std::string& table) const;
  Status GiveUp(const Delivery& delivery, const Lot& lot, const Error& why, std::vector<Failed>& failed) const;
  // Files of the lines that fit; the others are told to `failed`.
  static Result<std::vector<iceberg::DataFile>> Write(RowWriter& rows, const Scope& scope,
                                                      const iceberg::TableMetadata& metadata, const TableTarget& target,
                                                      const Lines& lines, const std::vector<std::string>& keys,
                                                      std::vector<Failed>& failed);
  enforce::TableWriter RightsOf(const Scope& scope, const identity::Caller& caller) const;

  const TableParts parts_;
};

}  // namespace tarn::delivery
