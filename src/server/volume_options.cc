#include "server/volume_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tarn::server {
namespace {

constexpr std::array<std::string_view, 8> kStorageClasses = {"STANDARD",   "REDUCED_REDUNDANCY",  "STANDARD_IA",
                                                             "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR",
                                                             "GLACIER",    "DEEP_ARCHIVE"};

template <typename T>
Status Take(const toml::node& node, std::string_view where, std::string_view name, T& into) {
  const auto value = node.value_exact<T>();
  if (!value) return Fail(kBadOption, fmt::format("{}: '{}' has the wrong type", where, name));
  into = *value;
  return Ok();
}

Status ReadVolume(const toml::table& table, const std::string& path, Options& options) {
  blob::VolumeOptions volume;
  for (const auto& [key, node] : table) {
    const std::string where = path + ": [[volume]]";
    if (key == "name") {
      TARN_CHECK(Take(node, where, key.str(), volume.name));
    } else if (key == "path") {
      TARN_CHECK(Take(node, where, key.str(), volume.directory));
    } else if (key == "archive") {
      TARN_CHECK(Take(node, where, key.str(), volume.archive));
    } else if (key == "replaced") {
      TARN_CHECK(Take(node, where, key.str(), volume.replaced));
    } else {
      return Fail(kBadOption, fmt::format("{} has no option '{}'", where, key.str()));
    }
  }
  if (volume.name.empty() || volume.directory.empty()) {
    return Fail(kBadOption, path + ": each [[volume]] needs a name and a path");
  }
  options.volumes.push_back(std::move(volume));
  return Ok();
}

// volume = "cold" or volume = ["disk1", "disk2"]
Status TakeNames(const toml::node& node, std::string_view where, std::vector<std::string>& names) {
  if (const toml::array* list = node.as_array()) {
    for (const toml::node& item : *list) {
      names.emplace_back();
      TARN_CHECK(Take(item, where, "volume", names.back()));
    }
    return Ok();
  }
  names.emplace_back();
  return Take(node, where, "volume", names.back());
}

Status ReadStorageClass(std::string_view name, const toml::node& node, const std::string& path, Options& options) {
  const std::string where = fmt::format("{}: [storage_class.{}]", path, name);
  const toml::table* table = node.as_table();
  if (table == nullptr || std::ranges::find(kStorageClasses, name) == kStorageClasses.end()) {
    return Fail(kBadOption, where + " is not a storage class");
  }
  blob::PlacementOptions placement;
  int64_t copies = 1;
  for (const auto& [key, value] : *table) {
    if (key == "volume") {
      TARN_CHECK(TakeNames(value, where, placement.volumes));
    } else if (key == "copies") {
      TARN_CHECK(Take(value, where, "copies", copies));
    } else {
      return Fail(kBadOption, fmt::format("{} has no option '{}'", where, key.str()));
    }
  }
  if (placement.volumes.empty()) return Fail(kBadOption, where + " needs a volume");
  if (copies < 1 || copies > 2) return Fail(kBadOption, where + ": copies is 1 or 2");
  if (placement.volumes.size() < static_cast<size_t>(copies)) {
    return Fail(kBadOption, where + ": two copies need two volumes, volume = [\"one\", \"two\"]");
  }
  placement.copies = static_cast<uint32_t>(copies);
  for (const std::string& volume : placement.volumes) {
    const bool known = volume == "default" ||
                       std::ranges::any_of(options.volumes, [&](const auto& one) { return one.name == volume; });
    if (!known) return Fail(kBadOption, fmt::format("{}: there is no [[volume]] '{}'", where, volume));
  }
  options.storage_classes[std::string(name)] = std::move(placement);
  return Ok();
}

}  // namespace

Status ReadVolumes(const toml::table& file, const std::string& path, Options& options) {
  if (const toml::array* volumes = file["volume"].as_array()) {
    for (const toml::node& node : *volumes) {
      const toml::table* table = node.as_table();
      if (table == nullptr) return Fail(kBadOption, path + ": each [[volume]] is a table");
      TARN_CHECK(ReadVolume(*table, path, options));
    }
  }
  if (const toml::table* classes = file["storage_class"].as_table()) {
    for (const auto& [name, node] : *classes) TARN_CHECK(ReadStorageClass(name.str(), node, path, options));
  }
  return Ok();
}

}  // namespace tarn::server
