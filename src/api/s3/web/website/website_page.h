// The HTML page that a website's visitor gets for an error without a document of its own. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/protocol/codec.h"

namespace tarn::api::s3 {

struct WebsiteError {
  protocol::WireError error;
  std::vector<std::pair<std::string, std::string>> details;  // {"Key", "index.html"}
};

// `document`: why the error document could not be had, when the website has one.
std::string ErrorPage(const WebsiteError& error, const std::optional<WebsiteError>& document,
                      std::string_view request_id, std::string_view host_id);

}  // namespace tarn::api::s3
