// Texts of a form's fields as header values: forms carry any UTF-8, headers do not. Pure.
#pragma once

#include <string>
#include <string_view>

namespace tarn::api::s3 {

// A user metadata value: printable ASCII as it is, anything else as one RFC 2047 word, as AWS shows it.
std::string MetadataText(std::string_view utf8);

// The value of a system header: characters beyond Latin-1 and control characters become spaces.
std::string SystemHeaderText(std::string_view utf8);

}  // namespace tarn::api::s3
