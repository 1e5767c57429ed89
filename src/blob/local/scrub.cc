#include "blob/local/scrub.h"

#include <fmt/format.h>

#include <utility>

#include "base/log.h"
#include "base/record.h"
#include "blob/local/local_store.h"
#include "blob/local/stored.h"
#include "kv/key.h"

namespace tarn::blob {
namespace {

constexpr size_t kPage = 256;
constexpr uint64_t kBytesPerStep = 8 << 20;
constexpr size_t kDamagedLinesMax = 100;

// Frozen: docs/format/blob.md.
enum StateTag : uint32_t { kNow = 1, kLast = 2, kCursor = 3 };
enum ReportTag : uint32_t { kStarted = 1, kFinished = 2, kBlobs = 3, kBytes = 4, kHealed = 5, kBad = 6, kLine = 7 };

std::string StateKey() { return kv::Key("b").Text("s").Take(); }

std::string Encode(const ScrubReport& report) {
  RecordWriter record;
  record.I64(kStarted, report.started.micros).I64(kFinished, report.finished.micros);
  record.U64(kBlobs, report.blobs).U64(kBytes, report.bytes).U64(kHealed, report.healed).U64(kBad, report.bad);
  for (const auto& line : report.damaged) record.Str(kLine, line);
  return record.Take();
}

ScrubReport Decode(std::string_view bytes) {
  ScrubReport report;
  RecordReader record(bytes);
  while (record.Next()) {
    if (record.tag() == kStarted) report.started = {record.i64()};
    if (record.tag() == kFinished) report.finished = {record.i64()};
    if (record.tag() == kBlobs) report.blobs = record.u64();
    if (record.tag() == kBytes) report.bytes = record.u64();
    if (record.tag() == kHealed) report.healed = record.u64();
    if (record.tag() == kBad) report.bad = record.u64();
    if (record.tag() == kLine) report.damaged.push_back(record.str());
  }
  return report;
}

Result<std::optional<Location>> FindNow(Parts& parts, const BlobId& id) {
  std::optional<Location> location;
  TARN_CHECK(kv::Read(parts.kv, [&](kv::Txn& txn) -> Status {
    TARN_TRY(location, FindLocation(txn, id, Depend::kNo));
    return Ok();
  }));
  return location;
}

}  // namespace

Result<ScrubReport> Scrubber::RunWhole() {
  ScrubReport report;
  report.started = parts_.clock.Now();
  std::string after;
  while (true) {
    TARN_TRY(auto page, ListAllPlaces(parts_.kv, after, kPage));
    for (const auto& place : page.places) TARN_CHECK(Check(place, report));
    if (page.places.size() < kPage) break;
    after = page.last_key;
  }
  report.finished = parts_.clock.Now();
  return report;
}

Status Scrubber::Load() {
  if (loaded_) return Ok();
  std::optional<std::string> bytes;
  TARN_CHECK(kv::Read(parts_.kv, [&](kv::Txn& txn) -> Status {
    TARN_TRY(bytes, txn.PeekGet(StateKey()));
    return Ok();
  }));
  loaded_ = true;
  if (!bytes) return Ok();
  RecordReader record(*bytes);
  while (record.Next()) {
    if (record.tag() == kNow) progress_.now = Decode(record.bytes());
    if (record.tag() == kLast) progress_.last = Decode(record.bytes());
    if (record.tag() == kCursor) cursor_ = record.str();
  }
  return Ok();
}

Status Scrubber::Save() {
  RecordWriter record;
  if (progress_.now) record.Str(kNow, Encode(*progress_.now)).Str(kCursor, cursor_);
  if (progress_.last) record.Str(kLast, Encode(*progress_.last));
  const std::string bytes = record.Take();
  return kv::Transact(parts_.kv, [&](kv::Txn& txn) {
    txn.Put(StateKey(), bytes);
    return Ok();
  });
}

Result<std::optional<uint64_t>> Scrubber::RunSome() {
  ScrubReport report;
  std::string after;
  {
    std::lock_guard lock(mutex_);
    TARN_CHECK(Load());
    const Timestamp now = parts_.clock.Now();
    if (!progress_.now) {
      const int64_t period = parts_.options.scrub_period_micros;
      if (progress_.last && now.micros - progress_.last->started.micros < period) return std::optional<uint64_t>();
      progress_.now.emplace();
      progress_.now->started = now;
      cursor_.clear();
    }
    report = *progress_.now;
    after = cursor_;
  }
  const uint64_t before = report.bytes;
  TARN_TRY(auto page, ListAllPlaces(parts_.kv, after, kPage));
  size_t checked = 0;
  while (checked < page.places.size() && report.bytes - before < kBytesPerStep) {
    const Place& place = page.places[checked++];
    TARN_CHECK(Check(place, report));
    after = PlaceKey(place.at, place.id);
  }
  std::lock_guard lock(mutex_);
  progress_.now = report;
  cursor_ = after;
  if (checked == page.places.size() && checked < kPage) {
    report.finished = parts_.clock.Now();
    progress_.last = report;
    progress_.now.reset();
    const std::string told =
        fmt::format("scrub: {} blobs read, {} bad, {} healed", report.blobs, report.bad, report.healed);
    report.bad > report.healed ? log::Fault("blob", told) : log::Info("blob", told);
  }
  TARN_CHECK(Save());
  return std::optional(report.bytes - before);
}

Result<ScrubProgress> Scrubber::Progress() {
  std::lock_guard lock(mutex_);
  TARN_CHECK(Load());
  return progress_;
}

Status Scrubber::Check(const Place& place, ScrubReport& report) {
  TARN_TRY(auto fault, FindFaultOf(parts_, place, /*from_disk=*/true));
  ++report.blobs;
  report.bytes += place.stored_bytes;
  bytes_.Add(place.stored_bytes);
  if (!fault) return Ok();
  TARN_TRY(const Healing healing, Heal(place, *fault));
  if (healing == Healing::kNotNeeded) return Ok();
  ++report.bad;
  damaged_.Add();
  if (healing == Healing::kHealed) {
    ++report.healed;
    return Ok();
  }
  const std::string line = fmt::format("blob {}: {}", place.id.Hex(), *fault);
  log::Fault("blob", line);
  if (report.damaged.size() < kDamagedLinesMax) report.damaged.push_back(line);
  return Ok();
}

// `why` is what is wrong with the copy; told more of when it cannot be healed.
Result<Scrubber::Healing> Scrubber::Heal(const Place& bad, std::string& why) {
  TARN_TRY(const auto location, FindNow(parts_, bad.id));
  if (!location || !location->IsAt(bad.at)) return Healing::kNotNeeded;  // moved or released meanwhile
  if (!location->second) return Healing::kImpossible;
  const Placement other = location->at == bad.at ? *location->second : location->at;
  const Place source{other, bad.id, bad.stored_bytes};
  TARN_TRY(const auto fault, FindFaultOf(parts_, source, /*from_disk=*/false));
  if (fault) {
    why += "; its second copy: " + *fault;
    return Healing::kImpossible;
  }
  auto fresh = CopyStored(parts_, source, bad.at);
  if (!fresh.ok()) {
    why += "; it cannot be healed: " + fresh.error().message;
    return Healing::kImpossible;
  }
  bool moved = false;
  const Status done = kv::Transact(parts_.kv, [&](kv::Txn& txn) -> Status {
    moved = false;
    TARN_TRY(auto now, FindLocation(txn, bad.id, Depend::kYes));
    if (!now || !now->IsAt(bad.at)) return Ok();
    now->Move(bad.at, *fresh);
    txn.Delete(PlaceKey(bad.at, bad.id));
    txn.Put(PlaceKey(*fresh, bad.id), PlaceValue(now->stored_bytes));
    txn.Put(LocationKey(bad.id), now->Encode());
    if (!IsPack(bad.at.container)) txn.Put(DeadKey(bad.at.container, bad.id), DeadValue(parts_.clock.Now()));
    moved = true;
    return Ok();
  });
  if ((!done.ok() || !moved) && !IsPack(fresh->container)) parts_.pending->Settle(fresh->container, bad.id);
  TARN_CHECK(done);
  if (!moved) return Healing::kNotNeeded;
  if (IsPack(bad.at.container)) parts_.releases.Note(bad.at.container, parts_.clock.Now());
  healed_.Add();
  log::Warn("blob", fmt::format("blob {}: {}; healed from its second copy", bad.id.Hex(), why));
  return Healing::kHealed;
}

Status Scrubber::HealSuspects() {
  for (const BlobId& id : parts_.suspects.Take()) {
    TARN_TRY(const auto location, FindNow(parts_, id));
    if (!location) continue;
    ScrubReport unused;
    for (const Placement& at : location->Places()) TARN_CHECK(Check({at, id, location->stored_bytes}, unused));
  }
  return Ok();
}

}  // namespace tarn::blob
