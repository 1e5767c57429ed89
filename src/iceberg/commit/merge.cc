#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "iceberg/commit/conflicts.h"
#include "iceberg/errors.h"
#include "iceberg/manifest/reader.h"
#include "iceberg/manifest/writer.h"

namespace tarn::iceberg {
namespace {

Result<ManifestFile> MergeGroup(const TableMetadata& base, const std::vector<const ManifestFile*>& group,
                                const ReadFile& read, const SnapshotIds& ids, std::vector<NewFile>& files) {
  const ManifestFile& first = *group.front();
  const PartitionSpec* spec = base.FindSpec(first.spec_id);
  if (spec == nullptr) return Fail(kInvalid, fmt::format("Cannot find partition spec {}", first.spec_id));
  const Type type = PartitionType(*spec, base.schema());
  const auto codec = base.properties.find("write.avro.compression-codec");
  const auto id = base.format_version == 1 ? std::optional(ids.snapshot_id) : std::nullopt;
  ManifestWriter writer(
      base.schema(), *spec,
      {base.format_version, first.content, id,
       codec == base.properties.end() ? avro::Codec::kDeflate : avro::CodecOf(codec->second), ids.sync});
  for (const ManifestFile* manifest : group) {
    TARN_TRY(const std::string bytes, read(*manifest));
    TARN_TRY(ManifestReader reader, ManifestReader::Open(bytes, *manifest, type));
    ManifestEntry entry;
    while (true) {
      TARN_TRY(const bool more, reader.Next(entry));
      if (!more) break;
      if (!entry.is_live()) continue;
      entry.status = EntryStatus::kExisting;
      TARN_CHECK(writer.Add(entry));
    }
  }
  ManifestWriter::Written written =
      writer.Finish(fmt::format("{}/{}-g{}.avro", MetadataFolder(base), ids.commit_uuid, files.size()));
  // v3: the files carry the row ids that they have; then the list need not set any aside.
  bool numbered = first.content == ManifestContent::kData;
  for (const ManifestFile* manifest : group) numbered = numbered && manifest->first_row_id.has_value();
  if (base.format_version >= 3 && numbered) written.manifest.first_row_id = first.first_row_id;
  files.push_back({written.manifest.path, std::move(written.bytes)});
  return std::move(written.manifest);
}

}  // namespace

Result<std::vector<ManifestFile>> MergeManifests(const TableMetadata& base, const std::vector<ManifestFile>& manifests,
                                                 int64_t target_bytes, size_t count_min, const ReadFile& read,
                                                 const SnapshotIds& ids, std::vector<NewFile>& files) {
  std::map<std::pair<ManifestContent, int32_t>, std::vector<const ManifestFile*>> groups;
  std::vector<ManifestFile> out;
  for (const ManifestFile& manifest : manifests) {
    // One without numbers is new in this very commit: it is left to be retried as it is.
    if (!manifest.sequence_number) {
      out.push_back(manifest);
    } else if (manifest.has_live()) {
      groups[{manifest.content, manifest.spec_id}].push_back(&manifest);
    }
  }
  for (const auto& [key, group] : groups) {
    if (group.size() < std::max<size_t>(count_min, 2)) {
      for (const ManifestFile* manifest : group) out.push_back(*manifest);
      continue;
    }
    // Bins of neighbours, so that what was written together stays together.
    std::vector<const ManifestFile*> bin;
    int64_t bytes = 0;
    const auto flush = [&]() -> Status {
      if (bin.size() == 1) {
        out.push_back(*bin[0]);
      } else if (!bin.empty()) {
        TARN_TRY(ManifestFile merged, MergeGroup(base, bin, read, ids, files));
        out.push_back(std::move(merged));
      }
      bin.clear();
      bytes = 0;
      return Ok();
    };
    for (const ManifestFile* manifest : group) {
      // What lists of others say of it may be anything.
      const int64_t length = std::clamp<int64_t>(manifest->length, 0, std::max<int64_t>(0, target_bytes));
      if (bytes > 0 && length > target_bytes - bytes) TARN_CHECK(flush());
      bin.push_back(manifest);
      bytes += length;
    }
    TARN_CHECK(flush());
  }
  return out;
}

}  // namespace tarn::iceberg
