#include "api/protocol/sample_cloudwatch/gen/operations.h"
#include "api/protocol/wire/cbor_codec.h"
#include "api/protocol/wire/replay.h"

namespace tarn::api::protocol {
namespace {

template <CborTime time>
Status Decode(const OperationDesc& operation, std::string_view body, void* out) {
  return DecodeCbor(*operation.input, body, time, {}, out);
}
template <CborTime time>
std::string Encode(const OperationDesc& operation, const void* value) {
  return EncodeCbor(*operation.input, value, time);
}

}  // namespace
}  // namespace tarn::api::protocol

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tarn::api;
  using protocol::CborTime;
  const auto& service = protocol::sample_cloudwatch::gen::kService;
  protocol::ReplayStructure(service, data, size, protocol::Decode<CborTime::kSeconds>,
                            protocol::Encode<CborTime::kSeconds>);
  return protocol::ReplayStructure(service, data, size, protocol::Decode<CborTime::kMillis>,
                                   protocol::Encode<CborTime::kMillis>);
}
