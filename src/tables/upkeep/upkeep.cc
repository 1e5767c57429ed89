#include "tables/upkeep/upkeep.h"

#include <fmt/format.h>

#include <map>
#include <span>

#include "iceberg/errors.h"
#include "object/files.h"
#include "object/store/store.h"

namespace tarn::tables {
namespace {

constexpr uint64_t kFileBytesMax = uint64_t{1} << 30;
constexpr size_t kBatch = 500;

}  // namespace

Reach::Reach(const UpkeepParts& parts, const catalog::Table& record) : parts_(parts) {
  const auto place = object::ParseLocation(record.location());
  if (!place.ok()) return;
  home_ = place->Url();
  while (home_.ends_with('/')) home_.pop_back();
  home_ += '/';
}

Status Reach::May(const std::string& path, Touch how) const {
  TARN_TRY(const object::Location place, object::ParseLocation(path));
  const std::string plain = place.Url();
  if (!home_.empty() && plain.starts_with(home_)) return Ok();
  if (parts_.elsewhere) return parts_.elsewhere(plain, how);
  return Fail(iceberg::kInvalid, fmt::format("{} is not below the table's location, {}", path, home_));
}

Status Reach::MayWrite(const iceberg::TableMetadata& metadata) const {
  for (const std::string& folder :
       {metadata.location, iceberg::DataFolder(metadata), iceberg::MetadataFolder(metadata)}) {
    TARN_CHECK(May(folder.ends_with('/') ? folder : folder + "/", Touch::kWrite));
  }
  return Ok();
}

catalog::MayOpen Reach::ForReading() const {
  return [reach = *this](const std::string& path) { return reach.May(path); };
}

void Reach::KeepElsewhere(std::vector<std::string>& locations) const {
  std::erase_if(locations, [this](const std::string& path) { return !May(path, Touch::kDelete).ok(); });
}

iceberg::ReadPath WholeReader(const UpkeepParts& parts, const Scope& scope, const Reach* reach) {
  return [reach, files = object::Files(parts.objects, scope.account)](const std::string& path) -> Result<std::string> {
    if (reach != nullptr) TARN_CHECK(reach->May(path));
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
