// Tails: what delivery streams have accepted for an Iceberg table and not committed to it yet, made into rows by the
// code that delivers it (tables::TailSource).
//
// A record is in the tail from its acknowledgement until the commit that has it: positions are read before and after
// the table, again when they moved meanwhile. Rows are kept between queries (tail_pieces.h): each one makes those of
// what has come since, and of pieces that a commit cut. What a delivery could not commit as things are (a role that
// cannot be taken on or may not write the table, a value that does not fit a column) is no row here either; nor is what
// only a commit would change: columns that schema evolution adds. Streams come in the order of their names, as if each
// made one commit. Memory: all of the tail as Parquet, one piece of it as records. Errors: engine.OutOfMemory when its
// files take more than kTailBytesMax; those of the catalog and the engine. Blocking. Threads: any; queries of one table
// wait for each other here.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "catalog/iceberg/tables.h"
#include "delivery/iceberg/tables.h"
#include "delivery/iceberg/tail_pieces.h"
#include "delivery/records/intake.h"
#include "delivery/records/source.h"
#include "delivery/sinks.h"
#include "delivery/streams.h"
#include "engine/engine.h"
#include "tables/tail.h"

namespace tarn::delivery {

inline constexpr uint64_t kTailBytesMax = 256 << 20;  // of files, of one table

// All outlive it.
struct TailParts {
  kv::Store& store;
  const Streams& streams;
  Intake& intake;
  SourceReader* source = nullptr;  // null: streams that read others have no tail
  const Sinks& sinks;
  Tables& tables;
  catalog::IcebergTables& catalog;
  // Rows as files in that memory.
  std::function<std::unique_ptr<RowWriter>(std::shared_ptr<tables::MemoryFiles>)> rows;
  std::function<Result<identity::Caller>(const Scope&, const std::string& role, const DeliveryStream&)> principal;
  const Clock& clock;
};

class Tails : public tables::TailSource {
 public:
  explicit Tails(TailParts parts) : parts_(std::move(parts)) {}

  Result<tables::TailedTable> Load(const Scope& scope, const std::string& database, const std::string& table) override;

  // A stream's records up to there are delivered; null: it is gone. Quick.
  void Delivered(uint64_t log, const Positions* positions) { kept_.Delivered(log, positions); }

 private:
  // A stream that writes the table, and from where on its records are not there.
  struct Feed {
    DeliveryStream stream;
    Plan plan;
    Positions from;
    bool operator==(const Feed& other) const {
      return stream.log == other.stream.log && stream.version == other.stream.version && from == other.from;
    }
  };
  struct Waiting {
    std::vector<Arrived> records;
    Positions after;
    uint64_t bytes = 0;
  };
  // A table that is asked for.
  struct Asked {
    const Scope& scope;
    const std::string& name;  // "database.table" in lower case
    const catalog::IcebergTable& table;
    TablePieces& kept;
  };
  Result<std::vector<Feed>> FeedsOf(const Scope& scope, const std::string& name) const;
  // Up to a piece.
  Result<Waiting> Read(const Scope& scope, const Feed& feed, Positions from) const;
  Result<TailPiece> Convert(const Asked& asked, const Feed& feed, Positions from, Waiting waiting) const;
  // Makes the pieces those of all that waits.
  Status Refresh(const Asked& asked, const std::vector<Feed>& feeds) const;
  Status Renew(const Asked& asked, const Feed& feed, FeedPieces& of_feed) const;
  Status Grow(const Asked& asked, const Feed& feed, FeedPieces& of_feed) const;
  // Whether what was made before may still be read.
  Status CheckRights(const Asked& asked, const Feed& feed, const FeedPieces& of_feed) const;

  const TailParts parts_;
  KeptPieces kept_;
};

}  // namespace tarn::delivery
