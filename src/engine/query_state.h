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
  // Opens a file of this query, counting it.
  Result<std::unique_ptr<OpenFile>> Open(const Allowed& allowed);
  // Reads and counts; fails when the query is cancelled or over its cutoff.
  Status Read(OpenFile& file, uint64_t offset, std::span<char> out);

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

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<const TableBinding>> bindings_;
  std::map<std::string, Allowed> files_;
  std::optional<Error> failure_;
  std::atomic<bool> cancelled_ = false;
  std::atomic<uint64_t> scanned_bytes_ = 0;
  std::atomic<uint64_t> files_opened_ = 0;
};

}  // namespace tarn::engine
