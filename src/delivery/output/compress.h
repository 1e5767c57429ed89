// How Firehose packs files: gzip, zip with one entry, the streams of snappy-java and of Hadoop's SnappyCodec.
//
// Pure but for the name of a zip's entry, which is given. Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tarn::delivery {

enum class Compression : uint8_t { kNone, kGzip, kZip, kSnappy, kHadoopSnappy };

// "UNCOMPRESSED", "GZIP", "ZIP", "Snappy", "HADOOP_SNAPPY".
std::optional<Compression> CompressionOf(std::string_view name);
// ".gz", ".zip", ".snappy"; empty for kNone.
std::string_view ExtensionOf(Compression compression);
// What the object's Content-Encoding says; empty for kNone.
std::string_view EncodingOf(Compression compression);

std::string Compress(Compression compression, std::string_view bytes, const std::string& entry_name);

// Of zlib's own form, of several streams one after the other; nothing for what is none, or unpacks to more than
// `bytes_max`.
std::optional<std::string> Inflate(std::string_view packed, size_t bytes_max);

}  // namespace tarn::delivery
