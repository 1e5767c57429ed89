// XML documents from outside, and whether a key signed an element of one. The only user of libxml2 and xmlsec.
//
// Pure; nothing is fetched, DTDs and entities are refused. Threads: any; one document is for one thread at a time.
#pragma once

#include <libxml/tree.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/freed.h"

namespace tarn::federation {

using XmlDocument = std::unique_ptr<xmlDoc, Freed<xmlFreeDoc>>;

// Null for what is not well formed, has a DTD or more than a megabyte.
XmlDocument ParseXml(std::string_view text);

bool Is(const xmlNode* node, std::string_view name, std::string_view space);
// The elements directly within `node` of that name.
std::vector<xmlNode*> Children(const xmlNode* node, std::string_view name, std::string_view space);
// The one there is; null for none or several.
xmlNode* OnlyChild(const xmlNode* node, std::string_view name, std::string_view space);
// An attribute without a namespace; nothing when it is not there.
std::optional<std::string> Attribute(const xmlNode* node, std::string_view name);
// The text of an element that holds text alone, trimmed; nothing when it holds anything else: a comment within a name
// would make two readers see two names.
std::optional<std::string> PlainText(const xmlNode* node);

// Whether the signature directly within `element` is one over that element, made with the key of one of the
// certificates (DER).
bool HoldsSignature(xmlDoc* document, xmlNode* element, const std::vector<std::string>& certificates);

inline constexpr std::string_view kDsigSpace = "http://www.w3.org/2000/09/xmldsig#";

}  // namespace tarn::federation
