// Names of directory buckets, "<base>--<zone id>--x-s3", and of their access points. The name alone makes a bucket a
// directory bucket.
//
// Defined by https://docs.aws.amazon.com/AmazonS3/latest/userguide/directory-bucket-naming-rules.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tarn::object {

inline constexpr std::string_view kDirectorySuffix = "--x-s3";

// Of a bucket that exists, or of any name that only a directory bucket may have.
inline bool IsDirectoryBucket(std::string_view name) { return name.ends_with(kDirectorySuffix); }

// Access points of directory buckets: "<base>--<zone id>--xa-s3".
inline constexpr std::string_view kDirectoryPointSuffix = "--xa-s3";
inline bool IsDirectoryPoint(std::string_view name) { return name.ends_with(kDirectoryPointSuffix); }

// The zone id in a name of the right form ("use1-az4"; in a Local Zone "usw2-lax1-az1"); nothing for any other.
std::optional<std::string> ZoneOf(std::string_view name);
// The same of an access point's name.
std::optional<std::string> ZoneOfPoint(std::string_view name);
// Whether a zone id is of a Local Zone: it has three words.
bool IsLocalZone(std::string_view zone);

}  // namespace tarn::object
