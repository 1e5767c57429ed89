// Storage class, restored copy and expiry in the headers of requests and answers.
#pragma once

#include <optional>
#include <string>

#include "api/s3/s3_service.h"
#include "object/storage_class.h"

namespace tarn::api::s3 {

// The class that a write asks for, as it is kept; kInvalidStorageClass.
Result<std::string> StorageClassOf(const Call& call, const object::Bucket& bucket,
                                   const std::optional<std::string>& header);

// kInvalidObjectState with the class in the error's body, for versions that are archived and not restored.
Status CheckReadable(const S3Service& service, const Call& call, const object::Version& version);
// The same for a copy's source.
Status CheckCopyable(const S3Service& service, const Call& call, const object::Version& version);

// x-amz-restore; nothing for what was never restored.
std::optional<std::string> RestoreHeader(const S3Service& service, const object::Version& version);

// Whether a listing is to tell RestoreStatus: x-amz-optional-object-attributes. kInvalidArgument for any other.
Result<bool> WantsRestoreStatus(const std::optional<std::vector<std::string>>& attributes);
// The RestoreStatus of a row in a listing; nothing for what was never restored.
std::optional<gen::RestoreStatus> RestoreStatusOf(const S3Service& service, const object::Bucket& bucket,
                                                  const object::Entry& entry);

template <typename Out>
void TellStorage(const S3Service& service, const object::Version& version, Out& out) {
  if (!version.attributes.storage_class.empty()) out.storage_class = version.attributes.storage_class;
  out.restore = RestoreHeader(service, version);
  if constexpr (requires { out.archive_status; }) {
    const std::string_view status = object::ArchiveStatus(version.attributes.tier);
    if (!status.empty()) out.archive_status = std::string(status);
  }
}

}  // namespace tarn::api::s3
