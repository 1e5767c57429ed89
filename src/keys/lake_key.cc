#include "keys/lake_key.h"

#include "base/hash.h"
#include "base/strings.h"
#include "keys/crypto/secret_key.h"
#include "keys/errors.h"

namespace tarn::keys {
namespace {

// Frozen: docs/format/keys.md.
constexpr std::string_view kHeadline = "tarn lake key 1";
constexpr std::string_view kLabel = "tarn lake key";
constexpr size_t kKeyBytes = 32;
constexpr size_t kIdBytes = 8;

}  // namespace

std::string MasterKeyId(std::string_view master_key) {
  return Hex(HmacSha256(master_key, "tarn master key id").substr(0, kIdBytes));
}

std::string SealLakeKey(std::string_view lake_key, const std::vector<std::string>& master_keys) {
  std::string text(kHeadline);
  text += '\n';
  for (const std::string& master : master_keys) {
    text += MasterKeyId(master) + " " + Hex(Seal(master, kLabel, lake_key)) + "\n";
  }
  return text;
}

Result<std::string> OpenLakeKey(std::string_view text, std::string_view master_key) {
  const auto lines = Split(text, '\n');
  if (lines[0] != kHeadline) return Fail(kDamaged, "not a lake key of a form that this version knows");
  const std::string id = MasterKeyId(master_key);
  for (const std::string_view line : lines) {
    if (!line.starts_with(id + " ")) continue;
    const auto sealed = Unhex(line.substr(id.size() + 1));
    if (!sealed) return Fail(kDamaged, "a damaged lake key");
    auto opened = Unseal(master_key, kLabel, *sealed);
    if (!opened.ok() || opened->size() != kKeyBytes) return Fail(kDamaged, "a damaged lake key");
    return opened;
  }
  return Fail(kWrongMasterKey, "the master key with id " + id + " is not this lake's");
}

}  // namespace tarn::keys
