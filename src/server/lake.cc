#include "server/lake.h"

#include <fmt/format.h>

#include <cstddef>
#include <filesystem>
#include <utility>

#include "base/executor.h"
#include "blob/blob.h"
#include "blob/key_wrapper.h"
#include "govern/hot_keys.h"
#include "iam/hot_keys.h"
#include "identity/hot_keys.h"
#include "jobs/crawl/crawl_runner.h"
#include "jobs/crawl/definitions.h"
#include "kv/rocksdb_store.h"
#include "object/hot_keys.h"
#include "organizations/organizations.h"
#include "query/service.h"
#include "registry/registry.h"
#include "server/care/caretaker.h"
#include "server/doors/services.h"
#include "server/facts/resource_tags.h"
#include "server/parts/audit_trail.h"
#include "server/parts/catalogs.h"
#include "server/parts/crawl_guard.h"
#include "server/parts/engine_pool.h"
#include "server/parts/firehose.h"
#include "server/parts/governance.h"
#include "server/parts/identities.h"
#include "server/parts/metrics.h"
#include "server/parts/objects.h"
#include "server/parts/streams.h"
#include "server/secrets/master_key.h"

namespace tarn::server {
namespace {

namespace fs = std::filesystem;
namespace crawl = jobs::crawl;

constexpr size_t kBlobThreads = 16;
constexpr size_t kBlobQueueMax = 20'000;

// The members stand in the order in which they need each other: later ones use earlier ones, and end first.
class OpenLake : public Lake {
 public:
  OpenLake(const Options& options, const Clock& clock) : options_(options), clock_(clock) {}
  ~OpenLake() override {
    if (care_) care_->Stop();
    if (audit_) audit_->Stop();
    if (firehose_) firehose_->Stop();
    if (services_) services_->Stop();
  }

  Status Open() {
    TARN_CHECK(OpenStores());
    TARN_CHECK(OpenDomains());
    TARN_CHECK(OpenAnalytics());
    TARN_CHECK(OpenServices());
    metrics_->requests.Start();
    catalogs_->purger.Start();
    return firehose_->Start();
  }

  http::Handler& api() override { return services_->handler(); }
  void EndSubscriptions() const override { streams_->EndSubscriptions(); }
  const std::string& credentials_file() const override { return credentials_file_; }

 private:
  Status OpenStores() {
    std::error_code failed;
    fs::create_directories(options_.data, failed);
    if (failed) return Fail(kIoError, fmt::format("{}: cannot be made: {}", options_.data, failed.message()));
    const bool is_new = !fs::exists(options_.data + "/kv");
    TARN_TRY(const std::string given, GivenMasterKey(options_.data, options_.master_key, options_.master_kms, is_new));
    TARN_TRY(lake_key_, OpenMasterKey(options_.data, given, is_new));
    wrapper_ = blob::MakeKeyWrapper(lake_key_);
    kv::RocksDbOptions metadata;
    metadata.hot_prefixes = {object::HotPrefix(), identity::VersionKey(), iam::HotPrefix(), govern::HotPrefix(),
                             organizations::VersionKey()};
    TARN_TRY(auto store, kv::OpenRocksDb(options_.data + "/kv", metadata));
    audit_ = std::make_unique<AuditTrail>(std::move(store), clock_, options_);
    kv_ = audit_->TakeStore();
    blob::Options blobs;
    blobs.directory = options_.data + "/blobs";
    blobs.volumes = options_.volumes;
    blobs.placements = options_.storage_classes;
    blobs.encryption = options_.encryption;
    blobs.scrub_period_micros = options_.scrub_days * kMicrosPerDay;
    TARN_TRY(blobs_, blob::OpenLocal(std::move(blobs), *kv_, blob_pool_, *wrapper_, clock_));
    return Ok();
  }

  Status OpenDomains() {
    identities_ = std::make_unique<Identities>(*kv_, clock_, lake_key_, options_, audit_->denials());
    TARN_TRY(credentials_file_, identities_->EnsureAccounts(options_));
    TARN_TRY(streams_, LakeStreams::Open(options_.data, *kv_, *wrapper_, clock_, DeriveKey(lake_key_, "streams"),
                                         int64_t{options_.stream_settle_ms} * 1000));
    objects_ =
        std::make_unique<Objects>(*kv_, *blobs_, clock_, blob_pool_, identities_->authorizer, lake_key_, options_);
    catalogs_ = std::make_unique<Catalogs>(*kv_, *blobs_, objects_->store, clock_);
    governance_ = std::make_unique<Governance>(*kv_, clock_, *identities_, objects_->store, catalogs_->catalog);
    metrics_ = std::make_unique<Metrics>(*kv_, clock_, objects_->store, identities_->directory);
    schemas_ = std::make_unique<registry::SchemaRegistry>(*kv_, clock_);
    return catalogs_->Recover();
  }

  Status OpenAnalytics() {
    TARN_TRY(engine_, OpenEnginePool(options_));
    TARN_TRY(firehose_, Firehose::Open({*kv_, *blobs_, objects_->store, catalogs_->catalog, catalogs_->tables,
                                        catalogs_->snapshots, *engine_, *schemas_, identities_->iam,
                                        governance_->catalog_authorizer, objects_->keys, clock_, *streams_,
                                        *metrics_->store, &governance_->governor, options_.firehose_seconds_max,
                                        uint64_t{options_.firehose_backlog_mib} << 20}));
    const query::IcebergAccess iceberg{catalogs_->tables,    catalogs_->manifests, catalogs_->planner,
                                       catalogs_->snapshots, &catalogs_->buckets,  &firehose_->tails()};
    queries_ =
        std::make_unique<query::QueryService>(*kv_, catalogs_->catalog, objects_->store, iceberg, *engine_, clock_,
                                              query::QueryOptions{.access = &governance_->governor,
                                                                  .authorizer = &governance_->catalog_authorizer,
                                                                  .classifier = &governance_->classifier});
    TARN_CHECK(queries_->Recover());
    crawlers_ = std::make_unique<crawl::Definitions>(*kv_, clock_);
    crawls_ = std::make_unique<crawl::CrawlRunner>(*kv_, *crawlers_, catalogs_->catalog, objects_->store, clock_,
                                                   CrawlGuard(identities_->iam, governance_->governor));
    TARN_CHECK(crawls_->Recover());
    resource_tags_ = std::make_unique<ResourceTags>(
        ResourceTags::Parts{catalogs_->catalog, catalogs_->buckets, *crawlers_, *queries_, objects_->keys});
    identities_->authorizer.SetResourceTags(resource_tags_.get());
    return Ok();
  }

  Status OpenServices() {
    TARN_TRY(care_, Caretaker::Open({.options = options_,
                                     .clock = clock_,
                                     .kv = *kv_,
                                     .objects = *objects_,
                                     .catalogs = *catalogs_,
                                     .engine = *engine_,
                                     .crawls = *crawls_,
                                     .storage_metrics = metrics_->storage,
                                     .streams = *streams_}));
    TARN_CHECK(audit_->Open(objects_->store, identities_->sessions, DeriveKey(lake_key_, "audit"),
                            catalogs_->ForUpkeep(objects_->store, clock_, *engine_)));
    TARN_TRY(services_, Services::Open({.options = options_,
                                        .clock = clock_,
                                        .lake_key = lake_key_,
                                        .kv = *kv_,
                                        .blobs = *blobs_,
                                        .audit = *audit_,
                                        .identities = *identities_,
                                        .objects = *objects_,
                                        .catalogs = *catalogs_,
                                        .governance = *governance_,
                                        .metrics = *metrics_,
                                        .engine = *engine_,
                                        .streams = *streams_,
                                        .firehose = *firehose_,
                                        .queries = *queries_,
                                        .crawlers = *crawlers_,
                                        .crawls = *crawls_,
                                        .schemas = *schemas_,
                                        .care = *care_}));
    return Ok();
  }

  const Options options_;
  const Clock& clock_;
  std::string credentials_file_;
  std::string lake_key_;

  WorkerPool blob_pool_{"blob", kBlobThreads, kBlobQueueMax};
  std::unique_ptr<blob::KeyWrapper> wrapper_;
  std::unique_ptr<kv::Store> kv_;
  std::unique_ptr<AuditTrail> audit_;  // writes to the store until it ends
  std::unique_ptr<blob::Store> blobs_;
  std::unique_ptr<Identities> identities_;
  std::unique_ptr<LakeStreams> streams_;
  std::unique_ptr<Objects> objects_;
  std::unique_ptr<Catalogs> catalogs_;
  std::unique_ptr<Governance> governance_;
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<registry::SchemaRegistry> schemas_;
  std::unique_ptr<engine::Pool> engine_;
  std::unique_ptr<Firehose> firehose_;
  std::unique_ptr<ResourceTags> resource_tags_;  // the authorizer asks it until the last statement has ended
  std::unique_ptr<query::QueryService> queries_;
  std::unique_ptr<crawl::Definitions> crawlers_;
  std::unique_ptr<crawl::CrawlRunner> crawls_;
  std::unique_ptr<Caretaker> care_;
  std::unique_ptr<Services> services_;
};

}  // namespace

Result<std::unique_ptr<Lake>> Lake::Open(const Options& options, const Clock& clock) {
  auto lake = std::make_unique<OpenLake>(options, clock);
  TARN_CHECK(lake->Open());
  return std::unique_ptr<Lake>(std::move(lake));
}

}  // namespace tarn::server
