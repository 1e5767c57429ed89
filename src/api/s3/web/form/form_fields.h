// What the fields of an upload form mean: its signer, and the PutObject that it asks for. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/protocol/auth/form_signature.h"
#include "api/protocol/call.h"
#include "api/protocol/codec.h"
#include "api/s3/web/form/post_policy.h"
#include "base/result.h"

namespace tarn::api::s3 {

// Who the form says has signed; nothing for an unsigned form. object.InvalidArgument when a field of the signature is
// missing.
Result<std::optional<protocol::FormClaim>> FormClaimOf(const protocol::Call& call, const FormFields& fields);

// The headers of the PutObject that the fields stand for. kMalformedPost, kMalformedXml (tagging).
Result<std::vector<protocol::Field>> PutHeadersOf(const FormFields& fields);

// The field's error: "Bucket POST must contain a field named 'key'. …"
Error MissingField(const protocol::Call& call, std::string_view name);

// Where the form wants to be sent after success; nothing when that is no absolute URL.
std::optional<std::string> RedirectOf(const FormFields& fields);

}  // namespace tarn::api::s3
