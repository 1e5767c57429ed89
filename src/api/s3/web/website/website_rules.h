// A bucket's website configuration: which are valid, and where its rules send a request. Pure.
//
// Amazon S3 User Guide, "Hosting a static website using Amazon S3": index and error documents, routing rules.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/protocol/call.h"
#include "api/s3/gen/shapes.h"
#include "base/result.h"

namespace tarn::api::s3 {

inline constexpr std::string_view kWebsiteDocument = "website";
using Website = gen::GetBucketWebsiteOutput;  // as it is kept

// object.InvalidArgument (with the argument's name and value), object.InvalidRequest, kMalformedXml.
Status CheckWebsite(const protocol::Call& call, const gen::WebsiteConfiguration& website);

// The origin that a request to a website was sent to.
struct WebsiteOrigin {
  std::string_view scheme;  // "http"
  std::string_view host;    // with its port
};

struct Redirection {
  int status = 301;
  std::string location;
};

// Where the first rule that fits sends `key`. `error_status` 0: before the object is looked for, only rules without an
// error condition fit; else those with that one. Rules with a prefix do not fit the website's root (an empty key).
std::optional<Redirection> Route(const Website& website, const WebsiteOrigin& origin, std::string_view key,
                                 int error_status);

// RedirectAllRequestsTo.
std::optional<Redirection> RouteAll(const Website& website, const WebsiteOrigin& origin, std::string_view target);

}  // namespace tarn::api::s3
