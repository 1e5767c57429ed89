// The store looked at as a whole: the files to copy, and whether the records agree with their owners.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "blob/file_system.h"
#include "blob/frame.h"
#include "blob/local/local_store.h"
#include "kv/key.h"
#include "kv/pages.h"

namespace tarn::blob {
namespace {

constexpr size_t kPage = 1000;
constexpr size_t kProblemsMax = 1000;

// A large file is fixed when its header is there: it is written last.
Result<bool> IsFinished(File& file, const BlobId& id) {
  Header header;
  TARN_TRY(const size_t count, file.ReadAt(0, std::span(header)));
  const auto fields = DecodeHeader(std::span(header).first(count));
  return fields && fields->id == id;
}

Status VisitVolume(FileSystem& files, Volume& volume, const std::function<Status(const VolumeFile&)>& visit) {
  const auto tell = [&](const std::string& name, bool is_fixed) -> Status {
    VolumeFile told{.volume = volume.name(), .name = name, .path = volume.directory() + "/" + name};
    auto file = files.OpenToRead(told.path);
    if (file.Is(kNoFile)) return Ok();
    if (!file.ok()) return file.error();
    TARN_TRY(told.bytes, (*file)->Size());
    told.is_fixed = is_fixed;
    return visit(told);
  };
  TARN_CHECK(tell("FORMAT", false));
  TARN_CHECK(tell("VOLUME", false));
  for (const uint64_t container : volume.ended_packs()) TARN_CHECK(tell(Volume::PackName(container), true));
  TARN_TRY(const auto directories, volume.ListDirectories());
  for (const uint64_t directory : directories) {
    auto ids = volume.ListLarge(directory);
    if (ids.Is(kNoFile)) continue;
    if (!ids.ok()) return ids.error();
    for (const BlobId& id : *ids) {
      auto file = volume.OpenLarge(directory, id);
      if (file.Is(kNoFile)) continue;
      if (!file.ok()) return file.error();
      TARN_TRY(const bool finished, IsFinished(**file, id));
      if (finished) TARN_CHECK(tell(Volume::LargeName(directory, id), true));
    }
  }
  return Ok();
}

// Walks b/l in the order of ids beside the sorted owners.
class Audit {
 public:
  Audit(kv::Txn& txn, std::vector<BlobId> owners) : txn_(txn), owners_(std::move(owners)) {
    std::ranges::sort(owners_);
  }

  Result<std::vector<std::string>> Run() {
    TARN_CHECK(CheckLocations());
    while (next_ < owners_.size()) Missing(owners_[next_]);
    TARN_CHECK(CountPlaces());
    return std::move(problems_);
  }

 private:
  void Tell(std::string problem) {
    if (problems_.size() < kProblemsMax) problems_.push_back(std::move(problem));
  }
  // Passes by every owner of `id`.
  uint64_t Count(const BlobId& id) {
    const size_t first = next_;
    while (next_ < owners_.size() && owners_[next_] == id) ++next_;
    return next_ - first;
  }
  void Missing(const BlobId& id) {
    Tell(fmt::format("blob {}: {} owners, but nothing tells where it is", id.Hex(), Count(id)));
  }

  Status CheckLocations() {
    for (kv::Pages pages(kv::Key("b").Text("l"), kPage); !pages.done();) {
      TARN_TRY(const auto page, pages.Next(txn_));
      for (const auto& pair : page) TARN_CHECK(CheckLocation(pair));
    }
    return Ok();
  }

  Status CheckLocation(const kv::KeyValue& pair) {
    kv::KeyReader key(pair.key);
    const auto space = key.Text();
    const auto kind = key.Text();
    const auto high = key.Number();
    const auto low = key.Number();
    if (!space || !kind || !high || !low) return Fail(kDamaged, "a key of a blob's location is damaged");
    const BlobId id{*high, *low};
    const auto location = Location::Decode(pair.value);
    if (!location.ok()) {
      Tell(fmt::format("blob {}: {}", id.Hex(), location.error().message));
      Count(id);
      return Ok();
    }
    while (next_ < owners_.size() && owners_[next_] < id) Missing(owners_[next_]);
    if (const uint64_t owners = Count(id); owners != location->owners) {
      Tell(fmt::format("blob {}: {} owners are counted, {} are there", id.Hex(), location->owners, owners));
    }
    for (const Placement& at : location->Places()) {
      ++places_;
      TARN_TRY(const auto place, txn_.PeekGet(PlaceKey(at, id)));
      if (!place || *place != PlaceValue(location->stored_bytes)) {
        Tell(fmt::format("blob {}: its place in container {:016x} is not kept for it", id.Hex(), at.container));
      }
    }
    return Ok();
  }

  Status CountPlaces() {
    uint64_t found = 0;
    for (kv::Pages pages(kv::Key("b").Text("x"), kPage); !pages.done();) {
      TARN_TRY(const auto page, pages.Next(txn_));
      found += page.size();
    }
    if (found != places_) Tell(fmt::format("{} places are kept for blobs, {} are used", found, places_));
    return Ok();
  }

  kv::Txn& txn_;
  std::vector<BlobId> owners_;
  size_t next_ = 0;
  uint64_t places_ = 0;
  std::vector<std::string> problems_;
};

}  // namespace

Status LocalStore::VisitFiles(const std::function<Status()>& begin,
                              const std::function<Status(const VolumeFile&)>& visit) {
  std::lock_guard lock(mutex_);  // no reclaim: nothing goes
  TARN_CHECK(begin());
  parts_->volumes->SealActive();  // everything owned by now lies in packs that never change again
  for (Volume* volume : parts_->volumes->all()) TARN_CHECK(VisitVolume(parts_->files, *volume, visit));
  return Ok();
}

Result<std::vector<std::string>> LocalStore::AuditOwners(kv::Txn& txn, std::vector<BlobId> owners) {
  return Audit(txn, std::move(owners)).Run();
}

}  // namespace tarn::blob
