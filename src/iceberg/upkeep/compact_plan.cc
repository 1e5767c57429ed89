#include "iceberg/upkeep/compact_plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/strings.h"
#include "iceberg/schema/value.h"

namespace tarn::iceberg {
namespace {

constexpr int64_t kDefaultTarget = int64_t{512} << 20;

int64_t TargetOf(const TableMetadata& table, const CompactLimits& limits) {
  if (limits.target_bytes) return std::max<int64_t>(1, *limits.target_bytes);
  const auto property = table.properties.find("write.target-file-size-bytes");
  const auto bytes = property == table.properties.end() ? std::nullopt : ParseI64(property->second);
  return bytes && *bytes > 0 ? *bytes : kDefaultTarget;
}

std::string PartitionKey(const DataFile& file) {
  std::string key = std::to_string(file.spec_id);
  for (const Value& value : file.partition) {
    const std::string bytes = value.is_null() ? std::string() : ValueToBytes(Type(), value);
    key += (value.is_null() ? "|n" : "|v") + std::to_string(bytes.size()) + ":" + bytes;
  }
  return key;
}

// Rows that are certainly deleted: by vectors and by position deletes of this file alone.
int64_t KnownDeleted(const CompactFile& file) {
  int64_t rows = 0;
  for (const auto& each : file.deletes) {
    const bool own = each->file.referenced_data_file == file.file.path;
    if (each->file.content == FileContent::kPositionDeletes && own) rows += each->file.record_count;
  }
  return std::min(rows, file.file.record_count);
}

int64_t DeletedBytes(const CompactFile& file) {
  if (file.file.record_count <= 0) return 0;
  const double share = static_cast<double>(KnownDeleted(file)) / static_cast<double>(file.file.record_count);
  return static_cast<int64_t>(share * static_cast<double>(file.file.file_bytes));
}

bool HasTooManyDeletes(const CompactFile& file, const CompactLimits& limits) {
  if (limits.deletes_min > 0 && file.deletes.size() >= limits.deletes_min) return true;
  const int64_t deleted = KnownDeleted(file);
  return deleted > 0 &&
         static_cast<double>(deleted) >= limits.deleted_ratio * static_cast<double>(file.file.record_count);
}

}  // namespace

size_t CompactPlan::files() const {
  size_t count = 0;
  for (const CompactGroup& group : groups) count += group.files.size();
  return count;
}

int64_t CompactPlan::bytes() const {
  int64_t sum = 0;
  for (const CompactGroup& group : groups) sum += group.bytes;
  return sum;
}

int64_t CompactPlan::files_saved() const {
  int64_t saved = 0;
  for (const CompactGroup& group : groups) {
    saved += static_cast<int64_t>(group.files.size()) - group.files_expected + group.deletes;
  }
  return saved;
}

CompactPlanner::CompactPlanner(const TableMetadata& table, CompactLimits limits)
    : default_spec_id_(table.default_spec_id), limits_(limits) {
  plan_.target_bytes = TargetOf(table, limits);
}

bool CompactPlanner::IsCandidate(const CompactFile& file) const {
  if (limits_.all || file.file.spec_id != default_spec_id_) return true;
  const auto bytes = static_cast<double>(file.file.file_bytes);
  const auto target = static_cast<double>(plan_.target_bytes);
  return bytes < limits_.small_ratio * target || bytes > limits_.large_ratio * target ||
         HasTooManyDeletes(file, limits_);
}

void CompactPlanner::Add(CompactFile file) {
  ++plan_.files_seen;
  plan_.bytes_seen += file.file.file_bytes;
  if (!IsCandidate(file)) return;
  // Statistics are made anew.
  file.file.column_sizes.clear();
  file.file.value_counts.clear();
  file.file.null_counts.clear();
  file.file.nan_counts.clear();
  file.file.lower_bounds.clear();
  file.file.upper_bounds.clear();
  candidates_.push_back(std::move(file));
}

CompactPlan CompactPlanner::Plan() && {
  std::map<std::string, std::vector<CompactFile>> partitions;
  for (CompactFile& file : candidates_) partitions[PartitionKey(file.file)].push_back(std::move(file));
  candidates_.clear();
  const auto flush = [&](CompactGroup& group) {
    std::set<const DeleteFile*> deletes;
    bool wanted = limits_.all || group.spec_id != default_spec_id_;
    for (const CompactFile& file : group.files) {
      for (const auto& each : file.deletes) deletes.insert(each.get());
      group.deleted_bytes += DeletedBytes(file);
      wanted =
          wanted || HasTooManyDeletes(file, limits_) ||
          static_cast<double>(file.file.file_bytes) > limits_.large_ratio * static_cast<double>(plan_.target_bytes);
    }
    group.deletes = static_cast<int64_t>(deletes.size());
    group.files_expected = std::max<int64_t>(1, (group.bytes + plan_.target_bytes - 1) / plan_.target_bytes);
    const bool many = group.files.size() >= std::max<size_t>(2, limits_.files_min);
    const bool enough = group.files.size() > 1 && group.bytes > plan_.target_bytes;
    if (wanted || many || enough) plan_.groups.push_back(std::move(group));
    group = CompactGroup();
  };
  for (auto& [key, files] : partitions) {
    // What was written together stays together.
    std::ranges::stable_sort(files, {}, &CompactFile::sequence_number);
    CompactGroup group;
    for (CompactFile& file : files) {
      const bool full = group.bytes > 0 && group.bytes + file.file.file_bytes > limits_.group_bytes_max;
      if (full || group.files.size() >= limits_.group_files_max) flush(group);
      group.spec_id = file.file.spec_id;
      group.partition = file.file.partition;
      group.bytes += file.file.file_bytes;
      group.files.push_back(std::move(file));
    }
    if (!group.files.empty()) flush(group);
  }
  std::ranges::stable_sort(
      plan_.groups, [](const CompactGroup& a, const CompactGroup& b) { return a.files.size() > b.files.size(); });
  return std::move(plan_);
}

}  // namespace tarn::iceberg
