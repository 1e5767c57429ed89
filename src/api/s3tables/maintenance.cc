// Upkeep's settings of table buckets and tables, and how it went last.
#include <utility>

#include "api/s3tables/s3tables_service.h"

namespace tarn::api::s3tables {
namespace {

constexpr std::string_view kEnabled = "enabled";
constexpr std::string_view kDisabled = "disabled";
// What S3 Tables does when nothing is set.
constexpr int32_t kUnreferencedDays = 3;
constexpr int32_t kNoncurrentDays = 10;
constexpr int32_t kTargetMegabytes = 512;
constexpr int32_t kTargetMegabytesMin = 64;
constexpr int32_t kMinSnapshots = 1;
constexpr int32_t kMaxSnapshotHours = 120;

std::string StatusText(const std::optional<bool>& enabled) {
  return std::string(enabled.value_or(true) ? kEnabled : kDisabled);
}

std::optional<bool> IsEnabled(const std::optional<std::string>& status) {
  return status ? std::optional(*status == kEnabled) : std::nullopt;
}

Result<gen::PutTableBucketMaintenanceConfigurationResponse> PutOfBucket(
    S3TablesService& service, const Call&, const gen::PutTableBucketMaintenanceConfigurationRequest& in) {
  TARN_TRY(const BucketName name, ParseArn(in.table_bucket_arn.value_or("")));
  TARN_CHECK(service.parts().buckets.Change(name.owner, name.name, [&](catalog::TableBucket& bucket) -> Status {
    catalog::FileRemovalSettings& settings = bucket.file_removal;
    if (const auto enabled = IsEnabled(in.value->status)) settings.enabled = enabled;
    if (in.value->settings && in.value->settings->iceberg_unreferenced_file_removal) {
      const auto& wanted = *in.value->settings->iceberg_unreferenced_file_removal;
      if (wanted.unreferenced_days) settings.unreferenced_days = wanted.unreferenced_days;
      if (wanted.non_current_days) settings.noncurrent_days = wanted.non_current_days;
    }
    return Ok();
  }));
  return gen::PutTableBucketMaintenanceConfigurationResponse{};
}

Result<gen::GetTableBucketMaintenanceConfigurationResponse> GetOfBucket(
    S3TablesService& service, const Call&, const gen::GetTableBucketMaintenanceConfigurationRequest& in) {
  TARN_TRY(const BucketName name, ParseArn(in.table_bucket_arn.value_or("")));
  TARN_TRY(const catalog::TableBucket bucket, service.parts().buckets.Get(name.owner, name.name));
  gen::TableBucketMaintenanceConfigurationValue value;
  value.status = StatusText(bucket.file_removal.enabled);
  auto& settings = value.settings.emplace().iceberg_unreferenced_file_removal.emplace();
  settings.unreferenced_days = bucket.file_removal.unreferenced_days.value_or(kUnreferencedDays);
  settings.non_current_days = bucket.file_removal.noncurrent_days.value_or(kNoncurrentDays);
  gen::GetTableBucketMaintenanceConfigurationResponse out;
  out.table_bucket_arn = name.arn();
  out.configuration.emplace()["icebergUnreferencedFileRemoval"] = std::move(value);
  return out;
}

Status CheckCompaction(const gen::IcebergCompactionSettings& wanted) {
  if (wanted.target_file_size_mb &&
      (*wanted.target_file_size_mb < kTargetMegabytesMin || *wanted.target_file_size_mb > kTargetMegabytes)) {
    return Fail(kBadRequest, "The target file size must be between 64 MB and 512 MB.");
  }
  return Ok();
}

Result<gen::PutTableMaintenanceConfigurationResponse> PutOfTable(
    S3TablesService& service, const Call&, const gen::PutTableMaintenanceConfigurationRequest& in) {
  TARN_TRY(const FoundTable found, FindTable(service, in.table_bucket_arn, in.namespace_, in.name));
  const auto& wanted = in.value->settings;
  const bool compaction = in.type == "icebergCompaction";
  if (wanted &&
      (compaction ? wanted->iceberg_snapshot_management.has_value() : wanted->iceberg_compaction.has_value())) {
    return Fail(kBadRequest, "The settings are not of the maintenance type " + in.type.value_or("") + ".");
  }
  if (wanted && wanted->iceberg_compaction) TARN_CHECK(CheckCompaction(*wanted->iceberg_compaction));
  TARN_CHECK(service.parts().buckets.ChangeSettings(
      found.bucket.scope(), found.table, [&](catalog::TableSettings& settings) -> Status {
        if (const auto enabled = IsEnabled(in.value->status)) {
          (compaction ? settings.compaction_enabled : settings.expiry_enabled) = enabled;
        }
        if (wanted && wanted->iceberg_compaction) {
          const auto& of = *wanted->iceberg_compaction;
          if (of.target_file_size_mb) settings.target_megabytes = of.target_file_size_mb;
          if (of.strategy) settings.strategy = of.strategy;
        }
        if (wanted && wanted->iceberg_snapshot_management) {
          const auto& of = *wanted->iceberg_snapshot_management;
          if (of.min_snapshots_to_keep) settings.min_snapshots = of.min_snapshots_to_keep;
          if (of.max_snapshot_age_hours) settings.max_snapshot_hours = of.max_snapshot_age_hours;
        }
        return Ok();
      }));
  return gen::PutTableMaintenanceConfigurationResponse{};
}

Result<gen::GetTableMaintenanceConfigurationResponse> GetOfTable(
    S3TablesService& service, const Call&, const gen::GetTableMaintenanceConfigurationRequest& in) {
  TARN_TRY(const FoundTable found, FindTable(service, in.table_bucket_arn, in.namespace_, in.name));
  TARN_TRY(const auto settings, service.parts().buckets.GetSettings(found.bucket.scope(), found.table));
  gen::TableMaintenanceConfigurationValue compaction;
  compaction.status = StatusText(settings.compaction_enabled);
  auto& of_compaction = compaction.settings.emplace().iceberg_compaction.emplace();
  of_compaction.target_file_size_mb = settings.target_megabytes.value_or(kTargetMegabytes);
  of_compaction.strategy = settings.strategy.value_or("auto");
  gen::TableMaintenanceConfigurationValue snapshots;
  snapshots.status = StatusText(settings.expiry_enabled);
  auto& of_snapshots = snapshots.settings.emplace().iceberg_snapshot_management.emplace();
  of_snapshots.min_snapshots_to_keep = settings.min_snapshots.value_or(kMinSnapshots);
  of_snapshots.max_snapshot_age_hours = settings.max_snapshot_hours.value_or(kMaxSnapshotHours);
  gen::GetTableMaintenanceConfigurationResponse out;
  out.table_arn = found.arn();
  auto& all = out.configuration.emplace();
  all["icebergCompaction"] = std::move(compaction);
  all["icebergSnapshotManagement"] = std::move(snapshots);
  return out;
}

Result<gen::GetTableMaintenanceJobStatusResponse> GetJobs(S3TablesService& service, const Call&,
                                                          const gen::GetTableMaintenanceJobStatusRequest& in) {
  TARN_TRY(const FoundTable found, FindTable(service, in.table_bucket_arn, in.namespace_, in.name));
  JobStates states;
  if (service.parts().jobs) {
    TARN_TRY(states, service.parts().jobs(found.bucket.scope(), found.table));
  }
  TARN_TRY(const auto settings, service.parts().buckets.GetSettings(found.bucket.scope(), found.table));
  TARN_TRY(const auto bucket, service.parts().buckets.Get(found.bucket.owner, found.bucket.name));
  const auto disable = [&states](const char* type, bool enabled) {
    if (!enabled) states[type].status = "Disabled";
  };
  disable("icebergCompaction", settings.compaction_enabled.value_or(true));
  disable("icebergSnapshotManagement", settings.expiry_enabled.value_or(true));
  disable("icebergUnreferencedFileRemoval", bucket.file_removal.enabled.value_or(true));
  gen::GetTableMaintenanceJobStatusResponse out;
  out.table_arn = found.arn();
  auto& all = out.status.emplace();
  for (const char* type : {"icebergCompaction", "icebergSnapshotManagement", "icebergUnreferencedFileRemoval"}) {
    const JobState& state = states[type];
    all[type] = {.status = state.status, .last_run_timestamp = state.last_run, .failure_message = state.failure};
  }
  return out;
}

}  // namespace

Rows MaintenanceRows(const S3TablesService& service) {
  using protocol::Bind;
  const auto on_bucket = [&service](std::string_view action) {
    return [&service, action](const Call& call, const auto& in) {
      return AskBucket(service, call, action, in.table_bucket_arn);
    };
  };
  const auto on = [&service](std::string_view action) {
    return [&service, action](const Call& call, const auto& in) {
      return AskTable(service, call, action, in.table_bucket_arn, in.namespace_, in.name);
    };
  };
  return {
      Bind<&PutOfBucket>("PutTableBucketMaintenanceConfiguration", "s3tables:PutTableBucketMaintenanceConfiguration",
                         on_bucket("s3tables:PutTableBucketMaintenanceConfiguration")),
      Bind<&GetOfBucket>("GetTableBucketMaintenanceConfiguration", "s3tables:GetTableBucketMaintenanceConfiguration",
                         on_bucket("s3tables:GetTableBucketMaintenanceConfiguration")),
      Bind<&PutOfTable>("PutTableMaintenanceConfiguration", "s3tables:PutTableMaintenanceConfiguration",
                        on("s3tables:PutTableMaintenanceConfiguration")),
      Bind<&GetOfTable>("GetTableMaintenanceConfiguration", "s3tables:GetTableMaintenanceConfiguration",
                        on("s3tables:GetTableMaintenanceConfiguration")),
      Bind<&GetJobs>("GetTableMaintenanceJobStatus", "s3tables:GetTableMaintenanceJobStatus",
                     on("s3tables:GetTableMaintenanceJobStatus")),
  };
}

}  // namespace tarn::api::s3tables
