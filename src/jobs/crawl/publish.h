// Writes what a crawl found into the catalog, as the crawler's SchemaChangePolicy says.
//
// A table is found again by its location and its mark UPDATED_BY_CRAWLER; a foreign table of the wanted name is never
// touched: the found one takes the name with a hash of its location behind it, as Glue's do.
// Errors: those of the catalog. Threads: one crawl a thread; blocking.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "catalog/catalog.h"
#include "jobs/crawl/crawler.h"
#include "jobs/crawl/folders.h"

namespace tarn::jobs::crawl {

struct Published {
  std::vector<std::string> created;
  std::vector<std::string> updated;
  std::vector<std::string> deleted;  // removed or deprecated
  uint64_t partitions_created = 0;
  uint64_t partitions_updated = 0;
  uint64_t partitions_deleted = 0;
};

class Publisher {
 public:
  // All must outlive it. The definition has a database.
  Publisher(catalog::Catalog& catalog, const Scope& scope, const Definition& crawler, Timestamp now);

  // `base` is the include path's URL with a final "/" ("s3://bucket/prefix/").
  Status Publish(const FoundTable& found, const std::string& base);
  // Applies DeleteBehavior to this crawler's tables under `base` that Publish has not seen.
  Status Retire(const std::string& base);

  const Published& published() const { return published_; }

 private:
  catalog::Table MakeTable(const FoundTable& found, const std::string& location) const;
  Result<std::string> ChooseName(const FoundTable& found, const std::string& base, const std::string& location);
  Status Update(const catalog::Table& present, catalog::Table wanted);
  Status PublishPartitions(const FoundTable& found, const catalog::Table& table, const std::string& base);
  Status LoadOwn();

  catalog::Catalog& catalog_;
  const Scope& scope_;
  const Definition& crawler_;
  Timestamp now_;
  bool merge_new_columns_ = false;   // Configuration: Tables.AddOrUpdateBehavior = MergeNewColumns
  bool inherit_from_table_ = false;  // Configuration: Partitions.AddOrUpdateBehavior = InheritFromTable
  bool loaded_ = false;
  std::vector<catalog::Table> own_;  // of this crawler, as the crawl began
  std::set<std::string> seen_;       // names published
  Published published_;
};

}  // namespace tarn::jobs::crawl
