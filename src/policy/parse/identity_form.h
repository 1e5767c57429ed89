// The form of identity and trust policies, as IAM's Create and Put calls check it, in IAM's order and words.
//
// IAM takes some statements that the reader of statements does not: lists with nulls, operators without keys.
#pragma once

#include "base/result.h"
#include "json/json.h"

namespace tarn::policy {

// Whether an identity policy may be of an older version of the language, or tell none.
enum class AnyVersion : bool { kNo, kYes };

// Errors: kMalformed.
Status CheckIdentityForm(const json::Value& document, AnyVersion any = AnyVersion::kNo);
// What is said of its principals and actions is checked elsewhere. Errors: kMalformed.
Status CheckTrustForm(const json::Value& document);

}  // namespace tarn::policy
