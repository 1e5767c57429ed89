// Texts as header values: user metadata is any Unicode text, a header holds bytes. Pure.
//
// Metadata that is not printable ASCII goes as RFC 2047 words ("=?UTF-8?Q?caf=C3=A9?="). A header's words are read by
// what they mean, and its other bytes as Latin-1; what is kept and shown is the one form that AWS shows.
#pragma once

#include <string>
#include <string_view>

namespace tarn::api::s3 {

// User metadata as it is kept and shown: printable ASCII as it is, anything else as one RFC 2047 word.
std::string MetadataText(std::string_view utf8);
// The same of a header that came. Words that cannot be read stay as they are.
std::string MetadataOfHeader(std::string_view value);
// A header of which MetadataOfHeader makes MetadataText(utf8), also where the text looks like words.
std::string MetadataHeader(std::string_view utf8);

// The value of a system header: characters beyond Latin-1 and control characters become spaces.
std::string SystemHeaderText(std::string_view utf8);

}  // namespace tarn::api::s3
