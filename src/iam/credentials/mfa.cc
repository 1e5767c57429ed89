#include "iam/credentials/mfa.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "base/random.h"
#include "iam/quotas.h"

namespace tarn::iam {
namespace {

constexpr size_t kSeedBytes = 40;  // 64 characters
constexpr int64_t kStepSeconds = 30;
constexpr size_t kDigits = 6;

std::string Base32(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  uint32_t bits = 0;
  int held = 0;
  for (const unsigned char byte : bytes) {
    bits = bits << 8 | byte;
    for (held += 8; held >= 5; held -= 5) out += kAlphabet[bits >> (held - 5) & 31];
  }
  return out;
}

std::string CodeAt(const std::string& seed, int64_t step) {
  std::array<unsigned char, 8> counter{};
  for (int i = 7; i >= 0; --i, step >>= 8) counter[static_cast<size_t>(i)] = static_cast<unsigned char>(step & 0xff);
  std::array<unsigned char, 20> mac{};
  unsigned int size = 0;
  HMAC(EVP_sha1(), seed.data(), static_cast<int>(seed.size()), counter.data(), counter.size(), mac.data(), &size);
  const size_t at = mac[19] & 0xf;
  const uint32_t word = (mac[at] & 0x7fU) << 24 | mac[at + 1] << 16 | mac[at + 2] << 8 | mac[at + 3];
  std::string code = std::to_string(word % 1'000'000);
  return std::string(kDigits - code.size(), '0') + code;
}

Error NoDevice(const std::string& serial) {
  return Fail(kNoSuchEntity, "VirtualMFADevice with serial number " + serial + " doesn't exist.");
}

std::string NameIn(const std::string& serial) {
  const size_t slash = serial.find('/');
  return serial.starts_with("arn:") && slash != std::string::npos ? serial.substr(slash) : serial;
}

bool IsSixDigits(const std::string& code) {
  return code.size() == kDigits && std::ranges::all_of(code, [](char c) { return c >= '0' && c <= '9'; });
}

std::string SealName(const MfaDevice& device) { return "mfa " + device.Serial(); }

// The user's own device.
Result<MfaDevice> OwnDevice(Rows& rows, const std::string& user, const std::string& serial) {
  TARN_TRY(const Entity entity, rows.Get(Kind::kUser, user));
  const auto device = FindDevice(rows, serial);
  if (device.Is(kNoSuchEntity) || (device.ok() && device->user != entity.name)) {
    return Fail(kNoSuchEntity, "MFA Device invalid for user.");
  }
  return device;
}

}  // namespace

Result<NewDevice> CreateVirtualDevice(Rows& rows, const std::string& name, const std::string& path, Tags tags) {
  TARN_TRY(const auto present, rows.Find<MfaDevice>(path + name, true));
  if (present) return Fail(kAlreadyExists, "MFADevice entity at the same path and name already exists.");
  NewDevice made;
  made.device.account = rows.account();
  made.device.name = path + name;
  made.device.created = rows.now();
  made.device.tags = std::move(tags);
  const std::string seed = RandomBytes(kSeedBytes);
  made.device.sealed = rows.iam().box().Seal(SealName(made.device), seed);
  made.seed = Base32(seed);
  rows.Put(made.device);
  return made;
}

Result<MfaDevice> FindDevice(Rows& rows, const std::string& serial) {
  TARN_TRY(auto found, rows.Find<MfaDevice>(NameIn(serial)));
  if (!found || found->Serial() != serial) return NoDevice(serial);
  return *std::move(found);
}

Status DeleteVirtualDevice(Rows& rows, const std::string& serial) {
  TARN_TRY(const MfaDevice device, FindDevice(rows, serial));
  if (!device.user.empty()) {
    return Fail(kDeleteConflict, "MFA VirtualDevice in use. Must deactivate first.");
  }
  rows.Erase(device);
  return Ok();
}

Status EnableDevice(Rows& rows, const std::string& user, const std::string& serial, const std::string& code1,
                    const std::string& code2) {
  TARN_TRY(const Entity entity, rows.Get(Kind::kUser, user));
  auto found = FindDevice(rows, serial);
  if (!found.ok() && (serial.starts_with("arn:") || !found.Is(kNoSuchEntity))) return found.error();
  if (!IsSixDigits(code1) || !IsSixDigits(code2)) {
    return Fail(kInvalidAuthenticationCode, "MFADevice: the authentication code is not valid.");
  }
  MfaDevice device;
  if (found.ok()) {
    device = *found;
  } else {
    device.account = rows.account();
    device.name = serial;
    device.is_virtual = false;
    device.created = rows.now();
  }
  if (!device.user.empty()) {
    return Fail(kAlreadyExists,
                device.user == entity.name ? "Device " + serial + " already exists" : "MFADevice is already in use");
  }
  TARN_TRY(const auto devices, DevicesOf(rows, user));
  if (devices.size() >= quota::kMfaDevicesPerUser) {
    return Fail(kLimitExceeded,
                "Cannot exceed quota for MFADevicesPerUser: " + std::to_string(quota::kMfaDevicesPerUser));
  }
  device.user = entity.name;
  device.enabled = rows.now();
  rows.Put(device);
  return Ok();
}

Status ResyncDevice(Rows& rows, const std::string& user, const std::string& serial, const std::string& code1,
                    const std::string& code2) {
  TARN_TRY(const MfaDevice device, OwnDevice(rows, user, serial));
  if (IsSixDigits(code1) && IsSixDigits(code2)) return Ok();
  return Fail(kInvalidAuthenticationCode, "MFADevice: the authentication code is not valid.");
}

Status DeactivateDevice(Rows& rows, const std::string& user, const std::string& serial) {
  TARN_TRY(MfaDevice device, OwnDevice(rows, user, serial));
  if (!device.is_virtual) {
    rows.Erase(device);
    return Ok();
  }
  device.user.clear();
  device.enabled.reset();
  rows.Put(device);
  return Ok();
}

Result<std::vector<MfaDevice>> DevicesOf(Rows& rows, const std::string& user) {
  TARN_TRY(const Entity entity, rows.Get(Kind::kUser, user));
  TARN_TRY(auto devices, rows.All<MfaDevice>());
  std::erase_if(devices, [&](const MfaDevice& device) { return device.user != entity.name; });
  std::ranges::stable_sort(devices, {}, [](const MfaDevice& device) { return *device.enabled; });
  return devices;
}

Result<bool> IsCode(const Iam& iam, const MfaDevice& device, std::string_view code, Timestamp now) {
  if (!device.is_virtual || device.user.empty()) return false;
  TARN_TRY(const std::string seed, iam.box().Open(SealName(device), device.sealed));
  const int64_t step = now.seconds() / kStepSeconds;
  bool any = false;
  for (const int64_t near : {step - 1, step, step + 1}) any = ConstantTimeEqual(CodeAt(seed, near), code) || any;
  return any;
}

}  // namespace tarn::iam
