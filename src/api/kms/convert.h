// Between KMS's generated shapes and keys'.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "api/kms/errors.h"
#include "api/kms/gen/shapes.h"
#include "api/protocol/call.h"
#include "keys/key_specs.h"
#include "keys/keys.h"

namespace tarn::api::kms {

inline const std::string& Text(const std::optional<std::string>& text) {
  static const std::string kEmpty;
  return text ? *text : kEmpty;
}

inline keys::Use UseOf(const protocol::Call& call, const std::optional<bool>& dry_run = {}) {
  return {.scope = call.scope, .caller = call.caller, .via_service = {}, .dry_run = dry_run.value_or(false)};
}

// Absent: no context.
const keys::EncryptionContext& ContextOf(const std::optional<keys::EncryptionContext>& context);

gen::KeyMetadata ToWire(const keys::Key& key);
gen::GrantListEntry ToWire(const keys::Key& key, const keys::Grant& grant);

// Absent lists are not sent.
std::optional<std::vector<std::string>> UnlessEmpty(std::vector<std::string> items);

// Errors: keys::kTag for a key given twice.
Result<keys::Tags> FromWire(const std::optional<std::vector<gen::Tag>>& tags);

// Errors: the one for each token that is none.
Status CheckGrantTokens(const keys::Keys& keys, const std::optional<std::vector<std::string>>& tokens);

// Nitro enclaves' attested recipients are not served. `recipient` is of any optional shape.
template <typename T>
Status RefuseRecipient(const std::optional<T>& recipient) {
  return recipient ? Status(Fail(kNotSupported, "Recipient is not supported.")) : Ok();
}

// Errors: kNotSupported for a spec of the model that is not served.
Result<keys::Spec> SpecOf(const std::string& name);

// A marker is what the next page begins after, in Base64. Errors: kInvalidMarker.
Result<std::string> FromMarker(const std::optional<std::string>& marker);
std::optional<std::string> ToMarker(const std::string& next);
// What is asked for within the operation's bounds.
inline size_t PageSize(const std::optional<int32_t>& asked, size_t usual, size_t most) {
  return asked ? std::min(static_cast<size_t>(*asked), most) : usual;
}

}  // namespace tarn::api::kms
