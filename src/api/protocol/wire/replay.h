// What the fuzz targets of the struct codecs do with one input.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "api/protocol/codec.h"

namespace tarn::api::protocol {

// Decodes `data` (first byte: which operation of the service) and, when it is accepted, checks that writing and reading
// it settles at once: the second text is the first. Validation must take whatever decoding gives.
template <typename Decode, typename Encode>
int ReplayStructure(const ServiceDesc& service, const uint8_t* data, size_t size, Decode decode, Encode encode) {
  if (size == 0) return 0;
  const OperationDesc& operation = service.operations[data[0] % service.operations.size()];
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const AnyStruct first = MakeStruct(*operation.input);
  if (!decode(operation, body, first.get()).ok()) return 0;
  (void)Validate(operation, first.get());
  const std::string text = encode(operation, first.get());
  const AnyStruct second = MakeStruct(*operation.input);
  if (!decode(operation, text, second.get()).ok()) std::abort();
  if (encode(operation, second.get()) != text) std::abort();
  return 0;
}

}  // namespace tarn::api::protocol
