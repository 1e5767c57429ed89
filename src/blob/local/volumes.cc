#include "blob/local/volumes.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/hash.h"
#include "base/random.h"
#include "blob/local/location.h"

namespace tarn::blob {
namespace {

constexpr std::string_view kStandard = "STANDARD";

// Numbers for names seen the first time. `fresh` tells which those are.
Result<std::map<std::string, VolumeRecord>> NumberVolumes(kv::Store& kv, const Options& options,
                                                          std::set<std::string>& fresh) {
  std::map<std::string, VolumeRecord> known;
  TARN_CHECK(kv::Transact(kv, [&](kv::Txn& txn) -> Status {
    fresh.clear();
    TARN_TRY(known, ListVolumes(txn));
    uint64_t last = 0;
    for (const auto& [name, record] : known) last = std::max(last, record.number);
    for (const VolumeOptions& volume : options.volumes) {
      if (known.contains(volume.name)) continue;
      if (++last > UINT8_MAX) return Fail(kBadVolume, "a lake has at most 255 volumes");
      known[volume.name] = {last, Hex(RandomBytes(16))};
      txn.Put(VolumeKey(volume.name), known[volume.name].Encode());
      fresh.insert(volume.name);
    }
    for (const auto& [name, record] : known) {
      const bool told = std::ranges::any_of(options.volumes, [&](const auto& volume) { return volume.name == name; });
      if (told) continue;
      TARN_TRY(const bool empty, VolumeHoldsNothing(txn, static_cast<uint8_t>(record.number)));
      if (!empty) {
        return Fail(kBadVolume, fmt::format("volume '{}' holds objects, but the configuration does not name it", name));
      }
    }
    return Ok();
  }));
  return known;
}

Status CheckNames(const Options& options) {
  std::set<std::string> names{std::string(kDefaultVolume)};
  std::set<std::string> directories{options.directory};
  for (const VolumeOptions& volume : options.volumes) {
    if (volume.name.empty() || volume.directory.empty()) return Fail(kBadVolume, "a volume has a name and a path");
    if (!names.insert(volume.name).second) {
      return Fail(kBadVolume, fmt::format("there are two volumes '{}'", volume.name));
    }
    if (!directories.insert(volume.directory).second) {
      return Fail(kBadVolume, fmt::format("two volumes lie in {}", volume.directory));
    }
  }
  return Ok();
}

}  // namespace

Result<std::unique_ptr<Volumes>> Volumes::Open(const Options& options, FileSystem& files, kv::Store& kv,
                                               const Clock& clock) {
  TARN_CHECK(CheckNames(options));
  std::set<std::string> fresh;
  TARN_TRY(const auto known, NumberVolumes(kv, options, fresh));
  auto volumes = std::make_unique<Volumes>();
  Volume::Spec spec;
  spec.free_bytes_min = options.free_bytes_min;
  spec.name = kDefaultVolume;
  spec.directory = options.directory;
  const VolumeOptions first{.name = spec.name, .directory = spec.directory};
  TARN_CHECK(volumes->OpenOne(first, spec, files, clock, options.pack_bytes_max));
  for (const VolumeOptions& one : options.volumes) {
    const VolumeRecord& record = known.at(one.name);
    spec.name = one.name;
    spec.directory = one.directory;
    spec.number = static_cast<uint8_t>(record.number);
    spec.identity = record.identity;
    // A crash may come between the number and the directory: while nothing lies there, it may still be made.
    bool empty = true;
    TARN_CHECK(kv::Read(kv, [&](kv::Txn& txn) -> Status {
      TARN_TRY(empty, VolumeHoldsNothing(txn, spec.number));
      return Ok();
    }));
    spec.may_be_new = fresh.contains(one.name) || empty || one.replaced;
    TARN_CHECK(volumes->OpenOne(one, spec, files, clock, options.pack_bytes_max));
  }
  TARN_CHECK(volumes->Place(std::string(kStandard), {.volumes = {std::string(kDefaultVolume)}}));
  for (const auto& [storage_class, placement] : options.placements) {
    TARN_CHECK(volumes->Place(storage_class, placement));
  }
  return volumes;
}

Status Volumes::OpenOne(const VolumeOptions& options, Volume::Spec spec, FileSystem& files, const Clock& clock,
                        uint64_t pack_bytes_max) {
  auto unit = std::make_unique<Unit>();
  unit->options = options;
  const uint8_t number = spec.number;
  TARN_TRY(unit->volume, Volume::Open(files, std::move(spec), clock));
  unit->appender = std::make_unique<Appender>(*unit->volume, pack_bytes_max);
  by_number_[number] = unit.get();
  units_.push_back(std::move(unit));
  return Ok();
}

Status Volumes::Place(const std::string& storage_class, const PlacementOptions& options) {
  Placed placed{.units = {}, .copies = options.copies, .archive = false};
  std::set<std::string> names;
  for (const std::string& name : options.volumes) {
    const auto found = std::ranges::find_if(units_, [&](const auto& unit) { return unit->options.name == name; });
    if (found == units_.end()) {
      return Fail(kBadVolume,
                  fmt::format("storage class {} names volume '{}', which is not there", storage_class, name));
    }
    if (!names.insert(name).second) {
      return Fail(kBadVolume, fmt::format("storage class {} names volume '{}' twice", storage_class, name));
    }
    placed.units.push_back(found->get());
    placed.archive = placed.archive || (*found)->options.archive;
  }
  if (options.copies < 1 || options.copies > 2) {
    return Fail(kBadVolume, fmt::format("storage class {}: copies is 1 or 2", storage_class));
  }
  if (placed.units.size() < options.copies) {
    return Fail(kBadVolume,
                fmt::format("storage class {}: {} copies need as many volumes", storage_class, options.copies));
  }
  placements_[storage_class] = std::move(placed);
  return Ok();
}

std::vector<Volume*> Volumes::all() const {
  std::vector<Volume*> volumes;
  for (const auto& unit : units_) volumes.push_back(unit->volume.get());
  return volumes;
}

Volumes::Target Volumes::Choose(const std::string& storage_class, const BlobId& id) const {
  auto found = placements_.find(storage_class);
  if (found == placements_.end()) found = placements_.find(std::string(kStandard));
  const Placed& placed = found->second;
  Target target{.volumes = {}, .archive = placed.archive};
  for (uint32_t copy = 0; copy < placed.copies; ++copy) {
    target.volumes.push_back(placed.units[(id.low + copy) % placed.units.size()]->volume.get());
  }
  return target;
}

void Volumes::SealActive() {
  for (const auto& unit : units_) unit->appender->SealActive();
}

}  // namespace tarn::blob
