// MFA devices.
#include "iam/credentials/mfa.h"

#include "api/iam/convert.h"
#include "api/iam/rules.h"
#include "iam/credentials/qr_code.h"

namespace tarn::api::iam {
namespace {

using domain::Entity;
using domain::Kind;
using domain::MfaDevice;
using Type = Subject::Type;

// What authenticator apps read; nothing for a name that no code has room for.
std::optional<std::string> PictureOf(const std::string& device, const std::string& account, const std::string& seed) {
  constexpr size_t kPixelsPerModule = 4;
  const auto code = domain::QrCode::Of("otpauth://totp/" + device + "@" + account + "?secret=" + seed);
  if (!code) return std::nullopt;
  return domain::PngOf(*code, kPixelsPerModule);
}

Result<gen::CreateVirtualMFADeviceResponse> CreateVirtualMFADevice(IamService& service, const protocol::Call& call,
                                                                   const gen::CreateVirtualMFADeviceRequest& in) {
  TARN_TRY(const domain::Tags tags, domain::MakeTags(ToList(in.tags)));
  gen::CreateVirtualMFADeviceResponse out;
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const auto made, domain::CreateVirtualDevice(rows, *in.virtual_mfa_device_name, PathOf(in.path), tags));
    gen::VirtualMFADevice& device = out.virtual_mfa_device.emplace();
    device.serial_number = made.device.Serial();
    device.base32_string_seed = made.seed;
    device.qr_code_png = PictureOf(*in.virtual_mfa_device_name, rows.account(), made.seed);
    device.tags = TagsUnlessNone(tags);
    return Ok();
  }));
  return out;
}

Result<gen::DeleteVirtualMFADeviceResponse> DeleteVirtualMFADevice(IamService& service, const protocol::Call& call,
                                                                   const gen::DeleteVirtualMFADeviceRequest& in) {
  TARN_CHECK(
      service.Change(call, [&](domain::Rows& rows) { return domain::DeleteVirtualDevice(rows, *in.serial_number); }));
  return gen::DeleteVirtualMFADeviceResponse{};
}

Result<gen::ListVirtualMFADevicesResponse> ListVirtualMFADevices(IamService& service, const protocol::Call& call,
                                                                 const gen::ListVirtualMFADevicesRequest& in) {
  gen::ListVirtualMFADevicesResponse out;
  const std::string status = in.assignment_status.value_or("Any");
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(auto devices, rows.All<MfaDevice>());
    std::erase_if(devices, [&](const MfaDevice& device) {
      return !device.is_virtual || (status == "Assigned" && device.user.empty()) ||
             (status == "Unassigned" && !device.user.empty());
    });
    TARN_TRY(const auto page, Slice(std::move(devices), in, out));
    out.virtual_mfa_devices.emplace();
    for (const MfaDevice& device : page) {
      gen::VirtualMFADevice& told = out.virtual_mfa_devices->emplace_back();
      told.serial_number = device.Serial();
      told.enable_date = device.enabled;
      if (device.user.empty()) continue;
      TARN_TRY(const Entity user, rows.Get(Kind::kUser, device.user));
      told.user = ToWire(user, true);
    }
    return Ok();
  }));
  return out;
}

Result<gen::EnableMFADeviceResponse> EnableMFADevice(IamService& service, const protocol::Call& call,
                                                     const gen::EnableMFADeviceRequest& in) {
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) {
    return domain::EnableDevice(rows, *in.user_name, *in.serial_number, *in.authentication_code1,
                                *in.authentication_code2);
  }));
  return gen::EnableMFADeviceResponse{};
}

Result<gen::ResyncMFADeviceResponse> ResyncMFADevice(IamService& service, const protocol::Call& call,
                                                     const gen::ResyncMFADeviceRequest& in) {
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) {
    return domain::ResyncDevice(rows, *in.user_name, *in.serial_number, *in.authentication_code1,
                                *in.authentication_code2);
  }));
  return gen::ResyncMFADeviceResponse{};
}

Result<gen::DeactivateMFADeviceResponse> DeactivateMFADevice(IamService& service, const protocol::Call& call,
                                                             const gen::DeactivateMFADeviceRequest& in) {
  TARN_TRY(const std::string user, UserNameOf(call, in.user_name));
  TARN_CHECK(service.Change(
      call, [&](domain::Rows& rows) { return domain::DeactivateDevice(rows, user, *in.serial_number); }));
  return gen::DeactivateMFADeviceResponse{};
}

Result<gen::GetMFADeviceResponse> GetMFADevice(IamService& service, const protocol::Call& call,
                                               const gen::GetMFADeviceRequest& in) {
  gen::GetMFADeviceResponse out;
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const MfaDevice device, domain::FindDevice(rows, *in.serial_number));
    if (in.user_name && device.user != *in.user_name) {
      return Fail(domain::kNoSuchEntity, "MFA Device invalid for user.");
    }
    if (!device.user.empty()) out.user_name = device.user;
    out.serial_number = device.Serial();
    out.enable_date = device.enabled;
    return Ok();
  }));
  return out;
}

Result<gen::ListMFADevicesResponse> ListMFADevices(IamService& service, const protocol::Call& call,
                                                   const gen::ListMFADevicesRequest& in) {
  TARN_TRY(const std::string user, UserNameOf(call, in.user_name));
  gen::ListMFADevicesResponse out;
  out.mfa_devices.emplace();
  out.is_truncated = false;
  if (user.empty()) return out;
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(auto devices, domain::DevicesOf(rows, user));
    TARN_TRY(const auto page, Slice(std::move(devices), in, out));
    for (const MfaDevice& device : page) {
      gen::MFADevice& told = out.mfa_devices->emplace_back();
      told.user_name = device.user;
      told.serial_number = device.Serial();
      told.enable_date = device.enabled;
    }
    return Ok();
  }));
  return out;
}

}  // namespace

Operations MfaOperations() {
  return {
      IamBind<&CreateVirtualMFADevice, Type::kMfa>("CreateVirtualMFADevice"),
      IamBind<&DeleteVirtualMFADevice, Type::kMfa>("DeleteVirtualMFADevice"),
      IamBind<&ListVirtualMFADevices, Type::kNone>("ListVirtualMFADevices"),
      IamBind<&EnableMFADevice, Type::kUser>("EnableMFADevice"),
      IamBind<&ResyncMFADevice, Type::kUser>("ResyncMFADevice"),
      IamBind<&DeactivateMFADevice, Type::kUser>("DeactivateMFADevice"),
      IamBind<&GetMFADevice, Type::kMfa>("GetMFADevice"),
      IamBind<&ListMFADevices, Type::kUser>("ListMFADevices"),
  };
}

}  // namespace tarn::api::iam
