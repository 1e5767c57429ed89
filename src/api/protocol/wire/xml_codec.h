// Generated structs as XML: REST-XML bodies both ways, and the answers of the query protocol.
#pragma once

#include <string>
#include <string_view>

#include "api/protocol/codec.h"
#include "api/protocol/shape.h"
#include "api/protocol/wire/codec_text.h"
#include "base/result.h"

namespace tarn::api::protocol {

enum class Members : uint8_t;  // json_codec.h

// Builds an XML text. Texts are escaped; control characters become references, as S3 writes them.
class XmlWriter {
 public:
  XmlWriter& Declaration();
  // `attributes` is written as it is: ` xmlns="…"`.
  XmlWriter& Open(std::string_view name, std::string_view attributes = {});
  XmlWriter& Close(std::string_view name);
  XmlWriter& Text(std::string_view text);
  XmlWriter& Element(std::string_view name, std::string_view text) { return Open(name).Text(text).Close(name); }
  std::string Take() { return std::move(out_); }

  static std::string Escape(std::string_view text);

 private:
  std::string out_;
};

// Reads the document's root element into `out`. `root` is the element's expected name; empty takes any.
// Errors: kMalformedXml, kRequestTooLarge.
Status DecodeXml(const TypeShape& structure, std::string_view text, std::string_view root, Members members,
                 const Limits& limits, void* out);

// The members of a structure, without an element around them.
void EncodeXmlMembers(const TypeShape& structure, const void* value, Members members, const TextStyle& style,
                      XmlWriter& writer);
// One value as the element `name` (several elements for a flattened list or map).
void EncodeXmlElement(const Ref& ref, std::string_view name, const void* value, const TextStyle& style,
                      XmlWriter& writer);

}  // namespace tarn::api::protocol
