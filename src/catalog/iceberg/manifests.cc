#include "catalog/iceberg/manifests.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <span>
#include <thread>
#include <utility>

#include "base/strings.h"
#include "iceberg/errors.h"
#include "iceberg/manifest/reader.h"
#include "iceberg/puffin/puffin.h"

namespace tarn::catalog {
namespace {

constexpr uint64_t kManifestBytesMax = uint64_t{256} << 20;
constexpr uint64_t kVectorBytesMax = uint64_t{256} << 20;
constexpr size_t kQueueMax = 4096;

size_t ThreadsOf(const Manifests::Options& options) {
  return options.threads > 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
}

std::string KeyOf(const Scope& scope, std::string_view kind, const object::Version& version) {
  return fmt::format("{} {} {} {}/{}", scope.account, kind, version.etag, version.bucket, version.key);
}

uint64_t WeightOf(const std::vector<iceberg::ManifestFile>& manifests) {
  uint64_t weight = manifests.size() * sizeof(iceberg::ManifestFile);
  for (const auto& manifest : manifests) {
    weight += manifest.path.size() + manifest.key_metadata.size();
    for (const auto& summary : manifest.partitions) {
      weight += sizeof(summary) + summary.lower_bound.value_or("").size() + summary.upper_bound.value_or("").size();
    }
  }
  return weight;
}

}  // namespace

// What the threads of one ForEach share. Helpers that start after the end find nothing to do.
struct Manifests::Work {
  std::atomic<size_t> next{0};
  std::mutex mutex;
  std::condition_variable idle;
  size_t running = 0;  // helpers
  bool closed = false;
  Status outcome = Ok();
};

Manifests::Manifests(object::Store& objects, Options options)
    : objects_(objects), options_(options), pool_("manifests", ThreadsOf(options), kQueueMax) {}

Result<object::Version> Manifests::Find(const Scope& scope, const std::string& path) const {
  TARN_TRY(const object::Location place, object::ParseLocation(path));
  TARN_TRY(object::Version version, object::Files(objects_, scope.account).Head(place.bucket, place.key));
  if (version.size > kManifestBytesMax) {
    return Fail(iceberg::kTooLarge, fmt::format("{} has {} bytes", path, version.size));
  }
  return version;
}

Result<FileBytes> Manifests::Fetch(const Scope& scope, const object::Version& version) const {
  auto bytes = std::make_shared<std::string>(version.size, '\0');
  const object::Files files(objects_, scope.account);
  TARN_TRY(const size_t count, files.ReadAt(version, 0, std::as_writable_bytes(std::span(*bytes))));
  if (count != bytes->size()) {
    return Fail(iceberg::kCorrupt, fmt::format("s3://{}/{} ends early", version.bucket, version.key));
  }
  return FileBytes(std::move(bytes));
}

const Manifests::Kept* Manifests::Look(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  kept_.splice(kept_.begin(), kept_, found->second);
  return &kept_.front();
}

void Manifests::Keep(Kept kept) {
  kept.weight += sizeof(Kept) + 2 * kept.key.size();
  if (kept.weight > options_.cache_bytes) return;
  std::lock_guard lock(mutex_);
  if (by_key_.contains(kept.key)) return;
  while (kept_bytes_ + kept.weight > options_.cache_bytes) {
    kept_bytes_ -= kept_.back().weight;
    by_key_.erase(kept_.back().key);
    kept_.pop_back();
  }
  kept_bytes_ += kept.weight;
  kept_.push_front(std::move(kept));
  by_key_.emplace(kept_.front().key, kept_.begin());
}

uint64_t Manifests::cached_bytes() const {
  std::lock_guard lock(mutex_);
  return kept_bytes_;
}

Result<FileBytes> Manifests::Read(const Scope& scope, const std::string& path) {
  TARN_TRY(const object::Version version, Find(scope, path));
  std::string key = KeyOf(scope, "m", version);
  {
    std::lock_guard lock(mutex_);
    if (const Kept* kept = Look(key)) return kept->bytes;
  }
  TARN_TRY(FileBytes bytes, Fetch(scope, version));
  Keep({.key = std::move(key), .bytes = bytes, .list = nullptr, .weight = bytes->size()});
  return bytes;
}

// The row that a manifest list would have of the manifest of a v1 snapshot without one.
Result<iceberg::ManifestFile> Manifests::Describe(const Scope& scope, const std::string& path) {
  TARN_TRY(const FileBytes bytes, Read(scope, path));
  TARN_TRY(const auto container, iceberg::avro::ContainerReader::Open(*bytes));
  iceberg::ManifestFile manifest;
  manifest.path = path;
  manifest.length = static_cast<int64_t>(bytes->size());
  manifest.sequence_number = manifest.min_sequence_number = 0;
  if (const auto spec = container.header().find("partition-spec-id"); spec != container.header().end()) {
    const auto id = ParseU64(spec->second);
    if (!id || *id > INT32_MAX) return Fail(iceberg::kCorrupt, fmt::format("{} has a bad partition-spec-id", path));
    manifest.spec_id = static_cast<int32_t>(*id);
  }
  return manifest;
}

Result<ManifestFiles> Manifests::ListOf(const Scope& scope, const iceberg::Snapshot& snapshot, const MayOpen& may) {
  if (!may) return ReadList(scope, snapshot);
  if (!snapshot.manifest_list.empty()) TARN_CHECK(may(snapshot.manifest_list));
  for (const std::string& path : snapshot.manifests) TARN_CHECK(may(path));
  TARN_TRY(ManifestFiles list, ReadList(scope, snapshot));
  for (const iceberg::ManifestFile& manifest : *list) TARN_CHECK(may(manifest.path));
  return list;
}

Result<ManifestFiles> Manifests::ReadList(const Scope& scope, const iceberg::Snapshot& snapshot) {
  if (snapshot.manifest_list.empty()) {
    auto list = std::make_shared<std::vector<iceberg::ManifestFile>>();
    for (const std::string& path : snapshot.manifests) {
      TARN_TRY(iceberg::ManifestFile manifest, Describe(scope, path));
      manifest.snapshot_id = snapshot.snapshot_id;
      list->push_back(std::move(manifest));
    }
    return ManifestFiles(std::move(list));
  }
  TARN_TRY(const object::Version version, Find(scope, snapshot.manifest_list));
  std::string key = KeyOf(scope, "l", version);
  {
    std::lock_guard lock(mutex_);
    if (const Kept* kept = Look(key)) return kept->list;
  }
  TARN_TRY(const FileBytes bytes, Fetch(scope, version));
  TARN_TRY(auto read, iceberg::ReadManifestList(*bytes));
  const uint64_t weight = WeightOf(read);
  ManifestFiles list = std::make_shared<const std::vector<iceberg::ManifestFile>>(std::move(read));
  Keep({.key = std::move(key), .bytes = nullptr, .list = list, .weight = weight});
  return list;
}

Status Manifests::ForEach(const Scope& scope, const std::vector<const iceberg::ManifestFile*>& manifests,
                          const Visit& visit) {
  const auto work = std::make_shared<Work>();
  const auto run = [this, &scope, &manifests, &visit, work = work.get()] {
    while (true) {
      const size_t at = work->next.fetch_add(1);
      if (at >= manifests.size()) return;
      const auto one = [&]() -> Status {
        TARN_TRY(const FileBytes bytes, Read(scope, manifests[at]->path));
        return visit(*manifests[at], *bytes);
      };
      const Status done = one();
      if (done.ok()) continue;
      std::lock_guard lock(work->mutex);
      if (work->outcome.ok()) work->outcome = done;
      work->next = manifests.size();
    }
  };
  const size_t helpers = std::min(ThreadsOf(options_) - 1, manifests.empty() ? 0 : manifests.size() - 1);
  for (size_t i = 0; i < helpers; ++i) {
    // `run` holds references of this call: it is not touched once the work is closed.
    pool_.TryPost([work, &run] {
      {
        std::lock_guard lock(work->mutex);
        if (work->closed) return;
        ++work->running;
      }
      run();
      std::lock_guard lock(work->mutex);
      if (--work->running == 0) work->idle.notify_all();
    });
  }
  run();
  std::unique_lock lock(work->mutex);
  work->closed = true;
  work->idle.wait(lock, [&] { return work->running == 0; });
  return work->outcome;
}

Result<iceberg::Positions> Manifests::ReadVector(const Scope& scope, const iceberg::DataFile& vector) const {
  if (!vector.is_deletion_vector() || !vector.content_bytes || *vector.content_offset < 0 ||
      *vector.content_bytes < 0 || static_cast<uint64_t>(*vector.content_bytes) > kVectorBytesMax) {
    return Fail(iceberg::kCorrupt, fmt::format("{} is named as no deletion vector could be", vector.path));
  }
  TARN_TRY(const object::Location place, object::ParseLocation(vector.path));
  const object::Files files(objects_, scope.account);
  TARN_TRY(const object::Version version, files.Head(place.bucket, place.key));
  std::string blob(static_cast<size_t>(*vector.content_bytes), '\0');
  TARN_TRY(const size_t count, files.ReadAt(version, static_cast<uint64_t>(*vector.content_offset),
                                            std::as_writable_bytes(std::span(blob))));
  if (count != blob.size()) return Fail(iceberg::kCorrupt, fmt::format("{} ends within its vector", vector.path));
  TARN_TRY(iceberg::Positions positions, iceberg::ParseDeletionVector(blob));
  if (positions.size() != static_cast<uint64_t>(vector.record_count)) {
    return Fail(iceberg::kCorrupt, fmt::format("the vector in {} holds {} positions instead of {}", vector.path,
                                               positions.size(), vector.record_count));
  }
  return positions;
}

}  // namespace tarn::catalog
