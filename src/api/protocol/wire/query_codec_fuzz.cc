#include <cstdint>

#include "api/protocol/codec.h"
#include "api/protocol/sample_cloudwatch/gen/operations.h"
#include "api/protocol/wire/query_codec.h"

// The first byte picks the operation, the rest is a form. Also matches it as a whole request.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tarn::api;
  if (size == 0) return 0;
  const auto& service = protocol::sample_cloudwatch::gen::kService;
  const protocol::OperationDesc& operation = service.operations[data[0] % service.operations.size()];
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const protocol::RequestParts request{.method = "POST", .path = "/", .body = body};
  (void)protocol::MatchOperation(service, request);
  const protocol::AnyStruct input = protocol::MakeStruct(*operation.input);
  if (protocol::DecodeRequest(operation, protocol::WireProtocol::kQuery, request, input.get()).ok()) {
    (void)protocol::Validate(operation, input.get());
  }
  return 0;
}
