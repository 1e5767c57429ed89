#include "api/protocol/sample_s3/gen/operations.h"
#include "api/protocol/wire/json_codec.h"
#include "api/protocol/wire/replay.h"
#include "api/protocol/wire/xml_codec.h"

namespace tarn::api::protocol {
namespace {

// Every member as if it were in the body: more shapes than S3 has documents.
Status Decode(const OperationDesc& operation, std::string_view body, void* out) {
  return DecodeXml(*operation.input, body, "", Members::kAll, {}, out);
}
std::string Encode(const OperationDesc& operation, const void* value) {
  XmlWriter writer;
  writer.Declaration().Open("Root");
  EncodeXmlMembers(*operation.input, value, Members::kAll, {TimeFormat::kIso8601, -1}, writer);
  return writer.Close("Root").Take();
}

}  // namespace
}  // namespace tarn::api::protocol

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tarn::api;
  return protocol::ReplayStructure(protocol::sample_s3::gen::kService, data, size, protocol::Decode, protocol::Encode);
}
