// The form of identity policies, as IAM's Create and Put calls check it, in IAM's order and words.
#pragma once

#include "base/result.h"
#include "json/json.h"

namespace tarn::policy {

// What passes has statements of the right shape: the reader of statements finds no fault with their form.
// Errors: kMalformed; also for a version that is not the newest, unless any will do.
Status CheckIdentityForm(const json::Value& document, bool any_version = false);

}  // namespace tarn::policy
