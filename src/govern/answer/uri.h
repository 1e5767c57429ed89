// Places of S3 as they are compared: "s3://bucket/key".
#pragma once

#include <string>
#include <string_view>

namespace tarn::govern {

// The same for the other schemes that Hadoop has for the same place ("s3a", "s3n").
inline std::string PlainUri(std::string_view uri) {
  const bool other = uri.starts_with("s3a://") || uri.starts_with("s3n://");
  return other ? "s3" + std::string(uri.substr(3)) : std::string(uri);
}

}  // namespace tarn::govern
