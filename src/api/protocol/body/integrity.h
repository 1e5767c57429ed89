// Digests that a client sends with a short S3 body: Content-MD5 and x-amz-checksum-*. Pure.
//
// For bodies held in memory (XML documents); a streamed object's own digests are checked where it is stored.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "api/protocol/codec.h"
#include "base/result.h"

namespace tarn::api::protocol {

// Checks Content-MD5 and, when `checksums` are of the body, x-amz-checksum-* among headers and trailers. Errors:
// kInvalidDigest, kBadDigest, kInvalidChecksum, and kMissingDigest when `required` and there is none.
Status CheckBodyDigests(const std::vector<Field>& headers,
                        const std::vector<std::pair<std::string, std::string>>& trailers, std::string_view body,
                        bool checksums, bool required);

}  // namespace tarn::api::protocol
