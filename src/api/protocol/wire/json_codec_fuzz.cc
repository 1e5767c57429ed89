#include "api/protocol/sample_glue/gen/operations.h"
#include "api/protocol/wire/json_codec.h"
#include "api/protocol/wire/replay.h"

namespace tarn::api::protocol {
namespace {

Status Decode(const OperationDesc& operation, std::string_view body, void* out) {
  return DecodeJson(*operation.input, body, Members::kAll, {}, out);
}
std::string Encode(const OperationDesc& operation, const void* value) {
  return EncodeJson(*operation.input, value, Members::kAll);
}

}  // namespace
}  // namespace tarn::api::protocol

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tarn::api;
  return protocol::ReplayStructure(protocol::sample_glue::gen::kService, data, size, protocol::Decode,
                                   protocol::Encode);
}
