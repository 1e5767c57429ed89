#include "api/s3/web/website/website_page.h"

#include <fmt/format.h>

#include "api/protocol/wire/xml_codec.h"
#include "http/message.h"

namespace tarn::api::s3 {
namespace {

void AddItem(std::string& page, std::string_view name, std::string_view text) {
  page += fmt::format("<li>{}: {}</li>\n", name, protocol::XmlWriter::Escape(text));
}

void AddError(std::string& page, const WebsiteError& error) {
  page += "<ul>\n";
  AddItem(page, "Code", error.error.code);
  AddItem(page, "Message", error.error.message);
  for (const auto& [name, value] : error.details) AddItem(page, name, value);
}

}  // namespace

std::string ErrorPage(const WebsiteError& error, const std::optional<WebsiteError>& document,
                      std::string_view request_id, std::string_view host_id) {
  const std::string title = fmt::format("{} {}", error.error.status, http::ReasonPhrase(error.error.status));
  std::string page = fmt::format("<html>\n<head><title>{0}</title></head>\n<body>\n<h1>{0}</h1>\n", title);
  AddError(page, error);
  AddItem(page, "RequestId", request_id);
  AddItem(page, "HostId", host_id);
  page += "</ul>\n";
  if (document) {
    page += "<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n";
    AddError(page, *document);
    page += "</ul>\n";
  }
  return page + "<hr/>\n</body>\n</html>\n";
}

}  // namespace tarn::api::s3
