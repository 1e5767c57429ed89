// MFA devices: virtual ones with their seeds, and hardware ones by their serial numbers.
//
// Codes are RFC 6238's: six digits, SHA-1, 30 seconds. Each works within the transaction of `rows`. Errors:
// iam/errors.h, in IAM's words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iam/model.h"
#include "iam/rows.h"

namespace tarn::iam {

struct NewDevice {
  MfaDevice device;
  std::string seed;  // Base32, told once
};
Result<NewDevice> CreateVirtualDevice(Rows& rows, const std::string& name, const std::string& path, Tags tags);
// By its serial number (a virtual device's ARN). Errors: kNoSuchEntity.
Result<MfaDevice> FindDevice(Rows& rows, const std::string& serial);
Status DeleteVirtualDevice(Rows& rows, const std::string& serial);
// Gives the device to the user. Errors: kInvalidAuthenticationCode for codes that are no six digits.
Status EnableDevice(Rows& rows, const std::string& user, const std::string& serial, const std::string& code1,
                    const std::string& code2);
Status ResyncDevice(Rows& rows, const std::string& user, const std::string& serial, const std::string& code1,
                    const std::string& code2);
Status DeactivateDevice(Rows& rows, const std::string& user, const std::string& serial);
// In the order in which they were given to the user.
Result<std::vector<MfaDevice>> DevicesOf(Rows& rows, const std::string& user);
// Whether it is a code of the user's virtual device about `now`.
Result<bool> IsCode(const Iam& iam, const MfaDevice& device, std::string_view code, Timestamp now);

}  // namespace tarn::iam
