// IAM's quotas, as a new AWS account has them.
// Defined by https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
#pragma once

#include <cstddef>
#include <cstdint>

namespace tarn::iam::quota {

inline constexpr size_t kUsers = 5000;
inline constexpr size_t kGroups = 300;
inline constexpr size_t kRoles = 1000;
inline constexpr size_t kPolicies = 1500;
inline constexpr size_t kInstanceProfiles = 1000;
inline constexpr size_t kServerCertificates = 20;
inline constexpr size_t kProviders = 100;  // of each kind
inline constexpr size_t kSamlPrivateKeys = 2;
inline constexpr size_t kGroupsPerUser = 10;
inline constexpr size_t kAttachedPolicies = 10;
inline constexpr size_t kVersionsPerPolicy = 5;
inline constexpr size_t kAccessKeysPerUser = 2;
inline constexpr size_t kMfaDevicesPerUser = 8;
inline constexpr size_t kSigningCertificatesPerUser = 2;
inline constexpr size_t kSshKeysPerUser = 5;
inline constexpr size_t kServiceCredentialsPerUser = 2;  // of each service
inline constexpr size_t kTags = 50;
inline constexpr size_t kClientsPerProvider = 100;
inline constexpr size_t kThumbprintsPerProvider = 5;

// Characters without white space.
inline constexpr size_t kManagedPolicyChars = 6144;
inline constexpr size_t kUserPolicyChars = 2048;  // of all inline policies together
inline constexpr size_t kGroupPolicyChars = 5120;
inline constexpr size_t kRolePolicyChars = 10240;
inline constexpr size_t kTrustPolicyChars = 2048;

}  // namespace tarn::iam::quota
