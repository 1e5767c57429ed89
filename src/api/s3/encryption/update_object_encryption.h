// UpdateObjectEncryption, which re-wraps the keys of a version's blobs.
#pragma once

#include "api/s3/gen/shapes.h"
#include "api/s3/s3_service.h"

namespace tarn::api::s3 {

Result<gen::UpdateObjectEncryptionResponse> UpdateObjectEncryption(S3Service& service, const Call& call,
                                                                   const gen::UpdateObjectEncryptionRequest& in);

}  // namespace tarn::api::s3
