#include "api/s3/lifecycle/storage_headers.h"

#include <fmt/format.h>

#include "api/s3/errors.h"
#include "object/directory/names.h"

namespace tarn::api::s3 {
namespace {

Status Judge(const S3Service& service, const Call& call, const object::Version& version, std::string_view sentence) {
  Status readable = object::CheckReadable(version.attributes, service.store().clock().Now());
  if (readable.ok()) return readable;
  call.AddErrorField("StorageClass", version.attributes.storage_class);
  const std::string_view tier = object::ArchiveStatus(version.attributes.tier);
  if (!tier.empty()) call.AddErrorField("AccessTier", std::string(tier));
  return Fail(object::kInvalidObjectState, std::string(sentence));
}

}  // namespace

Result<std::string> StorageClassOf(const Call& call, const object::Bucket& bucket,
                                   const std::optional<std::string>& header) {
  if (const auto zone = object::ZoneOf(bucket.name)) {
    // Directory buckets have one class.
    const std::string_view own = object::IsLocalZone(*zone) ? "ONEZONE_IA" : "EXPRESS_ONEZONE";
    if (header && *header != own) return Fail(kInvalidStorageClass, "not the class of directory buckets");
    return std::string(own);
  }
  if (!header) return std::string();
  if (!object::IsStorageClass(*header)) {
    call.AddErrorField("StorageClassRequested", *header);
    return Fail(kInvalidStorageClass, "unknown storage class");
  }
  return object::KeptClass(*header);
}

Status CheckReadable(const S3Service& service, const Call& call, const object::Version& version) {
  return Judge(service, call, version, "The operation is not valid for the object's storage class");
}

Status CheckCopyable(const S3Service& service, const Call& call, const object::Version& version) {
  return Judge(service, call, version, "Operation is not valid for the source object's storage class");
}

std::optional<std::string> RestoreHeader(const S3Service& service, const object::Version& version) {
  const object::Restoration& restoration = version.attributes.restoration;
  switch (object::StateOf(restoration, service.store().clock().Now())) {
    case object::RestoreState::kNone:
      return std::nullopt;
    case object::RestoreState::kUnderWay:
      return R"(ongoing-request="true")";
    case object::RestoreState::kReady:
      return fmt::format(R"(ongoing-request="false", expiry-date="{}")", FormatHttpDate(restoration.until));
  }
  return std::nullopt;
}

Result<bool> WantsRestoreStatus(const std::optional<std::vector<std::string>>& attributes) {
  if (!attributes || attributes->empty()) return false;
  for (const std::string& name : *attributes) {
    if (name != "RestoreStatus") return Fail(object::kInvalidArgument, "Invalid attribute name specified.");
  }
  return true;
}

std::optional<gen::RestoreStatus> RestoreStatusOf(const S3Service& service, const object::Bucket& bucket,
                                                  const object::Entry& entry) {
  if (!object::IsArchived(entry.storage_class, entry.tier)) return std::nullopt;
  const auto version = service.store().Find(bucket, entry.key, entry.version_id, /*with_content=*/false);
  if (!version.ok()) return std::nullopt;  // gone since the page was read
  const object::Restoration& restoration = version->attributes.restoration;
  const object::RestoreState state = object::StateOf(restoration, service.store().clock().Now());
  if (state == object::RestoreState::kNone) return std::nullopt;
  gen::RestoreStatus status;
  status.is_restore_in_progress = state == object::RestoreState::kUnderWay;
  if (state == object::RestoreState::kReady) status.restore_expiry_date = restoration.until;
  return status;
}

}  // namespace tarn::api::s3
