// Planned files as the specification's ScanTasks. Private to api/iceberg.
//
// Counts and bounds are sent of the fields asked for alone; bounds are the hexadecimal of their single-value form, as
// the reference implementation writes and reads them.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "catalog/iceberg/planner.h"
#include "json/json.h"

namespace tarn::api::iceberg_rest {

class ScanTasks {
 public:
  // All outlive it. `stats_fields`: ascending.
  ScanTasks(const iceberg::Scan& scan, const iceberg::Schema& schema, const std::vector<int32_t>& stats_fields);

  void Add(const catalog::PlannedFile& file);
  size_t size() const { return count_; }
  // The members "delete-files" and "file-scan-tasks".
  void WriteMembers(json::Writer& out);

 private:
  void WriteFile(json::Writer& out, const iceberg::DataFile& file, bool statistics) const;

  const iceberg::Scan& scan_;
  const iceberg::Schema& schema_;
  const std::vector<int32_t>& stats_fields_;
  json::Writer tasks_;
  json::Writer deletes_;
  std::unordered_map<const iceberg::DeleteFile*, int64_t> places_;
  size_t count_ = 0;
};

}  // namespace tarn::api::iceberg_rest
