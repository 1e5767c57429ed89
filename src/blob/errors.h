// The failures of blob.
#pragma once

#include "base/result.h"

namespace tarn::blob {

// The bytes on disk are not what was written (checksum, authentication tag, missing file).
inline constexpr Reason kDamaged{"blob.Damaged", Code::kDataLoss};
// The blob was released by everyone and may be reclaimed: read the metadata again.
inline constexpr Reason kGone{"blob.Gone", Code::kNotFound};
// The disk refused a read or write.
inline constexpr Reason kDisk{"blob.Disk", Code::kDataLoss};
inline constexpr Reason kDiskFull{"blob.DiskFull", Code::kResourceExhausted};
// The key that wrapped this blob's key is not the one given.
inline constexpr Reason kWrongKey{"blob.WrongKey", Code::kPermissionDenied};
// The configuration of volumes and storage classes does not hold together.
inline constexpr Reason kBadVolume{"blob.BadVolume", Code::kInvalidArgument};
// Written by a newer tarn, or not by tarn.
inline constexpr Reason kFormat{"blob.Format", Code::kInternal};

}  // namespace tarn::blob
