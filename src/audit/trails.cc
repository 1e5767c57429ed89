#include "audit/trails.h"

#include <fmt/format.h>

#include <algorithm>

#include "audit/errors.h"
#include "audit/keys.h"
#include "base/strings.h"
#include "kv/pages.h"

namespace tarn::audit {
namespace {

constexpr size_t kTrailsMax = 5;  // of a region and account, as in AWS
constexpr size_t kPage = 1000;

std::string TrailKey(const Scope& home, std::string_view name) {
  return ScopeKey(kTrailSpace, home.account, home.region).Text(name).Take();
}
std::string StateKey(const Scope& home, std::string_view name) {
  return ScopeKey(kTrailStateSpace, home.account, home.region).Text(name).Take();
}

Error NoSuch(std::string_view name) { return Fail(kNoSuchTrail, fmt::format("there is no trail {}", name)); }

Result<std::optional<Trail>> Find(kv::Txn& txn, const Scope& home, std::string_view name) {
  TARN_TRY(const auto bytes, txn.Get(TrailKey(home, name)));
  if (!bytes) return std::optional<Trail>();
  auto trail = DecodeRecord<Trail>(*bytes);
  if (!trail) return Fail(kDamaged, fmt::format("the record of trail {} is damaged", name));
  return trail;
}

}  // namespace

std::string Trail::arn() const {
  return fmt::format("arn:aws:cloudtrail:{}:{}:trail/{}", home.region, home.account, name);
}

bool Trail::Wants(InsightType type) const { return std::ranges::find(insights, type) != insights.end(); }

bool Trail::Takes(const Event& event) const {
  if (event.account != home.account) return false;
  if (event.category == Category::kInsight) {
    if (!multi_region && event.region != home.region) return false;
    return Wants(event.error_code.empty() ? InsightType::kCallRate : InsightType::kErrorRate);
  }
  const bool global = event.source == "iam.amazonaws.com" || event.source == "organizations.amazonaws.com";
  if (global && !global_events) return false;
  if (!multi_region && !global && event.region != home.region) return false;
  return selectors.Takes(event);
}

std::optional<TrailName> ParseTrailArn(std::string_view arn) {
  const auto parts = Split(arn, ':');
  if (parts.size() != 6 || parts[0] != "arn" || parts[1] != "aws" || parts[2] != "cloudtrail") return std::nullopt;
  if (parts[3].empty() || parts[4].size() != 12 || !parts[5].starts_with("trail/")) return std::nullopt;
  return TrailName{{std::string(parts[4]), std::string(parts[3])}, std::string(parts[5].substr(6))};
}

std::shared_ptr<const Trails::List> Trails::Snapshot() const {
  const std::lock_guard lock(mutex_);
  return trails_;
}

// All trails of the lake are few, and change seldom.
Status Trails::Load() {
  auto list = std::make_shared<List>();
  const kv::Key space(kTrailSpace);
  const std::lock_guard lock(mutex_);
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    for (kv::Pages pages(space, kPage); !pages.done();) {
      TARN_TRY(const auto page, pages.Next(txn));
      for (const kv::KeyValue& pair : page) {
        auto trail = DecodeRecord<Trail>(pair.value);
        if (!trail) return Fail(kDamaged, "the record of a trail is damaged");
        list->push_back(std::make_shared<const Trail>(std::move(*trail)));
      }
    }
    return Ok();
  }));
  any_data_.store(
      std::ranges::any_of(*list, [](const auto& trail) { return trail->logging && trail->selectors.TakesData(); }),
      std::memory_order_relaxed);
  trails_ = std::move(list);
  return Ok();
}

Status Trails::Create(Trail trail) {
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto present, Find(txn, trail.home, trail.name));
    if (present) {
      return Fail(kTrailExists,
                  fmt::format("Trail {} already exists for customer: {}", trail.name, trail.home.account));
    }
    const kv::Key scope = ScopeKey(kTrailSpace, trail.home.account, trail.home.region);
    TARN_TRY(const auto others, txn.Scan(scope.bytes(), scope.End(), kTrailsMax));
    if (others.size() >= kTrailsMax) {
      return Fail(kTooManyTrails, fmt::format("User: {} already has {} trails in {}.", trail.home.account,
                                              others.size(), trail.home.region));
    }
    txn.Put(TrailKey(trail.home, trail.name), EncodeRecord(trail));
    txn.Delete(StateKey(trail.home, trail.name));
    return Ok();
  }));
  return Load();
}

Result<Trail> Trails::Update(const Scope& home, std::string_view name, const std::function<Status(Trail&)>& change) {
  Trail changed;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto present, Find(txn, home, name));
    if (!present) return NoSuch(name);
    changed = std::move(*present);
    TARN_CHECK(change(changed));
    txn.Put(TrailKey(home, name), EncodeRecord(changed));
    return Ok();
  }));
  TARN_CHECK(Load());
  return changed;
}

Status Trails::Delete(const Scope& home, std::string_view name) {
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto present, Find(txn, home, name));
    if (!present) return NoSuch(name);
    txn.Delete(TrailKey(home, name));
    txn.Delete(StateKey(home, name));
    return Ok();
  }));
  return Load();
}

Result<Trail> Trails::Get(const Scope& home, std::string_view name) const {
  for (const auto& trail : *Snapshot()) {
    if (trail->home == home && trail->name == name) return *trail;
  }
  return NoSuch(name);
}

Trails::List Trails::Of(std::string_view account) const {
  List found;
  for (const auto& trail : *Snapshot()) {
    if (trail->home.account == account) found.push_back(trail);
  }
  return found;
}

Result<TrailState> Trails::StateOf(const Scope& home, std::string_view name) const {
  TrailState state;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto bytes, txn.PeekGet(StateKey(home, name)));
    if (!bytes) return Ok();
    auto read = DecodeRecord<TrailState>(*bytes);
    if (!read) return Fail(kDamaged, fmt::format("the state of trail {} is damaged", name));
    state = std::move(*read);
    return Ok();
  }));
  return state;
}

Status Trails::PutState(kv::Txn& txn, const Trail& trail, const TrailState& state) {
  // A trail deleted meanwhile leaves none.
  TARN_TRY(const auto present, txn.Get(TrailKey(trail.home, trail.name)));
  if (present) txn.Put(StateKey(trail.home, trail.name), EncodeRecord(state));
  return Ok();
}

Status Trails::ChangeState(const Trail& trail, const std::function<void(TrailState&)>& change) {
  TARN_TRY(TrailState state, StateOf(trail.home, trail.name));
  change(state);
  return kv::Transact(store_, [&](kv::Txn& txn) { return PutState(txn, trail, state); });
}

bool Trails::TakesNow(const Event& event) const {
  return std::ranges::any_of(*Snapshot(), [&](const auto& trail) { return trail->logging && trail->Takes(event); });
}

}  // namespace tarn::audit
