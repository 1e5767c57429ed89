// What is blocked of public access: of an account's buckets or through one access point.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tarn::object {

struct PublicBlock {
  bool acls = false;            // BlockPublicAcls
  bool ignored_acls = false;    // IgnorePublicAcls
  bool policies = false;        // BlockPublicPolicy
  bool public_buckets = false;  // RestrictPublicBuckets
  bool operator==(const PublicBlock&) const = default;

  // Frozen: docs/format/object.md.
  uint64_t ToBits() const;
  static PublicBlock FromBits(uint64_t bits);
};
inline constexpr PublicBlock kAllBlocked{true, true, true, true};

std::string Encode(const PublicBlock& block);
Result<PublicBlock> DecodePublicBlock(std::string_view bytes);

}  // namespace tarn::object
