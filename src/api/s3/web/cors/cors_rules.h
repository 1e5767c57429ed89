// A bucket's CORS configuration: which are valid, and what a request from a browser's page gets. Pure.
//
// Amazon S3 User Guide, "Using cross-origin resource sharing"; the Fetch standard's names of headers. Origins and
// headers may hold one "*"; origins compare with case, headers without.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/s3/gen/shapes.h"
#include "base/result.h"

namespace tarn::api::s3 {

using CorsRules = std::vector<gen::CORSRule>;
using CorsHeaders = std::vector<std::pair<std::string, std::string>>;

// kMalformedXml, object.InvalidRequest as AWS words it.
Status CheckCors(const CorsRules& rules);

// A token of RFC 9110, "*" among its characters.
bool IsHeaderName(std::string_view name);
// One that a rule can allow.
bool IsCorsMethod(std::string_view method);

struct CorsRequest {
  std::string_view origin;
  std::string_view method;                       // Access-Control-Request-Method, else the request's own
  std::optional<std::string_view> header_names;  // Access-Control-Request-Headers
};
// The headers of the first rule that allows the request; nothing when none does.
std::optional<CorsHeaders> MatchCors(const CorsRules& rules, const CorsRequest& request);

}  // namespace tarn::api::s3
