#include "tables/upkeep.h"

#include <fmt/format.h>

#include <map>
#include <span>

#include "object/files.h"
#include "object/store.h"

namespace tarn::tables {
namespace {

constexpr uint64_t kFileBytesMax = uint64_t{1} << 30;
constexpr size_t kBatch = 500;

}  // namespace

iceberg::ReadPath WholeReader(const UpkeepParts& parts, const Scope& scope) {
  return [files = object::Files(parts.objects, scope.account)](const std::string& path) -> Result<std::string> {
    TARN_TRY(const object::Location place, object::ParseLocation(path));
    return files.ReadAll(place.bucket, place.key, kFileBytesMax);
  };
}

Result<size_t> DeleteFiles(object::Store& objects, const Scope& scope, const std::vector<std::string>& locations,
                           const Stopping& stopping) {
  std::map<std::string, std::vector<object::Deletion>> by_bucket;
  for (const std::string& location : locations) {
    TARN_TRY(object::Location place, object::ParseLocation(location));
    object::Deletion deletion;
    deletion.key = std::move(place.key);
    by_bucket[place.bucket].push_back(std::move(deletion));
  }
  const object::Files files(objects, scope.account);
  size_t deleted = 0;
  for (const auto& [name, deletions] : by_bucket) {
    TARN_TRY(const object::Bucket bucket, files.GetBucket(name));
    const std::span<const object::Deletion> all(deletions);
    for (size_t at = 0; at < all.size(); at += kBatch) {
      if (Asked(stopping)) return deleted;
      const auto batch = all.subspan(at, std::min(kBatch, all.size() - at));
      TARN_TRY(const auto results, objects.DeleteMany(bucket, batch));
      for (const auto& result : results) {
        if (!result.ok()) return result.error();
        ++deleted;
      }
    }
  }
  return deleted;
}

}  // namespace tarn::tables
