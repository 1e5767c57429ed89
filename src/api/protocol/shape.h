// The service model as data: every generated struct, member and operation described for the table-driven codecs.
//
// tools/gen_api.py writes constant instances of these; all pointers refer to static storage and are valid for the
// whole run. Struct members are reached through byte offsets and the type-erased operations below, so that codecs
// are compiled once, not once per shape. Immutable, hence thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace tarn::api::protocol {

// The C++ type behind each kind is the one in the comment.
enum class Kind : uint8_t {
  kString,     // std::string; enums too
  kInteger,    // int32_t
  kLong,       // int64_t
  kBoolean,    // bool
  kDouble,     // double; floats too
  kTimestamp,  // tarn::Timestamp
  kBlob,       // std::string of raw bytes
  kDocument,   // std::string of JSON text
  kList,       // std::vector<element>
  kMap,        // std::map<std::string, value>
  kStructure,  // a generated struct; unions too
};

enum class Location : uint8_t { kBody, kHeader, kHeaders, kUri, kQuery, kStatusCode };
enum class TimeFormat : uint8_t { kProtocolDefault, kIso8601, kHttpDate, kUnix };

enum class WireProtocol : uint8_t {
  kQuery,
  kJson10,
  kJson11,
  kRestJson,
  kRestXml,
  kRpcV2Cbor,
  kAwsCbor11,  // JSON 1.1's calls with CBOR bodies; timestamps in milliseconds
};

struct TypeShape;

// A use of a type: the type and the traits of that use (shape and member traits merged, as botocore merges them).
struct Ref {
  const TypeShape* type = nullptr;
  std::string_view wire_name;  // locationName; empty when the model gives none
  std::string_view xml_namespace;
  std::string_view xml_prefix;
  TimeFormat time_format = TimeFormat::kProtocolDefault;
  bool flattened = false;
  bool xml_attribute = false;
  bool json_value = false;  // a string that holds JSON; base64 in headers
};

struct Member {
  std::string_view name;       // as the model names it: "DatabaseInput"
  std::string_view wire_name;  // what is on the wire: locationName, or `name`
  Ref ref;
  uint32_t offset = 0;  // of the std::optional<T> in its struct
  Location location = Location::kBody;
  bool required = false;
  bool idempotency_token = false;  // filled with a UUID when the caller gave none
  bool host_label = false;
  bool boxed = false;  // std::optional<Box<T>>
  bool event_header = false;
  bool event_payload = false;
};

// Type-erased access to C++ values. `field` is the std::optional<T> inside a struct, `list`/`map` the container.
struct OptionalOps {
  const void* (*get)(const void* field);  // null when absent
  void* (*emplace)(void* field);          // default value, previous one dropped
};
struct ListOps {
  size_t (*size)(const void* list);
  const void* (*at)(const void* list, size_t index);
  void* (*append)(void* list);  // the new element
};
struct MapOps {
  size_t (*size)(const void* map);
  void* (*insert)(void* map, std::string key);  // the value; a fresh one replaces an older of that key
  // Calls visit for every entry in key order until it returns false.
  void (*each)(const void* map, void* context, bool (*visit)(void* context, const std::string& key, const void* value));
};
struct StructOps {
  void* (*make)();
  void (*destroy)(void* value);
};

struct TypeShape {
  Kind kind = Kind::kString;
  std::string_view name;  // the model's shape name
  OptionalOps optional = {};
  OptionalOps boxed = {};  // set when some member holds it in a Box

  // Constraints; the bounds are of the value, of the length in characters, of the bytes or of the element count.
  bool has_min = false;
  bool has_max = false;
  bool sensitive = false;  // never shown in messages
  double min = 0;
  double max = 0;
  std::string_view pattern;                  // as in the model (Java's dialect); empty for none
  std::string_view pattern_re2;              // the same for RE2
  std::string_view pattern_forbidden;        // what must not match at the start: its "(?!…)"
  std::span<const std::string_view> values;  // of an enum

  const ListOps* list = nullptr;
  const MapOps* map = nullptr;
  const StructOps* structure = nullptr;
  Ref element;  // of a list
  Ref key;      // of a map
  Ref value;    // of a map

  std::span<const Member> members;
  const Member* payload = nullptr;  // the member that is the whole HTTP body
  std::string_view payload_name;    // its name, also when it streams and is thus no struct member
  bool is_union = false;

  // Of an error shape.
  std::string_view error_code;  // of the query protocol; empty: `name`
  uint16_t error_status = 0;    // HTTP; 0 when this is no error or the model tells none
  bool sender_fault = true;
};

struct HttpChecksum {
  std::string_view request_algorithm_member;        // "ChecksumAlgorithm"
  std::string_view request_validation_mode_member;  // "ChecksumMode"
  bool request_required = false;
  std::span<const std::string_view> response_algorithms;  // "CRC32", …
};

struct ServiceDesc;

struct OperationDesc {
  std::string_view name;
  const ServiceDesc* service = nullptr;
  std::string_view http_method;
  std::string_view uri;               // template: "/{Bucket}/{Key+}?tagging"
  const TypeShape* input = nullptr;   // always a structure, empty when the model has none
  const TypeShape* output = nullptr;  // likewise
  bool has_output = false;            // the model has one; without, some protocols answer with no body at all
  uint16_t success_status = 200;
  std::string_view result_wrapper;           // of the query protocol; empty when there is no output
  std::string_view input_root;               // XML root element of the request; may be empty
  std::string_view input_namespace;          // its xmlns
  std::string_view output_root;              // XML root element of the answer, where it is not the shape's name
  std::string_view host_prefix;              // "data." or "{AccountId}."; AWS clients put it before the host
  std::string_view input_stream;             // member whose bytes are the request body and bypass the struct
  std::string_view output_stream;            // the same of the response
  const TypeShape* output_events = nullptr;  // the union of events, when the response is an event stream
  std::string_view output_events_member;     // its member's name
  HttpChecksum checksum;
  bool requires_length = false;
  bool unsigned_payload = false;
  bool no_auth = false;
  std::span<const TypeShape* const> errors;
};

// Every operation of the model, served or not, so that an unserved one is recognised and named.
struct OperationName {
  std::string_view name;
  std::string_view http_method;
  std::string_view uri;
  // Wire names of required query and header members, which tell operations of one path apart.
  std::span<const std::string_view> required_query;
  std::span<const std::string_view> required_headers;
  const OperationDesc* served = nullptr;  // null: in the model only
};

struct ServiceDesc {
  std::string_view name;             // of the folder: "glue"
  std::string_view service_id;       // "Glue"
  std::string_view endpoint_prefix;  // "monitoring"
  std::string_view signing_name;     // "monitoring"
  std::string_view api_version;      // "2017-03-31"
  std::string_view target_prefix;    // "AWSGlue"
  std::string_view json_version;     // "1.1"
  std::string_view xml_namespace;
  std::span<const WireProtocol> protocols;  // the preferred one first
  bool query_compatible = false;
  // What a failed constraint is called: "InvalidInputException" (glue), "ValidationError" (query) …
  std::string_view validation_code;
  std::span<const OperationDesc> operations;  // served, by name
  std::span<const OperationName> all;         // of the model, by name
  std::span<const TypeShape* const> errors;   // of all served operations
};

// A struct made through its shape, for code that does not know its C++ type.
using AnyStruct = std::unique_ptr<void, void (*)(void*)>;
inline AnyStruct MakeStruct(const TypeShape& shape) {
  return AnyStruct(shape.structure->make(), shape.structure->destroy);
}

inline const void* GetMember(const Member& member, const void* structure) {
  const void* field = static_cast<const char*>(structure) + member.offset;
  return (member.boxed ? member.ref.type->boxed : member.ref.type->optional).get(field);
}
inline void* EmplaceMember(const Member& member, void* structure) {
  void* field = static_cast<char*>(structure) + member.offset;
  return (member.boxed ? member.ref.type->boxed : member.ref.type->optional).emplace(field);
}
// The served operation of that name, or null.
inline const OperationDesc* FindOperation(const ServiceDesc& service, std::string_view name) {
  for (const OperationDesc& operation : service.operations) {
    if (operation.name == name) return &operation;
  }
  return nullptr;
}
inline const Member* FindMember(const TypeShape& shape, std::string_view name) {
  for (const Member& member : shape.members) {
    if (member.name == name) return &member;
  }
  return nullptr;
}

}  // namespace tarn::api::protocol
