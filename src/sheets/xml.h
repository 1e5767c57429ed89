// What both kinds of spreadsheets need of XML: documents out of archives, names without their prefixes. Private.
#pragma once

#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sheets/zip.h"

namespace tarn::sheets {

// `text` is kept beside the document, which points into it.
struct Document {
  std::string text;
  pugi::xml_document xml;
};
Status ReadDocument(const Zip& zip, std::string_view name, Document& document);

// "row" of "x:row".
inline std::string_view LocalName(const char* name) {
  const std::string_view whole = name;
  return whole.substr(whole.rfind(':') + 1);
}
// The first child of that local name; a null node without one.
pugi::xml_node ChildOf(const pugi::xml_node& node, std::string_view name);
// The attribute of that local name, "" without one.
std::string_view AttributeOf(const pugi::xml_node& node, std::string_view name);

}  // namespace tarn::sheets
