#include "server/care/caretaker.h"

#include <string_view>

#include "api/s3/lifecycle/kept_rules.h"
#include "jobs/crawl/definitions.h"
#include "kv/kv.h"
#include "server/care/upkeep_timer.h"
#include "server/care/zone_route.h"
#include "server/webhooks.h"

namespace tarn::server {
namespace {

namespace crawl = jobs::crawl;
namespace maintain = jobs::maintain;

// On disk: the kinds of the lake's own timers.
constexpr std::string_view kLifecycleTimer = "lifecycle";
constexpr std::string_view kStorageTimer = "storage-metrics";
constexpr std::string_view kKeysTimer = "kms-keys";
constexpr std::string_view kStreamsTimer = "streams";
constexpr std::string_view kOnlyId = "all";

}  // namespace

Caretaker::Caretaker(const CaretakerParts& parts)
    : parts_(parts),
      zones_(MakeZones(parts.kv, parts.catalogs.catalog, parts.objects.store, parts.clock)),
      maintainer_(
          parts.kv, parts.catalogs.ForUpkeep(parts.objects.store, parts.clock, parts.engine), parts.catalogs.buckets,
          maintain::Options{
              .enabled = parts.options.upkeep_seconds > 0,
              .zone_days = [this](const Scope& scope,
                                  const catalog::Table& table) { return zones_->RetentionDaysOf(scope, table); },
              .trial_seconds = parts.options.upkeep_seconds < 60 ? parts.options.upkeep_seconds : 0}),
      tiering_(
          parts.objects.store, parts.clock,
          [&objects = parts.objects.store](const object::Bucket& bucket) {
            return api::s3::ArchiveRulesOf(objects, bucket);
          },
          StorageTimesOf(parts.options)),
      lifecycle_(
          parts.kv, parts.objects.store, parts.clock,
          [&objects = parts.objects.store](const object::Bucket& bucket) {
            return api::s3::LifecycleRulesOf(objects, bucket);
          },
          LifecycleOptions()),
      restorer_(parts.objects.store, parts.clock, &tiering_, StorageTimesOf(parts.options)),
      timers_(parts.kv, parts.clock),
      courier_(MakeS3Courier(parts.kv, parts.objects.store, parts.options)) {}

Result<std::unique_ptr<Caretaker>> Caretaker::Open(const CaretakerParts& parts) {
  auto made = std::unique_ptr<Caretaker>(new Caretaker(parts));
  TARN_CHECK(made->zones_->ApplyAll());
  made->HandleTimers();
  TARN_CHECK(made->SetTimers());
  made->restorer_.Start();
  made->lifecycle_.Start();
  made->maintainer_.Start();
  made->timers_.Start();
  made->courier_->Start();
  return made;
}

void Caretaker::Stop() {
  courier_->Stop();
  timers_.Stop();  // before those whom they wake
  restorer_.Stop();
  lifecycle_.Stop();
  maintainer_.Stop();
}

object::LifecycleRunner::Options Caretaker::LifecycleOptions() {
  return {.times = StorageTimesOf(parts_.options),
          .also = [this]() -> Status {
            TARN_CHECK(zones_->ApplyAll());
            TARN_CHECK(tiering_.RunOnce());
            return Ok();
          },
          .sparing = [this](const object::Bucket& bucket,
                            const object::LifecycleRules& rules) -> Result<object::LifecycleRunner::Sparing> {
            return SparedByZones(parts_.kv, parts_.catalogs.catalog, parts_.catalogs.tables, parts_.objects.store,
                                 bucket, rules);
          }};
}

void Caretaker::HandleTimers() {
  timers_.Handle(crawl::kTimerKind, [this](const schedule::Timer& timer) -> Status {
    const auto crawler = crawl::ParseTimerId(timer.id);
    if (!crawler) return Fail(kInternalError, "a timer without a crawler");
    TARN_CHECK(parts_.crawls.Start(crawler->first, crawler->second));
    return Ok();
  });
  timers_.Handle(kStorageTimer, [this](const schedule::Timer&) { return parts_.storage_metrics.Sample(); });
  timers_.Handle(kLifecycleTimer, [this](const schedule::Timer&) -> Status {
    lifecycle_.Wake();
    return Ok();
  });
  timers_.Handle(maintain::kTimerKind, [this](const schedule::Timer&) -> Status {
    maintainer_.Wake();
    return Ok();
  });
  timers_.Handle(kKeysTimer, [this](const schedule::Timer&) { return parts_.objects.keys.Sweep(); });
  timers_.Handle(kStreamsTimer, [this](const schedule::Timer&) { return parts_.streams.Reclaim(); });
}

Status Caretaker::SetTimers() {
  TARN_TRY(const schedule::Schedule daily, schedule::Schedule::Parse("cron(0 0 * * ? *)"));
  TARN_TRY(const schedule::Schedule hourly, schedule::Schedule::Parse("cron(0 * * * ? *)"));
  const Timestamp now = parts_.clock.Now();
  const auto set_once = [now](kv::Txn& txn, std::string_view kind, const schedule::Schedule& times) -> Status {
    TARN_TRY(const auto present, schedule::Timers::Find(txn, kind, kOnlyId));
    return present ? Ok() : schedule::Timers::Set(txn, kind, kOnlyId, times, now);
  };
  return kv::Transact(parts_.kv, [&](kv::Txn& txn) -> Status {
    for (const std::string_view kind : {kStorageTimer, kKeysTimer, kStreamsTimer}) {
      TARN_CHECK(set_once(txn, kind, hourly));
    }
    TARN_CHECK(SetUpkeepTimer(txn, parts_.options.upkeep_seconds, now));
    return set_once(txn, kLifecycleTimer, daily);
  });
}

}  // namespace tarn::server
