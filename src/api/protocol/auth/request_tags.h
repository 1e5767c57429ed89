// The tags that a request gives or names, as condition keys of what is asked for it: aws:RequestTag/… and aws:TagKeys.
//
// Found by the model alone, for every service: members of the input that are called so and are a map of texts, a list
// of key and value, or a list of keys. S3's own tags of objects and buckets are S3's to tell. Pure.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requesttag
#pragma once

#include <span>

#include "api/protocol/shape.h"
#include "identity/authorize.h"

namespace tarn::api::protocol {

void AddRequestTags(const OperationDesc& operation, const void* input, std::span<identity::Check> checks);

}  // namespace tarn::api::protocol
