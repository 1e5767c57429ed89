#include "api/protocol/wire/xml_codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <pugixml.hpp>

#include "api/protocol/errors.h"
#include "api/protocol/wire/json_codec.h"
#include "base/strings.h"

namespace tarn::api::protocol {
namespace {

constexpr std::string_view kListElement = "member";
constexpr std::string_view kMapKey = "key";
constexpr std::string_view kMapValue = "value";

std::string_view LocalName(std::string_view name) {
  const size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::string_view Or(std::string_view name, std::string_view otherwise) { return name.empty() ? otherwise : name; }

Error TooDeep() { return Fail(kRequestTooLarge, "the XML text is nested too deeply"); }

class XmlReader {
 public:
  explicit XmlReader(const Limits& limits) : limits_(limits) {}

  Status Structure(const TypeShape& shape, pugi::xml_node node, Members members, int depth, void* out) {
    if (depth > limits_.depth) return TooDeep();
    for (const Member& member : shape.members) {
      if (members == Members::kBodyOnly && member.location != Location::kBody) continue;
      TARN_CHECK(StructureMember(member, node, depth, out));
    }
    return Ok();
  }

 private:
  Status StructureMember(const Member& member, pugi::xml_node node, int depth, void* out) {
    if (member.ref.xml_attribute) {
      for (const pugi::xml_attribute attribute : node.attributes()) {
        if (LocalName(attribute.name()) != LocalName(member.wire_name)) continue;
        return Scalar(member.ref, attribute.value(), EmplaceMember(member, out));
      }
      return Ok();
    }
    if (member.ref.flattened) return Flattened(member, node, depth, out);
    const pugi::xml_node child = Child(node, member.wire_name);
    if (child.empty()) return Ok();
    return Element(member.ref, child, depth + 1, EmplaceMember(member, out));
  }

  Status Flattened(const Member& member, pugi::xml_node node, int depth, void* out) {
    const TypeShape& type = *member.ref.type;
    const std::string_view name =
        type.kind == Kind::kList ? Or(type.element.wire_name, member.wire_name) : member.wire_name;
    void* container = nullptr;
    for (const pugi::xml_node child : node.children()) {
      // A flattened list whose elements have a name of their own is seen under either name.
      const std::string_view local = LocalName(child.name());
      if (child.type() != pugi::node_element || (local != name && local != member.wire_name)) continue;
      if (container == nullptr) container = EmplaceMember(member, out);
      if (type.kind == Kind::kList) {
        TARN_CHECK(Count());
        TARN_CHECK(Element(type.element, child, depth + 1, type.list->append(container)));
      } else {
        TARN_CHECK(Entry(type, child, depth + 1, container));
      }
    }
    return Ok();
  }

  Status Element(const Ref& ref, pugi::xml_node node, int depth, void* out) {
    if (depth > limits_.depth) return TooDeep();
    const TypeShape& type = *ref.type;
    if (type.kind == Kind::kStructure) return Structure(type, node, Members::kAll, depth, out);
    if (type.kind == Kind::kList) {
      for (const pugi::xml_node child : node.children()) {
        if (child.type() != pugi::node_element) continue;
        if (LocalName(child.name()) != Or(type.element.wire_name, kListElement)) continue;
        TARN_CHECK(Count());
        TARN_CHECK(Element(type.element, child, depth + 1, type.list->append(out)));
      }
      return Ok();
    }
    if (type.kind == Kind::kMap) {
      for (const pugi::xml_node child : node.children()) {
        if (LocalName(child.name()) == "entry") TARN_CHECK(Entry(type, child, depth + 1, out));
      }
      return Ok();
    }
    for (const pugi::xml_node child : node.children()) {
      if (child.type() == pugi::node_element) {
        return Fail(kMalformedXml, fmt::format("{} holds elements where a value is expected", node.name()));
      }
    }
    // A text may come in several pieces around comments and CDATA sections.
    std::string text;
    for (const pugi::xml_node child : node.children()) {
      if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) text += child.value();
    }
    const bool exact = type.kind == Kind::kString || type.kind == Kind::kDocument;
    return ScalarNamed(ref, exact ? std::string_view(text) : Trim(text), node.name(), out);
  }

  Status Entry(const TypeShape& map, pugi::xml_node node, int depth, void* out) {
    if (depth > limits_.depth) return TooDeep();
    TARN_CHECK(Count());
    const pugi::xml_node key = Child(node, Or(map.key.wire_name, kMapKey));
    const pugi::xml_node value = Child(node, Or(map.value.wire_name, kMapValue));
    if (key.empty()) return Fail(kMalformedXml, "a map entry has no key");
    void* slot = map.map->insert(out, key.text().get());
    return value.empty() ? Ok() : Element(map.value, value, depth + 1, slot);
  }

  static Status Scalar(const Ref& ref, std::string_view text, void* out) {
    return ScalarNamed(ref, text, ref.wire_name, out);
  }
  static Status ScalarNamed(const Ref& ref, std::string_view text, std::string_view name, void* out) {
    // A character reference can name a lone surrogate.
    if (!IsValidUtf8(text)) return Fail(kMalformedXml, fmt::format("{} holds no valid text", name));
    return ParseScalar(ref, text, TimeFormat::kIso8601, name, kMalformedXml, out);
  }

  static pugi::xml_node Child(pugi::xml_node node, std::string_view name) {
    for (const pugi::xml_node child : node.children()) {
      if (child.type() == pugi::node_element && LocalName(child.name()) == name) return child;
    }
    return {};
  }

  Status Count() {
    if (++values_ > limits_.values) return Fail(kRequestTooLarge, "the XML text holds too many values");
    return Ok();
  }

  const Limits limits_;
  size_t values_ = 0;
};

std::string NamespaceAttribute(const Ref& ref) {
  if (ref.xml_namespace.empty()) return {};
  const std::string prefix = ref.xml_prefix.empty() ? "" : ":" + std::string(ref.xml_prefix);
  return fmt::format(" xmlns{}=\"{}\"", prefix, XmlWriter::Escape(ref.xml_namespace));
}

std::string Attributes(const Ref& ref, const void* value, const TextStyle& style) {
  std::string out = NamespaceAttribute(ref);
  if (ref.type->kind != Kind::kStructure) return out;
  for (const Member& member : ref.type->members) {
    if (!member.ref.xml_attribute) continue;
    if (const void* field = GetMember(member, value); field != nullptr) {
      out += fmt::format(" {}=\"{}\"", member.wire_name, XmlWriter::Escape(FormatScalar(member.ref, field, style)));
    }
  }
  return out;
}

struct MapVisit {
  const TypeShape& type;
  std::string_view entry;
  const TextStyle& style;
  XmlWriter& writer;
};

void EncodeMap(const TypeShape& type, std::string_view entry, const void* value, const TextStyle& style,
               XmlWriter& writer) {
  MapVisit visit{type, entry, style, writer};
  type.map->each(value, &visit, [](void* context, const std::string& key, const void* element) {
    const auto& [map, name, style, out] = *static_cast<MapVisit*>(context);
    out.Open(name).Element(Or(map.key.wire_name, kMapKey), key);
    EncodeXmlElement(map.value, Or(map.value.wire_name, kMapValue), element, style, out);
    out.Close(name);
    return true;
  });
}

// Whether the text needs no escape: ASCII without controls, '&', '<', '>' and '"'. Most is.
bool IsPlain(std::string_view text) {
  static constexpr auto kPlain = [] {
    std::array<bool, 256> plain{};
    for (size_t c = 0x20; c < 0x7f; ++c) plain[c] = c != '&' && c != '<' && c != '>' && c != '"';
    return plain;
  }();
  return std::ranges::all_of(text, [](char c) { return kPlain[static_cast<unsigned char>(c)]; });
}

}  // namespace

XmlWriter& XmlWriter::Declaration() {
  out_ += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  return *this;
}

XmlWriter& XmlWriter::Open(std::string_view name, std::string_view attributes) {
  out_.append("<").append(name).append(attributes).append(">");
  return *this;
}

XmlWriter& XmlWriter::Close(std::string_view name) {
  out_.append("</").append(name).append(">");
  return *this;
}

XmlWriter& XmlWriter::Text(std::string_view text) {
  if (IsPlain(text)) {
    out_ += text;
  } else {
    out_ += Escape(text);
  }
  return *this;
}

std::string XmlWriter::Escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  const bool valid = IsValidUtf8(text);
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\r':
        out += "&#13;";
        break;
      case '\n':
        out += "&#10;";
        break;
      case '\t':
        out += "&#9;";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          // No XML 1.0 text can hold it; S3 writes it this way too, and clients ask for URL encoding instead.
          fmt::format_to(std::back_inserter(out), "&#x{:x};", static_cast<unsigned char>(c));
        } else if (!valid && static_cast<unsigned char>(c) >= 0x80) {
          out += "\xef\xbf\xbd";
        } else {
          out += c;
        }
    }
  }
  return out;
}

Status DecodeXml(const TypeShape& structure, std::string_view text, std::string_view root, Members members,
                 const Limits& limits, void* out) {
  if (text.size() > limits.body_bytes) return Fail(kRequestTooLarge, "the XML text is too long");
  if (!IsValidUtf8(text)) return Fail(kMalformedXml, "the XML text is no valid UTF-8");
  // A tree is many times the size of tags of three bytes.
  if (static_cast<size_t>(std::count(text.begin(), text.end(), '<')) > limits.values) {
    return Fail(kRequestTooLarge, "the XML text holds too many elements");
  }
  pugi::xml_document document;
  const auto parsed =
      document.load_buffer(text.data(), text.size(), pugi::parse_default | pugi::parse_ws_pcdata, pugi::encoding_utf8);
  if (!parsed) return Fail(kMalformedXml, fmt::format("the XML text is broken: {}", parsed.description()));
  const pugi::xml_node element = document.document_element();
  if (element.empty() || (!root.empty() && LocalName(element.name()) != root)) {
    return Fail(kMalformedXml, fmt::format("the root element is no {}", root));
  }
  return XmlReader(limits).Structure(structure, element, members, 1, out);
}

void EncodeXmlMembers(const TypeShape& structure, const void* value, Members members, const TextStyle& style,
                      XmlWriter& writer) {
  for (const Member& member : structure.members) {
    if (member.ref.xml_attribute || (members == Members::kBodyOnly && member.location != Location::kBody)) continue;
    if (const void* field = GetMember(member, value); field != nullptr) {
      EncodeXmlElement(member.ref, member.wire_name, field, style, writer);
    }
  }
}

void EncodeXmlElement(const Ref& ref, std::string_view name, const void* value, const TextStyle& style,
                      XmlWriter& writer) {
  const TypeShape& type = *ref.type;
  switch (type.kind) {
    case Kind::kStructure:
      writer.Open(name, Attributes(ref, value, style));
      EncodeXmlMembers(type, value, Members::kAll, style, writer);
      writer.Close(name);
      return;
    case Kind::kList: {
      const std::string_view element =
          ref.flattened ? Or(type.element.wire_name, name) : Or(type.element.wire_name, kListElement);
      if (!ref.flattened) writer.Open(name, NamespaceAttribute(ref));
      for (size_t i = 0; i < type.list->size(value); ++i) {
        EncodeXmlElement(type.element, element, type.list->at(value, i), style, writer);
      }
      if (!ref.flattened) writer.Close(name);
      return;
    }
    case Kind::kMap:
      if (ref.flattened) {
        EncodeMap(type, name, value, style, writer);
        return;
      }
      writer.Open(name, NamespaceAttribute(ref));
      EncodeMap(type, "entry", value, style, writer);
      writer.Close(name);
      return;
    default:
      writer.Open(name, NamespaceAttribute(ref)).Text(FormatScalar(ref, value, style)).Close(name);
  }
}

}  // namespace tarn::api::protocol
