#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "server/lake.h"

namespace tarn::server {

namespace fs = std::filesystem;

Status EmptyLake(const Options& options) {
  std::vector<std::string> paths;
  for (const char* name : {"/kv", "/blobs", "/spill", "/streams"}) paths.push_back(options.data + name);
  for (const blob::VolumeOptions& volume : options.volumes) {
    for (const char* name : {"/packs", "/files", "/FORMAT", "/VOLUME"}) paths.push_back(volume.directory + name);
  }
  for (const std::string& path : paths) {
    std::error_code failed;
    fs::remove_all(path, failed);
    if (failed) return Fail(kIoError, fmt::format("{}: cannot be removed: {}", path, failed.message()));
  }
  return Ok();
}

}  // namespace tarn::server
