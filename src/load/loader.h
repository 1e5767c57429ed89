// Loader: files of rows appended to Iceberg tables, each row of a file exactly once.
//
// A file, known by the SHA-256 of its bytes, comes as pieces: Parquet files with its rows from one number on. The
// commit that appends a piece also keeps, in the same transaction, how many rows of the file the table has: a piece
// that comes again, after a lost answer or a crash, adds nothing, one that overlaps adds what is missing, and one that
// leaves a gap is refused. A file that has been loaded to its end is not loaded again, whatever its name. The record is
// the table's (by its UUID): snapshots may expire, and a table that is dropped and made again starts anew. Readers see
// the rows of the pieces committed so far. A table that is not there is made with the piece's columns. Else each column
// of the piece must be one of the table's (by name, ignoring case); those that the piece lacks become NULL. Rights are
// the caller's: glue:GetTable and glue:UpdateTable (CreateTable), Lake Formation's for the same, and s3:PutObject where
// the table lies unless Lake Formation opens it. Errors: errors.h; those of catalog, identity, enforce, engine and
// commits. Blocking. Threads: any. Format: docs/format/ingest.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "catalog/iceberg/snapshots.h"
#include "catalog/iceberg/tables.h"
#include "enforce/table_writer.h"
#include "engine/engine.h"
#include "govern/access.h"
#include "identity/authorize.h"
#include "kv/kv.h"
#include "object/store/store.h"

namespace tarn::load {

// All outlive it.
struct LoaderParts {
  kv::Store& store;
  catalog::Catalog& catalog;
  catalog::IcebergTables& tables;
  catalog::Snapshots& snapshots;
  object::Store& objects;
  engine::Pool& engine;
  const identity::Authorizer& authorizer;
  govern::Access* access;  // null: nothing is governed
  const Clock& clock;
};

struct Target {
  Scope scope;
  std::string database;
  std::string table;
  std::string source;            // SHA-256 of the file, 64 hexadecimal digits
  catalog::Alongside also = {};  // goes with each change, in its transaction
};

struct Column {
  std::string name;
  std::string type;  // DuckDB's text: what CAST(… AS type) makes fit
  bool required = false;
};

struct State {
  bool exists = false;  // the table; without it there is nothing else to tell
  std::vector<Column> columns;
  uint64_t rows = 0;  // of the file, in the table
  bool complete = false;
};

struct Piece {
  std::string file;  // the file's name, for the snapshot's summary
  uint64_t first_row = 0;
  bool last = false;
  std::string location;  // of a table that is made; empty: the database's
  std::string parquet;   // the bytes
};

class Loader {
 public:
  explicit Loader(const LoaderParts& parts) : parts_(parts) {}

  Result<State> Look(const identity::Caller& caller, const Target& target) const;
  // The state after the piece is in the table, durably.
  Result<State> Take(const identity::Caller& caller, const Target& target, const Piece& piece) const;

 private:
  struct Rows;
  enforce::TableWriter RightsOf(const identity::Caller& caller, const Target& target) const;
  Result<catalog::IcebergTable> Ensure(const identity::Caller& caller, const Target& target, const Piece& piece,
                                       const Rows& rows) const;
  Result<catalog::IcebergTable> Create(const identity::Caller& caller, const Target& target,
                                       const std::string& location, const Rows& rows) const;
  Status Append(const Target& target, const Piece& piece, const catalog::IcebergTable& table, const Rows& rows,
                uint64_t present) const;

  const LoaderParts parts_;
};

}  // namespace tarn::load
