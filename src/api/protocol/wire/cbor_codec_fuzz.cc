#include "api/protocol/sample_cloudwatch/gen/operations.h"
#include "api/protocol/wire/cbor_codec.h"
#include "api/protocol/wire/replay.h"

namespace tarn::api::protocol {
namespace {

Status Decode(const OperationDesc& operation, std::string_view body, void* out) {
  return DecodeCbor(*operation.input, body, CborTime::kSeconds, {}, out);
}
std::string Encode(const OperationDesc& operation, const void* value) {
  return EncodeCbor(*operation.input, value, CborTime::kSeconds);
}

}  // namespace
}  // namespace tarn::api::protocol

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tarn::api;
  return protocol::ReplayStructure(protocol::sample_cloudwatch::gen::kService, data, size, protocol::Decode,
                                   protocol::Encode);
}
