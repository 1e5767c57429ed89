#include "blob/local/reclaim.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <iterator>

#include "base/log.h"
#include "blob/frame.h"
#include "blob/local/local_store.h"
#include "blob/local/stored.h"
#include "kv/key.h"

namespace tarn::blob {
namespace {
constexpr size_t kPage = 256;
constexpr uint64_t kMoveBytesMax = 4 << 20;
constexpr size_t kDeadPerRound = 4096;
// This many ended packs that never filled (a pack ends at every restart) are worth merging.
constexpr size_t kStubsMin = 8;
constexpr uint64_t kStubShare = 8;
}  // namespace

Status Reclaimer::Run(size_t packs_first_seen_max) {
  TARN_CHECK(SettleLargeFiles());
  TARN_CHECK(RemoveDeadFiles());
  TARN_CHECK(AuditOldDirectory());
  TARN_CHECK(MeasurePacks(packs_first_seen_max));
  return CompactPacks();
}

Result<std::optional<Location>> Reclaimer::Find(const BlobId& id) {
  std::optional<Location> location;
  TARN_CHECK(kv::Read(parts_.kv, [&](kv::Txn& txn) -> Status {
    TARN_TRY(location, FindLocation(txn, id, Depend::kNo));
    return Ok();
  }));
  return location;
}

Result<bool> Reclaimer::IsOwned(const BlobId& id, uint64_t container) {
  TARN_TRY(const auto location, Find(id));
  return location && location->IsIn(container);
}

bool Reclaimer::IsOld(Timestamp released) const {
  return parts_.clock.Now().micros - released.micros >= parts_.options.reclaim_delay_micros;
}

// Fresh refs that ended in this process, and writers that were abandoned. The commit that declares one dead is ordered
// after the commit that may have referenced it: where that one's outcome is unknown, this one fails, too.
Status Reclaimer::SettleLargeFiles() {
  for (const auto& [container, id] : parts_.pending->TakeSettled()) {
    TARN_TRY(const bool owned, IsOwned(id, container));
    if (owned) continue;
    TARN_CHECK(kv::Transact(parts_.kv, [&](kv::Txn& txn) -> Status {
      const std::string key = DeadKey(container, id);
      TARN_TRY(auto location, FindLocation(txn, id, Depend::kYes));
      TARN_TRY(auto dead, txn.Get(key));
      if (!(location && location->IsIn(container)) && !dead) txn.Put(key, DeadValue({0}));
      return Ok();
    }));
  }
  return Ok();
}

Status Reclaimer::RemoveDeadFiles() {
  const kv::Key all = kv::Key("b").Text("d");
  std::vector<kv::KeyValue> dead;
  TARN_CHECK(kv::Read(parts_.kv, [&](kv::Txn& txn) -> Status {
    TARN_TRY(dead, txn.PeekScan(all.bytes(), all.End(), kDeadPerRound));
    return Ok();
  }));
  std::vector<std::string> done;
  std::set<uint64_t> directories;
  for (const auto& pair : dead) {
    TARN_TRY(const DeadFile file, DecodeDead(pair));
    if (!IsOld(file.released) || parts_.pins.Has(file.id) || parts_.pending->Has(file.container, file.id)) continue;
    TARN_TRY(const bool owned, IsOwned(file.id, file.container));
    Volume* volume = parts_.volumes->Find(file.container);
    if (!owned && volume != nullptr) {
      TARN_CHECK(volume->RemoveLarge(file.container, file.id));
      directories.insert(file.container);
    }
    done.push_back(pair.key);
  }
  // The names' end is durable before the records of it go.
  for (const uint64_t directory : directories) {
    const Status synced = parts_.volumes->Find(directory)->SyncLargeName(directory);
    if (!synced.ok() && !synced.Is(kNoFile)) return synced;
  }
  if (done.empty()) return Ok();
  TARN_CHECK(kv::Transact(parts_.kv, [&](kv::Txn& txn) {
    for (const auto& key : done) txn.Delete(key);
    return Ok();
  }));
  for (const uint64_t directory : directories) {
    parts_.volumes->Find(directory)->RemoveDirectoryIfUnused(directory);
  }
  return Ok();
}

// Files without an owner from before the last start: those directories are looked through once, one a round.
Status Reclaimer::AuditOldDirectory() {
  if (!to_audit_) {
    std::vector<uint64_t> open;
    TARN_CHECK(kv::Read(parts_.kv, [&](kv::Txn& txn) -> Status {
      for (Volume* volume : parts_.volumes->all()) {
        for (const uint64_t directory : volume->old_directories()) {
          TARN_TRY(auto audited, txn.PeekGet(AuditedKey(directory)));
          if (!audited) open.push_back(directory);
        }
      }
      return Ok();
    }));
    to_audit_ = std::move(open);
  }
  if (to_audit_->empty()) return Ok();
  const uint64_t directory = to_audit_->back();
  Volume& volume = *parts_.volumes->Find(directory);
  auto ids = volume.ListLarge(directory);
  if (ids.Is(kNoFile)) {
    to_audit_->pop_back();
    return Ok();
  }
  if (!ids.ok()) return ids.error();
  size_t removed = 0;
  for (const BlobId& id : *ids) {
    TARN_TRY(const bool owned, IsOwned(id, directory));
    if (owned || parts_.pins.Has(id)) continue;
    TARN_CHECK(volume.RemoveLarge(directory, id));
    ++removed;
  }
  if (removed > 0) log::Info("blob", fmt::format("removed {} unowned files of {:016x}", removed, directory));
  TARN_CHECK(volume.SyncLargeName(directory));
  TARN_CHECK(kv::Transact(parts_.kv, [&](kv::Txn& txn) {
    txn.Put(AuditedKey(directory), "");
    return Ok();
  }));
  volume.RemoveDirectoryIfUnused(directory);
  to_audit_->pop_back();
  return Ok();
}

Status Reclaimer::MeasurePacks(size_t first_seen_max) {
  for (Volume* volume : parts_.volumes->all()) {
    for (const uint64_t container : volume->ended_packs()) {
      const auto found = known_.find(container);
      const bool first_seen = found == known_.end();
      if (first_seen ? first_seen_max == 0 : !parts_.releases.TakeDirty(container)) continue;
      if (first_seen) --first_seen_max;
      TARN_CHECK(Measure(container, known_[container]));
    }
  }
  return Ok();
}

Status Reclaimer::Measure(uint64_t container, Pack& pack) {
  auto file = parts_.volumes->Find(container)->OpenPack(container);
  pack.stored_bytes = 0;
  if (file.ok()) {
    TARN_TRY(pack.stored_bytes, (*file)->Size());
  } else if (!file.Is(kNoFile)) {  // a lost one is forgotten when the scrub has healed all that it held
    return file.error();
  }
  pack.live_bytes = 0;
  pack.damaged = false;
  std::string after;
  while (true) {
    TARN_TRY(auto page, ListPlaces(parts_.kv, container, after, kPage));
    for (const auto& place : page.places) pack.live_bytes += place.stored_bytes;
    if (page.places.size() < kPage) return Ok();
    after = page.last_key;
  }
}

Status Reclaimer::CompactPacks() {
  const uint64_t stub_bytes = parts_.options.pack_bytes_max / kStubShare;
  const size_t stubs = static_cast<size_t>(std::ranges::count_if(
      known_, [&](const auto& entry) { return !entry.second.damaged && entry.second.stored_bytes < stub_bytes; }));
  std::vector<uint64_t> chosen;
  for (const auto& [container, pack] : known_) {
    const double share = static_cast<double>(pack.stored_bytes) * parts_.options.live_ratio_min;
    const bool sparse = pack.live_bytes == 0 || static_cast<double>(pack.live_bytes) < share;
    const bool stub = stubs >= kStubsMin && pack.stored_bytes < stub_bytes;
    if (!pack.damaged && (sparse || stub)) chosen.push_back(container);
  }
  for (const uint64_t container : chosen) {
    TARN_TRY(const bool may, MayDisturb(container));
    if (may) TARN_CHECK(Compact(container, known_[container]));
  }
  return Ok();
}

// False while somebody may still come for bytes of it that kv does not know (yet, or any more).
Result<bool> Reclaimer::MayDisturb(uint64_t container) {
  if (parts_.pending->HasAny(container)) return false;
  if (const auto released = parts_.releases.Last(container); released && !IsOld(*released)) return false;
  for (const BlobId& id : parts_.pins.List()) {
    TARN_TRY(const auto location, Find(id));
    if (!location) return false;  // perhaps of this pack: its reader must end first
  }
  return true;
}

Status Reclaimer::Compact(uint64_t container, Pack& pack) {
  while (true) {
    TARN_TRY(auto page, ListPlaces(parts_.kv, container, "", kPage));
    if (page.places.empty()) break;
    uint64_t bytes = 0;
    size_t count = 0;
    while (count < page.places.size() && (count == 0 || bytes + page.places[count].stored_bytes <= kMoveBytesMax)) {
      bytes += page.places[count++].stored_bytes;
    }
    page.places.resize(count);
    Status moved = MovePage(container, page.places);
    if (moved.Is(kDamaged) || moved.Is(kNoFile)) {
      pack.damaged = true;
      log::Fault("blob", fmt::format("pack {:016x} is kept: {}", container, moved.error().message));
      return Ok();
    }
    if (!moved.ok()) return moved;
  }
  // Ordered after every commit that may have referenced something here, even those of unknown outcome.
  TARN_CHECK(kv::Transact(parts_.kv, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const bool empty, HoldsNothing(txn, container));
    if (!empty) return Fail(kv::kConflict, "a pack that was to be removed is in use again");
    txn.Put(RemovedPackKey(), RemovedPackValue(container));
    return Ok();
  }));
  Status removed = parts_.volumes->Find(container)->RemovePack(container);
  if (!removed.ok() && !removed.Is(kNoFile)) return removed;
  parts_.releases.Forget(container);
  known_.erase(container);
  return Ok();
}

Status Reclaimer::MovePage(uint64_t container, const std::vector<Place>& places) {
  TARN_TRY(auto file, parts_.volumes->Find(container)->OpenPack(container));
  // Within its volume: the other copy lies in another one.
  Appender& appender = parts_.volumes->AppenderOf(*parts_.volumes->Find(container));
  std::vector<std::future<Result<Placement>>> copies;
  for (const auto& place : places) {
    TARN_TRY(std::string bytes, TakeStored(*file, place));
    const auto promise = std::make_shared<std::promise<Result<Placement>>>();
    copies.push_back(promise->get_future());
    appender.Append(std::move(bytes), [promise](Result<Placement> at) { promise->set_value(std::move(at)); });
  }
  std::vector<Placement> moved;
  for (auto& copy : copies) {
    TARN_TRY(const Placement at, copy.get());
    moved.push_back(at);
  }
  return kv::Transact(parts_.kv, [&](kv::Txn& txn) -> Status {
    for (size_t i = 0; i < places.size(); ++i) {
      TARN_TRY(auto location, FindLocation(txn, places[i].id, Depend::kYes));
      if (!location || !location->IsAt(places[i].at)) continue;  // released meanwhile
      txn.Delete(PlaceKey(places[i].at, places[i].id));
      location->Move(places[i].at, moved[i]);
      txn.Put(PlaceKey(moved[i], places[i].id), PlaceValue(location->stored_bytes));
      txn.Put(LocationKey(places[i].id), location->Encode());
    }
    return Ok();
  });
}

}  // namespace tarn::blob
