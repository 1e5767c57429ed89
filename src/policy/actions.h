// A service's actions: the resources each acts on and the condition keys that come with it. Static tables.
//
// Defined by https://docs.aws.amazon.com/service-authorization/latest/reference/ (S3's page: list_amazons3.html).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace tarn::policy {

// What a resource policy can name; bits.
using Resources = uint8_t;
inline constexpr Resources kNoResource = 0;          // the account, or a resource without a policy of this kind
inline constexpr Resources kBucketResource = 1;      // "arn:aws:s3:::bucket"
inline constexpr Resources kObjectResource = 2;      // "arn:aws:s3:::bucket/key"
inline constexpr Resources kThroughAccessPoint = 4;  // also in an access point's policy

struct ActionInfo {
  std::string_view name;  // "GetObject"
  Resources resources;
  uint64_t keys;  // groups of condition keys, as KeyInfo::group
};

struct KeyInfo {
  std::string_view name;  // lower case; one that ends with '/' stands for its family
  uint64_t group;         // one bit; 0: comes with every action
};

struct ActionTable {
  std::string_view vendor;  // "s3"
  std::span<const ActionInfo> actions;
  std::span<const KeyInfo> keys;

  // The action of that name without its vendor, in any case; null when there is none.
  const ActionInfo* FindAction(std::string_view name) const;
  // The key, normalized, or the family it is of; null when it is none of this vendor's or of the services that act for
  // it.
  const KeyInfo* FindKey(std::string_view key) const;
};

extern const ActionTable kS3Actions;
extern const ActionTable kS3ExpressActions;  // directory buckets

}  // namespace tarn::policy
