// The parts of the table of AWS's managed policies. Internal to iam.
#pragma once

#include <span>

#include "iam/policies/aws_policies.h"

namespace tarn::iam {

extern const std::span<const AwsPolicy> kAwsPart1;
extern const std::span<const AwsPolicy> kAwsPart2;
extern const std::span<const AwsPolicy> kAwsPart3;
extern const std::span<const AwsPolicy> kAwsPart4;
// Those of service-linked roles.
extern const std::span<const AwsPolicy> kServicePart1;
extern const std::span<const AwsPolicy> kServicePart2;
extern const std::span<const AwsPolicy> kServicePart3;

}  // namespace tarn::iam
