#include "iceberg/commit/summary.h"

#include <cstdint>
#include <optional>

#include "base/strings.h"
#include "iceberg/schema/type.h"

namespace tarn::iceberg {
namespace {

struct Total {
  std::string_view total;
  std::string_view added;
  std::string_view removed;
};
constexpr Total kTotals[] = {
    {"total-records", "added-records", "deleted-records"},
    {"total-files-size", "added-files-size", "removed-files-size"},
    {"total-data-files", "added-data-files", "deleted-data-files"},
    {"total-delete-files", "added-delete-files", "removed-delete-files"},
    {"total-position-deletes", "added-position-deletes", "removed-position-deletes"},
    {"total-equality-deletes", "added-equality-deletes", "removed-equality-deletes"},
};

std::optional<int64_t> Number(const Properties& properties, std::string_view key) {
  const auto found = properties.find(key);
  return found == properties.end() ? std::nullopt : ParseI64(found->second);
}

// Nothing where the sum cannot be: summaries and manifests of others may say anything.
std::optional<int64_t> TotalAfter(int64_t before, int64_t added, int64_t removed) {
  int64_t after = 0;
  if (__builtin_add_overflow(before, added, &after) || __builtin_sub_overflow(after, removed, &after)) return {};
  return after < 0 ? std::nullopt : std::optional(after);
}

void AddUpTo(int64_t& sum, int64_t more) {
  if (__builtin_add_overflow(sum, more, &sum)) sum = more < 0 ? INT64_MIN : INT64_MAX;
}

}  // namespace

void RecomputeTotals(Properties& summary, const Properties* previous) {
  for (const Total& row : kTotals) {
    const auto before = previous == nullptr ? std::optional<int64_t>(0) : Number(*previous, row.total);
    if (!before) {
      summary.erase(std::string(row.total));
      continue;
    }
    const auto after =
        TotalAfter(*before, Number(summary, row.added).value_or(0), Number(summary, row.removed).value_or(0));
    if (after) {
      summary[std::string(row.total)] = std::to_string(*after);
    } else {
      summary.erase(std::string(row.total));  // the parent's was wrong: better none than this
    }
  }
}

void SummaryCounts::Count(const DataFile& file, Tally& tally) {
  AddUpTo(tally.bytes, file.content_bytes.value_or(file.file_bytes));
  std::string key = std::to_string(file.spec_id);
  for (const Value& value : file.partition) key += '\0' + (value.is_null() ? "\x01" : ValueToBytes(Type(), value));
  partitions_.insert(std::move(key));
  if (file.content == FileContent::kData) {
    ++tally.data_files;
    AddUpTo(tally.records, file.record_count);
    return;
  }
  ++tally.delete_files;
  if (file.content == FileContent::kEqualityDeletes) {
    ++tally.equality_delete_files;
    AddUpTo(tally.equality_deletes, file.record_count);
    return;
  }
  ++(file.is_deletion_vector() ? tally.deletion_vectors : tally.position_delete_files);
  AddUpTo(tally.position_deletes, file.record_count);
}

Properties SummaryCounts::Build(const Properties* previous, const Properties& extra) const {
  Properties summary;
  const auto put = [&](const char* key, int64_t count) {
    if (count > 0) summary[key] = std::to_string(count);
  };
  put("added-files-size", added_.bytes);
  put("removed-files-size", removed_.bytes);
  put("added-data-files", added_.data_files);
  put("deleted-data-files", removed_.data_files);
  put("added-delete-files", added_.delete_files);
  put("removed-delete-files", removed_.delete_files);
  put("added-position-delete-files", added_.position_delete_files);
  put("removed-position-delete-files", removed_.position_delete_files);
  put("added-equality-delete-files", added_.equality_delete_files);
  put("removed-equality-delete-files", removed_.equality_delete_files);
  put("added-dvs", added_.deletion_vectors);
  put("removed-dvs", removed_.deletion_vectors);
  put("added-records", added_.records);
  put("deleted-records", removed_.records);
  put("added-position-deletes", added_.position_deletes);
  put("removed-position-deletes", removed_.position_deletes);
  put("added-equality-deletes", added_.equality_deletes);
  put("removed-equality-deletes", removed_.equality_deletes);
  summary["changed-partition-count"] = std::to_string(partitions_.size());
  RecomputeTotals(summary, previous);
  for (const auto& [key, value] : extra) summary[key] = value;
  return summary;
}

}  // namespace tarn::iceberg
