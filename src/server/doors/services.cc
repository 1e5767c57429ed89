#include "server/doors/services.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "api/athena/athena_service.h"
#include "api/cloudwatch/cloudwatch_service.h"
#include "api/glue/glue_service.h"
#include "api/iam/iam_service.h"
#include "api/kms/kms_service.h"
#include "api/lakeformation/lakeformation_service.h"
#include "api/organizations/organizations_service.h"
#include "api/ram/ram_service.h"
#include "api/s3/s3_service.h"
#include "api/s3control/s3control_service.h"
#include "api/s3tables/s3tables_service.h"
#include "api/sts/sts_service.h"
#include "base/hash.h"
#include "base/strings.h"
#include "iam/account/profiles.h"
#include "iam/errors.h"
#include "server/care/zone_route.h"
#include "server/doors/issuers.h"
#include "server/facts/job_states.h"
#include "server/facts/key_use.h"
#include "server/facts/outside_engines.h"
#include "server/secrets/master_key.h"

namespace tarn::server {
namespace {

namespace protocol = api::protocol;

constexpr size_t kMetadataThreads = 8;
// Commits to one table wait for each other, so that they become one.
constexpr size_t kIcebergThreads = 32;
constexpr size_t kDataThreads = 16;
constexpr size_t kQueryThreads = 8;
constexpr size_t kQueueMax = 20'000;

// The role of the account's that a service of AWS's works by, unless it is there.
Status MakeServiceRole(iam::Iam& iam, const std::string& account, const std::string& service) {
  return iam.Change(account, [&](iam::Rows& rows) -> Status {
    const auto role = iam::CreateServiceRole(rows, service, "", "");
    return role.ok() || role.Is(iam::kInvalidInput) ? Ok() : Status(role.error());
  });
}

protocol::DispatcherOptions DispatcherOptionsOf(const Options& options) {
  protocol::DispatcherOptions out;
  out.default_region = options.region;
  out.advertise = options.advertise;
  if (!options.s3_domain.empty()) out.s3_domains.push_back(options.s3_domain);
  return out;
}

}  // namespace

Services::Services(const ServicesParts& parts)
    : parts_(parts),
      access_log_(parts.objects.store, parts.clock, int64_t{parts.options.access_log_seconds} * 1000),
      request_counter_(parts.objects.store, parts.objects.points, parts.metrics.requests),
      metadata_pool_("metadata", kMetadataThreads, kQueueMax),
      iceberg_pool_("iceberg", kIcebergThreads, kQueueMax),
      data_pool_("data", kDataThreads, kQueueMax),
      query_pool_("query", kQueryThreads, kQueueMax) {
  dispatcher_ = std::make_unique<protocol::Dispatcher>(
      DispatcherOptionsOf(parts.options), protocol::DispatcherParts{.clock = &parts.clock,
                                                                    .credentials = &parts.identities.sessions,
                                                                    .authorizer = &parts.governance.object_authorizer,
                                                                    .metadata_pool = &metadata_pool_,
                                                                    .data_pool = &data_pool_,
                                                                    .query_pool = &query_pool_,
                                                                    .audit_sink = &parts.audit.recorder()});
  dispatcher_->SetAuditHook([this](const protocol::AuditRecord& record) { Note(record); });
}

Result<std::unique_ptr<Services>> Services::Open(const ServicesParts& parts) {
  auto made = std::unique_ptr<Services>(new Services(parts));
  TARN_CHECK(made->AddIdentity());
  TARN_CHECK(made->AddStorage());
  TARN_CHECK(made->AddAnalytics());
  TARN_CHECK(made->AddStreams());
  TARN_CHECK(made->dispatcher_->AddService(parts.audit.MakeService(parts.identities.organizations)));
  made->AddIceberg();
  made->AddAdmin();
  made->handler_ = made->dispatcher_->AsHandler();
  made->access_log_.Start();
  return made;
}

void Services::Stop() {
  query_pool_.Stop();
  data_pool_.Stop();
  iceberg_pool_.Stop();
  metadata_pool_.Stop();
  access_log_.Stop();
}

void Services::Note(const protocol::AuditRecord& record) {
  access_log_.Note(record);
  request_counter_.Note(record);
  NoteUse(parts_.identities.iam, record);
}

Status Services::AddIdentity() {
  Identities& identities = parts_.identities;
  TARN_CHECK(
      dispatcher_->AddService(std::make_shared<api::iam::IamService>(identities.iam, &identities.organizations)));
  TARN_CHECK(dispatcher_->AddService(
      std::make_shared<api::sts::StsService>(api::sts::Parts{.iam = identities.iam,
                                                             .sessions = identities.sessions,
                                                             .issuers = identities.issuers,
                                                             .organizations = &identities.organizations,
                                                             .root_assumes_roles = !parts_.options.strict_root})));
  TARN_CHECK(
      dispatcher_->AddService(std::make_shared<api::organizations::OrganizationsService>(identities.organizations)));
  TARN_CHECK(dispatcher_->AddService(
      std::make_shared<api::ram::RamService>(identities.ram, [&identities](const std::string& account) {
        return MakeServiceRole(identities.iam, account, "ram.amazonaws.com");
      })));
  TARN_CHECK(dispatcher_->AddService(std::make_shared<api::kms::KmsService>(parts_.objects.keys, parts_.clock)));
  return dispatcher_->AddService(std::make_shared<api::lakeformation::LakeFormationService>(
      api::lakeformation::Parts{.governor = &parts_.governance.governor,
                                .catalog = &parts_.catalogs.catalog,
                                .sessions = &identities.sessions,
                                .opener = DataOpener(identities.directory)}));
}

Status Services::AddStorage() {
  Objects& objects = parts_.objects;
  TARN_CHECK(dispatcher_->AddService(std::make_shared<api::s3::S3Service>(api::s3::S3Service::Parts{
      .store = objects.store,
      .times = StorageTimesOf(parts_.options),
      .legacy_bucket_defaults = parts_.options.legacy_bucket_defaults,
      .accounts = [&directory = parts_.identities.directory] { return directory.ListAccounts(); },
      .points = &objects.points,
      .access_log = &access_log_,
      .request_counter = &request_counter_,
      .directory = &objects.directory,
      .sessions = &parts_.identities.sessions,
      .veil = [&authorizer = parts_.governance.object_authorizer](
                  const identity::Caller& caller, const object::Bucket& bucket,
                  std::string_view prefix) { return authorizer.VeilOf(caller, bucket, prefix); }})));
  TARN_CHECK(
      dispatcher_->AddService(std::make_shared<api::s3control::S3ControlService>(objects.store, objects.points)));
  return dispatcher_->AddService(std::make_shared<api::s3tables::S3TablesService>(api::s3tables::Parts{
      .catalog = parts_.catalogs.catalog,
      .tables = parts_.catalogs.tables,
      .buckets = parts_.catalogs.buckets,
      .jobs = [&maintainer = parts_.care.maintainer()](const Scope& scope, const catalog::Table& table) {
        return JobStatesOf(maintainer, scope, table);
      }}));
}

Status Services::AddAnalytics() {
  Catalogs& catalogs = parts_.catalogs;
  auto glue = std::make_shared<api::glue::GlueService>(
      catalogs.catalog, catalogs.tables, parts_.crawlers, parts_.crawls, parts_.kv, parts_.schemas, parts_.clock,
      &parts_.governance.governor, DeriveKey(parts_.lake_key, "glue connections"));
  glue->SetEngines(&parts_.governance.governor);
  glue->SetShares(&parts_.identities.ram);
  glue->SetTableBuckets(&catalogs.buckets);
  glue->SetObjects(&parts_.objects.store);
  parts_.governance.catalog_authorizer.Set(glue);
  TARN_CHECK(dispatcher_->AddService(std::move(glue)));
  TARN_CHECK(dispatcher_->AddService(std::make_shared<api::athena::AthenaService>(parts_.queries)));
  return dispatcher_->AddService(std::make_shared<api::cloudwatch::CloudWatchService>(
      parts_.metrics.storage, parts_.metrics.requests, *parts_.metrics.store));
}

Status Services::AddStreams() {
  const auto firehose = parts_.firehose.MakeService();
  const auto kinesis = parts_.streams.MakeService(parts_.objects.keys, data_pool_, *parts_.metrics.store);
  TARN_CHECK(dispatcher_->AddService(firehose));
  TARN_CHECK(dispatcher_->AddService(kinesis));
  ingest_ = std::make_unique<Ingest>(IngestParts{
      parts_.options.region, parts_.kv, parts_.clock, parts_.identities.sessions, parts_.governance.object_authorizer,
      data_pool_, &parts_.audit.recorder(), parts_.streams.streams(), kinesis, parts_.firehose.streams(), firehose});
  dispatcher_->AddRoute("/ingest/", ingest_->AsHandler());
  return Ok();
}

void Services::AddIceberg() {
  Catalogs& catalogs = parts_.catalogs;
  iceberg_ = std::make_unique<api::iceberg_rest::Rest>(
      api::iceberg_rest::Parts{.default_region = parts_.options.region,
                               .advertise = parts_.options.advertise,
                               .clock = &parts_.clock,
                               .credentials = &parts_.identities.sessions,
                               .authorizer = &parts_.governance.catalog_authorizer,
                               .pool = &iceberg_pool_,
                               .access = &parts_.governance.governor,
                               .catalog = &catalogs.catalog,
                               .tables = &catalogs.tables,
                               .buckets = &catalogs.buckets,
                               .views = &catalogs.views,
                               .purger = &catalogs.purger,
                               .planner = &catalogs.planner,
                               .objects = &parts_.objects.store,
                               .sealing_key = DeriveKey(parts_.lake_key, "iceberg plans"),
                               .plans = nullptr,
                               .sessions = &parts_.identities.sessions,
                               .kept_sessions = nullptr,
                               .engines = OutsideEngines(parts_.governance.governor),
                               .opener = DataOpener(parts_.identities.directory),
                               .kv = &parts_.kv,
                               .audit = [this](const protocol::AuditRecord& record) { Note(record); },
                               .audit_sink = &parts_.audit.recorder()});
  // Below it alone, so that S3 refuses a bucket of the name.
  dispatcher_->AddRoute("/iceberg/v1", iceberg_->AsHandler());
}

void Services::AddAdmin() {
  admin_ = std::make_unique<Admin>(
      AdminParts{.options = &parts_.options,
                 .lake = Hex(DeriveKey(parts_.lake_key, "backup")).substr(0, 32),
                 .clock = &parts_.clock,
                 .credentials = &parts_.identities.sessions,
                 .kv = &parts_.kv,
                 .blobs = &parts_.blobs,
                 .log = &parts_.streams.log(),
                 .upkeep =
                     [this](const UpkeepRequest& request) {
                       return RunUpkeep(parts_.care.maintainer(), parts_.catalogs.buckets, Root(), request);
                     },
                 .migrate =
                     [this](const MigrateRequest& request) {
                       return RunMigrate(parts_.care.maintainer(), parts_.catalogs.buckets, Root(), request);
                     },
                 .explain =
                     [this](const ExplainRequest& request) {
                       return ExplainAccess({.iam = parts_.identities.iam,
                                             .authorizer = parts_.identities.authorizer,
                                             .objects = parts_.objects.store,
                                             .keys = parts_.objects.keys,
                                             .governor = parts_.governance.governor,
                                             .object_authorizer = parts_.governance.object_authorizer},
                                            request);
                     },
                 .kept = {{"/_tarn/zones",
                           [this](std::string_view method, const QueryOf& query) {
                             return RunZones(parts_.care.zones(), Root(), method, query);
                           }},
                          {"/_tarn/ingest-keys",
                           [this](std::string_view method, const QueryOf& query) {
                             return ingest_->RunKeys(Root(), method, query);
                           }}},
                 .load =
                     [this](const LoadRequest& request, const QueryOf& query) {
                       return RunLoad({parts_.kv, parts_.catalogs.catalog, parts_.catalogs.tables,
                                       parts_.catalogs.snapshots, parts_.objects.store, parts_.engine,
                                       parts_.governance.catalog_authorizer, &parts_.governance.governor, parts_.clock},
                                      parts_.options.region, request, query);
                     },
                 .audit_sink = &parts_.audit.recorder()});
  dispatcher_->AddRoute("/_tarn/issuers", IssuersHandler(parts_.identities.iam, metadata_pool_));
  dispatcher_->AddRoute("/_tarn", admin_->AsHandler());
}

}  // namespace tarn::server
