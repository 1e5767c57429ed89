// All volumes of a store, and which of them a blob of a storage class goes to.
//
// Invariants: a volume's number is given once, kept in kv (b/v) and never used for another name; a volume that holds
// something cannot be left out. Threads: any; nothing changes after Open.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "blob/blob.h"
#include "blob/local/appender.h"
#include "blob/local/volume.h"
#include "kv/kv.h"

namespace tarn::blob {

inline constexpr std::string_view kDefaultVolume = "default";

class Volumes {
 public:
  // Errors: kBadVolume for options that name what is not there; kFormat.
  static Result<std::unique_ptr<Volumes>> Open(const Options& options, FileSystem& files, kv::Store& kv,
                                               const Clock& clock);

  // The volume that a container lies in; null when a damaged record names one that never was.
  Volume* Find(uint64_t container) const {
    Unit* unit = by_number_[VolumeOf(container)];
    return unit == nullptr ? nullptr : unit->volume.get();
  }
  Appender& AppenderOf(const Volume& volume) const { return *by_number_[volume.number()]->appender; }
  std::vector<Volume*> all() const;

  struct Target {
    std::vector<Volume*> volumes;  // one a copy
    bool archive = false;
  };
  // Spreads blobs over the volumes of their class.
  Target Choose(const std::string& storage_class, const BlobId& id) const;
  // Ends the growing packs, so that they can be compacted or copied.
  void SealActive();

 private:
  struct Unit {
    VolumeOptions options;
    std::unique_ptr<Volume> volume;
    std::unique_ptr<Appender> appender;
  };
  struct Placed {
    std::vector<Unit*> units;
    uint32_t copies = 1;
    bool archive = false;
  };
  Status OpenOne(const VolumeOptions& options, Volume::Spec spec, FileSystem& files, const Clock& clock,
                 uint64_t pack_bytes_max);
  Status Place(const std::string& storage_class, const PlacementOptions& options);

  std::vector<std::unique_ptr<Unit>> units_;
  std::array<Unit*, 256> by_number_{};
  std::map<std::string, Placed> placements_;  // STANDARD is always there
};

}  // namespace tarn::blob
