#include "server/lake.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>
#include <utility>

#include "api/athena/athena_service.h"
#include "api/cloudwatch/cloudwatch_service.h"
#include "api/glue/glue_service.h"
#include "api/iam/iam_service.h"
#include "api/iceberg/rest.h"
#include "api/kms/kms_service.h"
#include "api/lakeformation/lakeformation_service.h"
#include "api/organizations/organizations_service.h"
#include "api/protocol/dispatch.h"
#include "api/ram/ram_service.h"
#include "api/s3/events/notifications.h"
#include "api/s3/logging/access_log.h"
#include "api/s3/metrics/request_counter.h"
#include "api/s3/s3_service.h"
#include "api/s3control/s3control_service.h"
#include "api/s3tables/s3tables_service.h"
#include "api/sts/sts_service.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/strings.h"
#include "blob/blob.h"
#include "blob/key_wrapper.h"
#include "catalog/buckets/table_buckets.h"
#include "catalog/catalog.h"
#include "catalog/iceberg/planner.h"
#include "catalog/iceberg/purge.h"
#include "catalog/iceberg/snapshots.h"
#include "catalog/iceberg/tables.h"
#include "catalog/iceberg/views.h"
#include "enforce/object_authorizer.h"
#include "engine/engine.h"
#include "govern/classifier.h"
#include "govern/governor.h"
#include "govern/hot_keys.h"
#include "iam/hot_keys.h"
#include "iam/iam.h"
#include "identity/authorize.h"
#include "identity/directory.h"
#include "identity/hot_keys.h"
#include "identity/policy_authorizer.h"
#include "identity/sessions.h"
#include "jobs/crawl/crawl_runner.h"
#include "jobs/crawl/definitions.h"
#include "jobs/maintain/maintainer.h"
#include "keys/keys.h"
#include "kv/rocksdb_store.h"
#include "object/directory/directory_objects.h"
#include "object/hot_keys.h"
#include "object/lifecycle/restorer.h"
#include "object/lifecycle/runner.h"
#include "object/lifecycle/tiering.h"
#include "object/points/access_points.h"
#include "object/store.h"
#include "observe/metric_store.h"
#include "observe/storage_metrics.h"
#include "organizations/organizations.h"
#include "query/service.h"
#include "ram/ram.h"
#include "registry/registry.h"
#include "schedule/timers.h"
#include "server/audit_trail.h"
#include "server/care/admin.h"
#include "server/care/upkeep_timer.h"
#include "server/care/zone_route.h"
#include "server/catalog_authorizer.h"
#include "server/doors/ingest.h"
#include "server/facts/formation_shares.h"
#include "server/facts/key_use.h"
#include "server/facts/outside_engines.h"
#include "server/facts/resource_tags.h"
#include "server/firehose.h"
#include "server/master_key.h"
#include "server/object_keys.h"
#include "server/principal_facts.h"
#include "server/root_credentials.h"
#include "server/sign_in/session_principals.h"
#include "server/streams.h"
#include "server/usage_source.h"
#include "server/webhooks.h"
#include "sql/macros.h"

namespace tarn::server {
namespace {
namespace fs = std::filesystem;
namespace crawl = jobs::crawl;
constexpr std::string_view kLifecycleTimer = "lifecycle";
constexpr std::string_view kStorageTimer = "storage-metrics";
constexpr std::string_view kKeysTimer = "kms-keys";
constexpr std::string_view kStreamsTimer = "streams";
constexpr size_t kMetadataThreads = 8;
// Commits to one table wait for each other, so that they become one.
constexpr size_t kIcebergThreads = 32;
constexpr size_t kDataThreads = 16;
constexpr size_t kQueryThreads = 8;
constexpr size_t kQueueMax = 20'000;

uint64_t MachineMemoryBytes() {
  return static_cast<uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

engine::Pool::Options PoolOptions(const Options& options) {
  engine::Pool::Options pool;
  pool.slots = options.query_slots > 0 ? options.query_slots : std::max<size_t>(2, std::thread::hardware_concurrency());
  // Half of the machine for queries, the rest for the page cache and everything else.
  pool.memory_bytes = options.query_memory_bytes > 0
                          ? options.query_memory_bytes
                          : std::max<uint64_t>(256ULL << 20, MachineMemoryBytes() / 2 / pool.slots);
  pool.spill_directory = options.data + "/spill";
  for (const std::string_view macro : sql::MacroStatements()) pool.macros.emplace_back(macro);
  return pool;
}

// What the lake key seals beside blobs gets a key of its own, derived from it.
std::string DeriveKey(const std::string& lake_key, std::string_view purpose) { return HmacSha256(lake_key, purpose); }

// The members stand in the order in which they need each other: later ones use earlier ones, and end first.
class OpenLake : public Lake {
 public:
  OpenLake(const Options& options, const Clock& clock) : options_(options), clock_(clock) {}
  ~OpenLake() override {
    if (access_log_) access_log_->Stop();
    if (courier_) courier_->Stop();
    if (audit_) audit_->Stop();
    if (timers_) timers_->Stop();
    if (firehose_) firehose_->Stop();
    if (restorer_) restorer_->Stop();
    if (lifecycle_) lifecycle_->Stop();
    if (maintainer_) maintainer_->Stop();
    query_pool_.Stop();
    data_pool_.Stop();
    iceberg_pool_.Stop();
    metadata_pool_.Stop();
  }

  Status Open() {
    TARN_CHECK(OpenStores());
    TARN_CHECK(OpenIdentity());
    TARN_CHECK(OpenDomains());
    return OpenApi();
  }

  http::Handler& api() override { return api_; }
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

  Status OpenIdentity() {
    directory_ = std::make_unique<identity::Directory>(*kv_, clock_, DeriveKey(lake_key_, "identity"));
    iam_ = std::make_unique<iam::Iam>(*kv_, clock_, *directory_, DeriveKey(lake_key_, "iam"));
    iam_->last_used().Start();
    sessions_ = std::make_unique<identity::Sessions>(*directory_, clock_, DeriveKey(lake_key_, "sessions"));
    organizations_ = std::make_unique<organizations::Organizations>(*kv_, clock_, *directory_, *iam_);
    ram_ = std::make_unique<ram::Ram>(*kv_, clock_, *organizations_);
    session_principals_ = std::make_unique<SessionPrincipals>(*iam_);
    sessions_->SetPrincipals(session_principals_.get());
    issuers_ = std::make_unique<federation::Issuers>(clock_, options_.issuers);
    authorizer_ = std::make_unique<identity::PolicyAuthorizer>(iam_.get(), organizations_.get(), &audit_->denials());
    RootCredentials root{options_.root_access_key_id, options_.root_secret_access_key, ""};
    if (root.access_key_id.empty()) {
      TARN_TRY(root, LoadRootCredentials(options_.data));
    }
    credentials_file_ = root.file;
    TARN_CHECK(directory_->EnsureAccount({options_.account, "root", root.access_key_id, root.secret_access_key}));
    for (const AccountOptions& each : options_.accounts) {
      TARN_CHECK(directory_->EnsureAccount({each.id, each.name, each.access_key_id, each.secret_access_key}));
    }
    return Ok();
  }

  Status OpenDomains() {
    keys_ = std::make_unique<keys::Keys>(*kv_, clock_, DeriveKey(lake_key_, "keys"), authorizer_.get());
    object_keys_ = std::make_unique<ObjectKeys>(*keys_);
    TARN_TRY(streams_, LakeStreams::Open(options_.data, *kv_, *wrapper_, clock_, DeriveKey(lake_key_, "streams"),
                                         int64_t{options_.stream_settle_ms} * 1000));
    objects_ = std::make_unique<object::Store>(*kv_, *blobs_, clock_, blob_pool_, object_keys_.get());
    objects_->SetListener(&recorder_);
    directory_objects_ = std::make_unique<object::DirectoryObjects>(*kv_, *blobs_, clock_);
    points_ = std::make_unique<object::AccessPoints>(*kv_, clock_);
    std::set<std::string, std::less<>> placed;
    for (const auto& [storage_class, placement] : options_.storage_classes) placed.insert(storage_class);
    objects_->SetPlacedClasses(std::move(placed));
    catalog_ = std::make_unique<catalog::Catalog>(*kv_, clock_);
    facts_ = std::make_unique<PrincipalFacts>(*iam_, organizations_.get(), *objects_);
    governor_ = std::make_unique<govern::Governor>(*kv_, *catalog_, clock_, facts_.get(), facts_.get());
    ram_->SetMadeShares(std::make_unique<FormationShares>(*governor_));
    classifier_ = std::make_unique<govern::Classifier>(*kv_, clock_);
    object_authorizer_ = std::make_unique<enforce::ObjectAuthorizer>(*authorizer_, *governor_, *kv_);
    catalog_authorizer_ = std::make_unique<CatalogAuthorizer>(*object_authorizer_);
    TARN_CHECK(catalog_->Sweep());  // finishes drops that a crash cut off
    iceberg_tables_ = std::make_unique<catalog::IcebergTables>(*catalog_, *kv_, *blobs_, *objects_, clock_);
    iceberg_views_ = std::make_unique<catalog::IcebergViews>(*catalog_, *blobs_, *objects_, clock_);
    manifests_ = std::make_unique<catalog::Manifests>(*objects_);
    planner_ = std::make_unique<catalog::Planner>(*manifests_);
    purger_ = std::make_unique<catalog::Purger>(*kv_, *catalog_, *iceberg_tables_, *manifests_, *objects_);
    table_buckets_ = std::make_unique<catalog::TableBuckets>(*kv_, *catalog_, *iceberg_tables_, *objects_, clock_);
    TARN_CHECK(table_buckets_->FinishDrops());
    TARN_TRY(engine_, engine::Pool::Create(PoolOptions(options_)));
    snapshots_ = std::make_unique<catalog::Snapshots>(*iceberg_tables_, *objects_, clock_);
    tails_ = std::make_unique<LateTails>(*iceberg_tables_);
    const query::IcebergAccess iceberg{*iceberg_tables_, *manifests_,          *planner_,
                                       *snapshots_,      table_buckets_.get(), tails_.get()};
    queries_ = std::make_unique<query::QueryService>(
        *kv_, *catalog_, *objects_, iceberg, *engine_, clock_,
        query::QueryOptions{
            .access = governor_.get(), .authorizer = catalog_authorizer_.get(), .classifier = classifier_.get()});
    TARN_CHECK(queries_->Recover());
    crawlers_ = std::make_unique<crawl::Definitions>(*kv_, clock_);
    resource_tags_ =
        std::make_unique<ResourceTags>(ResourceTags::Parts{*catalog_, *table_buckets_, *crawlers_, *queries_, *keys_});
    authorizer_->SetResourceTags(resource_tags_.get());
    runner_ = std::make_unique<crawl::CrawlRunner>(*kv_, *crawlers_, *catalog_, *objects_, clock_);
    TARN_CHECK(runner_->Recover());
    schemas_ = std::make_unique<registry::SchemaRegistry>(*kv_, clock_);
    zones_ = MakeZones(*kv_, *catalog_, *objects_, clock_);
    TARN_CHECK(zones_->ApplyAll());
    maintainer_ = std::make_unique<jobs::maintain::Maintainer>(
        *kv_, TableParts(), *table_buckets_,
        jobs::maintain::Options{
            .enabled = options_.upkeep_seconds > 0,
            .zone_days = [this](const Scope& scope,
                                const catalog::Table& table) { return zones_->RetentionDaysOf(scope, table); },
            .trial_seconds = options_.upkeep_seconds < 60 ? options_.upkeep_seconds : 0});
    usage_ = std::make_unique<BucketUsageSource>(*objects_, *directory_);
    storage_metrics_ = std::make_unique<observe::StorageMetrics>(*kv_, *usage_, clock_);
    request_metrics_ = std::make_unique<observe::RequestMetrics>(*kv_, clock_);
    metric_store_ = observe::MetricStore::Open(*kv_, clock_);
    return OpenTimers();
  }

  tables::UpkeepParts TableParts() const {
    return {.catalog = *catalog_,
            .tables = *iceberg_tables_,
            .snapshots = *snapshots_,
            .manifests = *manifests_,
            .planner = *planner_,
            .objects = *objects_,
            .clock = clock_,
            .engine = engine_.get()};
  }

  object::StorageTimes StorageTimes() const { return {.day_micros = options_.lifecycle_day_micros}; }

  Status OpenTimers() {
    timers_ = std::make_unique<schedule::Timers>(*kv_, clock_);
    timers_->Handle(crawl::kTimerKind, [this](const schedule::Timer& timer) -> Status {
      const auto crawler = crawl::ParseTimerId(timer.id);
      if (!crawler) return Fail(kInternalError, "a timer without a crawler");
      TARN_CHECK(runner_->Start(crawler->first, crawler->second));
      return Ok();
    });
    timers_->Handle(kStorageTimer, [this](const schedule::Timer&) { return storage_metrics_->Sample(); });
    timers_->Handle(kLifecycleTimer, [this](const schedule::Timer&) -> Status {
      lifecycle_->Wake();
      return Ok();
    });
    timers_->Handle(jobs::maintain::kTimerKind, [this](const schedule::Timer&) -> Status {
      maintainer_->Wake();
      return Ok();
    });
    timers_->Handle(kKeysTimer, [this](const schedule::Timer&) { return keys_->Sweep(); });
    timers_->Handle(kStreamsTimer, [this](const schedule::Timer&) { return streams_->Reclaim(); });
    TARN_TRY(const schedule::Schedule daily, schedule::Schedule::Parse("cron(0 0 * * ? *)"));
    TARN_TRY(const schedule::Schedule hourly, schedule::Schedule::Parse("cron(0 * * * ? *)"));
    TARN_CHECK(kv::Transact(*kv_, [&](kv::Txn& txn) -> Status {
      for (const std::string_view kind : {kStorageTimer, kKeysTimer, kStreamsTimer}) {
        TARN_TRY(const auto present, schedule::Timers::Find(txn, kind, "all"));
        if (!present) TARN_CHECK(schedule::Timers::Set(txn, kind, "all", hourly, clock_.Now()));
      }
      TARN_CHECK(SetUpkeepTimer(txn, options_.upkeep_seconds, clock_.Now()));
      TARN_TRY(const auto present, schedule::Timers::Find(txn, kLifecycleTimer, "all"));
      if (!present) TARN_CHECK(schedule::Timers::Set(txn, kLifecycleTimer, "all", daily, clock_.Now()));
      return Ok();
    }));
    lifecycle_ = std::make_unique<object::LifecycleRunner>(
        *kv_, *objects_, clock_,
        [this](const object::Bucket& bucket) { return api::s3::LifecycleRulesOf(*objects_, bucket); },
        object::LifecycleRunner::Options{
            .times = StorageTimes(),
            .also = [this]() -> Status {
              TARN_CHECK(zones_->ApplyAll());
              TARN_CHECK(tiering_->RunOnce());
              return Ok();
            },
            .sparing = [this](const object::Bucket& bucket,
                              const object::LifecycleRules& rules) -> Result<object::LifecycleRunner::Sparing> {
              return SparedByZones(*kv_, *catalog_, *iceberg_tables_, *objects_, bucket, rules);
            }});
    tiering_ = std::make_unique<object::Tiering>(
        *objects_, clock_, [this](const object::Bucket& bucket) { return api::s3::ArchiveRulesOf(*objects_, bucket); },
        StorageTimes());
    restorer_ = std::make_unique<object::Restorer>(*objects_, clock_, tiering_.get(), StorageTimes());
    restorer_->Start();
    lifecycle_->Start();
    maintainer_->Start();
    timers_->Start();
    courier_ = MakeS3Courier(*kv_, *objects_, options_);
    courier_->Start();
    return Ok();
  }

  Scope Root() const { return {options_.account, options_.region}; }

  // How a table's upkeep went, as S3 Tables tells it.
  Result<api::s3tables::JobStates> JobStatesOf(const Scope& scope, const catalog::Table& table) {
    namespace maintain = jobs::maintain;
    TARN_TRY(const maintain::TableState state, maintainer_->StateOf(scope, table));
    api::s3tables::JobStates states;
    const auto tell = [&](const char* kind, const char* as) {
      const auto found = state.kinds.find(kind);
      if (found == state.kinds.end() || !found->second.last_run) return;
      api::s3tables::JobState& told = states[as];
      told.status = found->second.failed ? "Failed" : "Successful";
      told.last_run = found->second.last_run;
      if (found->second.failed) told.failure = found->second.failure;
    };
    tell(maintain::kCompaction, "icebergCompaction");
    tell(maintain::kExpiry, "icebergSnapshotManagement");
    tell(maintain::kOrphans, "icebergUnreferencedFileRemoval");
    return states;
  }

  Status AddServices() {
    TARN_CHECK(dispatcher_->AddService(std::make_shared<api::s3::S3Service>(
        api::s3::S3Service::Parts{.store = *objects_,
                                  .times = StorageTimes(),
                                  .legacy_bucket_defaults = options_.legacy_bucket_defaults,
                                  .accounts = [this] { return directory_->ListAccounts(); },
                                  .points = points_.get(),
                                  .access_log = access_log_.get(),
                                  .request_counter = request_counter_.get(),
                                  .directory = directory_objects_.get(),
                                  .sessions = sessions_.get()})));
    TARN_CHECK(dispatcher_->AddService(std::make_shared<api::s3control::S3ControlService>(*objects_, *points_)));
    TARN_CHECK(dispatcher_->AddService(std::make_shared<api::s3tables::S3TablesService>(api::s3tables::Parts{
        .catalog = *catalog_,
        .tables = *iceberg_tables_,
        .buckets = *table_buckets_,
        .jobs = [this](const Scope& scope, const catalog::Table& table) { return JobStatesOf(scope, table); }})));
    TARN_CHECK(dispatcher_->AddService(std::make_shared<api::iam::IamService>(*iam_, organizations_.get())));
    TARN_CHECK(dispatcher_->AddService(std::make_shared<api::kms::KmsService>(*keys_, clock_)));
    TARN_CHECK(dispatcher_->AddService(std::make_shared<api::lakeformation::LakeFormationService>(
        api::lakeformation::Parts{.governor = governor_.get(),
                                  .catalog = catalog_.get(),
                                  .sessions = sessions_.get(),
                                  .opener = DataOpener(*directory_)})));
    TARN_CHECK(dispatcher_->AddService(std::make_shared<api::organizations::OrganizationsService>(*organizations_)));
    TARN_CHECK(dispatcher_->AddService(std::make_shared<api::ram::RamService>(*ram_)));
    TARN_CHECK(dispatcher_->AddService(
        std::make_shared<api::sts::StsService>(api::sts::Parts{.iam = *iam_,
                                                               .sessions = *sessions_,
                                                               .issuers = *issuers_,
                                                               .controls = organizations_.get(),
                                                               .root_assumes_roles = !options_.strict_root})));
    auto glue =
        std::make_shared<api::glue::GlueService>(*catalog_, *iceberg_tables_, *crawlers_, *runner_, *kv_, *schemas_,
                                                 clock_, governor_.get(), DeriveKey(lake_key_, "glue connections"));
    glue->SetEngines(governor_.get());
    glue->SetShares(ram_.get());
    glue->SetTableBuckets(table_buckets_.get());
    catalog_authorizer_->Set(glue);
    TARN_CHECK(dispatcher_->AddService(std::move(glue)));
    TARN_CHECK(dispatcher_->AddService(std::make_shared<api::athena::AthenaService>(*queries_)));
    TARN_CHECK(dispatcher_->AddService(
        std::make_shared<api::cloudwatch::CloudWatchService>(*storage_metrics_, *request_metrics_, *metric_store_)));
    TARN_TRY(firehose_,
             Firehose::Open({*kv_, *blobs_, *objects_, *catalog_, *iceberg_tables_, *snapshots_, *engine_, *schemas_,
                             *iam_, *catalog_authorizer_, *keys_, clock_, *streams_, *metric_store_, governor_.get(),
                             options_.firehose_seconds_max, uint64_t{options_.firehose_backlog_mib} << 20}));
    tails_->Set(firehose_->tails());
    TARN_CHECK(firehose_->Start());
    const auto firehose = firehose_->MakeService();
    const auto kinesis = streams_->MakeService(*keys_, data_pool_, *metric_store_);
    TARN_CHECK(dispatcher_->AddService(firehose));
    TARN_CHECK(dispatcher_->AddService(kinesis));
    ingest_ = std::make_unique<Ingest>(IngestParts{options_.region, *kv_, clock_, *sessions_, *object_authorizer_,
                                                   data_pool_, &audit_->recorder(), streams_->streams(), kinesis,
                                                   firehose_->streams(), firehose});
    dispatcher_->AddRoute("/ingest/", ingest_->AsHandler());
    TARN_CHECK(dispatcher_->AddService(audit_->MakeService()));
    return Ok();
  }

  void OpenAdmin() {
    admin_ = std::make_unique<Admin>(AdminParts{
        .options = &options_,
        .lake = Hex(HmacSha256(lake_key_, "backup")).substr(0, 32),
        .clock = &clock_,
        .credentials = sessions_.get(),
        .kv = kv_.get(),
        .blobs = blobs_.get(),
        .log = &streams_->log(),
        .upkeep =
            [this](const UpkeepRequest& request) { return RunUpkeep(*maintainer_, *table_buckets_, Root(), request); },
        .migrate =
            [this](const MigrateRequest& request) {
              return RunMigrate(*maintainer_, *table_buckets_, Root(), request);
            },
        .explain =
            [this](const ExplainRequest& request) {
              return ExplainAccess({.iam = *iam_, .authorizer = *authorizer_, .objects = *objects_, .keys = *keys_},
                                   request);
            },
        .kept = {{"/_tarn/zones", [this](std::string_view method,
                                         const QueryOf& query) { return RunZones(*zones_, Root(), method, query); }},
                 {"/_tarn/ingest-keys",
                  [this](std::string_view method, const QueryOf& query) {
                    return ingest_->RunKeys(Root(), method, query);
                  }}},
        .load =
            [this](const LoadRequest& request, const QueryOf& query) {
              return RunLoad({*kv_, *catalog_, *iceberg_tables_, *snapshots_, *objects_, *engine_, *catalog_authorizer_,
                              governor_.get(), clock_},
                             options_.region, request, query);
            },
        .audit_sink = &audit_->recorder()});
    dispatcher_->AddRoute("/_tarn", admin_->AsHandler());
  }

  Status OpenApi() {
    namespace protocol = api::protocol;
    protocol::DispatcherOptions options;
    options.default_region = options_.region;
    options.advertise = options_.advertise;
    if (!options_.s3_domain.empty()) options.s3_domains.push_back(options_.s3_domain);
    TARN_CHECK(audit_->Open(*objects_, *sessions_, DeriveKey(lake_key_, "audit"), TableParts()));
    dispatcher_ = std::make_unique<protocol::Dispatcher>(
        options, protocol::DispatcherParts{.clock = &clock_,
                                           .credentials = sessions_.get(),
                                           .authorizer = object_authorizer_.get(),
                                           .metadata_pool = &metadata_pool_,
                                           .data_pool = &data_pool_,
                                           .query_pool = &query_pool_,
                                           .audit_sink = &audit_->recorder()});
    access_log_ = std::make_unique<api::s3::AccessLog>(*objects_, clock_, int64_t{options_.access_log_seconds} * 1000);
    access_log_->Start();
    request_counter_ = std::make_unique<api::s3::RequestCounter>(*objects_, *points_, *request_metrics_);
    request_metrics_->Start();
    const auto audit = [this](const protocol::AuditRecord& record) {
      access_log_->Note(record);
      request_counter_->Note(record);
      NoteUse(*iam_, record);
    };
    dispatcher_->SetAuditHook(audit);
    TARN_CHECK(AddServices());
    OpenAdmin();
    purger_->Start();
    iceberg_ = std::make_unique<api::iceberg_rest::Rest>(
        api::iceberg_rest::Parts{.default_region = options_.region,
                                 .advertise = options_.advertise,
                                 .clock = &clock_,
                                 .credentials = sessions_.get(),
                                 .authorizer = catalog_authorizer_.get(),
                                 .pool = &iceberg_pool_,
                                 .access = governor_.get(),
                                 .catalog = catalog_.get(),
                                 .tables = iceberg_tables_.get(),
                                 .buckets = table_buckets_.get(),
                                 .views = iceberg_views_.get(),
                                 .purger = purger_.get(),
                                 .planner = planner_.get(),
                                 .objects = objects_.get(),
                                 .sealing_key = DeriveKey(lake_key_, "iceberg plans"),
                                 .plans = nullptr,
                                 .sessions = sessions_.get(),
                                 .kept_sessions = nullptr,
                                 .engines = OutsideEngines(*governor_),
                                 .opener = DataOpener(*directory_),
                                 .kv = kv_.get(),
                                 .audit = audit,
                                 .audit_sink = &audit_->recorder()});
    // Below it alone, so that S3 refuses a bucket of the name.
    dispatcher_->AddRoute("/iceberg/v1", iceberg_->AsHandler());
    api_ = dispatcher_->AsHandler();
    return Ok();
  }

  const Options options_;
  const Clock& clock_;
  std::string credentials_file_;
  std::string lake_key_;

  WorkerPool blob_pool_{"blob", kDataThreads, kQueueMax};
  std::unique_ptr<blob::KeyWrapper> wrapper_;
  std::unique_ptr<kv::Store> kv_;
  std::unique_ptr<AuditTrail> audit_;  // writes to the store until it ends
  std::unique_ptr<blob::Store> blobs_;
  std::unique_ptr<identity::Directory> directory_;
  std::unique_ptr<iam::Iam> iam_;
  std::unique_ptr<identity::Sessions> sessions_;
  std::unique_ptr<organizations::Organizations> organizations_;
  std::unique_ptr<ram::Ram> ram_;
  std::unique_ptr<SessionPrincipals> session_principals_;
  std::unique_ptr<federation::Issuers> issuers_;
  std::unique_ptr<identity::PolicyAuthorizer> authorizer_;
  std::unique_ptr<keys::Keys> keys_;
  std::unique_ptr<ObjectKeys> object_keys_;
  std::unique_ptr<LakeStreams> streams_;
  std::unique_ptr<LateTails> tails_;
  api::s3::EventRecorder recorder_;
  std::unique_ptr<object::Store> objects_;
  std::unique_ptr<object::DirectoryObjects> directory_objects_;
  std::unique_ptr<object::AccessPoints> points_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<PrincipalFacts> facts_;
  std::unique_ptr<govern::Governor> governor_;
  std::unique_ptr<govern::Classifier> classifier_;
  std::unique_ptr<enforce::ObjectAuthorizer> object_authorizer_;  // authorizer_ with Lake Formation's word on objects
  std::unique_ptr<CatalogAuthorizer> catalog_authorizer_;  // and with that of catalogs: for doors other than their own
  std::unique_ptr<catalog::IcebergTables> iceberg_tables_;
  std::unique_ptr<catalog::IcebergViews> iceberg_views_;
  std::unique_ptr<catalog::Manifests> manifests_;
  std::unique_ptr<catalog::Planner> planner_;
  std::unique_ptr<catalog::Purger> purger_;
  std::unique_ptr<catalog::TableBuckets> table_buckets_;
  std::unique_ptr<catalog::Snapshots> snapshots_;
  std::unique_ptr<engine::Pool> engine_;
  std::unique_ptr<query::QueryService> queries_;
  std::unique_ptr<crawl::Definitions> crawlers_;
  std::unique_ptr<ResourceTags> resource_tags_;
  std::unique_ptr<crawl::CrawlRunner> runner_;
  std::unique_ptr<zones::Zones> zones_;
  std::unique_ptr<jobs::maintain::Maintainer> maintainer_;
  std::unique_ptr<registry::SchemaRegistry> schemas_;
  std::unique_ptr<BucketUsageSource> usage_;
  std::unique_ptr<observe::StorageMetrics> storage_metrics_;
  std::unique_ptr<observe::RequestMetrics> request_metrics_;
  std::unique_ptr<observe::MetricStore> metric_store_;
  std::unique_ptr<object::Tiering> tiering_;
  std::unique_ptr<object::LifecycleRunner> lifecycle_;
  std::unique_ptr<object::Restorer> restorer_;
  std::unique_ptr<schedule::Timers> timers_;
  std::unique_ptr<events::Courier> courier_;
  std::unique_ptr<api::s3::AccessLog> access_log_;
  std::unique_ptr<api::s3::RequestCounter> request_counter_;
  std::unique_ptr<api::protocol::Dispatcher> dispatcher_;
  std::unique_ptr<Firehose> firehose_;
  std::unique_ptr<Ingest> ingest_;
  std::unique_ptr<Admin> admin_;
  std::unique_ptr<api::iceberg_rest::Rest> iceberg_;
  http::Handler api_;

  WorkerPool metadata_pool_{"metadata", kMetadataThreads, kQueueMax};
  WorkerPool iceberg_pool_{"iceberg", kIcebergThreads, kQueueMax};
  WorkerPool data_pool_{"data", kDataThreads, kQueueMax};
  WorkerPool query_pool_{"query", kQueryThreads, kQueueMax};
};

}  // namespace

Result<std::unique_ptr<Lake>> Lake::Open(const Options& options, const Clock& clock) {
  auto lake = std::make_unique<OpenLake>(options, clock);
  TARN_CHECK(lake->Open());
  return std::unique_ptr<Lake>(std::move(lake));
}

}  // namespace tarn::server
