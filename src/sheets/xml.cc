#include "sheets/xml.h"

#include <fmt/format.h>

#include "sheets/errors.h"
#include "sheets/sheet.h"

namespace tarn::sheets {

Status ReadDocument(const Zip& zip, std::string_view name, Document& document) {
  TARN_TRY(document.text, zip.Read(name, kPartBytesMax));
  // Entities of a DTD are not expanded by pugixml.
  constexpr unsigned kParse = pugi::parse_default | pugi::parse_ws_pcdata;
  const auto parsed = document.xml.load_buffer_inplace(document.text.data(), document.text.size(), kParse);
  if (!parsed) return Fail(kUnreadable, fmt::format("The file is no spreadsheet: {}: {}.", name, parsed.description()));
  return Ok();
}

pugi::xml_node ChildOf(const pugi::xml_node& node, std::string_view name) {
  for (const pugi::xml_node& child : node.children()) {
    if (LocalName(child.name()) == name) return child;
  }
  return {};
}

std::string_view AttributeOf(const pugi::xml_node& node, std::string_view name) {
  for (const pugi::xml_attribute& attribute : node.attributes()) {
    if (LocalName(attribute.name()) == name) return attribute.value();
  }
  return {};
}

}  // namespace tarn::sheets
