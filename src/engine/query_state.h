// One running query: its tables, the files it may touch, what it read, and how it ends early.
//
// Shared by every thread that works for the query. What DuckDB calls back into (file system, catalog, scans) finds the
// query here and reports its own errors here; a DuckDB exception then merely unwinds.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "engine/engine.h"

namespace tarn::engine {

class QueryState {
 public:
  explicit QueryState(Query query) : query(std::move(query)) {}

  // Resolves once per name; the same binding afterwards.
  Result<std::shared_ptr<const TableBinding>> Resolve(const std::string& database, const std::string& table);

  // Files that a scan may open, by path. The first file of a path stays: one query sees one version.
  void AllowFile(const std::shared_ptr<FileSource>& source, const File& file);
  struct Allowed {
    std::shared_ptr<FileSource> source;
    File file;
  };
  std::optional<Allowed> FindFile(const std::string& path) const;
  // Opens a file of this query. Its reads are counted, each byte of a file once (readers come back to footers); they
  // fail when the query is cancelled or over its cutoff. `self` keeps the query alive as long as the file.
  static Result<std::unique_ptr<OpenFile>> Open(const std::shared_ptr<QueryState>& self, const Allowed& allowed);

  // Keeps the first error: it outranks what DuckDB says when it unwinds.
  void SetFailure(Error error);
  std::optional<Error> failure() const;
  void Cancel() { cancelled_ = true; }
  bool cancelled() const { return cancelled_; }
  uint64_t scanned_bytes() const { return scanned_bytes_; }
  uint64_t files_opened() const { return files_opened_; }

  const Query query;
  // True once a binding with a row filter or hidden columns was resolved: messages then must not quote data.
  std::atomic<bool> governed = false;
  // The statement shows its plan. Set before it is planned.
  bool explains = false;

 private:
  class Coverage;
  class CountedFile;

  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Coverage>> coverage_;  // by path
  std::map<std::pair<std::string, std::string>, std::shared_ptr<const TableBinding>> bindings_;
  std::map<std::string, Allowed> files_;
  std::optional<Error> failure_;
  std::atomic<bool> cancelled_ = false;
  std::atomic<uint64_t> scanned_bytes_ = 0;
  std::atomic<uint64_t> files_opened_ = 0;
};

}  // namespace tarn::engine
